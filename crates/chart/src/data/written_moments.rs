//! Moments that a database wrote as text, because not all of their column fit the type for instants: an `infinity`,
//! years before the first or after 9999, zero dates. They are sorted by when they are, not by how they are spelled.

/// Where a moment stands among others: whole seconds, then the fraction's digits as a number of microseconds.
pub(crate) type Place = (i64, u32);

/// The place of each cell, if all that are not NULL are moments and at least one of them is a date.
pub(crate) fn places(cells: &[Option<String>]) -> Option<Vec<Option<Place>>> {
    let is_bounded = |text: &String| !text.ends_with("infinity");
    cells.iter().flatten().any(is_bounded).then_some(())?;
    let place = |cell: &Option<String>| match cell {
        Some(text) => place(text).map(Some),
        None => Some(None),
    };
    cells.iter().map(place).collect()
}

/// `infinity`, or a date, a time if there is one, the offset of its clock and its era: `0044-03-15 00:00:00+00 BC`.
fn place(text: &str) -> Option<Place> {
    match text {
        "infinity" => return Some((i64::MAX, 0)),
        "-infinity" => return Some((i64::MIN, 0)),
        _ => {}
    }
    let (text, is_before) = match text.strip_suffix(" BC") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !(4..=9).contains(&year.len()) {
        return None;
    }
    let year: i64 = digits(year)?;
    let (month, day) = (two(month, 12)?, two(day, 31)?);
    // There is no year 0 before the first.
    let days = days(if is_before { 1 - year } else { year }, month, day);
    let (seconds, micros) = time.map_or(Some((0, 0)), of_day)?;
    Some((days * 86_400 + seconds, micros))
}

/// `01:30:00.25-04`, `01:30`: seconds of UTC's day, and microseconds.
fn of_day(time: &str) -> Option<(i64, u32)> {
    let time = time.strip_suffix('Z').unwrap_or(time);
    let (clock, east) = match time.find(['+', '-']) {
        Some(at) => {
            let (clock, offset) = time.split_at(at);
            let east = of_clock(offset.get(1..)?, 1)?;
            (clock, if offset.starts_with('-') { -east } else { east })
        }
        None => (time, 0),
    };
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) if (1..=6).contains(&fraction.len()) => (clock, fraction),
        Some(_) => return None,
        None => (clock, "0"),
    };
    let micros = digits(fraction)? * 10_i64.pow(6 - fraction.len() as u32);
    Some((of_clock(clock, 2)? - east, u32::try_from(micros).ok()?))
}

/// At least `least` of hours, minutes and seconds, in seconds.
fn of_clock(text: &str, least: usize) -> Option<i64> {
    let parts: Option<Vec<i64>> = text
        .split(':')
        .enumerate()
        .map(|(at, part)| two(part, if at == 0 { 24 } else { 60 }))
        .collect();
    let parts = parts.filter(|parts| (least..=3).contains(&parts.len()))?;
    Some(parts.iter().zip([3600, 60, 1]).map(|(part, seconds)| part * seconds).sum())
}

fn two(text: &str, most: i64) -> Option<i64> {
    digits(text).filter(|number| text.len() == 2 && *number <= most)
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Days since the first of March of the year 0; a month or a day 0 comes before the first one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // From March on, so that a leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    of_year + (153 * month + 2) / 5 + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_placed_by_when_they_are() {
        let ascending = [
            "-infinity",
            "4713-01-01 00:00:00+00 BC",
            "0044-03-15 00:00:00+00 BC",
            "0044-03-16 00:00:00+00 BC",
            "0000-00-00 00:00:00",
            "0001-12-31 00:00:00+00 BC",
            "0001-01-01 00:00:00+00",
            "1899-12-31 23:59:59.5+00:19:32",
            "2024-02-29",
            "2024-03-01 00:00",
            "2026-11-01 01:30:00-04",
            "2026-11-01 01:00:00-05",
            "2026-11-01 06:00:00.000001Z",
            "9999-12-31T23:59:59",
            "10000-01-01 00:00:00+00",
            "294276-12-31 23:59:59.999999+00",
            "infinity",
        ];
        let cells: Vec<Option<String>> =
            ascending.iter().map(|text| Some((*text).into())).collect();
        let places: Vec<Place> = places(&cells).unwrap().into_iter().flatten().collect();
        for (pair, text) in places.windows(2).zip(&ascending[1..]) {
            assert!(pair[0] < pair[1], "{text}: {pair:?}");
        }
    }

    #[test]
    fn a_column_with_other_texts_or_without_dates_has_no_moments() {
        let of = |texts: &[&str]| {
            places(&texts.iter().map(|text| Some((*text).to_owned())).collect::<Vec<_>>())
        };
        for other in [
            "soon",
            "2026-13-01",
            "2026-1-1",
            "12-05-2026",
            "2026-01-01 25:00",
            "2026-01",
            "",
            "2026-01-01 10",
        ] {
            assert_eq!(of(&["2026-01-01", other]), None, "{other}");
        }
        assert_eq!(of(&["infinity", "-infinity"]), None);
        assert_eq!(places(&[None]), None);
        assert!(places(&[None, Some("2026-01-01".into())]).is_some());
    }
}
