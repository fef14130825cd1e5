//! Formats numbers, cells and instants.

use super::currency;
use super::digits::{Precision, grouped, scaled, scientific, significant};
use super::duration::{length, precise_length};
use super::exact::{Digits, Number};
use crate::{Interval, Timestamp, Unit, Values, WallTime, ZoneOffsets};
use chrono::{Datelike as _, NaiveDateTime, NaiveTime, Timelike as _};

/// The significant digits of short numbers.
const SHORT: usize = 3;
/// The most significant digits of a float.
const FLOAT: usize = 17;
/// The most significant digits used to distinguish a percentage from 100 %.
const MOST_OF_PERCENT: usize = 6;

/// A number short enough for an axis: `£3.4M`, `12.9k`, `37 %`; up to three significant digits from
/// 1,000 on.
pub fn compact(value: impl Into<Number>, unit: &Unit) -> String {
    short(&value.into(), unit, Precision::UpTo(SHORT))
}

/// [`compact`] with up to `digits` significant digits, for axes with closely spaced ticks.
pub fn compact_to(value: impl Into<Number>, unit: &Unit, digits: usize) -> String {
    short(&value.into(), unit, Precision::UpTo(digits))
}

/// A figure to read from afar, and while it changes: `£3.80M`, `12.0 %`. It always has three
/// significant digits, so that the next value has the same form; counts are written out up to
/// 99,999, and money below a thousand has its currency's decimals.
pub fn figure(value: &Number, unit: &Unit) -> String {
    let Ok(digits) = value.finite() else {
        return short(value, unit, Precision::Always(SHORT));
    };
    let power = digits.significant(SHORT).power();
    let is_count = digits.written() == Some(0);
    match unit {
        Unit::Plain => full_of(value, unit),
        Unit::None | Unit::Noun(_) if power < 5 && (is_count || power > 2) => {
            signed(digits, grouped(&digits.plain(0)))
        }
        Unit::Money(_) | Unit::Bytes if is_count && power < 3 => {
            short(value, unit, Precision::UpTo(SHORT))
        }
        Unit::Money(code) if power < 3 => with_prefix(digits, unit, &money(digits, code)),
        _ => short(value, unit, Precision::Always(SHORT)),
    }
}

fn short(value: &Number, unit: &Unit, precision: Precision) -> String {
    let size = match value.finite() {
        Ok(digits) => digits,
        Err(word) => return word.into(),
    };
    match unit {
        Unit::Plain => full_of(value, unit),
        Unit::Percent => percent(size, precision),
        Unit::Seconds => signed(size, length(size, precision)),
        Unit::Bytes => {
            let suffixes = ["B", "kB", "MB", "GB", "TB", "PB"];
            let (scaled, suffix) = scaled(size, &suffixes, precision);
            signed(size, format!("{}\u{202f}{suffix}", significant(&scaled, precision)))
        }
        Unit::None | Unit::Money(_) | Unit::Noun(_) => {
            let (scaled, suffix) = scaled(size, &["", "k", "M", "B", "T"], precision);
            let text = match unit {
                Unit::Money(code) if suffix.is_empty() && !scaled.is_whole() => {
                    money(&scaled, code)
                }
                // Counting the zeros before a T is no easier than an exponent.
                _ if suffix == "T" && scaled.significant(SHORT).power() > 2 => {
                    scientific(size, precision)
                }
                _ => significant(&scaled, precision) + suffix,
            };
            with_prefix(size, unit, &text)
        }
    }
}

/// A percentage. Less than the whole is never rounded to 100 %: it gets more digits instead.
fn percent(part: &Digits, precision: Precision) -> String {
    let percent = part.clone().shifted(2);
    let is_all = |digits: usize| {
        let rounded = percent.significant(digits);
        rounded.is_whole() && rounded.plain(0) == "100"
    };
    let is_exact = percent.is_whole();
    let precision = match precision {
        _ if is_exact => precision,
        Precision::UpTo(digits) | Precision::Always(digits) if is_all(digits) => {
            let longer = (digits..=MOST_OF_PERCENT).find(|digits| !is_all(*digits));
            match longer {
                Some(digits) => Precision::UpTo(digits),
                None if percent.power() < 2 => {
                    let most = if part.is_negative() { "<−99.99" } else { ">99.99" };
                    return format!("{most}\u{202f}%");
                }
                None => precision,
            }
        }
        precision => precision,
    };
    signed(part, format!("{}\u{202f}%", significant(&percent, precision)))
}

/// A number in full: `£1,234.56`, `12,345`, `37.2 %`. Money has its currency's decimals; integers and
/// decimals have all their digits, floats up to three decimals.
pub fn full(value: impl Into<Number>, unit: &Unit) -> String {
    full_of(&value.into(), unit)
}

fn full_of(value: &Number, unit: &Unit) -> String {
    let size = match value.finite() {
        Ok(digits) => digits,
        Err(word) => return word.into(),
    };
    match unit {
        Unit::Percent | Unit::Bytes => short(value, unit, Precision::UpTo(SHORT)),
        Unit::Seconds => signed(size, precise_length(size)),
        Unit::Money(code) => with_prefix(size, unit, &money(size, code)),
        Unit::Plain => signed(size, all_digits(size, str::to_owned)),
        Unit::None | Unit::Noun(_) => with_noun(signed(size, all_digits(size, grouped)), unit),
    }
}

/// All digits of an exact number; up to three decimals of a float. `write` may group them.
fn all_digits(size: &Digits, write: fn(&str) -> String) -> String {
    match size.written() {
        Some(decimals) => write(&size.plain(decimals)),
        None if is_astronomic(size) => scientific(size, Precision::UpTo(FLOAT)),
        // Three decimals would round a small number to nothing.
        None if size.power() < -1 => significant(size, Precision::UpTo(SHORT)),
        None => {
            let rounded = size.rounded(3);
            write(&rounded.plain(rounded.decimals()))
        }
    }
}

/// Whether a float has more digits before the point than its precision covers.
fn is_astronomic(size: &Digits) -> bool {
    size.written().is_none() && size.power() > 20
}

/// A number in full with exactly `decimals` decimals, so that a column lines up. Durations and
/// sizes choose their own unit and digits instead.
pub fn fixed(value: impl Into<Number>, unit: &Unit, decimals: usize) -> String {
    let value = value.into();
    let size = match value.finite() {
        Ok(digits) => digits,
        Err(word) => return word.into(),
    };
    let digits = |size: &Digits| grouped(&size.plain(decimals));
    match unit {
        _ if is_astronomic(size) => full_of(&value, unit),
        Unit::Seconds | Unit::Bytes => full_of(&value, unit),
        Unit::Plain => signed(size, size.plain(decimals)),
        Unit::Percent => signed(size, format!("{}\u{202f}%", digits(&size.clone().shifted(2)))),
        _ => with_noun(with_prefix(size, unit, &digits(size)), unit),
    }
}

/// An amount with its currency's decimals. Amounts that these would round to 0 (the price of a
/// single request) get more, except floats below 1e-9, which are what sums of floats leave behind.
fn money(size: &Digits, code: &str) -> String {
    let decimals = currency::decimals(code);
    let is_noise = size.written().is_none() && size.power() < -9;
    if !size.is_zero() && !is_noise && size.rounded(decimals as i32).is_zero() {
        return significant(size, Precision::UpTo(2));
    }
    if is_astronomic(size) {
        return scientific(size, Precision::UpTo(FLOAT));
    }
    grouped(&size.plain(decimals))
}

/// A table cell for readers; NULL is an en dash.
pub fn cell(values: &Values, row: usize, unit: &Unit, zone: &ZoneOffsets) -> String {
    let text = match values {
        Values::Int(_) | Values::Decimal(_) | Values::Float(_) => {
            Number::of(values, row).map(|number| full_of(&number, unit))
        }
        Values::Bool(cells) => {
            cells.get(row).copied().flatten().map(|v| if v { "yes" } else { "no" }.to_owned())
        }
        Values::Text(cells) => cells.get(row).cloned().flatten(),
        Values::Time(cells) => cells.get(row).copied().flatten().map(|v| instant(v, zone)),
        Values::Date(cells) => cells.get(row).copied().flatten().map(|v| wall_time(v.midnight())),
        Values::WallTime(cells) => cells.get(row).copied().flatten().map(wall_time),
    };
    text.unwrap_or_else(|| "–".into())
}

/// An instant: the date alone at midnight, otherwise with the time of day, without seconds if they are
/// zero, and with the offset if the clock shows that time twice.
pub fn instant(at: Timestamp, zone: &ZoneOffsets) -> String {
    let local = zone.local(at);
    if local.time() != NaiveTime::MIN {
        return zone.told_apart(shown(local), at);
    }
    // The day begins with the first of two midnights.
    match zone.second(local) == Some(at) {
        true => zone.told_apart(format!("{} 00:00", shown(local)), at),
        false => shown(local),
    }
}

/// A wall-clock time, as [`instant`] writes it.
fn wall_time(at: WallTime) -> String {
    at.naive().map_or_else(|| at.to_string(), shown)
}

fn shown(local: NaiveDateTime) -> String {
    let mut text = format!("{} {}", local.format("%-d %b"), year(local));
    if local.time() == NaiveTime::MIN {
        return text;
    }
    text.push_str(&local.format(" %H:%M").to_string());
    let micros = local.nanosecond() / 1_000;
    if local.second() > 0 || micros > 0 {
        text.push_str(&local.format(":%S").to_string());
    }
    if micros > 0 {
        text.push_str(format!(".{micros:06}").trim_end_matches('0'));
    }
    text
}

/// A year as people count them: there is no year 0 between 1 BC and 1.
fn year(local: NaiveDateTime) -> String {
    match local.year() {
        year if year > 0 => year.to_string(),
        year => format!("{} BC", 1 - i64::from(year)),
    }
}

/// The bucket of the given width that starts at `start`, for tooltips: `Mon 14 Mar 2011`, `Mar
/// 2011`.
pub fn bucket(start: Timestamp, interval: Interval, zone: &ZoneOffsets) -> String {
    let begins = interval.begins(start, zone);
    let local = zone.local(begins);
    let year = year(local);
    match interval {
        Interval::Minute | Interval::Hour => {
            let clock = local.format("%H:%M");
            zone.told_apart(format!("{} {year} {clock}", local.format("%a %-d %b")), begins)
        }
        Interval::Day => format!("{} {year}", local.format("%a %-d %b")),
        Interval::Week => format!("Week of {} {year}", local.format("%-d %b")),
        Interval::Month => format!("{} {year}", local.format("%B")),
        Interval::Quarter => format!("Q{} {year}", local.month0() / 3 + 1),
        Interval::Year => year,
    }
}

/// `text` with the sign of `number`, unless the text reads zero.
fn signed(number: &Digits, text: String) -> String {
    let is_zero = !text.bytes().any(|b| b.is_ascii_digit() && b != b'0');
    if number.is_negative() && !is_zero { format!("−{text}") } else { text }
}

/// `text` with a currency, and the sign before it: `−£2.68`.
fn with_prefix(number: &Digits, unit: &Unit, text: &str) -> String {
    signed(number, format!("{}{text}", unit.prefix()))
}

fn with_noun(text: String, unit: &Unit) -> String {
    match unit {
        Unit::Noun(noun) => format!("{text} {noun}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decimal;

    fn gbp() -> Unit {
        Unit::parse("GBP").unwrap()
    }

    #[test]
    fn times_have_seconds_where_there_are_some_and_years_are_counted_as_people_do() {
        let utc = ZoneOffsets::utc();
        let at = |seconds: i64, micros: i64| instant(Timestamp(seconds * 1_000_000 + micros), &utc);
        assert_eq!(at(1_772_323_200, 0), "1 Mar 2026");
        assert_eq!(at(1_772_325_000, 0), "1 Mar 2026 00:30");
        assert_eq!(at(1_772_325_015, 0), "1 Mar 2026 00:30:15");
        assert_eq!(at(1_772_325_000, 500_000), "1 Mar 2026 00:30:00.5");
        assert_eq!(at(1_772_325_015, 20), "1 Mar 2026 00:30:15.00002");
        assert_eq!(at(253_402_300_800, 0), "1 Jan 10000");
        assert_eq!(at(-62_135_596_800, 0), "1 Jan 1");
        assert_eq!(at(-62_135_596_801, 0), "31 Dec 1 BC 23:59:59");
        let year = |seconds| bucket(Timestamp::from_seconds(seconds), Interval::Year, &utc);
        assert_eq!(year(-63_492_681_600), "44 BC");
        assert_eq!(year(253_402_300_800), "10000");
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
            (f64::NAN, Unit::None, "NaN"),
            (f64::INFINITY, gbp(), "∞"),
            (f64::NEG_INFINITY, Unit::Percent, "−∞"),
            (0.9996, Unit::Percent, "99.96\u{202f}%"),
            (0.999_999_99, Unit::Percent, ">99.99\u{202f}%"),
            (1.0, Unit::Percent, "100\u{202f}%"),
            (2_675_000.0, Unit::None, "2.68M"),
            (-1.005, gbp(), "−£1.01"),
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
        assert_eq!(full(&exact, &Unit::None), "123,456,789,012,345,678,901.25");
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
        assert_eq!(shown(1234.5, "JPY"), "¥1,235");
        assert_eq!(shown(1234.0, "KRW"), "KRW\u{a0}1,234");
        assert_eq!(shown(1234.5, "KWD"), "KWD\u{a0}1,234.500");
        assert_eq!(shown(1234.5, "CHF"), "CHF\u{a0}1,234.50");
        assert_eq!(compact(12.4, &Unit::parse("VND").unwrap()), "VND\u{a0}12");
        assert_eq!(compact(12.4, &Unit::parse("BHD").unwrap()), "BHD\u{a0}12.400");
        let exact = Decimal::parse("12.3456").unwrap();
        assert_eq!(full(&exact, &Unit::parse("CLP").unwrap()), "CLP\u{a0}12");
    }

    #[test]
    fn fixed_numbers_have_as_many_decimals_as_asked_for() {
        assert_eq!(fixed(1234.5, &Unit::None, 3), "1,234.500");
        assert_eq!(fixed(-0.001, &gbp(), 2), "£0.00");
        assert_eq!(fixed(0.004, &Unit::Percent, 1), "0.4\u{202f}%");
        assert_eq!(fixed(-2.5, &gbp(), 1), "−£2.5");
    }

    #[test]
    fn money_is_rounded_from_its_decimal_digits() {
        let amounts = ["1.005", "2.675", "0.285", "1.115", "-2.675", "-0.001", "0.004"];
        let shown = amounts.map(|text| full(&Decimal::parse(text).unwrap(), &gbp()));
        let right = ["£1.01", "£2.68", "£0.29", "£1.12", "−£2.68", "−£0.001", "£0.004"];
        assert_eq!(shown, right);
        let long = Decimal::parse("90071992547409930.125").unwrap();
        assert_eq!(full(&long, &gbp()), "£90,071,992,547,409,930.13");
        assert_eq!(full(9_007_199_254_740_993_i64, &gbp()), "£9,007,199,254,740,993.00");
        assert_eq!(compact(&Decimal::parse("3785000").unwrap(), &gbp()), "£3.79M");
        assert_eq!(compact(&Decimal::parse("3784999.9999999999999999").unwrap(), &gbp()), "£3.78M");
    }

    #[test]
    fn figures_keep_their_form_while_they_change() {
        let decimal = |text: &str| figure(&Number::from(&Decimal::parse(text).unwrap()), &gbp());
        let money = ["3790000", "3800000", "999.99", "12.00", "1000.00", "0.00", "-3800000.00"];
        let right = ["£3.79M", "£3.80M", "£1.00k", "£12.00", "£1.00k", "£0.00", "−£3.80M"];
        assert_eq!(money.map(decimal), right);
        let float = |value: f64| figure(&Number::from(value), &Unit::None);
        let floats = [0.567, 3.79, 3.8, 12.0, 999.96, 1234.5, 99_949.0, 100_000.0, 1.2e-7];
        let right =
            ["0.567", "3.79", "3.80", "12.0", "1,000", "1,235", "99,949", "100k", "1.20×10⁻⁷"];
        assert_eq!(floats.map(float), right);
        let count = |value: i64, unit: &Unit| figure(&Number::from(value), unit);
        assert_eq!(count(12, &Unit::Noun("orders".into())), "12");
        assert_eq!(count(12_345, &Unit::None), "12,345");
        assert_eq!(count(1_200_000, &Unit::None), "1.20M");
        assert_eq!(count(512, &Unit::Bytes), "512\u{202f}B");
        assert_eq!(count(1_500, &Unit::Bytes), "1.50\u{202f}kB");
        assert_eq!(count(120, &gbp()), "£120");
        assert_eq!(figure(&Number::from(0.12), &Unit::Percent), "12.0\u{202f}%");
        assert_eq!(figure(&Number::from(3.0), &Unit::Seconds), "3.0 s");
        assert_eq!(figure(&Number::NotANumber, &gbp()), "NaN");
    }

    #[test]
    fn names_have_no_separators() {
        let id = Number::from(17_869_259_090_142_773_i64);
        for text in [
            full(id.clone(), &Unit::Plain),
            compact(id.clone(), &Unit::Plain),
            figure(&id, &Unit::Plain),
        ] {
            assert_eq!(text, "17869259090142773");
        }
        assert_eq!(fixed(-2024.0, &Unit::Plain, 0), "−2024");
        assert_eq!(full(1234.5, &Unit::Plain), "1234.5");
    }

    #[test]
    fn floats_far_beyond_their_digits_have_an_exponent() {
        assert_eq!(full(1.5e300, &Unit::None), "1.5×10³⁰⁰");
        assert_eq!(fixed(-1.5e300, &gbp(), 2), "−£1.5×10³⁰⁰");
        assert_eq!(full(1e20, &Unit::None), "100,000,000,000,000,000,000");
    }
}
