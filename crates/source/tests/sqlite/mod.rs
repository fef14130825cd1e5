//! Behaviour of SQLite alone.

mod functions;
mod mixed_times;
mod replaced;
mod rollups;
mod statements;
mod workers;
