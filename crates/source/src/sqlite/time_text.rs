//! The time in a text of a column of times. Pure.

use chrono::{NaiveDate, NaiveDateTime};

/// A text's time. Seconds are whole, rounded down; those of a wall clock count as if it showed UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeText {
    /// It is empty.
    Nothing,
    /// Seconds since the epoch.
    Instant(i64),
    /// A date's midnight.
    Date(i64),
    /// What a wall clock shows.
    Wall(i64),
}

/// Reads `2026-03-01`, `2026-03-01 00:30`, with or without seconds and a fraction, with a space or a `T`,
/// with or without an offset, and seconds since the epoch; `None` for anything else.
pub(super) fn read(text: &str) -> Option<TimeText> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Some(TimeText::Nothing);
    }
    if let Some(seconds) = seconds(text) {
        return Some(TimeText::Instant(seconds));
    }
    let day = text.get(..10).filter(|day| has_shape(day, "0000-00-00"))?;
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    let rest = &text[10..];
    if rest.is_empty() {
        return Some(TimeText::Date(midnight(day)));
    }
    let (time, offset) = split_offset(rest.strip_prefix([' ', 'T', 't'])?);
    let wall = midnight(day) + of_day(time)?;
    match offset {
        None => Some(TimeText::Wall(wall)),
        Some(offset) => Some(TimeText::Instant(wall - self::offset(offset)?)),
    }
}

fn midnight(day: NaiveDate) -> i64 {
    NaiveDateTime::from(day).and_utc().timestamp()
}

/// A number of seconds; Rust accepts more than SQLite, such as `inf`.
fn seconds(text: &str) -> Option<i64> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if !is_number {
        return None;
    }
    text.parse().ok().or_else(|| text.parse::<f64>().ok().map(|seconds| seconds.floor() as i64))
}

/// `00:30Z` as `00:30` and `Z`.
fn split_offset(time: &str) -> (&str, Option<&str>) {
    match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (time[..at].trim_end(), Some(&time[at..])),
        None => (time, None),
    }
}

/// The whole seconds of `00:30` or `00:30:15.123`.
fn of_day(time: &str) -> Option<i64> {
    let mut parts = time.splitn(3, ':');
    let two = |part: &str, end: i64| {
        let number: i64 = part.parse().ok().filter(|_| has_shape(part, "00"))?;
        (number < end).then_some(number)
    };
    let (hours, minutes) = (two(parts.next()?, 24)?, two(parts.next()?, 60)?);
    let seconds = match parts.next() {
        None => 0,
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            let is_fraction = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
            two(whole, 60).filter(|_| is_fraction)?
        }
    };
    Some(hours * 3600 + minutes * 60 + seconds)
}

/// The seconds of `Z`, `+02:00`, `-0530` or `+01`.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
    let known = ["00", "0000"].iter().any(|shape| has_shape(&digits, shape));
    let number = |text: &str| text.parse::<i64>().ok();
    let minutes = digits.get(2..).filter(|minutes| !minutes.is_empty()).map_or(Some(0), number)?;
    let hours = number(digits.get(..2)?)?;
    (known && hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Whether `text` has a digit wherever `shape` has a `0`, and otherwise the same characters.
fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(c, of): (u8, u8)| if of == b'0' { c.is_ascii_digit() } else { c == of };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_time_is_read() {
        use TimeText::{Date, Instant, Nothing, Wall};
        // 2026-03-01 00:00 UTC.
        let day = 1_772_323_200;
        for (text, expected) in [
            ("2026-03-01", Date(day)),
            ("2026-03-01 00:30", Wall(day + 1800)),
            ("2026-03-01T00:30:15", Wall(day + 1815)),
            (" 2026-03-01 00:30:15.999 ", Wall(day + 1815)),
            ("2026-03-01T00:30:15Z", Instant(day + 1815)),
            ("2026-03-01 00:30 z", Instant(day + 1800)),
            ("2026-03-01T00:30:15.5+02:00", Instant(day + 1815 - 7200)),
            ("2026-03-01 00:30-0530", Instant(day + 1800 + 19_800)),
            ("2026-03-01 00:30+01", Instant(day + 1800 - 3600)),
            ("1969-12-31 23:59:59.5", Wall(-1)),
            ("1772323200", Instant(day)),
            ("-0.5", Instant(-1)),
            ("", Nothing),
            ("  ", Nothing),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in [
            "1.3.2026",
            "2026-3-1",
            "2026-02-30",
            "2026-03-01 24:00",
            "2026-03-01 noon",
            "noon",
            "2026-03-01 00",
            "2026-03-01 00:30:15.",
            "2026-03-01 00:30+2",
            "2026-03-01 00:30+99:00",
            "2026/03/01",
            "0x10",
            "inf",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
