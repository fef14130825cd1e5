//! The phases as bars, drawn as dashboards are: a page that needs no server.

use super::phase::PHASES;
use super::report::{Measured, Report};
use anyhow::Result;
use brisk_chart::{Input, Spec};
use brisk_domain::panel_kind::Bar;
use brisk_domain::{
    Additivity, Bounds, Column, Frame, Interval, PanelKind, Timestamp, Unit, Values, ZoneOffsets,
};

const STYLES: [&str; 7] = [
    include_str!("../../../style/tokens.css"),
    include_str!("../../../style/colors.css"),
    include_str!("../../../style/data-colors.css"),
    include_str!("../../../style/base.css"),
    include_str!("../../../style/layout.css"),
    include_str!("../../../style/panel.css"),
    include_str!("../../../style/chart.css"),
];
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 200.0;

/// The page.
pub(super) fn page(report: &Report) -> Result<String> {
    let average = bars(report, "Average view", "seconds", |m| m.average().as_secs_f64())?;
    let p95 = bars(report, "95th percentile", "seconds", |m| m.percentile(0.95).as_secs_f64())?;
    let database = bars(report, "Database's processor time, of 100 views", "seconds", |m| {
        m.of_a_hundred(m.database.as_secs_f64())
    })?;
    let style = STYLES.concat();
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>The case, phase by phase</title>\
         <style>{style}\nmain {{ max-width: 720px; margin: 32px auto; padding: 0 16px; display: grid; \
         gap: 16px; grid-template-columns: minmax(0, 1fr); }}</style></head><body><main>\
         <h1>The case, phase by phase</h1>{average}{p95}{database}</main></body></html>\n"
    ))
}

fn bars(report: &Report, title: &str, unit: &str, of: impl Fn(&Measured) -> f64) -> Result<String> {
    let measured = PHASES.iter().filter_map(|phase| Some((phase, report.measured.get(phase)?)));
    let (names, values) =
        measured.map(|(phase, m)| (Some(phase.name().to_owned()), Some(of(m)))).unzip();
    let column = |name: &str, values| Column { name: name.into(), values };
    let columns = vec![column("phase", Values::Text(names)), column(title, Values::Float(values))];
    let frame = Frame::new(columns)?;
    let spec = Spec {
        kind: PanelKind::Bar(Bar { horizontal: true, ..Bar::default() }),
        title: title.into(),
        unit: Unit::parse(unit)?,
        columns: Vec::new(),
        compare: None,
    };
    let day = Bounds { from: Timestamp(0), to: Timestamp::from_seconds(86_400) };
    let drawing = brisk_chart::draw(&Input {
        spec: &spec,
        frame: &frame,
        additivity: &[Additivity::Key, Additivity::Single],
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
        width: WIDTH,
        height: HEIGHT,
        hidden: &[],
        links: None,
    });
    Ok(format!(
        "<section class=\"panel h4\"><header class=\"panel-head\"><h2>{title}</h2></header>\
         <div class=\"content\"><div class=\"drawing\">{}</div></div></section>",
        drawing.body
    ))
}
