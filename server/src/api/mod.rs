//! The public API: what dashboards show, for programs. It only reads, over the same engine as the
//! pages; but for `/invalidations`, which is a webhook's delivery with a token ([`by_token`]).
//!
//! - [`handlers`] answer the routes; [`parameters`] reads the query string; `asked` finds what was
//!   written before, or loads and writes it, in a `form`, also as a `file` in one
//!   piece;
//! - [`definition`], [`data`], [`frame`], [`csv`] and [`lines`] are the forms of the answers;
//!   `image` draws panels;
//! - [`answer`] makes responses, with tags; [`problem`] lists what can go wrong;
//! - [`openapi`] describes all of it; [`column_schema`] and [`view_schema`] what no derive describes;
//!   [`page`] is the page to try it.
//!
//! To add an operation: its handler in [`handlers`] with its description, its route here, its line
//! in [`openapi`], and its fields in [`page`] if it has parameters of its own.

pub mod answer;
pub(crate) mod asked;
pub mod column_schema;
pub mod csv;
pub mod data;
pub mod definition;
mod file;
pub(crate) mod form;
pub mod frame;
pub mod handlers;
mod image;
pub mod lines;
pub(crate) mod loaded;
pub mod openapi;
pub mod page;
pub mod parameters;
pub mod problem;
pub mod view_schema;

use crate::account_limits::Accounts;
use crate::auth::rights::{Requires, Routes};
use crate::auth::viewer;
use crate::hooks::by_token;
use crate::http::problem::Problem;
use axum::extract::{OriginalUri, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

/// Refuses viewers who ask for more than their share; what they may not have is a problem like what is
/// not there.
pub(crate) async fn admit(OriginalUri(uri): OriginalUri, request: Request, next: Next) -> Response {
    let accounts = request.extensions().get::<Accounts>().cloned();
    let viewer = viewer::of(request.extensions());
    let admitted = match accounts {
        Some(accounts) => accounts.request(&viewer).await,
        None => Ok(()),
    };
    if let Err(error) = admitted {
        return Problem::from(error).at(&uri).into_response();
    }
    let response = next.run(request).await;
    let is_bare = !response.headers().contains_key(header::CONTENT_TYPE);
    match response.status() == StatusCode::NOT_FOUND && is_bare {
        true => problem::not_found().at(&uri).into_response(),
        false => response,
    }
}

/// Everything under `/api/v1`.
pub(crate) fn routes() -> Routes {
    Routes::default()
        .get("/dashboards", Requires::Sight, handlers::dashboards)
        .get("/dashboards/{slug}", Requires::Sight, handlers::dashboard)
        .get("/dashboards/{slug}/data", Requires::Sight, handlers::whole)
        .get("/dashboards/{slug}/panels/{panel}", Requires::Sight, handlers::panel)
        .get("/openapi.json", Requires::Nothing, openapi::description)
        .post("/invalidations", Requires::Invalidation, by_token::invalidate)
        .with(|router| {
            let router = router.fallback(handlers::not_found);
            let router = router.method_not_allowed_fallback(handlers::method_not_allowed);
            router.layer(middleware::from_fn(admit))
        })
}
