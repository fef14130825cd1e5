//! Behaviour of SQLite alone.

mod functions;
mod hostile_files;
mod hostile_statements;
mod mixed_times;
mod replaced;
mod rollups;
mod statements;
mod workers;
