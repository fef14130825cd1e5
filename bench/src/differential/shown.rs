//! How pages show values: a second implementation, from the documentation alone.

use super::value::{Type, Value};
use super::zones::{Zones, civil};

/// A finite number as decimal digits: its size is 0.DIGITS × 10^point.
struct Digits {
    is_negative: bool,
    digits: String,
    point: i32,
    /// The decimals that an exact number is written with; none for floats.
    written: Option<usize>,
}

/// A column of a table. Times are on the clock of `zone`.
pub(super) fn column(cells: &[Value], kind: Type, zone: &str, zones: &Zones) -> Vec<String> {
    let is_long = |cell: &&Value| {
        let Value::Decimal(text) = cell else { return false };
        let decimals = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        decimals >= 8 && text.bytes().filter(u8::is_ascii_digit).count() >= 16
    };
    let finite = || cells.iter().filter(|cell| Digits::of(cell).is_some());
    let rounded = (kind == Type::Single && finite().all(|cell| is_long(&cell))).then(|| {
        let float = |cell: &Value| match cell {
            Value::Decimal(text) => text.parse().map_or(cell.clone(), Value::float),
            cell => cell.clone(),
        };
        cells.iter().map(float).collect::<Vec<_>>()
    });
    let cells = rounded.as_deref().unwrap_or(cells);
    let numbers: Vec<Digits> = cells.iter().filter_map(Digits::of).collect();
    let exact = numbers.iter().filter_map(|number| number.written).max().unwrap_or(0).min(12);
    let floats = float_decimals(&numbers);
    let show = |cell: &Value| match cell {
        Value::Null => "–".to_owned(),
        Value::Bool(value) => if *value { "yes" } else { "no" }.to_owned(),
        // Control characters are not part of markup.
        Value::Text(text) => text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
        Value::Time(micros) => {
            let second = micros.div_euclid(1_000_000);
            let ahead = zones.ahead(zone, second);
            let shown = clock(second + ahead, micros.rem_euclid(1_000_000));
            let is_midnight = (second + ahead).rem_euclid(86_400) == 0 && micros % 1_000_000 == 0;
            match zones.is_twice(zone, second) {
                false => shown,
                // The first midnight is that of the day.
                true if is_midnight && zones.instant(zone, second + ahead) == second => shown,
                true if is_midnight => format!("{shown} 00:00 {}", offset(ahead)),
                true => format!("{shown} {}", offset(ahead)),
            }
        }
        Value::Date(date) => {
            let part = |range| date.get(range).and_then(|text: &str| text.parse().ok());
            let part = |range| part(range).unwrap_or(0);
            day(part(0..4), part(5..7) as usize, part(8..10))
        }
        Value::Reading(reading) => {
            let micros = super::value::micros(&format!("{reading}Z")).unwrap_or(0);
            clock(micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
        }
        Value::Whole(_) | Value::Decimal(_) | Value::Float(_) => match Digits::of(cell) {
            None => no_number(cell),
            Some(number) => match number.written {
                Some(written) => number.signed(&number.fixed(exact.max(written) as i32)),
                None => number.float(floats),
            },
        },
    };
    cells.iter().map(show).collect()
}

/// The large figure of a number.
pub(super) fn figure(cell: &Value) -> String {
    let Some(number) = Digits::of(cell) else { return no_number(cell) };
    // The power of ten of the first of three digits.
    let rounded = number.rounded(3 - number.point);
    let power = rounded.power();
    let is_count = number.written == Some(0);
    if power < 5 && (is_count || power > 2) {
        return number.signed(&number.fixed(0));
    }
    let step = (power / 3).clamp(0, 4);
    let scaled = number.shifted(-3 * step);
    if (step == 4 && scaled.rounded(2 - scaled.power()).power() > 2) || scaled.power() < -4 {
        return number.signed(&number.scientific(3, true));
    }
    let decimals = (2 - scaled.power()).max(0);
    let after = scaled.rounded(decimals);
    let decimals = (2 - after.power()).max(0);
    let suffix = ["", "k", "M", "B", "T"][step as usize];
    number.signed(&format!("{}{suffix}", grouped(&after.fixed_plain(decimals))))
}

/// An offset as it stands beside times that a clock shows twice.
fn offset(ahead: i64) -> String {
    let (sign, ahead) = if ahead < 0 { ('−', -ahead) } else { ('+', ahead) };
    let (hours, minutes, seconds) = (ahead / 3600, ahead / 60 % 60, ahead % 60);
    match (minutes, seconds) {
        (0, 0) => format!("UTC{sign}{hours}"),
        (_, 0) => format!("UTC{sign}{hours}:{minutes:02}"),
        _ => format!("UTC{sign}{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// `29 Feb 2024 01:30`, with seconds and their fraction if there are any, and the day alone at midnight.
fn clock(wall: i64, micros: i64) -> String {
    let (year, month, of_month) = civil(wall.div_euclid(86_400));
    let clock = wall.rem_euclid(86_400);
    let day = day(year, month, of_month);
    match (clock, micros) {
        (0, 0) => day,
        _ => {
            let minutes = format!("{day} {:02}:{:02}", clock / 3600, clock / 60 % 60);
            let seconds = match (clock % 60, micros) {
                (0, 0) => String::new(),
                (second, _) => format!(":{second:02}"),
            };
            let fraction = match micros {
                0 => String::new(),
                micros => format!(".{micros:06}").trim_end_matches('0').to_owned(),
            };
            format!("{minutes}{seconds}{fraction}")
        }
    }
}

fn day(year: i64, month: usize, day: i64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    format!("{day} {} {year}", MONTHS.get(month.wrapping_sub(1)).unwrap_or(&"?"))
}

fn no_number(cell: &Value) -> String {
    let (is_nan, is_negative) = match cell {
        Value::Float(bits) => (f64::from_bits(*bits).is_nan(), f64::from_bits(*bits) < 0.0),
        Value::Decimal(word) => (word == "NaN", word.starts_with('-')),
        _ => return "–".into(),
    };
    if is_nan {
        "NaN"
    } else if is_negative {
        "−∞"
    } else {
        "∞"
    }
    .to_owned()
}

/// As many decimals as the longest float needs, up to three, or as a small one needs for three digits;
/// numbers that would need more than six do not count.
fn float_decimals(numbers: &[Digits]) -> usize {
    let mut decimals = 0;
    for number in numbers.iter().filter(|number| number.written.is_none()) {
        let most = (2 - number.power()).max(3);
        if most <= 6 && most > decimals {
            decimals = decimals.max(number.rounded(most).needed());
        }
    }
    usize::try_from(decimals).unwrap_or(0)
}

fn grouped(plain: &str) -> String {
    let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(w, f)| (w, Some(f)));
    let mut text = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    fraction.map_or(text.clone(), |fraction| format!("{text}.{fraction}"))
}

impl Digits {
    /// `None` for anything but a finite number.
    fn of(cell: &Value) -> Option<Self> {
        let (text, is_exact) = match cell {
            Value::Whole(text) | Value::Decimal(text) => (text.clone(), true),
            Value::Float(bits) => (format!("{:e}", f64::from_bits(*bits)), false),
            _ => return None,
        };
        if !text.chars().all(|c| c.is_ascii_digit() || "-+.e".contains(c)) {
            return None;
        }
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let is_negative = mantissa.starts_with('-');
        let (whole, fraction) = mantissa
            .trim_start_matches('-')
            .split_once('.')
            .unwrap_or((mantissa.trim_start_matches('-'), ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let point = whole.len() as i32 - (all.len() - digits.len()) as i32;
        let written = is_exact.then_some(fraction.len());
        let digits = digits.trim_end_matches('0').to_owned();
        let point = if digits.is_empty() { 1 } else { point + exponent.parse::<i32>().ok()? };
        Some(Self { is_negative, digits, point, written })
    }

    fn power(&self) -> i32 {
        if self.digits.is_empty() { 0 } else { self.point - 1 }
    }

    /// How many decimals it has.
    fn needed(&self) -> i32 {
        if self.digits.is_empty() { 0 } else { (self.digits.len() as i32 - self.point).max(0) }
    }

    fn shifted(&self, power: i32) -> Self {
        let point = if self.digits.is_empty() { 1 } else { self.point + power };
        Self { digits: self.digits.clone(), point, ..*self }
    }

    /// Half away from zero.
    fn rounded(&self, decimals: i32) -> Self {
        let kept = self.point + decimals;
        if kept >= self.digits.len() as i32 {
            return self.shifted(0);
        }
        let nothing = Self { digits: String::new(), point: 1, ..*self };
        if kept < 0 {
            return nothing;
        }
        let mut digits: Vec<u8> = self.digits.bytes().take(kept as usize).collect();
        let mut point = self.point;
        if self.digits.as_bytes()[kept as usize] >= b'5' {
            let mut i = digits.len();
            loop {
                if i == 0 {
                    digits.insert(0, b'1');
                    point += 1;
                    break;
                }
                i -= 1;
                if digits[i] < b'9' {
                    digits[i] += 1;
                    break;
                }
                digits[i] = b'0';
            }
        }
        let digits = String::from_utf8_lossy(&digits).trim_end_matches('0').to_owned();
        if digits.is_empty() { nothing } else { Self { digits, point, ..*self } }
    }

    /// With this many decimals, grouped by thousands.
    fn fixed(&self, decimals: i32) -> String {
        grouped(&self.fixed_plain(decimals))
    }

    fn fixed_plain(&self, decimals: i32) -> String {
        let rounded = self.rounded(decimals);
        let digit = |place: i32| {
            let known =
                usize::try_from(place).ok().and_then(|at| rounded.digits.as_bytes().get(at));
            known.map_or('0', |digit| char::from(*digit))
        };
        let mut text: String = (0..rounded.point).map(digit).collect();
        if text.is_empty() {
            text.push('0');
        }
        if decimals > 0 {
            text.push('.');
            text.extend((0..decimals).map(|i| digit(rounded.point + i)));
        }
        text
    }

    /// `text` with a true minus sign if negative, but none before zero.
    fn signed(&self, text: &str) -> String {
        let is_something = text.bytes().any(|b| (b'1'..=b'9').contains(&b));
        if self.is_negative && is_something { format!("−{text}") } else { text.to_owned() }
    }

    /// A float in a column that shows `decimals`.
    fn float(&self, decimals: usize) -> String {
        let decimals = decimals as i32;
        let text = match () {
            () if self.power() > 20 => self.scientific(17, false),
            () if !self.digits.is_empty() && self.rounded(decimals).digits.is_empty() => {
                match self.power() {
                    ..-4 => self.scientific(3, false),
                    power @ -4..-1 => {
                        let rounded = self.rounded(2 - power);
                        rounded.fixed(rounded.needed())
                    }
                    _ => {
                        let rounded = self.rounded(3);
                        rounded.fixed(rounded.needed())
                    }
                }
            }
            () => self.fixed(decimals),
        };
        self.signed(&text)
    }

    fn scientific(&self, digits: i32, always: bool) -> String {
        let rounded = self.rounded(digits - 1 - self.power());
        let power = rounded.power();
        let mantissa = rounded.shifted(-power);
        let decimals = if always { digits - 1 } else { mantissa.needed() };
        let power = power.to_string();
        let raised = power.chars().map(|c| {
            let at = "-0123456789".chars().position(|known| known == c).unwrap_or(0);
            "⁻⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(at).unwrap_or(c)
        });
        format!("{}×10{}", mantissa.fixed_plain(decimals), raised.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_shown_as_the_documentation_says() {
        let zones = Zones::default();
        let floats = |values: &[f64]| {
            let cells: Vec<Value> = values.iter().map(|value| Value::float(*value)).collect();
            column(&cells, Type::Decimal, "UTC", &zones)
        };
        assert_eq!(floats(&[53.33, 2.514, -22.61, 0.0]), ["53.330", "2.514", "−22.610", "0.000"]);
        assert_eq!(floats(&[1e-9, 12.5]), ["1×10⁻⁹", "12.5"]);
        assert_eq!(floats(&[0.0041, 12.5]), ["0.0041", "12.5000"]);
        assert_eq!(floats(&[f64::NAN, f64::NEG_INFINITY]), ["NaN", "−∞"]);
        let decimals = ["12345678901234567890.5", "1", "-0.25"];
        let cells = decimals.map(|text| Value::Decimal(text.into()));
        let shown = column(&cells, Type::Decimal, "UTC", &zones);
        assert_eq!(shown, ["12,345,678,901,234,567,890.50", "1.00", "−0.25"]);
        let cells = [Value::Time(1_709_168_400_000_000), Value::Time(0), Value::Null];
        assert_eq!(
            column(&cells, Type::Decimal, "UTC", &zones),
            ["29 Feb 2024 01:00", "1 Jan 1970", "–"]
        );
        let cells =
            [Value::Date("2024-02-29".into()), Value::Bool(true), Value::Text("a\nb".into())];
        assert_eq!(column(&cells, Type::Decimal, "UTC", &zones), ["29 Feb 2024", "yes", "a b"]);
    }

    #[test]
    fn figures_have_three_digits() {
        let whole = |n: i64| figure(&Value::Whole(n.to_string()));
        assert_eq!(whole(99_999), "100k");
        assert_eq!(whole(99_949), "99,949");
        assert_eq!(whole(-1_234_567), "−1.23M");
        assert_eq!(whole(i64::MAX), "9.22×10¹⁸");
        let decimal = |text: &str| figure(&Value::Decimal(text.into()));
        assert_eq!(decimal("2.675"), "2.68");
        assert_eq!(decimal("9.996"), "10.0");
        assert_eq!(decimal("1234.5"), "1,235");
        assert_eq!(decimal("-0.00001"), "−1.00×10⁻⁵");
        assert_eq!(figure(&Value::float(0.1)), "0.100");
    }
}
