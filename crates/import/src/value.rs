//! Converts a CSV field into a typed value, or says why it cannot, and which setting would help.

use crate::moment::{Moment, moment};
use crate::number::{Decimal, Marks, plain, scaled};
use crate::plan::{Column, ColumnType, Plan};
use crate::{Dialect, layout::Layout};
use brisk_domain::{Timestamp, ZoneName, ZoneOffsets};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};
use std::ops::RangeInclusive;

/// A typed value, as sent to the database.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// An integer, or a scaled decimal.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// An exact decimal, as databases print it.
    Numeric(String),
    /// A day.
    Day(NaiveDate),
    /// An instant.
    Time(Timestamp),
    /// Text.
    Text(String),
}

/// The instants that every database can store: the years 1 to 9999.
const TIMES: RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;
/// The years whose time zone offsets are known, 1900 to 2100.
const ZONE_FROM: Timestamp = Timestamp::from_seconds(-2_208_988_800);
const ZONE_TO: Timestamp = Timestamp::from_seconds(4_102_444_800);
/// The digits that a `real` of SQLite prints back as they were written.
pub(crate) const REAL_DIGITS: usize = 15;

impl Value {
    /// Its approximate size on the wire, in bytes.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) | Self::Numeric(text) => text.len(),
            _ => 8,
        }
    }
}

/// An instant in UTC, as `2011-12-09 12:50:00.000000`.
pub(crate) fn utc_text(at: Timestamp) -> String {
    let time = DateTime::from_timestamp_micros(at.0).unwrap_or_default();
    time.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// What a plan says about all columns.
pub(crate) struct Converter<'p> {
    layout: &'p Layout,
    marks: Marks,
    zone: ZoneOffsets,
    dialect: Dialect,
    /// Moves times on the wall clock before they become instants.
    shift_days: i64,
}

impl<'p> Converter<'p> {
    pub(crate) fn of(plan: &'p Plan, dialect: Dialect, shift_days: i64) -> Self {
        let zone = ZoneName::parse(&plan.timezone).unwrap_or_else(|_| ZoneName::utc());
        let zone = zone.offsets(ZONE_FROM, ZONE_TO);
        Self { layout: &plan.layout, marks: plan.layout.marks(), zone, dialect, shift_days }
    }

    /// Converts `raw`, a field that was `quoted` or not.
    pub(crate) fn convert(
        &self,
        (raw, quoted): (&str, bool),
        column: &Column,
    ) -> Result<Value, String> {
        let field = raw.trim();
        if self.is_null((raw, quoted), column) {
            return match column.nullable {
                true => Ok(Value::Null),
                false => Err(format!(
                    "column \"{}\" is empty; if it may be, set nullable = true",
                    column.from
                )),
            };
        }
        let wrong = |what: &str| {
            let excerpt: String = field.chars().take(40).collect();
            let excerpt = excerpt.replace('\0', "\u{fffd}");
            format!("column \"{}\": \"{excerpt}\" is not {what}", column.from)
        };
        let number = || plain(field, self.marks);
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
            ColumnType::Integer => number()
                .and_then(|number| scaled(&number, 0))
                .map(Value::Int)
                .ok_or_else(|| self.no_number(&wrong("a whole number of 64 bits"), field)),
            ColumnType::Decimal => {
                let what =
                    format!("a decimal with at most {} digits behind the point", column.scale);
                number()
                    .and_then(|number| scaled(&number, column.scale))
                    .map(Value::Int)
                    .ok_or_else(|| self.no_number(&wrong(&what), field))
            }
            ColumnType::Numeric => self.numeric(field, column, wrong),
            ColumnType::Float => match number().and_then(|number| number.parse::<f64>().ok()) {
                // Turns -0.0 into 0.0, because not every database keeps the sign.
                Some(number) if number.is_finite() => Ok(Value::Float(number + 0.0)),
                _ => Err(self.no_number(&wrong("a number"), field)),
            },
            ColumnType::Date => self.day(field, column, wrong),
            ColumnType::Timestamp => self.instant(field, column, wrong),
        }
    }

    /// The wall-clock time of `field`, before any shift.
    pub(crate) fn wall(&self, field: &str, column: &Column) -> Option<NaiveDateTime> {
        moment(field.trim(), column.format.as_deref()).map(|at| match at {
            Moment::Day(day) => day.and_time(NaiveTime::MIN),
            Moment::Wall(wall) => wall,
            Moment::Instant(at) => self.zone.local(at),
        })
    }

    /// The instant's wall-clock time.
    pub(crate) fn local(&self, at: Timestamp) -> NaiveDateTime {
        self.zone.local(at)
    }

    fn is_null(&self, (raw, quoted): (&str, bool), column: &Column) -> bool {
        let is_text = column.kind == ColumnType::Text;
        let field = if is_text && !column.trim { raw } else { raw.trim() };
        let mut words = self.layout.nulls.iter().chain(&column.nulls);
        match field.is_empty() {
            true => !(is_text && quoted) || words.any(String::is_empty),
            // A quoted field is a text, even if it reads NULL.
            false => !(is_text && quoted) && words.any(|word| word == raw.trim()),
        }
    }

    fn numeric(
        &self,
        field: &str,
        column: &Column,
        wrong: impl Fn(&str) -> String,
    ) -> Result<Value, String> {
        let (digits, scale) = (usize::from(column.most_digits()), usize::from(column.scale));
        let number = plain(field, self.marks);
        let Some(decimal) = number.as_deref().and_then(Decimal::parse) else {
            return Err(self.no_number(&wrong("a decimal number"), field));
        };
        let whole = decimal.whole.trim_start_matches('0').len();
        if decimal.fraction.len() > scale || whole > digits - scale {
            let what =
                format!("a decimal of {digits} digits with at most {scale} behind the point");
            return Err(wrong(&what) + "; set digits and scale");
        }
        let printed = decimal.printed();
        match self.dialect {
            Dialect::Sqlite if decimal.significant() > REAL_DIGITS => {
                Err(wrong("at most 15 digits long, which is what SQLite's real keeps")
                    + "; set type = \"text\", or \"decimal\" with a scale")
            }
            Dialect::Sqlite => Ok(Value::Float(printed.parse().unwrap_or(f64::NAN))),
            _ => Ok(Value::Numeric(printed)),
        }
    }

    fn day(
        &self,
        field: &str,
        column: &Column,
        wrong: impl Fn(&str) -> String,
    ) -> Result<Value, String> {
        let day = match moment(field, column.format.as_deref()) {
            Some(Moment::Day(day)) => day,
            Some(Moment::Wall(at)) if at.time() == NaiveTime::MIN => at.date(),
            Some(_) => return Err(wrong("a date alone") + "; set type = \"timestamp\""),
            None => return Err(wrong(&expected("a date", column))),
        };
        let day = shifted(day.and_time(NaiveTime::MIN), self.shift_days).map(|at| at.date());
        match day.filter(|day| (1..=9999).contains(&day.year())) {
            Some(day) => Ok(Value::Day(day)),
            None => Err(wrong("a day of the years 1 to 9999")),
        }
    }

    fn instant(
        &self,
        field: &str,
        column: &Column,
        wrong: impl Fn(&str) -> String,
    ) -> Result<Value, String> {
        let at = match moment(field, column.format.as_deref()) {
            Some(Moment::Day(day)) => self.moved(day.and_time(NaiveTime::MIN)),
            Some(Moment::Wall(at)) => self.moved(at),
            Some(Moment::Instant(at)) if self.shift_days == 0 => Some(at),
            Some(Moment::Instant(at)) => self.moved(self.zone.local(at)),
            None => None,
        };
        let at = at.ok_or_else(|| wrong(&expected("a timestamp", column)))?;
        match TIMES.contains(&at.0) {
            true => Ok(Value::Time(at)),
            false => Err(wrong("a time of the years 1 to 9999")),
        }
    }

    fn moved(&self, local: NaiveDateTime) -> Option<Timestamp> {
        shifted(local, self.shift_days).map(|at| self.zone.instant(at))
    }

    /// The message `wrong`, with the setting to change if `field` may be a number in another form.
    fn no_number(&self, wrong: &str, field: &str) -> String {
        let other = if self.marks.decimal == '.' { ',' } else { '.' };
        let swapped = Marks { decimal: other, thousands: None };
        let grouped = Marks { thousands: Some(other), ..self.marks };
        let is_number = |marks| plain(field, marks).is_some_and(|n| Decimal::parse(&n).is_some());
        match () {
            () if is_number(grouped) => format!(
                "{wrong}; set thousands = \"{other}\" or decimal = \"{other}\" if that is what it means"
            ),
            () if is_number(swapped) => format!("{wrong}; set decimal = \"{other}\""),
            () if !field.contains(|c: char| c.is_ascii_digit()) => {
                format!("{wrong}; if it stands for no value, add it to nulls")
            }
            () => wrong.to_owned(),
        }
    }
}

fn expected(what: &str, column: &Column) -> String {
    match &column.format {
        Some(format) => format!("{what} of the expected form {format}; set format"),
        None => format!("{what} of the expected form, ISO 8601; set format"),
    }
}

fn shifted(at: NaiveDateTime, days: i64) -> Option<NaiveDateTime> {
    let count = Days::new(days.unsigned_abs());
    if days < 0 { at.checked_sub_days(count) } else { at.checked_add_days(count) }
}
