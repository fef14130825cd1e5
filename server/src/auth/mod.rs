//! Who asks, and what they may: sessions, tokens, sign-in, accounts.
//!
//! - [`state`]: [`Auth`](state::Auth) knows whose session or token a request shows, for a moment without
//!   reading the store, and learns of every change of rights within a second;
//! - [`viewer`]: who asks, noted in each request by `identify`; [`rights`]: what each route requires;
//!   `account_viewer`: somebody for whom something is made while they are not here; `told`: what readers hear of failures; [`problem`]: what programs hear that may not;
//! - [`sessions`]: those of browsers, over tower-sessions; `session_records`: where they are kept, as
//!   `session_texts`; `losses`: whether Redis has lost them; `set_back` ends all of them where the store is one of
//!   earlier; `provider_token`: the provider's token of one;
//!   [`cookie`]: how browsers show them; [`begun`]: how they began;
//! - [`hashing`]: passwords are hashed on threads of their own; [`throttling`] slows who guesses, by what
//!   `tries` counts;
//! - [`openid`]: signing in at a provider; `proxy`: who comes through a proxy that says who it is;
//!   `arrival`: the account of whom others vouch for;
//! - [`sign_in`], [`sign_out`], [`set_up`], [`second_factor`], [`profile`] with `own_account` and `token_scopes`, [`people`]: the pages;
//!   [`form`] reads what they send; `browser` says in words what a session's browser is, `qr_code` draws
//!   what authenticators read.
//!
//! A server without a store, or whose store has never had an admin, is open: everybody is
//! [`Viewer::anybody`](viewer::Viewer::anybody).

pub(crate) mod account_viewer;
mod arrival;
pub mod begun;
mod browser;
pub mod cookie;
pub(crate) mod form;
pub mod hashing;
pub(crate) mod identify;
mod losses;
pub mod openid;
mod own_account;
pub mod people;
pub mod problem;
pub mod profile;
mod provider_token;
mod proxy;
mod qr_code;
mod required_factor;
pub mod rights;
pub mod second_factor;
mod session_records;
mod session_texts;
pub mod sessions;
mod set_back;
pub mod set_up;
pub mod settings;
mod shown;
pub mod sign_in;
pub mod sign_out;
pub mod state;
pub mod throttling;
mod token_scopes;
pub(crate) mod told;
mod tries;
mod used;
pub mod viewer;
