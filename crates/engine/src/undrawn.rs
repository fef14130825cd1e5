//! Says where a chart does not draw what its panel is compared with. Pure.

use brisk_domain::panel::Cell;
use brisk_domain::panel_kind::{Area, Bar};
use brisk_domain::point::{Roles, numbered, of_column};
use brisk_domain::{Additivity, Column, Panel, PanelData, PanelKind};

/// The sentence, without its full stop, where the values of the earlier period are in the table only.
pub(crate) fn note(panel: &Panel, data: &PanelData) -> Option<String> {
    let (compare, previous) = (panel.compare?, data.previous.as_ref()?);
    if data.frame.rows() == 0 || previous.rows() == 0 {
        return None;
    }
    let reason = reason(panel, data)?;
    Some(format!("The values of the {} are in the table only: {reason}", compare.label()))
}

/// Why the kind does not draw them.
fn reason(panel: &Panel, data: &PanelData) -> Option<&'static str> {
    let is_stacked = match &panel.kind {
        PanelKind::Donut(_) => return Some("a donut shows one period"),
        PanelKind::Heatmap(_) => return Some("a heatmap shows one period"),
        PanelKind::Gauge(_) => return Some("a gauge shows one period"),
        PanelKind::Bar(Bar { stacked, .. }) | PanelKind::Area(Area { stacked, .. }) => *stacked,
        PanelKind::Line(_) | PanelKind::Histogram(_) => false,
        PanelKind::Stat(_) | PanelKind::Table(_) | PanelKind::Scatter(_) => return None,
    };
    let columns = data.frame.columns();
    if !columns.first()?.values.is_time() {
        return Some("they are drawn along time, and the first column is none");
    }
    (series(panel, data, is_stacked) > 1)
        .then_some("they are drawn beside one series, and there are several")
}

/// How many series the chart has.
fn series(panel: &Panel, data: &PanelData, is_stacked: bool) -> usize {
    let columns = data.frame.columns();
    let roles = Roles::of(&data.frame, &data.additivity);
    let is_shown =
        |column: &Column| panel.column(&column.name).is_none_or(|style| style.cell != Cell::Hidden);
    let numbers = roles.numbers.iter().filter(|at| is_shown(&columns[**at]));
    let is_measure = |at: &&usize| of_column(&data.additivity, **at) != Additivity::Shared;
    let measures = numbers.clone().filter(is_measure).count();
    let drawn = match is_stacked {
        // What is computed of a measure does not stand on it.
        true => measures.max(1),
        false => numbers.count(),
    };
    numbered(&columns[roles.names], data.frame.rows()).1.len() * drawn
}
