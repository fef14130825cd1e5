//! The kinds of panels. Everything about a kind is in its own file: its options, their defaults and
//! its traits. Code that treats kinds differently asks the traits or matches on every kind.
//!
//! How to add one: `docs/extending.md`.

pub mod area;
pub mod bar;
pub mod donut;
mod empty_bucket;
pub mod gauge;
pub mod heatmap;
pub mod histogram;
pub mod line;
pub mod scatter;
pub mod stat;
pub mod table;
mod traits;

pub use area::Area;
pub use bar::Bar;
pub use donut::Donut;
pub use empty_bucket::EmptyBucket;
pub use gauge::Gauge;
pub use heatmap::Heatmap;
pub use histogram::Histogram;
pub use line::Line;
pub use scatter::Scatter;
pub use stat::{Better, Stat};
pub use table::Table;
pub use traits::{Body, Card, MenuEntry, Skeleton, Thumbnail, Traits};

use crate::Frame;
use crate::kinds::kinds;
use crate::query::Query;

kinds! {
    /// How a frame is drawn, with the options of the kind. A column's role follows from its
    /// position.
    pub enum PanelKind, named by PanelKindName, with Traits {
        /// One figure: the first number of the first row.
        Stat in stat,
        /// Lines: the first column is x (time or number); if a text column follows, it names the
        /// series, otherwise each number column is a series.
        Line in line,
        /// Areas; columns as for lines.
        Area in area,
        /// Bars; columns as for lines, x may be text.
        Bar in bar,
        /// Shares of a whole: a text column and a number column.
        Donut in donut,
        /// Cells: the first column is x, the second y, the third the value.
        Heatmap in heatmap,
        /// A distribution: the first column is each bin's lower end or label, the second its count.
        Histogram in histogram,
        /// Points: two number columns, and optionally a text column that names each point.
        Scatter in scatter,
        /// Rows and columns.
        Table in table,
        /// One figure on a scale.
        Gauge in gauge,
    }
}

impl PanelKind {
    /// The second statement the panel runs, if any: a stat's sparkline.
    pub fn sparkline(&self) -> Option<&Query> {
        match self {
            Self::Stat(stat) => stat.sparkline.as_ref(),
            Self::Line(_)
            | Self::Area(_)
            | Self::Bar(_)
            | Self::Donut(_)
            | Self::Heatmap(_)
            | Self::Histogram(_)
            | Self::Scatter(_)
            | Self::Table(_)
            | Self::Gauge(_) => None,
        }
    }

    /// Whether the panel's unit is that of the column `at` of `frame`. A histogram's bins have it, if they are
    /// numbers: what stands beside them counts rows.
    pub fn has_unit(&self, frame: &Frame, at: usize) -> bool {
        let is_binned = || frame.columns().first().is_some_and(|bins| bins.values.is_number());
        !matches!(self, Self::Histogram(_)) || at == 0 || !is_binned()
    }

    /// The same kind without its SQL, which must not leave the server.
    pub fn without_statements(&self) -> Self {
        match self {
            Self::Stat(stat) => Self::Stat(Stat { sparkline: None, ..stat.clone() }),
            Self::Line(_)
            | Self::Area(_)
            | Self::Bar(_)
            | Self::Donut(_)
            | Self::Heatmap(_)
            | Self::Histogram(_)
            | Self::Scatter(_)
            | Self::Table(_)
            | Self::Gauge(_) => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_unique_keyword_and_fits_the_grid() {
        for (i, name) in PanelKindName::ALL.iter().enumerate() {
            let others = &PanelKindName::ALL[i + 1..];
            assert!(others.iter().all(|other| other.word() != name.word()), "{name:?}");
            let (w, h) = name.traits().size;
            assert!((1..=12).contains(&w) && h > 0, "{name:?}");
        }
    }

    #[test]
    fn kinds_are_serialized_by_their_keyword() {
        let stored = serde_json::to_value(PanelKind::Gauge(Gauge { max: 5.0 })).unwrap();
        assert_eq!(stored, serde_json::json!({ "gauge": { "max": 5.0 } }));
        let kind: PanelKind = serde_json::from_value(serde_json::json!({ "donut": null })).unwrap();
        assert_eq!((kind.name(), kind.word()), (PanelKindName::Donut, "donut"));
    }

    #[test]
    fn no_sql_leaves_the_server() {
        let sparkline = Some(Query { sql: "select secret".into(), line: 1 });
        let stat = PanelKind::Stat(Stat { sparkline, better: Better::Down });
        assert!(stat.sparkline().is_some());
        let shown = PanelKind::Stat(Stat { sparkline: None, better: Better::Down });
        assert_eq!(stat.without_statements(), shown);
    }
}
