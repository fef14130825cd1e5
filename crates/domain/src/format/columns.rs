//! Formats a column of numbers with the same number of decimals in each row, so that they can be
//! compared at a glance.

use super::exact::{Digits, Number};
use super::number::{cell, fixed, full};
use crate::{Unit, Values, ZoneOffsets};

/// Only exact decimals are shown with more decimals than this.
const MOST: usize = 6;
/// Exact decimals are not padded beyond this many decimals.
const MOST_EXACT: usize = 12;

/// The number of decimals that all cells of a column share; `None` if each cell has its own. Money
/// uses its currency's; durations and sizes choose their own unit and digits.
pub fn decimals(values: &Values, unit: &Unit) -> Option<usize> {
    let numbers = || (0..values.len()).filter_map(|row| Number::of(values, row));
    let finite = || {
        numbers().filter_map(|number| match number {
            Number::Finite(digits) => Some(digits),
            _ => None,
        })
    };
    match (values, unit) {
        (Values::Int(_) | Values::Float(_) | Values::Decimal(_), Unit::Percent) => {
            Some(of_percentages(finite()))
        }
        (Values::Float(_), Unit::None | Unit::Noun(_)) => Some(of_floats(finite())),
        (Values::Decimal(_), Unit::None | Unit::Noun(_)) => {
            let longest = finite().filter_map(|digits| digits.written()).max();
            longest.map(|longest| longest.min(MOST_EXACT))
        }
        _ => None,
    }
}

/// A cell of a column whose cells share `decimals`; NULL is an en dash. A non-zero number is never
/// shown as zero, less than the whole is not shown as 100 %, and exact decimals are never cut.
pub fn aligned(
    values: &Values,
    row: usize,
    unit: &Unit,
    zone: &ZoneOffsets,
    decimals: Option<usize>,
) -> String {
    let (Some(decimals), Some(number)) = (decimals, Number::of(values, row)) else {
        return cell(values, row, unit, zone);
    };
    let Number::Finite(digits) = &number else {
        return cell(values, row, unit, zone);
    };
    if *unit == Unit::Percent {
        return percentage(digits, &number, decimals);
    }
    match digits.written() {
        Some(written) => fixed(number, unit, decimals.max(written)),
        None if !digits.is_zero() && digits.rounded(decimals as i32).is_zero() => {
            full(number, unit)
        }
        None => fixed(number, unit, decimals),
    }
}

/// A percentage with `decimals`; a part that these would round to 0 or to 100 % is written with `<`
/// or `>`.
fn percentage(part: &Digits, number: &Number, decimals: usize) -> String {
    let percent = part.clone().shifted(2);
    let (less, more, sign) = if part.is_negative() { (">", "<", "−") } else { ("<", ">", "") };
    let shown = percent.rounded(decimals as i32);
    if shown.is_zero() && !part.is_zero() {
        let least = Number::decimal(1, decimals as i32);
        return format!("{less}{sign}{}\u{202f}%", least.plain(decimals));
    }
    if rounds_to_all(&percent, decimals) && percent.power() < 2 {
        let most = "99.".to_owned() + &"9".repeat(decimals);
        return format!("{more}{sign}{}\u{202f}%", most.trim_end_matches('.'));
    }
    fixed(number.clone(), &Unit::Percent, decimals)
}

/// Whether `percent` is not 100 %, but would round to it.
fn rounds_to_all(percent: &Digits, decimals: usize) -> bool {
    let is_all = |digits: &Digits| digits.is_whole() && digits.plain(0) == "100";
    is_all(&percent.rounded(decimals as i32)) && !is_all(percent)
}

/// No decimals if all percentages are whole, otherwise one; two if one would round the smallest to
/// zero, or one below the whole to 100 %.
fn of_percentages(parts: impl Iterator<Item = Digits>) -> usize {
    let mut decimals = 0;
    for part in parts {
        let percent = part.shifted(2);
        let is_lost = !percent.is_zero() && percent.rounded(1).is_zero();
        if is_lost || rounds_to_all(&percent, 1) {
            return 2;
        }
        // Rounding errors of floats do not count as decimals.
        if !percent.rounded(9).is_whole() {
            decimals = 1;
        }
    }
    decimals
}

/// As many decimals as the longest number has, up to three, or as the smallest needs for three
/// digits.
fn of_floats(numbers: impl Iterator<Item = Digits>) -> usize {
    let mut decimals = 0;
    for number in numbers {
        let most = usize::try_from(2 - number.power()).unwrap_or(0).max(3);
        // Numbers too small for that are shown in scientific notation and do not count; larger ones
        // need no more decimals than there are already.
        if most <= MOST && most > decimals {
            decimals = decimals.max(number.rounded(most as i32).decimals());
        }
    }
    decimals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decimal;

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
        assert_eq!(shown, ["1", "1,000,000,000", "NaN"]);
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
    fn null_and_what_is_not_finite_are_told_apart() {
        let values =
            Values::Float(vec![None, Some(f64::NAN), Some(f64::INFINITY), Some(-1.0 / 0.0)]);
        for unit in [Unit::None, Unit::Percent, Unit::Money("GBP".into()), Unit::Seconds] {
            assert_eq!(column(&values, &unit), ["–", "NaN", "∞", "−∞"], "{unit:?}");
        }
    }

    #[test]
    fn what_is_not_all_is_not_a_hundred_percent() {
        let shown = column(&floats(&[0.9996, 0.5, 1.0]), &Unit::Percent);
        assert_eq!(shown, ["99.96\u{202f}%", "50.00\u{202f}%", "100.00\u{202f}%"]);
        let shown = column(&floats(&[0.999_999, -0.999_999]), &Unit::Percent);
        assert_eq!(shown, [">99.99\u{202f}%", "<−99.99\u{202f}%"]);
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
