//! Time buckets that a statement writes as text or as numbers: `2026-03`, `202603`, `2026-W05`, `Mar 2026`.

use crate::{Timestamp, Values, ZoneOffsets};
use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The start of the bucket that cell `row` names, on the clock of `zone`; `None` if it names none.
pub fn start(values: &Values, row: usize, zone: &ZoneOffsets) -> Option<Timestamp> {
    let wall = match values {
        Values::Text(cells) => of_text(cells.get(row)?.as_deref()?)?,
        Values::Int(_) | Values::Decimal(_) | Values::Float(_) => {
            let number = values.number(row).filter(|number| number.fract() == 0.0)?;
            of_digits(&format!("{number}"))?
        }
        Values::Bool(_) | Values::Time(_) | Values::Date(_) | Values::WallTime(_) => return None,
    };
    Some(zone.instant(wall))
}

fn of_text(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return of_digits(text);
    }
    let (head, rest) = text.split_once(['-', '/', '.', ' '])?;
    let rest = rest.trim();
    if let Some(month) = month_named(head) {
        return midnight(year(rest)?, month, 1);
    }
    let year = year(head)?;
    if let Some(month) = month_named(rest) {
        return midnight(year, month, 1);
    }
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2);
    match rest.split_at_checked(1)? {
        ("W" | "w", week) => {
            let monday = NaiveDate::from_isoywd_opt(year, number(week)?, Weekday::Mon)?;
            return Some(monday.and_time(NaiveTime::MIN));
        }
        ("Q" | "q", quarter) => {
            let quarter = number(quarter).filter(|quarter| (1..=4).contains(quarter))?;
            return midnight(year, quarter * 3 - 2, 1);
        }
        _ => {}
    }
    let (month, rest) = rest.split_at_checked(2).filter(|month| month.0.len() == 2)?;
    let month = number(month)?;
    if rest.is_empty() {
        return midnight(year, month, 1);
    }
    let (day, rest) = rest.strip_prefix(['-', '/', '.'])?.split_at_checked(2)?;
    let day = midnight(year, month, number(day)?)?;
    if rest.is_empty() {
        return Some(day);
    }
    let mut parts = rest.strip_prefix(['T', ' '])?.split(':');
    let mut part = || parts.next().map_or(Some(0), number);
    let (hour, minute, second) = (part()?, part()?, part()?);
    parts.next().is_none().then_some(())?;
    day.date().and_hms_opt(hour, minute, second)
}

/// `2026`, `202603` or `20260301`.
fn of_digits(digits: &str) -> Option<NaiveDateTime> {
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<u32>().ok();
    let year = year(digits.get(..4)?)?;
    match digits.len() {
        4 => midnight(year, 1, 1),
        6 => midnight(year, number(4, 6)?, 1),
        8 => midnight(year, number(4, 6)?, number(6, 8)?),
        _ => None,
    }
}

fn year(text: &str) -> Option<i32> {
    text.parse().ok().filter(|year| text.len() == 4 && (1..=9999).contains(year))
}

/// The number of the month that `text` names in English, in full or by three letters.
fn month_named(text: &str) -> Option<u32> {
    let text = text.trim().to_ascii_lowercase();
    let is_it = |name: &str| name == text || (text.len() == 3 && name.starts_with(&text));
    MONTHS.iter().position(|name| is_it(name)).and_then(|at| u32::try_from(at + 1).ok())
}

fn midnight(year: i32, month: u32, day: u32) -> Option<NaiveDateTime> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    debug_assert_eq!(date.year(), year);
    Some(date.and_time(NaiveTime::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decimal;

    fn start_of(text: &str) -> Option<String> {
        let at = start(&Values::Text(vec![Some(text.into())]), 0, &ZoneOffsets::utc())?;
        Some(ZoneOffsets::utc().local(at).format("%Y-%m-%d %H:%M").to_string())
    }

    #[test]
    fn a_bucket_is_read_from_what_databases_write() {
        for (text, expected) in [
            ("2026", "2026-01-01 00:00"),
            ("2026-03", "2026-03-01 00:00"),
            ("2026/03", "2026-03-01 00:00"),
            ("202603", "2026-03-01 00:00"),
            ("20260302", "2026-03-02 00:00"),
            ("2026-03-02", "2026-03-02 00:00"),
            ("2026-03-02 04", "2026-03-02 04:00"),
            ("2026-03-02T04:00:00", "2026-03-02 04:00"),
            ("2026-W01", "2025-12-29 00:00"),
            ("2026-Q3", "2026-07-01 00:00"),
            ("2026 Q3", "2026-07-01 00:00"),
            ("Mar 2026", "2026-03-01 00:00"),
            ("March     2026", "2026-03-01 00:00"),
            ("2026 May", "2026-05-01 00:00"),
        ] {
            assert_eq!(start_of(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "26",
            "2026-13",
            "2026-3",
            "2026-02-30",
            "2026-W60",
            "2026-Q5",
            "03-2026",
            "Mar 26",
            "abc",
        ] {
            assert_eq!(start_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_is_a_year_or_a_year_and_a_month() {
        let at = |values: &Values| start(values, 0, &ZoneOffsets::utc()).map(Timestamp::seconds);
        assert_eq!(at(&Values::Int(vec![Some(2026)])), Some(1_767_225_600));
        assert_eq!(at(&Values::Decimal(vec![Decimal::parse("2026").ok()])), Some(1_767_225_600));
        assert_eq!(at(&Values::Float(vec![Some(202_603.0)])), Some(1_772_323_200));
        assert_eq!(at(&Values::Float(vec![Some(2026.5)])), None);
        assert_eq!(at(&Values::Int(vec![Some(12)])), None);
        assert_eq!(at(&Values::Int(vec![None])), None);
    }

    #[test]
    fn it_starts_on_the_clock_of_the_zone() {
        let berlin = ZoneOffsets { first: 3600, changes: vec![(1_774_746_000, 7200)] };
        let april = start(&Values::Text(vec![Some("2026-04".into())]), 0, &berlin).unwrap();
        assert_eq!(april.seconds(), 1_774_994_400);
    }
}
