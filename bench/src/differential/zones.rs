//! The offsets of zones from 1900 to 2100, as PostgreSQL knows them, and the calendar.

use super::clients::Places;
use super::database::Database;
use anyhow::{Context, Result};
use std::collections::BTreeMap;

/// Zones without changes, in the north, in the west, half an hour off, with half an hour of summer
/// time, and with changes at midnight.
pub(super) const ZONES: [&str; 6] = [
    "UTC",
    "Europe/London",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
];

/// The offset of a zone over a stretch of time, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// Its first second.
    pub(super) since: i64,
    /// The second after its last.
    pub(super) until: i64,
    /// How far the wall clock is ahead of UTC.
    pub(super) ahead: i64,
    /// How far it was before `since`.
    pub(super) before: i64,
}

/// The segments of each of [`ZONES`].
#[derive(Debug, Clone, Default)]
pub(super) struct Zones(BTreeMap<String, Vec<Segment>>);

const EVER: i64 = 100_000_000_000;

impl Zones {
    /// Asks PostgreSQL, which looks for the days, hours, minutes and seconds of changes.
    pub(super) fn of(places: &Places) -> Result<Self> {
        let ahead = |t: &str| {
            format!("extract(epoch from ({t} at time zone z) - ({t} at time zone 'UTC'))::bigint")
        };
        let differs = |t: &str, step: &str| {
            let later = format!("({t} + interval '{step}')");
            format!("{} <> {}", ahead(t), ahead(&later))
        };
        let zones = ZONES.map(|zone| format!("'{zone}'")).join(", ");
        let sql = format!(
            "select z, extract(epoch from s)::bigint, {before}, {after} from unnest(array[{zones}]) z, \
             lateral (select d from generate_series(timestamptz '1899-12-01 00:00:00+00', \
               timestamptz '2101-01-31 00:00:00+00', interval '1 day') d where {day}) d, \
             lateral (select h from generate_series(d, d + interval '23 hours', interval '1 hour') h \
               where {hour}) h, \
             lateral (select m from generate_series(h, h + interval '59 minutes', interval '1 minute') m \
               where {minute}) m, \
             lateral (select s + interval '1 second' as s from generate_series(m, \
               m + interval '59 seconds', interval '1 second') s where {second}) s \
             union all select z, -{EVER}, {first}, {first} from unnest(array[{zones}]) z \
             order by 1, 2",
            before = ahead("(s - interval '1 second')"),
            after = ahead("s"),
            day = differs("d", "1 day"),
            hour = differs("h", "1 hour"),
            minute = differs("m", "1 minute"),
            second = differs("s", "1 second"),
            first = ahead("timestamptz '1899-12-01 00:00:00+00'"),
        );
        let answers = places.ask(Database::Postgres, &[sql])?;
        let mut zones = Self::default();
        for row in answers.into_iter().flatten() {
            let cells: Vec<String> = row.into_iter().map(Option::unwrap_or_default).collect();
            let number = |i: usize| cells[i].parse::<i64>().context("an offset is no number");
            let (since, before, ahead) = (number(1)?, number(2)?, number(3)?);
            let segments = zones.0.entry(cells[0].clone()).or_default();
            if let Some(last) = segments.last_mut() {
                last.until = since;
            }
            segments.push(Segment { since, until: EVER, ahead, before });
        }
        Ok(zones)
    }

    /// All segments, each with its zone.
    pub(super) fn segments(&self) -> impl Iterator<Item = (&str, &Segment)> {
        self.0.iter().flat_map(|(zone, all)| all.iter().map(move |one| (zone.as_str(), one)))
    }

    /// How far the clock of `zone` is ahead at `second`.
    pub(super) fn ahead(&self, zone: &str, second: i64) -> i64 {
        let of_zone = self.0.get(zone).into_iter().flatten();
        let mut found = of_zone.filter(|s| s.since <= second && second < s.until).map(|s| s.ahead);
        found.next_back().unwrap_or(0)
    }

    /// Whether the clock of `zone` shows what it shows at `second` twice, being put back.
    pub(super) fn is_twice(&self, zone: &str, second: i64) -> bool {
        let wall = second + self.ahead(zone, second);
        let of_zone = self.0.get(zone).into_iter().flatten();
        of_zone.filter(|s| (s.since..s.until).contains(&(wall - s.ahead))).count() > 1
    }

    /// The second at which the clock of `zone` reads `wall`: the first of two; the instant of the
    /// change if it skips it.
    pub(super) fn instant(&self, zone: &str, wall: i64) -> i64 {
        let of_zone = || self.0.get(zone).into_iter().flatten();
        let read = of_zone().filter_map(|s| {
            let at = wall - s.ahead;
            (s.since <= at && at < s.until).then_some(at)
        });
        let skipped = of_zone()
            .filter(|s| s.since + s.before <= wall && wall < s.since + s.ahead)
            .map(|s| s.since);
        read.min().or(skipped.min()).unwrap_or(wall)
    }
}

impl Zones {
    /// Whether the bucket of width `unit` that starts at `start` lies within the range, if there is one, and
    /// before the second `end` of the data. `None` where the clock changes within an hour.
    pub(super) fn is_whole(
        &self,
        zone: &str,
        start: i64,
        unit: &str,
        range: Option<(i64, i64)>,
        end: i64,
    ) -> Option<bool> {
        const DAY: i64 = 86_400;
        let wall = start + self.ahead(zone, start);
        let (year, month, _) = civil(wall.div_euclid(DAY));
        let months = match unit {
            "month" => 1,
            "quarter" => 3,
            _ => 12,
        };
        let next = match unit {
            "hour" if self.ahead(zone, start) != self.ahead(zone, start + 3600) => return None,
            "hour" => start + 3600,
            "day" => self.instant(zone, wall + DAY),
            "week" => self.instant(zone, wall + 7 * DAY),
            _ => {
                let days = (27..).find(|days| {
                    let (y, m, day) = civil(wall.div_euclid(DAY) + days);
                    day == 1 && (y - year) * 12 + m as i64 - month as i64 == months
                });
                self.instant(zone, (wall.div_euclid(DAY) + days?) * DAY)
            }
        };
        let (from, to) = range.unwrap_or((i64::MIN, i64::MAX));
        Some(start >= from && next <= to && next <= end)
    }
}

/// Year, month and day `days` after 1970-01-01, by counting.
pub(super) fn civil(days: i64) -> (i64, usize, i64) {
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let (mut year, mut left) = (1970, days);
    while left < 0 {
        year -= 1;
        left += if is_leap(year) { 366 } else { 365 };
    }
    while left >= if is_leap(year) { 366 } else { 365 } {
        left -= if is_leap(year) { 366 } else { 365 };
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while left >= lengths[month] {
        left -= lengths[month];
        month += 1;
    }
    (year, month + 1, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(-1), (1969, 12, 31));
        assert_eq!(civil(-25_567), (1900, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(47_540), (2100, 2, 28));
        assert_eq!(civil(47_541), (2100, 3, 1));
    }

    #[test]
    fn a_bucket_that_is_cut_is_a_part() {
        let zones = Zones::default();
        let march = 1_709_251_200;
        let april = march + 31 * 86_400;
        let of = |range, end| zones.is_whole("UTC", march, "month", range, end);
        assert_eq!(of(None, april), Some(true));
        assert_eq!(of(None, april - 1), Some(false));
        assert_eq!(of(Some((march, april)), EVER), Some(true));
        assert_eq!(of(Some((march + 1, april)), EVER), Some(false));
        assert_eq!(of(Some((march, april - 1)), EVER), Some(false));
        assert_eq!(zones.is_whole("UTC", march, "day", None, march + 86_400), Some(true));
    }

    #[test]
    fn a_reading_is_found_again() {
        let spring = Segment { since: 1000, until: 9000, ahead: 3600, before: 0 };
        let autumn = Segment { since: 9000, until: EVER, ahead: 0, before: 3600 };
        let first = Segment { since: -EVER, until: 1000, ahead: 0, before: 0 };
        let zones = Zones([("Z".to_owned(), vec![first, spring, autumn])].into());
        assert_eq!(zones.instant("Z", 999), 999);
        assert_eq!(zones.instant("Z", 1000), 1000, "skipped");
        assert_eq!(zones.instant("Z", 4600), 1000);
        assert_eq!(zones.instant("Z", 9100), 5500, "the first of two");
        assert_eq!(zones.ahead("Z", 8999), 3600);
    }
}
