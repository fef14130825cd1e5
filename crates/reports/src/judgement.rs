//! [`judge`]: whether a report's condition is met, by what its recipient may see. Figures are compared digit
//! for digit.

use brisk_domain::report::condition::{Condition, Figure, Test};
use brisk_domain::{Column, Coverage, Decimal, Frame, Timestamp, ZoneOffsets};
use std::cmp::Ordering;

/// Whether a condition is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It is sent.
    Met,
    /// It is not sent, for this reason.
    NotMet(String),
    /// Nobody knows, for this reason: neither sent nor counted as not needed.
    Unknown(String),
}

/// A panel's data, as far as conditions look at them.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'f> {
    /// The frame.
    pub frame: &'f Frame,
    /// Which of its time buckets are whole.
    pub coverage: Option<&'f Coverage>,
    /// The dashboard's zone, around them.
    pub offsets: &'f ZoneOffsets,
}

/// Whether `condition` is met by what is `seen` of its panel. `before` is the figure at the previous due
/// time, of the same recipient; none at the first.
pub fn judge(condition: &Condition, seen: Seen<'_>, before: Option<&Decimal>) -> Judgement {
    let panel = &condition.panel;
    let Some((wanted, bound)) = condition.test.figure() else {
        return match seen.frame.rows() {
            0 => Judgement::NotMet(format!("panel \"{panel}\" has no rows")),
            _ => Judgement::Met,
        };
    };
    let now = match figure(wanted, seen) {
        Ok(Some(now)) => now,
        Ok(None) => return Judgement::NotMet(format!("panel \"{panel}\" has no figure")),
        Err(why) => return Judgement::Unknown(format!("panel \"{panel}\" {why}")),
    };
    let is_met = match condition.test {
        Test::HasRows => true,
        Test::Above(..) => now.compare(bound) == Ordering::Greater,
        Test::Below(..) => now.compare(bound) == Ordering::Less,
        Test::Crossed(..) => {
            let Some(before) = before else {
                let why =
                    format!("{now} is the first figure of panel \"{panel}\": nothing was crossed");
                return Judgement::NotMet(why);
            };
            is_below(before, bound) != is_below(&now, bound)
        }
    };
    match (is_met, &condition.test) {
        (true, _) => Judgement::Met,
        (false, Test::Below(..)) => Judgement::NotMet(format!("{now} is not below {bound}")),
        (false, Test::Crossed(..)) => {
            let side = if is_below(&now, bound) { "below" } else { "not below" };
            Judgement::NotMet(format!("{now} is {side} {bound}, as before"))
        }
        (false, _) => Judgement::NotMet(format!("{now} is not above {bound}")),
    }
}

/// The bound itself counts as above: so each figure is on one side.
fn is_below(figure: &Decimal, bound: &Decimal) -> bool {
    figure.compare(bound) == Ordering::Less
}

/// The figure of a panel: that of its only row, or with time buckets of the last whole one. `None` where
/// there is none: no row, NULL, NaN. An error says why it is not clear which one is meant.
pub fn figure(wanted: &Figure, seen: Seen<'_>) -> Result<Option<Decimal>, String> {
    let frame = seen.frame;
    if frame.rows() == 0 {
        return Ok(None);
    }
    let column = column(wanted, seen)?;
    let Some(row) = row(seen)? else { return Ok(None) };
    let exact = column.values.exact(row);
    let decimal = exact.and_then(|digits| Decimal::parse(&digits).ok());
    Ok(decimal.filter(|decimal| decimal.as_str() != "NaN"))
}

fn column<'f>(wanted: &Figure, seen: Seen<'f>) -> Result<&'f Column, String> {
    let Some(name) = &wanted.column else {
        let buckets = seen.coverage.and_then(|coverage| coverage.column);
        let numbers = seen.frame.columns().iter().enumerate();
        let mut numbers =
            numbers.filter(|(at, one)| Some(*at) != buckets && one.values.is_number());
        let first = numbers.next().map(|(_, column)| &**column);
        return first.ok_or_else(|| "has no column with numbers".to_owned());
    };
    match seen.frame.column(name) {
        Some(column) if column.values.is_number() => Ok(column),
        Some(_) => Err(format!("has no numbers in column \"{name}\"")),
        None => Err(format!("has no column \"{name}\"")),
    }
}

/// The row of the figure.
fn row(seen: Seen<'_>) -> Result<Option<usize>, String> {
    let rows = seen.frame.rows();
    let buckets = seen.coverage.and_then(|coverage| Some((coverage, coverage.column?)));
    let Some((coverage, at)) = buckets else {
        return match rows {
            1 => Ok(Some(0)),
            _ => Err(format!("has {rows} rows, and a condition compares one figure")),
        };
    };
    let Some(column) = seen.frame.columns().get(at) else { return Ok(None) };
    let start = |row| coverage.start(&column.values, row, seen.offsets);
    let whole = (0..rows).filter_map(|row| Some((start(row)?, row)));
    let whole: Vec<(Timestamp, usize)> =
        whole.filter(|(start, _)| coverage.is_whole(*start)).collect();
    let Some(last) = whole.iter().map(|(start, _)| *start).max() else { return Ok(None) };
    let mut of_last = whole.iter().filter(|(start, _)| *start == last);
    match (of_last.next(), of_last.next()) {
        (Some((_, row)), None) => Ok(Some(*row)),
        _ => Err("has several rows for a time, and a condition compares one figure".to_owned()),
    }
}
