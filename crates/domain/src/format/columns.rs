//! Formats a column of numbers with the same number of decimals in each row, so that they can be
//! compared at a glance.

use super::digits::grouped;
use super::number::{cell, fixed, full, with_unit};
use crate::{Decimal, Unit, Values, ZoneOffsets};

/// Only exact decimals are shown with more decimals than this.
const MOST: usize = 6;
/// Exact decimals are not padded beyond this many decimals.
const MOST_EXACT: usize = 12;

/// The number of decimals that all cells of a column share; `None` if each cell has its own. Money
/// uses its currency's; durations and sizes choose their own unit and digits.
pub fn decimals(values: &Values, unit: &Unit) -> Option<usize> {
    match (values, unit) {
        (Values::Int(_) | Values::Float(_) | Values::Decimal(_), Unit::Percent) => {
            Some(of_shares((0..values.len()).filter_map(|row| values.number(row))))
        }
        (Values::Float(cells), Unit::None | Unit::Noun(_)) => {
            Some(of_floats(cells.iter().flatten().copied()))
        }
        (Values::Decimal(cells), Unit::None | Unit::Noun(_)) => {
            let longest = cells.iter().flatten().map(scale).max();
            longest.map(|longest| longest.min(MOST_EXACT))
        }
        _ => None,
    }
}

/// A cell of a column whose cells share `decimals`; NULL is an en dash. A non-zero number is never
/// shown as zero, and exact decimals are never cut.
pub fn aligned(
    values: &Values,
    row: usize,
    unit: &Unit,
    zone: &ZoneOffsets,
    decimals: Option<usize>,
) -> String {
    let number = values.number(row).filter(|value| value.is_finite());
    let (Some(decimals), Some(value)) = (decimals, number) else {
        return cell(values, row, unit, zone);
    };
    if let (Values::Decimal(cells), Unit::None | Unit::Noun(_)) = (values, unit) {
        let exact = cells.get(row).and_then(Option::as_ref);
        return exact.map_or_else(|| "–".into(), |exact| filled(exact, unit, decimals));
    }
    let size = if *unit == Unit::Percent { value.abs() * 100.0 } else { value.abs() };
    let least = 10_f64.powi(-(decimals as i32));
    match unit {
        _ if value == 0.0 || size >= least / 2.0 => fixed(value, unit, decimals),
        Unit::Percent => {
            let sign = if value < 0.0 { ">−" } else { "<" };
            format!("{sign}{}", fixed(least / 100.0, unit, decimals))
        }
        _ => full(value, unit),
    }
}

/// No decimals if all percentages are whole, otherwise one; two if one would round the smallest to
/// zero.
fn of_shares(shares: impl Iterator<Item = f64>) -> usize {
    let mut decimals = 0;
    for share in shares {
        let percent = share.abs() * 100.0;
        decimals = match percent {
            p if p > 0.0 && p < 0.05 => return 2,
            p if p.is_finite() && (p - p.round()).abs() > 1e-9 => 1,
            _ => decimals,
        };
    }
    decimals
}

/// As many as the longest number has, up to three, or as three digits of the smallest need.
fn of_floats(numbers: impl Iterator<Item = f64>) -> usize {
    let mut decimals = 0;
    for number in numbers.filter(|number| number.is_finite()) {
        let size = number.abs();
        let most = match size {
            size if size >= 0.1 || size == 0.0 => 3,
            size => (-size.log10()).floor() as usize + 3,
        };
        // Numbers too small for that are shown in scientific notation and do not count; larger ones
        // need no more decimals than there are already.
        if most > MOST || most <= decimals {
            continue;
        }
        let text = format!("{size:.most$}");
        let text = text.trim_end_matches('0');
        decimals = decimals.max(text.len() - text.find('.').map_or(text.len(), |at| at + 1));
    }
    decimals
}

fn scale(decimal: &Decimal) -> usize {
    decimal.as_str().split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// An exact decimal, padded with zeros.
fn filled(exact: &Decimal, unit: &Unit, decimals: usize) -> String {
    let missing = decimals.saturating_sub(scale(exact));
    let point = if scale(exact) == 0 && missing > 0 { "." } else { "" };
    with_unit(&grouped(&format!("{}{point}{}", exact.as_str(), "0".repeat(missing))), unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &Values, unit: &Unit) -> Vec<String> {
        let zone = ZoneOffsets { first: 0, changes: Vec::new() };
        let decimals = decimals(values, unit);
        (0..values.len()).map(|row| aligned(values, row, unit, &zone, decimals)).collect()
    }

    fn floats(cells: &[f64]) -> Values {
        Values::Float(cells.iter().copied().map(Some).collect())
    }

    #[test]
    fn cells_of_a_column_have_the_same_decimals() {
        let shown = column(&floats(&[53.33, 2.514, -22.61, 0.0]), &Unit::None);
        assert_eq!(shown, ["53.330", "2.514", "−22.610", "0.000"]);
        let shown = column(&floats(&[1.0, 1e9, f64::NAN]), &Unit::None);
        assert_eq!(shown, ["1", "1,000,000,000", "–"]);
        let shown = column(&floats(&[0.0041, 12.5]), &Unit::None);
        assert_eq!(shown, ["0.0041", "12.5000"]);
        let shown = column(&floats(&[1e-9, 12.5]), &Unit::Noun("mg".into()));
        assert_eq!(shown, ["1×10⁻⁹ mg", "12.5 mg"], "one tiny number does not widen the others");
        assert_eq!(column(&Values::Int(vec![Some(1200), None]), &Unit::None), ["1,200", "–"]);
    }

    #[test]
    fn decimals_are_padded_and_never_cut() {
        let decimals = ["12345678901234567890.5", "1", "-0.25", "0.00000000000000001"];
        let cells = decimals.map(|text| Decimal::parse(text).ok());
        let shown = column(&Values::Decimal(cells[..3].to_vec()), &Unit::None);
        assert_eq!(shown, ["12,345,678,901,234,567,890.50", "1.00", "−0.25"]);
        let shown = column(&Values::Decimal(cells.to_vec()), &Unit::None);
        assert_eq!(shown[1], "1.000000000000");
        assert_eq!(shown[3], "0.00000000000000001");
    }

    #[test]
    fn shares_have_useful_digits() {
        let shown = column(&floats(&[0.83412, 0.004, 0.1]), &Unit::Percent);
        assert_eq!(shown, ["83.4\u{202f}%", "0.4\u{202f}%", "10.0\u{202f}%"]);
        let shown = column(&floats(&[0.83412, 0.0002, -0.000_001, 0.0]), &Unit::Percent);
        assert_eq!(shown, ["83.41\u{202f}%", "0.02\u{202f}%", ">−0.01\u{202f}%", "0.00\u{202f}%"]);
        assert_eq!(column(&floats(&[0.5, 1.0]), &Unit::Percent), ["50\u{202f}%", "100\u{202f}%"]);
    }
}
