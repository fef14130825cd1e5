//! Dates and months that a statement writes as text, for lines that are to be drawn to scale over them.

use brisk_domain::{Timestamp, Values, ZoneOffsets, written_bucket};
use std::collections::{HashMap, HashSet};

/// The seconds that the texts in `rows`, each of them another one, name on one clock; `None` where a text is NULL.
/// `None` for all if they are not dates, months, weeks or quarters with a year, of one form, that differ.
pub(crate) fn seconds(values: &Values, rows: &[usize]) -> Option<Vec<Option<f64>>> {
    let Values::Text(cells) = values else { return None };
    let (mut form, mut known) = (None, HashSet::new());
    let second = |row: &usize| {
        let Some(text) = cells.get(*row)?.as_deref() else { return Some(None) };
        let own = form_of(text);
        // Digits alone may be a code.
        let is_date = own.contains(|c| c != '9') && *form.get_or_insert_with(|| own.clone()) == own;
        let at = written_bucket::start(values, *row, &ZoneOffsets::utc()).filter(|_| is_date)?;
        known.insert(at).then_some(Some(at.seconds() as f64))
    };
    rows.iter().map(second).collect()
}

/// Whether the rows of each series are in order of time, one way or the other: only then is it what the statement
/// is about. `seconds` are those of the texts, `texts` the number of the text of each row.
pub(crate) fn are_in_order(seconds: &[Option<f64>], texts: &[usize], series: &[usize]) -> bool {
    let mut last: HashMap<usize, (f64, bool, bool)> = HashMap::new();
    for (text, series) in texts.iter().zip(series) {
        let Some(at) = seconds[*text] else { continue };
        let (before, rises, falls) = last.entry(*series).or_insert((at, false, false));
        *rises |= at > *before;
        *falls |= at < *before;
        *before = at;
    }
    let (rises, falls) = last.values().fold((false, false), |(r, f), one| (r | one.1, f | one.2));
    !(rises && falls)
}

/// The instants of such seconds.
pub(crate) fn instant(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(seconds as i64)
}

/// `2026-03` is `9999-99`, `Mar 2026` is `a 9999`: names have any length.
fn form_of(text: &str) -> String {
    let mut form = String::new();
    for c in text.trim().chars() {
        match c {
            '0'..='9' => form.push('9'),
            c if c.is_alphabetic() && form.ends_with('a') => {}
            c if c.is_alphabetic() => form.push('a'),
            c => form.push(c),
        }
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(texts: &[&str]) -> Option<Vec<i64>> {
        let cells = texts.iter().map(|text| Some((*text).to_owned())).collect();
        let rows: Vec<usize> = (0..texts.len()).collect();
        let seconds = seconds(&Values::Text(cells), &rows)?;
        Some(seconds.iter().flatten().map(|at| *at as i64 / 86_400).collect())
    }

    #[test]
    fn only_dates_of_one_form_are_times() {
        assert_eq!(days(&["1970-01-01", "1970-01-03"]), Some(vec![0, 2]));
        assert_eq!(days(&["1970-02", "1970-01"]), Some(vec![31, 0]));
        assert_eq!(days(&["January 1970", "May 1970"]), Some(vec![0, 120]));
        assert_eq!(days(&["1970-W02", "1970-W03"]), Some(vec![4, 11]));
        for others in [
            &["1970-01-01", "1970-01"][..],
            &["1970-01-01", "later"],
            &["1970-01-01", ""],
            &["1970-13-01"],
            &["1970", "1971"],
            &["19700101", "19700102"],
            &["Mar 1970", "mar 1970"],
            &["Jan", "Feb"],
        ] {
            assert_eq!(days(others), None, "{others:?}");
        }
    }

    #[test]
    fn rows_are_in_order_within_each_series() {
        let seconds = [Some(1.0), Some(2.0), None, Some(3.0)];
        assert!(are_in_order(&seconds, &[0, 2, 1, 3], &[0; 4]));
        assert!(are_in_order(&seconds, &[3, 1, 0], &[0; 3]), "backwards");
        assert!(are_in_order(&seconds, &[1, 3, 0, 1], &[0, 0, 1, 1]));
        assert!(!are_in_order(&seconds, &[1, 3, 0, 1], &[0; 4]));
    }
}
