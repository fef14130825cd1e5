//! The readings that a clock shows twice because it is put back: they have their offset beside them, so that
//! no two moments are called the same.

use crate::{Bounds, Interval, Timestamp, ZoneOffsets};
use chrono::NaiveDateTime;

impl ZoneOffsets {
    /// The second instant at which the wall clock shows `local`; `None` if it does so once, or never.
    pub fn second(&self, local: NaiveDateTime) -> Option<Timestamp> {
        let wall = local.and_utc().timestamp_micros();
        let mut before = self.first;
        for (change, after) in &self.changes {
            let shown =
                |offset: i32| change.saturating_add(i64::from(offset)).saturating_mul(1_000_000);
            if (shown(*after)..shown(before)).contains(&wall) {
                return Some(Timestamp(wall - i64::from(*after) * 1_000_000));
            }
            before = *after;
        }
        None
    }

    /// `text`, which is what the clock shows at `at`; with the offset if it shows that twice: `01:30 UTC+1`.
    pub fn told_apart(&self, text: String, at: Timestamp) -> String {
        match self.second(self.local(at)) {
            Some(_) => format!("{text} {}", words(self.at(at))),
            None => text,
        }
    }
}

/// `UTC−4`, `UTC+10:30`; before clocks were set by standard time also `UTC+0:19:32`.
fn words(offset: i32) -> String {
    let sign = if offset < 0 { '−' } else { '+' };
    let (minutes, seconds) = (offset.unsigned_abs() / 60, offset.unsigned_abs() % 60);
    let mut words = format!("UTC{sign}{}", minutes / 60);
    if minutes % 60 > 0 || seconds > 0 {
        words.push_str(&format!(":{:02}", minutes % 60));
    }
    if seconds > 0 {
        words.push_str(&format!(":{seconds:02}"));
    }
    words
}

impl Bounds {
    /// The least range around these buckets that addresses can name: they have the clock's readings, each of
    /// which stands for the first moment at which it is shown.
    #[must_use]
    pub fn addressable(self, interval: Interval, zone: &ZoneOffsets) -> Self {
        let first = |at: Timestamp| zone.instant(zone.local(at));
        let from = interval.begins(self.from, zone);
        let mut to = interval.begins(self.to, zone);
        while first(to) < to {
            let next = interval.next(to, zone);
            if next <= to {
                break;
            }
            to = next;
        }
        Self { from: first(from).min(from), to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format;

    /// Zones whose clocks are put back, when, and to which offset.
    fn cases() -> [(ZoneOffsets, i64); 3] {
        [
            (3600, 0, 1_792_890_000),
            (-14_400, -18_000, 1_793_512_800),
            (39_600, 37_800, 1_523_113_200),
        ]
        .map(|(first, then, at)| (ZoneOffsets { first, changes: vec![(at, then)] }, at))
    }

    #[test]
    fn hours_that_are_shown_twice_have_their_offset() {
        let labels = |zone: &ZoneOffsets, change: i64| -> Vec<String> {
            let at = |away: i64| Timestamp::from_seconds(change + away);
            let bounds = Bounds { from: at(-7200), to: at(7199) };
            let starts = Interval::Hour.buckets(bounds, zone).into_iter();
            starts.map(|start| format::bucket(start, Interval::Hour, zone)).collect()
        };
        let [london, york, howe] = cases();
        let said = ["00:00", "01:00 UTC+1", "01:00 UTC+0", "02:00"];
        assert_eq!(labels(&london.0, london.1), said.map(|said| format!("Sun 25 Oct 2026 {said}")));
        let said = ["00:00", "01:00 UTC−4", "01:00 UTC−5", "02:00"];
        assert_eq!(labels(&york.0, york.1), said.map(|said| format!("Sun 1 Nov 2026 {said}")));
        let said = ["00:00", "01:00", "01:30 UTC+10:30", "02:00", "03:00"];
        assert_eq!(labels(&howe.0, howe.1), said.map(|said| format!("Sun 8 Apr 2018 {said}")));
    }

    #[test]
    fn no_two_minutes_around_a_change_are_called_the_same() {
        for (zone, change) in cases() {
            let minutes = (-180..180).map(|away| Timestamp::from_seconds(change + away * 60));
            let called =
                |at| [format::instant(at, &zone), format::bucket(at, Interval::Minute, &zone)];
            let mut all: Vec<[String; 2]> = minutes.map(called).collect();
            let count = all.len();
            all.sort();
            all.dedup_by(|a, b| a[0] == b[0] || a[1] == b[1]);
            assert_eq!(all.len(), count, "{zone}");
        }
    }

    #[test]
    fn a_midnight_that_is_shown_twice_is_the_day_once() {
        // Havana puts its clock back from 01:00 to 00:00.
        let change = 1_793_509_200;
        let zone = ZoneOffsets { first: -14_400, changes: vec![(change, -18_000)] };
        let at = |away: i64| format::instant(Timestamp::from_seconds(change + away), &zone);
        assert_eq!(at(-3600), "1 Nov 2026");
        assert_eq!(at(-1800), "1 Nov 2026 00:30 UTC−4");
        assert_eq!(at(0), "1 Nov 2026 00:00 UTC−5");
        let day = |away: i64| Timestamp::from_seconds(change + away);
        assert_eq!(format::bucket(day(-3600), Interval::Day, &zone), "Sun 1 Nov 2026");
    }

    #[test]
    fn offsets_of_odd_minutes_and_seconds_are_written_out() {
        assert_eq!(words(0), "UTC+0");
        assert_eq!(words(-12_600), "UTC−3:30");
        assert_eq!(words(1172), "UTC+0:19:32");
    }

    #[test]
    fn a_range_that_ends_between_the_two_hours_grows_to_one_that_an_address_names() {
        for (zone, change) in cases() {
            for interval in [Interval::Minute, Interval::Hour] {
                let at = |away: i64| Timestamp::from_seconds(change + away);
                let all = interval.buckets(Bounds { from: at(-7200), to: at(7200) }, &zone);
                for (i, from) in all.iter().enumerate() {
                    for to in &all[i + 1..] {
                        let bounds = Bounds { from: *from, to: *to }.addressable(interval, &zone);
                        let begin = |start| interval.begins(start, &zone);
                        assert!(bounds.from <= begin(*from) && begin(*to) <= bounds.to);
                        let (first, last) = bounds.url_ends(&zone);
                        let range = crate::TimeRange::parse_custom(&first, &last).unwrap();
                        assert_eq!(range.bounds(at(0), None, &zone), bounds, "{first} {last}");
                    }
                }
            }
        }
    }
}
