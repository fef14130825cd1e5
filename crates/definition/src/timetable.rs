//! [`Timetable`]: when a schedule is due, on the clock of its zone.
//!
//! A time of day that the clock skips in spring is due at the jump; one that it shows twice in autumn is
//! due once, unless the schedule is a pace ("every 20 minutes"), which continues through both hours.

use brisk_domain::{Timestamp, ZoneName};
use chrono::{DateTime, Datelike as _, Timelike as _};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// The longest expression, in characters.
const LONGEST: usize = 100;
/// From when on a due time is looked for, to tell whether there is one: 1 January 2000. Four years later
/// there has been a 29 February.
const LOOKED_FOR_FROM: Timestamp = Timestamp::from_seconds(946_684_800);
/// Missed due times are counted up to this many.
const COUNTED: u64 = 1_000;

/// When something is due.
#[derive(Debug, Clone)]
pub struct Timetable {
    cron: Cron,
    zone: Tz,
}

impl Timetable {
    /// Reads an expression as in a crontab (minute, hour, day of month, month, day of week) and the name
    /// of a zone; an error is a sentence.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, String> {
        let zone = ZoneName::parse(zone.trim()).map_err(|error| sentence(&error.to_string()))?;
        // The lookup above found the name, so this one succeeds.
        let zone: Tz = zone.as_str().parse().unwrap_or(Tz::UTC);
        let expression = expression.trim();
        let is_short = expression.chars().count() <= LONGEST;
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
        let cron = is_short.then(|| parser.build().parse(expression).ok()).flatten();
        let cron = cron.ok_or_else(|| {
            let shown: String = expression.chars().take(40).collect();
            format!(
                "\"{shown}\" is no schedule: write minute, hour, day of month, month and day of \
                 week, such as \"0 6 * * 1-5\" for 06:00 from Monday to Friday."
            )
        })?;
        let timetable = Self { cron, zone };
        match timetable.next(LOOKED_FOR_FROM) {
            Some(_) => Ok(timetable),
            None => Err(format!("\"{expression}\" is never due.")),
        }
    }

    /// The first due time after `at`.
    pub fn next(&self, at: Timestamp) -> Option<Timestamp> {
        let next = self.cron.find_next_occurrence(&self.local(at)?, false).ok()?;
        Some(Timestamp::from_seconds(next.timestamp()))
    }

    /// The first few due times after `at`.
    pub fn coming(&self, at: Timestamp, count: usize) -> Vec<Timestamp> {
        let next = |at: &Timestamp| self.next(*at);
        std::iter::successors(self.next(at), next).take(count).collect()
    }

    /// The latest due time after `since` and up to `now`, and how many others there were, counted up
    /// to `COUNTED`.
    pub fn due(&self, since: Timestamp, now: Timestamp) -> Option<(Timestamp, u64)> {
        let latest = self.cron.find_previous_occurrence(&self.local(now)?, true).ok()?;
        let latest = Timestamp::from_seconds(latest.timestamp());
        if latest <= since || latest > now {
            return None;
        }
        let (mut missed, mut at) = (0, self.next(since)?);
        while at < latest && missed < COUNTED {
            missed += 1;
            at = self.next(at)?;
        }
        Some((latest, missed))
    }

    /// The schedule in words: "At 06:00, on Monday".
    pub fn words(&self) -> String {
        let words = self.cron.describe();
        words.trim_end_matches('.').to_owned()
    }

    /// `at` as the clock of the zone shows it: "Mon 30 Nov 2026, 06:00 CET".
    pub fn shown(&self, at: Timestamp) -> String {
        self.local(at)
            .map_or_else(String::new, |local| local.format("%a %-d %b %Y, %H:%M %Z").to_string())
    }

    /// `at` on the zone's clock, in whole seconds.
    fn local(&self, at: Timestamp) -> Option<DateTime<Tz>> {
        let local = DateTime::from_timestamp(at.seconds(), 0)?.with_timezone(&self.zone);
        // Beyond these years zones have no rules. The first instant of 1970 is in 1969 west of Greenwich.
        ((1969..=9_000).contains(&local.year()) && local.second() < 60).then_some(local)
    }
}

fn sentence(text: &str) -> String {
    brisk_domain::sentence::sentence(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let at = DateTime::parse_from_rfc3339(text).unwrap();
        Timestamp::from_seconds(at.timestamp())
    }

    fn coming(expression: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let timetable = Timetable::parse(expression, zone).unwrap();
        let coming = timetable.coming(at(from), count);
        coming.iter().map(|at| timetable.shown(*at)).collect()
    }

    #[test]
    fn a_weekday_morning_is_due_on_the_clock_of_its_zone() {
        let due = coming("0 6 * * 1-5", "Europe/Berlin", "2026-11-27T05:00:00Z", 2);
        assert_eq!(due, ["Mon 30 Nov 2026, 06:00 CET", "Tue 1 Dec 2026, 06:00 CET"]);
        let due = coming("30 4 1 * *", "UTC", "2026-11-27T05:00:00Z", 2);
        assert_eq!(due, ["Tue 1 Dec 2026, 04:30 UTC", "Fri 1 Jan 2027, 04:30 UTC"]);
    }

    #[test]
    fn a_time_that_the_clock_skips_is_due_once_when_it_goes_on() {
        // 02:00 becomes 03:00 on 29 March 2026.
        let timetable = Timetable::parse("30 2 * * *", "Europe/Berlin").unwrap();
        let due = timetable.coming(at("2026-03-28T12:00:00Z"), 2);
        assert!(due[0] >= at("2026-03-29T01:00:00Z") && due[0] < at("2026-03-29T02:00:00Z"));
        assert_eq!(due[1], at("2026-03-30T00:30:00Z"));
    }

    #[test]
    fn a_time_that_the_clock_shows_twice_is_due_once_and_a_pace_goes_on() {
        // 03:00 becomes 02:00 on 25 October 2026, at 01:00 UTC.
        let daily = Timetable::parse("30 2 * * *", "Europe/Berlin").unwrap();
        let due = daily.coming(at("2026-10-24T12:00:00Z"), 2);
        assert!(due[0] == at("2026-10-25T00:30:00Z") || due[0] == at("2026-10-25T01:30:00Z"));
        assert_eq!(due[1], at("2026-10-26T01:30:00Z"));
        let pace = Timetable::parse("*/30 * * * *", "Europe/Berlin").unwrap();
        let due = pace.coming(at("2026-10-24T23:59:00Z"), 5);
        let every: Vec<i64> =
            due.windows(2).map(|pair| pair[1].seconds() - pair[0].seconds()).collect();
        assert_eq!(every, [1_800; 4], "{due:?}");
    }

    #[test]
    fn every_clock_has_due_times_west_and_east_of_greenwich() {
        let zones = [
            "UTC",
            "America/New_York",
            "America/St_Johns",
            "America/Sao_Paulo",
            "Pacific/Honolulu",
            "Pacific/Pago_Pago",
            "Europe/Berlin",
            "Asia/Kathmandu",
            "Asia/Tokyo",
            "Pacific/Auckland",
            "Pacific/Kiritimati",
        ];
        for zone in zones {
            for (expression, due) in [
                ("0 6 * * *", " Nov 2026, 06:00 "),
                ("0 6 * * 1", "Mon 30 Nov 2026, 06:00"),
                ("59 23 31 12 *", "Thu 31 Dec 2026, 23:59"),
                ("0 0 1 1 *", "Fri 1 Jan 2027, 00:00"),
                ("30 12 29 2 *", "Tue 29 Feb 2028, 12:30"),
            ] {
                let timetable = Timetable::parse(expression, zone);
                let timetable = timetable.unwrap_or_else(|error| panic!("{zone}: {error}"));
                let next = timetable.next(at("2026-11-26T12:00:00Z")).unwrap();
                let shown = timetable.shown(next);
                assert!(shown.contains(due), "{expression} {zone}: {shown}");
                let first = timetable.due(Timestamp::from_seconds(0), next);
                assert_eq!(first.map(|(at, _)| at), Some(next), "{expression} {zone}: since 1970");
            }
        }
    }

    #[test]
    fn what_was_missed_is_counted_and_only_the_latest_is_due() {
        let timetable = Timetable::parse("0 * * * *", "UTC").unwrap();
        let due = |since, now| timetable.due(at(since), at(now));
        assert_eq!(due("2026-11-27T05:00:00Z", "2026-11-27T05:59:59Z"), None);
        let six = at("2026-11-27T06:00:00Z");
        assert_eq!(due("2026-11-27T05:00:00Z", "2026-11-27T06:00:00Z"), Some((six, 0)));
        assert_eq!(due("2026-11-27T05:00:00Z", "2026-11-27T06:30:07Z"), Some((six, 0)));
        assert_eq!(due("2026-11-27T01:00:00Z", "2026-11-27T06:10:00Z"), Some((six, 4)));
        assert_eq!(due("2026-11-27T06:00:00Z", "2026-11-27T06:10:00Z"), None);
        assert_eq!(due("2026-11-27T07:00:00Z", "2026-11-27T06:10:00Z"), None, "set back");
        let years = due("1990-01-01T00:00:00Z", "2026-11-27T06:10:00Z");
        assert_eq!(years, Some((six, COUNTED)), "not counted for ever");
    }

    #[test]
    fn what_is_no_schedule_is_said_in_a_sentence() {
        let long = "0,".repeat(200);
        for bad in ["", "0 6 * *", "0 6 * * * *", "61 * * * *", "x * * * *", "0 6 * * 8", &long] {
            let error = Timetable::parse(bad, "UTC").unwrap_err();
            assert!(error.ends_with('.') && error.len() < 250, "{bad}: {error}");
        }
        let never = Timetable::parse("0 0 31 2 *", "UTC").unwrap_err();
        assert!(never.contains("never due") || never.contains("is no schedule"), "{never}");
        let zone = Timetable::parse("0 6 * * *", "Berlin").unwrap_err();
        assert!(zone.contains("Europe/London"), "{zone}");
        assert!(Timetable::parse("@daily", "UTC").is_ok());
    }

    #[test]
    fn a_schedule_is_said_in_words() {
        let words = Timetable::parse("0 6 * * 1-5", "UTC").unwrap().words();
        assert!(words.contains("06:00") && words.contains("Monday"), "{words}");
    }
}
