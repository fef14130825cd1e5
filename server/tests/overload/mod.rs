//! Nobody takes everything: real processes, real sockets, a real PostgreSQL.

mod many_views;
mod small_database;
mod world;
