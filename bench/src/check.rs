//! Extracts figures from a panel's data, and from pages.

use anyhow::{Context, Result};
use brisk_domain::PanelData;

/// The first cell of a panel, as an integer.
pub fn panel_value(data: &PanelData) -> Result<i64> {
    let column = data.frame.columns().first().context("the panel has no column")?;
    let text = column.values.exact(0).context("the panel has no row")?;
    text.parse().with_context(|| format!("{text} is no whole number"))
}

/// A figure on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// What it is.
    pub value: i64,
    /// Whether the page says that it could not be verified to be current.
    pub is_unverified: bool,
}

/// The first exact figure of `panel` on a page. What a panel shows that was late comes after the page, in a
/// template that is named by the comment in its place.
pub fn page_value(page: &str, panel: &str) -> Option<Shown> {
    let (_, panel) = page.split_once(&format!("data-panel=\"{panel}\""))?;
    let (panel, rest) = panel.split_once("</section>")?;
    let shown = match panel.split_once("<!--s-") {
        Some((_, late)) if !panel.contains("data-exact=") => {
            let id = late.split("o-->").next()?;
            rest.split_once(&format!("<template id=\"{id}f\""))?.1
        }
        _ => panel,
    };
    let (before, after) = shown.split_once("data-exact=\"")?;
    let value = after.split('"').next()?.parse().ok()?;
    let state = before.rsplit_once("data-state=\"").map(|(_, state)| state);
    Some(Shown { value, is_unverified: state.is_some_and(|state| state.starts_with("unverified")) })
}
