//! A panel's frames, for the browser to draw.

// `#[server]` makes a struct of the arguments; the functions' own docs describe them.
#![allow(missing_docs)]

#[cfg(feature = "ssr")]
use super::refusal::{fail, refuse};
use brisk_chart::Spec;
use brisk_domain::PanelData;
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Postcard};
use serde::{Deserialize, Serialize};

/// A panel's frames and how to draw them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelUpdate {
    /// What is drawn.
    pub data: PanelData,
    /// How it is drawn.
    pub spec: Spec,
}

/// One panel for the view that the page's own query string describes. It only reads.
///
/// In postcard, whose reader is a third of JSON's: every browser loads it.
#[server(prefix = "/fn", endpoint = "panel", input = GetUrl, output = Postcard)]
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
            data: (*data).clone(),
            spec: Spec::of(&panel, panel.title_at(data.interval)),
        }),
        Outcome::Failed(error) => Err(fail(http::StatusCode::BAD_GATEWAY, error.message)),
        Outcome::Late(_) => {
            let message = "The panel is still loading. Try again in a moment.".to_owned();
            Err(fail(http::StatusCode::SERVICE_UNAVAILABLE, message))
        }
    }
}
