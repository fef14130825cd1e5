//! Assembles a panel's frames: computed columns, offsets, edition.

use crate::beginning;
use crate::computed;
use crate::idle_options;
use crate::idle_units;
use crate::load::Loaded;
use crate::one_scan;
use crate::panel_errors::definition_error;
use crate::plan::PanelPlan;
use crate::series_order::SeriesRules;
use crate::summands;
use crate::undrawn;
use crate::uneven_periods;
use crate::unstacked;
use crate::whole_buckets::{self, BucketRules};
use crate::window::Window;
use brisk_cache::Fingerprint;
use brisk_definition::UnknownColumn;
use brisk_domain::compared;
use brisk_domain::{
    Additivity, Bounds, Coverage, EarlierPeriod, Edition, Frame, Freshness, Panel, PanelData,
    PanelError, Timestamp, Unit, ZoneOffsets,
};
use std::sync::Arc;

/// Assembles a panel's frames; `loaded` is in the order of its statements, `beginning` is whether the data
/// reach back to the period to compare with.
pub(crate) fn panel_data(
    panel: &Panel,
    window: &Window,
    plan: &PanelPlan,
    loaded: Vec<Loaded>,
    beginning: Option<Loaded>,
) -> Result<PanelData, PanelError> {
    let as_of = loaded.iter().map(|l| l.as_of).min().unwrap_or_default();
    let freshness = loaded.iter().map(|l| l.freshness).max().unwrap_or(Freshness::Fresh);
    let edition = edition(loaded.iter().chain(&beginning), plan, window);
    let is_covered = beginning.as_ref().and_then(begins_before);
    let earlier = plan.earlier.map(|earlier| EarlierPeriod { is_covered, ..earlier });
    let zone = &window.offsets;
    let mut loaded = one_scan::parted(plan, loaded).into_iter();
    let main = loaded.next();
    let previous = plan.previous.as_ref().and_then(|_| loaded.next());
    let sparkline = plan.sparkline.as_ref().and_then(|_| loaded.next());
    let rules = |statement, bounds| BucketRules {
        panel,
        statement,
        bounds,
        interval: plan.interval,
        is_sparkline: false,
        zone,
    };
    let assembled = |loaded: Loaded, bounds: Bounds, filled: Bounds| {
        let (frame, coverage) = covered(&rules(&plan.main, bounds), &loaded, window);
        let additivity = additivity(panel, plan, &frame);
        let series = SeriesRules {
            kind: &panel.kind,
            additivity: &additivity,
            bounds: filled,
            interval: plan.interval,
            coverage: coverage.as_ref(),
            zone,
        };
        if panel.computed.is_empty() {
            return Ok((frame, coverage));
        }
        let (frame, order) = series.ordered(&frame, &panel.computed);
        let stated = plan.main.statement.additivity.of_frame(&frame);
        let summands = summands::of(panel, &frame, &stated);
        let frame = computed::with_computed(&frame, &panel.computed, &order, &summands)
            .map_err(|error| definition_error(error.to_string()))?;
        Ok((frame, coverage))
    };
    let mut notes = notes(panel, main.as_ref(), sparkline.as_ref())?;
    let shown = main.as_ref().map(|main| Arc::clone(&main.frame));
    let shown = shown.as_deref();
    notes.extend(shown.and_then(|frame| uneven_periods::note(panel, window, plan, frame)));
    notes.extend(main.as_ref().into_iter().flat_map(|main| {
        let of_sparkline = |planned| BucketRules {
            interval: plan.sparkline_interval,
            is_sparkline: true,
            ..rules(planned, window.bounds)
        };
        let line = plan.sparkline.as_deref().zip(sparkline.as_ref());
        let returned = idle_options::Returned {
            main: (&main.frame, rules(&plan.main, window.bounds)),
            sparkline: line.map(|(planned, loaded)| (&*loaded.frame, of_sparkline(planned))),
            data_end: window.data_end.unwrap_or(as_of),
        };
        idle_options::notes(panel, plan, &returned)
    }));
    let unstacked = |frame| unstacked::notes(panel, frame, &additivity(panel, plan, frame));
    notes.extend(shown.map(unstacked).into_iter().flatten());
    let main = main.map(|loaded| assembled(loaded, window.bounds, window.bounds)).transpose()?;
    let (frame, coverage) = main.unwrap_or_default();
    let bounds = earlier.map_or(window.bounds, |earlier| earlier.bounds);
    let previous = previous.and_then(|mut loaded| {
        if is_covered == Some(false) {
            loaded.frame = Arc::new(beginning::without_lead(&loaded.frame, zone)?);
        }
        // Before its first row there may have been no data at all, which is not zero.
        let begins =
            beginning::first_time(&loaded.frame, zone).filter(|_| is_covered != Some(true));
        let from = begins.map_or(bounds.from, |first| first.max(bounds.from));
        Some(assembled(loaded, bounds, Bounds { from, ..bounds }))
    });
    let previous = previous.transpose()?;
    let (previous, previous_coverage) = previous.map_or((None, None), |(f, c)| (Some(f), c));
    let additivity = additivity(panel, plan, &frame);
    let sparkline = plan.sparkline.as_ref().zip(sparkline).map(|(planned, loaded)| {
        let rules = rules(planned, window.bounds);
        let rules = BucketRules { interval: plan.sparkline_interval, is_sparkline: true, ..rules };
        let (frame, coverage) = covered(&rules, &loaded, window);
        let additivity = planned.statement.additivity.of(names(&frame));
        (frame, coverage, additivity)
    });
    let (sparkline, sparkline_coverage, sparkline_additivity) =
        sparkline.map_or((None, None, Vec::new()), |(f, c, a)| (Some(f), c, a));
    let offsets = shown_offsets(window, plan, &frame, as_of);
    let mut data = PanelData {
        frame,
        additivity,
        weekdays: plan.main.statement.weekdays.clone(),
        previous,
        sparkline,
        sparkline_additivity,
        coverage,
        previous_coverage,
        sparkline_coverage,
        bounds: window.bounds,
        earlier,
        interval: plan.interval,
        offsets,
        as_of,
        freshness,
        edition,
        notes,
    };
    data.notes.extend(compared::note(panel, &data));
    data.notes.extend(undrawn::note(panel, &data));
    Ok(data)
}

/// Columns that the panel names and its statements do not return, or not as numbers; an error if its
/// figures depend on one.
fn notes<'a>(
    panel: &Panel,
    main: Option<&'a Loaded>,
    sparkline: Option<&'a Loaded>,
) -> Result<Vec<String>, PanelError> {
    let loaded = main.into_iter().chain(sparkline);
    let returned: Vec<&str> = loaded.flat_map(|loaded| names(&loaded.frame)).collect();
    let unknown = brisk_definition::unknown_columns(panel, &returned);
    match unknown.iter().find(|one| one.is_needed()) {
        Some(needed) => Err(definition_error(needed.note())),
        None => {
            let unknown = unknown.iter().map(UnknownColumn::note);
            Ok(unknown
                .chain(main.into_iter().flat_map(|main| idle_units::notes(panel, &main.frame)))
                .collect())
        }
    }
}

/// Which version of a panel's data there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelEdition {
    /// Identifies it.
    pub edition: Edition,
    /// When the oldest of its frames was loaded.
    pub as_of: Timestamp,
    /// How current the least current of them is.
    pub freshness: Freshness,
}

impl PanelEdition {
    /// The edition of `data`.
    pub fn of(data: &PanelData) -> Self {
        let (edition, as_of, freshness) = (data.edition.clone(), data.as_of, data.freshness);
        Self { edition, as_of, freshness }
    }
}

/// The edition that [`panel_data`] would give; frames are assembled only where that may fail.
pub(crate) fn panel_edition(
    panel: &Panel,
    window: &Window,
    plan: &PanelPlan,
    loaded: Vec<Loaded>,
    beginning: Option<Loaded>,
) -> Result<PanelEdition, PanelError> {
    if !panel.computed.is_empty() {
        let data = panel_data(panel, window, plan, loaded, beginning)?;
        return Ok(PanelEdition::of(&data));
    }
    let loaded = one_scan::parted(plan, loaded);
    let sparkline = 1 + usize::from(plan.previous.is_some());
    let sparkline = plan.sparkline.as_ref().and_then(|_| loaded.get(sparkline));
    notes(panel, loaded.first(), sparkline)?;
    Ok(PanelEdition {
        as_of: loaded.iter().map(|one| one.as_of).min().unwrap_or_default(),
        freshness: loaded.iter().map(|one| one.freshness).max().unwrap_or(Freshness::Fresh),
        edition: edition(loaded.iter().chain(&beginning), plan, window),
    })
}

/// Whether there is an earlier row; `None` if the statement failed.
fn begins_before(loaded: &Loaded) -> Option<bool> {
    (!loaded.frame.columns().is_empty()).then(|| loaded.frame.rows() > 0)
}

/// A statement's frame, without partial buckets where the panel omits them, and which of its
/// buckets are whole.
fn covered(rules: &BucketRules<'_>, loaded: &Loaded, window: &Window) -> (Frame, Option<Coverage>) {
    let data_end = window.data_end.unwrap_or(loaded.as_of);
    let mut coverage = rules.coverage(&loaded.frame, data_end);
    let frame = match &mut coverage {
        Some(coverage) if coverage.is_trimmed => {
            whole_buckets::trimmed(&loaded.frame, coverage, rules.zone)
        }
        _ => Frame::clone(&loaded.frame),
    };
    (frame, coverage)
}

/// Whether each column of `frame` adds up.
fn additivity(panel: &Panel, plan: &PanelPlan, frame: &Frame) -> Vec<Additivity> {
    let mut additivity = plan.main.statement.additivity.of_frame(frame);
    for (at, (one, name)) in additivity.iter_mut().zip(names(frame)).enumerate() {
        if panel.computed.iter().any(|computed| computed.name == name) {
            *one = Additivity::Shared;
        } else if *panel.unit_in(frame, at) == Unit::Percent {
            *one = one.of_fractions();
        }
    }
    additivity
}

fn names(frame: &Frame) -> impl Iterator<Item = &str> {
    frame.columns().iter().map(|column| column.name.as_str())
}

/// A key identifies the generations, and the load time tells apart entries loaded one after another
/// under the same ones. Where "now" is the clock, the data end at that time.
pub(crate) fn edition<'a>(
    loaded: impl Iterator<Item = &'a Loaded>,
    plan: &PanelPlan,
    window: &Window,
) -> Edition {
    let parts = loaded.map(|one| format!("{} {}", one.key, one.as_of.0));
    let parts = parts.chain(whole_buckets::edition(plan, window));
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
