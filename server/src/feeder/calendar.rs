//! When each real invoice is replayed: a whole number of 52-week rounds later, so on the same
//! weekday and at the same time of day.

use brisk_domain::{Timestamp, ZoneName, ZoneOffsets};

/// The length of a round in days: about a year, in whole weeks.
const ROUND: i64 = 52 * 7;
/// The shop's time zone.
const ZONE: &str = "Europe/London";
/// How many rounds ahead its offsets are known.
const AHEAD: i64 = 10;
/// Longer than any clock change.
const MARGIN: i64 = 2 * 3_600_000_000;

/// When invoices are replayed: those of the last 52 weeks of the real data, over and over, each
/// round 52 weeks later on the shop's wall clock.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: ZoneOffsets,
    last: Timestamp,
}

/// A span of the real data, and the round that replays it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first instant.
    pub from: Timestamp,
    /// Its last instant.
    pub to: Timestamp,
    /// The round, from 1.
    pub round: i64,
}

impl Calendar {
    /// The calendar for data whose last invoice is at `last`.
    pub fn after(last: Timestamp) -> Self {
        let days = |count: i64| Timestamp(last.0 + count * 86_400_000_000);
        let zone = ZoneName::parse(ZONE).unwrap_or_else(|_| ZoneName::utc());
        Self { zone: zone.offsets(days(-2 * ROUND), days(AHEAD * ROUND)), last }
    }

    /// The spans of the real data that may hold invoices due after `after`, up to `until`. They
    /// include a margin for clock changes; [`Calendar::replayed_at`] is exact.
    pub fn spans(&self, after: Timestamp, until: Timestamp) -> Vec<Span> {
        let first = self.zone.plus_days(self.last, -ROUND);
        let mut spans = Vec::new();
        let mut round = 1;
        // A round starts after the last invoice of the round before.
        while self.replayed_at(first, round) < until {
            let back = |at, margin: i64| {
                Timestamp(self.zone.plus_days(at, -ROUND * round).0.saturating_add(margin))
            };
            let from = back(after, -MARGIN).max(Timestamp(first.0 + 1));
            let to = back(until, MARGIN).min(self.last);
            if from <= to {
                spans.push(Span { from, to, round });
            }
            round += 1;
        }
        spans
    }

    /// When the invoice at `real` is replayed in that round.
    pub fn replayed_at(&self, real: Timestamp, round: i64) -> Timestamp {
        self.zone.plus_days(real, ROUND * round)
    }

    /// Invoices due before this instant are skipped when catching up at `until`: at most one round
    /// is replayed.
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

    /// The invoices of `real` that are replayed after `after`, up to `until`.
    fn replayed(real: &[&str], after: &str, until: &str) -> Vec<Timestamp> {
        let calendar = Calendar::after(at("2026-11-20 12:50"));
        let (after, until) = (at(after), at(until));
        let mut replayed = Vec::new();
        for span in calendar.spans(after, until) {
            let real = real.iter().map(|text| at(text));
            let real = real.filter(|real| (span.from..=span.to).contains(real));
            replayed.extend(real.map(|real| calendar.replayed_at(real, span.round)));
        }
        replayed.retain(|at| after < *at && *at <= until);
        replayed
    }

    #[test]
    fn invoices_are_replayed_on_their_weekday_and_time_of_day() {
        let real = ["2025-11-21 12:50", "2025-11-21 12:51", "2025-11-24 09:00", "2026-11-20 12:50"];
        let replayed = |after, until| replayed(&real, after, until);
        // The invoice exactly a year before the last one is the round before's.
        assert_eq!(replayed("2026-11-20 12:50", "2026-11-23 08:59"), [at("2026-11-20 12:51")]);
        assert_eq!(replayed("2026-11-20 12:51", "2026-11-23 09:00"), [at("2026-11-23 09:00")]);
        assert_eq!(replayed("2026-11-23 09:00", "2026-11-24 09:00"), []);
    }

    #[test]
    fn clock_changes_move_no_invoice_on_the_wall_clock() {
        // Between the Sundays on which the clocks change, whose dates differ each year.
        let real = ["2026-03-27 10:00", "2026-10-30 10:00"];
        let spring = replayed(&real, "2027-03-25 00:00", "2027-03-27 00:00");
        assert_eq!(spring, [at("2027-03-26 10:00")]);
        let autumn = replayed(&real, "2027-10-28 00:00", "2027-10-30 00:00");
        assert_eq!(autumn, [at("2027-10-29 10:00")]);
    }

    #[test]
    fn a_new_round_starts_after_a_year_and_nothing_is_replayed_twice() {
        let real = ["2025-12-01 10:00", "2026-11-20 12:50"];
        let all = replayed(&real, "2026-11-20 12:50", "2028-11-20 00:00");
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
