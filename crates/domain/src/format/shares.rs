//! Parts of a whole as percentages that, as shown, add up to 100 %.
//!
//! Rounded one by one, they would not: of 1, 1 and 1, three times 33.3 % make 99.9 %. Each part gets
//! its tenths of a percent rounded down; the missing tenths go to the largest remainders (Hamilton's
//! method, of 1792, for the seats of a parliament).

use super::exact::Number;
use crate::{Unit, Values};

/// The share of each of `parts`, none of which is negative, in their total: whole percentages where
/// all are whole, otherwise with one decimal. As shown, they add up to 100 %. A part that gets no
/// tenth is `<0.1 %` and counts as 0, and one that is less than the whole is at most `>99.9 %`.
pub fn shares(parts: &[f64]) -> Vec<String> {
    // Divided by the largest, so that the total of the largest floats is finite.
    let largest = parts.iter().copied().fold(0.0, f64::max);
    let total: f64 = parts.iter().map(|part| part / largest).sum();
    let exact = |units: f64| move |part: &f64| part / largest / total * units;
    let is_whole = |percent: f64| (percent - percent.round()).abs() < NEGLIGIBLE;
    let decimals = usize::from(!parts.iter().map(exact(100.0)).all(is_whole));
    let all = 100 * 10_i64.pow(decimals as u32);
    let exact: Vec<f64> = parts.iter().map(exact(all as f64)).collect();
    let units = apportioned(&exact, all);
    let text = |(units, part): (i64, &f64)| {
        let digits = Number::decimal(units, decimals as i32).plain(decimals);
        match units {
            0 if *part > 0.0 => {
                format!("<{}\u{202f}%", Number::decimal(1, decimals as i32).plain(decimals))
            }
            units if units == all && exact.iter().filter(|part| **part > 0.0).nth(1).is_some() => {
                format!(">{}\u{202f}%", Number::decimal(all - 1, decimals as i32).plain(decimals))
            }
            _ => format!("{digits}\u{202f}%"),
        }
    };
    units.into_iter().zip(parts).map(text).collect()
}

/// [`shares`] of a column of percentages, if they are parts of one whole: none is negative, and their
/// sum is 1. NULL is no part, and has no text.
pub fn column_of_shares(values: &Values, unit: &Unit) -> Option<Vec<Option<String>>> {
    if *unit != Unit::Percent || !values.is_number() {
        return None;
    }
    let cells: Vec<Option<f64>> = (0..values.len()).map(|row| values.number(row)).collect();
    let is_odd = |row: usize| cells[row].is_none() && values.exact(row).is_some();
    if (0..cells.len()).any(is_odd) {
        return None;
    }
    let parts: Vec<f64> = cells.iter().flatten().copied().collect();
    if !are_shares(&parts) {
        return None;
    }
    let mut texts = shares(&parts).into_iter();
    Some(cells.iter().map(|cell| cell.and_then(|_| texts.next())).collect())
}

/// Whether these are several parts of one whole.
pub fn are_shares(parts: &[f64]) -> bool {
    let sum: f64 = parts.iter().sum();
    parts.len() > 1 && parts.iter().all(|part| *part >= 0.0) && (sum - 1.0).abs() < NEGLIGIBLE
}

/// The tolerance for rounding errors of floats.
const NEGLIGIBLE: f64 = 1e-9;

/// Whole units for each of `exact`, which add up to `all`.
fn apportioned(exact: &[f64], all: i64) -> Vec<i64> {
    let mut units: Vec<i64> = exact.iter().map(|part| (part + NEGLIGIBLE).floor() as i64).collect();
    let missing = usize::try_from(all - units.iter().sum::<i64>()).unwrap_or(0);
    let remainder = |i: usize| exact[i] - units[i] as f64;
    let mut order: Vec<usize> = (0..exact.len()).filter(|i| exact[*i] > 0.0).collect();
    // Among equal remainders the larger part comes first: a tenth is less of it.
    order.sort_by(|a, b| {
        let by_size = || exact[*b].total_cmp(&exact[*a]);
        remainder(*b).total_cmp(&remainder(*a)).then_with(by_size)
    });
    for i in order.into_iter().take(missing) {
        units[i] += 1;
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(parts: &[f64]) -> Vec<String> {
        shares(parts).into_iter().map(|text| text.replace('\u{202f}', "")).collect()
    }

    #[test]
    fn parts_add_up() {
        assert_eq!(shown(&[1.0, 1.0, 1.0, 5.0]), ["12.5%", "12.5%", "12.5%", "62.5%"]);
        assert_eq!(shown(&[1.0, 1.0, 1.0]), ["33.4%", "33.3%", "33.3%"]);
        assert_eq!(shown(&[101.0, 7.0]), ["93.5%", "6.5%"]);
        assert_eq!(shown(&[1.0, 1.0]), ["50%", "50%"]);
        assert_eq!(shown(&[7.0]), ["100%"]);
        assert_eq!(shown(&[3.0, 0.0]), ["100%", "0%"]);
        assert_eq!(shown(&[f64::MAX, f64::MAX]), ["50%", "50%"]);
    }

    #[test]
    fn what_is_too_little_for_a_tenth_says_so() {
        assert_eq!(shown(&[9_999.0, 1.0]), [">99.9%", "<0.1%"]);
        assert_eq!(shown(&[500.0, 499.6, 0.4]), ["50.0%", "50.0%", "<0.1%"]);
        assert_eq!(shown(&[2.0, 1.0, 0.0]), ["66.7%", "33.3%", "0.0%"]);
    }

    #[test]
    fn a_column_has_shares_only_if_its_cells_are_parts_of_one_whole() {
        let column = |cells: &[f64], unit| {
            let cells = cells.iter().copied().map(Some).chain([None]);
            column_of_shares(&Values::Float(cells.collect()), &unit)
        };
        let third = 1.0 / 3.0;
        let shares = column(&[third, third, third], Unit::Percent).unwrap();
        assert_eq!(shares[0].as_deref(), Some("33.4\u{202f}%"));
        assert_eq!(shares[3], None, "NULL is no part");
        assert_eq!(column(&[third, third], Unit::Percent), None, "rates");
        assert_eq!(column(&[1.5, -0.5], Unit::Percent), None);
        assert_eq!(column(&[third, third, third], Unit::None), None);
        assert_eq!(column(&[0.5, 0.5, f64::NAN], Unit::Percent), None);
    }

    proptest! {
        #[test]
        fn shares_always_add_up(parts in prop::collection::vec(
            prop_oneof![Just(0.0), 1e-9..1e-3, 0.0..1e3, (0_u32..50).prop_map(f64::from)], 1..60,
        )) {
            prop_assume!(parts.iter().any(|part| *part > 0.0));
            let total: f64 = parts.iter().sum();
            let texts = shown(&parts);
            // In tenths of a percent, by their digits alone.
            let mut sum = 0;
            for (text, part) in texts.iter().zip(&parts) {
                let tenths: i64 = match text.trim_start_matches(['<', '>']).trim_end_matches('%').split_once('.') {
                    Some((whole, tenth)) => format!("{whole}{tenth}").parse().unwrap(),
                    None => text.trim_end_matches('%').parse::<i64>().unwrap() * 10,
                };
                let tenths = match text.as_bytes()[0] {
                    b'<' => 0,
                    b'>' => 1000,
                    _ => tenths,
                };
                prop_assert!((tenths as f64 - part / total * 1000.0).abs() < 1.0 + 1e-6, "{text} {part}");
                sum += tenths;
            }
            prop_assert_eq!(sum, 1000, "{:?}", texts);
        }
    }
}
