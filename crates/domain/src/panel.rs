//! A panel: one statement, and how its frame is shown.

use crate::panel_kind::PanelKind;
use crate::sentence::label_from;
use crate::{
    CachePolicy, Compare, Edges, Frame, Interval, PanelFilter, PanelId, PanelLink, Query,
    SourceName, Tag, Unit,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One statement, and how its frame is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Its name, unique within the dashboard.
    pub id: PanelId,
    /// Its title; `{interval}` is replaced by the name of the current interval.
    pub title: String,
    /// A description for readers: what the figure counts.
    pub description: Option<String>,
    /// How the frame is drawn, with the options of the kind.
    pub kind: PanelKind,
    /// The source that the statement reads.
    pub source: SourceName,
    /// The statement.
    pub query: Query,
    /// What the numbers measure, unless a column says otherwise.
    pub unit: Unit,
    /// The comparison period.
    pub compare: Option<Compare>,
    /// What is shown of time buckets that are not whole.
    pub edges: Edges,
    /// Its place on the grid.
    pub place: GridPlace,
    /// How long its frames may be shown.
    pub cache: CachePolicy,
    /// Tags that its entries have besides those of the tables it reads.
    pub tags: Vec<Tag>,
    /// The interval of its buckets, if fixed by the panel.
    pub interval: Option<Interval>,
    /// How individual columns are shown.
    pub columns: Vec<ColumnStyle>,
    /// Columns computed from others after the query.
    pub computed: Vec<Computed>,
    /// The variable that clicking a mark or row sets.
    pub filter: Option<PanelFilter>,
    /// The dashboard that the panel, or each of its marks or rows, leads to.
    pub link: Option<PanelLink>,
}

/// A panel's place on the grid of 12 columns; there are as many rows as needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GridPlace {
    /// The first column, 0 to 11.
    pub x: u16,
    /// The first row, from 0.
    pub y: u16,
    /// The width in columns, 1 to 12.
    pub w: u16,
    /// The height in rows.
    pub h: u16,
}

/// How one column is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnStyle {
    /// The column's name in the statement, or that of a computed column.
    pub name: String,
    /// The label for readers; the name with spaces for underscores by default.
    pub label: Option<String>,
    /// What its numbers measure, if not the panel's unit.
    pub unit: Option<Unit>,
    /// For integers in units of 10^-scale (thousandths of a pound: 3), which become exact decimals.
    pub scale: u8,
    /// Whether thousands are separated; `None` leaves it to a guess: see [`looks_plain`].
    ///
    /// [`looks_plain`]: crate::format::looks_plain
    pub grouping: Option<bool>,
    /// What a table cell shows besides the text.
    pub cell: Cell,
}

/// What a table cell shows besides the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cell {
    /// Nothing.
    #[default]
    Plain,
    /// A bar proportional to the number.
    Bar,
    /// A sparkline; the column holds numbers separated by commas.
    Trend,
    /// The column is hidden.
    Hidden,
}

/// A column computed from another after the query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computed {
    /// The new column's name.
    pub name: String,
    /// The number column it is computed from.
    pub of: String,
    /// How.
    pub kind: ComputedKind,
}

/// How a computed column is derived: along each series of a chart, else row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComputedKind {
    /// The running total; exact for integers and decimals.
    RunningTotal,
    /// The share of the column's total, as a fraction.
    Share,
    /// The difference from the previous point; exact for integers and decimals.
    Delta,
    /// The mean of this point and up to six before it.
    MovingAverage,
}

impl ComputedKind {
    /// Every kind, with its keyword in dashboard files.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("running total", Self::RunningTotal),
        ("share", Self::Share),
        ("delta", Self::Delta),
        ("moving average", Self::MovingAverage),
    ];
}

impl fmt::Display for ComputedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RunningTotal => "running total",
            Self::Share => "share",
            Self::Delta => "delta",
            Self::MovingAverage => "moving average",
        })
    }
}

impl GridPlace {
    /// Whether the two places overlap.
    pub fn overlaps(self, other: Self) -> bool {
        let apart = |a: u16, a_len: u16, b: u16, b_len: u16| a + a_len <= b || b + b_len <= a;
        !apart(self.x, self.w, other.x, other.w) && !apart(self.y, self.h, other.y, other.h)
    }
}

impl Panel {
    /// The style of the column called `name`.
    pub fn column(&self, name: &str) -> Option<&ColumnStyle> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// What the numbers of the column called `name` measure.
    pub fn unit_of(&self, column: &str) -> &Unit {
        self.own_unit_of(column).unwrap_or(&self.unit)
    }

    /// The same where it is not the panel's unit: what the column's style says, else what its numbers are computed
    /// of. A share is a fraction, whatever it is a share of.
    pub fn own_unit_of(&self, column: &str) -> Option<&Unit> {
        let (mut column, mut computed) = (column, self.computed.as_slice());
        loop {
            if let Some(unit) = self.column(column).and_then(|style| style.unit.as_ref()) {
                return Some(unit);
            }
            // A column is computed of those before it.
            let at = computed.iter().position(|one| one.name == column)?;
            if computed[at].kind == ComputedKind::Share {
                return Some(&Unit::Percent);
            }
            column = &computed[at].of;
            computed = &computed[..at];
        }
    }

    /// What the numbers of the column `at` of `frame` measure.
    pub fn unit_in(&self, frame: &Frame, at: usize) -> &Unit {
        let own = frame.columns().get(at).and_then(|column| self.own_unit_of(&column.name));
        own.unwrap_or(if self.kind.has_unit(frame, at) { &self.unit } else { &Unit::None })
    }

    /// The label of the column called `name`.
    pub fn label_of(&self, column: &str) -> String {
        match self.column(column).and_then(|c| c.label.clone()) {
            Some(label) => label,
            None => label_from(column),
        }
    }

    /// The title, with the name of the interval filled in.
    pub fn title_at(&self, interval: Interval) -> String {
        self.title.replace("{interval}", self.interval.unwrap_or(interval).word())
    }
}
