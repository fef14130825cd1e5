//! Numbers as decimal digits, rounded half away from zero: nothing shown passes through a float.

use crate::{Decimal, Values};

/// A number to be shown: the exact value of a float, an integer or a decimal of any length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Number {
    /// Digits.
    Finite(Digits),
    /// Infinity, or minus infinity.
    Infinite {
        /// Whether it is below zero.
        is_negative: bool,
    },
    /// NaN.
    NotANumber,
}

/// The digits of a finite number: ± 0.d₁d₂d₃… × 10^`point`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digits {
    is_negative: bool,
    /// Decimal digits without zeros at either end; none of them for zero.
    digits: String,
    point: i32,
    /// How many decimals an exact number was written with; `None` for floats.
    written: Option<usize>,
}

impl Number {
    /// The number in a cell; `None` for NULL and for cells that are not numbers.
    pub fn of(values: &Values, row: usize) -> Option<Self> {
        match values {
            Values::Int(cells) => cells.get(row).copied().flatten().map(Self::from),
            Values::Decimal(cells) => cells.get(row)?.as_ref().map(Self::from),
            Values::Float(cells) => cells.get(row).copied().flatten().map(Self::from),
            Values::Bool(_)
            | Values::Text(_)
            | Values::Time(_)
            | Values::Date(_)
            | Values::WallTime(_) => None,
        }
    }

    /// `units` × 10^-`decimals`.
    pub(super) fn decimal(units: i64, decimals: i32) -> Digits {
        Digits::parse(&units.to_string(), true).shifted(-decimals)
    }

    /// Whether both have the same value, however they are written.
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Finite(a), Self::Finite(b)) => {
                (a.is_negative, a.point, &a.digits) == (b.is_negative, b.point, &b.digits)
            }
            (a, b) => a == b,
        }
    }

    /// The nearest float.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Finite(Digits { is_negative, digits, point, .. }) => {
                let size = format!("0.{digits}0e{point}").parse().unwrap_or(0.0);
                if *is_negative { -size } else { size }
            }
            Self::Infinite { is_negative: false } => f64::INFINITY,
            Self::Infinite { is_negative: true } => f64::NEG_INFINITY,
            Self::NotANumber => f64::NAN,
        }
    }

    /// The digits of a finite number; for any other, the word or sign to show.
    pub(super) fn finite(&self) -> Result<&Digits, &'static str> {
        match self {
            Self::Finite(digits) => Ok(digits),
            Self::Infinite { is_negative: false } => Err("∞"),
            Self::Infinite { is_negative: true } => Err("−∞"),
            Self::NotANumber => Err("NaN"),
        }
    }
}

impl From<f64> for Number {
    /// The shortest decimal that stands for this float, as everywhere: 2.675 is 2.675.
    fn from(value: f64) -> Self {
        match value {
            value if value.is_nan() => Self::NotANumber,
            value if value.is_infinite() => Self::Infinite { is_negative: value < 0.0 },
            value => Self::Finite(Digits::parse(&format!("{value:e}"), false)),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Finite(Digits::parse(&value.to_string(), true))
    }
}

impl From<&Decimal> for Number {
    fn from(value: &Decimal) -> Self {
        if value.is_finite() {
            Self::Finite(Digits::parse(value.as_str(), true))
        } else {
            Self::from(value.to_f64())
        }
    }
}

impl Digits {
    /// Reads plain (`-12.340`) or scientific (`1.5e-7`) notation.
    pub(super) fn parse(text: &str, is_exact: bool) -> Self {
        let (text, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let point = whole.len() as i32 + exponent.parse::<i32>().unwrap_or(0);
        let digits = [whole, fraction].concat();
        let written = is_exact.then_some(fraction.len());
        Self { is_negative, digits, point, written }.trimmed()
    }

    /// Drops zeros at either end, and the sign of zero.
    fn trimmed(mut self) -> Self {
        self.digits.truncate(self.digits.trim_end_matches('0').len());
        let leading = self.digits.len() - self.digits.trim_start_matches('0').len();
        self.digits.drain(..leading);
        self.point -= leading as i32;
        if self.digits.is_empty() {
            (self.point, self.is_negative) = (0, false);
        }
        self
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    pub(super) fn is_negative(&self) -> bool {
        self.is_negative
    }

    /// Whether it has no decimals other than zeros.
    pub(super) fn is_whole(&self) -> bool {
        self.decimals() == 0
    }

    /// How many decimals it was written with, if it is exact: 2 of `1.50`.
    pub(super) fn written(&self) -> Option<usize> {
        self.written
    }

    /// How many decimals it needs.
    pub(super) fn decimals(&self) -> usize {
        usize::try_from(self.digits.len() as i32 - self.point).unwrap_or(0)
    }

    /// The power of ten of its first digit, as in scientific notation: 3 of 1,234, −2 of 0.05. Zero
    /// has the power of 1.
    pub(super) fn power(&self) -> i32 {
        if self.is_zero() { 0 } else { self.point - 1 }
    }

    /// The number times 10^`power`.
    #[must_use]
    pub(super) fn shifted(mut self, power: i32) -> Self {
        if !self.is_zero() {
            self.point += power;
        }
        self
    }

    /// Rounded to `decimals` (of tens, where negative), half away from zero.
    #[must_use]
    pub(super) fn rounded(&self, decimals: i32) -> Self {
        let mut rounded = self.clone();
        let Ok(kept) = usize::try_from(self.point + decimals) else {
            rounded.digits.clear();
            return rounded.trimmed();
        };
        if kept >= self.digits.len() {
            return rounded;
        }
        let goes_up = self.digits.as_bytes()[kept] >= b'5';
        rounded.digits.truncate(kept);
        if goes_up {
            // Nines become zeros, which are trimmed, and the carry goes on.
            rounded.digits.truncate(rounded.digits.trim_end_matches('9').len());
            match rounded.digits.pop() {
                Some(digit) => rounded.digits.push(char::from(digit as u8 + 1)),
                None => {
                    rounded.digits.push('1');
                    rounded.point += 1;
                }
            }
        }
        rounded.trimmed()
    }

    /// Rounded to this many significant digits.
    #[must_use]
    pub(super) fn significant(&self, digits: usize) -> Self {
        self.rounded(digits as i32 - 1 - self.power())
    }

    /// The magnitude in plain notation with this many decimals; rounded if it has more.
    pub(super) fn plain(&self, decimals: usize) -> String {
        let rounded = self.rounded(decimals as i32);
        let whole = usize::try_from(rounded.point).unwrap_or(0);
        let leading = usize::try_from(-rounded.point).unwrap_or(0);
        let split = whole.min(rounded.digits.len());
        let mut text = rounded.digits[..split].to_owned();
        text.extend(std::iter::repeat_n('0', whole - split));
        if text.is_empty() {
            text.push('0');
        }
        if decimals > 0 {
            text.push('.');
            let start = text.len();
            text.extend(std::iter::repeat_n('0', leading.min(decimals)));
            text.push_str(&rounded.digits[split..]);
            let missing = (start + decimals).saturating_sub(text.len());
            text.extend(std::iter::repeat_n('0', missing));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(text: &str, decimals: usize) -> String {
        Digits::parse(text, true).plain(decimals)
    }

    /// `text` rounded to `decimals`, by integer arithmetic.
    fn by_integers(mantissa: u128, scale: u32, decimals: u32) -> String {
        let units = match scale.checked_sub(decimals) {
            Some(cut) => {
                let divisor = 10_u128.pow(cut);
                mantissa / divisor
                    + u128::from(mantissa % divisor >= divisor.div_ceil(2).max(1) && cut > 0)
            }
            None => mantissa * 10_u128.pow(decimals - scale),
        };
        let one = 10_u128.pow(decimals);
        match decimals {
            0 => units.to_string(),
            _ => format!("{}.{:0>width$}", units / one, units % one, width = decimals as usize),
        }
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        assert_eq!(plain("1.005", 2), "1.01");
        assert_eq!(plain("2.675", 2), "2.68");
        assert_eq!(plain("0.285", 2), "0.29");
        assert_eq!(plain("0.5", 0), "1");
        assert_eq!(plain("0.49999999999999999999999999", 0), "0");
        assert_eq!(plain("99.995", 2), "100.00");
        assert_eq!(plain("12345678901234567890.125", 2), "12345678901234567890.13");
        assert_eq!(plain("0.0005", 2), "0.00");
        assert_eq!(plain("0.05", 1), "0.1");
        assert_eq!(plain("007.50", 3), "7.500");
        assert_eq!(plain("1200", 0), "1200");
    }

    #[test]
    fn floats_are_rounded_from_the_decimal_that_they_are_written_as() {
        let shown = |value: f64, decimals| match Number::from(value) {
            Number::Finite(digits) => digits.plain(decimals),
            other => format!("{other:?}"),
        };
        assert_eq!(shown(2.675, 2), "2.68");
        assert_eq!(shown(1.005, 2), "1.01");
        assert_eq!(shown(1e21, 0), "1000000000000000000000");
        assert_eq!(shown(1.5e-7, 8), "0.00000015");
        assert_eq!(shown(5e-324, 2), "0.00");
    }

    #[test]
    fn significant_digits_carry_over() {
        let said = |text: &str, digits| {
            let rounded = Digits::parse(text, true).significant(digits);
            rounded.plain(rounded.decimals())
        };
        assert_eq!(said("999.95", 4), "1000");
        assert_eq!(said("999.94", 4), "999.9");
        assert_eq!(said("0.0098765", 3), "0.00988");
        assert_eq!(said("1234567", 3), "1230000");
        assert_eq!(said("0", 3), "0");
    }

    #[test]
    fn zero_has_no_sign() {
        for text in ["-0", "-0.00", "-0.001"] {
            assert!(!Digits::parse(text, true).rounded(2).is_negative(), "{text}");
        }
        assert!(Digits::parse("-0.005", true).rounded(2).is_negative());
    }

    proptest! {
        #[test]
        fn any_decimal_is_rounded_as_integers_are(
            mantissa in prop_oneof![0_u128..100_000, 0..10_u128.pow(28)],
            scale in 0_u32..20,
            decimals in 0_u32..9,
        ) {
            let digits = format!("{mantissa:0>width$}", width = scale as usize + 1);
            let (whole, fraction) = digits.split_at(digits.len() - scale as usize);
            let text = if scale == 0 { digits.clone() } else { format!("{whole}.{fraction}") };
            prop_assert_eq!(plain(&text, decimals as usize), by_integers(mantissa, scale, decimals));
        }

        #[test]
        fn any_float_keeps_its_value(value in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL) {
            let Number::Finite(digits) = Number::from(value) else { unreachable!() };
            let text = digits.plain(digits.decimals());
            prop_assert_eq!(text.parse::<f64>().unwrap(), value.abs());
            prop_assert_eq!(digits.is_negative(), value < 0.0);
        }
    }
}
