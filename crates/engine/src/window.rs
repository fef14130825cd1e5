//! From a reader's range to absolute bounds, an interval and the zone's offsets.

use brisk_domain::clock::Timestamp;
use brisk_domain::{
    Bounds, Dashboard, Interval, IntervalChoice, Now, ViewState, ZoneName, ZoneOffsets,
};
use chrono::NaiveTime;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A view's time, made absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// From the first instant (inclusive) to the second (exclusive).
    pub bounds: Bounds,
    /// How far the range has elapsed: its end, or now while it is in progress. A comparison ends
    /// there, too. The clock's time is rounded up, so that views share their entries.
    pub elapsed_to: Timestamp,
    /// Where the data end, if the dashboard defines "now"; otherwise when they are loaded.
    pub data_end: Option<Timestamp>,
    /// The width of the buckets.
    pub interval: Interval,
    /// The dashboard's zone.
    pub zone: ZoneName,
    /// The zone's offsets around the bounds.
    pub offsets: ZoneOffsets,
    /// The dashboard's own zone, if results are shown in another one.
    pub written_in: Option<ZoneName>,
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
        let data_end = data_end(dashboard, now, &offsets);
        let end = data_end.unwrap_or_else(|| step_end(now, bounds.from));
        let elapsed_to = end.min(bounds.to);
        let (zone, written_in) = (dashboard.zone.clone(), dashboard.written_in.clone());
        Ok(Self { bounds, elapsed_to, data_end, interval, zone, offsets, written_in })
    }
}

/// Where the data ends, for dashboards that say so. A date alone includes that day.
fn data_end(dashboard: &Dashboard, now: Timestamp, zone: &ZoneOffsets) -> Option<Timestamp> {
    let is_date = zone.local(now).time() == NaiveTime::MIN;
    match dashboard.now {
        Now::Clock => None,
        Now::Fixed(_) | Now::Newest { .. } if is_date => Some(zone.plus_days(now, 1)),
        Now::Fixed(at) => Some(at),
        // The newest row is inside.
        Now::Newest { .. } => Some(Timestamp::from_seconds(now.seconds() + 1)),
    }
}

/// The end of the step that `now` is in: at most half a percent of the time since `from`, but at
/// least a minute.
fn step_end(now: Timestamp, from: Timestamp) -> Timestamp {
    let over = now.seconds() - from.seconds();
    let step = [3600, 900, 300].into_iter().find(|step| over >= step * 200).unwrap_or(60);
    Timestamp::from_seconds((now.seconds().div_euclid(step) + 1) * step)
}

/// Finding a zone's transitions takes milliseconds, so it is done once per zone.
pub(crate) fn offsets(zone: &ZoneName) -> ZoneOffsets {
    static KNOWN: Mutex<BTreeMap<String, ZoneOffsets>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let name = zone.as_str().to_owned();
    known.entry(name).or_insert_with(|| zone.offsets(FIRST, LAST)).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_in_steps_of_at_most_half_a_percent() {
        let step = |over: i64| {
            let (from, now) = (Timestamp::from_seconds(0), Timestamp::from_seconds(over));
            step_end(now, from).seconds() - over
        };
        assert_eq!(step(0), 60);
        assert_eq!(step(59), 1, "and so all views of the minute share what they compare with");
        assert_eq!(step(17 * 3600), 300);
        assert_eq!(step(3 * 86_400), 900);
        assert_eq!(step(9 * 86_400), 3600);
        for hours in 6..2000 {
            let over = hours * 3600;
            assert!(step(over) * 200 <= over, "{hours}");
        }
    }
}
