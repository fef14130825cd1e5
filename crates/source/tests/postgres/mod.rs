//! What only PostgreSQL does.

mod older_zones;
mod rollups;
mod statements;
mod types;
