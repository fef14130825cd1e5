//! Converts a CSV field into a typed value, or says why it cannot.

use crate::plan::{Column, ColumnType};
use brisk_domain::{Timestamp, ZoneOffsets};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime};
use std::ops::RangeInclusive;

/// A typed value, as sent to the database.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An empty field of a nullable column.
    Null,
    /// An integer, or a scaled decimal.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// An instant.
    Time(Timestamp),
    /// Text.
    Text(String),
}

/// The instants that every database can store: the years 1 to 9999.
const TIMES: RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

impl Value {
    /// Its approximate size on the wire, in bytes.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            _ => 8,
        }
    }
}

/// An instant in UTC, as `2011-12-09 12:50:00.000000`.
pub(crate) fn utc_text(at: Timestamp) -> String {
    let time = DateTime::from_timestamp_micros(at.0).unwrap_or_default();
    time.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// Converts `field`. Timestamps are shifted by `shift_days` on the wall clock before they become
/// instants.
pub fn convert(
    field: &str,
    column: &Column,
    zone: &ZoneOffsets,
    shift_days: i64,
) -> Result<Value, String> {
    let raw = field;
    let field = field.trim();
    if field.is_empty() {
        return match column.nullable {
            true => Ok(Value::Null),
            false => Err(format!("column \"{}\" is empty", column.from)),
        };
    }
    let wrong = |what: &str| {
        let excerpt: String = field.chars().take(40).collect();
        let excerpt = excerpt.replace('\0', "\u{fffd}");
        format!("column \"{}\": \"{excerpt}\" is not {what}", column.from)
    };
    match column.kind {
        ColumnType::Text => {
            let text = if column.trim { field } else { raw };
            // PostgreSQL cannot store NUL, and other programs treat it as the end of the text.
            if text.contains('\0') {
                return Err(wrong("text: it has a NUL character"));
            }
            match column.length {
                Some(length) if text.chars().nth(length as usize).is_some() => {
                    Err(wrong(&format!("at most {length} characters long")))
                }
                _ => Ok(Value::Text(text.to_owned())),
            }
        }
        ColumnType::Integer => {
            scaled(field, 0).map(Value::Int).ok_or_else(|| wrong("a whole number of 64 bits"))
        }
        ColumnType::Decimal => {
            let what = format!("a decimal with at most {} digits behind the point", column.scale);
            scaled(field, column.scale).map(Value::Int).ok_or_else(|| wrong(&what))
        }
        ColumnType::Float => match field.parse::<f64>() {
            // Turns -0.0 into 0.0, because not every database keeps the sign.
            Ok(number) if number.is_finite() => Ok(Value::Float(number + 0.0)),
            _ => Err(wrong("a number")),
        },
        ColumnType::Timestamp => {
            let local = wall(field, column.format.as_deref())
                .and_then(|at| shifted(at, shift_days))
                .ok_or_else(|| wrong("a timestamp of the expected form"))?;
            let at = zone.instant(local);
            if !TIMES.contains(&at.0) {
                return Err(wrong("a time of the years 1 to 9999"));
            }
            Ok(Value::Time(at))
        }
    }
}

/// Parses the wall-clock time in `field`.
pub fn wall(field: &str, format: Option<&str>) -> Option<NaiveDateTime> {
    let time = |format: &str| NaiveDateTime::parse_from_str(field.trim(), format).ok();
    let date = |format: &str| {
        NaiveDate::parse_from_str(field.trim(), format).ok().map(|d| d.and_time(NaiveTime::MIN))
    };
    match format {
        Some(format) => time(format).or_else(|| date(format)),
        None => ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .into_iter()
            .find_map(time)
            .or_else(|| date("%Y-%m-%d")),
    }
}

fn shifted(at: NaiveDateTime, days: i64) -> Option<NaiveDateTime> {
    let count = Days::new(days.unsigned_abs());
    if days < 0 { at.checked_sub_days(count) } else { at.checked_add_days(count) }
}

/// `12.5` at scale 3 is 12,500; any digits beyond the scale must be zeros.
fn scaled(field: &str, scale: u8) -> Option<i64> {
    let (sign, digits) = match field.as_bytes().first()? {
        b'-' => (-1, &field[1..]),
        b'+' => (1, &field[1..]),
        _ => (1, field),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let mut value: i64 = 0;
    for byte in whole.bytes() {
        value = value.checked_mul(10)?.checked_add(sign * i64::from(byte - b'0'))?;
    }
    let mut fraction = fraction.bytes();
    for _ in 0..scale {
        let digit = match fraction.next() {
            Some(b @ b'0'..=b'9') => i64::from(b - b'0'),
            None => 0,
            Some(_) => return None,
        };
        value = value.checked_mul(10)?.checked_add(sign * digit)?;
    }
    fraction.all(|b| b == b'0').then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(scaled("6.95", 3), Some(6_950));
        assert_eq!(scaled("-0.005", 3), Some(-5));
        assert_eq!(scaled("13085.0", 0), Some(13_085));
        assert_eq!(scaled("-9223372036854775808", 0), Some(i64::MIN));
        for bad in ["1.2345", "", ".", ".5", "1e3", "1,000", "1.2.3", "NaN", "99999999999999999999"]
        {
            assert_eq!(scaled(bad, 3), None, "{bad}");
        }
    }

    #[test]
    fn timestamps_follow_their_form() {
        let at = wall("12/1/2009 7:45", Some("%m/%d/%Y %H:%M")).unwrap();
        assert_eq!(at.to_string(), "2009-12-01 07:45:00");
        assert!(wall("2011-12-09 12:50", None).is_some());
        assert!(wall("31/12/2009 7:45", Some("%m/%d/%Y %H:%M")).is_none());
    }
}
