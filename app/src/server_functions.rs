//! How islands read after the first load: typed, GET, over the same service as the pages.

use brisk_chart::Spec;
use brisk_domain::PanelData;
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};
use serde::{Deserialize, Serialize};

/// A panel's frames and how to draw them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelUpdate {
    /// How it is drawn.
    pub spec: Spec,
    /// What is drawn.
    pub data: PanelData,
}

/// One panel for the view that the page's own query string describes. It only reads.
#[server(prefix = "/fn", endpoint = "panel", input = GetUrl, output = Json)]
pub async fn panel(
    slug: String,
    panel: String,
    query: String,
) -> Result<PanelUpdate, ServerFnError> {
    use crate::service::{PanelSlot, SharedService};
    let service = expect_context::<SharedService>();
    let parameters = brisk_domain::view::parse_query(&query);
    let found = service.panel(&slug, &panel, &parameters).await;
    let (panel, slot) = found.map_err(refused)?;
    let result = match slot {
        PanelSlot::Ready(data) => Ok(data),
        PanelSlot::Failed(error) => Err(error),
        PanelSlot::Pending(pending) => pending.await,
    };
    match result {
        Ok(data) => Ok(PanelUpdate {
            spec: Spec::of(&panel, panel.title_at(data.interval)),
            data: (*data).clone(),
        }),
        Err(error) => Err(fail(http::StatusCode::BAD_GATEWAY, error.message)),
    }
}

/// What the cache has of one panel for the view that the page's own query string describes, as
/// markup: `frontend/menus.js` puts it into the panel's menu. It only looks.
#[server(prefix = "/fn", endpoint = "cache", input = GetUrl, output = Json)]
pub async fn cache(slug: String, panel: String, query: String) -> Result<String, ServerFnError> {
    use crate::components::cache_details::details;
    use crate::service::SharedService;
    let service = expect_context::<SharedService>();
    let parameters = brisk_domain::view::parse_query(&query);
    let entries = service.inspect(&slug, &panel, &parameters).await.map_err(refused)?;
    Ok(details(&entries).to_html())
}

/// The status and the sentence of what cannot be shown.
#[cfg(feature = "ssr")]
fn refused(error: crate::service::PageError) -> ServerFnError {
    use crate::service::PageError;
    match error {
        PageError::NotFound(message) => fail(http::StatusCode::NOT_FOUND, message),
        PageError::BadRequest(message, _) => fail(http::StatusCode::BAD_REQUEST, message),
    }
}

#[cfg(feature = "ssr")]
fn fail(status: http::StatusCode, message: String) -> ServerFnError {
    expect_context::<leptos_axum::ResponseOptions>().set_status(status);
    ServerFnError::new(message)
}
