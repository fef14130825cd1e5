//! Formats numbers, cells and instants.

use super::currency;
use super::digits::{grouped, scaled, scientific, significant, trimmed};
use super::duration::{duration, precise_duration};
use crate::{Decimal, Interval, Timestamp, Unit, Values, ZoneOffsets};

/// A number short enough for an axis or a stat: `£3.4M`, `12.9k`, `37 %`; three significant
/// digits from 1,000 on.
pub fn compact(value: f64, unit: &Unit) -> String {
    compact_to(value, unit, 3)
}

/// [`compact`] with up to `digits` significant digits, for axes with closely spaced ticks.
pub fn compact_to(value: f64, unit: &Unit, digits: usize) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let sign = if value < 0.0 { "−" } else { "" };
    let size = value.abs();
    match unit {
        Unit::Percent => format!("{sign}{}\u{202f}%", significant(size * 100.0, digits)),
        Unit::Seconds => format!("{sign}{}", duration(size)),
        Unit::Bytes => {
            let (scaled, suffix) = scaled(size, &["B", "kB", "MB", "GB", "TB", "PB"], digits);
            format!("{sign}{}\u{202f}{suffix}", significant(scaled, digits))
        }
        Unit::None | Unit::Money(_) | Unit::Noun(_) => {
            let (scaled, suffix) = scaled(size, &["", "k", "M", "B", "T"], digits);
            let text = match unit {
                Unit::Money(code) if suffix.is_empty() && scaled.fract() != 0.0 => {
                    money(scaled, code)
                }
                // Counting the zeros before a T is no easier than an exponent.
                _ if scaled >= 999.5 && suffix == "T" => scientific(size, digits),
                _ => significant(scaled, digits) + suffix,
            };
            format!("{sign}{}{text}", unit.prefix())
        }
    }
}

/// A number in full: `£1,234.56`, `12,345`, `37.2 %`. Money has its currency's decimals; other
/// numbers have up to three.
pub fn full(value: f64, unit: &Unit) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let sign = if value < 0.0 { "−" } else { "" };
    match unit {
        Unit::Percent | Unit::Bytes => compact(value, unit),
        Unit::Seconds => format!("{sign}{}", precise_duration(value.abs())),
        Unit::Money(code) => {
            let text = money(value.abs(), code);
            let sign = if text.bytes().all(|b| matches!(b, b'0' | b'.')) { "" } else { sign };
            format!("{sign}{}{text}", unit.prefix())
        }
        Unit::None | Unit::Noun(_) => {
            // Three decimals would round a small number to nothing.
            let digits = match value.abs() {
                size if size > 0.0 && size < 0.1 => sign.to_owned() + &significant(size, 3),
                _ => grouped(&trimmed(&format!("{value:.3}"))),
            };
            with_unit(&digits, unit)
        }
    }
}

/// A number in full with exactly `decimals` decimals, so that a column lines up. Durations and
/// sizes choose their own unit and digits instead.
pub fn fixed(value: f64, unit: &Unit, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let digits = |value: f64| {
        let text = format!("{value:.decimals$}");
        // A value rounded to 0 has no sign.
        let is_zero = !text.bytes().any(|b| matches!(b, b'1'..=b'9'));
        grouped(if is_zero { text.trim_start_matches('-') } else { &text })
    };
    match unit {
        Unit::Seconds | Unit::Bytes => full(value, unit),
        Unit::Percent => format!("{}\u{202f}%", digits(value * 100.0)),
        _ => with_unit(&digits(value), unit),
    }
}

/// An amount with its currency's decimals. Amounts that these would round to 0 (the price of a
/// single request) get more, except below 1e-9, which is floating-point noise.
fn money(size: f64, code: &str) -> String {
    let decimals = currency::decimals(code);
    let least = 0.5 * 10_f64.powi(-(decimals as i32));
    if size < least && size >= 1e-9 {
        return significant(size, 2);
    }
    grouped(&format!("{size:.decimals$}"))
}

/// A decimal in full, digit for digit, except money, which is rounded to its currency's decimals.
pub fn full_decimal(value: &Decimal, unit: &Unit) -> String {
    match unit {
        Unit::Percent | Unit::Seconds | Unit::Bytes | Unit::Money(_) => full(value.to_f64(), unit),
        Unit::None | Unit::Noun(_) => with_unit(&grouped(value.as_str()), unit),
    }
}

/// A table cell for readers; NULL is an en dash.
pub fn cell(values: &Values, row: usize, unit: &Unit, zone: &ZoneOffsets) -> String {
    let text = match values {
        Values::Int(cells) => cells.get(row).copied().flatten().map(|v| match unit {
            Unit::None | Unit::Noun(_) => with_unit(&grouped(&v.to_string()), unit),
            _ => full(v as f64, unit),
        }),
        Values::Decimal(cells) => {
            cells.get(row).and_then(Option::as_ref).map(|v| full_decimal(v, unit))
        }
        Values::Float(cells) => cells.get(row).copied().flatten().map(|v| full(v, unit)),
        Values::Bool(cells) => {
            cells.get(row).copied().flatten().map(|v| if v { "yes" } else { "no" }.to_owned())
        }
        Values::Text(cells) => cells.get(row).cloned().flatten(),
        Values::Time(cells) => cells.get(row).copied().flatten().map(|v| instant(v, zone)),
    };
    text.unwrap_or_else(|| "–".into())
}

/// A relative change: `+12.4 %`, `−3.1 %`; `None` if there is nothing to compare with.
pub fn change(value: f64, previous: f64) -> Option<String> {
    let mut change = relative_change(value, previous)?;
    // Do not round up to −100 % unless everything is gone.
    if value != 0.0 && change > -1.0 {
        change = change.max(-0.999);
    }
    let sign = if change > 0.0 { "+" } else { "" };
    Some(format!("{sign}{}", compact(change, &Unit::Percent)))
}

/// (value − previous) / |previous|; `None` if `previous` is 0 or not finite.
pub fn relative_change(value: f64, previous: f64) -> Option<f64> {
    let change = (value - previous) / previous.abs();
    change.is_finite().then_some(change)
}

/// An instant: the date alone at midnight, otherwise with the time of day.
pub fn instant(at: Timestamp, zone: &ZoneOffsets) -> String {
    let local = zone.local(at);
    let form = if local.time() == chrono::NaiveTime::MIN { "%-d %b %Y" } else { "%-d %b %Y %H:%M" };
    local.format(form).to_string()
}

/// The bucket of the given width that starts at `start`, for tooltips: `Mon 14 Mar 2011`, `Mar
/// 2011`.
pub fn bucket(start: Timestamp, interval: Interval, zone: &ZoneOffsets) -> String {
    let local = zone.local(start);
    let form = match interval {
        Interval::Minute | Interval::Hour => "%a %-d %b %Y %H:%M",
        Interval::Day => "%a %-d %b %Y",
        Interval::Week => "Week of %-d %b %Y",
        Interval::Month => "%B %Y",
        Interval::Quarter => {
            use chrono::Datelike;
            return format!("Q{} {}", local.month0() / 3 + 1, local.year());
        }
        Interval::Year => "%Y",
    };
    local.format(form).to_string()
}

pub(super) fn with_unit(digits: &str, unit: &Unit) -> String {
    match (unit, digits.strip_prefix('−')) {
        (Unit::Money(_), Some(size)) => format!("−{}{size}", unit.prefix()),
        (Unit::Money(_), None) => format!("{}{digits}", unit.prefix()),
        (Unit::Noun(noun), _) => format!("{digits} {noun}"),
        _ => digits.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gbp() -> Unit {
        Unit::parse("GBP").unwrap()
    }

    #[test]
    fn compact_numbers_are_short() {
        let cases = [
            (0.0, Unit::None, "0"),
            (999.0, Unit::None, "999"),
            (1234.0, Unit::None, "1.23k"),
            (999_999.0, Unit::None, "1M"),
            (3_400_000.0, gbp(), "£3.4M"),
            (12.5, gbp(), "£12.50"),
            (-1200.0, gbp(), "−£1.2k"),
            (0.1234, Unit::Percent, "12.3\u{202f}%"),
            (1500.0, Unit::Bytes, "1.5\u{202f}kB"),
            (0.25, Unit::Seconds, "250 ms"),
            (f64::NAN, Unit::None, "–"),
            (0.000_000_123, Unit::None, "1.23×10⁻⁷"),
            (-0.000_000_5, Unit::Percent, "−5×10⁻⁵\u{202f}%"),
            (0.000_12, Unit::None, "0.00012"),
            (0.0567, Unit::None, "0.0567"),
            (3.4e18, gbp(), "£3.4×10¹⁸"),
            (8_000_000.0, Unit::Seconds, "93 d"),
        ];
        for (value, unit, text) in cases {
            assert_eq!(compact(value, &unit), text, "{value} {unit:?}");
        }
    }

    #[test]
    fn full_numbers_keep_their_digits() {
        assert_eq!(full(1234.5, &gbp()), "£1,234.50");
        assert_eq!(full(-1234.5, &gbp()), "−£1,234.50");
        assert_eq!(full(12345.0, &Unit::None), "12,345");
        let exact = Decimal::parse("123456789012345678901.25").unwrap();
        assert_eq!(full_decimal(&exact, &Unit::None), "123,456,789,012,345,678,901.25");
    }

    #[test]
    fn small_numbers_are_not_rounded_to_zero() {
        assert_eq!(full(0.000_000_123, &Unit::None), "1.23×10⁻⁷");
        assert_eq!(full(-0.0041, &Unit::None), "−0.0041");
        assert_eq!(full(0.000_12, &gbp()), "£0.00012");
        assert_eq!(full(-5.6e-17, &gbp()), "£0.00", "what sums of floats leave behind");
    }

    #[test]
    fn money_has_the_decimals_of_its_currency() {
        let shown = |value, code: &str| full(value, &Unit::parse(code).unwrap());
        assert_eq!(shown(1234.5, "JPY"), "¥1,234");
        assert_eq!(shown(1234.0, "KRW"), "KRW\u{a0}1,234");
        assert_eq!(shown(1234.5, "KWD"), "KWD\u{a0}1,234.500");
        assert_eq!(shown(1234.5, "CHF"), "CHF\u{a0}1,234.50");
        assert_eq!(compact(12.4, &Unit::parse("VND").unwrap()), "VND\u{a0}12");
        assert_eq!(compact(12.4, &Unit::parse("BHD").unwrap()), "BHD\u{a0}12.400");
        let exact = Decimal::parse("12.3456").unwrap();
        assert_eq!(full_decimal(&exact, &Unit::parse("CLP").unwrap()), "CLP\u{a0}12");
    }

    #[test]
    fn fixed_numbers_have_as_many_decimals_as_asked_for() {
        assert_eq!(fixed(1234.5, &Unit::None, 3), "1,234.500");
        assert_eq!(fixed(-0.001, &gbp(), 2), "£0.00");
        assert_eq!(fixed(0.004, &Unit::Percent, 1), "0.4\u{202f}%");
        assert_eq!(fixed(-2.5, &gbp(), 1), "−£2.5");
    }

    #[test]
    fn there_is_no_change_from_zero() {
        assert_eq!(change(112.4, 100.0).as_deref(), Some("+12.4\u{202f}%"));
        assert_eq!(change(50.0, 100.0).as_deref(), Some("−50\u{202f}%"));
        assert_eq!(change(1.0, 0.0), None);
        // Not rounded up to −100 %.
        assert_eq!(change(207.0, 988_000.0).as_deref(), Some("−99.9\u{202f}%"));
        assert_eq!(change(0.0, 100.0).as_deref(), Some("−100\u{202f}%"));
    }
}
