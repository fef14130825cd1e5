//! What pages, server functions and the API get from the engine.

mod client_service;
mod engine_service;
mod frames_request;
mod requested;

pub use client_service::ClientService;
pub use engine_service::EngineService;
pub(crate) use engine_service::client_of;
pub use frames_request::{Frames, FramesRequest};
pub use requested::{Wanted, shown_at};
