//! `/api/graphql/playground`: the page to try queries, with the schema beside it.

use crate::auth::viewer;
use crate::pages::response;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::Response;
use brisk_app::service::{Page, PageError, PlaygroundPage};
use http::StatusCode;
use std::sync::Arc;

/// What the page begins with, where there is no dashboard to ask about.
const EMPTY: &str = "{\n  dashboards {\n    slug\n    title\n  }\n}\n";

/// The page, for those who may see the schema: everybody on an open server, otherwise people who have
/// signed in.
pub(super) async fn page(State(state): State<AppState>, request: Request) -> Response {
    let viewer = viewer::of(request.extensions());
    if viewer.is_nobody() {
        // As everywhere, they are asked to sign in.
        let error = PageError::NotFound("This page does not exist.".into());
        return response::failure(&state, error, request).await;
    }
    let dashboards = state.service.dashboards(&viewer);
    let query = dashboards.first().and_then(|dashboard| {
        let panel = dashboard.panels.first()?;
        Some(example(dashboard.slug.as_str(), panel.id.as_str()))
    });
    let page = PlaygroundPage {
        query: query.unwrap_or_else(|| EMPTY.to_owned()),
        schema: state.graphql.sdl(),
    };
    response::page(&state, StatusCode::OK, Page::Playground(Arc::new(page)), request).await
}

fn example(slug: &str, panel: &str) -> String {
    format!(
        "query Panel($view: ViewInput) {{\n  dashboard(slug: \"{slug}\") {{\n    title\n    data(view: $view) {{\n      \
         bounds {{ from to }}\n      panel(id: \"{panel}\") {{\n        title\n        freshness {{ state age }}\n        \
         frame {{\n          columns {{ name type unit values(first: 10) }}\n        }}\n      }}\n    }}\n  }}\n}}\n"
    )
}
