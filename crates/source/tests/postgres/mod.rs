//! Behaviour of PostgreSQL alone.

mod rollups;
mod statements;
mod types;
