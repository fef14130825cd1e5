//! All phases show the same figures: cell by cell, for some views.

use super::before::Row;
use super::phase::{PANELS, Phase, Server};
use super::views::View;
use crate::client::Client;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// A panel's rows, each value as text that does not depend on who wrote it.
type Cells = Vec<Vec<(String, String)>>;

/// Compares what the phase's server shows of `view` with `expected`, the cells of the program before.
pub(super) async fn same(
    phase: Phase,
    server: &Server,
    view: &View,
    expected: &[Cells],
) -> Result<usize> {
    let (mut count, actual) = (0, cells(phase, server, view).await?);
    for ((panel, expected), actual) in PANELS.iter().zip(expected).zip(&actual) {
        ensure!(!expected.is_empty(), "{panel}: no rows in {}", view.query());
        if expected != actual {
            let pairs = expected.iter().zip(actual);
            let first = pairs.into_iter().find(|(one, other)| one != other);
            bail!(
                "{}, {panel}, {}: {} rows instead of {}; first difference: {first:?}",
                phase.name(),
                view.query(),
                actual.len(),
                expected.len()
            );
        }
        count += expected.iter().map(Vec::len).sum::<usize>();
    }
    Ok(count)
}

/// What the phase's server shows of `view`, by panel.
pub(super) async fn cells(phase: Phase, server: &Server, view: &View) -> Result<Vec<Cells>> {
    let client = Client::default();
    let mut panels = Vec::new();
    for panel in PANELS {
        let address = server.data(panel, view);
        let (status, _, body) = client.get_with_tag(&address).await?;
        ensure!(status == 200, "{address}: status {status}: {}", String::from_utf8_lossy(&body));
        panels.push(match phase {
            Phase::Before => rows(&serde_json::from_slice::<Vec<Row>>(&body)?)?,
            _ => columns(&serde_json::from_slice(&body)?)
                .with_context(|| format!("{address}: {}", String::from_utf8_lossy(&body)))?,
        });
    }
    Ok(panels)
}

fn rows(rows: &[Row]) -> Result<Cells> {
    // What statements of a row are for is no figure.
    let is_shown = |name: &str| name != "stock_code";
    let row = |row: &Row| {
        let cells = row.iter().filter(|(name, _)| is_shown(name));
        let mut cells: Vec<_> = cells.map(|(name, value)| (name.clone(), text(value))).collect();
        cells.sort();
        cells
    };
    Ok(rows.iter().map(row).collect())
}

fn columns(answer: &Value) -> Option<Cells> {
    let frame = answer.pointer("/panel/frame")?;
    let count = usize::try_from(frame.get("rows")?.as_u64()?).ok()?;
    let columns = frame.get("columns")?.as_array()?;
    let mut rows = vec![Vec::new(); count];
    for column in columns {
        let name = column.get("name")?.as_str()?;
        for (row, cell) in rows.iter_mut().zip(column.get("cells")?.as_array()?) {
            row.push((name.to_owned(), text(cell)));
        }
    }
    rows.iter_mut().for_each(|row| row.sort());
    Some(rows)
}

/// Numbers without trailing zeros; times in UTC with a `Z`.
fn text(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.len() > 20 && text.ends_with("+00:00") {
        return text.replace("+00:00", "Z");
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        _ => text,
    }
}
