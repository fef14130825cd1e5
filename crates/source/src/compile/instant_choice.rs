//! Writes a chosen instant in the form in which the compared column holds instants. Pure.
//!
//! It arrives as the text that [`choice`](brisk_domain::choice::choice) writes. A text column may hold the
//! same text, so it is an instant only if the database says that the column holds instants.

use super::column_clock::{Reader, Reading};
use super::column_type::ColumnType;
use super::origin::Origin;
use crate::dialect::Dialect;
use brisk_domain::{Timestamp, ZoneOffsets};
use chrono::NaiveDateTime;

/// One way to write an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    Number(String),
    Text(String),
}

/// All forms of `at` for a comparison with `origin`; `None` if it is bound as the text that it arrived as.
/// Where times are text there are several: only rows decide which one is meant. `shown` are the offsets of
/// the view's clock.
pub(super) fn bound(
    reader: &Reader<'_>,
    origin: &Origin,
    at: Timestamp,
    shown: &ZoneOffsets,
) -> Option<Vec<Form>> {
    let of = reader.column_type(origin);
    if of == Some(ColumnType::Other) {
        return None;
    }
    let utc = ZoneOffsets::utc();
    let reading = reader.reading(origin);
    let wall = match &reading {
        Some(Reading::OnViewsClock) => Some(shown.local(at)),
        Some(Reading::OnClock(clock) | Reading::InAnyForm { written: clock, .. }) => {
            Some(clock.offsets.local(at))
        }
        Some(Reading::Instant) if reader.dialect == Dialect::MySql => Some(utc.local(at)),
        _ => None,
    };
    let texts = |texts: Vec<String>| texts.into_iter().map(Form::Text).collect();
    match (reader.dialect, of) {
        (Dialect::Sqlite, Some(ColumnType::TextInstant)) => Some(texts(with_offset(utc.local(at)))),
        (Dialect::Sqlite, Some(ColumnType::WallTime | ColumnType::Date)) => {
            Some(texts(forms(wall?)))
        }
        (Dialect::Sqlite, Some(ColumnType::AnyTime | ColumnType::AnyText)) => {
            let number = [number(at)].into_iter();
            let others = [with_offset(utc.local(at)), forms(wall?)].concat();
            Some(number.chain(others.into_iter().map(Form::Text)).collect())
        }
        (Dialect::Sqlite, _) if reading == Some(Reading::Instant) => Some(vec![number(at)]),
        (Dialect::Sqlite, _) => None,
        (Dialect::Postgres | Dialect::MySql, _) => {
            Some(texts(vec![with_fraction(wall?, "%Y-%m-%d %H:%M:%S")]))
        }
    }
}

/// Seconds since the epoch.
fn number(at: Timestamp) -> Form {
    Form::Number(match at.0.rem_euclid(1_000_000) {
        0 => at.0.div_euclid(1_000_000).to_string(),
        _ => (at.0 as f64 / 1e6).to_string(),
    })
}

/// The forms of texts that give the time in UTC.
fn with_offset(utc: NaiveDateTime) -> Vec<String> {
    let zones = ["Z", "+00:00"];
    let forms = forms(utc);
    let times = forms.iter().filter(|form| form.contains(':'));
    times.flat_map(|form| zones.map(|zone| format!("{form}{zone}"))).collect()
}

fn with_fraction(wall: NaiveDateTime, format: &str) -> String {
    let micros = wall.and_utc().timestamp_subsec_micros();
    let text = wall.format(format).to_string();
    if micros == 0 { text } else { format!("{text}.{micros:06}") }
}

/// The forms of texts that give this time.
fn forms(wall: NaiveDateTime) -> Vec<String> {
    let mut forms =
        vec![with_fraction(wall, "%Y-%m-%d %H:%M:%S"), with_fraction(wall, "%Y-%m-%dT%H:%M:%S")];
    let of_day = wall.and_utc().timestamp_micros().rem_euclid(86_400_000_000);
    let mut add = |formats: &[&str]| {
        forms.extend(formats.iter().map(|format| wall.format(format).to_string()));
    };
    if of_day % 1_000 == 0 {
        add(&["%Y-%m-%d %H:%M:%S%.3f", "%Y-%m-%dT%H:%M:%S%.3f"]);
    }
    if of_day % 60_000_000 == 0 {
        add(&["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]);
    }
    if of_day == 0 {
        add(&["%Y-%m-%d"]);
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_all_forms_of_its_text() {
        let forms = |micros: i64| forms(ZoneOffsets::utc().local(Timestamp(micros)));
        assert_eq!(
            forms(86_400_000_000),
            [
                "1970-01-02 00:00:00",
                "1970-01-02T00:00:00",
                "1970-01-02 00:00:00.000",
                "1970-01-02T00:00:00.000",
                "1970-01-02 00:00",
                "1970-01-02T00:00",
                "1970-01-02"
            ]
        );
        assert!(forms(1_500_000).contains(&"1970-01-01 00:00:01.500".to_owned()));
        assert!(forms(1_500_001).contains(&"1970-01-01T00:00:01.500001".to_owned()));
        assert!(forms(1_000_000).contains(&"1970-01-01 00:00:01.000".to_owned()));
    }
}
