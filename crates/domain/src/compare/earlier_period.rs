//! [`EarlierPeriod`]: the period that a range is compared with, up to where the range has got.

use super::keywords::Compare;
use super::shift::Shift;
use crate::{Bounds, Interval, TimeRange, Timestamp, ZoneOffsets};
use chrono::{Datelike, Duration, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

/// The period that a range is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EarlierPeriod {
    /// Its bounds. For a range that is still under way, they end as far into the period as the
    /// range has got.
    pub bounds: Bounds,
    /// How far before the range it lies.
    pub shift: Shift,
    /// Whether the data go back to its beginning; `None` if unknown.
    pub is_covered: Option<bool>,
    /// Whether days, or buckets of days, are compared with each other.
    pub is_by_days: bool,
}

impl Compare {
    /// The period that `range`, resolved to `bounds`, is compared with. `elapsed_to` is how far the
    /// range has got. `buckets` are those of the statement, if it has any: then the shift is a
    /// whole number of them, so that whole buckets stand beside whole ones.
    pub fn period(
        self,
        range: &TimeRange,
        bounds: Bounds,
        elapsed_to: Timestamp,
        buckets: Option<Interval>,
        zone: &ZoneOffsets,
    ) -> EarlierPeriod {
        let nominal = match self {
            Self::PreviousPeriod => length(range, bounds, zone),
            Self::PreviousYear => Shift::Months(12),
        };
        let shift = match (self, buckets) {
            // 52 weeks: nearer to a year than 53, and weeks then begin on Mondays in both.
            (Self::PreviousYear, Some(Interval::Week)) => Shift::Days(364),
            (_, Some(interval)) => nominal.in_whole(interval, bounds, zone),
            (_, None) => nominal,
        };
        let to = if bounds.from < elapsed_to { bounds.to.min(elapsed_to) } else { bounds.to };
        let mut earlier =
            Bounds { from: shift.bound(bounds.from, zone), to: shift.bound(to, zone) };
        if self == Self::PreviousPeriod {
            // The whole of February is shorter than 30 days of March.
            earlier.to = earlier.to.min(bounds.from);
        }
        // A whole number of buckets earlier there may be no such day, such as 30 February.
        if earlier.from >= earlier.to && buckets.is_some() {
            return self.period(range, bounds, elapsed_to, None, zone);
        }
        EarlierPeriod {
            bounds: earlier,
            shift,
            is_covered: None,
            is_by_days: buckets.is_none_or(|interval| interval >= Interval::Day),
        }
    }
}

/// The length of a range in its own unit. A custom range from the first of a month to the last of
/// one is a number of months.
fn length(range: &TimeRange, bounds: Bounds, zone: &ZoneOffsets) -> Shift {
    let of = |count: u32, unit| match unit {
        Interval::Minute | Interval::Hour => Shift::Seconds(i64::from(count) * unit.seconds()),
        Interval::Day => Shift::Days(count),
        Interval::Week => Shift::Days(count * 7),
        Interval::Month => Shift::Months(count),
        Interval::Quarter => Shift::Months(count * 3),
        Interval::Year => Shift::Months(count * 12),
    };
    match *range {
        TimeRange::Last(count, unit) => of(u32::from(count), unit),
        TimeRange::This(unit) | TimeRange::Previous(unit) => of(1, unit),
        TimeRange::Absolute(from, to) => {
            let starts_month = |at: NaiveDateTime| at.day() == 1 && at.time() == NaiveTime::MIN;
            let length = to - from;
            if starts_month(from) && starts_month(to) {
                let months =
                    (to.year() - from.year()) * 12 + to.month() as i32 - from.month() as i32;
                Shift::Months(months.unsigned_abs())
            } else if length == Duration::days(length.num_days()) {
                Shift::Days(u32::try_from(length.num_days()).unwrap_or(u32::MAX))
            } else {
                Shift::Seconds(zone.instant(to).seconds() - zone.instant(from).seconds())
            }
        }
    }
    .at_least(bounds)
}

impl EarlierPeriod {
    /// The instant that stands beside `at`, one of the range; see [`Shift::back`].
    pub fn back(&self, at: Timestamp, zone: &ZoneOffsets) -> Option<Timestamp> {
        if self.is_by_days { self.shift.day_back(at, zone) } else { self.shift.back(at, zone) }
    }

    /// The instant of the range beside which `earlier` stands; see [`Shift::forth`].
    pub fn forth(&self, earlier: Timestamp, zone: &ZoneOffsets) -> Option<Timestamp> {
        match self.is_by_days {
            true => self.shift.day_forth(earlier, zone),
            false => self.shift.forth(earlier, zone),
        }
    }

    /// The bounds in which there is a row if the data go back to the beginning of this period: all time up
    /// to the end of its first day, or of its first hour or minute if it is shorter than two days or
    /// hours. (A shop's first day begins before its first order.)
    pub fn before(&self, zone: &ZoneOffsets) -> Bounds {
        let grain = match self.bounds.seconds() {
            172_800.. => Interval::Day,
            7_200.. => Interval::Hour,
            _ => Interval::Minute,
        };
        let first = grain.start(self.bounds.from, zone);
        Bounds { from: FIRST, to: grain.next(first, zone) }
    }
}

/// Long before any data: 1 January 1900.
const FIRST: Timestamp = Timestamp::from_seconds(-2_208_988_800);

#[cfg(test)]
mod tests {
    use super::*;

    /// Berlin in 2026: summer time from 29 March to 25 October, changes at 01:00 UTC.
    fn berlin() -> ZoneOffsets {
        ZoneOffsets {
            first: 3600,
            changes: vec![
                (1_743_296_400, 7200),
                (1_761_440_400, 3600),
                (1_774_746_000, 7200),
                (1_792_890_000, 3600),
            ],
        }
    }

    fn at(text: &str) -> Timestamp {
        berlin().instant(wall(text))
    }

    fn wall(text: &str) -> NaiveDateTime {
        let long = if text.len() == 10 { format!("{text} 00:00") } else { text.to_owned() };
        NaiveDateTime::parse_from_str(&long, "%Y-%m-%d %H:%M").unwrap()
    }

    fn earlier(
        range: TimeRange,
        compare: Compare,
        now: &str,
        buckets: Option<Interval>,
    ) -> (EarlierPeriod, String) {
        let zone = berlin();
        let bounds = range.bounds(at(now), None, &zone);
        let period = compare.period(&range, bounds, at(now), buckets, &zone);
        (period, period.bounds.label(&zone))
    }

    fn custom(from: &str, to: &str) -> TimeRange {
        TimeRange::parse_custom(from, to).unwrap()
    }

    #[test]
    fn a_month_is_compared_with_the_whole_month_before() {
        let later = "2026-11-28 05:00";
        let label = |from, to| earlier(custom(from, to), Compare::PreviousPeriod, later, None).1;
        assert_eq!(label("2026-03-01", "2026-03-31"), "1 – 28 Feb 2026");
        assert_eq!(label("2026-02-01", "2026-02-28"), "1 – 31 Jan 2026");
        assert_eq!(label("2026-01-01", "2026-06-30"), "1 Jul – 31 Dec 2025");
        assert_eq!(label("2026-03-02", "2026-03-31"), "31 Jan – 1 Mar 2026", "30 days");
        let previous = TimeRange::Previous(Interval::Month);
        let label = earlier(previous, Compare::PreviousPeriod, "2026-04-07 12:00", None).1;
        assert_eq!(label, "1 – 28 Feb 2026");
    }

    #[test]
    fn a_period_under_way_is_compared_with_as_much_of_the_earlier_one() {
        let this = |unit, now| earlier(TimeRange::This(unit), Compare::PreviousPeriod, now, None).1;
        assert_eq!(
            this(Interval::Month, "2026-11-16 14:35"),
            "1 Oct 2026 00:00 – 16 Oct 2026 14:35"
        );
        assert_eq!(
            this(Interval::Quarter, "2026-11-16 14:35"),
            "1 Jul 2026 00:00 – 16 Aug 2026 14:35"
        );
        assert_eq!(this(Interval::Day, "2026-11-16 14:35"), "15 Nov 2026 00:00 – 14:35");
        assert_eq!(
            this(Interval::Month, "2026-03-30 14:35"),
            "1 – 28 Feb 2026",
            "it is over by then"
        );
        let week = earlier(
            TimeRange::Last(7, Interval::Day),
            Compare::PreviousPeriod,
            "2026-11-16 14:35",
            None,
        );
        assert_eq!(week.1, "3 Nov 2026 00:00 – 9 Nov 2026 14:35");
        let year = earlier(
            TimeRange::This(Interval::Year),
            Compare::PreviousYear,
            "2026-11-16 14:35",
            None,
        );
        assert_eq!(year.1, "1 Jan 2025 00:00 – 16 Nov 2025 14:35");
        let ahead = earlier(
            custom("2027-02-01", "2027-02-28"),
            Compare::PreviousPeriod,
            "2026-11-16 14:35",
            None,
        );
        assert_eq!(ahead.1, "1 – 31 Jan 2027", "nothing of it is over: all of it is a plan");
    }

    #[test]
    fn days_stand_beside_the_same_day_of_the_other_month_or_beside_nothing() {
        let (period, _) = earlier(
            custom("2026-03-01", "2026-03-31"),
            Compare::PreviousPeriod,
            "2026-11-28 05:00",
            Some(Interval::Day),
        );
        let beside = |day| period.shift.back(at(day), &berlin());
        assert_eq!(beside("2026-03-01"), Some(at("2026-02-01")));
        assert_eq!(beside("2026-03-28"), Some(at("2026-02-28")));
        assert_eq!(beside("2026-03-29"), None);
        assert_eq!(beside("2026-03-31"), None);
        assert_eq!(period.shift.forth(at("2026-02-28"), &berlin()), Some(at("2026-03-28")));
        assert_eq!(Shift::Months(12).back(at("2028-02-29"), &berlin()), None, "a leap day");
    }

    #[test]
    fn a_day_without_midnight_stands_beside_others() {
        // São Paulo put its clocks forward at midnight of 4 November 2018.
        let zone = ZoneOffsets { first: -10_800, changes: vec![(1_541_300_400, -7200)] };
        let at = |text: &str| zone.instant(wall(text));
        let period = |from, to, buckets| {
            let range = custom(from, to);
            let bounds = range.bounds(at("2019-01-01"), None, &zone);
            Compare::PreviousPeriod.period(&range, bounds, bounds.to, buckets, &zone)
        };
        let days = period("2018-11-04", "2018-11-04", Some(Interval::Day));
        assert_eq!(zone.local(at("2018-11-04")), wall("2018-11-04 01:00"));
        assert_eq!(days.bounds, Bounds { from: at("2018-11-03"), to: at("2018-11-04") });
        assert_eq!(days.back(at("2018-11-04"), &zone), Some(at("2018-11-03")));
        assert_eq!(days.back(at("2018-11-05"), &zone), Some(at("2018-11-04")));
        assert_eq!(days.forth(at("2018-11-03"), &zone), Some(at("2018-11-04")));
        assert_eq!(days.forth(at("2018-11-04"), &zone), Some(at("2018-11-05")));
        let hours = period("2018-11-04", "2018-11-05", Some(Interval::Hour));
        assert_eq!(hours.bounds.from, at("2018-11-02"));
        assert_eq!(hours.back(at("2018-11-04 01:00"), &zone), Some(at("2018-11-02 01:00")));
        assert_eq!(hours.back(at("2018-11-06 00:00"), &zone), None, "that hour was skipped");
        let figure = period("2018-11-05", "2018-11-05", None);
        assert_eq!(figure.bounds, Bounds { from: at("2018-11-04"), to: at("2018-11-05") });
    }

    #[test]
    fn hours_stand_beside_the_same_hour_on_the_clock() {
        let (zone, day) = (berlin(), Shift::Days(1));
        // The doubled hour: both beside 02:00 of the day before.
        let first = at("2026-10-25 02:00");
        let second = first.after(std::time::Duration::from_secs(3600));
        assert_eq!(zone.local(second), zone.local(first));
        for hour in [first, second] {
            assert_eq!(day.back(hour, &zone), Some(at("2026-10-24 02:00")));
        }
        assert_eq!(day.back(at("2026-10-25 23:00"), &zone), Some(at("2026-10-24 23:00")));
        // The missing hour: 02:00 of the day after has nothing beside it.
        assert_eq!(day.back(at("2026-03-30 02:00"), &zone), None);
        assert_eq!(day.back(at("2026-03-30 03:00"), &zone), Some(at("2026-03-29 03:00")));
        assert_eq!(day.forth(at("2026-03-28 02:00"), &zone), None);
    }

    #[test]
    fn whole_buckets_stand_beside_whole_buckets() {
        let shift = |range, compare, buckets| {
            earlier(range, compare, "2026-11-16 14:35", Some(buckets)).0.shift
        };
        let days = TimeRange::Last(90, Interval::Day);
        let previous = Compare::PreviousPeriod;
        assert_eq!(shift(days, previous, Interval::Day), Shift::Days(90));
        assert_eq!(shift(days, previous, Interval::Week), Shift::Days(91));
        assert_eq!(shift(days, previous, Interval::Month), Shift::Months(3));
        assert_eq!(shift(days, previous, Interval::Year), Shift::Months(12));
        let november = TimeRange::This(Interval::Month);
        assert_eq!(shift(november, previous, Interval::Week), Shift::Days(35));
        assert_eq!(shift(november, Compare::PreviousYear, Interval::Week), Shift::Days(364));
        assert_eq!(shift(november, Compare::PreviousYear, Interval::Day), Shift::Months(12));
        let hours = TimeRange::Last(36, Interval::Hour);
        assert_eq!(shift(hours, previous, Interval::Hour), Shift::Seconds(36 * 3600));
        assert_eq!(shift(hours, previous, Interval::Day), Shift::Days(2));
    }

    #[test]
    fn periods_touch_and_never_overlap() {
        let zone = berlin();
        for now in ["2026-03-30 12:00", "2026-10-26 01:30", "2026-12-31 23:59"] {
            for (_, range) in crate::time_range::PRESETS {
                for buckets in Interval::ALL.map(Some).into_iter().chain([None]) {
                    let bounds = range.bounds(at(now), None, &zone);
                    let earlier =
                        Compare::PreviousPeriod.period(&range, bounds, bounds.to, buckets, &zone);
                    assert!(earlier.bounds.from < earlier.bounds.to, "{range} {buckets:?}");
                    assert!(earlier.bounds.to <= bounds.from, "{range} {buckets:?}");
                    let is_over = !matches!(range, TimeRange::This(_));
                    if buckets.is_none() && is_over {
                        assert_eq!(earlier.bounds.to, bounds.from, "{range}");
                    }
                }
            }
        }
    }
}
