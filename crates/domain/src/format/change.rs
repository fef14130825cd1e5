//! Relative changes of figures, computed from all digits.

use super::exact::{Digits, Number};
use super::number::compact;
use crate::{Unit, sum};

/// A relative change: `+12.4 %`, `−3.1 %`; `None` if there is nothing to compare with.
pub fn change(value: &Number, previous: &Number) -> Option<String> {
    let mut change = relative_change(value, previous)?;
    // Do not round up to −100 % unless everything is gone.
    let approximate = change.to_f64();
    if approximate > -1.0 && approximate < LEAST {
        change = Number::from(LEAST);
    }
    let sign = if change.to_f64() > 0.0 { "+" } else { "" };
    Some(format!("{sign}{}", compact(change, &Unit::Percent)))
}

/// The largest decrease shown for a figure that is not gone.
const LEAST: f64 = -0.999;

/// (value − previous) / |previous|, rounded only beyond all digits that are shown; `None` if `previous` is 0,
/// or one of them is not finite.
pub fn relative_change(value: &Number, previous: &Number) -> Option<Number> {
    let (value, previous) = (value.finite().ok()?, previous.finite().ok()?);
    if previous.is_zero() {
        return None;
    }
    let decimals = value.decimals().max(previous.decimals());
    let size = previous.plain(decimals);
    let minus = |is_negative| if is_negative { "-" } else { "" };
    let value = format!("{}{}", minus(value.is_negative()), value.plain(decimals));
    let taken = format!("{}{size}", minus(!previous.is_negative()));
    let difference = sum::plus(&value, &taken);
    let (sign, difference) =
        difference.strip_prefix('-').map_or(("", difference.as_str()), |rest| ("-", rest));
    // Both have the same decimals, so their digits alone give the quotient.
    let (mut dividend, divisor) = (digits(difference), digits(&size));
    let more = divisor.len() + DIGITS;
    dividend.extend(std::iter::repeat_n(0, more));
    let (quotient, is_exact) = divided(&dividend, &divisor);
    let quotient: String = quotient.into_iter().map(|digit| char::from(b'0' + digit)).collect();
    // A trailing 1 stands for all further digits, so that the quotient never looks like an exact
    // half.
    let text = match is_exact {
        true => format!("{sign}{quotient}e-{more}"),
        false => format!("{sign}{quotient}1e-{}", more + 1),
    };
    Some(Number::Finite(Digits::parse(&text, false)))
}

/// The least number of digits of a quotient; more than are ever shown.
const DIGITS: usize = 12;

fn digits(text: &str) -> Vec<u8> {
    let digits = text.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0');
    digits.skip_while(|digit| *digit == 0).collect()
}

/// The integer quotient of two numbers, by long division, and whether it is exact.
fn divided(dividend: &[u8], divisor: &[u8]) -> (Vec<u8>, bool) {
    let (mut quotient, mut rest): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    for digit in dividend {
        if !rest.is_empty() || *digit > 0 {
            rest.push(*digit);
        }
        let mut times = 0;
        while rest.len() > divisor.len() || (rest.len() == divisor.len() && *rest >= *divisor) {
            take(&mut rest, divisor);
            times += 1;
        }
        quotient.push(times);
    }
    (quotient, rest.is_empty())
}

/// Subtracts `less` from `from`, which is not smaller.
fn take(from: &mut Vec<u8>, less: &[u8]) {
    let (mut borrow, behind) = (0, from.len() - less.len());
    for at in (0..from.len()).rev() {
        let digit = at.checked_sub(behind).map_or(0, |at| less[at]) + borrow;
        borrow = u8::from(from[at] < digit);
        from[at] = from[at] + 10 * borrow - digit;
    }
    let zeros = from.iter().take_while(|digit| **digit == 0).count();
    from.drain(..zeros);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decimal;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        Number::from(&Decimal::parse(text).unwrap())
    }

    fn change_text(value: &str, previous: &str) -> Option<String> {
        let text = change(&number(value), &number(previous))?;
        Some(text.replace(['\u{202f}'], "").replace('−', "-"))
    }

    #[test]
    fn there_is_no_change_from_zero() {
        assert_eq!(change_text("112.4", "100").as_deref(), Some("+12.4%"));
        assert_eq!(change_text("50", "100").as_deref(), Some("-50%"));
        assert_eq!(change_text("1", "0"), None);
        // Not rounded up to −100 %.
        assert_eq!(change_text("207", "988000").as_deref(), Some("-99.9%"));
        assert_eq!(change_text("0", "100").as_deref(), Some("-100%"));
        assert_eq!(change_text("-50", "100").as_deref(), Some("-150%"));
        assert_eq!(change_text("-50", "-100").as_deref(), Some("+50%"));
        assert_eq!(change(&Number::from(f64::NAN), &number("1")), None);
        assert_eq!(change(&number("1"), &Number::from(f64::INFINITY)), None);
    }

    #[test]
    fn halves_of_exact_decimals_are_rounded_away_from_zero() {
        // As floats, 1.1235 − 1 is 0.12349999999999994, which would be 12.3 %.
        assert_eq!(change_text("1.1235", "1").as_deref(), Some("+12.4%"));
        assert_eq!(change_text("0.8765", "1").as_deref(), Some("-12.4%"));
        assert_eq!(change_text("4.494", "4").as_deref(), Some("+12.4%"), "12.35 %");
        assert_eq!(change_text("100.01", "10").as_deref(), Some("+900%"));
        // Beyond the digits of a float: 10^20 + 10^17 + 1 is a little more than 0.1 %.
        assert_eq!(
            change_text("100100000000000000001", "100000000000000000000").as_deref(),
            Some("+0.1%")
        );
        assert_eq!(
            change_text("0.0000000000000000000000000300", "0.0000000000000000000000000200")
                .as_deref(),
            Some("+50%")
        );
    }

    proptest! {
        #[test]
        fn whole_numbers_divide_as_integers_do(value in 0_i64..1_000_000_000, previous in 1_i64..1_000_000_000) {
            let change = relative_change(&Number::from(value), &Number::from(previous)).unwrap();
            let expected = (value - previous) as f64 / previous as f64;
            prop_assert!((change.to_f64() - expected).abs() <= expected.abs() * 1e-11);
        }
    }
}
