//! Ticks of time axes: on hours, days, Mondays, months and years of the wall clock.

use brisk_domain::{Bounds, Interval, Timestamp, ZoneOffsets};
use chrono::{Datelike, NaiveDateTime, NaiveTime, Timelike};

/// A tick of a time axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeTick {
    /// Where it is.
    pub(crate) at: Timestamp,
    /// What it says.
    pub(crate) label: String,
}

/// Steps that people read easily, finest first.
const STEPS: [(Interval, i32); 22] = [
    (Interval::Minute, 1),
    (Interval::Minute, 5),
    (Interval::Minute, 15),
    (Interval::Minute, 30),
    (Interval::Hour, 1),
    (Interval::Hour, 3),
    (Interval::Hour, 6),
    (Interval::Hour, 12),
    (Interval::Day, 1),
    (Interval::Day, 2),
    (Interval::Week, 1),
    (Interval::Week, 2),
    (Interval::Month, 1),
    (Interval::Month, 2),
    (Interval::Month, 3),
    (Interval::Month, 6),
    // Only under buckets of quarters: months of the same width come first.
    (Interval::Quarter, 1),
    (Interval::Quarter, 2),
    (Interval::Year, 1),
    (Interval::Year, 2),
    (Interval::Year, 5),
    (Interval::Year, 10),
];

/// At most `most` ticks within `bounds` (both ends included), no finer than `interval`.
pub(crate) fn ticks(
    bounds: Bounds,
    interval: Interval,
    zone: &ZoneOffsets,
    most: usize,
) -> Vec<TimeTick> {
    let room = |(unit, count): &(Interval, i32)| {
        let width = unit.seconds() * i64::from(*count);
        *unit >= interval && bounds.seconds() / width < most.max(1) as i64
    };
    let (unit, count) = STEPS.into_iter().find(room).unwrap_or((Interval::Year, 20));
    let is_clock = matches!(unit, Interval::Minute | Interval::Hour);
    let mut local = first(zone.local(bounds.from), unit, count);
    let mut places: Vec<(Timestamp, NaiveDateTime)> = Vec::new();
    while places.len() <= most * 2 + 2 {
        let at = zone.instant(local);
        if at > bounds.to {
            break;
        }
        places.push((at, local));
        // Ticks further apart would collide with it.
        if is_clock && (count == 1 || unit == Interval::Minute) {
            places.extend(zone.second(local).map(|at| (at, local)));
        }
        let next = unit.step(local, count);
        if next <= local {
            break;
        }
        local = next;
    }
    places.sort_by_key(|(at, _)| *at);
    places.dedup_by_key(|(at, _)| *at);
    let mut before: Option<NaiveDateTime> = None;
    let tick = |(at, local)| {
        let shown = shown(local, at, unit, zone);
        let is_first = zone.instant(local) == at;
        let said = match before.replace(shown) {
            _ if is_clock && !is_first => local.format("%H:%M").to_string(),
            before => label(shown, unit, before),
        };
        let is_day = !is_clock || is_first && local.time() == NaiveTime::MIN;
        let label = if is_day { said } else { zone.told_apart(said, at) };
        TimeTick { at, label }
    };
    let is_inside = |place: &(Timestamp, _)| bounds.from <= place.0 && place.0 <= bounds.to;
    places.into_iter().filter(is_inside).map(tick).collect()
}

/// What the clock shows at the tick `at` for `local`, which it may have skipped; midnights stand for their days.
fn shown(local: NaiveDateTime, at: Timestamp, unit: Interval, zone: &ZoneOffsets) -> NaiveDateTime {
    let is_clock = matches!(unit, Interval::Minute | Interval::Hour);
    if is_clock && local.time() != NaiveTime::MIN { zone.local(at) } else { local }
}

/// The first candidate: at or before `local`, on a multiple of the step.
fn first(local: NaiveDateTime, unit: Interval, count: i32) -> NaiveDateTime {
    let start = unit.floor(local);
    let back = match unit {
        Interval::Minute => start.minute() as i32 % count,
        Interval::Hour => start.hour() as i32 % count,
        Interval::Month => start.month0() as i32 % count,
        Interval::Year => start.year().rem_euclid(count),
        Interval::Quarter => start.month0() as i32 / 3 % count,
        Interval::Day | Interval::Week => 0,
    };
    unit.step(start, -back)
}

fn label(local: NaiveDateTime, unit: Interval, before: Option<NaiveDateTime>) -> String {
    let new_year = before.is_some_and(|b| b.year() != local.year());
    let names_year = new_year || before.is_none();
    let form = match unit {
        Interval::Quarter => {
            let quarter = format!("Q{}", local.month0() / 3 + 1);
            return if names_year { format!("{quarter} {}", local.year()) } else { quarter };
        }
        Interval::Minute | Interval::Hour if local.time() == NaiveTime::MIN => "%-d %b",
        Interval::Minute | Interval::Hour => "%H:%M",
        Interval::Day | Interval::Week if new_year => "%-d %b %Y",
        Interval::Day | Interval::Week => "%-d %b",
        Interval::Month if names_year => "%b %Y",
        Interval::Month => "%b",
        Interval::Year => "%Y",
    };
    local.format(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: &str, to: &str, interval: Interval) -> Vec<String> {
        let zone = ZoneOffsets { first: 3600, changes: vec![(1_319_936_400, 0)] };
        let at =
            |text| zone.instant(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap());
        let bounds = Bounds { from: at(from), to: at(to) };
        ticks(bounds, interval, &zone, 9).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn days_fall_on_midnight_through_the_change_of_clocks() {
        let labels = labels("2011-10-28 00:00", "2011-11-03 00:00", Interval::Hour);
        let days = ["28 Oct", "29 Oct", "30 Oct", "31 Oct", "1 Nov", "2 Nov", "3 Nov"];
        assert_eq!(labels, days);
    }

    #[test]
    fn no_tick_says_a_time_that_the_clock_skipped() {
        let labels = |change: i64, before, after| -> Vec<String> {
            let zone = ZoneOffsets { first: before, changes: vec![(change, after)] };
            let at = |away: i64| Timestamp::from_seconds(change + away);
            let bounds = Bounds { from: at(-7200), to: at(5400) };
            ticks(bounds, Interval::Hour, &zone, 9).into_iter().map(|tick| tick.label).collect()
        };
        // London from 01:00 to 02:00, Lord Howe Island from 02:00 to 02:30, and back to 01:30.
        assert_eq!(labels(1_301_187_600, 0, 3600), ["23:00", "27 Mar", "02:00", "03:00"]);
        assert_eq!(
            labels(1_538_839_800, 37_800, 39_600),
            ["7 Oct", "01:00", "02:30", "03:00", "04:00"]
        );
        assert_eq!(labels(1_523_113_200, 39_600, 37_800), ["8 Apr", "01:00", "02:00", "03:00"]);
    }

    #[test]
    fn hours_that_the_clock_shows_twice_have_a_tick_each() {
        let labels = |clock: (i64, i32, i32), from: i64, interval| -> Vec<String> {
            let (change, first, then) = clock;
            let zone = ZoneOffsets { first, changes: vec![(change, then)] };
            let at = |away: i64| Timestamp::from_seconds(change + away);
            let bounds = Bounds { from: at(from), to: at(4200) };
            ticks(bounds, interval, &zone, 9).into_iter().map(|tick| tick.label).collect()
        };
        let london = labels((1_792_890_000, 3600, 0), -7200, Interval::Hour);
        assert_eq!(london, ["25 Oct", "01:00 UTC+1", "01:00 UTC+0", "02:00"]);
        let york = labels((1_793_512_800, -14_400, -18_000), -7200, Interval::Hour);
        assert_eq!(york, ["1 Nov", "01:00 UTC−4", "01:00 UTC−5", "02:00"]);
        // Back to a midnight.
        let havana = labels((1_793_509_200, -14_400, -18_000), -7200, Interval::Hour);
        assert_eq!(havana, ["23:00", "1 Nov", "00:00 UTC−5", "01:00"]);
        // By half an hour.
        let howe = labels((1_523_113_200, 39_600, 37_800), -5400, Interval::Minute);
        let both = ["01:30 UTC+11", "01:30 UTC+10:30"];
        assert_eq!(howe, ["00:30", "01:00", both[0], both[1], "02:00", "02:30"]);
    }

    #[test]
    fn quarters_are_named_as_such() {
        let quarters = labels("2011-01-01 00:00", "2012-01-01 00:00", Interval::Quarter);
        assert_eq!(quarters, ["Q1 2011", "Q2", "Q3", "Q4", "Q1 2012"]);
        let halves = labels("2011-04-01 00:00", "2014-06-01 00:00", Interval::Quarter);
        assert_eq!(halves[..3], ["Q3 2011", "Q1 2012", "Q3"]);
        let months = labels("2011-01-01 00:00", "2012-12-01 00:00", Interval::Month);
        assert_eq!(months[..2], ["Jan 2011", "Apr"]);
    }

    #[test]
    fn weeks_fall_on_mondays_and_months_name_the_new_year() {
        let weeks = labels("2011-10-11 00:00", "2011-12-09 00:00", Interval::Day);
        assert_eq!(weeks[0], "17 Oct");
        let months = labels("2011-09-03 00:00", "2012-04-02 00:00", Interval::Day);
        assert_eq!(months[0], "Oct 2011");
        assert!(months.contains(&"Jan 2012".to_owned()), "{months:?}");
    }
}
