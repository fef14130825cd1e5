//! Number formats: how Excel shows the numbers of a column, as far as its formats can say what pages show. A
//! number that its column's format would show as zero, or as all of something, has a format of its own.

use brisk_domain::{ExportedColumn, Unit, Values, format};

/// The most decimals of a number that is small for its column; a smaller one is shown with an exponent.
const MOST: usize = 12;
/// From here on, floats are shown with an exponent.
const ASTRONOMIC: f64 = 1e21;
/// Floats of money below this are what sums of floats leave behind.
const NOISE: f64 = 1e-9;

/// The formats of a column of numbers.
#[derive(Debug, Clone)]
pub(crate) struct NumberFormat {
    unit: Unit,
    decimals: usize,
    is_float: bool,
    /// The largest number, which decides the scale of a column of bytes.
    largest: f64,
}

impl NumberFormat {
    /// The formats of `column`; `None` if it holds no numbers.
    pub(crate) fn of(column: &ExportedColumn) -> Option<Self> {
        let values = column.quotients.as_ref().unwrap_or(&column.column.values);
        if !values.is_number() {
            return None;
        }
        let decimals = match &column.unit {
            Unit::Money(code) => Some(format::currency_decimals(code)),
            Unit::Plain | Unit::Seconds => format::decimals(values, &Unit::None),
            Unit::None | Unit::Noun(_) | Unit::Percent | Unit::Bytes => column.decimals,
        };
        let sizes = (0..values.len()).filter_map(|row| values.number(row)).map(f64::abs);
        Some(Self {
            unit: column.unit.clone(),
            decimals: decimals.unwrap_or(0),
            is_float: matches!(values, Values::Float(_)),
            largest: sizes.fold(0.0, f64::max),
        })
    }

    /// The format of the column.
    pub(crate) fn column(&self) -> String {
        match self.unit {
            Unit::Bytes => bytes(self.largest),
            _ => self.with(&fixed(self.decimals, self.unit != Unit::Plain)),
        }
    }

    /// The format of a cell, if the column's does not do.
    pub(crate) fn cell(&self, value: f64) -> Option<String> {
        if self.unit == Unit::Bytes {
            let own = bytes(value.abs());
            return (own != bytes(self.largest)).then_some(own);
        }
        let size = if self.unit == Unit::Percent { value.abs() * 100.0 } else { value.abs() };
        let is_noise = matches!(self.unit, Unit::Money(_)) && self.is_float && size < NOISE;
        if size == 0.0 || is_noise {
            return None;
        }
        if self.is_float && size >= ASTRONOMIC {
            return Some(self.with("0.00E+00"));
        }
        let least = 0.5 * 0.1_f64.powi(self.decimals as i32);
        if size < least {
            return Some(self.with(&close(size)));
        }
        let rest = 100.0 - size;
        let is_all = self.unit == Unit::Percent && rest > 0.0 && rest <= least;
        // Beyond these decimals, what is missing is what floats leave behind.
        (is_all && rest > 1e-9).then(|| self.with(&close(rest)))
    }

    /// `digits` with what stands around them.
    fn with(&self, digits: &str) -> String {
        match &self.unit {
            Unit::Money(_) => format!("{}{digits}", quoted(&self.unit.prefix())),
            Unit::Percent => format!("{digits}%"),
            Unit::Seconds => format!("{digits}{}", quoted(" s")),
            Unit::Noun(noun) => format!("{digits}{}", quoted(&format!(" {noun}"))),
            Unit::None | Unit::Plain | Unit::Bytes => digits.to_owned(),
        }
    }
}

fn fixed(decimals: usize, is_grouped: bool) -> String {
    let whole = if is_grouped { "#,##0" } else { "0" };
    match decimals {
        0 => whole.to_owned(),
        decimals => format!("{whole}.{}", "0".repeat(decimals)),
    }
}

/// The format that shows two digits of a number below 1.
fn close(size: f64) -> String {
    let first = (-size.log10()).ceil().max(0.0) as usize;
    if first < MOST { fixed(first + 1, true) } else { "0.00E+00".to_owned() }
}

/// The format of a size: each comma at the end divides by a thousand.
fn bytes(size: f64) -> String {
    let scale = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let fitting = scale.iter().position(|(_, least)| size >= *least);
    match fitting {
        Some(at) => {
            format!("#,##0.0{}{}", ",".repeat(4 - at), quoted(&format!(" {}", scale[at].0)))
        }
        None => format!("#,##0{}", quoted(" B")),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::Column;
    use std::sync::Arc;

    fn of(values: Values, unit: &str) -> NumberFormat {
        let unit = Unit::parse(unit).unwrap();
        let column = ExportedColumn {
            decimals: format::decimals(&values, &unit),
            column: Arc::new(Column { name: "n".into(), values }),
            label: "N".into(),
            unit,
            is_hidden: false,
            quotients: None,
            shares: None,
            role: brisk_domain::ColumnRole::Own,
        };
        NumberFormat::of(&column).unwrap()
    }

    fn floats(cells: &[f64]) -> Values {
        Values::Float(cells.iter().copied().map(Some).collect())
    }

    #[test]
    fn units_become_formats() {
        let ints = || Values::Int(vec![Some(1_234), None]);
        let cases = [
            ("none", "#,##0"),
            ("plain", "0"),
            ("GBP", "\"£\"#,##0.00"),
            ("JPY", "\"¥\"#,##0"),
            ("KWD", "\"KWD\u{a0}\"#,##0.000"),
            ("percent", "#,##0%"),
            ("seconds", "#,##0\" s\""),
            ("bytes", "#,##0.0,\" kB\""),
            ("gross orders", "#,##0\" gross orders\""),
        ];
        for (unit, expected) in cases {
            assert_eq!(of(ints(), unit).column(), expected, "{unit}");
        }
        assert_eq!(of(floats(&[0.25, 1.5]), "none").column(), "#,##0.00");
        assert_eq!(of(floats(&[0.25, 0.333]), "percent").column(), "#,##0.0%");
    }

    #[test]
    fn nothing_is_shown_as_zero_that_is_not() {
        let format = of(floats(&[12.5, 0.000_000_123, 1e-20, 1e22]), "none");
        assert_eq!(format.column(), "#,##0.0");
        assert_eq!(format.cell(0.06), None);
        assert_eq!(format.cell(-0.000_000_123), Some("#,##0.00000000".into()));
        assert_eq!(format.cell(1e-20), Some("0.00E+00".into()));
        assert_eq!(format.cell(1e22), Some("0.00E+00".into()));
        assert_eq!(format.cell(0.0), None);
        let money = of(floats(&[12.5]), "USD");
        assert_eq!(money.cell(0.000_12), Some("\"$\"#,##0.00000".into()));
        assert_eq!(money.cell(-5.6e-17), None, "what sums of floats leave behind");
    }

    #[test]
    fn what_is_not_all_is_not_shown_as_all() {
        let format = of(floats(&[0.5, 1.0]), "percent");
        assert_eq!(format.column(), "#,##0%");
        assert_eq!(format.cell(1.0), None);
        assert_eq!(format.cell(0.996), Some("#,##0.00%".into()));
        assert_eq!(format.cell(0.000_01), Some("#,##0.0000%".into()));
    }

    #[test]
    fn each_size_has_its_own_scale() {
        let format = of(Values::Int(vec![Some(2_500_000), Some(900)]), "bytes");
        assert_eq!(format.column(), "#,##0.0,,\" MB\"");
        assert_eq!(format.cell(2_000_000.0), None);
        assert_eq!(format.cell(-900.0), Some("#,##0\" B\"".into()));
        assert_eq!(bytes(3e15), "#,##0.0,,,,\" TB\"");
    }
}
