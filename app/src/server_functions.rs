//! How islands fetch data after the first load: typed GET requests, served by the same service as
//! pages.

// `#[server]` makes a struct of the arguments; the functions' own docs describe them.
#![allow(missing_docs)]

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
    use crate::service::{Outcome, SharedService};
    let service = expect_context::<SharedService>();
    let parameters = brisk_domain::view::parse_query(&query);
    let found = service.panel(&slug, &panel, &parameters).await;
    let (panel, slot) = found.map_err(refuse)?;
    match slot.outcome().await {
        Outcome::Ready(data) => Ok(PanelUpdate {
            spec: Spec::of(&panel, panel.title_at(data.interval)),
            data: (*data).clone(),
        }),
        Outcome::Failed(error) => Err(fail(http::StatusCode::BAD_GATEWAY, error.message)),
        Outcome::Late(_) => {
            let message = "The panel is still loading. Try again in a moment.".to_owned();
            Err(fail(http::StatusCode::SERVICE_UNAVAILABLE, message))
        }
    }
}

/// What fills a panel's card in an open page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The panel.
    pub panel: String,
    /// Its content, as markup of this server.
    pub html: String,
    /// On a panel's own page: its table.
    pub table: Option<String>,
}

/// What fills the cards of `panels` (names with commas between them) for the view that the page's
/// own query string describes; with `large`, as on a panel's own page. It only reads. A panel that is
/// still loading says so at once. With `wait` the response waits for it, as long as a statement may
/// take: that is for panels that are never cached, and so load again for each request.
#[server(prefix = "/fn", endpoint = "cards", input = GetUrl, output = Json)]
pub async fn cards(
    slug: String,
    panels: String,
    query: String,
    large: bool,
    wait: bool,
) -> Result<Vec<Card>, ServerFnError> {
    use crate::components::panel_card;
    use crate::service::SharedService;
    let service = expect_context::<SharedService>();
    let parameters = brisk_domain::view::parse_query(&query);
    let panels: Vec<String> = panels.split(',').map(str::to_owned).collect();
    let mut page = service.cards(&slug, &panels, &parameters, wait).await.map_err(refuse)?;
    page.is_one_panel = large;
    let page = std::sync::Arc::new(page);
    let mut cards = Vec::with_capacity(page.panels.len());
    for (panel, slot) in &page.panels {
        let (previous, outcome) = (slot.previous(), slot.clone().outcome().await);
        let table = large.then(|| panel_card::table(&page, panel, previous.as_ref(), &outcome));
        let html = panel_card::content(&page, panel, previous, outcome);
        cards.push(Card { panel: panel.id.to_string(), html, table });
    }
    Ok(cards)
}

/// What the cache has of one panel for the view that the page's own query string describes, as
/// markup: `frontend/scripts/menus.js` puts it into the panel's menu. It only looks.
#[server(prefix = "/fn", endpoint = "cache", input = GetUrl, output = Json)]
pub async fn cache(slug: String, panel: String, query: String) -> Result<String, ServerFnError> {
    use crate::components::cache_details::details;
    use crate::service::SharedService;
    let service = expect_context::<SharedService>();
    let parameters = brisk_domain::view::parse_query(&query);
    let entries = service.inspect(&slug, &panel, &parameters).await.map_err(refuse)?;
    Ok(crate::markup::of(|| details(&entries)))
}

/// The status and the message of what cannot be shown.
#[cfg(feature = "ssr")]
fn refuse(error: crate::service::PageError) -> ServerFnError {
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
