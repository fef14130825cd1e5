//! Changes that Brisk notices on its own: PostgreSQL notifies of them, or a query is watched.

mod cuts;
mod listener;
mod poolers;
mod watches;
mod world;
