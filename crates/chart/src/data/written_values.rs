//! Values of PostgreSQL that are text here, and whose text is not in the order of the values: sums of money, times with
//! an offset, addresses, positions in the log, ranges and arrays of numbers. They are sorted as the database sorts
//! them. Of the other types that are text, either the text has that order (bits, bytes, MAC addresses, UUIDs), or the
//! order means nothing to readers (JSON, composites).

use brisk_domain::Decimal;
use std::cmp::Ordering;
use std::net::IpAddr;

const CURRENCIES: [char; 14] =
    ['$', '€', '£', '¥', '₹', '₽', '₩', '₺', '₴', '₫', '₱', '₪', '฿', '₦'];

/// What one value is sorted by, among others of its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The smallest unit of the currency.
    Money(i128),
    /// Microseconds in UTC; then the offset, east first.
    Clock(i64, i64),
    /// IPv4 first; then the bits of the network, then the address.
    Address(bool, Vec<bool>, u128),
    LogPosition(u32, u32),
    EmptyRange,
    Range(Lower, Upper),
    Array(Vec<Element>),
}

/// Where a range begins; an end that is included comes before one that is not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lower {
    Unbounded,
    At(Bound, bool),
}

/// Where it ends: the other way around.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Upper {
    At(Bound, bool),
    Unbounded,
}

/// Dates and times of one form are in the order of their text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bound {
    Number(Number),
    Text(String),
}

/// Of an array; NULL is the largest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Element {
    Number(Number),
    Null,
}

#[derive(Debug, Clone)]
pub(crate) struct Number(Decimal);

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.compare(&other.0)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

/// What each cell is sorted by, if all are values of one of these kinds.
pub(crate) fn places(cells: &[Option<String>]) -> Option<Vec<Option<Place>>> {
    const KINDS: [fn(&str) -> Option<Place>; 6] =
        [clock, address, log_position, range_of_numbers, range, array];
    cells.iter().flatten().next()?;
    let of_kind = |read: fn(&str) -> Option<Place>| all(cells, read);
    KINDS.into_iter().find_map(of_kind).or_else(|| money(cells))
}

fn all(
    cells: &[Option<String>],
    read: impl Fn(&str) -> Option<Place>,
) -> Option<Vec<Option<Place>>> {
    cells
        .iter()
        .map(|cell| cell.as_deref().map_or(Some(None), |text| read(text).map(Some)))
        .collect()
}

/// `$1,234.50`, `-1.234,50 €`: as `lc_monetary` says, so that only all of them together show how many decimals
/// there are.
fn money(cells: &[Option<String>]) -> Option<Vec<Option<Place>>> {
    let first = Amount::of(cells.iter().flatten().next()?)?;
    all(cells, |text| {
        let amount = Amount::of(text)?;
        let is_alike = amount.symbol == first.symbol && amount.decimals == first.decimals;
        is_alike.then_some(Place::Money(amount.units))
    })
}

struct Amount {
    symbol: String,
    decimals: usize,
    units: i128,
}

impl Amount {
    fn of(text: &str) -> Option<Self> {
        let is_negative = text.contains('-') || (text.starts_with('(') && text.ends_with(')'));
        let number =
            text.find(|c: char| c.is_ascii_digit())?..=text.rfind(|c: char| c.is_ascii_digit())?;
        let (number, before, after) =
            (&text[number.clone()], &text[..*number.start()], &text[*number.end() + 1..]);
        let symbol: String = [before, after]
            .concat()
            .chars()
            .filter(|c| !c.is_whitespace() && !"-()".contains(*c))
            .collect();
        let is_symbol = (1..=4).contains(&symbol.chars().count())
            && symbol.chars().all(|c| !c.is_ascii_digit() && !c.is_control() && !",:/".contains(c));
        let mut groups = number.split(|c: char| !c.is_ascii_digit());
        let separators = number
            .chars()
            .filter(|c| !c.is_ascii_digit())
            .all(|c| ",.'\u{a0}\u{202f} ".contains(c));
        let whole = groups.next()?;
        let rest: Vec<&str> = groups.collect();
        // A last group that is no group of thousands is the decimals.
        let decimals = rest.last().map_or(0, |last| if last.len() == 3 { 0 } else { last.len() });
        let grouped = &rest[..rest.len() - usize::from(decimals > 0)];
        let is_number = (grouped.is_empty() || whole.len() <= 3)
            && grouped.iter().all(|group| group.len() == 3)
            && decimals <= 2;
        // Letters alone are a currency's beside two decimals: `kr 1,50`, but not `A1`.
        let is_currency = symbol.contains(CURRENCIES)
            || (decimals == 2 && symbol.chars().any(char::is_alphabetic));
        if !is_symbol || !is_currency || !separators || !is_number {
            return None;
        }
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let units: i128 = digits.parse().ok()?;
        Some(Self { symbol, decimals, units: if is_negative { -units } else { units } })
    }
}

/// `01:30:00.5+02`.
fn clock(text: &str) -> Option<Place> {
    let sign = text.rfind(['+', '-']).filter(|at| *at >= 8)?;
    let (time, offset) = text.split_at(sign);
    let offset = seconds(&offset[1..])? * if offset.starts_with('-') { -1 } else { 1 };
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    if time.len() != 8 || fraction.len() > 6 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    Some(Place::Clock((seconds(time)? - offset) * 1_000_000 + micros, -offset))
}

/// `02`, `02:30` or `02:30:15`, in seconds.
fn seconds(text: &str) -> Option<i64> {
    let mut units = [3_600, 60, 1].into_iter();
    let mut sum = 0;
    for part in text.split(':') {
        let is_number = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        sum += units.next()? * part.parse::<i64>().ok().filter(|_| is_number)?;
    }
    Some(sum)
}

/// `10.0.0.9`, `10.0.0.0/8`, `::1`.
fn address(text: &str) -> Option<Place> {
    let (address, network) = text.split_once('/').map_or((text, None), |(a, n)| (a, Some(n)));
    let address: IpAddr = address.parse().ok()?;
    let (bits, width) = match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32_u32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let length = network.map_or(Some(width), |n| n.parse().ok()).filter(|n| *n <= width)?;
    let network = (0..length).map(|at| bits >> (width - 1 - at) & 1 == 1);
    Some(Place::Address(address.is_ipv6(), network.collect(), bits))
}

/// `16/B374D848`.
fn log_position(text: &str) -> Option<Place> {
    let (high, low) = text.split_once('/')?;
    let half = |digits: &str| {
        let is_hex = digits.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
        u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    };
    Some(Place::LogPosition(half(high)?, half(low)?))
}

fn range_of_numbers(text: &str) -> Option<Place> {
    range_of(text, |bound| Decimal::parse(bound).ok().map(|number| Bound::Number(Number(number))))
}

fn range(text: &str) -> Option<Place> {
    range_of(text, |bound| Some(Bound::Text(bound.trim_matches('"').to_owned())))
}

/// `[1,3)`, `(,5]`, `empty`.
fn range_of(text: &str, read: impl Fn(&str) -> Option<Bound>) -> Option<Place> {
    if text == "empty" {
        return Some(Place::EmptyRange);
    }
    let is_open = |bracket: &str| text.starts_with(bracket);
    let inner = text.strip_prefix(['[', '('])?.strip_suffix([']', ')'])?;
    let (lower, upper) = inner.split_once(',').filter(|(_, upper)| !upper.contains(','))?;
    let lower = match lower {
        "" => Lower::Unbounded,
        lower => Lower::At(read(lower)?, is_open("(")),
    };
    let upper = match upper {
        "" => Upper::Unbounded,
        upper => Upper::At(read(upper)?, text.ends_with(']')),
    };
    Some(Place::Range(lower, upper))
}

/// `{1,NULL,2.5}`.
fn array(text: &str) -> Option<Place> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    if inner.is_empty() {
        return Some(Place::Array(Vec::new()));
    }
    let element = |text: &str| match text {
        "NULL" => Some(Element::Null),
        text => Decimal::parse(text).ok().map(|number| Element::Number(Number(number))),
    };
    Some(Place::Array(inner.split(',').map(element).collect::<Option<_>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the order in which PostgreSQL sorts them.
    const IN_ORDER: [&[&str]; 11] = [
        &["-$1,234.50", "-$9.00", "$0.05", "$9.00", "$10.00", "$1,000,000.00"],
        &["-1.234,50 €", "9,00 €", "10,00 €", "1.000,00 €"],
        &["¥9", "¥10", "¥1,000"],
        &["kr 9,50", "kr 10,00"],
        &["01:00:00+02", "02:00:00+01:30", "00:30:00+00", "01:00:00+00", "24:00:00-03"],
        &[
            "10.0.0.0/8",
            "10.0.0.9",
            "10.0.0.10",
            "192.168.0.0/16",
            "192.168.0.0/24",
            "::1",
            "fe80::1",
        ],
        &["0/9", "0/10", "0/A0", "16/B374D848"],
        &["empty", "(,5)", "[9,12)", "[10,11)", "[10,20)", "[10,)"],
        &["[0.5,1.5]", "(0.5,1.5]", "[2,10)", "[10,11)"],
        &["[2024-01-01,2024-02-01)", "[2024-01-01,)", "[2024-03-01,2024-03-02)"],
        &["{}", "{1}", "{1,2}", "{1,NULL}", "{9}", "{10}", "{NULL}"],
    ];

    #[test]
    fn values_sort_as_their_database_sorts_them() {
        for texts in IN_ORDER {
            let cells: Vec<_> =
                texts.iter().map(|text| Some((*text).to_owned())).chain([None]).collect();
            let places = places(&cells).unwrap_or_else(|| panic!("{texts:?}"));
            assert_eq!(places.last(), Some(&None));
            for (pair, text) in places.windows(2).zip(texts).take(texts.len() - 1) {
                assert!(pair[0] < pair[1], "{text} of {texts:?}: {pair:?}");
            }
        }
    }

    #[test]
    fn other_texts_are_texts() {
        for texts in [
            &["a", "b"][..],
            &["1,234", "5"],
            &["A1", "A10"],
            &["$1.00", "€2.00"],
            &["$1.00", "n/a"],
            &["10.0.0.9", "host"],
            &["{a}", "{b}"],
            &["2024-01-01", "2024-01-02"],
            &["01:00:00", "02:00:00"],
            &["", ""],
        ] {
            let cells: Vec<_> = texts.iter().map(|text| Some((*text).to_owned())).collect();
            assert_eq!(places(&cells), None, "{texts:?}");
        }
        assert_eq!(places(&[None]), None);
    }
}
