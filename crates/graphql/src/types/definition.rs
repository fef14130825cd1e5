//! What can be asked for: a dashboard's variables, panels and default view.

use async_graphql::SimpleObject;
use serde::Deserialize;

/// A dashboard, as the JSON API defines it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Definition {
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// A one-sentence description.
    pub description: Option<String>,
    /// The time zone that its days and hours follow.
    pub zone: String,
    /// The default range.
    pub range: String,
    /// The default interval.
    pub interval: String,
    /// Whether its file is broken and this is its last good version.
    pub outdated: bool,
    /// Its variables.
    pub variables: Vec<Variable>,
    /// Its panels in reading order.
    pub panels: Vec<PanelDefinition>,
    /// The address of its page.
    pub page: String,
}

/// A variable.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, SimpleObject)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: String,
    /// Its kind, by the word of dashboard files: `single` takes one value, `multi` several.
    pub kind: String,
    /// The values chosen by default; none means all. `null` is NULL.
    pub default: Vec<Option<String>>,
    /// The allowed values; null if they come from the database: ask for the `choices` of a view.
    pub options: Option<Vec<Option<String>>>,
}

/// A panel and what its frame holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, SimpleObject)]
pub struct PanelDefinition {
    /// Its name in addresses.
    pub id: String,
    /// Its title; `{interval}` stands for the word of the interval in use.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: Option<String>,
    /// How it is drawn, and so what its columns mean: `stat`, `line`, `table`…
    pub kind: String,
    /// The unit of its numbers: a currency code, `percent` (1 is 100 %), `seconds`, `bytes`, or a noun.
    pub unit: Option<String>,
    /// What its frame is compared with: `previous period` or `previous year`.
    pub compare: Option<String>,
    /// Its fixed interval, if it has one.
    pub interval: Option<String>,
    /// The columns that its file describes. The frame has all columns.
    pub columns: Vec<ColumnDefinition>,
}

/// A column, as its file describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, SimpleObject)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: String,
    /// The unit of its numbers.
    pub unit: Option<String>,
    /// How it is computed from another column.
    pub computed: Option<Computed>,
}

/// How a column is computed from another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, SimpleObject)]
pub struct Computed {
    /// `running-total`, `share`, `delta` or `moving-average`.
    pub kind: String,
    /// The name of the other column.
    pub of: String,
}
