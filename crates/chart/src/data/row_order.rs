//! The order of a table's rows by one of its columns: by value, exactly, with NULL last.

use super::{written_durations, written_moments, written_values};
use brisk_domain::{Decimal, Values};
use std::cmp::Ordering;

/// The rank of each row among the column's values, from 0; equal values have equal ranks, NULL has
/// none. Browsers sort by these numbers, so that only this code defines the order.
pub(crate) fn ranks(values: &Values) -> Vec<Option<u32>> {
    match values {
        Values::Int(cells) => ranked(cells, Ord::cmp),
        Values::Decimal(cells) => ranked(cells, Decimal::compare),
        Values::Float(cells) => {
            // NaN is neither larger nor smaller than anything; −0 is 0.
            let number = |cell: &Option<f64>| cell.filter(|v| !v.is_nan()).map(|v| v + 0.0);
            ranked(&cells.iter().map(number).collect::<Vec<_>>(), f64::total_cmp)
        }
        Values::Bool(cells) => ranked(cells, Ord::cmp),
        Values::Time(cells) => ranked(cells, Ord::cmp),
        Values::Date(cells) => ranked(cells, Ord::cmp),
        Values::WallTime(cells) => ranked(cells, Ord::cmp),
        Values::Text(cells) => {
            if let Some(places) = written_moments::places(cells) {
                return ranked(&places, Ord::cmp);
            }
            if let Some(lengths) = written_durations::lengths(cells) {
                return ranked(&lengths, Ord::cmp);
            }
            if let Some(places) = written_values::places(cells) {
                return ranked(&places, Ord::cmp);
            }
            // As people look up names: ignoring case.
            let key = |cell: &Option<String>| {
                cell.as_ref().map(|text| (text.to_lowercase(), text.clone()))
            };
            ranked(&cells.iter().map(key).collect::<Vec<_>>(), Ord::cmp)
        }
    }
}

fn ranked<T>(cells: &[Option<T>], compare: impl Fn(&T, &T) -> Ordering) -> Vec<Option<u32>> {
    let mut known: Vec<(usize, &T)> =
        cells.iter().enumerate().filter_map(|(row, cell)| Some((row, cell.as_ref()?))).collect();
    known.sort_by(|a, b| compare(a.1, b.1));
    let mut ranks = vec![None; cells.len()];
    let mut rank = 0;
    for (i, (row, value)) in known.iter().enumerate() {
        if i > 0 && compare(known[i - 1].1, value) != Ordering::Equal {
            rank += 1;
        }
        ranks[*row] = Some(rank);
    }
    ranks
}

/// The rows in the order of `ranks`; equal ones stay in the statement's order.
pub(crate) fn sorted(ranks: &[Option<u32>], descending: bool) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..ranks.len()).collect();
    rows.sort_by(|a, b| match (ranks[*a], ranks[*b]) {
        (Some(a), Some(b)) if descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        // NULL is last in both directions.
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::Decimal;
    use proptest::prelude::*;

    fn order(values: &Values, descending: bool) -> Vec<usize> {
        sorted(&ranks(values), descending)
    }

    #[test]
    fn numbers_sort_as_numbers_and_null_is_last_whichever_way() {
        let decimals = |texts: &[Option<&str>]| {
            let parse = |text: &Option<&str>| text.map(|text| Decimal::parse(text).unwrap());
            Values::Decimal(texts.iter().map(parse).collect())
        };
        let values = decimals(&[Some("9.5"), None, Some("10.0"), Some("-3"), Some("10")]);
        assert_eq!(order(&values, false), [3, 0, 2, 4, 1]);
        assert_eq!(order(&values, true), [2, 4, 0, 3, 1], "equal ones keep their order");
        let floats =
            Values::Float(vec![Some(f64::NAN), Some(1.0), Some(f64::INFINITY), Some(-0.0)]);
        assert_eq!(order(&floats, false), [3, 1, 2, 0]);
        assert_eq!(order(&floats, true), [2, 1, 3, 0]);
    }

    #[test]
    fn names_sort_as_people_look_for_them() {
        let texts = ["eire", "Åland", "Éire", "EIRE", "Spain", "austria"];
        let values = Values::Text(texts.iter().map(|t| Some((*t).to_owned())).collect());
        let names: Vec<&str> = order(&values, false).into_iter().map(|i| texts[i]).collect();
        assert_eq!(names, ["austria", "EIRE", "eire", "Spain", "Åland", "Éire"]);
    }

    #[test]
    fn moments_that_are_text_because_of_one_of_them_sort_by_when_they_are() {
        let texts = [
            "2026-03-01 00:00:00+00",
            "infinity",
            "10000-01-01 00:00:00+00",
            "0044-03-15 00:00:00+00 BC",
            "-infinity",
        ];
        let mut cells: Vec<_> = texts.iter().map(|t| Some((*t).to_owned())).collect();
        cells.push(None);
        let values = Values::Text(cells);
        assert_eq!(order(&values, false), [4, 3, 0, 2, 1, 5]);
        assert_eq!(order(&values, true), [1, 2, 0, 3, 4, 5]);
    }

    #[test]
    fn durations_sort_by_how_long_they_are() {
        let texts = ["10 days", "9 days", "-1 days", "1 mon", "23:00:00"];
        let values = Values::Text(texts.iter().map(|t| Some((*t).to_owned())).collect());
        assert_eq!(order(&values, false), [2, 4, 1, 0, 3]);
    }

    proptest! {
           #[test]
           fn every_row_is_there_once_in_order(cells in prop::collection::vec(prop::option::of(-50_i64..50), 0..60)) {
               let values = Values::Int(cells.clone());
               for descending in [false, true] {
                   let rows = order(&values, descending);
                   let mut all = rows.clone();
                   all.sort_unstable();
                   prop_assert_eq!(all, (0..cells.len()).collect::<Vec<_>>());
                   let sorted: Vec<_> = rows.iter().map(|row| cells[*row]).collect();
                   for pair in sorted.windows(2) {
                       match (pair[0], pair[1]) {
                           (Some(a), Some(b)) => {
    let in_order = if descending { a >= b } else { a <= b };
    prop_assert!(in_order);
    }
                           (None, Some(_)) => prop_assert!(false, "NULL before a number"),
                           _ => {}
                       }
                   }
               }
           }
       }
}
