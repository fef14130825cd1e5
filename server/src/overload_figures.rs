//! The figures of overload, for [`crate::metrics`]: what waits, what is refused, what fails, of each
//! source.

use crate::state::AppState;
use brisk_cache::{LaneFigures, Waits};
use std::fmt::{Display, Write};
use std::time::Duration;

/// In Prometheus' text format.
pub(crate) fn of(state: &AppState) -> String {
    let mut text = Text::default();
    let loader = state.service.engine().loader();
    let lanes = loader.cache().lanes();
    text.of_lanes("source_running", "Loads that run.", &lanes, |lane| lane.running);
    text.of_lanes("source_waiting", "Loads that wait for a place.", &lanes, |lane| lane.waiting);
    let about = "Loads that may run at a time now.";
    text.of_lanes("source_concurrency_limit", about, &lanes, |lane| lane.limit);
    text.waits("source_queue_seconds", "How long loads waited for a place.", &lanes);
    if let Some(drawing) = state.service.drawing().figures() {
        text.begin("drawing_running", "gauge", "Pages and panels that are being drawn.");
        text.line("drawing_running", "", drawing.running);
        text.begin("drawing_waiting", "gauge", "Pages and panels that wait to be drawn.");
        text.line("drawing_waiting", "", drawing.waiting);
        text.begin("drawing_refused_total", "counter", "Drawings that were refused.");
        text.line("drawing_refused_total", "", drawing.refused_full + drawing.refused_late);
    }
    text.begin("source_refused_total", "counter", "Loads that were given no place.");
    for LaneFigures { lane, refused_full, refused_late, .. } in &lanes {
        for (reason, count) in [("queue_full", refused_full), ("queue_time", refused_late)] {
            let labels = format!("source=\"{lane}\",reason=\"{reason}\"");
            text.line("source_refused_total", &labels, count);
        }
    }
    text.begin("source_failures_total", "counter", "Loads that failed.");
    for ((source, kind), count) in loader.failures().counted() {
        let labels = format!("source=\"{source}\",kind=\"{kind}\"");
        text.line("source_failures_total", &labels, count);
    }
    let about = "Panels whose frames were put together.";
    text.begin("panels_assembled_total", "counter", about);
    text.line("panels_assembled_total", "", loader.assembled());
    let about = "Statements that may go on running, because ending them failed.";
    text.begin("statements_detached_total", "counter", about);
    text.line("statements_detached_total", "", brisk_source::detached_statements());
    let about = "Views that were refused (429) because their client asks for too much.";
    text.begin("views_refused_total", "counter", about);
    let (rate, queue) = state.service.admission().refused();
    for (reason, count) in [("cold_views", rate), ("queue", queue)] {
        text.line("views_refused_total", &format!("reason=\"{reason}\""), count);
    }
    text.0
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn begin(&mut self, name: &str, kind: &str, about: &str) {
        // Writing into a string does not fail.
        let _ = write!(self.0, "# HELP brisk_{name} {about}\n# TYPE brisk_{name} {kind}\n");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl Display) {
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(self.0, "brisk_{name}{labels} {value}");
    }

    fn of_lanes(
        &mut self,
        name: &str,
        about: &str,
        lanes: &[LaneFigures],
        value: impl Fn(&LaneFigures) -> usize,
    ) {
        self.begin(name, "gauge", about);
        for lane in lanes {
            self.line(name, &format!("source=\"{}\"", lane.lane), value(lane));
        }
    }

    fn waits(&mut self, name: &str, about: &str, lanes: &[LaneFigures]) {
        self.begin(name, "histogram", about);
        for LaneFigures { lane, waits, .. } in lanes {
            let bounds = Waits::BOUNDS.iter().map(Duration::as_secs_f64).map(|b| b.to_string());
            let mut count = 0;
            for (class, bound) in waits.classes.iter().zip(bounds.chain(["+Inf".to_owned()])) {
                count += class;
                let labels = format!("source=\"{lane}\",le=\"{bound}\"");
                self.line(&format!("{name}_bucket"), &labels, count);
            }
            let labels = format!("source=\"{lane}\"");
            self.line(&format!("{name}_sum"), &labels, waits.sum.as_secs_f64());
            self.line(&format!("{name}_count"), &labels, count);
        }
    }
}
