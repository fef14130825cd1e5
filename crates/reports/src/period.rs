//! [`Span`]: the day or week on a clock within which data land once.

use brisk_domain::report::{Landing, Period};
use brisk_domain::{Timestamp, ZoneOffsets};
use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime};

/// A day or a week as instants; on days of changes of the clock it is longer or shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant of the next one.
    pub end: Timestamp,
    /// When waiting ends in it.
    pub latest: Option<Timestamp>,
}

/// The longest span, in days, and as many again for clocks that are up to a day apart.
const AROUND: u64 = 9;

impl Span {
    /// The span with `at` in it.
    pub fn around(landing: &Landing, zone: &ZoneOffsets, at: Timestamp) -> Self {
        let date = zone.local(at).date();
        // By instants, not by readings of the clock: in a repeated hour a reading is not enough.
        let firsts = (0..=AROUND).filter_map(|back| {
            let first = date.checked_add_days(Days::new(1))?.checked_sub_days(Days::new(back))?;
            let is_first =
                landing.once == Period::Day || first.weekday().num_days_from_monday() == 0;
            is_first.then_some(first)
        });
        let mut firsts = firsts.filter(|first| start(landing, zone, *first) <= at);
        Self::of(landing, zone, firsts.next().unwrap_or(date))
    }

    /// The one after.
    #[must_use]
    pub fn next(&self, landing: &Landing, zone: &ZoneOffsets) -> Self {
        Self::around(landing, zone, self.end)
    }

    /// Whether `at` is in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// The one that begins on the date `first`.
    fn of(landing: &Landing, zone: &ZoneOffsets, first: NaiveDate) -> Self {
        let length = match landing.once {
            Period::Day => 1,
            Period::Week => 7,
        };
        let (begin, end) = (start(landing, zone, first), start(landing, zone, plus(first, length)));
        let latest = landing.at_latest.map(|latest| {
            let day = u64::from(latest.weekday.unwrap_or_default());
            let is_next = day == 0 && latest.time < landing.begins;
            let date = plus(first, day + if is_next { length } else { 0 });
            let at = zone.instant(NaiveDateTime::new(date, latest.time));
            at.clamp(begin, Timestamp(end.0.saturating_sub(1)).max(begin))
        });
        Self { start: begin, end, latest }
    }
}

fn start(landing: &Landing, zone: &ZoneOffsets, first: NaiveDate) -> Timestamp {
    zone.instant(NaiveDateTime::new(first, landing.begins))
}

fn plus(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::report::LatestTime;
    use brisk_domain::report::timing::time_of_day;
    use brisk_domain::{Tag, ZoneName};
    use chrono::DateTime;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_seconds(DateTime::parse_from_rfc3339(text).unwrap().timestamp())
    }

    fn landing(once: Period, begins: &str, latest: &str) -> Landing {
        Landing {
            after: vec![Tag::All],
            once,
            begins: time_of_day(begins).unwrap(),
            at_latest: Some(LatestTime::parse(latest).unwrap()),
        }
    }

    fn around(landing: &Landing, zone: &str, moment: &str) -> [Timestamp; 3] {
        let moment = at(moment);
        let day = 20 * 86_400_000_000;
        let zone = ZoneName::parse(zone).unwrap();
        let zone = zone.offsets(Timestamp(moment.0 - day), Timestamp(moment.0 + day));
        let span = Span::around(landing, &zone, moment);
        assert!(span.contains(moment), "{span:?}");
        let next = span.next(landing, &zone);
        assert_eq!(next.start, span.end, "no gap and no overlap");
        [span.start, span.end, span.latest.unwrap()]
    }

    #[test]
    fn a_day_has_23_or_25_hours_where_the_clock_changes() {
        let day = landing(Period::Day, "00:00", "09:00");
        let ends = |moment| around(&day, "Europe/Berlin", moment);
        let spring = ends("2026-03-29T05:00:00Z");
        assert_eq!(spring[..2], [at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z")]);
        assert_eq!(spring[2], at("2026-03-29T07:00:00Z"));
        let autumn = ends("2026-10-25T22:30:00Z");
        assert_eq!(autumn[..2], [at("2026-10-24T22:00:00Z"), at("2026-10-25T23:00:00Z")]);
        // 02:30 does not exist in spring, and twice in autumn.
        let night = landing(Period::Day, "00:00", "02:30");
        let latest = |moment| around(&night, "Europe/Berlin", moment)[2];
        assert_eq!(latest("2026-03-29T05:00:00Z"), at("2026-03-29T01:00:00Z"));
        assert_eq!(latest("2026-10-25T05:00:00Z"), at("2026-10-25T00:30:00Z"));
    }

    #[test]
    fn a_period_that_begins_in_a_repeated_hour_begins_once() {
        let day = landing(Period::Day, "02:30", "09:00");
        for moment in ["2026-10-25T00:30:00Z", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"] {
            assert_eq!(around(&day, "Europe/Berlin", moment)[0], at("2026-10-25T00:30:00Z"));
        }
        let before = around(&day, "Europe/Berlin", "2026-10-25T00:29:59Z");
        assert_eq!(before[1], at("2026-10-25T00:30:00Z"));
    }

    #[test]
    fn an_evening_belongs_to_the_next_morning_where_the_period_begins_then() {
        let night = landing(Period::Day, "20:00", "09:00");
        let span = around(&night, "UTC", "2026-11-29T21:00:00Z");
        let next = "2026-11-30T09:00:00Z";
        assert_eq!(span, [at("2026-11-29T20:00:00Z"), at("2026-11-30T20:00:00Z"), at(next)]);
        assert_eq!(around(&night, "UTC", "2026-11-29T19:00:00Z")[2], at("2026-11-29T09:00:00Z"));
    }

    #[test]
    fn a_week_begins_on_monday() {
        let week = landing(Period::Week, "00:00", "tue 09:00");
        for moment in ["2026-11-30T00:00:00Z", "2026-12-03T05:00:00Z", "2026-12-06T23:59:59Z"] {
            let span = around(&week, "UTC", moment);
            let ends = [at("2026-11-30T00:00:00Z"), at("2026-12-07T00:00:00Z")];
            assert_eq!(span[..2], ends, "{moment}");
            assert_eq!(span[2], at("2026-12-01T09:00:00Z"));
        }
    }

    #[test]
    fn a_date_that_a_clock_skips_is_no_period() {
        // Samoa had no 30 December 2011.
        let day = landing(Period::Day, "00:00", "09:00");
        let span = around(&day, "Pacific/Apia", "2011-12-30T09:00:00Z");
        assert_eq!(span[..2], [at("2011-12-29T10:00:00Z"), at("2011-12-30T10:00:00Z")]);
        let next = around(&day, "Pacific/Apia", "2011-12-30T10:00:00Z");
        assert_eq!(next[..2], [at("2011-12-30T10:00:00Z"), at("2011-12-31T10:00:00Z")]);
    }
}
