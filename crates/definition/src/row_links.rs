//! A panel's `filter` and `link`: where its marks and rows lead.

use brisk_domain::{
    Dashboard, PanelFilter, PanelId, PanelKindName, PanelLink, Slug, Variable, VariableName,
};
use brisk_toml_reader::{Fields, Problem, Problems, suggestion};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A `link`, with the positions of everything that has to be checked against other dashboards.
#[derive(Debug, Clone)]
pub(crate) struct LinkPlace {
    panel: PanelId,
    dashboard: Option<Range<usize>>,
    variables: BTreeMap<VariableName, Option<Range<usize>>>,
}

/// Reads `filter`: a variable, or a table that also names the column.
pub(crate) fn filter(
    fields: &Fields<'_>,
    kind: Option<PanelKindName>,
    variables: &[Variable],
    problems: &mut Problems<'_>,
) -> Option<PanelFilter> {
    let item = fields.item("filter")?;
    let (variable, place, column) = if item.is_str() {
        let variable = fields.parsed("filter", VariableName::parse, problems);
        (variable, fields.place("filter"), None)
    } else if let Some(table) = Fields::new(item, format!("\"filter\" of {}", fields.title())) {
        table.required_text("variable", problems)?;
        let variable = table.parsed("variable", VariableName::parse, problems);
        let column = table.text("column", problems).map(ToOwned::to_owned);
        table.finish(problems);
        (variable, table.place("variable"), column)
    } else {
        let expected =
            "a variable, or a table such as { variable = \"country\", column = \"land\" }";
        fields.wrong_type("filter", item, expected, problems);
        return None;
    };
    only_with_marks(fields, "filter", kind, problems);
    if fields.has("link") {
        let message = format!("{} has a \"filter\" and a \"link\"", fields.title());
        let help = "a mark or row leads to one place: leave one of them out";
        problems.add_with_help(fields.place("filter"), message, help);
    }
    let variable = variable?;
    if variables.iter().all(|known| known.name != variable) {
        let message = format!("the dashboard has no variable \"{variable}\"");
        let names: Vec<&str> = variables.iter().map(|known| known.name.as_str()).collect();
        let help = match names.is_empty() {
            true => "declare it as [[variable]]".to_owned(),
            false => suggestion(variable.as_str(), &names),
        };
        problems.add_with_help(place, message, help);
        return None;
    }
    Some(PanelFilter { variable, column })
}

/// Reads `link`: a dashboard, or a table that also names the variables that a row sets.
pub(crate) fn link(
    fields: &Fields<'_>,
    kind: Option<PanelKindName>,
    panel: Option<&PanelId>,
    problems: &mut Problems<'_>,
) -> Option<(PanelLink, LinkPlace)> {
    let item = fields.item("link")?;
    let mut variables = BTreeMap::new();
    let mut places = BTreeMap::new();
    let (dashboard, place) = if item.is_str() {
        (fields.parsed("link", Slug::parse, problems), fields.place("link"))
    } else if let Some(table) = Fields::new(item, format!("\"link\" of {}", fields.title())) {
        table.required_text("dashboard", problems)?;
        let dashboard = table.parsed("dashboard", Slug::parse, problems);
        for (name, column, place) in settings(&table, problems) {
            variables.insert(name.clone(), column);
            places.insert(name, place);
        }
        table.finish(problems);
        (dashboard, table.place("dashboard"))
    } else {
        let expected = "a dashboard, or a table such as { dashboard = \"products\", \
                        variables = { category = \"stock_code\" } }";
        fields.wrong_type("link", item, expected, problems);
        return None;
    };
    if !variables.is_empty() {
        only_with_marks(fields, "link", kind, problems);
    }
    let place = LinkPlace { panel: panel?.clone(), dashboard: place, variables: places };
    Some((PanelLink { dashboard: dashboard?, variables }, place))
}

/// A link's `variables`, each with its column.
fn settings(
    table: &Fields<'_>,
    problems: &mut Problems<'_>,
) -> Vec<(VariableName, String, Option<Range<usize>>)> {
    let Some(item) = table.item("variables") else {
        return Vec::new();
    };
    let Some(settings) = Fields::new(item, format!("\"variables\" of {}", table.title())) else {
        table.wrong_type("variables", item, "a table such as { country = \"land\" }", problems);
        return Vec::new();
    };
    let mut read = Vec::new();
    for (name, column) in settings.entries() {
        let place = settings.key_place(name);
        match (VariableName::parse(name), column.as_str()) {
            (Ok(name), Some(column)) => read.push((name, column.to_owned(), place)),
            (Err(error), _) => problems.add(place, error.to_string()),
            (_, None) => settings.wrong_type(name, column, "the name of a column", problems),
        }
    }
    read
}

fn only_with_marks(
    fields: &Fields<'_>,
    key: &str,
    kind: Option<PanelKindName>,
    problems: &mut Problems<'_>,
) {
    let Some(kind) = kind.filter(|kind| !kind.traits().has_marks) else {
        return;
    };
    let with_marks = PanelKindName::ALL.iter().filter(|name| name.traits().has_marks);
    let words: Vec<&str> = with_marks.map(|name| name.word()).collect();
    let (kind, words) = (kind.word(), words.join(", "));
    let (message, help) = match key {
        "link" => (
            format!("a panel of kind \"{kind}\" has no marks that could set a variable"),
            format!("write link = \"…\" for all of the panel; variables are for {words}"),
        ),
        _ => (
            format!("\"{key}\" is not an option of kind \"{kind}\""),
            format!("\"{key}\" is for {words}"),
        ),
    };
    problems.add_with_help(fields.place(key), message, help);
}

/// Checks the links of `dashboard` against the other dashboards of the directory: whether they and
/// their variables exist. Links to `broken` dashboards are skipped: those have problems of their
/// own, already reported.
pub(crate) fn check(
    (file, text): (&str, &str),
    dashboard: &Dashboard,
    places: &[LinkPlace],
    others: &BTreeMap<&Slug, &Dashboard>,
    broken: &BTreeSet<&Slug>,
) -> Vec<Problem> {
    let mut problems = Problems::of(file, text);
    for place in places {
        let Some(link) = dashboard.panel(&place.panel).and_then(|panel| panel.link.as_ref()) else {
            continue;
        };
        let Some(target) = others.get(&link.dashboard) else {
            if !broken.contains(&link.dashboard) {
                let (panel, slug) = (&place.panel, &link.dashboard);
                let message = format!(
                    "panel \"{panel}\" links to \"{slug}\", and there is no such dashboard"
                );
                let names: Vec<&str> = others.keys().map(|other| other.as_str()).collect();
                let help = suggestion(slug.as_str(), &names);
                problems.add_with_help(place.dashboard.clone(), message, help);
            }
            continue;
        };
        for (name, span) in &place.variables {
            if target.variable(name).is_some() {
                continue;
            }
            let message = format!("the dashboard \"{}\" has no variable \"{name}\"", target.slug);
            let names: Vec<&str> = target.variables.iter().map(|v| v.name.as_str()).collect();
            let help = match names.is_empty() {
                true => "it has none".to_owned(),
                false => suggestion(name.as_str(), &names),
            };
            problems.add_with_help(span.clone(), message, help);
        }
    }
    problems.into_sorted()
}
