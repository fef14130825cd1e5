//! Assembles a panel's frames: computed columns, offsets, edition.

use crate::computed;
use crate::load::Loaded;
use crate::panel_errors::definition_error;
use crate::plan::PanelPlan;
use crate::series_order::SeriesRules;
use crate::window::Window;
use brisk_cache::Fingerprint;
use brisk_domain::{
    Additivity, Bounds, Edition, Frame, Freshness, Panel, PanelData, PanelError, Timestamp, Unit,
    ZoneOffsets,
};
use std::sync::Arc;

/// Assembles a panel's frames; `loaded` is in the order of its statements.
pub(crate) fn panel_data(
    panel: &Panel,
    window: &Window,
    plan: &PanelPlan,
    loaded: Vec<Loaded>,
) -> Result<PanelData, PanelError> {
    let as_of = loaded.iter().map(|l| l.as_of).min().unwrap_or_default();
    let freshness = loaded.iter().map(|l| l.freshness).max().unwrap_or(Freshness::Fresh);
    let edition = edition(loaded.iter());
    let mut frames = loaded.into_iter().map(|l| l.frame);
    let with_computed = |frame: Arc<Frame>, bounds: Bounds| {
        let rules = SeriesRules {
            kind: &panel.kind,
            additivity: &additivity(panel, plan, &frame),
            bounds,
            interval: plan.interval,
            zone: &window.offsets,
        };
        if panel.computed.is_empty() {
            return Ok(Frame::clone(&frame));
        }
        let (frame, order) = rules.ordered(&frame, &panel.computed);
        computed::with_computed(&frame, &panel.computed, &order)
            .map_err(|error| definition_error(error.to_string()))
    };
    let frame = frames.next().map(|frame| with_computed(frame, window.bounds));
    let frame = frame.transpose()?.unwrap_or_default();
    let earlier = plan.earlier.filter(|_| plan.previous.is_some());
    let previous = earlier.and_then(|earlier| Some(with_computed(frames.next()?, earlier.bounds)));
    let previous = previous.transpose()?;
    let additivity = additivity(panel, plan, &frame);
    let sparkline = frames.next().map(|frame| (*frame).clone());
    let sparkline_additivity = match (&plan.sparkline, &sparkline) {
        (Some(planned), Some(frame)) => planned.statement.additivity.of(names(frame)),
        _ => Vec::new(),
    };
    let offsets = shown_offsets(window, plan, &frame, as_of);
    Ok(PanelData {
        frame,
        additivity,
        previous,
        sparkline,
        sparkline_additivity,
        bounds: window.bounds,
        earlier: plan.earlier,
        interval: plan.interval,
        offsets,
        as_of,
        freshness,
        edition,
    })
}

/// Whether each column of `frame` adds up.
fn additivity(panel: &Panel, plan: &PanelPlan, frame: &Frame) -> Vec<Additivity> {
    let mut additivity = plan.main.statement.additivity.of(names(frame));
    for (one, name) in additivity.iter_mut().zip(names(frame)) {
        if panel.computed.iter().any(|computed| computed.name == name) {
            *one = Additivity::Shared;
        } else if *panel.unit_of(name) == Unit::Percent {
            *one = one.of_fractions();
        }
    }
    additivity
}

fn names(frame: &Frame) -> impl Iterator<Item = &str> {
    frame.columns().iter().map(|column| column.name.as_str())
}

/// A key identifies the generations, and the load time tells apart entries loaded one after another
/// under the same ones.
pub(crate) fn edition<'a>(loaded: impl Iterator<Item = &'a Loaded>) -> Edition {
    let parts = loaded.map(|one| format!("{} {}", one.key, one.as_of.0));
    Edition(Fingerprint::of(parts).to_string().into())
}

/// The zone's offsets for everything the panel shows, which may lie outside the bounds, and for the
/// moment at which it was loaded.
fn shown_offsets(
    window: &Window,
    plan: &PanelPlan,
    frame: &Frame,
    as_of: Timestamp,
) -> ZoneOffsets {
    const MARGIN: i64 = 7 * 86_400 * 1_000_000;
    let times = frame.columns().iter().filter(|column| column.values.is_time()).map(|column| {
        let placed = |row| column.values.placed(row, &window.offsets);
        (0..frame.rows()).filter_map(placed)
    });
    let mut ends = vec![window.bounds.from, window.bounds.to];
    ends.extend(plan.earlier.iter().flat_map(|earlier| [earlier.bounds.from, earlier.bounds.to]));
    ends.extend(times.flatten());
    let (from, to) = (ends.iter().min().copied(), ends.iter().max().copied());
    let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
    let (from, to) = (from.0.saturating_sub(MARGIN), to.0.saturating_add(MARGIN));
    window.offsets.within_and_at(Timestamp(from), Timestamp(to), as_of)
}
