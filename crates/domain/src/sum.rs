//! Sums of cells: of whole numbers and decimals digit for digit, whatever their length.

use crate::{Decimal, Values};

/// The sum of the cells that are not NULL, as a column of one cell; NULL if there is none. It is exact
/// unless one of them is a float.
pub fn sum<'a>(cells: impl Iterator<Item = (&'a Values, usize)> + Clone) -> Values {
    if cells.clone().any(|(values, _)| matches!(values, Values::Float(_))) {
        let floats = cells.filter_map(|(values, row)| float(values, row));
        return Values::Float(vec![floats.reduce(|sum, value| sum + value).map(reliable)]);
    }
    let exact = cells.clone().filter_map(|(values, row)| values.exact(row));
    let Some(sum) = exact.reduce(|sum, cell| plus(&sum, &cell)) else {
        return Values::Int(vec![None]);
    };
    let is_decimal = cells.clone().any(|(values, _)| matches!(values, Values::Decimal(_)));
    match sum.parse() {
        Ok(whole) if !is_decimal => Values::Int(vec![Some(whole)]),
        _ => Values::Decimal(vec![Decimal::parse(&sum).ok()]),
    }
}

/// The cell as a number; a float also if it is not finite, so that the sum shows it.
fn float(values: &Values, row: usize) -> Option<f64> {
    match values {
        Values::Float(cells) => *cells.get(row)?,
        _ => values.number(row),
    }
}

/// A sum of floats, rounded to its reliable digits: 0.1 + 0.2 is 0.3.
fn reliable(sum: f64) -> f64 {
    if sum.fract() == 0.0 { sum } else { format!("{sum:.14e}").parse().unwrap_or(sum) }
}

/// The sum of two decimals in plain notation, with the decimals of the longer one.
/// `NaN`, `Infinity` and `-Infinity` add up as they do in databases.
pub fn plus(a: &str, b: &str) -> String {
    if let Some(word) = not_finite(a, b) {
        return word.to_owned();
    }
    let ((a_minus, a), (b_minus, b)) = (signed(a), signed(b));
    let decimals = |digits: &str| digits.split_once('.').map_or(0, |(_, part)| part.len());
    let scale = decimals(a).max(decimals(b));
    let (a, b) = (scaled(a, scale), scaled(b, scale));
    let length = a.len().max(b.len()) + 1;
    let digit =
        |digits: &[u8], i: usize| digits.len().checked_sub(i + 1).map_or(0, |at| digits[at] - b'0');
    let by_size = (0..length).rev().map(|i| digit(&a, i).cmp(&digit(&b, i)));
    let is_less = by_size.clone().find(|o| o.is_ne()).is_some_and(|o| o.is_lt());
    // The smaller is subtracted from the larger, whose sign stays.
    let (large, small, minus) = if is_less { (&b, &a, b_minus) } else { (&a, &b, a_minus) };
    let mut carry = 0;
    let mut digits: Vec<u8> = (0..length)
        .map(|i| {
            let (one, other) = (digit(large, i), digit(small, i) + carry);
            let sum = if a_minus == b_minus { one + other } else { 10 + one - other };
            carry = if a_minus == b_minus { sum / 10 } else { 1 - sum / 10 };
            b'0' + sum % 10
        })
        .collect();
    while digits.len() > scale + 1 && digits.last() == Some(&b'0') {
        digits.pop();
    }
    let is_zero = digits.iter().all(|digit| *digit == b'0');
    if scale > 0 {
        digits.insert(scale, b'.');
    }
    if minus && !is_zero {
        digits.push(b'-');
    }
    digits.iter().rev().map(|byte| char::from(*byte)).collect()
}

/// The sum if one of the two is not a finite number.
fn not_finite<'a>(a: &'a str, b: &'a str) -> Option<&'a str> {
    let is_word = |text: &&str| text.ends_with(|c: char| c.is_ascii_alphabetic());
    match (Some(a).filter(is_word), Some(b).filter(is_word)) {
        (Some(a), Some(b)) if a != b => Some("NaN"),
        (a, b) => a.or(b),
    }
}

fn signed(text: &str) -> (bool, &str) {
    text.strip_prefix('-').map_or((false, text), |digits| (true, digits))
}

/// The digits without the point, with `scale` of them after it.
fn scaled(digits: &str, scale: usize) -> Vec<u8> {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let mut all: Vec<u8> = whole.bytes().chain(part.bytes()).collect();
    all.resize(whole.len() + scale, b'0');
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_add_digit_for_digit() {
        for (a, b, sum) in [
            ("0.1", "0.2", "0.3"),
            ("1", "-0.305", "0.695"),
            ("-0.5", "0.5", "0.0"),
            ("-1.50", "-2", "-3.50"),
            ("9223372036854775807", "1", "9223372036854775808"),
            (
                "99999999999999999999999999999999999999999.99",
                "0.01",
                "100000000000000000000000000000000000000000.00",
            ),
            ("007", "3", "10"),
            ("3", "-10", "-7"),
        ] {
            assert_eq!(plus(a, b), sum, "{a} + {b}");
            assert_eq!(plus(b, a), sum, "{b} + {a}");
        }
    }

    #[test]
    fn what_is_not_finite_is_passed_on() {
        assert_eq!(plus("Infinity", "1.5"), "Infinity");
        assert_eq!(plus("-1", "-Infinity"), "-Infinity");
        assert_eq!(plus("Infinity", "-Infinity"), "NaN");
        assert_eq!(plus("NaN", "Infinity"), "NaN");
        assert_eq!(plus("NaN", "NaN"), "NaN");
    }

    proptest! {
        #[test]
        fn sums_are_those_of_128_bits(a in any::<i64>(), b in any::<i64>()) {
            prop_assert_eq!(plus(&a.to_string(), &b.to_string()), (i128::from(a) + i128::from(b)).to_string());
        }
    }

    #[test]
    fn null_adds_nothing_and_infinity_stays() {
        let of = |values: &Values| sum((0..values.len()).map(|row| (values, row)));
        assert_eq!(of(&Values::Int(vec![Some(1), None, Some(2)])), Values::Int(vec![Some(3)]));
        assert_eq!(of(&Values::Int(vec![None])), Values::Int(vec![None]));
        let floats = Values::Float(vec![Some(f64::INFINITY), Some(1.5)]);
        assert_eq!(of(&floats), Values::Float(vec![Some(f64::INFINITY)]));
        let tenths = Values::Float(vec![Some(0.1), Some(0.2)]);
        assert_eq!(of(&tenths), Values::Float(vec![Some(0.3)]));
        let most = Values::Int(vec![Some(i64::MAX), Some(1)]);
        let expected = Decimal::parse("9223372036854775808").ok();
        assert_eq!(of(&most), Values::Decimal(vec![expected]));
    }
}
