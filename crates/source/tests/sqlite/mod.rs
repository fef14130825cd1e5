//! What only SQLite does.

mod functions;
mod mixed_times;
mod replaced;
mod rollups;
mod statements;
mod workers;
