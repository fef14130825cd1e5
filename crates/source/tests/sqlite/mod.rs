//! What only SQLite does.

mod rollups;
mod statements;
