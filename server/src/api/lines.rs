//! A frame as lines of JSON (NDJSON): an object for each row, with the cells that the frame has in JSON, and
//! the further columns of CSV.

use super::frame::{Buckets, Cell, complete_name};
use brisk_domain::compared::compared_columns;
use brisk_domain::{Column, Panel, PanelData};
use serde::ser::{SerializeMap as _, Serializer};
use std::io::Write as _;

/// The frame of `data`, which is that of `panel`.
pub fn of(panel: &Panel, data: &PanelData) -> Result<Vec<u8>, serde_json::Error> {
    let frame = &data.frame;
    let compared = compared_columns(panel, data);
    let columns: Vec<&Column> =
        frame.columns().iter().map(AsRef::as_ref).chain(&compared).collect();
    let buckets = data.coverage.as_ref();
    let buckets = buckets.and_then(|coverage| Buckets::of(frame, coverage, &data.offsets));
    let complete = buckets.map(|buckets| (complete_name(frame), buckets.complete));
    let mut out = Vec::new();
    for row in 0..frame.rows() {
        let mut serializer = serde_json::Serializer::new(&mut out);
        let mut line = serializer.serialize_map(None)?;
        for column in &columns {
            line.serialize_entry(&column.name, &Cell(&column.values, row))?;
        }
        if let Some((name, complete)) = &complete {
            line.serialize_entry(name, &complete.get(row).copied().flatten())?;
        }
        line.end()?;
        out.write_all(b"\n").map_err(serde_json::Error::io)?;
    }
    Ok(out)
}
