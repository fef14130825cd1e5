//! Images for people and pages without an account: a README, a wiki, a mail. Their addresses are signed by a key, which
//! has rights of its own, and say what they show; whoever changes them has another address, which nobody has signed.
//!
//! - [`address`]: what such an address consists of, and its signature;
//! - [`handler`] answers `/c/{slug}/{panel}.png`;
//! - `standing`: whether a key may show a panel at the moment;
//! - [`problem`]: what can go wrong.

pub mod address;
pub mod handler;
pub mod problem;
pub(crate) mod standing;
