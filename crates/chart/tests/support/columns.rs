//! Columns of a frame, and the days that they are about.

use brisk_domain::panel::{Cell, ColumnStyle};
use brisk_domain::{Bounds, Column, Interval, Timestamp, Unit, Values, ZoneOffsets};

/// London's offsets in 2011: the clocks change on 27 March and 30 October.
pub(crate) fn london() -> ZoneOffsets {
    ZoneOffsets { first: 0, changes: vec![(1_301_187_600, 3600), (1_319_936_400, 0)] }
}

/// Midnight of 9 September 2011 in London.
pub(crate) fn start() -> Timestamp {
    Timestamp::from_seconds(1_315_522_800)
}

pub(crate) fn days(count: i64) -> Bounds {
    Bounds { from: start(), to: london().plus_days(start(), count) }
}

pub(crate) fn time(name: &str, cells: Vec<Timestamp>) -> Column {
    column(name, Values::Time(cells.into_iter().map(Some).collect()))
}

pub(crate) fn ints(name: &str, cells: impl IntoIterator<Item = i64>) -> Column {
    column(name, Values::Int(cells.into_iter().map(Some).collect()))
}

pub(crate) fn floats(name: &str, cells: impl IntoIterator<Item = f64>) -> Column {
    column(name, Values::Float(cells.into_iter().map(Some).collect()))
}

pub(crate) fn texts(name: &str, cells: &[&str]) -> Column {
    let cells = cells.iter().map(|c| Some((*c).to_owned())).collect();
    column(name, Values::Text(cells))
}

pub(crate) fn column(name: &str, values: Values) -> Column {
    Column { name: name.into(), values }
}

pub(crate) fn style(name: &str, unit: Option<Unit>, cell: Cell) -> ColumnStyle {
    ColumnStyle { name: name.into(), label: None, unit, scale: 0, grouping: None, cell }
}

pub(crate) fn gbp() -> Unit {
    Unit::Money("GBP".into())
}

/// Takings of a shop that closes on Saturdays: a wave, a trend and some noise.
pub(crate) fn takings(i: usize) -> f64 {
    let noise = ((i * 7919) % 97) as f64 / 97.0;
    let week = if i % 7 == 1 { 0.0 } else { 1.0 };
    (18_000.0 + i as f64 * 260.0 + 9_000.0 * noise + 4_000.0 * (i as f64 / 9.0).sin()) * week
}

pub(crate) fn day_starts(count: i64) -> Vec<Timestamp> {
    Interval::Day.buckets(days(count), &london())
}
