//! Numbers and dates as people read them: one place for the server, the charts and the browser.
//!
//! English, with commas for thousands and a point for decimals.

use crate::{Decimal, Interval, Timestamp, Unit, Values, ZoneOffsets};

/// A number short enough for an axis or a stat: `£3.4M`, `12.9k`, `37 %`; three significant
/// digits from 1,000 on.
pub fn compact(value: f64, unit: &Unit) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let sign = if value < 0.0 { "−" } else { "" };
    let size = value.abs();
    match unit {
        Unit::Percent => format!("{sign}{}\u{202f}%", significant(size * 100.0, 3)),
        Unit::Seconds => format!("{sign}{}", duration(size)),
        Unit::Bytes => {
            let (scaled, suffix) = scaled(size, &["B", "kB", "MB", "GB", "TB", "PB"]);
            format!("{sign}{}\u{202f}{suffix}", significant(scaled, 3))
        }
        Unit::None | Unit::Money(_) | Unit::Noun(_) => {
            let (scaled, suffix) = scaled(size, &["", "k", "M", "B", "T"]);
            let digits = match unit {
                Unit::Money(_) if suffix.is_empty() && scaled.fract() != 0.0 => {
                    format!("{scaled:.2}")
                }
                _ => significant(scaled, 3),
            };
            format!("{sign}{}{digits}{suffix}", unit.prefix())
        }
    }
}

/// A number in full: `£1,234.56`, `12,345`, `37.2 %`. Money has pence, other fractions have up
/// to three digits.
pub fn full(value: f64, unit: &Unit) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    match unit {
        Unit::Percent | Unit::Seconds | Unit::Bytes => compact(value, unit),
        Unit::Money(_) => with_unit(&grouped(&format!("{value:.2}")), unit),
        Unit::None | Unit::Noun(_) => {
            let digits = format!("{value:.3}");
            let trimmed = digits.trim_end_matches('0').trim_end_matches('.');
            with_unit(&grouped(trimmed), unit)
        }
    }
}

/// A decimal in full, digit for digit, except that money is rounded to pence for reading.
pub fn full_decimal(value: &Decimal, unit: &Unit) -> String {
    match unit {
        Unit::Percent | Unit::Seconds | Unit::Bytes | Unit::Money(_) => full(value.to_f64(), unit),
        Unit::None | Unit::Noun(_) => with_unit(&grouped(value.as_str()), unit),
    }
}

/// A table's cell as people read it; NULL is an en dash.
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

/// A relative change: `+12.4 %`, `−3.1 %`; `None` where there is nothing to compare with.
pub fn change(value: f64, previous: f64) -> Option<String> {
    let change = relative_change(value, previous)?;
    let sign = if change > 0.0 { "+" } else { "" };
    Some(format!("{sign}{}", compact(change, &Unit::Percent)))
}

/// (value − previous) / |previous|; `None` where the previous one is 0 or not finite.
pub fn relative_change(value: f64, previous: f64) -> Option<f64> {
    let change = (value - previous) / previous.abs();
    change.is_finite().then_some(change)
}

/// An instant: the date alone at midnight, else with the time of day.
pub fn instant(at: Timestamp, zone: &ZoneOffsets) -> String {
    let local = zone.local(at);
    let form = if local.time() == chrono::NaiveTime::MIN { "%-d %b %Y" } else { "%-d %b %Y %H:%M" };
    local.format(form).to_string()
}

/// A bucket of that width that starts at `start`, for tooltips: `Mon 14 Mar 2011`, `Mar 2011`.
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

/// Seconds as people say them: `850 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    match seconds {
        0.0 => "0 s".into(),
        s if s < 1.0 => format!("{} ms", significant(s * 1000.0, 3)),
        s if s < 60.0 => format!("{} s", significant(s, 2)),
        s if s < 3600.0 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A length that somebody set, in round figures: "5 min" says it all.
pub fn round_duration(seconds: f64) -> String {
    let text = duration(seconds);
    text.trim_end_matches(" 0 s").trim_end_matches(" 0 min").to_owned()
}

/// How long ago `at` is, in the largest unit that says enough.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    match now.seconds().saturating_sub(at.seconds()) {
        seconds if seconds < 120 => format!("{} s ago", seconds.max(0)),
        seconds if seconds < 7_200 => format!("{} min ago", seconds / 60),
        seconds if seconds < 172_800 => format!("{} h ago", seconds / 3_600),
        seconds => format!("{} days ago", seconds / 86_400),
    }
}

/// Digits in groups of three: `-1234567.5` becomes `−1,234,567.5` (with a true minus sign).
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

fn with_unit(digits: &str, unit: &Unit) -> String {
    match (unit, digits.strip_prefix('−')) {
        (Unit::Money(_), Some(size)) => format!("−{}{size}", unit.prefix()),
        (Unit::Money(_), None) => format!("{}{digits}", unit.prefix()),
        (Unit::Noun(noun), _) => format!("{digits} {noun}"),
        _ => digits.into(),
    }
}

/// `size` divided by the largest power of 1,000 that it reaches after rounding, and its suffix.
fn scaled<'a>(size: f64, suffixes: &[&'a str]) -> (f64, &'a str) {
    let mut scaled = size;
    for suffix in suffixes {
        if scaled < 999.5 {
            return (scaled, suffix);
        }
        scaled /= 1000.0;
    }
    (scaled * 1000.0, suffixes.last().copied().unwrap_or(""))
}

/// At most `digits` significant digits, without trailing zeros; whole digits are always kept.
fn significant(size: f64, digits: usize) -> String {
    let whole = if size < 1.0 { 1 } else { size.log10().floor() as usize + 1 };
    let mut text = format!("{size:.*}", digits.saturating_sub(whole));
    if size > 0.0 && size < 0.01 && digits > 1 {
        let leading = (-size.log10()).floor() as usize;
        text = format!("{size:.*}", (leading + digits - 1).min(12));
    }
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    if text.len() > 3 && !text.contains('.') { grouped(&text) } else { text }
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
    fn change_against_nothing_is_nothing() {
        assert_eq!(change(112.4, 100.0).as_deref(), Some("+12.4\u{202f}%"));
        assert_eq!(change(50.0, 100.0).as_deref(), Some("−50\u{202f}%"));
        assert_eq!(change(1.0, 0.0), None);
    }
}
