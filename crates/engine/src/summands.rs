//! What columns hold that shares and running totals would add up. Pure.

use brisk_domain::panel::{Computed, ComputedKind};
use brisk_domain::{Additivity, Column, Frame, Panel, Unit, format};
use std::fmt;
use std::sync::Arc;

/// What the values of a column are, if they are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summand {
    /// Parts of a whole; or nobody knows, and so may be.
    Part,
    /// Averages, ratios and the like.
    Average,
    /// Minima or maxima.
    Extreme,
    /// Counts of distinct values, some of which several rows may have counted.
    Distinct,
    /// Running totals: each has those before it in it.
    RunningTotal,
    /// Moving averages.
    MovingAverage,
}

impl Summand {
    /// What a column computed as `kind` holds. Differences come to the difference over all of them, whatever they
    /// are of.
    pub fn computed(kind: ComputedKind) -> Self {
        match kind {
            ComputedKind::RunningTotal => Self::RunningTotal,
            ComputedKind::MovingAverage => Self::MovingAverage,
            ComputedKind::Share | ComputedKind::Delta => Self::Part,
        }
    }

    /// Whether `kind` may be computed of it.
    pub fn allows(self, kind: ComputedKind) -> bool {
        let adds_up = match kind {
            ComputedKind::RunningTotal | ComputedKind::Share => true,
            ComputedKind::Delta | ComputedKind::MovingAverage => false,
        };
        self == Self::Part || !adds_up
    }

    /// What to write instead of `kind`.
    pub(crate) fn instead(self, kind: ComputedKind) -> &'static str {
        match (self, kind) {
            (Self::RunningTotal, ComputedKind::Share) => {
                "For the share so far, take the running total of a share"
            }
            (Self::RunningTotal | Self::MovingAverage, _) => {
                "Compute it of the column that this one is computed of"
            }
            (_, ComputedKind::RunningTotal) => {
                "Take the running total of a sum or a count, or a moving average of this column"
            }
            _ => "Compute it of a sum or a count",
        }
    }
}

impl fmt::Display for Summand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Part => "a part of a whole",
            Self::Average => "an average, a ratio or the like",
            Self::Extreme => "a minimum or a maximum",
            Self::Distinct => "a count of distinct values, which several rows may share",
            Self::RunningTotal => "a running total itself",
            Self::MovingAverage => "a moving average",
        })
    }
}

/// What the columns of `frame` hold, of which the statement says `additivity`. Percentages that come to all of it
/// are its parts, however they were made.
pub(crate) fn of(panel: &Panel, frame: &Frame, additivity: &[Additivity]) -> Vec<Summand> {
    let is_summed = |name: &str| {
        let is_of = |one: &Computed| one.of == name && !Summand::Average.allows(one.kind);
        panel.computed.iter().any(is_of)
    };
    let summand = |(at, column): (usize, &Arc<Column>)| {
        let summand = match additivity.get(at).copied().unwrap_or_default() {
            Additivity::Single => Summand::Average,
            Additivity::Extreme => Summand::Extreme,
            Additivity::Distinct => Summand::Distinct,
            Additivity::Total
            | Additivity::Plain
            | Additivity::Key
            | Additivity::Shared
            | Additivity::Unknown => Summand::Part,
        };
        if summand == Summand::Part || !column.values.is_number() || !is_summed(&column.name) {
            return Summand::Part;
        }
        let is_percentage = *panel.unit_in(frame, at) == Unit::Percent;
        let numbers = (0..frame.rows()).filter_map(|row| column.values.number(row));
        let is_whole = match numbers.collect::<Vec<f64>>().as_slice() {
            [all] => (all - 1.0).abs() < 1e-9,
            parts => format::are_shares(parts),
        };
        if is_percentage && is_whole { Summand::Part } else { summand }
    };
    frame.columns().iter().enumerate().map(summand).collect()
}
