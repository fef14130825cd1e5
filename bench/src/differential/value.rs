//! Cells as values, whichever program wrote them.

use super::clients::Cell;
use super::database::Database;
use anyhow::{Context, Result, bail};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// Whole numbers, of 64 bits or more.
    Whole,
    /// Exact decimals.
    Decimal,
    /// Exact decimals that do not add up, and of which a division may have written many digits: averages, ratios.
    Single,
    /// Floats.
    Float,
    /// Booleans.
    Bool,
    /// Text.
    Text,
    /// Instants; clients print microseconds.
    Time,
    /// Dates.
    Date,
    /// Wall-clock times.
    Reading,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// NULL.
    Null,
    /// A whole number, in digits.
    Whole(String),
    /// A decimal, in digits.
    Decimal(String),
    /// All bits of a float; every NaN has the same bits.
    Float(u64),
    /// A boolean.
    Bool(bool),
    /// Text.
    Text(String),
    /// Microseconds since the epoch.
    Time(i64),
    /// `2024-02-29`.
    Date(String),
    /// `2024-02-29T01:00:00`.
    Reading(String),
}

impl Value {
    /// A float.
    pub(super) fn float(value: f64) -> Self {
        Self::Float(if value.is_nan() { f64::NAN } else { value }.to_bits())
    }

    /// What a client printed.
    pub(super) fn printed(cell: &Cell, kind: Type, database: Database) -> Result<Self> {
        let Some(text) = cell else { return Ok(Self::Null) };
        Ok(match kind {
            Type::Whole => Self::Whole(text.clone()),
            Type::Decimal | Type::Single => Self::Decimal(text.clone()),
            Type::Float => {
                // SQLite's client writes infinity as a number out of range.
                let number = text.parse().with_context(|| format!("{database}: {text}"))?;
                Self::float(number)
            }
            Type::Bool => match text.as_str() {
                "t" => Self::Bool(true),
                "f" => Self::Bool(false),
                other => bail!("{database}: {other} is not true or false"),
            },
            Type::Text => Self::Text(text.clone()),
            Type::Time => Self::Time(text.parse().with_context(|| format!("{database}: {text}"))?),
            Type::Date => Self::Date(text.clone()),
            Type::Reading => Self::Reading(text.replace(' ', "T")),
        })
    }

    /// A value from the API: a piece of JSON in a column of type `kind`.
    pub(super) fn answered(json: &str, kind: &str) -> Result<Self> {
        if json == "null" {
            return Ok(Self::Null);
        }
        let text = || serde_json::from_str::<String>(json).with_context(|| json.to_owned());
        Ok(match kind {
            "int" => Self::Whole(json.to_owned()),
            "decimal" => Self::Decimal(text()?),
            "float" if json.starts_with('"') => Self::float(text()?.parse()?),
            "float" => Self::float(json.parse()?),
            "bool" => Self::Bool(json.parse()?),
            "text" => Self::Text(text()?),
            "time" => Self::Time(micros(&text()?)?),
            "date" => Self::Date(text()?),
            "wall-time" => Self::Reading(text()?),
            other => bail!("cells of type {other} are not expected"),
        })
    }

    /// Whether both are the same; a whole number may be a decimal without decimals.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(a) | Self::Decimal(a), Self::Whole(b)) => a == b,
            (a, b) => a == b,
        }
    }
}

/// Reads `2024-02-29T01:00:00.000250Z`.
pub(super) fn micros(text: &str) -> Result<i64> {
    let wrong = || format!("{text} is no instant");
    let rest = text.strip_suffix('Z').with_context(wrong)?;
    let (date, clock) = rest.split_once('T').with_context(wrong)?;
    let numbers = |text: &str, separator: char| -> Result<Vec<i64>> {
        text.split(separator).map(|part| part.parse().with_context(wrong)).collect()
    };
    let date = numbers(date, '-')?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let clock = numbers(clock, ':')?;
    let ([year, month, day], [hour, minute, second]) = (date.as_slice(), clock.as_slice()) else {
        bail!("{text} is no instant");
    };
    let fraction: i64 = format!("{fraction:0<6}").parse().with_context(wrong)?;
    // The days of whole years, then those within the year, from the calendar that counts days.
    let mut days = (year - 1970) * 365 + (year - 1969).div_euclid(4)
        - (year - 1901).div_euclid(100)
        + (year - 1601).div_euclid(400);
    while super::zones::civil(days) != (*year, *month as usize, *day) {
        days += 1;
        if days > (year - 1969) * 366 + 40_000 {
            bail!("{text} is no date");
        }
    }
    Ok((days * 86_400 + hour * 3600 + minute * 60 + second) * 1_000_000 + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_to_the_microsecond() {
        assert_eq!(micros("1970-01-01T00:00:00Z").unwrap(), 0);
        assert_eq!(micros("1969-12-31T23:59:59.999999Z").unwrap(), -1);
        assert_eq!(micros("2024-02-29T01:00:00.000250Z").unwrap(), 1_709_168_400_000_250);
        assert_eq!(micros("1900-03-01T00:00:00Z").unwrap(), -2_203_891_200_000_000);
        assert!(micros("2023-02-29T00:00:00Z").is_err());
    }

    #[test]
    fn zeros_with_and_without_sign_differ_and_all_nans_are_one() {
        assert_ne!(Value::float(0.0), Value::float(-0.0));
        assert_eq!(Value::float(f64::NAN), Value::float(-f64::NAN));
        assert!(!Value::Decimal("7.0".into()).is(&Value::Whole("7".into())));
        assert!(Value::Decimal("7".into()).is(&Value::Whole("7".into())));
    }
}
