//! [`ColumnAdditivity`]: which columns of a result add up, found by their place or name. Pure.

use super::aggregates::Aggregate;
use brisk_domain::{Additivity, Frame};

/// What is known of the columns of a statement. A `*` over tables that only the database knows has neither
/// name nor place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ColumnAdditivity {
    /// The columns, in order; including those of a `*` that could be resolved.
    pub(super) columns: Vec<Known>,
    /// Whether there are others, so that positions say nothing.
    pub(super) is_open: bool,
    /// Whether nothing is known of any.
    pub(super) is_unknown: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Known {
    /// Its name in lower case, if the statement gives it one.
    pub(super) name: Option<String>,
    pub(super) additivity: Additivity,
    pub(super) aggregate: Aggregate,
}

impl ColumnAdditivity {
    /// For a statement that cannot be parsed: adding up might be wrong.
    pub(crate) fn unknown() -> Self {
        Self { is_unknown: true, ..Self::default() }
    }

    /// Whether each of the columns called `names` adds up, those of the statement coming first.
    pub fn of<'a>(&self, names: impl Iterator<Item = &'a str>) -> Vec<Additivity> {
        let one = |(at, name)| {
            if self.is_unknown {
                return Additivity::Unknown;
            }
            self.column(at, name).map_or_else(Additivity::default, |column| column.additivity)
        };
        names.enumerate().map(one).collect()
    }

    /// The same for the columns of a result. Of those that hold no numbers, [`Additivity::Extreme`] is an aggregate
    /// that names no row.
    pub fn of_frame(&self, frame: &Frame) -> Vec<Additivity> {
        let columns = frame.columns();
        let mut all = self.of(columns.iter().map(|column| column.name.as_str()));
        for (at, (one, column)) in all.iter_mut().zip(columns).enumerate() {
            if column.values.is_number() {
                continue;
            }
            let known = self.column(at, &column.name);
            let names_no_row = match known.map(|known| known.aggregate).unwrap_or_default() {
                Aggregate::No => false,
                Aggregate::OfNamed => true,
                Aggregate::OfUnnamed => column.values.is_time(),
            };
            if names_no_row {
                *one = Additivity::Extreme;
            } else if *one == Additivity::Extreme {
                *one = Additivity::Plain;
            }
        }
        all
    }

    fn column(&self, at: usize, name: &str) -> Option<&Known> {
        let by_place = self.columns.get(at).filter(|_| !self.is_open);
        by_place.or_else(|| {
            let name = name.to_lowercase();
            self.columns.iter().find(|column| column.name.as_ref() == Some(&name))
        })
    }
}
