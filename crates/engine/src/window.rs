//! From a reader's range to absolute bounds, an interval and the zone's offsets.

use brisk_domain::clock::Timestamp;
use brisk_domain::{Bounds, Dashboard, Interval, IntervalChoice, ViewState, ZoneName, ZoneOffsets};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A view's time, made absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// From the first instant (inclusive) to the second (exclusive).
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

/// The years that sources cover, 1900 to 2100. With the offsets for all of them, a statement is the
/// same for every range.
const FIRST: Timestamp = Timestamp::from_seconds(-2_208_988_800);
const LAST: Timestamp = Timestamp::from_seconds(4_102_444_800);

impl Window {
    /// The window of `view` at `now`.
    pub fn of(dashboard: &Dashboard, view: &ViewState, now: Timestamp) -> Result<Self, TooFine> {
        let fixed = match view.interval {
            IntervalChoice::Fixed(interval) => Some(interval),
            IntervalChoice::Auto => None,
        };
        let offsets = offsets(&dashboard.zone);
        let bounds = view.range.bounds(now, fixed, &offsets);
        let interval = view.interval.over(bounds);
        if interval.is_too_fine_for(bounds) {
            let (suited, range) = (Interval::suited_to(bounds), bounds.label(&offsets));
            return Err(TooFine { interval, suited, range });
        }
        Ok(Self { bounds, interval, zone: dashboard.zone.clone(), offsets })
    }
}

/// Finding a zone's transitions takes milliseconds, so it is done once per zone.
pub(crate) fn offsets(zone: &ZoneName) -> ZoneOffsets {
    static KNOWN: Mutex<BTreeMap<String, ZoneOffsets>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let name = zone.as_str().to_owned();
    known.entry(name).or_insert_with(|| zone.offsets(FIRST, LAST)).clone()
}
