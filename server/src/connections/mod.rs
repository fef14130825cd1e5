//! Connections: who is let in, how long each step may take, and how they end when the process
//! stops.
//!
//! - [`listening`]: accepts connections and hands each to a task of its own;
//! - [`limits`]: how many there may be, and how long each step may take;
//! - `activity`: what a connection is doing, and how long that may take; `connection` ends it then;
//! - `stream` reports to it what is read and written, `requests` when requests begin and end, `answer` and
//!   `streams` what a client does not take, `pace` whether it takes enough;
//! - `heads` lets only heads pass that all servers read alike (`head`); `bodies`: what a request's body
//!   may be; `refusal`: what is answered before the routes;
//! - [`registry`]: the open connections, and which of them give way when there are too many;
//!   [`kept_place`]: those that open pages keep; `per_client`: how many requests each client has; `unsent`: long answers that wait for their clients;
//! - [`stop`]: whether the process was told to stop.

mod activity;
mod answer;
mod bodies;
mod connection;
mod head;
mod heads;
pub mod kept_place;
pub mod limits;
pub mod listening;
mod pace;
mod per_client;
mod refusal;
pub mod registry;
mod requests;
pub mod stop;
mod stream;
mod streams;
pub(crate) mod unsent;
