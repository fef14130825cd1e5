//! Signing in at an OpenID provider: the code flow with PKCE, state and nonce.
//!
//! - [`settings`]: what the configuration says; [`provider`]: what is known of the provider, and who comes
//!   with a code; `protocol`: the types of `openidconnect`, and the requests of the protocol; `http_client`
//!   sends them;
//! - `pending`: a sign-in that is under way, in its browser's cookie; `claim_texts`: a provider's claims,
//!   as rules read them;
//! - [`pages`]: the way there and back; [`code`]: the code of an authenticator here, for those who have
//!   one; `connecting`: somebody who has signed in connects their account.

mod claim_texts;
pub mod code;
pub(crate) mod connecting;
mod http_client;
pub mod pages;
mod pending;
mod protocol;
pub(crate) mod provider;
pub mod settings;
