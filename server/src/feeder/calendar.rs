//! Which real invoice comes when: as many weeks later as a year has, on the same weekday and at the
//! same time of day.

use brisk_domain::{Timestamp, ZoneName, ZoneOffsets};

/// The weeks of a round, in days. A year that keeps its weekdays.
const ROUND: i64 = 52 * 7;
/// The shop's clock.
const ZONE: &str = "Europe/London";
/// How far ahead the shop's clock is known, in rounds.
const AHEAD: i64 = 10;
/// More than any change of the clock.
const MARGIN: i64 = 2 * 3_600_000_000;

/// When invoices come that are replayed: those of the last 52 weeks of the real data again and again,
/// each round 52 weeks later on the shop's wall clock.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: ZoneOffsets,
    last: Timestamp,
}

/// A stretch of the real data, and in which round it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first instant.
    pub from: Timestamp,
    /// Its last instant.
    pub to: Timestamp,
    /// The round, from 1.
    pub round: i64,
}

impl Calendar {
    /// The calendar of data whose last invoice is of `last`.
    pub fn after(last: Timestamp) -> Self {
        let days = |count: i64| Timestamp(last.0 + count * 86_400_000_000);
        let zone = ZoneName::parse(ZONE).unwrap_or_else(|_| ZoneName::utc());
        Self { zone: zone.offsets(days(-2 * ROUND), days(AHEAD * ROUND)), last }
    }

    /// Where in the real data those invoices may be that come after `after`, until `until`. The clock
    /// may have changed in between: [`Calendar::comes`] has the last word.
    pub fn stretches(&self, after: Timestamp, until: Timestamp) -> Vec<Stretch> {
        let first = self.zone.plus_days(self.last, -ROUND);
        let mut stretches = Vec::new();
        let mut round = 1;
        // The invoices of a round come after the last one of the round before.
        while self.comes(first, round) < until {
            let back = |at, margin: i64| {
                Timestamp(self.zone.plus_days(at, -ROUND * round).0.saturating_add(margin))
            };
            let from = back(after, -MARGIN).max(Timestamp(first.0 + 1));
            let to = back(until, MARGIN).min(self.last);
            if from <= to {
                stretches.push(Stretch { from, to, round });
            }
            round += 1;
        }
        stretches
    }

    /// When an invoice of `real` comes in that round.
    pub fn comes(&self, real: Timestamp, round: i64) -> Timestamp {
        self.zone.plus_days(real, ROUND * round)
    }

    /// A round before `until`: what should have come earlier never comes.
    pub fn earliest(&self, until: Timestamp) -> Timestamp {
        self.zone.plus_days(until, -ROUND).max(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDateTime;

    fn at(text: &str) -> Timestamp {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        let london = ZoneName::parse(ZONE).unwrap();
        london.offsets(Timestamp(0), Timestamp::from_seconds(4_102_444_800)).instant(local)
    }

    /// The invoices of `real` that come after `after`, until `until`.
    fn come(real: &[&str], after: &str, until: &str) -> Vec<Timestamp> {
        let calendar = Calendar::after(at("2026-11-20 12:50"));
        let (after, until) = (at(after), at(until));
        let mut come = Vec::new();
        for stretch in calendar.stretches(after, until) {
            let real = real.iter().map(|text| at(text));
            let real = real.filter(|real| (stretch.from..=stretch.to).contains(real));
            come.extend(real.map(|real| calendar.comes(real, stretch.round)));
        }
        come.retain(|at| after < *at && *at <= until);
        come
    }

    #[test]
    fn each_invoice_comes_on_its_weekday_at_its_time_of_day() {
        let real = ["2025-11-21 12:50", "2025-11-21 12:51", "2025-11-24 09:00", "2026-11-20 12:50"];
        let come = |after, until| come(&real, after, until);
        // What is as old as the last one a year ago has come already: it is the round before.
        assert_eq!(come("2026-11-20 12:50", "2026-11-23 08:59"), [at("2026-11-20 12:51")]);
        assert_eq!(come("2026-11-20 12:51", "2026-11-23 09:00"), [at("2026-11-23 09:00")]);
        assert_eq!(come("2026-11-23 09:00", "2026-11-24 09:00"), []);
    }

    #[test]
    fn a_change_of_the_clock_moves_no_invoice_on_the_wall() {
        // Between the Sundays of the clock's change, which lie on other days each year.
        let real = ["2026-03-27 10:00", "2026-10-30 10:00"];
        let spring = come(&real, "2027-03-25 00:00", "2027-03-27 00:00");
        assert_eq!(spring, [at("2027-03-26 10:00")]);
        let autumn = come(&real, "2027-10-28 00:00", "2027-10-30 00:00");
        assert_eq!(autumn, [at("2027-10-29 10:00")]);
    }

    #[test]
    fn after_a_year_it_begins_anew_and_nothing_comes_twice() {
        let real = ["2025-12-01 10:00", "2026-11-20 12:50"];
        let all = come(&real, "2026-11-20 12:50", "2028-11-20 00:00");
        assert_eq!(
            all,
            [
                at("2026-11-30 10:00"),
                at("2027-11-19 12:50"),
                at("2027-11-29 10:00"),
                at("2028-11-17 12:50")
            ]
        );
        let calendar = Calendar::after(at("2026-11-20 12:50"));
        assert_eq!(calendar.earliest(at("2026-12-01 00:00")), at("2026-11-20 12:50"));
        assert_eq!(calendar.earliest(at("2028-12-01 00:00")), at("2027-12-03 00:00"));
    }
}
