//! From a reader's range to absolute bounds, an interval and the zone's offsets.

use brisk_domain::clock::Timestamp;
use brisk_domain::{Bounds, Dashboard, Interval, IntervalChoice, ViewState, ZoneName, ZoneOffsets};

/// A view's time, made absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// From the first instant up to, and without, the second.
    pub bounds: Bounds,
    /// The width of the buckets.
    pub interval: Interval,
    /// The dashboard's zone.
    pub zone: ZoneName,
    /// The zone's offsets around the bounds.
    pub offsets: ZoneOffsets,
}

/// The interval is too fine for the range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "interval {} is too fine for {range}: choose {} or a shorter range",
    .interval.word(),
    .suited.word()
)]
pub struct TooFine {
    interval: Interval,
    suited: Interval,
    range: String,
}

/// Statements may look back beyond the range (cohorts, first orders): offsets reach this far.
const YEARS_BACK: i64 = 20;
const YEARS_AHEAD: i64 = 2;
const YEAR: i64 = 366 * 86_400;

impl Window {
    /// The window of `view` at `now`.
    pub fn of(dashboard: &Dashboard, view: &ViewState, now: Timestamp) -> Result<Self, TooFine> {
        let fixed = match view.interval {
            IntervalChoice::Fixed(interval) => Some(interval),
            IntervalChoice::Auto => None,
        };
        // The bounds need the offsets around now, and the panels those around the bounds.
        let around_now = offsets_around(&dashboard.zone, Bounds { from: now, to: now });
        let probe = view.range.bounds(now, fixed, &around_now);
        let offsets = offsets_around(&dashboard.zone, probe);
        let bounds = view.range.bounds(now, fixed, &offsets);
        let interval = view.interval.over(bounds);
        if interval.is_too_fine_for(bounds) {
            let (suited, range) = (Interval::suited_to(bounds), bounds.label(&offsets));
            return Err(TooFine {
                interval,
                suited,
                range,
            });
        }
        Ok(Self {
            bounds,
            interval,
            zone: dashboard.zone.clone(),
            offsets,
        })
    }
}

fn offsets_around(zone: &ZoneName, bounds: Bounds) -> ZoneOffsets {
    let seconds = |at: Timestamp, years: i64| Timestamp::from_seconds(at.seconds() + years * YEAR);
    zone.offsets(
        seconds(bounds.from, -YEARS_BACK),
        seconds(bounds.to, YEARS_AHEAD),
    )
}
