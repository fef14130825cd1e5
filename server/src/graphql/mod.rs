//! GraphQL: `/api/graphql`. The schema and its limits are in `brisk-graphql`; here is what it asks of the server.
//!
//! - `handler`: the route, with GET and POST; `events`: answers that are streams;
//! - `viewed`: the server as the sender of a request sees it; `backend` what the schema asks of it: `view` the data
//!   of one view, `figures` the cache's, `news` which editions there are;
//! - `playground`: the page to try it.

mod backend;
mod events;
mod figures;
mod handler;
mod news;
mod playground;
mod view;
mod viewed;

use crate::api::admit;
use crate::auth::rights::{Requires, Routes};
use axum::middleware;

/// The routes.
pub(crate) fn routes() -> Routes {
    let endpoint = Routes::default()
        .get("/api/graphql", Requires::Sight, handler::get)
        .post("/api/graphql", Requires::Sight, handler::post)
        .with(|router| router.layer(middleware::from_fn(admit)));
    endpoint.merge(Routes::default().get(
        "/api/graphql/playground",
        Requires::Sight,
        playground::page,
    ))
}
