//! Infers a plan from a file's header and a sample of its lines.

use crate::per_dialect::PerDialect;
use crate::plan::{Column, ColumnType, Plan, utc};
use crate::{ImportError, value};

impl Plan {
    /// Infers a plan: columns are nullable text, named after the header, unless every value of
    /// `sample` is a number or a date (ISO 8601, or US style: month first).
    pub fn infer(
        table: &str,
        header: &[String],
        sample: &[Vec<String>],
    ) -> Result<Self, ImportError> {
        let columns = header.iter().enumerate().map(|(i, from)| {
            let values: Vec<&str> = sample
                .iter()
                .filter_map(|row| row.get(i).map(|v| v.trim()))
                .filter(|v| !v.is_empty())
                .collect();
            let all = |fits: fn(&str) -> bool| !values.is_empty() && values.iter().all(|v| fits(v));
            let format =
                [None, Some("%m/%d/%Y %H:%M"), Some("%m/%d/%Y %H:%M:%S"), Some("%m/%d/%Y")]
                    .into_iter()
                    .find(|format| {
                        !values.is_empty()
                            && values.iter().all(|v| value::wall(v, *format).is_some())
                    });
            let is_code = values.iter().any(|v| has_leading_zero(v));
            let kind = match () {
                () if is_code && format.is_none() => ColumnType::Text,
                () if all(|v| v.parse::<i64>().is_ok()) => ColumnType::Integer,
                () if all(|v| v.parse::<f64>().is_ok_and(f64::is_finite)) => ColumnType::Float,
                () if format.is_some() => ColumnType::Timestamp,
                () => ColumnType::Text,
            };
            Column {
                name: column_name(from, i),
                from: from.clone(),
                kind,
                nullable: true,
                trim: false,
                length: None,
                scale: 0,
                format: format.flatten().map(ToOwned::to_owned),
            }
        });
        let plan = Self {
            table: table.to_owned(),
            timezone: utc(),
            columns: columns.collect(),
            line_column: None,
            constraints: PerDialect::default(),
            without_rowid: false,
            derived: PerDialect::default(),
            computed: Vec::new(),
        };
        plan.checked()
    }
}

fn column_name(header: &str, index: usize) -> String {
    let plain: String = header
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    let plain = plain.trim_matches('_');
    if plain.is_empty() || plain.starts_with(|c: char| c.is_ascii_digit()) {
        format!("column_{}", index + 1)
    } else {
        plain.to_owned()
    }
}

/// `007` is a code: as a number it would lose its zeros.
fn has_leading_zero(value: &str) -> bool {
    let digits = value.trim_start_matches('-').as_bytes();
    matches!(digits, [b'0', next, ..] if next.is_ascii_digit())
}
