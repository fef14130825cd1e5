//! Behaviour of PostgreSQL alone.

mod older_zones;
mod rollups;
mod statements;
mod types;
