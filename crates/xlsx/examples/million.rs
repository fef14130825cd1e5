//! Writes a workbook of a million rows, and says what it took:
//! `cargo run --release -p brisk-xlsx --example million -- million.xlsx`. On two cores of a busy machine: 7 s, a file of
//! 33 MB, and 34 MB of memory besides the frame's, most of which are the file.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods
)]

use brisk_domain::{
    Bounds, Column, Decimal, Edition, Export, ExportedPanel, Frame, Freshness, Interval, PanelData,
    Slug, Timestamp, Values, ZoneOffsets,
};
use std::time::Instant;

const ROWS: i64 = 1_000_000;

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "million.xlsx".into());
    let file = "title = \"x\"\nsource = \"shop\"\n[[panel]]\nid = \"x\"\ntitle = \"Orders\"\nkind = \"table\"\nsql = \"select 1\"\n";
    let slug = Slug::parse("x").unwrap();
    let panel = brisk_definition::parse("x.toml", slug, file).unwrap().panels.remove(0);
    let (data, zone) = (data(), ZoneOffsets::utc());
    let export = Export {
        title: "Orders",
        description: None,
        range: "all".into(),
        interval: Interval::Day,
        zone: "UTC",
        offsets: &zone,
        filters: Vec::new(),
        made_at: Timestamp(0),
        address: None,
        panels: vec![ExportedPanel { panel: &panel, data: Ok(&data) }],
    };
    let frame_only = peak();
    let begun = Instant::now();
    let bytes = brisk_xlsx::workbook(&export).expect("a workbook");
    println!(
        "{ROWS} rows of {} columns: {:.1} s, a file of {:.1} MB; at most {} MB of memory, {frame_only} MB before",
        data.frame.columns().len(),
        begun.elapsed().as_secs_f64(),
        bytes.len() as f64 / 1e6,
        peak()
    );
    std::fs::write(path, bytes)
}

/// The most memory that the process has had, in MB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1000
}

fn data() -> PanelData {
    let column = |name: &str, values| Column { name: name.into(), values };
    let at = |row| Timestamp::from_seconds(1_300_000_000 + row * 37);
    let frame = Frame::new(vec![
        column("id", Values::Int((0..ROWS).map(Some).collect())),
        column("at", Values::Time((0..ROWS).map(|row| Some(at(row))).collect())),
        column(
            "country",
            Values::Text((0..ROWS).map(|row| Some(format!("Country {}", row % 40))).collect()),
        ),
        column(
            "amount",
            Values::Decimal((0..ROWS).map(|row| Some(Decimal::from_scaled(row * 7, 2))).collect()),
        ),
        column("score", Values::Float((0..ROWS).map(|row| Some(row as f64 / 7.0)).collect())),
    ]);
    let bounds = Bounds { from: at(0), to: at(ROWS) };
    PanelData {
        frame: frame.unwrap(),
        additivity: Vec::new(),
        weekdays: Vec::new(),
        previous: None,
        sparkline: None,
        sparkline_additivity: Vec::new(),
        coverage: None,
        previous_coverage: None,
        sparkline_coverage: None,
        bounds,
        earlier: None,
        interval: Interval::Day,
        offsets: ZoneOffsets::utc(),
        as_of: at(ROWS),
        freshness: Freshness::Fresh,
        edition: Edition::default(),
        notes: Vec::new(),
    }
}
