//! A panel: one statement, and how its frame is shown.

use crate::panel_kind::PanelKind;
use crate::{
    CachePolicy, Compare, Interval, PanelFilter, PanelId, PanelLink, Query, SourceName, Tag, Unit,
};
use serde::{Deserialize, Serialize};

/// One statement, and how its frame is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Its name, unique in the dashboard.
    pub id: PanelId,
    /// Its title; `{interval}` stands for the word of the interval in use.
    pub title: String,
    /// A sentence for readers: what the figure counts.
    pub description: Option<String>,
    /// How the frame is drawn, with what only that kind can be told.
    pub kind: PanelKind,
    /// The source that the statement reads.
    pub source: SourceName,
    /// The statement.
    pub query: Query,
    /// What the numbers count, where a column does not say otherwise.
    pub unit: Unit,
    /// The range that it is compared with.
    pub compare: Option<Compare>,
    /// Where it stands.
    pub place: GridPlace,
    /// How long its frames may be shown.
    pub cache: CachePolicy,
    /// What else than its tables makes its frames out of date.
    pub tags: Vec<Tag>,
    /// The interval of its buckets where the panel insists on one.
    pub interval: Option<Interval>,
    /// How single columns are shown.
    pub columns: Vec<ColumnStyle>,
    /// Columns that are computed from others after the query.
    pub computed: Vec<Computed>,
    /// The variable that a mark or row sets when it is chosen.
    pub filter: Option<PanelFilter>,
    /// The dashboard that the panel, or each of its marks or rows, leads to.
    pub link: Option<PanelLink>,
}

/// Where a panel stands on the grid of 12 columns; rows are as many as needed.
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
    /// The column's name in the statement, or that of a computed one.
    pub name: String,
    /// The word for readers; the name with blanks for underscores where absent.
    pub label: Option<String>,
    /// What its numbers count, where not the panel's unit.
    pub unit: Option<Unit>,
    /// For whole numbers that count 10^-scale units (thousandths of a pound: 3): they become
    /// exact decimals.
    pub scale: u8,
    /// What stands in a table's cell besides the text.
    pub cell: Cell,
}

/// What stands in a table's cell besides the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cell {
    /// Nothing.
    #[default]
    Plain,
    /// A bar as long as the number.
    Bar,
    /// A small line; the column holds numbers with commas between them.
    Trend,
    /// Not shown.
    Hidden,
}

/// A column that is computed from another after the query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computed {
    /// The new column's name.
    pub name: String,
    /// The number column that it is computed from.
    pub of: String,
    /// How.
    pub kind: ComputedKind,
}

/// How a computed column follows from its column, row by row in the frame's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComputedKind {
    /// The sum of this row and all before it; exact for whole numbers and decimals.
    RunningTotal,
    /// The part of the column's sum, as a fraction.
    Share,
    /// The difference to the row before; exact for whole numbers and decimals.
    Delta,
    /// The mean of this row and up to six before it.
    MovingAverage,
}

impl ComputedKind {
    /// Every kind with its words in dashboard files.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("running total", Self::RunningTotal),
        ("share", Self::Share),
        ("delta", Self::Delta),
        ("moving average", Self::MovingAverage),
    ];
}

impl GridPlace {
    /// Whether the two places share a cell.
    pub fn overlaps(self, other: Self) -> bool {
        let apart = |a: u16, a_len: u16, b: u16, b_len: u16| a + a_len <= b || b + b_len <= a;
        !apart(self.x, self.w, other.x, other.w) && !apart(self.y, self.h, other.y, other.h)
    }
}

impl Panel {
    /// The style of the column of that name.
    pub fn column(&self, name: &str) -> Option<&ColumnStyle> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// What the numbers of that column count.
    pub fn unit_of(&self, column: &str) -> &Unit {
        self.column(column).and_then(|c| c.unit.as_ref()).unwrap_or(&self.unit)
    }

    /// The word for readers for that column.
    pub fn label_of(&self, column: &str) -> String {
        match self.column(column).and_then(|c| c.label.clone()) {
            Some(label) => label,
            None => {
                let words = column.replace('_', " ");
                let mut letters = words.chars();
                letters.next().map_or(String::new(), |c| c.to_uppercase().chain(letters).collect())
            }
        }
    }

    /// The title with the interval's word in its place.
    pub fn title_at(&self, interval: Interval) -> String {
        self.title.replace("{interval}", self.interval.unwrap_or(interval).word())
    }
}
