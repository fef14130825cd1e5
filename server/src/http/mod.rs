//! HTTP as every handler speaks it, whatever the answer is about.
//!
//! - [`own_names`]: the names that the server answers to, with [`public_url`]; `authority`: how hosts and
//!   origins are written;
//! - [`security`]: the guard against requests of other sites, the content security policy, and the
//!   headers that every response has;
//! - `local_path`: which addresses lead to our own pages; `refusal`: answers in a sentence;
//! - [`accept`]: which media type and which encoding a client prefers; `compress`: the encodings;
//! - [`client`]: who sent a request;
//! - [`etag`]: entity tags; [`conditional`]: `304 Not Modified` and what may be stored;
//! - [`problem`]: errors for programs (RFC 9457);
//! - [`assets`]: the built frontend.

pub mod accept;
pub mod assets;
pub(crate) mod authority;
pub mod client;
pub(crate) mod compress;
pub mod conditional;
pub mod etag;
pub(crate) mod local_path;
pub mod own_names;
pub mod problem;
pub mod public_url;
pub mod reading;
pub(crate) mod refusal;
pub mod security;
