//! Dates and times as files write them.

use brisk_domain::Timestamp;
use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A day.
    Day(NaiveDate),
    /// A wall-clock time, of a zone that is not stated.
    Wall(NaiveDateTime),
    /// An instant: the file states the offset from UTC.
    Instant(Timestamp),
}

/// Reads `field` in `format`, or as ISO 8601.
pub(crate) fn moment(field: &str, format: Option<&str>) -> Option<Moment> {
    let Some(format) = format else { return iso(field) };
    let read = match () {
        () if format.contains("%s") || has_offset(format) => {
            let at = match has_offset(format) {
                true => DateTime::parse_from_str(field, format).ok()?.timestamp_micros(),
                false => {
                    NaiveDateTime::parse_from_str(field, format).ok()?.and_utc().timestamp_micros()
                }
            };
            return Some(Moment::Instant(Timestamp(at)));
        }
        () => wall(field, format)?,
    };
    // "09" would be the year 9.
    let year = match read {
        Moment::Day(day) => day.format("%Y"),
        Moment::Wall(at) => at.format("%Y"),
        Moment::Instant(_) => return Some(read),
    };
    (!format.contains("%Y") || field.contains(&year.to_string())).then_some(read)
}

/// What is wrong with `format`, if anything.
pub(crate) fn wrong_format(format: &str) -> Option<&'static str> {
    if StrftimeItems::new(format).any(|item| matches!(item, Item::Error)) {
        return Some("has a part that is not known");
    }
    format.contains("%Z").then_some("has %Z, but names of zones cannot be read: use %z for offsets")
}

fn has_offset(format: &str) -> bool {
    ["%z", "%:z", "%::z", "%#z", "%+"].iter().any(|part| format.contains(part))
}

fn wall(field: &str, format: &str) -> Option<Moment> {
    let time = NaiveDateTime::parse_from_str(field, format).map(Moment::Wall);
    time.or_else(|_| NaiveDate::parse_from_str(field, format).map(Moment::Day)).ok()
}

/// `2011-12-09`, or with a time of day, and then perhaps with an offset.
fn iso(field: &str) -> Option<Moment> {
    let split = field.find(['T', 't', ' ']);
    let (day, rest) = split.map_or((field, ""), |at| (&field[..at], &field[at + 1..]));
    let mut parts = day.split('-');
    let (year, month, date) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let fits = year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&date.len());
    if !fits || parts.next().is_some() || !(digits(year) && digits(month) && digits(date)) {
        return None;
    }
    let day = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, date.parse().ok()?)?;
    if split.is_none() {
        return Some(Moment::Day(day));
    }
    let at = rest.find(['Z', 'z', '+', '-', 'U', ' ']).unwrap_or(rest.len());
    let (time, offset) = (&rest[..at], rest[at..].trim_start());
    let wall = day.and_time(time_of_day(time)?);
    let east = match offset {
        "" if at == rest.len() => return Some(Moment::Wall(wall)),
        "Z" | "z" | "UTC" => 0,
        _ => offset_seconds(offset)?,
    };
    Some(Moment::Instant(Timestamp(wall.and_utc().timestamp_micros() - east * 1_000_000)))
}

fn time_of_day(time: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(time, form).ok())
}

/// `+02:00`, `+0200` and `+02` in seconds.
fn offset_seconds(offset: &str) -> Option<i64> {
    let (sign, digits) = match offset.as_bytes().first()? {
        b'+' => (1, &offset[1..]),
        b'-' => (-1, &offset[1..]),
        _ => return None,
    };
    let digits = digits.replacen(':', "", 1);
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits[..2].parse().ok()?;
    let minutes: i64 = if digits.len() == 4 { digits[2..].parse().ok()? } else { 0 };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field: &str, format: Option<&str>) -> String {
        match moment(field, format) {
            Some(Moment::Day(day)) => day.to_string(),
            Some(Moment::Wall(at)) => at.to_string(),
            Some(Moment::Instant(at)) => format!("@{}", at.seconds()),
            None => "none".into(),
        }
    }

    #[test]
    fn days_clocks_and_instants_are_told_apart() {
        assert_eq!(read("2011-12-09", None), "2011-12-09");
        assert_eq!(read("2011-12-09 12:50", None), "2011-12-09 12:50:00");
        assert_eq!(read("2011-12-09T12:50:01.25", None), "2011-12-09 12:50:01.250");
        for same in [
            "2021-03-04T10:00:00+02:00",
            "2021-03-04 10:00+0200",
            "2021-03-04 10:00:00 +02",
            "2021-03-04T08:00:00Z",
            "2021-03-04 03:00:00-05:00",
            "2021-03-04 08:00:00 UTC",
        ] {
            assert_eq!(read(same, None), "@1614844800", "{same}");
        }
        for bad in ["2021-13-01", "2021-03-04 10:00 CET", "21-03-04", "2021-03-04 ", "2021-3", "x"]
        {
            assert_eq!(read(bad, None), "none", "{bad}");
        }
    }

    #[test]
    fn formats_are_read_as_they_say() {
        assert_eq!(read("12/1/2009 7:45", Some("%m/%d/%Y %H:%M")), "2009-12-01 07:45:00");
        assert_eq!(read("31/12/2009 7:45", Some("%m/%d/%Y %H:%M")), "none");
        assert_eq!(read("12/1/09", Some("%m/%d/%Y")), "none");
        assert_eq!(read("12/1/09", Some("%m/%d/%y")), "2009-12-01");
        assert_eq!(read("1/12/2009 07:45 +0100", Some("%d/%m/%Y %H:%M %z")), "@1259649900");
        assert_eq!(read("1259649900", Some("%s")), "@1259649900");
        assert!(wrong_format("%Q").is_some() && wrong_format("%d %Z").is_some());
        assert!(wrong_format("%d/%m/%Y").is_none());
    }
}
