//! Connections: who is let in, how long each step may take, and how they end when the process
//! stops.
//!
//! - [`listening`]: accepts connections and hands each to a task of its own;
//! - [`limits`]: how many there may be, and how long each step may take;
//! - `activity`: what a connection is doing, and until when it may; `connection` ends it then;
//! - `stream` tells it what is read and written, `requests` when requests begin and end, `answer`
//!   and `streams` what a client does not take;
//! - [`registry`]: the open connections, and which of them give way when there are too many;
//! - [`stop`]: whether the process was told to stop.

mod activity;
mod answer;
mod connection;
pub mod limits;
pub mod listening;
pub mod registry;
mod requests;
pub mod stop;
mod stream;
mod streams;
