//! Changes that Brisk notices by itself: PostgreSQL tells of them, or a query is watched.

mod cuts;
mod listener;
mod poolers;
mod watches;
mod world;
