//! The phases as bars, drawn as a dashboard's images are.

use super::phase::PHASES;
use super::report::{Measured, Report};
use crate::wall_clock::since_epoch;
use anyhow::Result;
use brisk_chart::{Caption, Input, Spec, Theme};
use brisk_domain::panel_kind::Bar;
use brisk_domain::{
    Additivity, Bounds, Column, Frame, Interval, PanelKind, Timestamp, Unit, Values, ZoneOffsets,
};

const SIZE: (f64, f64) = (800.0, 360.0);
/// In seconds.
const DAY: i64 = 86_400;
const TITLE: &str = "A view, phase by phase";

/// The average view and the 95th percentile, in seconds.
pub(super) fn svg(report: &Report) -> Result<String> {
    let measured = || PHASES.iter().filter_map(|phase| Some((phase, report.measured.get(phase)?)));
    let names = measured().map(|(phase, _)| Some(phase.name().to_owned())).collect();
    let seconds = |of: fn(&Measured) -> f64| {
        let rounded = |seconds: f64| (seconds * 1_000.0).round() / 1_000.0;
        Values::Float(measured().map(|(_, measured)| Some(rounded(of(measured)))).collect())
    };
    let column = |name: &str, values| Column { name: name.into(), values };
    let columns = vec![
        column("phase", Values::Text(names)),
        column("average", seconds(|m| m.average().as_secs_f64())),
        column("95th percentile", seconds(|m| m.percentile(0.95).as_secs_f64())),
    ];
    let frame = Frame::new(columns)?;
    let spec = Spec {
        kind: PanelKind::Bar(Bar { horizontal: true, ..Bar::default() }),
        title: TITLE.into(),
        unit: Unit::parse("seconds")?,
        columns: Vec::new(),
        compare: None,
    };
    // Text for those who do not see the chart says when.
    let today = since_epoch().as_secs() as i64 / DAY * DAY;
    let (from, to) = (Timestamp::from_seconds(today), Timestamp::from_seconds(today + DAY));
    let day = Bounds { from, to };
    let input = Input {
        spec: &spec,
        frame: &frame,
        additivity: &[Additivity::Key, Additivity::Single, Additivity::Single],
        weekdays: &[],
        previous: None,
        sparkline: None,
        sparkline_additivity: &[],
        coverage: None,
        previous_coverage: None,
        sparkline_coverage: None,
        bounds: day,
        earlier: None,
        interval: Interval::Day,
        zone: &ZoneOffsets { first: 0, changes: Vec::new() },
        width: SIZE.0,
        height: SIZE.1,
        hidden: &[],
        links: None,
    };
    let note = format!(
        "{} invoice lines · {} views in the first phase, {} in the last",
        brisk_domain::format::grouped(&report.rows.to_string()),
        measured().next().map_or(0, |(_, measured)| measured.times.len()),
        measured().next_back().map_or(0, |(_, measured)| measured.times.len()),
    );
    let caption = Caption { title: TITLE, note: &note };
    Ok(brisk_chart::image(&input, Theme::Light, &caption).svg)
}
