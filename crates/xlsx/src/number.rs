//! Which numbers Excel keeps: it has IEEE doubles, shows 15 digits of them, and drops the others when somebody
//! edits the cell. A number with more digits is written as text, so that none is lost without a word.

use brisk_domain::Decimal;

/// The digits that Excel shows, and every double holds.
const DIGITS: usize = 15;
/// The largest number that Excel takes.
const LARGEST: f64 = 9.999_999_999_999_99e307;

/// `value` as a double with the same digits.
pub(crate) fn of_int(value: i64) -> Option<f64> {
    has_room(&value.unsigned_abs().to_string()).then_some(value as f64)
}

/// `value` as a double with the same digits; zeros at its end are a matter of how it is shown.
pub(crate) fn of_decimal(value: &Decimal) -> Option<f64> {
    let number = value.is_finite().then(|| value.to_f64())?;
    let is_lost = number == 0.0 && value.as_str().contains(|c| matches!(c, '1'..='9'));
    (has_room(value.as_str()) && fits(number) && !is_lost).then_some(number + 0.0)
}

/// `value`, which is a double already, if Excel takes it.
pub(crate) fn of_float(value: f64) -> Option<f64> {
    // Excel has no minus zero.
    fits(value).then_some(value + 0.0)
}

/// The word for a number that is not finite, as in CSV and JSON.
pub(crate) fn word(value: f64) -> String {
    match value {
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        value => value.to_string(),
    }
}

fn has_room(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit);
    let digits: Vec<u8> = digits.skip_while(|digit| *digit == b'0').collect();
    let zeros = digits.iter().rev().take_while(|digit| **digit == b'0').count();
    digits.len() - zeros <= DIGITS
}

/// Excel takes numbers nearer to zero than the normal ones for zero.
fn fits(value: f64) -> bool {
    value == 0.0 || (value.is_normal() && value.abs() <= LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Option<f64> {
        of_decimal(&Decimal::parse(text).unwrap())
    }

    #[test]
    fn numbers_of_up_to_15_digits_are_numbers() {
        assert_eq!(of_int(999_999_999_999_999), Some(999_999_999_999_999.0));
        assert_eq!(of_int(-1_000_000_000_000_000_000), Some(-1e18), "one digit");
        assert_eq!(of_int(9_007_199_254_740_991), None, "Excel would show …990");
        assert_eq!((of_int(i64::MAX), of_int(i64::MIN), of_int(0)), (None, None, Some(0.0)));
        assert_eq!(decimal("-0.10"), Some(-0.1));
        assert_eq!(decimal("000123456789012.345000"), Some(123_456_789_012.345));
        assert_eq!(decimal("1234567890123456.5"), None);
        assert_eq!(decimal("0.1000000000000000055511151231257827"), None);
        assert_eq!(decimal("-0.00").map(f64::to_bits), Some(0.0_f64.to_bits()));
    }

    #[test]
    fn what_is_too_large_too_small_or_no_number_is_text() {
        assert_eq!(decimal(&format!("1{}", "0".repeat(400))), None);
        assert_eq!(decimal(&format!("0.{}1", "0".repeat(400))), None);
        assert_eq!((decimal("NaN"), decimal("-Infinity")), (None, None));
        for value in [f64::NAN, f64::INFINITY, 5e-324, f64::MAX] {
            assert_eq!(of_float(value), None, "{value}");
        }
        assert_eq!(of_float(f64::MIN_POSITIVE), Some(f64::MIN_POSITIVE));
        assert_eq!(
            [f64::NAN, f64::INFINITY, -1.0 / 0.0].map(word),
            ["NaN", "Infinity", "-Infinity"]
        );
    }

    proptest! {
        #[test]
        fn a_decimal_that_becomes_a_number_reads_the_same(mantissa in any::<i64>(), cut in 0_u32..19, scale in 0_u8..20) {
            let decimal = Decimal::from_scaled(mantissa / 10_i64.pow(cut), scale);
            if let Some(number) = of_decimal(&decimal) {
                let read = Decimal::parse(&number.to_string()).unwrap();
                prop_assert_eq!(read.compare(&decimal), std::cmp::Ordering::Equal, "{} {}", decimal, number);
            }
        }
    }
}
