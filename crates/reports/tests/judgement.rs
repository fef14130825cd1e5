//! Conditions, over frames: exact, and never a guess.

use crate::made::report;
use brisk_domain::report::Condition;
use brisk_domain::{
    Column, Coverage, Decimal, Frame, Interval, Reach, Timestamp, Values, ZoneOffsets,
};
use brisk_reports::{Judgement, Seen, judge};

fn condition(text: &str) -> Condition {
    report(&format!("condition = {{ panel = \"one\", {text} }}\n")).condition.unwrap()
}

fn has_rows() -> Condition {
    report("condition = { panel = \"one\" }\n").condition.unwrap()
}

fn frame(columns: Vec<(&str, Values)>) -> Frame {
    let column = |(name, values): (&str, Values)| Column { name: name.to_owned(), values };
    Frame::new(columns.into_iter().map(column).collect()).unwrap()
}

fn decimals(cells: &[&str]) -> Values {
    Values::Decimal(cells.iter().map(|cell| Decimal::parse(cell).ok()).collect())
}

fn judged(condition: &Condition, frame: &Frame, before: Option<&str>) -> Judgement {
    let offsets = ZoneOffsets::utc();
    let before = before.map(|before| Decimal::parse(before).unwrap());
    judge(condition, Seen { frame, coverage: None, offsets: &offsets }, before.as_ref())
}

fn is_met(condition: &Condition, frame: &Frame, before: Option<&str>) -> bool {
    judged(condition, frame, before) == Judgement::Met
}

#[test]
fn a_panel_has_rows_or_has_none() {
    let one = frame(vec![("name", Values::Text(vec![None]))]);
    assert!(is_met(&has_rows(), &one, None));
    let none = frame(vec![("name", Values::Text(vec![]))]);
    let said = Judgement::NotMet("panel \"one\" has no rows".into());
    assert_eq!(judged(&has_rows(), &none, None), said);
    assert_eq!(judged(&has_rows(), &Frame::default(), None), said);
}

#[test]
fn figures_are_compared_digit_for_digit() {
    let (above, below) = (condition("above = 0.30"), condition("below = 0.30"));
    for (cell, is_above, is_below) in [
        ("0.3", false, false),
        ("0.300000000000000000000001", true, false),
        ("0.299999999999999999999999", false, true),
        ("-1", false, true),
        ("Infinity", true, false),
    ] {
        let frame = frame(vec![("n", decimals(&[cell]))]);
        assert_eq!(is_met(&above, &frame, None), is_above, "{cell}");
        assert_eq!(is_met(&below, &frame, None), is_below, "{cell}");
    }
    // 2^53 and 2^53 + 1 are the same float.
    let above = condition("above = 9007199254740992");
    let next = frame(vec![("n", Values::Int(vec![Some(9_007_199_254_740_993)]))]);
    assert!(is_met(&above, &next, None));
    let float = frame(vec![("n", Values::Float(vec![Some(0.1)]))]);
    assert!(!is_met(&condition("above = 0.1"), &float, None), "as it is shown");
    let said = judged(&above, &frame(vec![("n", decimals(&["1.50"]))]), None);
    assert_eq!(said, Judgement::NotMet("1.50 is not above 9007199254740992".into()));
}

#[test]
fn a_bound_is_crossed_when_the_side_changes_and_the_bound_is_on_the_upper_one() {
    let crossed = condition("crossed = 100");
    for (before, now, is_crossed) in [
        ("99", "101", true),
        ("99", "100", true),
        ("100", "101", false),
        ("101", "100", false),
        ("100", "99.99", true),
        ("101", "99", true),
        ("98", "99", false),
    ] {
        let frame = frame(vec![("n", decimals(&[now]))]);
        assert_eq!(is_met(&crossed, &frame, Some(before)), is_crossed, "{before} → {now}");
    }
    let first = judged(&crossed, &frame(vec![("n", decimals(&["500"]))]), None);
    assert!(matches!(&first, Judgement::NotMet(why) if why.contains("first figure")), "{first:?}");
}

#[test]
fn what_is_no_figure_meets_nothing() {
    let below = condition("below = 5");
    for values in [
        Values::Int(vec![None]),
        Values::Int(vec![]),
        Values::Float(vec![Some(f64::NAN)]),
        decimals(&["NaN"]),
    ] {
        let said = judged(&below, &frame(vec![("n", values)]), None);
        assert_eq!(said, Judgement::NotMet("panel \"one\" has no figure".into()));
    }
}

#[test]
fn where_the_figure_is_not_clear_nobody_guesses() {
    let two = frame(vec![
        ("name", Values::Text(vec![Some("a".into()), Some("b".into())])),
        ("n", Values::Int(vec![Some(1), Some(9)])),
    ]);
    let said = |text: &str, frame: &Frame| match judged(&condition(text), frame, None) {
        Judgement::Unknown(why) => why,
        other => panic!("{other:?}"),
    };
    assert!(said("above = 5", &two).contains("has 2 rows"));
    let one = frame(vec![
        ("name", Values::Text(vec![Some("a".into())])),
        ("n", Values::Int(vec![Some(1)])),
        ("m", Values::Int(vec![Some(7)])),
    ]);
    assert!(said("above = 5, column = \"x\"", &one).contains("no column \"x\""));
    assert!(said("above = 5, column = \"name\"", &one).contains("no numbers"));
    let texts = frame(vec![("name", Values::Text(vec![Some("a".into())]))]);
    assert!(said("above = 5", &texts).contains("no column with numbers"));
    assert!(!is_met(&condition("above = 5"), &one, None), "the first one with numbers");
    assert!(is_met(&condition("above = 5, column = \"m\""), &one, None));
}

#[test]
fn with_time_buckets_the_last_whole_one_counts() {
    const DAY: i64 = 86_400;
    let at = |day: i64| Timestamp::from_seconds(day * DAY);
    let offsets = ZoneOffsets::utc();
    let reach = Reach { from: Some(at(10)), to: Some(at(14)), data_end: Timestamp(at(13).0 + 1) };
    let coverage = Coverage::of(reach, Interval::Day, &offsets);
    let coverage = Coverage { column: Some(0), ..coverage };
    let seen = |days: &[i64], cells: &[i64]| {
        let days = days.iter().map(|day| Some(at(*day))).collect();
        let cells = cells.iter().map(|cell| Some(*cell)).collect();
        frame(vec![("day", Values::Time(days)), ("n", Values::Int(cells))])
    };
    let judged = |frame: &Frame| {
        judge(
            &condition("above = 5"),
            Seen { frame, coverage: Some(&coverage), offsets: &offsets },
            None,
        )
    };
    // Day 13 is under way; rows are in any order.
    assert_eq!(judged(&seen(&[13, 12, 10, 11], &[1, 9, 1, 1])), Judgement::Met);
    let not_above = Judgement::NotMet("4 is not above 5".into());
    assert_eq!(judged(&seen(&[10, 11, 12, 13], &[9, 9, 4, 9])), not_above);
    let none = Judgement::NotMet("panel \"one\" has no figure".into());
    assert_eq!(judged(&seen(&[13], &[9])), none, "nothing is whole");
    let several = judged(&seen(&[12, 12], &[9, 9]));
    assert!(matches!(several, Judgement::Unknown(_)), "{several:?}");
}
