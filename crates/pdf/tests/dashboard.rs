//! A dashboard with 20 panels, of the charts that the gallery shows.

#![allow(dead_code)]

use crate::support::case::Case;
use crate::support::cases;
use crate::support::columns::{floats, gbp, ints, style, texts};
use brisk_domain::panel::Cell;
use brisk_domain::{GridPlace, PanelKind, PanelKindName, Timestamp};
use brisk_pdf::{Content, Document, Layout, Panel, Paper, PaperSize};

/// The notes of one panel.
const NOTES: [&str; 1] = ["3 partial days left out"];

/// 20 panels as they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    let mut all = cases::usual();
    let edges = cases::edge_cases();
    let wanted = 20 - all.len();
    all.extend(edges.into_iter().filter(|case| case.frame.rows() > 1).take(wanted));
    // Figures come first, as on most dashboards; tables last.
    all.sort_by_key(|case| rank(&case.spec.kind));
    all
}

/// What real data does to charts.
pub(crate) fn messy() -> Vec<Case> {
    let mut all = cases::edge_cases();
    all.sort_by_key(|case| rank(&case.spec.kind));
    all
}

fn rank(kind: &PanelKind) -> u8 {
    match kind {
        PanelKind::Stat(_) => 0,
        PanelKind::Gauge(_) => 1,
        PanelKind::Table(_) => 9,
        _ => 5,
    }
}

/// The range and the filters.
pub(crate) fn lines() -> Vec<String> {
    vec![
        "9 Sep – 7 Dec 2011 · by day · Europe/London".to_owned(),
        "Country: France, Germany · Channel: Online".to_owned(),
    ]
}

/// A document of `cases`, laid out as an author would.
pub(crate) fn document<'a>(cases: &'a [Case], lines: &'a [String]) -> Document<'a> {
    let places = places(cases);
    let panel = |(case, place): (&'a Case, GridPlace)| Panel {
        title: &case.spec.title,
        place,
        content: Content::Data(Box::new(case.input())),
        notes: &[],
        address: Some("https://brisk.example.com/d/online-retail/revenue?range=90d"),
    };
    Document {
        title: "Online retail",
        lines,
        as_of: "As of 9 December 2011, 13:00",
        language: "en",
        created: Timestamp::from_seconds(1_323_435_600),
        paper: Paper { size: PaperSize::A4, is_landscape: false },
        layout: Layout::Dashboard,
        address: Some("https://brisk.example.com/d/online-retail?range=90d"),
        panels: cases.iter().zip(places).map(panel).collect(),
    }
}

/// Figures in fours, charts in twos, tables alone.
pub(crate) fn places(cases: &[Case]) -> Vec<GridPlace> {
    let (mut x, mut y, mut height) = (0, 0, 0);
    let mut place = |case: &Case| {
        let (w, h) = match &case.spec.kind {
            PanelKind::Stat(_) => (3, 2),
            PanelKind::Gauge(_) => (3, 3),
            PanelKind::Table(_) => (12, 5),
            _ => (6, 4),
        };
        if x + w > 12 || (x > 0 && h != height) {
            (x, y) = (0, y + height);
        }
        height = h;
        let place = GridPlace { x, y, w, h };
        x += w;
        place
    };
    cases.iter().map(&mut place).collect()
}

/// A table with that many rows of invoices.
pub(crate) fn invoices(rows: usize) -> Case {
    let customers = [
        "Regency Cakestands & Sons",
        "Łódź Zabawki",
        "A shop whose name is so long that it takes two lines even on a page of its own, and perhaps three",
        "Έσοδα Α.Ε.",
        "Выручка и партнёры",
    ];
    let names: Vec<&str> = (0..rows).map(|row| customers[row % customers.len()]).collect();
    let numbers: Vec<String> = (0..rows).map(|row| format!("INV-{:05}", 10_000 + row)).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let amounts = (0..rows).map(amount);
    let columns = vec![
        texts("invoice", &numbers),
        texts("customer", &names),
        ints("quantity", (0..rows).map(|row| (row as i64 * 7) % 450)),
        floats("amount", amounts),
    ];
    Case::new("invoices", PanelKindName::Table, "Invoices", columns).with(|case| {
        case.spec.columns = vec![style("amount", Some(gbp()), Cell::Plain)];
    })
}

/// What invoice `row` amounts to; no two are the same.
pub(crate) fn amount(row: usize) -> f64 {
    1_000.0 + row as f64 * 13.37
}
