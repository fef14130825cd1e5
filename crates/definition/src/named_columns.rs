//! Checks the columns that a panel's keys name against those that its statements return. Pure.

use brisk_domain::{Panel, PanelId, VariableName};
use brisk_toml_reader::{Fields, Place, Problems, TomlFile, nearest};
use std::ops::Range;

/// A column that a panel names and none of its statements returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn {
    /// The name.
    pub name: String,
    /// The key that names it.
    pub key: ColumnKey,
    /// The column that is probably meant.
    pub meant: Option<String>,
    /// The columns that are returned.
    pub returned: Vec<String>,
}

/// A key of a panel that names a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKey {
    /// `columns`: how it is shown.
    Style,
    /// `scale` in `columns`: what its whole numbers count.
    Scale,
    /// `of` of the computed column of this name.
    ComputedOf(String),
    /// `column` of `filter`.
    Filter,
    /// The column that sets a variable of `link`.
    Link(VariableName),
}

/// More columns than these are not listed.
const LISTED: usize = 12;

/// The columns that `panel` names and that are not among `returned`, the columns of all its
/// statements.
pub fn unknown_columns(panel: &Panel, returned: &[&str]) -> Vec<UnknownColumn> {
    // No columns means that the statements were not described.
    if returned.is_empty() || !names_columns(panel) {
        return Vec::new();
    }
    let mut known = returned.to_vec();
    let mut unknown = Vec::new();
    let mut check = |name: &str, key: ColumnKey, known: &[&str]| {
        if !known.contains(&name) {
            unknown.push(UnknownColumn {
                name: name.to_owned(),
                key,
                meant: nearest(name, known).map(ToOwned::to_owned),
                returned: returned.iter().map(|name| (*name).to_owned()).collect(),
            });
        }
    };
    for computed in &panel.computed {
        check(&computed.of, ColumnKey::ComputedOf(computed.name.clone()), &known);
        known.push(&computed.name);
    }
    for style in &panel.columns {
        let key = if style.scale > 0 { ColumnKey::Scale } else { ColumnKey::Style };
        check(&style.name, key, &known);
    }
    if let Some(column) = panel.filter.as_ref().and_then(|filter| filter.column.as_deref()) {
        check(column, ColumnKey::Filter, &known);
    }
    for (variable, column) in panel.link.iter().flat_map(|link| &link.variables) {
        check(column, ColumnKey::Link(variable.clone()), &known);
    }
    unknown
}

/// Whether a key of `panel` names a column.
pub fn names_columns(panel: &Panel) -> bool {
    !panel.columns.is_empty()
        || !panel.computed.is_empty()
        || panel.filter.as_ref().is_some_and(|filter| filter.column.is_some())
        || panel.link.as_ref().is_some_and(|link| !link.variables.is_empty())
}

impl UnknownColumn {
    /// Whether the panel's figures depend on it, not just their presentation.
    pub fn is_needed(&self) -> bool {
        matches!(self.key, ColumnKey::Scale | ColumnKey::ComputedOf(_))
    }

    /// What is wrong, for whoever sees the key.
    pub fn problem(&self) -> String {
        format!("its statement returns no column \"{}\"{}", self.name, self.help())
    }

    /// What is wrong, for whoever sees the panel only.
    pub fn note(&self) -> String {
        let name = &self.name;
        let key = match &self.key {
            ColumnKey::Style | ColumnKey::Scale => format!("\"columns\" names \"{name}\""),
            ColumnKey::ComputedOf(computed) => {
                format!("The computed column \"{computed}\" is of \"{name}\"")
            }
            ColumnKey::Filter => format!("\"filter\" takes its value from \"{name}\""),
            ColumnKey::Link(variable) => format!("\"link\" sets \"{variable}\" from \"{name}\""),
        };
        format!("{key}, a column that the statement does not return{}", self.help())
    }

    fn help(&self) -> String {
        match &self.meant {
            Some(meant) => format!(": did you mean \"{meant}\"?"),
            None => {
                let more = if self.returned.len() > LISTED { ", …" } else { "" };
                let listed: Vec<&str> =
                    self.returned.iter().take(LISTED).map(String::as_str).collect();
                format!(", only {}{more}", listed.join(", "))
            }
        }
    }

    /// Its place in `text`, the content of `file`, within the panel `id`.
    pub fn place(&self, file: &str, text: &str, id: &PanelId) -> Place {
        let mut place = Place::named(file);
        // The file has been read before: its other problems were reported then.
        let _ = TomlFile::new(file, text).read("the dashboard", |fields, problems| {
            let panels = fields.tables("panel", "[[panel]]", problems);
            let panel = panels.iter().find(|one| one.text("id", problems) == Some(id.as_str()))?;
            let span = self.span(panel, problems).or_else(|| panel.span());
            place = problems.place(span);
            Some(())
        });
        place
    }

    fn span(&self, panel: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Range<usize>> {
        match &self.key {
            ColumnKey::Style | ColumnKey::Scale => {
                panel.table("columns", "columns", problems)?.key_place(&self.name)
            }
            ColumnKey::ComputedOf(name) => {
                let computed = panel.tables("computed", "computed", problems);
                let named = |one: &&Fields<'_>| one.text("name", problems) == Some(name.as_str());
                computed.iter().find(named)?.place("of")
            }
            ColumnKey::Filter => panel.table("filter", "filter", problems)?.place("column"),
            ColumnKey::Link(variable) => {
                let link = panel.table("link", "link", problems)?;
                link.table("variables", "variables", problems)?.place(variable.as_str())
            }
        }
    }
}
