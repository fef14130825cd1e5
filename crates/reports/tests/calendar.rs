//! Due times: by the clock, by landings, by both; through changes of clocks and after downtimes.

use crate::made::report;
use brisk_domain::{Tag, Timestamp};
use brisk_reports::{Calendar, Cause, Due, Landings, Progress};
use chrono::DateTime;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    let text = if text.len() == 16 { format!("{text}:00Z") } else { text.to_owned() };
    Timestamp::from_seconds(DateTime::parse_from_rfc3339(&text).unwrap().timestamp())
}

fn calendar(lines: &str) -> Calendar {
    Calendar::of(&report(lines).timing).unwrap()
}

fn since(text: &str) -> Progress {
    Progress { planned_to: at(text), last: None }
}

fn landings(moments: &[(&str, &str)]) -> Landings {
    moments.iter().map(|(tag, moment)| ((*tag).to_owned(), at(moment))).collect()
}

fn missing(tags: &[&str]) -> Cause {
    Cause::AtLatest { missing: tags.iter().map(|tag| Tag::parse(tag).unwrap()).collect() }
}

/// The report of a process that looks every minute from `from` to `to`.
fn looked(calendar: &Calendar, landings: &Landings, from: &str, to: &str) -> Vec<Due> {
    let mut progress = since(from);
    let (mut now, mut found) = (at(from), Vec::new());
    while now <= at(to) {
        if let Some(due) = calendar.due(progress, landings, now) {
            progress = Progress { planned_to: due.moment, last: Some(due.moment) };
            found.push(due);
        }
        now = Timestamp(now.0 + 60_000_000);
    }
    found
}

const DAILY: &str = "cron = \"30 2 * * *\"\ntimezone = \"Europe/Berlin\"\n";
const LANDING: &str = "after = [\"orders\", \"fx\"]\nat_latest = \"09:00\"\ntimezone = \"UTC\"\n";

#[test]
fn a_time_of_the_clock_is_due_once_a_day_through_both_changes() {
    for (from, to, keys) in [
        // 02:00 becomes 03:00 at 01:00 UTC.
        (
            "2026-03-28T00:00",
            "2026-03-30T12:00",
            ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"],
        ),
        // 03:00 becomes 02:00 at 01:00 UTC.
        (
            "2026-10-24T00:00",
            "2026-10-26T12:00",
            ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"],
        ),
    ] {
        let found = looked(&calendar(DAILY), &Landings::default(), from, to);
        let found: Vec<Timestamp> = found.iter().map(|due| due.at).collect();
        assert_eq!(found, keys.map(at), "{from}");
    }
}

#[test]
fn after_a_downtime_there_is_one_that_says_how_many_were_missed() {
    let calendar = calendar("cron = [\"0 6 * * *\", \"0 18 * * *\", \"0 6 * * 1\"]\n");
    let due = |from, now| calendar.due(since(from), &Landings::default(), at(now));
    let one = due("2026-11-27T05:00", "2026-11-27T06:00").unwrap();
    assert_eq!((one.at, one.missed, one.is_late), (at("2026-11-27T06:00"), 0, false));
    assert_eq!(one.cause, Cause::Time);
    let late = due("2026-11-27T05:00", "2026-11-27T06:20").unwrap();
    assert_eq!((late.at, late.missed, late.is_late), (at("2026-11-27T06:00"), 0, true));
    // 27th 06 and 18, 28th 06 and 18, 29th 06 and 18, 30th (a Monday) 06 once.
    let catch_up = due("2026-11-27T05:00", "2026-11-30T07:00").unwrap();
    assert_eq!((catch_up.at, catch_up.missed), (at("2026-11-30T06:00"), 6));
    assert!(catch_up.is_late);
    let next = Progress { planned_to: catch_up.moment, last: Some(catch_up.moment) };
    assert_eq!(calendar.due(next, &Landings::default(), at("2026-11-30T07:01")), None, "one");
    let years = due("1990-01-01T00:00", "2026-11-30T07:00").unwrap();
    assert_eq!(years.missed, 1_000, "not counted for ever");
}

#[test]
fn a_clock_that_jumps_repeats_nothing_and_goes_on() {
    let calendar = calendar("cron = \"0 6 * * *\"\n");
    let none = Landings::default();
    let planned = Progress { planned_to: at("2026-11-27T06:00"), last: None };
    // Back by less than the difference between the clocks of replicas: nothing is due.
    assert_eq!(calendar.due(planned, &none, at("2026-11-27T05:59")), None);
    assert!(!Calendar::is_set_back(planned, at("2026-11-27T05:59")));
    // Back by a year: it counts on from then.
    assert!(Calendar::is_set_back(planned, at("2025-11-27T05:59")));
    let again = since("2025-11-27T05:59");
    assert_eq!(
        calendar.due(again, &none, at("2025-11-27T06:00")).unwrap().at,
        at("2025-11-27T06:00")
    );
    // Forward by a day: one, and what was passed over is counted.
    let forward = calendar.due(planned, &none, at("2026-11-29T06:00")).unwrap();
    assert_eq!((forward.at, forward.missed), (at("2026-11-29T06:00"), 1));
}

#[test]
fn it_is_due_when_all_data_have_landed() {
    let calendar = calendar(LANDING);
    let found = landings(&[
        // Yesterday's do not count today.
        ("orders", "2026-11-26T23:50"),
        ("fx", "2026-11-27T02:00"),
        ("orders", "2026-11-27T07:15"),
        ("other", "2026-11-27T01:00"),
    ]);
    let due = |now| calendar.due(since("2026-11-26T12:00"), &found, at(now));
    assert_eq!(due("2026-11-27T07:14"), missed_yesterday());
    let due = due("2026-11-27T07:15").unwrap();
    assert_eq!((due.at, due.moment), (at("2026-11-27T00:00"), at("2026-11-27T07:15")));
    assert_eq!((due.cause, due.is_late), (Cause::Landed, false));
}

/// On the 26th, nothing was due after 12:00: waiting had ended before.
fn missed_yesterday() -> Option<Due> {
    None
}

#[test]
fn waiting_ends_at_the_latest_time_and_names_what_is_missing() {
    let calendar = calendar(LANDING);
    let found = landings(&[("fx", "2026-11-27T02:00"), ("orders", "2026-11-27T09:20")]);
    let due = |now| calendar.due(since("2026-11-27T00:00"), &found, at(now));
    assert_eq!(due("2026-11-27T08:59"), None);
    let latest = due("2026-11-27T09:00").unwrap();
    assert_eq!((latest.at, latest.moment), (at("2026-11-27T00:00"), at("2026-11-27T09:00")));
    assert_eq!((latest.cause, latest.is_late), (missing(&["orders"]), false));
    // Made late, when the data are there: nothing is said to be missing, and its key is the same.
    let late = due("2026-11-27T09:30").unwrap();
    assert_eq!((late.at, late.cause, late.is_late), (latest.at, missing(&[]), true));
    let endless = calendar_without_end();
    assert_eq!(
        endless.due(since("2026-11-27T00:00"), &landings(&[]), at("2026-12-30T00:00")),
        None
    );
}

fn calendar_without_end() -> Calendar {
    calendar("after = [\"orders\", \"fx\"]\n")
}

#[test]
fn data_that_land_again_during_the_day_count_neither_again_nor_for_the_next_day() {
    let calendar = calendar(LANDING);
    let found = landings(&[
        ("orders", "2026-11-27T07:00"),
        ("fx", "2026-11-27T07:01"),
        // While it is sent, and later.
        ("orders", "2026-11-27T07:02"),
        ("fx", "2026-11-27T15:00"),
        ("fx", "2026-11-28T06:00"),
    ]);
    let all = looked(&calendar, &found, "2026-11-27T00:00", "2026-11-28T12:00");
    let said: Vec<_> = all.into_iter().map(|due| (due.at, due.moment, due.cause)).collect();
    let expected = [
        (at("2026-11-27T00:00"), at("2026-11-27T07:01"), Cause::Landed),
        (at("2026-11-28T00:00"), at("2026-11-28T09:00"), missing(&["orders"])),
    ];
    assert_eq!(said, expected);
}

#[test]
fn with_both_it_is_due_at_the_time_but_not_before_the_data_and_only_on_these_days() {
    let calendar = calendar(&format!("cron = [\"0 6 * * 1-5\", \"0 8 * * 1-5\"]\n{LANDING}"));
    let found = landings(&[
        // Friday: long before. Saturday: no time. Monday: after. Tuesday: never.
        ("orders", "2026-11-27T01:00"),
        ("fx", "2026-11-27T01:00"),
        ("orders", "2026-11-28T01:00"),
        ("fx", "2026-11-28T01:00"),
        ("orders", "2026-11-30T01:00"),
        ("fx", "2026-11-30T07:30"),
    ]);
    let all = looked(&calendar, &found, "2026-11-27T00:00", "2026-12-01T23:00");
    let said: Vec<_> = all.into_iter().map(|due| (due.at, due.moment, due.cause)).collect();
    let expected = [
        (at("2026-11-27T06:00"), at("2026-11-27T06:00"), Cause::Landed),
        (at("2026-11-30T06:00"), at("2026-11-30T07:30"), Cause::Landed),
        (at("2026-12-01T06:00"), at("2026-12-01T09:00"), missing(&["orders", "fx"])),
    ];
    assert_eq!(said, expected);
    assert_eq!(calendar.next(at("2026-11-27T05:00")), Some(at("2026-11-27T06:00")));
    assert_eq!(calendar.next(at("2026-11-27T06:00")), Some(at("2026-11-30T06:00")), "once a day");
}

#[test]
fn of_several_missed_days_the_latest_is_made() {
    let calendar = calendar(LANDING);
    let found = landings(&[("orders", "2026-11-28T05:00"), ("fx", "2026-11-28T05:00")]);
    // Down from the 25th to the 29th before dawn.
    let due = calendar.due(since("2026-11-25T10:00"), &found, at("2026-11-29T04:00")).unwrap();
    assert_eq!((due.at, due.moment), (at("2026-11-28T00:00"), at("2026-11-28T05:00")));
    assert_eq!((due.missed, due.is_late, due.cause), (2, true, Cause::Landed));
    // That was the 28th's: the 29th has its own.
    let progress = Progress { planned_to: due.moment, last: Some(due.moment) };
    let next = calendar.due(progress, &found, at("2026-11-29T09:00")).unwrap();
    assert_eq!((next.at, next.missed), (at("2026-11-29T00:00"), 0));
    assert_eq!(next.cause, missing(&["orders", "fx"]));
}

#[test]
fn a_report_that_is_new_is_not_due_for_what_was_before_it() {
    let calendar = calendar(LANDING);
    let found = landings(&[("orders", "2026-11-27T07:00"), ("fx", "2026-11-27T07:00")]);
    let due = |from, now| calendar.due(since(from), &found, at(now));
    assert_eq!(due("2026-11-27T08:00", "2026-11-27T12:00"), None, "all had landed before");
    assert_eq!(
        due("2026-11-27T06:00", "2026-11-27T12:00").map(|due| due.cause),
        Some(Cause::Landed)
    );
    let none =
        calendar.due(since("2026-11-27T10:00"), &Landings::default(), at("2026-11-27T12:00"));
    assert_eq!(none, None, "waiting had ended before");
}

#[test]
fn in_another_zone_the_same_day_is_not_made_again() {
    let lines =
        |zone: &str| format!("after = \"orders\"\nat_latest = \"09:00\"\ntimezone = \"{zone}\"\n");
    let none = Landings::default();
    let berlin = calendar(&lines("Europe/Berlin"));
    let due = berlin.due(since("2026-11-27T00:00"), &none, at("2026-11-27T08:00")).unwrap();
    // At 08:30 its author moves it to New York, where 09:00 is still to come.
    let york = calendar(&lines("America/New_York"));
    let moved = Progress { planned_to: at("2026-11-27T08:30"), last: Some(due.moment) };
    assert_eq!(york.due(moved, &none, at("2026-11-27T14:00")), None);
    let next = york.due(moved, &none, at("2026-11-28T14:00")).unwrap();
    assert_eq!((next.at, next.missed), (at("2026-11-28T05:00"), 0));
}

#[test]
fn weeks_have_their_own_latest_time() {
    let calendar = calendar("after = \"orders\"\nonce = \"week\"\nat_latest = \"tue 09:00\"\n");
    let found = landings(&[("orders", "2026-12-03T07:00")]);
    let all = looked(&calendar, &found, "2026-11-26T00:00", "2026-12-06T12:00");
    let said: Vec<_> = all.into_iter().map(|due| (due.at, due.moment)).collect();
    assert_eq!(said, [(at("2026-11-30T00:00"), at("2026-12-01T09:00"))]);
    assert_eq!(calendar.next(at("2026-12-01T09:00")), Some(at("2026-12-08T09:00")));
    assert_eq!(calendar.next(at("2026-11-30T00:00")), Some(at("2026-12-01T09:00")));
}

#[test]
fn names_of_tables_are_compared_without_case() {
    let calendar = calendar("after = \"table:Shop.Orders\"\n");
    let tag = Tag::parse("table:shop.orders").unwrap().compared();
    let found = [(tag, at("2026-11-27T05:00"))].into_iter().collect();
    assert!(calendar.due(since("2026-11-27T00:00"), &found, at("2026-11-27T06:00")).is_some());
    let from = calendar.landings_from(since("2026-11-27T03:00"), at("2026-11-27T06:00"));
    assert_eq!(from, Some(at("2026-11-27T00:00")));
}

proptest! {
    /// Replicas hear of the same landings in other orders, look at other moments, and may not have heard of
    /// all: what one of them plans for a day has the key that any other would plan.
    #[test]
    fn whoever_is_first_plans_the_same_due_time(
        moments in prop::collection::vec((0..3_usize, 0..2_880_i64), 0..12),
        known in any::<u64>(),
        looks in prop::collection::vec(0..2_880_i64, 1..20),
    ) {
        let calendar = calendar("after = [\"a\", \"b\", \"c\"]\nat_latest = \"18:00\"\n");
        let start = at("2026-11-27T00:00");
        let moment = |minute: i64| Timestamp(start.0 + minute * 60_000_000);
        let all: Vec<(String, Timestamp)> = moments
            .iter()
            .map(|(tag, minute)| (["a", "b", "c"][*tag].to_owned(), moment(*minute)))
            .collect();
        let reversed: Landings = all.iter().rev().cloned().collect();
        let part: Landings = all
            .iter()
            .enumerate()
            .filter(|(at, _)| known >> at & 1 == 1)
            .map(|(_, one)| one.clone())
            .collect();
        let all: Landings = all.into_iter().collect();
        let progress = Progress { planned_to: start, last: None };
        let mut sorted = looks.clone();
        sorted.sort_unstable();
        for now in sorted.into_iter().map(moment) {
            let due = calendar.due(progress, &all, now);
            prop_assert_eq!(&calendar.due(progress, &reversed, now), &due);
            // One that knows less finds nothing yet, or an earlier day's, or the same.
            if let Some(other) = calendar.due(progress, &part, now) {
                let due = due.expect("who knows more finds one as well");
                prop_assert!(due.at >= other.at);
                prop_assert!(due.at > other.at || due.moment <= other.moment);
            }
        }
    }
}
