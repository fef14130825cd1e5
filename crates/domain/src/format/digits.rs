//! Writes digits: grouped, significant, scientific.

use super::exact::Digits;

/// Groups digits in threes: `-1234567.5` becomes `−1,234,567.5` (with a true minus sign).
pub fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("−", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// How many significant digits a text has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Precision {
    /// At most this many, without trailing zeros: for axes, where fewer are easier to read.
    UpTo(usize),
    /// Always this many: for figures that must keep their form while they change.
    Always(usize),
}

impl Precision {
    pub(super) fn digits(self) -> usize {
        match self {
            Self::UpTo(digits) | Self::Always(digits) => digits,
        }
    }

    /// The decimals to write of a number that is rounded to this precision.
    fn decimals(self, rounded: &Digits) -> usize {
        match self {
            Self::UpTo(_) => rounded.decimals(),
            Self::Always(digits) => {
                usize::try_from(digits as i32 - 1 - rounded.power()).unwrap_or(0)
            }
        }
    }
}

/// Divides `size` by the largest power of 1,000 that it reaches once it is rounded, and returns that
/// power's suffix.
pub(super) fn scaled<'a>(
    size: &Digits,
    suffixes: &[&'a str],
    precision: Precision,
) -> (Digits, &'a str) {
    let power = size.significant(precision.digits().max(3)).power();
    let last = suffixes.len().saturating_sub(1);
    let step = usize::try_from(power / 3).unwrap_or(0).min(last);
    (size.clone().shifted(-3 * step as i32), suffixes.get(step).copied().unwrap_or(""))
}

/// The size with these significant digits; the integer part is never cut.
pub(super) fn significant(size: &Digits, precision: Precision) -> String {
    if size.power() < -4 {
        return scientific(size, precision);
    }
    let digits = precision.digits() as i32;
    let decimals = match (size.power(), precision) {
        // Next to numbers from 1 on, another decimal would add nothing.
        (-1, Precision::UpTo(_)) => digits - 1,
        (power, _) => digits - 1 - power,
    };
    let rounded = size.rounded(decimals.max(0));
    grouped(&rounded.plain(precision.decimals(&rounded)))
}

/// Scientific notation, `1.23×10⁻⁷`, for numbers with too many zeros to read.
pub(super) fn scientific(size: &Digits, precision: Precision) -> String {
    let rounded = size.significant(precision.digits());
    let power = rounded.power();
    let mantissa = rounded.shifted(-power);
    let raised = power.to_string();
    let raised = raised.chars().map(|c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        c => c.to_digit(10).and_then(|d| char::from_u32(0x2070 + d)).unwrap_or(c),
    });
    let mantissa = mantissa.plain(precision.decimals(&mantissa));
    format!("{mantissa}×10{}", raised.collect::<String>())
}
