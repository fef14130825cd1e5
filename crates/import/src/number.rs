//! Numbers as files write them.

/// How a file writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks {
    /// The decimal mark: a point or a comma.
    pub(crate) decimal: char,
    /// The separator of thousands.
    pub(crate) thousands: Option<char>,
}

/// `field` with a decimal point and without separators of thousands; `None` if separators are out
/// of place. It is not yet checked to be a number.
pub(crate) fn plain(field: &str, marks: Marks) -> Option<String> {
    let (whole, fraction) = match field.split_once(marks.decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (field, None),
    };
    let mut out = String::with_capacity(field.len());
    match marks.thousands {
        Some(mark) if whole.contains(mark) => {
            let (sign, digits) = match whole.strip_prefix(['-', '+']) {
                Some(digits) => (&whole[..1], digits),
                None => ("", whole),
            };
            out.push_str(sign);
            for (i, group) in digits.split(mark).enumerate() {
                let fits = if i == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 };
                if !fits || !group.bytes().all(|b| b.is_ascii_digit()) {
                    return None;
                }
                out.push_str(group);
            }
        }
        _ => out.push_str(whole),
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    // A point that is not the decimal mark must not become one.
    let is_plain = marks.decimal == '.' || marks.thousands == Some('.') || !whole.contains('.');
    is_plain.then_some(out)
}

/// The digits of a decimal number without an exponent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal<'f> {
    /// Whether it begins with a minus.
    pub(crate) negative: bool,
    /// Its digits before the point, at least one.
    pub(crate) whole: &'f str,
    /// Its digits after the point.
    pub(crate) fraction: &'f str,
}

impl<'f> Decimal<'f> {
    /// Reads `[+-]digits[.digits]`, or the same with nothing on one side of the point.
    pub(crate) fn parse(plain: &'f str) -> Option<Self> {
        let digits = plain.strip_prefix(['-', '+']).unwrap_or(plain);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let any = !whole.is_empty() || !fraction.is_empty();
        (any && all(whole) && all(fraction)).then_some(Self {
            negative: plain.starts_with('-'),
            whole,
            fraction,
        })
    }

    /// Its digits without leading zeros.
    pub(crate) fn significant(&self) -> usize {
        let whole = self.whole.trim_start_matches('0');
        match whole.is_empty() {
            true => self.fraction.trim_start_matches('0').len(),
            false => whole.len() + self.fraction.len(),
        }
    }

    /// As databases print it.
    pub(crate) fn printed(&self) -> String {
        let whole = self.whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let point = if self.fraction.is_empty() { "" } else { "." };
        let zero = whole == "0" && self.fraction.bytes().all(|b| b == b'0');
        let sign = if self.negative && !zero { "-" } else { "" };
        format!("{sign}{whole}{point}{}", self.fraction)
    }
}

/// `12.5` at scale 3 is 12,500; any digits beyond the scale must be zeros.
pub(crate) fn scaled(field: &str, scale: u8) -> Option<i64> {
    let (sign, digits) = match field.as_bytes().first()? {
        b'-' => (-1, &field[1..]),
        b'+' => (1, &field[1..]),
        _ => (1, field),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let mut value: i64 = 0;
    for byte in whole.bytes() {
        value = value.checked_mul(10)?.checked_add(sign * i64::from(byte - b'0'))?;
    }
    let mut fraction = fraction.bytes();
    for _ in 0..scale {
        let digit = match fraction.next() {
            Some(b @ b'0'..=b'9') => i64::from(b - b'0'),
            None => 0,
            Some(_) => return None,
        };
        value = value.checked_mul(10)?.checked_add(sign * digit)?;
    }
    fraction.all(|b| b == b'0').then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(scaled("6.95", 3), Some(6_950));
        assert_eq!(scaled("-0.005", 3), Some(-5));
        assert_eq!(scaled("13085.0", 0), Some(13_085));
        assert_eq!(scaled("-9223372036854775808", 0), Some(i64::MIN));
        for bad in ["1.2345", "", ".", ".5", "1e3", "1,000", "1.2.3", "NaN", "99999999999999999999"]
        {
            assert_eq!(scaled(bad, 3), None, "{bad}");
        }
    }

    #[test]
    fn marks_are_read_where_they_belong() {
        let german = Marks { decimal: ',', thousands: Some('.') };
        assert_eq!(plain("-1.234.567,89", german).as_deref(), Some("-1234567.89"));
        assert_eq!(plain("1234,5", german).as_deref(), Some("1234.5"));
        for bad in ["1.23,5", "1234.567", ".123", "1.234.56"] {
            assert_eq!(plain(bad, german), None, "{bad}");
        }
        assert_eq!(plain("1.5", Marks { decimal: ',', thousands: None }), None);
        let printed = |text| Decimal::parse(text).map(|decimal| decimal.printed());
        assert_eq!(printed("+007.50").as_deref(), Some("7.50"));
        assert_eq!(printed("-.5").as_deref(), Some("-0.5"));
        assert_eq!(printed("-0.0").as_deref(), Some("0.0"));
        for bad in ["", ".", "1e5", "1.2.3", "--1"] {
            assert_eq!(printed(bad), None, "{bad}");
        }
    }
}
