//! Trims an earlier period that begins before the data do: no zeros from before the first number.
//! Pure.

use brisk_domain::{Column, Frame, Timestamp, Values, ZoneOffsets};

/// `frame` without the rows before its first number that is not 0, by time; unchanged if it has no time;
/// `None` if there is no such number.
pub(crate) fn without_lead(frame: &Frame, zone: &ZoneOffsets) -> Option<Frame> {
    let says_something = |column: &Column, row: usize| match &column.values {
        // NaN and infinity are not zero either.
        Values::Float(cells) => cells.get(row).copied().flatten().is_some_and(|cell| cell != 0.0),
        values => values.number(row).is_some_and(|number| number != 0.0),
    };
    let columns = frame.columns();
    let numbers = || columns.iter().filter(|column| column.values.is_number());
    if numbers().next().is_none() {
        return (frame.rows() > 0).then(|| frame.clone());
    }
    let mut known = (0..frame.rows()).filter(|row| numbers().any(|one| says_something(one, *row)));
    let Some(times) = columns.iter().find(|column| column.values.is_time()) else {
        return known.next().map(|_| frame.clone());
    };
    let begins = known.filter_map(|row| times.values.placed(row, zone)).min()?;
    let is_after = |row: &usize| times.values.placed(*row, zone).is_some_and(|at| at >= begins);
    let rows: Vec<usize> = (0..frame.rows()).filter(is_after).collect();
    Some(frame.of_rows(&rows))
}

/// The first of the times in the first column of `frame`.
pub(crate) fn first_time(frame: &Frame, zone: &ZoneOffsets) -> Option<Timestamp> {
    let times = frame.columns().first().filter(|column| column.values.is_time())?;
    (0..frame.rows()).filter_map(|row| times.values.placed(row, zone)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(times: &[i64], numbers: &[Option<i64>]) -> Frame {
        let times = times.iter().map(|at| Some(Timestamp(*at))).collect();
        let column = |name: &str, values| Column { name: name.into(), values };
        let numbers = column("n", Values::Int(numbers.to_vec()));
        Frame::new(vec![column("t", Values::Time(times)), numbers]).unwrap()
    }

    fn left(frame: &Frame) -> Option<Vec<Option<i64>>> {
        match &without_lead(frame, &ZoneOffsets::utc())?.column("n")?.values {
            Values::Int(cells) => Some(cells.clone()),
            _ => None,
        }
    }

    #[test]
    fn zeros_before_the_first_number_go_and_those_after_it_stay() {
        let all = frame(&[1, 2, 3, 4, 5], &[Some(0), None, Some(7), Some(0), Some(2)]);
        assert_eq!(left(&all), Some(vec![Some(7), Some(0), Some(2)]));
        let backwards = frame(&[3, 2, 1], &[Some(0), Some(7), Some(0)]);
        assert_eq!(left(&backwards), Some(vec![Some(0), Some(7)]), "in whatever order");
    }

    #[test]
    fn nothing_but_zeros_is_no_period() {
        assert_eq!(left(&frame(&[1, 2], &[Some(0), None])), None);
        assert_eq!(left(&frame(&[], &[])), None);
        let figure = |n| {
            let column = Column { name: "n".into(), values: Values::Int(vec![n]) };
            Frame::new(vec![column]).unwrap()
        };
        assert_eq!(left(&figure(Some(0))), None);
        assert_eq!(left(&figure(Some(3))), Some(vec![Some(3)]), "a part of it");
    }
}
