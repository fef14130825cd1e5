//! The public API: what dashboards show, for programs. It only reads, over the same engine as the
//! pages.
//!
//! - [`handlers`] answer the routes; [`parameters`] reads the query string;
//! - [`definition`], [`data`], [`frame`], [`instant`] and [`csv`] are the forms of the answers;
//! - [`answer`] makes responses, with tags; [`problem`] lists what can go wrong;
//! - [`openapi`] describes all of it, [`column_schema`] the one type that no derive describes;
//!   [`page`] is the page to try it.
//!
//! To add an operation: its handler in [`handlers`] with its description, its route here, its line
//! in [`openapi`], and its fields in [`page`] if it has parameters of its own.

pub mod answer;
pub mod column_schema;
pub mod csv;
pub mod data;
pub mod definition;
pub mod frame;
pub mod handlers;
pub mod instant;
pub mod openapi;
pub mod page;
pub mod parameters;
pub mod problem;

use crate::state::AppState;
use axum::Router;
use axum::routing::get;

/// Everything under `/api/v1`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/dashboards", get(handlers::dashboards))
        .route("/dashboards/{slug}", get(handlers::dashboard))
        .route("/dashboards/{slug}/data", get(handlers::whole))
        .route("/dashboards/{slug}/panels/{panel}", get(handlers::panel))
        .route("/openapi.json", get(openapi::description))
        .fallback(handlers::not_found)
        .method_not_allowed_fallback(handlers::method_not_allowed)
}
