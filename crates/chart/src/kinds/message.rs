//! Messages shown instead of a drawing.

use super::chart::Chart;
use crate::data::parts;
use crate::readout::Readout;
use crate::scene::Scene;
use crate::spec::Input;
use brisk_domain::format::Number;
use brisk_domain::{Column, PanelKind};

/// Whether there is no number at all (or no row, for tables).
pub(crate) fn has_nothing(input: &Input<'_>) -> bool {
    let frame = input.frame;
    if frame.rows() == 0 {
        return true;
    }
    if input.spec.has_rows() {
        return false;
    }
    let has_number =
        |column: &Column| (0..frame.rows()).any(|row| Number::of(&column.values, row).is_some());
    !frame.columns().iter().any(|column| has_number(column))
}

/// Whether there are numbers, but none that is finite: a chart has no place for them.
pub(crate) fn has_no_place(input: &Input<'_>) -> bool {
    let frame = input.frame;
    let has_number =
        |column: &Column| (0..frame.rows()).any(|row| column.values.number(row).is_some());
    let is_figure = matches!(input.spec.kind, PanelKind::Stat(_) | PanelKind::Gauge(_));
    // The first column only positions the others.
    !is_figure
        && !input.spec.has_rows()
        && !frame.columns().iter().skip(1).any(|column| has_number(column))
}

/// Nothing but NaN and infinity.
pub(crate) fn no_place(input: &Input<'_>) -> Chart {
    refused(input, "All numbers are NaN or infinite; see the table".into())
}

/// No rows, or nothing but NULL.
pub(crate) fn no_data(input: &Input<'_>) -> Chart {
    let range = input.bounds.label(input.zone);
    if let Some(left_out) = parts::left_out(input.coverage) {
        let text = format!("No whole {} in this range: {left_out}", input.interval.word());
        return refused(input, text);
    }
    let summary = format!("{}: no data, {range}.", input.spec.title);
    message("No data in this range".into(), summary)
}

/// The columns do not fit the kind.
pub(crate) fn unfit(input: &Input<'_>) -> Chart {
    let kind = input.spec.kind.word();
    refused(input, format!("These columns cannot be drawn as a {kind}; see the table"))
}

/// The kind cannot show what the columns hold; `text` says why.
pub(crate) fn refused(input: &Input<'_>, text: String) -> Chart {
    let summary = format!("{}: {text}.", input.spec.title);
    message(text, summary)
}

fn message(text: String, summary: String) -> Chart {
    let scene = Scene::Message { text };
    Chart { is_empty: true, ..Chart::new(scene, summary, Readout::default()) }
}
