//! Decimals of any precision, kept digit for digit.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// An exact decimal in plain notation (`-12.340`), kept digit for digit as the database returned
/// it; or one of [`NOT_FINITE`], which some databases count among decimals.
///
/// It stores digits and does no arithmetic: sums belong to the database, and charts may use
/// [`Decimal::to_f64`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal(Box<str>);

/// The decimals without digits, in the words of the API.
pub const NOT_FINITE: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// The text is not a decimal number in plain notation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a decimal number such as -12.340")]
pub struct DecimalError(String);

impl Decimal {
    /// Checks that `text` is an optional minus, digits, and optionally a point and digits, or one of
    /// [`NOT_FINITE`].
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        if NOT_FINITE.contains(&text) {
            return Ok(Self(text.into()));
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if all_digits(whole) && all_digits(fraction) {
            Ok(Self(text.into()))
        } else {
            Err(DecimalError(text.chars().take(80).collect()))
        }
    }

    /// `mantissa` × 10^-`scale`: how databases without decimals store them as integers.
    pub fn from_scaled(mantissa: i64, scale: u8) -> Self {
        if scale == 0 {
            return Self(mantissa.to_string().into());
        }
        let scale = usize::from(scale);
        let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let sign = if mantissa < 0 { "-" } else { "" };
        Self(format!("{sign}{whole}.{fraction}").into())
    }

    /// The value × 10^-`places`, digit for digit: the point moves to the left. A value without digits
    /// stays as it is.
    #[must_use]
    pub fn scaled_down(&self, places: u8) -> Self {
        if places == 0 || !self.is_finite() {
            return self.clone();
        }
        let (sign, digits) = match self.0.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", &*self.0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let places = usize::from(places);
        let padded = format!("{whole:0>width$}", width = places + 1);
        let (whole, moved) = padded.split_at(padded.len() - places);
        let whole = match whole.trim_start_matches('0') {
            "" => "0",
            whole => whole,
        };
        Self(format!("{sign}{whole}.{moved}{fraction}").into())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has digits.
    pub fn is_finite(&self) -> bool {
        !NOT_FINITE.contains(&self.as_str())
    }

    /// Compares by value, exactly: `1.50` and `1.5` are equal. NaN equals itself and is greater than
    /// all others, as in PostgreSQL.
    pub fn compare(&self, other: &Self) -> Ordering {
        let beyond = |decimal: &Self| match decimal.as_str() {
            "-Infinity" => -1,
            "Infinity" => 1,
            "NaN" => 2,
            _ => 0,
        };
        match (beyond(self), beyond(other)) {
            (0, 0) => self.compare_digits(other),
            (own, other) => own.cmp(&other),
        }
    }

    fn compare_digits(&self, other: &Self) -> Ordering {
        match (self.sign_and_digits(), other.sign_and_digits()) {
            ((false, own), (false, other)) => own.cmp(&other),
            ((true, own), (true, other)) => other.cmp(&own),
            ((false, _), (true, _)) => Ordering::Greater,
            ((true, _), (false, _)) => Ordering::Less,
        }
    }

    /// Whether it is negative, and what its magnitude sorts by: the number of integer digits, these
    /// digits, and the fraction, without redundant zeros.
    fn sign_and_digits(&self) -> (bool, (usize, &str, &str)) {
        let digits = self.0.strip_prefix('-').unwrap_or(&self.0);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let is_zero = whole.is_empty() && fraction.is_empty();
        (digits.len() < self.0.len() && !is_zero, (whole.len(), whole, fraction))
    }

    /// The nearest float, for drawing.
    pub fn to_f64(&self) -> f64 {
        // Plain notation and the words of [`NOT_FINITE`] are always valid input to f64's parser.
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Decimal {
    type Error = DecimalError;
    fn try_from(text: String) -> Result<Self, DecimalError> {
        Self::parse(&text)
    }
}

impl From<Decimal> for String {
    fn from(decimal: Decimal) -> String {
        decimal.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaled_integers_become_exact_digits() {
        assert_eq!(Decimal::from_scaled(19_287_250_568, 3).as_str(), "19287250.568");
        assert_eq!(Decimal::from_scaled(-5, 3).as_str(), "-0.005");
        assert_eq!(Decimal::from_scaled(i64::MIN, 2).as_str(), "-92233720368547758.08");
        assert_eq!(Decimal::from_scaled(7, 0).as_str(), "7");
    }

    #[test]
    fn a_point_moves_to_the_left_digit_for_digit() {
        let scaled =
            |text: &str, places| Decimal::parse(text).unwrap().scaled_down(places).to_string();
        assert_eq!(scaled("1234", 2), "12.34");
        assert_eq!(scaled("-5", 3), "-0.005");
        assert_eq!(scaled("123.450", 2), "1.23450");
        assert_eq!(scaled("0", 2), "0.00");
        assert_eq!(scaled("0012345", 2), "123.45");
        assert_eq!(scaled("12345678901234567890123", 3), "12345678901234567890.123");
        assert_eq!(scaled("-1.5", 0), "-1.5");
        assert_eq!(scaled("NaN", 2), "NaN");
    }

    #[test]
    fn decimals_are_compared_by_value_not_by_text() {
        let ascending = [
            "-Infinity",
            "-10",
            "-9.5",
            "-9.45",
            "-0.001",
            "0",
            "0.0009",
            "0.01",
            "2",
            "10",
            "10.000000000000000001",
            "99999999999999999999",
            "100000000000000000000",
            "Infinity",
            "NaN",
        ];
        let parsed = ascending.map(|text| Decimal::parse(text).unwrap());
        for (i, one) in parsed.iter().enumerate() {
            for (j, other) in parsed.iter().enumerate() {
                assert_eq!(one.compare(other), i.cmp(&j), "{one} and {other}");
            }
        }
        let equal = |one, other| {
            let (one, other) = (Decimal::parse(one).unwrap(), Decimal::parse(other).unwrap());
            assert_eq!(one.compare(&other), Ordering::Equal, "{one} and {other}");
        };
        equal("1.50", "1.5");
        equal("-0.00", "0");
        equal("007", "7.0");
    }

    #[test]
    fn only_plain_notation_is_a_decimal() {
        assert!(Decimal::parse("123456789012345678901234567890.5").is_ok());
        for bad in ["", "-", ".5", "1.", "1e3", "nan", "inf", "+1", "1,0"] {
            assert!(Decimal::parse(bad).is_err(), "{bad}");
        }
    }
}
