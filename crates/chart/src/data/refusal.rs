//! [`Refusal`]: why a frame is not drawn, in words that say what to write instead.

use super::point_labels;
use crate::spec::Input;
use brisk_domain::{Frame, Unit};

/// Why a frame is not drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Its columns do not fit the kind.
    Unfit,
    /// What they hold; a sentence without its full stop.
    Because(String),
}

impl Refusal {
    /// Several rows on one point whose numbers do not add up; `row` is one of them.
    pub(crate) fn several(frame: &Frame, input: &Input<'_>, column: &str, row: usize) -> Self {
        let points = &frame.columns()[..1];
        let point = point_labels::of(points, &[row], &[], input).pop().unwrap_or_default();
        let x = points.first().map_or("", |column| column.name.as_str());
        Self::Because(format!(
            "Several rows are on one point ({point}), and their \"{column}\" cannot be added up: make \
             one row of them in the statement (group by {x}), or name the series in the second column"
        ))
    }

    /// Numbers of a stack that do not add up.
    pub(crate) fn stacked(column: &str) -> Self {
        Self::Because(format!(
            "The \"{column}\" of several series cannot be added up, so they cannot stand on each other: leave \
             out stacked, or write a sum or a count"
        ))
    }

    /// Numbers of a stack that measure different things.
    pub(crate) fn units((one, unit): (&str, &Unit), (other, other_unit): (&str, &Unit)) -> Self {
        let [unit, other_unit] = [unit, other_unit].map(|unit| match unit {
            Unit::None | Unit::Plain => "without a unit".to_owned(),
            unit => String::from(unit.clone()),
        });
        Self::Because(format!(
            "\"{one}\" ({unit}) and \"{other}\" ({other_unit}) do not measure the same, so they cannot stand on each \
             other: leave out stacked, give them one unit in columns, or hide one of them with cell = \"hidden\""
        ))
    }

    /// Numbers of a ring that do not add up.
    pub(crate) fn ring(column: &str) -> Self {
        Self::Because(format!(
            "A donut shows parts of a whole, and \"{column}\" cannot be added up: use kind = \"bar\", or write a \
             sum or a count"
        ))
    }

    /// Whole numbers that could equally be names of series and measured values.
    pub(crate) fn unclear(frame: &Frame, column: &str) -> Self {
        let x = frame.columns().first().map_or("", |column| column.name.as_str());
        Self::Because(format!(
            "Several rows have the same \"{x}\", and \"{column}\" may name their series or be measured: \
             write cast({column} as text) if it names them, else sum({column}) with group by {x}"
        ))
    }
}
