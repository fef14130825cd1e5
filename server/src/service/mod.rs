//! What pages, server functions and the API get from the engine.

mod client_service;
mod engine_service;
mod requested;

pub use client_service::ClientService;
pub use engine_service::{EngineService, Frames};
pub use requested::shown_at;
