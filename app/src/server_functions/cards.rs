//! The contents of cards, as markup.

// `#[server]` makes a struct from the arguments; the functions' own docs describe them.
#![allow(missing_docs)]

#[cfg(feature = "ssr")]
use super::refusal::{busy, refuse};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};
use serde::{Deserialize, Serialize};

/// The content of a panel's card in an open page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The panel.
    pub panel: String,
    /// Its content, as markup of this server.
    pub html: String,
    /// On the own page of a panel that is no table: the table of its data.
    pub table: Option<String>,
}

/// The contents of the cards of `panels` (names separated by commas) for the view that the page's own
/// query string describes; with `large`, as on a panel's own page. Read-only. A panel that is still
/// loading says so at once. With `wait` the response waits for it, as long as a statement may take: for
/// panels that are never cached, and so load again with each request. `hidden` lists the series that the
/// reader has switched off: a block for each panel, separated by empty lines; its first line is the panel,
/// each other line a series.
#[server(prefix = "/fn", endpoint = "cards", input = GetUrl, output = Json)]
pub async fn cards(
    slug: String,
    panels: String,
    query: String,
    large: bool,
    wait: bool,
    hidden: Option<String>,
) -> Result<Vec<Card>, ServerFnError> {
    use crate::components::panel_card;
    use crate::service::{HiddenSeries, SharedService};
    let service = expect_context::<SharedService>();
    let parameters = brisk_domain::view::parse_query(&query);
    let panels: Vec<String> = panels.split(',').map(str::to_owned).collect();
    let mut page = service.cards(&slug, &panels, &parameters, wait).await.map_err(refuse)?;
    page.is_one_panel = large;
    page.hidden = hidden.map(|text| HiddenSeries::parse(&text)).unwrap_or_default();
    let page = std::sync::Arc::new(page);
    let mut cards = Vec::with_capacity(page.panels.len());
    for (panel, slot) in &page.panels {
        let (previous, outcome) = (slot.previous(), slot.clone().outcome().await);
        let (page, panel) = (std::sync::Arc::clone(&page), panel.clone());
        let drawing = page.fragments.drawing().clone();
        let drawn = drawing.run(move || {
            let has_table = large && !panel.kind.traits().is_table();
            let table =
                has_table.then(|| panel_card::table(&page, &panel, previous.as_ref(), &outcome));
            let html = panel_card::content(&page, &panel, previous, outcome);
            Card { panel: panel.id.to_string(), html, table }
        });
        cards.push(drawn.await.ok_or_else(busy)?);
    }
    Ok(cards)
}
