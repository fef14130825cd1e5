//! [`Choice`]: a value that a variable can take, and which cells can be one.

use crate::{Timestamp, Values, WallTime, ZoneOffsets, date_words, parameter};
use chrono::Timelike as _;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest value, in bytes.
pub const MAX_VALUE_LENGTH: usize = 200;

/// A value that a variable can take.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Option<String>", into = "Option<String>")]
pub enum Choice {
    /// SQL's NULL. It is not a text, so it equals none.
    Null,
    /// Any other value, as text that every database reads back as that value.
    Text(String),
}

impl Choice {
    /// Its label for readers; instants are on the clock of `zone`, as everywhere.
    pub fn label(&self, zone: &ZoneOffsets) -> String {
        match self {
            Self::Text(text) if let Some(at) = instant_of(text) => shown(at, zone),
            _ => self.to_string(),
        }
    }

    /// The URL parameter that sets `variable` to this value, as name and value. NULL has a name of its own,
    /// which no text uses.
    pub fn pair(&self, variable: &str) -> (String, String) {
        match self {
            Self::Null => (format!("{variable}{}", parameter::IS), parameter::NULL.to_owned()),
            Self::Text(text) => (variable.to_owned(), text.clone()),
        }
    }
}

/// What readers see of NULL.
const NONE: &str = "(none)";
/// What readers see of the empty text.
const EMPTY: &str = "(empty)";

/// As readers see it. A text that reads like the label of another value is quoted, as on charts.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str(NONE),
            Self::Text(text) => match text.as_str() {
                "" => f.write_str(EMPTY),
                NONE | EMPTY => write!(f, "\"{text}\""),
                text => f.write_str(text),
            },
        }
    }
}

impl From<Option<String>> for Choice {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl From<&str> for Choice {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Choice> for Option<String> {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Null => None,
            Choice::Text(text) => Some(text),
        }
    }
}

/// Floats that are longer in plain notation are written with an exponent.
const MAX_FLOAT_LENGTH: usize = 24;
/// The years 1 to 9999, in microseconds since the epoch: what every database reads.
const YEARS: std::ops::Range<i64> = -62_135_596_800_000_000..253_402_300_800_000_000;

/// The cell as a variable's value; or, in a few words, why it cannot be one. `None` past the end.
pub fn choice(values: &Values, row: usize) -> Option<Result<Choice, &'static str>> {
    if row >= values.len() {
        return None;
    }
    let exact = match values {
        Values::Time(cells) => match *cells.get(row)? {
            Some(at) if !YEARS.contains(&at.0) => {
                return Some(Err("a time that is so far away cannot be chosen"));
            }
            at => at.map(instant),
        },
        Values::Date(_) | Values::WallTime(_) => {
            // Any zone's midnight will do.
            match values.placed(row, &ZoneOffsets::utc()) {
                Some(at) if !YEARS.contains(&at.0) => {
                    return Some(Err("a time that is so far away cannot be chosen"));
                }
                _ => values.exact(row),
            }
        }
        Values::Float(cells) => match *cells.get(row)? {
            Some(value) if !value.is_finite() => {
                return Some(Err("what is not a number cannot be chosen"));
            }
            value => value.map(float),
        },
        values => values.exact(row),
    };
    let Some(value) = exact else { return Some(Ok(Choice::Null)) };
    if value.len() > MAX_VALUE_LENGTH {
        return Some(Err("a text that is so long cannot be chosen"));
    }
    Some(Ok(Choice::Text(value)))
}

/// An instant in UTC as ISO 8601: `2026-03-01T00:30:00Z`, with microseconds if there are any.
fn instant(at: Timestamp) -> String {
    format!("{}Z", WallTime(at.0))
}

/// `1 Mar 2026 00:30`, with seconds and their fraction if there are any, and told apart where the clock shows it
/// twice.
fn shown(at: Timestamp, zone: &ZoneOffsets) -> String {
    let local = zone.local(at);
    let mut text = format!("{} {}", date_words::short(local.date()), date_words::clock(local));
    let (second, micros) = (local.second(), local.nanosecond() / 1_000);
    if second > 0 || micros > 0 {
        text.push_str(&format!(":{second:02}"));
    }
    if micros > 0 {
        text.push_str(format!(".{micros:06}").trim_end_matches('0'));
    }
    zone.told_apart(text, at)
}

/// Parses an instant that [`choice`] wrote.
pub fn instant_of(text: &str) -> Option<Timestamp> {
    let time = text.strip_suffix('Z')?;
    let formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%.6f"];
    let read = formats.iter().find_map(|f| chrono::NaiveDateTime::parse_from_str(time, f).ok())?;
    let at = WallTime::of(read).in_utc();
    // Only in exactly this form: anything else is a text.
    (instant(at) == text).then_some(at)
}

/// The shortest text that stands for this float.
fn float(value: f64) -> String {
    let plain = value.to_string();
    if plain.len() > MAX_FLOAT_LENGTH { format!("{value:e}") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Date;

    #[test]
    fn an_instant_is_shown_on_the_clock_of_the_zone() {
        // Summer time until 25 October 2026, 01:00 UTC.
        let berlin = ZoneOffsets { first: 7200, changes: vec![(1_792_890_000, 3600)] };
        let label = |text: &str| Choice::from(text).label(&berlin);
        assert_eq!(label("2026-10-24T22:00:00Z"), "25 Oct 2026 00:00");
        assert_eq!(label("2026-10-25T00:30:00Z"), "25 Oct 2026 02:30 UTC+2");
        assert_eq!(label("2026-10-25T01:30:00Z"), "25 Oct 2026 02:30 UTC+1");
        assert_eq!(label("2026-12-31T23:00:01.500000Z"), "1 Jan 2027 00:00:01.5");
        assert_eq!(label("2026-10-25"), "2026-10-25", "a date is one everywhere");
        assert_eq!(Choice::Null.label(&berlin), "(none)");
    }

    #[test]
    fn an_instant_is_read_back_from_its_text_alone() {
        for micros in [0, -1, 1_709_168_400_000_000, 1_709_168_400_000_001, YEARS.start] {
            let values = Values::Time(vec![Some(Timestamp(micros))]);
            let Some(Ok(Choice::Text(text))) = choice(&values, 0) else { panic!("{micros}") };
            assert_eq!(instant_of(&text), Some(Timestamp(micros)), "{text}");
        }
        for text in ["2026-03-01", "2026-03-01 00:30:00Z", "2026-03-01T00:30Z", "", "Z"] {
            assert_eq!(instant_of(text), None, "{text}");
        }
        let far = Values::Time(vec![Some(Timestamp(i64::MAX)), Some(Timestamp(YEARS.end))]);
        assert!(choice(&far, 0).unwrap().is_err() && choice(&far, 1).unwrap().is_err());
        let day = |year| chrono::NaiveDate::from_ymd_opt(year, 3, 15).map(Date::of);
        let dates = Values::Date(vec![day(-43), day(10_000), day(1), None]);
        assert!(choice(&dates, 0).unwrap().is_err() && choice(&dates, 1).unwrap().is_err());
        assert_eq!(choice(&dates, 2), Some(Ok("0001-03-15".into())));
        assert_eq!(choice(&dates, 3), Some(Ok(Choice::Null)));
    }
}
