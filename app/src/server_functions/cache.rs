//! A panel's cache details, as markup.

// `#[server]` makes a struct from the arguments; the functions' own docs describe them.
#![allow(missing_docs)]

#[cfg(feature = "ssr")]
use super::refusal::refuse;
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

/// What the cache has of one panel for the view that the page's own query string describes, as
/// markup: `frontend/scripts/menus.js` puts it into the panel's menu. Read-only.
#[server(prefix = "/fn", endpoint = "cache", input = GetUrl, output = Json)]
pub async fn cache(slug: String, panel: String, query: String) -> Result<String, ServerFnError> {
    use crate::components::cache_details::details;
    use crate::service::SharedService;
    let service = expect_context::<SharedService>();
    let parameters = brisk_domain::view::parse_query(&query);
    let entries = service.inspect(&slug, &panel, &parameters).await.map_err(refuse)?;
    Ok(crate::markup::of(|| details(&entries)))
}
