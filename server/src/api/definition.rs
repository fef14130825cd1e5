//! What programs learn of dashboards: what can be asked, never how it is read. Statements, sources and
//! cache policies stay inside.

use super::frame::{ComputedFrom, computed, word};
use brisk_domain::variable_kind::Options;
use brisk_domain::{Dashboard, IntervalChoice, Panel, TimeRange, Variable};
use serde::Serialize;
use utoipa::ToSchema;

/// The dashboards that you may see.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dashboards<'a> {
    /// Sorted by name.
    pub dashboards: Vec<Summary<'a>>,
}

/// A dashboard, as listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary<'a> {
    /// Its name in addresses.
    #[schema(example = "online-retail")]
    pub slug: &'a str,
    /// Its title.
    pub title: &'a str,
    /// A one-sentence description.
    #[schema(required = true)]
    pub description: Option<&'a str>,
    /// The number of panels.
    pub panels: usize,
    /// The address of its definition.
    #[schema(example = "/api/v1/dashboards/online-retail")]
    pub href: String,
}

/// A dashboard: its variables, panels and defaults.
#[derive(Debug, Serialize, ToSchema)]
pub struct Definition<'a> {
    /// Its name in addresses.
    #[schema(example = "online-retail")]
    pub slug: &'a str,
    /// Its title.
    pub title: &'a str,
    /// A one-sentence description.
    #[schema(required = true)]
    pub description: Option<&'a str>,
    /// The IANA time zone whose wall clock its days and hours follow, unless `tz` says otherwise.
    #[schema(example = "Europe/London")]
    pub zone: &'a str,
    /// The default range: a word such as `last-90-days`, or two days with
    /// `..` between them.
    #[schema(example = "last-90-days")]
    pub range: String,
    /// The default interval: `auto`, or a word such as `day`.
    #[schema(example = "auto")]
    pub interval: &'static str,
    /// Whether the dashboard's file is broken and this is its last good version.
    pub outdated: bool,
    /// The variables; each is a query parameter of the same name.
    pub variables: Vec<VariableDefinition<'a>>,
    /// The panels in reading order.
    pub panels: Vec<PanelDefinition<'a>>,
    /// The address of all panels' data.
    #[schema(example = "/api/v1/dashboards/online-retail/data")]
    pub data: String,
    /// The address of its page.
    #[schema(example = "/d/online-retail")]
    pub page: String,
}

/// A variable.
#[derive(Debug, Serialize, ToSchema)]
pub struct VariableDefinition<'a> {
    /// The name of its parameter.
    #[schema(example = "country")]
    pub name: &'a str,
    /// Its label.
    pub label: &'a str,
    /// Its kind, by the word of dashboard files: `single` takes one value; with `multi` the
    /// parameter may be repeated.
    #[schema(example = "multi")]
    pub kind: &'static str,
    /// The values chosen by default; none means all.
    pub default: Vec<Option<String>>,
    /// The allowed values; null if they come from the database.
    #[schema(required = true)]
    pub options: Option<Vec<Option<String>>>,
}

/// A panel and what its frame holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct PanelDefinition<'a> {
    /// Its name in addresses.
    #[schema(example = "revenue-by-day")]
    pub id: &'a str,
    /// Its title; `{interval}` stands for the word of the interval in use.
    pub title: &'a str,
    /// What it shows, in a sentence.
    #[schema(required = true)]
    pub description: Option<&'a str>,
    /// How it is drawn, and so what its columns mean: `stat`, `line`, `table`…
    #[schema(example = "line")]
    pub kind: &'static str,
    /// The unit of its numbers: a currency code, `percent` (1 is 100 %), `seconds`, `bytes`, or
    /// a noun.
    #[schema(required = true, example = "GBP")]
    pub unit: Option<String>,
    /// What its frame is compared with: `previous period` or `previous year`.
    #[schema(required = true)]
    pub compare: Option<&'static str>,
    /// Its fixed interval, if it has one.
    #[schema(required = true)]
    pub interval: Option<&'static str>,
    /// The columns that its file describes. The frame has all columns.
    pub columns: Vec<ColumnDefinition<'a>>,
    /// The address of its data.
    #[schema(example = "/api/v1/dashboards/online-retail/panels/revenue-by-day")]
    pub data: String,
}

/// A column, as its file describes it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ColumnDefinition<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its label.
    pub label: String,
    /// The unit of its numbers.
    #[schema(required = true)]
    pub unit: Option<String>,
    /// How it is computed from another column.
    #[schema(required = true)]
    pub computed: Option<ComputedFrom<'a>>,
}

impl<'a> Summary<'a> {
    /// The summary of `dashboard`.
    pub fn of(dashboard: &'a Dashboard) -> Self {
        Self {
            slug: dashboard.slug.as_str(),
            title: &dashboard.title,
            description: dashboard.description.as_deref(),
            panels: dashboard.panels.len(),
            href: href(dashboard),
        }
    }
}

impl<'a> Definition<'a> {
    /// The definition of `dashboard`.
    pub fn of(dashboard: &'a Dashboard, outdated: bool) -> Self {
        let range: &TimeRange = &dashboard.range;
        Self {
            slug: dashboard.slug.as_str(),
            title: &dashboard.title,
            description: dashboard.description.as_deref(),
            zone: dashboard.zone.as_str(),
            range: range.to_string(),
            interval: match dashboard.interval {
                IntervalChoice::Auto => "auto",
                IntervalChoice::Fixed(interval) => interval.word(),
            },
            outdated,
            variables: dashboard.variables.iter().map(VariableDefinition::of).collect(),
            panels: dashboard.panels.iter().map(|p| PanelDefinition::of(dashboard, p)).collect(),
            data: format!("{}/data", href(dashboard)),
            page: format!("/d/{}", dashboard.slug),
        }
    }
}

impl<'a> VariableDefinition<'a> {
    fn of(variable: &'a Variable) -> Self {
        let listed = variable.kind.options().and_then(Options::fixed);
        Self {
            name: variable.name.as_str(),
            label: &variable.label,
            kind: variable.kind.word(),
            default: variable.kind.default_selection().choices().map(Into::into).collect(),
            options: listed.map(|all| all.iter().cloned().map(Into::into).collect()),
        }
    }
}

impl<'a> PanelDefinition<'a> {
    fn of(dashboard: &'a Dashboard, panel: &'a Panel) -> Self {
        let styled = panel.columns.iter().map(|style| style.name.as_str());
        let added = panel.computed.iter().map(|column| column.name.as_str());
        let added = added.filter(|name| panel.column(name).is_none());
        let column = |name: &'a str| ColumnDefinition {
            name,
            label: panel.label_of(name),
            unit: word(panel.unit_of(name)),
            computed: computed(panel, name).map(ComputedFrom::of),
        };
        Self {
            id: panel.id.as_str(),
            title: &panel.title,
            description: panel.description.as_deref(),
            kind: panel.kind.word(),
            unit: word(&panel.unit),
            compare: panel.compare.map(brisk_domain::Compare::label),
            interval: panel.interval.map(brisk_domain::Interval::word),
            columns: styled.chain(added).map(column).collect(),
            data: format!("{}/panels/{}", href(dashboard), panel.id),
        }
    }
}

fn href(dashboard: &Dashboard) -> String {
    format!("/api/v1/dashboards/{}", dashboard.slug)
}
