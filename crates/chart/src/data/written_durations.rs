//! Durations that a database wrote as text: intervals of PostgreSQL (`1 mon 9 days 10:00:00`), times of MySQL and MariaDB
//! (`-838:59:59`). They are sorted by how long they are, as their databases sort them.

/// A month counts 30 days, as PostgreSQL compares intervals.
const UNITS: [(&str, i128); 4] =
    [("year", 360 * DAY), ("mon", 30 * DAY), ("day", DAY), ("week", 7 * DAY)];
const SECOND: i128 = 1_000_000;
const DAY: i128 = 86_400 * SECOND;

/// The length of each cell in microseconds, if all that are not NULL are durations and there is one.
pub(crate) fn lengths(cells: &[Option<String>]) -> Option<Vec<Option<i128>>> {
    cells.iter().flatten().next()?;
    let length = |cell: &Option<String>| match cell {
        Some(text) => length(text).map(Some),
        None => Some(None),
    };
    cells.iter().map(length).collect()
}

fn length(text: &str) -> Option<i128> {
    let mut words = text.split(' ').peekable();
    words.peek().filter(|word| !word.is_empty())?;
    let mut length = 0;
    while let Some(word) = words.next() {
        if word.contains(':') {
            // The time comes last.
            return words.next().is_none().then_some(length + clock(word)?);
        }
        let count: i128 = signed(word)?;
        let unit = words.next()?;
        let is_it = |(name, _): &&(&str, i128)| unit.strip_suffix('s').unwrap_or(unit) == *name;
        length += count * UNITS.iter().find(is_it)?.1;
    }
    Some(length)
}

/// `-09:00:00.5`, `+02:03:04`: hours, minutes and seconds.
fn clock(word: &str) -> Option<i128> {
    let (is_negative, clock) = match word.as_bytes().first()? {
        b'-' => (true, &word[1..]),
        b'+' => (false, &word[1..]),
        _ => (false, word),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let is_short = parts.next().is_none() && minutes.len() == 2 && seconds.len() == 2;
    let all = (digits(hours)?, digits(minutes)?, digits(seconds)?);
    let is_clock = is_short && hours.len() >= 2 && all.1 < 60 && all.2 <= 60;
    if !is_clock || !(1..=6).contains(&fraction.len()) {
        return None;
    }
    let micros = digits(fraction)? * 10_i128.pow(6 - fraction.len() as u32);
    let length = (all.0 * 3600 + all.1 * 60 + all.2) * SECOND + micros;
    Some(if is_negative { -length } else { length })
}

fn signed(word: &str) -> Option<i128> {
    let (sign, number) = match word.strip_prefix('-') {
        Some(number) => (-1, number),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    Some(sign * digits(number)?)
}

fn digits(text: &str) -> Option<i128> {
    let is_number = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_long_as_their_databases_say() {
        let ascending = [
            "-1 years",
            "-838:59:59",
            "-1 days",
            "-1 days +02:03:04",
            "-09:00:00",
            "-00:00:00.5",
            "00:00:00",
            "00:00:00.000001",
            "10:00:00",
            "99:59:59",
            "100:00:00",
            "9 days",
            "10 days",
            "10 days 00:00:01",
            "29 days 24:00:01",
            "1 mon 1 day",
            "1 year 2 mons 3 days 04:05:06.789",
        ];
        let cells: Vec<_> = ascending.iter().map(|text| Some((*text).to_owned())).collect();
        let lengths: Vec<i128> = lengths(&cells).unwrap().into_iter().flatten().collect();
        for (pair, text) in lengths.windows(2).zip(&ascending[1..]) {
            assert!(pair[0] < pair[1], "{text}: {pair:?}");
        }
    }

    #[test]
    fn a_column_with_other_texts_has_no_lengths() {
        let of = |text: &str| lengths(&[Some("9 days".to_owned()), Some(text.to_owned())]);
        for other in [
            "",
            "soon",
            "9",
            "9 lives",
            "1:2:3",
            "10:00",
            "10:00:00+02",
            "10:61:00",
            "days 9",
            "9  days",
            "10:00:00 9 days",
        ] {
            assert_eq!(of(other), None, "{other:?}");
        }
        assert_eq!(lengths(&[None]), None);
        assert!(of("10 days").is_some());
    }
}
