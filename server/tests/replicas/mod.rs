//! What holds for all replicas together: two processes over one store and one Redis, which is killed in
//! between.

mod accounts;
mod cold_views;
mod hooks;
mod sessions;
mod world;
