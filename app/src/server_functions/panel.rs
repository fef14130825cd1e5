//! A panel's frames, exactly as pages get them: for programs that check what pages show, such as
//! `brisk-bench`. Browsers need only markup.

// `#[server]` makes a struct from the arguments; the functions' own docs describe them.
#![allow(missing_docs)]

#[cfg(feature = "ssr")]
use super::refusal::{fail, refuse};
use brisk_domain::PanelData;
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Postcard};

/// One panel for the view that the page's own query string describes. Read-only.
#[server(prefix = "/fn", endpoint = "panel", input = GetUrl, output = Postcard)]
pub async fn panel(slug: String, panel: String, query: String) -> Result<PanelData, ServerFnError> {
    use crate::service::{Outcome, SharedService};
    let service = expect_context::<SharedService>();
    let parameters = brisk_domain::view::parse_query(&query);
    let (_, slot) = service.panel(&slug, &panel, &parameters).await.map_err(refuse)?;
    match slot.outcome().await {
        Outcome::Ready(data) => Ok((*data).clone()),
        Outcome::Failed(error) => Err(fail(http::StatusCode::BAD_GATEWAY, error.message)),
        Outcome::Late(_) => {
            let message = "The panel is still loading. Try again in a moment.".to_owned();
            Err(fail(http::StatusCode::SERVICE_UNAVAILABLE, message))
        }
    }
}
