//! Decodes the values of MySQL and MariaDB from their binary format: exactly, or with an error for
//! the column. Types without a form of their own are shown as the server's client writes them.
//!
//! The formats are those of the servers' documentation of the binary protocol; numbers are
//! little-endian.

use crate::columns::{self, distinct_names, hex, push_null, scale_of};
use crate::error::SourceError;
use crate::geometry;
use brisk_domain::{Date, Decimal, Frame, Timestamp, Values};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use sqlx::mysql::{MySql, MySqlColumn, MySqlRow, MySqlTypeInfo};
use sqlx::{Column as _, Decode, Row as _, Type, TypeInfo as _};

/// A column that is being filled.
pub(crate) struct Column {
    name: String,
    form: Form,
    /// Whole numbers count 10^-scale units.
    scale: Option<u8>,
    /// Whether the statement says that it holds instants.
    is_time: bool,
    values: Values,
}

/// How a cell's bytes are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Whole numbers of any width.
    Signed,
    /// The column changes to decimals when a value needs it.
    Unsigned,
    /// The column changes to text when a year is 0000, which a `0` is not: it would be read as 2000.
    Year,
    /// Whole numbers, but big-endian.
    Bit,
    /// Digits and a decimal point, as text.
    Decimal,
    Float4,
    Float8,
    Text,
    Date,
    /// A date where the statement returns an instant: its midnight in UTC.
    StartOfDate,
    Time,
    /// `datetime`, read in UTC by convention.
    DateTime,
    /// `timestamp`, in UTC because the session's zone is.
    Timestamp,
    /// The server has no type because all values are NULL.
    Null,
    /// Bytes; also the server's type for NULLs from a subquery.
    Binary,
    /// A reference system (4 bytes) and well-known binary.
    Geometry,
}

/// The columns of a result; an error for a type that frames do not have. `times` are the names of
/// its instants.
pub(super) fn columns(
    given: &[MySqlColumn],
    scales: &[(String, u8)],
    times: &[String],
) -> Result<Vec<Column>, SourceError> {
    let names = distinct_names(given.iter().map(MySqlColumn::name));
    let columns = given.iter().zip(names).map(|(column, name)| {
        let (scale, is_time) = known(&name, scales, times);
        let form = form(column.type_info(), is_time);
        match empty(form, scale, is_time) {
            Ok(values) => Ok(Column { name, form, scale, is_time, values }),
            Err(message) => Err(SourceError::Type { column: name, message }),
        }
    });
    columns.collect()
}

/// The columns of a result without rows, as the server described them before it had the bound
/// values: the types of expressions over these are guesses. So nothing is an error, and a column
/// without a type is text.
pub(super) fn columns_without_rows(
    guessed: &[MySqlColumn],
    scales: &[(String, u8)],
    times: &[String],
) -> Vec<Column> {
    let names = distinct_names(guessed.iter().map(MySqlColumn::name));
    let columns = guessed.iter().zip(names).map(|(column, name)| {
        let (scale, is_time) = known(&name, scales, times);
        let form = match form(column.type_info(), is_time) {
            Form::Null if !is_time => Form::Text,
            form => form,
        };
        let values = empty(form, scale, is_time).unwrap_or(Values::Decimal(Vec::new()));
        Column { name, form, scale, is_time, values }
    });
    columns.collect()
}

/// The scale of the column, and whether it holds instants.
fn known(name: &str, scales: &[(String, u8)], times: &[String]) -> (Option<u8>, bool) {
    (scale_of(scales, name), times.iter().any(|time| time == name))
}

/// The frame of filled columns.
pub(super) fn frame(columns: Vec<Column>) -> Result<Frame, SourceError> {
    columns::frame(columns.into_iter().map(|column| (column.name, column.values)))
}

fn form(info: &MySqlTypeInfo, is_time: bool) -> Form {
    match info.name() {
        "DECIMAL" => Form::Decimal,
        "FLOAT" => Form::Float4,
        "DOUBLE" => Form::Float8,
        "DATE" if is_time => Form::StartOfDate,
        "DATE" => Form::Date,
        "TIME" => Form::Time,
        "DATETIME" => Form::DateTime,
        "TIMESTAMP" => Form::Timestamp,
        "YEAR" => Form::Year,
        "BIT" => Form::Bit,
        "NULL" => Form::Null,
        "JSON" | "ENUM" | "SET" => Form::Text,
        "GEOMETRY" => Form::Geometry,
        // A `tinyint(1)` is reported as a boolean, but may hold any small number.
        _ if <i64 as Type<MySql>>::compatible(info) => Form::Signed,
        _ if <u64 as Type<MySql>>::compatible(info) => Form::Unsigned,
        _ if <str as Type<MySql>>::compatible(info) => Form::Text,
        _ => Form::Binary,
    }
}

/// The column's values before its first cell.
fn empty(form: Form, scale: Option<u8>, is_time: bool) -> Result<Values, String> {
    Ok(match form {
        Form::Float4
        | Form::Float8
        | Form::Text
        | Form::Date
        | Form::StartOfDate
        | Form::Time
        | Form::DateTime
        | Form::Timestamp
        | Form::Geometry
            if scale.is_some() =>
        {
            return Err(NOT_EXACT.into());
        }
        _ if scale.is_some() => Values::Decimal(Vec::new()),
        Form::Null | Form::Binary if is_time => Values::Time(Vec::new()),
        Form::Signed | Form::Unsigned | Form::Year | Form::Bit | Form::Null => {
            Values::Int(Vec::new())
        }
        Form::Decimal => Values::Decimal(Vec::new()),
        Form::Float4 | Form::Float8 => Values::Float(Vec::new()),
        Form::Text | Form::Time | Form::Binary | Form::Geometry => Values::Text(Vec::new()),
        Form::Date => Values::Date(Vec::new()),
        Form::StartOfDate | Form::DateTime | Form::Timestamp => Values::Time(Vec::new()),
    })
}

const NOT_EXACT: &str = "only whole numbers and decimals can have a scale: cast it as signed or decimal, or remove the scale";

impl Column {
    /// Adds cell `i` of `row` and returns its size in memory.
    pub(super) fn push(&mut self, row: &MySqlRow, i: usize) -> Result<usize, SourceError> {
        let type_error =
            |name: &str, message: String| SourceError::Type { column: name.to_owned(), message };
        let value =
            row.try_get_raw(i).map_err(|error| type_error(&self.name, error.to_string()))?;
        let Ok(bytes) = <&[u8] as Decode<'_, MySql>>::decode(value) else {
            push_null(&mut self.values);
            return Ok(16);
        };
        self.read(bytes).map_err(|message| type_error(&self.name, message))?;
        Ok(16 + bytes.len())
    }

    fn read(&mut self, bytes: &[u8]) -> Result<(), String> {
        let Self { form, scale, is_time, values, .. } = self;
        let (form, is_time) = (*form, *is_time);
        if form == Form::Binary && !matches!(values, Values::Text(_)) {
            return Err(BINARY.into());
        }
        if let Values::Int(cells) = values {
            let number = whole(form, bytes)?;
            if form == Form::Year && number == 0 {
                let mut texts: Vec<_> = (0..values.len()).map(|row| values.exact(row)).collect();
                texts.push(Some(year(bytes)?));
                *values = Values::Text(texts);
                return Ok(());
            }
            if let Ok(number) = i64::try_from(number) {
                cells.push(Some(number));
                return Ok(());
            }
            // Beyond a signed 64-bit integer: from here on the column's numbers are decimals.
            let decimals = cells.iter().map(|cell| cell.map(|v| Decimal::from_scaled(v, 0)));
            *values = Values::Decimal(decimals.collect());
        }
        match values {
            Values::Decimal(cells) => {
                let digits = match form {
                    Form::Decimal => utf8(bytes)?,
                    _ => whole(form, bytes)?.to_string(),
                };
                cells.push(Some(decimal(&digits, *scale)?));
            }
            Values::Float(cells) => cells.push(Some(float(form, bytes)?)),
            Values::Text(cells) => cells.push(Some(match form {
                Form::Date => moment(bytes, false)?,
                Form::DateTime => moment(bytes, true)?,
                Form::Timestamp => instant(bytes)?,
                Form::Binary => hex("0x", bytes),
                Form::Geometry => geometry::of_mysql(bytes).unwrap_or_else(|| hex("0x", bytes)),
                Form::Time => time(bytes)?,
                Form::Year => year(bytes)?,
                _ => utf8(bytes)?,
            })),
            Values::Time(cells) => match datetime(bytes) {
                Ok(at) => cells.push(Some(Timestamp(at.and_utc().timestamp_micros()))),
                Err(reason) if is_time => return Err(reason),
                // Not an instant: from here on the column is text, as the server would write it.
                Err(_) => {
                    let zone = if form == Form::Timestamp { UTC } else { "" };
                    let written = |at: &Option<Timestamp>| {
                        let at = (*at).and_then(|at| DateTime::from_timestamp_micros(at.0))?;
                        Some(format!("{}{zone}", at.naive_utc()))
                    };
                    let mut texts: Vec<_> = cells.iter().map(written).collect();
                    texts.push(Some(moment(bytes, true)?));
                    *values = Values::Text(texts);
                }
            },
            Values::Date(cells) => match datetime(bytes) {
                Ok(date) => cells.push(Some(Date::of(date.date()))),
                // The same for an invalid date.
                Err(_) => {
                    let written = |row| values.exact(row);
                    let mut texts: Vec<_> = (0..values.len()).map(written).collect();
                    texts.push(Some(moment(bytes, false)?));
                    *values = Values::Text(texts);
                }
            },
            Values::Int(_) | Values::Bool(_) | Values::WallTime(_) => return Err(UNKNOWN.into()),
        }
        Ok(())
    }
}

const BINARY: &str = "binary values are neither numbers nor times: cast them";
const UNKNOWN: &str = "a value has an unknown format: cast it as char";

fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "a value is not UTF-8 text".to_owned())
}

/// A whole number of 1 to 8 bytes.
fn whole(form: Form, bytes: &[u8]) -> Result<i128, String> {
    if bytes.is_empty() || bytes.len() > 8 || form == Form::Null {
        return Err(UNKNOWN.into());
    }
    let number = |bytes: &mut dyn Iterator<Item = &u8>| {
        bytes.fold(0_i128, |number, byte| number << 8 | i128::from(*byte))
    };
    if form == Form::Bit {
        return Ok(number(&mut bytes.iter()));
    }
    let number = number(&mut bytes.iter().rev());
    let width = 8 * bytes.len();
    let is_negative = form == Form::Signed && number >> (width - 1) == 1;
    Ok(if is_negative { number - (1 << width) } else { number })
}

/// A year as the server writes it.
fn year(bytes: &[u8]) -> Result<String, String> {
    Ok(format!("{:04}", whole(Form::Year, bytes)?))
}

/// The decimal that `digits` spell; with a scale, its point moves to the left.
fn decimal(digits: &str, scale: Option<u8>) -> Result<Decimal, String> {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    // A `zerofill` column has leading zeros.
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let decimal = Decimal::parse(&format!("{sign}{whole}{point}{fraction}"));
    Ok(decimal.map_err(|error| error.to_string())?.scaled_down(scale.unwrap_or(0)))
}

fn float(form: Form, bytes: &[u8]) -> Result<f64, String> {
    if form == Form::Float8 {
        return Ok(f64::from_le_bytes(bytes.try_into().map_err(|_| UNKNOWN)?));
    }
    let single = f32::from_le_bytes(bytes.try_into().map_err(|_| UNKNOWN)?);
    // 1.1 stays 1.1: widening it would add digits that were never stored.
    single.to_string().parse().map_err(|_| UNKNOWN.to_owned())
}

/// A date, or a date and a time, as the server writes it, even without a month or a day.
fn moment(bytes: &[u8], with_time: bool) -> Result<String, String> {
    let zeros = |from: usize| bytes.get(from).copied().unwrap_or(0);
    let year = u16::from_le_bytes([zeros(1), zeros(2)]);
    let date = format!("{year:04}-{:02}-{:02}", zeros(3), zeros(4));
    let [hour, minute, second] = [zeros(5), zeros(6), zeros(7)];
    let micros = u32::from_le_bytes([zeros(8), zeros(9), zeros(10), zeros(11)]);
    Ok(match (with_time, micros) {
        _ if bytes.is_empty() => return Err(UNKNOWN.into()),
        (false, _) => date,
        (true, 0) => format!("{date} {hour:02}:{minute:02}:{second:02}"),
        (true, micros) => format!("{date} {hour:02}:{minute:02}:{second:02}.{micros:06}"),
    })
}

/// What follows an instant that is written in UTC.
const UTC: &str = "+00";

/// An instant as the server writes it, and that it is in UTC; a date that is none is in no zone.
fn instant(bytes: &[u8]) -> Result<String, String> {
    let zone = if datetime(bytes).is_ok() { UTC } else { "" };
    Ok(moment(bytes, true)? + zone)
}

/// A length, then year (2 bytes), month, day; hour, minute, second unless all are zero; and microseconds (4
/// bytes) unless zero.
fn datetime(bytes: &[u8]) -> Result<NaiveDateTime, String> {
    let zero = || "a date is 0000-00-00 or has no month or day: leave such rows out".to_owned();
    let [_, parts @ ..] = bytes else { return Err(UNKNOWN.into()) };
    let [low, high, month, day, clock @ ..] = parts else { return Err(zero()) };
    let year = i32::from(u16::from_le_bytes([*low, *high]));
    let date = NaiveDate::from_ymd_opt(year, u32::from(*month), u32::from(*day));
    let (clock, micros) = match clock {
        [] => ([0; 3], 0),
        [hour, minute, second] => ([*hour, *minute, *second], 0),
        [hour, minute, second, micros @ ..] => {
            let micros = micros.try_into().map_err(|_| UNKNOWN)?;
            ([*hour, *minute, *second], u32::from_le_bytes(micros))
        }
        _ => return Err(UNKNOWN.into()),
    };
    let [hour, minute, second] = clock.map(u32::from);
    let date = date.ok_or_else(zero)?;
    date.and_hms_micro_opt(hour, minute, second, micros).ok_or(UNKNOWN.into())
}

/// A length, then whether it is negative, days (4 bytes), hours, minutes, seconds, and
/// microseconds (4 bytes). Trailing zeros are left out.
fn time(bytes: &[u8]) -> Result<String, String> {
    let (sign, days, clock, micros) = match bytes {
        [_] => (0, 0, [0; 3], 0),
        [_, sign, d0, d1, d2, d3, hour, minute, second, micros @ ..] => {
            let micros = match micros {
                [] => 0,
                micros => u32::from_le_bytes(micros.try_into().map_err(|_| UNKNOWN)?),
            };
            let days = u32::from_le_bytes([*d0, *d1, *d2, *d3]);
            (*sign, days, [*hour, *minute, *second], micros)
        }
        _ => return Err(UNKNOWN.into()),
    };
    let sign = if sign == 0 { "" } else { "-" };
    let [hour, minute, second] = clock.map(u64::from);
    let hours = u64::from(days) * 24 + hour;
    let text = format!("{sign}{hours:02}:{minute:02}:{second:02}");
    Ok(if micros == 0 { text } else { format!("{text}.{micros:06}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_every_bit() {
        assert_eq!(whole(Form::Signed, &[0xff]), Ok(-1));
        assert_eq!(whole(Form::Unsigned, &[0xff]), Ok(255));
        assert_eq!(whole(Form::Signed, &i64::MIN.to_le_bytes()), Ok(i128::from(i64::MIN)));
        assert_eq!(whole(Form::Unsigned, &u64::MAX.to_le_bytes()), Ok(i128::from(u64::MAX)));
        assert_eq!(whole(Form::Bit, &[1, 0]), Ok(256));
        assert!(whole(Form::Signed, &[]).is_err());
    }

    #[test]
    fn a_column_becomes_decimal_when_a_number_needs_it() {
        let values = empty(Form::Unsigned, None, false).unwrap();
        let mut column =
            Column { name: "n".into(), form: Form::Unsigned, scale: None, is_time: false, values };
        column.read(&7_u64.to_le_bytes()).unwrap();
        push_null(&mut column.values);
        assert_eq!(column.values, Values::Int(vec![Some(7), None]));
        column.read(&u64::MAX.to_le_bytes()).unwrap();
        column.read(&8_u64.to_le_bytes()).unwrap();
        let exact = |row| column.values.exact(row);
        assert!(matches!(column.values, Values::Decimal(_)));
        assert_eq!(exact(0).as_deref(), Some("7"));
        assert_eq!(exact(1), None);
        assert_eq!(exact(2).as_deref(), Some("18446744073709551615"));
        assert_eq!(exact(3).as_deref(), Some("8"));
    }

    #[test]
    fn decimals_are_read_digit_for_digit_and_scaled_exactly() {
        let read = |digits, scale| decimal(digits, scale).map(|d| d.to_string());
        assert_eq!(read("-12.3400", None).unwrap(), "-12.3400");
        assert_eq!(read("0007.50", None).unwrap(), "7.50");
        assert_eq!(read("0.00", None).unwrap(), "0.00");
        assert_eq!(read("12345678901234567890123", Some(3)).unwrap(), "12345678901234567890.123");
        assert_eq!(read("-5", Some(3)).unwrap(), "-0.005");
        assert_eq!(read("-5", Some(0)).unwrap(), "-5");
        assert_eq!(read("1.5", Some(3)).unwrap(), "0.0015");
    }

    #[test]
    fn dates_and_times_read_as_people_write_them() {
        let moment = [11, 0xdb, 7, 12, 9, 12, 50, 0, 1, 0, 0, 0];
        assert_eq!(datetime(&moment).unwrap().to_string(), "2011-12-09 12:50:00.000001");
        assert_eq!(super::moment(&moment, true).unwrap(), "2011-12-09 12:50:00.000001");
        assert_eq!(super::moment(&moment[..5], false).unwrap(), "2011-12-09");
        assert_eq!(super::moment(&[0], true).unwrap(), "0000-00-00 00:00:00");
        assert_eq!(super::moment(&[4, 0xdb, 7, 0, 0], false).unwrap(), "2011-00-00");
        assert!(datetime(&[0]).unwrap_err().contains("0000-00-00"));
        assert_eq!(time(&[0]).unwrap(), "00:00:00");
        assert_eq!(time(&[8, 1, 34, 0, 0, 0, 22, 59, 59]).unwrap(), "-838:59:59");
        assert_eq!(time(&[12, 0, 0, 0, 0, 0, 1, 2, 3, 5, 0, 0, 0]).unwrap(), "01:02:03.000005");
        assert!(time(&[3, 0, 0]).is_err());
    }

    #[test]
    fn single_floats_keep_the_digits_they_had() {
        assert_eq!(float(Form::Float4, &1.1_f32.to_le_bytes()), Ok(1.1));
        assert_eq!(float(Form::Float8, &0.1_f64.to_le_bytes()), Ok(0.1));
    }
}
