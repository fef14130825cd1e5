//! Who people are and what they may do. No I/O: the store keeps these types, the server uses the rules.
//!
//! - [`account`]: an account, its [`role`] and its names;
//! - [`effective_attributes`]: what statements see of it, and whence;
//! - [`identity`]: who somebody is elsewhere; [`rules`]: what an account becomes by an issuer's claims;
//! - [`image_scope`]: what signed addresses of images show;
//! - [`verdict`](mod@verdict): the one function that decides who may do what;
//! - [`password_hash`] hashes and compares, [`password_policy`] decides which passwords are accepted;
//! - [`second_factor`]: codes of an authenticator, and those for when it is lost;
//! - [`secret`]: random texts that are kept as hashes; [`token`]: those of programs;
//! - [`throttle`]: how long a guesser has to wait.

pub mod account;
pub mod effective_attributes;
pub mod identity;
pub mod image_scope;
pub mod password_hash;
pub mod password_policy;
pub mod role;
pub mod rules;
pub mod second_factor;
pub mod secret;
pub mod throttle;
pub mod token;
pub mod verdict;

pub use account::{Account, AccountId, LoginName};
pub use identity::Identity;
pub use image_scope::ImageScope;
pub use role::Role;
pub use rules::{Claims, Rules};
pub use secret::Secret;
pub use token::{Scope, Scopes};
pub use verdict::{Folders, Standing, Target, Verdict, Viewer, verdict};
