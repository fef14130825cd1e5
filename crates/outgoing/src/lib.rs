//! The one way out: every HTTP request that the server makes goes through a [`Client`].
//!
//! Where a request leads may be chosen by somebody else: a provider's metadata, a form, a redirect. So
//! that it cannot be led into the server's own network:
//!
//! 1. [`Target`] reads an address as browsers do, so that all spellings of an IP address are that address;
//! 2. a [`Resolve`] looks the name up, once;
//! 3. [`is_public`] judges every address that it has. A single private one refuses all, unless the operator
//!    named the host ([`AllowedNames`]);
//! 4. the connection goes to one of the addresses that were judged: nothing is looked up again;
//! 5. redirects are not followed, or to the same origin only, over the same addresses;
//! 6. all of that has one limit of time, and each answer has limits of size.
//!
//! Other protocols than HTTP get a connection to a checked address ([`Client::connect`]).
//!
//! What went wrong is a [`Failure`], whose words are for operators: it names hosts and addresses, which
//! readers need not see, and neither paths nor queries, which may hold secrets.
//!
//! - `target`, `allowed`, `address`: what may be asked, pure; `resolve`, `connect`, `tls`, `exchange`: the
//!   steps of a request; `client`: their order; `progress`: how far it got.
//!
//! To restrict where requests lead, add a setting to [`Settings`], and a row to the table of tricks in
//! `tests/tricks.rs`.
//!
//! ```
//! use brisk_outgoing::{AllowedNames, Client, Request, Settings, Target};
//!
//! # async fn example() -> Result<(), brisk_outgoing::Failure> {
//! let allow = AllowedNames::parse(["*.corp.example"]).expect("names of hosts");
//! let client = Client::new(Settings { allow, ..Settings::default() });
//! let target = Target::parse("https://hooks.corp.example/brisk")?;
//! let answer = client.send(Request::post(target, "{}")).await?;
//! assert!(answer.status().is_success());
//! # Ok(())
//! # }
//! ```

mod address;
mod allowed;
mod client;
mod connect;
mod exchange;
mod failure;
mod progress;
mod redirect;
mod request;
mod resolve;
mod settings;
mod target;
mod tls;

pub use address::is_public;
pub use allowed::{AllowedNames, NotAName};
pub use client::Client;
pub use failure::Failure;
pub use progress::{Reached, Unanswered};
pub use request::Request;
pub use resolve::{Resolve, SystemResolver};
pub use settings::{Plain, Settings};
pub use target::Target;
pub use url::Host;
