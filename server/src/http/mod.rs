//! HTTP as every handler speaks it, whatever the answer is about.
//!
//! - [`security`]: the guard against forms of other sites, the content security policy, and the
//!   headers that every response has;
//! - [`accept`]: which media type and which encoding a client prefers;
//! - [`client`]: who sent a request;
//! - [`etag`]: entity tags; [`conditional`]: `304 Not Modified` and what may be stored;
//! - [`problem`]: errors for programs (RFC 9457);
//! - [`assets`]: the built frontend.

pub mod accept;
pub mod assets;
pub mod client;
pub mod conditional;
pub mod etag;
pub mod problem;
pub mod security;
