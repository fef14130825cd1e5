//! Extracts figures from a panel's data.

use anyhow::{Context, Result};
use brisk_domain::PanelData;

/// The first cell of a panel, as an integer.
pub fn panel_value(data: &PanelData) -> Result<i64> {
    let column = data.frame.columns().first().context("the panel has no column")?;
    let text = column.values.exact(0).context("the panel has no row")?;
    text.parse().with_context(|| format!("{text} is no whole number"))
}
