//! What only PostgreSQL does.

mod rollups;
mod statements;
mod types;
