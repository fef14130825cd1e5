//! Signing in at an OpenID provider: the code flow with PKCE, state and nonce.
//!
//! - [`settings`]: what the configuration says; [`provider`]: what is known of the provider, and who comes
//!   with a code; `protocol`: the types of `openidconnect` and what is asked with them; `http_client`: how;
//! - `pending`: a sign-in that is under way, in its browser's cookie; `claims`: what is said of somebody,
//!   as rules read it;
//! - [`pages`]: the way there and back; [`code`]: who also has an authenticator here types its code, while
//!   `coming_tokens` has their token;
//!   `connecting`: who has signed in already connects their account.

mod claim_texts;
pub mod code;
pub(crate) mod coming_tokens;
pub(crate) mod connecting;
mod http_client;
pub mod pages;
mod pending;
mod protocol;
pub(crate) mod provider;
pub mod settings;
