//! Open pages that follow their data: over time, and through a proxy.

mod following;
mod page_time;
mod proxy;
mod reloads;
mod shared_connections;
mod world;
