//! Each kind with its edge cases, as snapshots of the markup, and what must hold for any data. To
//! accept a changed snapshot after looking at it: `INSTA_UPDATE=always cargo test -p brisk-chart`.

mod area;
mod bar;
mod donut;
mod gauge;
mod heatmap;
mod histogram;
mod horizontal_bar;
mod line;
mod not_finite;
mod plain;
mod scatter;
mod shares;
mod stat;
mod table;

use crate::support::case::Case;
use crate::support::columns::{london, time};
use brisk_chart::Drawing;
use brisk_domain::{Bounds, Column, PanelKindName, Timestamp, Unit};

/// 2011-10-24 00:00 in London, a Monday; the clocks go back on the following Sunday.
const MONDAY: i64 = 1_319_410_800;

fn monday() -> Timestamp {
    Timestamp::from_seconds(MONDAY)
}

/// Revenue in pounds over the two weeks from that Monday.
fn revenue(kind: PanelKindName, columns: Vec<Column>) -> Case {
    Case::new("", kind, "Revenue", columns).with(|case| {
        case.spec.unit = Unit::Money("GBP".into());
        case.bounds = Bounds { from: monday(), to: london().plus_days(monday(), 14) };
        case.size = (640.0, 240.0);
    })
}

/// So many days from that Monday on.
fn days(count: i64) -> Column {
    time("day", (0..count).map(|i| london().plus_days(monday(), i)).collect())
}

fn drawn(case: &Case) -> Drawing {
    let drawing = case.draw();
    for text in [&drawing.body, &drawing.summary] {
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
    assert!(!drawing.summary.is_empty());
    drawing
}

fn snapshot(name: &str, drawing: &Drawing) {
    let body = drawing.body.replace("><", ">\n<");
    let legend: Vec<&str> = drawing.legend.iter().map(|item| item.name.as_str()).collect();
    insta::assert_snapshot!(
        name,
        format!("{}\n\nlegend: {legend:?}\nempty: {}\n\n{body}", drawing.summary, drawing.is_empty)
    );
}

/// The markup alone.
fn markup_snapshot(name: &str, markup: &str) {
    insta::assert_snapshot!(name, markup.replace("><", ">\n<"));
}
