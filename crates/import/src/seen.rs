//! [`Seen`]: what a column of a file holds. Every value is looked at once, and little of it is
//! kept.

use crate::moment::{Moment, moment};
use crate::number::{Decimal, Marks, plain};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;

/// Words that files use for "no value".
pub(crate) const NULL_WORDS: [&str; 16] = [
    "NULL", "null", "Null", "(null)", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "\\N", "None",
    "none", "nil", "-", "--",
];

/// The order of day and month in a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
}

/// A value, and the line it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Witness {
    pub(crate) line: u64,
    pub(crate) value: String,
}

/// A form of dates, if not ISO 8601.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DateForm {
    pub(crate) format: String,
    pub(crate) order: Option<DateOrder>,
}

/// The digits of the numbers of a column, as long as all are of this form.
#[derive(Debug, Clone)]
pub(crate) struct Digits {
    pub(crate) alive: bool,
    marks: Marks,
    /// How many have a decimal mark.
    pub(crate) marked: u64,
    /// The most digits before the mark, after it, and in total.
    pub(crate) whole: usize,
    pub(crate) fraction: usize,
    pub(crate) significant: usize,
    /// The fewest digits after the mark.
    pub(crate) least: usize,
    /// Whether one ends with redundant zeros; `1.0` may.
    pub(crate) padded: bool,
    /// Whether each mark may stand between thousands.
    pub(crate) grouped: bool,
}

/// The times of a column in ISO 8601, as long as all are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times {
    pub(crate) dead: bool,
    pub(crate) days: u64,
    pub(crate) walls: u64,
    pub(crate) instants: u64,
    /// An example with a fraction of a second.
    pub(crate) fraction: Option<Witness>,
    /// An example with more digits than databases keep.
    pub(crate) finest: Option<Witness>,
}

/// What a column holds.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// How many values, without those that may stand for none.
    pub(crate) values: u64,
    /// How many values begin with a blank.
    pub(crate) led: u64,
    /// The words that may stand for no value, with how often each occurs.
    pub(crate) words: BTreeMap<&'static str, u64>,
    pub(crate) example: Option<Witness>,
    pub(crate) integer: bool,
    pub(crate) point: Digits,
    pub(crate) comma: Digits,
    pub(crate) times: Times,
    pub(crate) dates: Vec<DateForm>,
    /// The value that decided between day and month.
    pub(crate) settled: Option<Witness>,
    /// Whether all are days such as 20111209.
    pub(crate) compact: bool,
    /// How many read as numbers, in any form.
    pub(crate) numbers: u64,
    /// The first that does not, and the first that would not print back as it was written.
    pub(crate) no_number: Option<Witness>,
    pub(crate) odd: Option<(Witness, &'static str)>,
}

/// What a column may be, roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Number,
    Time,
    /// Numbers that must stay as they are.
    Code,
    Text,
}

impl Seen {
    pub(crate) fn new(thousands: Option<char>, order: Option<DateOrder>) -> Self {
        let digits = |decimal| Digits {
            alive: true,
            marks: Marks { decimal, thousands: thousands.filter(|mark| *mark != decimal) },
            marked: 0,
            whole: 0,
            fraction: 0,
            significant: 0,
            least: usize::MAX,
            padded: false,
            grouped: true,
        };
        let mut dates = date_forms();
        dates.retain(|form| order.is_none() || form.order.is_none() || form.order == order);
        Self {
            values: 0,
            led: 0,
            words: BTreeMap::new(),
            example: None,
            integer: true,
            point: digits('.'),
            comma: digits(','),
            times: Times::default(),
            dates,
            settled: None,
            compact: true,
            numbers: 0,
            no_number: None,
            odd: None,
        }
    }

    /// Adds the value `raw` on `line`, which stands for no value if it is one of `nulls`.
    pub(crate) fn add(&mut self, (raw, quoted): (&str, bool), line: u64, nulls: &[String]) {
        let field = raw.trim();
        if field.is_empty() || (!quoted && nulls.iter().any(|word| word == field)) {
            return;
        }
        if let Some(word) = NULL_WORDS.iter().find(|word| **word == field) {
            *self.words.entry(word).or_default() += 1;
            return;
        }
        let witness = || Witness { line, value: field.chars().take(40).collect() };
        self.values += 1;
        self.led += u64::from(raw.starts_with(' '));
        if self.example.is_none() {
            self.example = Some(witness());
        }
        self.point.add(field);
        self.comma.add(field);
        self.add_number(field, &witness);
        self.add_time(field, &witness);
    }

    pub(crate) fn class(&self) -> Class {
        match () {
            () if self.values == 0 => Class::Text,
            () if self.integer || self.point.alive || self.comma.alive => Class::Number,
            () if !self.times.dead || !self.dates.is_empty() => Class::Time,
            () if self.numbers == self.values => Class::Code,
            () => Class::Text,
        }
    }

    fn add_number(&mut self, field: &str, witness: &impl Fn() -> Witness) {
        let readable =
            |digits: &Digits| plain(field, digits.marks).filter(|plain| canonical(plain).is_some());
        let whole = readable(&self.point).or_else(|| readable(&self.comma));
        let integer = whole.as_deref().and_then(|plain| plain.parse::<i64>().ok());
        self.integer &= integer.is_some();
        self.compact &= field.len() == 8
            && NaiveDate::parse_from_str(field, "%Y%m%d").is_ok_and(|day| day.year() >= 1900);
        let is_number = whole.is_some()
            || (field.contains(|c: char| c.is_ascii_digit())
                && !field.contains(['x', 'n', 'i'])
                && field.replace(',', ".").parse::<f64>().is_ok());
        match is_number {
            true => self.numbers += 1,
            false if self.no_number.is_none() => self.no_number = Some(witness()),
            false => {}
        }
        if is_number && self.odd.is_none() {
            let reason = match whole {
                None => Some(oddity(field)),
                Some(whole) if integer.is_none() && !whole.contains('.') => {
                    Some("has more digits than 64 bits hold")
                }
                Some(_) => None,
            };
            self.odd = reason.map(|reason| (witness(), reason));
        }
    }

    fn add_time(&mut self, field: &str, witness: &impl Fn() -> Witness) {
        if !self.times.dead {
            let in_years = |year: i32| (1..=9999).contains(&year);
            match moment(field, None) {
                Some(Moment::Day(day)) if in_years(day.year()) => self.times.days += 1,
                Some(Moment::Wall(at)) if in_years(at.year()) => self.times.walls += 1,
                Some(Moment::Instant(_)) => self.times.instants += 1,
                _ => self.times.dead = true,
            }
            let fraction = field.split_once('.').map_or("", |(_, rest)| rest);
            let digits = fraction.bytes().take_while(u8::is_ascii_digit);
            let last = digits.enumerate().filter(|(_, digit)| *digit != b'0').last();
            if let Some((index, _)) = last {
                self.times.fraction.get_or_insert_with(witness);
                if index >= 6 {
                    self.times.finest.get_or_insert_with(witness);
                }
            }
        }
        if self.dates.is_empty() {
            return;
        }
        let open = self.is_either_order();
        let looks = field.len() <= 40 && field.contains(|c: char| c.is_ascii_digit());
        self.dates.retain(|form| looks && moment(field, Some(&form.format)).is_some());
        if open && !self.is_either_order() {
            self.settled = Some(witness());
        }
    }

    /// Whether days and months may be in either order.
    pub(crate) fn is_either_order(&self) -> bool {
        let any = |order| self.dates.iter().any(|form| form.order == Some(order));
        any(DateOrder::DayFirst) && any(DateOrder::MonthFirst)
    }
}

impl Digits {
    fn add(&mut self, field: &str) {
        if !self.alive {
            return;
        }
        let number = plain(field, self.marks);
        let Some(decimal) = number.as_deref().and_then(canonical) else {
            self.alive = false;
            return;
        };
        let (whole, fraction) = (decimal.whole.len(), decimal.fraction.len());
        self.whole = self.whole.max(whole);
        self.fraction = self.fraction.max(fraction);
        self.least = self.least.min(fraction);
        self.significant = self.significant.max(decimal.significant());
        if fraction > 0 {
            self.marked += 1;
            self.padded |= fraction > 1 && decimal.fraction.ends_with('0');
            self.grouped &= fraction == 3 && whole <= 3 && decimal.whole != "0";
        }
    }

    /// Whether trailing zeros carry meaning, as in the versions 1.9 and 1.10.
    pub(crate) fn is_ragged(&self) -> bool {
        self.padded && self.least != self.fraction
    }
}

/// A number that databases print as it is written.
fn canonical(plain: &str) -> Option<Decimal<'_>> {
    let decimal = Decimal::parse(plain)?;
    let is_whole = !decimal.whole.is_empty() && !plain.ends_with('.');
    let same = is_whole && decimal.printed() == plain;
    same.then_some(decimal)
}

/// Why `field`, a number, would not print back as it is written.
fn oddity(field: &str) -> &'static str {
    let digits = field.trim_start_matches(['-', '+']);
    match () {
        () if field.starts_with('+') => "has a plus sign",
        () if field.contains(['e', 'E']) => "has an exponent",
        () if digits.starts_with(['.', ',']) || digits.ends_with(['.', ',']) => {
            "has no digit on one side of its point"
        }
        () if digits.starts_with('0')
            && digits.len() > 1
            && digits.as_bytes()[1].is_ascii_digit() =>
        {
            "has a leading zero"
        }
        () if field.starts_with('-') => "is a negative zero",
        () => "would print in another form",
    }
}

/// The forms of dates that are tried besides ISO 8601, the plainest first.
fn date_forms() -> Vec<DateForm> {
    let mut days = Vec::new();
    for mark in ['/', '-', '.'] {
        days.push((format!("%d{mark}%m{mark}%Y"), Some(DateOrder::DayFirst)));
        // Nobody writes dates that begin with the month with points.
        if mark != '.' {
            days.push((format!("%m{mark}%d{mark}%Y"), Some(DateOrder::MonthFirst)));
        }
    }
    for day in ["%Y/%m/%d", "%Y.%m.%d", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y"] {
        days.push((day.to_owned(), None));
    }
    let times = ["", " %H:%M", " %H:%M:%S", " %H:%M:%S%.f", " %I:%M %p", " %I:%M:%S %p"];
    let forms = times.iter().flat_map(|time| {
        days.iter()
            .map(move |(day, order)| DateForm { format: format!("{day}{time}"), order: *order })
    });
    forms.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(values: &[&str]) -> Seen {
        let mut seen = Seen::new(None, None);
        for (i, value) in values.iter().enumerate() {
            seen.add((value, false), i as u64 + 2, &[]);
        }
        seen
    }

    #[test]
    fn only_what_prints_back_the_same_is_a_number() {
        for good in
            ["0", "-5", "9223372036854775807", "1.5", "0.125", "-0.5", "12345678901234567890"]
        {
            assert_eq!(seen(&[good]).class(), Class::Number, "{good}");
        }
        for (odd, reason) in [
            ("+34600111222", "a plus sign"),
            ("1E5", "an exponent"),
            ("007", "a leading zero"),
            ("-0", "a negative zero"),
            (".5", "no digit"),
            ("5.", "no digit"),
        ] {
            let seen = seen(&["1", odd]);
            assert_eq!(seen.class(), Class::Code, "{odd}");
            let (witness, found) = seen.odd.unwrap();
            assert!(found.contains(reason) && witness.line == 3, "{odd}: {found}");
        }
        assert!(seen(&["1.9", "1.10"]).point.is_ragged());
        assert!(!seen(&["1.90", "1.10"]).point.is_ragged());
        assert!(!seen(&["1.0", "2.25"]).point.is_ragged());
        assert!(!seen(&["12345678901234567890"]).integer);
    }

    #[test]
    fn one_date_decides_the_order_of_all() {
        let formats = |seen: &Seen| -> Vec<String> {
            seen.dates.iter().map(|form| form.format.clone()).collect()
        };
        assert_eq!(formats(&seen(&["03/04/2021", "13/04/2021"])), ["%d/%m/%Y"]);
        assert_eq!(formats(&seen(&["3/4/2021 7:45", "1/31/2010 12:00"])), ["%m/%d/%Y %H:%M"]);
        assert_eq!(formats(&seen(&["03.04.2021"])), ["%d.%m.%Y"]);
        assert_eq!(formats(&seen(&["4 Mar 2021"])), ["%d %b %Y"]);
        assert_eq!(formats(&seen(&["1/2/2021 1:30 PM"])).len(), 2);
        assert!(seen(&["03/04/2021"]).is_either_order());
        assert_eq!(formats(&seen(&["03/04/21"])), Vec::<String>::new());
    }
}
