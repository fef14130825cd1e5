//! What only SQLite does.

mod functions;
mod replaced;
mod rollups;
mod statements;
mod workers;
