//! Decodes PostgreSQL's values from their binary format: exactly, or with an error for the column.
//!
//! The formats are those of the server's `send` functions, as documented for the protocol and for
//! `numeric`. Types without a form here are written out by the server itself (`own_text`).

use crate::columns::{self, distinct_names, hex, push_null, scale_of};
use crate::error::SourceError;
use crate::geometry;
use brisk_domain::{Date, Decimal, Frame, Timestamp, Values, WallTime, ZoneOffsets};
use chrono::{DateTime, Datelike};
use sqlx::postgres::{PgColumn, PgRow, PgTypeInfo, PgTypeKind, PgValueFormat};
use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};
use std::sync::Arc;

/// A column that is being filled.
pub(crate) struct Column {
    name: String,
    form: Form,
    values: Values,
    /// The zone in whose clock wall-clock times become instants.
    zone: Arc<ZoneOffsets>,
}

/// How a cell's bytes are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Int2,
    Int4,
    Int8,
    Oid,
    /// Whole numbers that count 10^-scale units.
    Scaled(u8),
    Numeric,
    /// Decimals that count 10^-scale units: such as the `sum` of a `bigint` column.
    ScaledNumeric(u8),
    Float4,
    Float8,
    Bool,
    Text,
    Jsonb,
    Uuid,
    Bytea,
    /// PostGIS's types, as text.
    Geometry,
    Date,
    Time,
    /// Microseconds since 2000-01-01, in UTC.
    Timestamp,
    /// The same on a wall clock.
    WallTime,
    /// A wall-clock time in a column of instants.
    Placed,
    /// A date in a column of instants: its midnight.
    PlacedDate,
}

/// A column's name and type, as the server describes it.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) form: Option<Form>,
}

/// From 1970-01-01 to 2000-01-01, in microseconds.
const EPOCH_2000: i64 = 946_684_800_000_000;
/// The same in days.
const DAYS_2000: i32 = 10_957;
/// 400 years, in microseconds.
const CYCLE: i64 = 146_097 * 86_400_000_000;

/// The form of each column; `None` for types that the server has to write out.
pub(super) fn described(given: &[PgColumn]) -> Vec<Described> {
    let forms = given.iter().map(|column| form(column.type_info()));
    let names = distinct_names(given.iter().map(PgColumn::name));
    names.into_iter().zip(forms).map(|(name, form)| Described { name, form }).collect()
}

fn form(info: &PgTypeInfo) -> Option<Form> {
    Some(match info.name() {
        "INT2" => Form::Int2,
        "INT4" => Form::Int4,
        "INT8" => Form::Int8,
        "OID" => Form::Oid,
        "NUMERIC" => Form::Numeric,
        "FLOAT4" => Form::Float4,
        "FLOAT8" => Form::Float8,
        "BOOL" => Form::Bool,
        "TEXT" | "VARCHAR" | "CHAR" | "BPCHAR" | "NAME" | "JSON" | "UNKNOWN" | "citext" => {
            Form::Text
        }
        "JSONB" => Form::Jsonb,
        "UUID" => Form::Uuid,
        "BYTEA" => Form::Bytea,
        "DATE" => Form::Date,
        "TIME" => Form::Time,
        "TIMESTAMP" => Form::WallTime,
        "TIMESTAMPTZ" => Form::Timestamp,
        // The driver has not resolved it, and panics if anything but its name is requested.
        "?" => return None,
        name if is_geometry(name, info.kind()) => Form::Geometry,
        _ if matches!(info.kind(), PgTypeKind::Enum(_)) => Form::Text,
        _ => return None,
    })
}

/// Whether a type is one of PostGIS's two, in any schema.
fn is_geometry(name: &str, kind: &PgTypeKind) -> bool {
    let name = name.rsplit_once('.').map_or(name, |(_, name)| name);
    matches!(kind, PgTypeKind::Simple) && ["geometry", "geography"].contains(&name)
}

/// The columns of a result, whose types without a form arrive as text. `times` are the names of its
/// instants, which, if the server stores them without a zone, are read on the clock of `zone`, or in
/// UTC.
pub(super) fn columns(
    described: Vec<Described>,
    scales: &[(String, u8)],
    times: &[String],
    zone: Option<&Arc<ZoneOffsets>>,
) -> Result<Vec<Column>, SourceError> {
    let zone = zone.map_or_else(|| Arc::new(ZoneOffsets::utc()), Arc::clone);
    let columns = described.into_iter().map(|Described { name, form }| {
        let form = match (form.unwrap_or(Form::Text), scale_of(scales, &name)) {
            (Form::Date, None) if times.contains(&name) => Form::PlacedDate,
            (Form::WallTime, None) if times.contains(&name) => Form::Placed,
            (form, None) => form,
            (Form::Int2 | Form::Int4 | Form::Int8, Some(scale)) => Form::Scaled(scale),
            (Form::Numeric, Some(scale)) => Form::ScaledNumeric(scale),
            (_, Some(_)) => {
                let hint = "only whole numbers and decimals can have a scale: cast it to numeric, or remove the scale";
                return Err(type_error(name, hint.to_owned()));
            }
        };
        let values = match form {
            Form::Int2 | Form::Int4 | Form::Int8 | Form::Oid => Values::Int(Vec::new()),
            Form::Scaled(_) | Form::Numeric | Form::ScaledNumeric(_) => Values::Decimal(Vec::new()),
            Form::Float4 | Form::Float8 => Values::Float(Vec::new()),
            Form::Bool => Values::Bool(Vec::new()),
            Form::Text
            | Form::Jsonb
            | Form::Uuid
            | Form::Bytea
            | Form::Geometry
            | Form::Time => Values::Text(Vec::new()),
            Form::Date => Values::Date(Vec::new()),
            Form::WallTime => Values::WallTime(Vec::new()),
            Form::Timestamp | Form::Placed | Form::PlacedDate => Values::Time(Vec::new()),
        };
        Ok(Column { name, form, values, zone: Arc::clone(&zone) })
    });
    columns.collect()
}

/// The frame of filled columns.
pub(super) fn frame(columns: Vec<Column>) -> Result<Frame, SourceError> {
    columns::frame(columns.into_iter().map(|column| (column.name, column.values)))
}

fn type_error(column: String, message: String) -> SourceError {
    SourceError::Type { column, message }
}

impl Column {
    /// Adds cell `i` of `row` and returns its size in memory.
    pub(super) fn push(&mut self, row: &PgRow, i: usize) -> Result<usize, SourceError> {
        let unreadable = |why: String| type_error(self.name.clone(), why);
        let value = row.try_get_raw(i).map_err(|error| unreadable(error.to_string()))?;
        if value.is_null() {
            push_null(&mut self.values);
            return Ok(16);
        }
        if value.format() != PgValueFormat::Binary {
            return Err(unreadable("the server sent it as text, which was not requested".into()));
        }
        let bytes = value.as_bytes().map_err(|error| unreadable(error.to_string()))?;
        read(self.form, bytes, &self.zone, &mut self.values)
            .map_err(|why| type_error(self.name.clone(), why))?;
        Ok(16 + bytes.len())
    }
}

fn read(form: Form, bytes: &[u8], zone: &ZoneOffsets, values: &mut Values) -> Result<(), String> {
    match values {
        Values::Int(cells) => cells.push(Some(int(form, bytes)?)),
        Values::Decimal(cells) => cells.push(Some(match form {
            Form::Scaled(scale) => Decimal::from_scaled(int(form, bytes)?, scale),
            Form::ScaledNumeric(scale) => numeric(bytes)?.scaled_down(scale),
            _ => numeric(bytes)?,
        })),
        Values::Float(cells) => cells.push(Some(match form {
            Form::Float4 => single(f32::from_be_bytes(sized(bytes)?)),
            _ => f64::from_be_bytes(sized(bytes)?),
        })),
        Values::Bool(cells) => cells.push(Some(sized::<1>(bytes)?[0] != 0)),
        Values::Text(cells) => cells.push(Some(match form {
            Form::Timestamp => moment(i64::from_be_bytes(sized(bytes)?), zone),
            _ => text(form, bytes)?,
        })),
        Values::Time(cells) => match form {
            Form::Placed => {
                cells.push(Some(placed(wall_time(i64::from_be_bytes(sized(bytes)?))?, zone)?));
            }
            Form::PlacedDate => {
                let midnight = date(i32::from_be_bytes(sized(bytes)?))?.midnight();
                cells.push(Some(placed(midnight, zone)?));
            }
            _ => {
                let micros = i64::from_be_bytes(sized(bytes)?);
                match timestamp(micros) {
                    Some(at) => cells.push(Some(at)),
                    // Not an instant: from here on the column is text, as the server would write
                    // it.
                    None => {
                        let written = |at: &Option<Timestamp>| {
                            at.map(|at| moment(at.0.saturating_sub(EPOCH_2000), zone))
                        };
                        let mut texts: Vec<_> = cells.iter().map(written).collect();
                        texts.push(Some(moment(micros, zone)));
                        *values = Values::Text(texts);
                    }
                }
            }
        },
        Values::Date(cells) => cells.push(Some(date(i32::from_be_bytes(sized(bytes)?))?)),
        Values::WallTime(cells) => cells.push(Some(wall_time(i64::from_be_bytes(sized(bytes)?))?)),
    }
    Ok(())
}

fn sized<const N: usize>(bytes: &[u8]) -> Result<[u8; N], String> {
    bytes.try_into().map_err(|_| format!("a value has {} bytes instead of {N}", bytes.len()))
}

/// 1.1 stays 1.1: widening it would add digits that were never stored.
fn single(number: f32) -> f64 {
    number.to_string().parse().unwrap_or(f64::from(number))
}

fn int(form: Form, bytes: &[u8]) -> Result<i64, String> {
    Ok(match (form, bytes.len()) {
        (Form::Oid, _) => i64::from(u32::from_be_bytes(sized(bytes)?)),
        (_, 2) => i64::from(i16::from_be_bytes(sized(bytes)?)),
        (_, 4) => i64::from(i32::from_be_bytes(sized(bytes)?)),
        _ => i64::from_be_bytes(sized(bytes)?),
    })
}

fn text(form: Form, bytes: &[u8]) -> Result<String, String> {
    let utf8 = |bytes: &[u8]| {
        String::from_utf8(bytes.to_vec()).map_err(|_| "a value is not UTF-8 text".to_owned())
    };
    match form {
        // The first byte is the version of the format, which has always been 1.
        Form::Jsonb => utf8(bytes.get(1..).unwrap_or_default()),
        Form::Uuid => {
            let number = u128::from_be_bytes(sized(bytes)?);
            let hex = format!("{number:032x}");
            Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
        }
        Form::Bytea => Ok(hex("\\x", bytes)),
        Form::Geometry => Ok(geometry::of_postgis(bytes).unwrap_or_else(|| hex("\\x", bytes))),
        Form::Time => {
            let micros = i64::from_be_bytes(sized(bytes)?);
            let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
            let clock =
                format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
            let fraction = format!("{fraction:06}");
            // As the server writes it.
            Ok(match fraction.trim_end_matches('0') {
                "" => clock,
                fraction => format!("{clock}.{fraction}"),
            })
        }
        _ => utf8(bytes),
    }
}

/// Days since 2000-01-01.
fn date(days: i32) -> Result<Date, String> {
    match days {
        i32::MIN | i32::MAX => Ok(Date(days)),
        _ => {
            let date = days.checked_add(DAYS_2000).map(Date).filter(|date| date.naive().is_some());
            date.ok_or("a date is too far away".into())
        }
    }
}

fn wall_time(micros: i64) -> Result<WallTime, String> {
    match micros {
        i64::MIN | i64::MAX => Ok(WallTime(micros)),
        _ => {
            let time = micros.checked_add(EPOCH_2000).map(WallTime);
            time.filter(|time| time.naive().is_some()).ok_or("a time is too far away".into())
        }
    }
}

/// The instant at which the clock of `zone` shows `time`.
fn placed(time: WallTime, zone: &ZoneOffsets) -> Result<Timestamp, String> {
    let instant = time.naive().map(|time| zone.instant(time));
    instant.ok_or("a time is infinite: leave such rows out".into())
}

/// `None` for infinity, and for times beyond the range of instants.
fn timestamp(micros: i64) -> Option<Timestamp> {
    if micros == i64::MAX || micros == i64::MIN {
        return None;
    }
    let at = micros.checked_add(EPOCH_2000)?;
    DateTime::from_timestamp_micros(at).map(|_| Timestamp(at))
}

/// A moment as the server writes it in a session that stands in `zone`: `2026-11-01 01:30:00-04`.
fn moment(micros: i64, zone: &ZoneOffsets) -> String {
    match micros {
        i64::MAX => return "infinity".into(),
        i64::MIN => return "-infinity".into(),
        _ => {}
    }
    // The calendar repeats every 400 years: it is read within its range, and the years are added again.
    let cycles = micros.div_euclid(CYCLE);
    let offset_at = zone.at(Timestamp(micros.saturating_add(EPOCH_2000)));
    let wall = EPOCH_2000 + micros.rem_euclid(CYCLE) + i64::from(offset_at) * 1_000_000;
    let clock = DateTime::from_timestamp_micros(wall).unwrap_or_default().naive_utc();
    let (year, era) = match i64::from(clock.year()) + 400 * cycles {
        year if year > 0 => (year, ""),
        // There is no year 0.
        year => (1 - year, " BC"),
    };
    let time = clock.format("-%m-%d %H:%M:%S%.6f").to_string();
    let time = time.trim_end_matches('0');
    let time = time.strip_suffix('.').map_or_else(|| time.to_owned(), ToOwned::to_owned);
    format!("{year:04}{time}{}{era}", offset(offset_at))
}

/// Seconds east of UTC: `+05:30`, `-04`.
fn offset(seconds: i32) -> String {
    let (sign, east) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let (hours, minutes, seconds) = (east / 3_600, east / 60 % 60, east % 60);
    match (minutes, seconds) {
        (0, 0) => format!("{sign}{hours:02}"),
        (_, 0) => format!("{sign}{hours:02}:{minutes:02}"),
        _ => format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// `numeric`: base-10,000 digits, the weight of the first one, the sign, and the number of decimal
/// digits after the point.
fn numeric(bytes: &[u8]) -> Result<Decimal, String> {
    let word = |at: usize| -> Result<u16, String> {
        let two = bytes.get(at * 2..at * 2 + 2).ok_or("a number is truncated")?;
        Ok(u16::from_be_bytes([two[0], two[1]]))
    };
    let (count, weight) = (usize::from(word(0)?), i64::from(word(1)? as i16));
    let (sign, scale) = (word(2)?, usize::from(word(3)?));
    let negative = match sign {
        0x0000 => false,
        0x4000 => true,
        0xC000 => return word_decimal("NaN"),
        0xD000 => return word_decimal("Infinity"),
        0xF000 => return word_decimal("-Infinity"),
        _ => return Err("a number has an unknown sign".into()),
    };
    let digit = |position: i64| -> Result<u16, String> {
        let at = weight - position;
        if (0..count as i64).contains(&at) { word(4 + at as usize) } else { Ok(0) }
    };
    let mut out = String::from(if negative { "-" } else { "" });
    if weight < 0 {
        out.push('0');
    }
    for position in (0..=weight).rev() {
        let group = digit(position)?;
        match position == weight {
            true => out.push_str(&group.to_string()),
            false => out.push_str(&format!("{group:04}")),
        }
    }
    if scale > 0 {
        let mut fraction = String::new();
        let groups = scale.div_ceil(4);
        for group in 1..=groups as i64 {
            fraction.push_str(&format!("{:04}", digit(-group)?));
        }
        fraction.truncate(scale);
        out.push('.');
        out.push_str(&fraction);
    }
    Decimal::parse(&out).map_err(|error| error.to_string())
}

fn word_decimal(word: &str) -> Result<Decimal, String> {
    Decimal::parse(word).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn numerics_are_read_digit_for_digit() {
        let read = |given: &[u16]| numeric(&words(given)).map(|d| d.to_string());
        assert_eq!(read(&[0, 0, 0, 0]).unwrap(), "0");
        assert_eq!(read(&[0, 0, 0, 2]).unwrap(), "0.00");
        assert_eq!(read(&[2, 0, 0, 2, 12, 3400]).unwrap(), "12.34");
        assert_eq!(read(&[2, 1, 0x4000, 0, 1, 5]).unwrap(), "-10005");
        assert_eq!(read(&[1, 1, 0, 0, 7]).unwrap(), "70000");
        assert_eq!(read(&[1, (-2i16) as u16, 0, 9, 12]).unwrap(), "0.000000120");
        assert_eq!(read(&[0, 0, 0xC000, 0]).unwrap(), "NaN");
        assert_eq!(read(&[0, 0, 0xD000, 0x20]).unwrap(), "Infinity");
        assert_eq!(read(&[0, 0, 0xF000, 0x20]).unwrap(), "-Infinity");
        assert!(read(&[3, 2, 0, 0, 1]).is_err(), "cut short");
    }

    #[test]
    fn single_floats_keep_the_digits_they_had() {
        assert_eq!(single(1.1), 1.1);
        assert_eq!(single(f32::NEG_INFINITY), f64::NEG_INFINITY);
        assert!(single(f32::NAN).is_nan());
    }

    #[test]
    fn dates_times_and_ids_read_as_people_write_them() {
        assert_eq!(date(0).unwrap().to_string(), "2000-01-01");
        assert_eq!(date(-36_524).unwrap().to_string(), "1900-01-01");
        assert_eq!(date(i32::MAX).unwrap().to_string(), "infinity");
        assert_eq!(wall_time(1).unwrap().to_string(), "2000-01-01T00:00:00.000001");
        assert_eq!(wall_time(i64::MIN).unwrap().to_string(), "-infinity");
        let noon = 12 * 3_600_000_000_i64 + 1;
        assert_eq!(text(Form::Time, &noon.to_be_bytes()).unwrap(), "12:00:00.000001");
        assert_eq!(text(Form::Time, &500_000_i64.to_be_bytes()).unwrap(), "00:00:00.5");
        let id = 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes();
        assert_eq!(text(Form::Uuid, &id).unwrap(), "00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(timestamp(0).unwrap(), Timestamp(EPOCH_2000));
        assert_eq!(timestamp(i64::MAX), None);
        let utc = ZoneOffsets::utc();
        assert_eq!(moment(i64::MIN, &utc), "-infinity");
        assert_eq!(moment(1, &utc), "2000-01-01 00:00:00.000001+00");
        assert_eq!(moment(500_000, &utc), "2000-01-01 00:00:00.5+00");
        // As psql writes them: no year 0, and no sign before a year of five digits.
        let seconds = |seconds: i64| moment((seconds - 946_684_800) * 1_000_000, &utc);
        assert_eq!(seconds(-63_517_824_000), "0044-03-15 00:00:00+00 BC");
        assert_eq!(seconds(-62_135_596_801), "0001-12-31 23:59:59+00 BC");
        assert_eq!(seconds(-62_135_596_800), "0001-01-01 00:00:00+00");
        assert_eq!(seconds(253_402_300_800), "10000-01-01 00:00:00+00");
        assert_eq!(moment(9_223_371_331_199_999_999, &utc), "294276-12-31 23:59:59.999999+00");
        assert_eq!(timestamp(9_223_371_331_199_999_999), None, "beyond the calendar: it is text");
        let east = |first| ZoneOffsets { first, changes: Vec::new() };
        assert_eq!(moment(0, &east(19_800)), "2000-01-01 05:30:00+05:30");
        assert_eq!(moment(0, &east(-14_400)), "1999-12-31 20:00:00-04");
        assert_eq!(moment(0, &east(-75)), "1999-12-31 23:58:45-00:01:15");
        assert_eq!(text(Form::Bytea, &[0, 255]).unwrap(), "\\x00ff");
    }
}
