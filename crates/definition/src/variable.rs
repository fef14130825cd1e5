//! `[[variable]]`: what readers can choose besides time.

use brisk_domain::variable::Options;
use brisk_domain::{Selection, SourceName, Variable, VariableName};
use brisk_toml_reader::{Fields, Problems};

/// Names that mean something else in URLs and statements.
const RESERVED: [&str; 14] = [
    "from", "to", "interval", "tz", "range", "user", "theme", "full", "table", "refresh", "page",
    "sort", "zoom", "cache",
];

/// Reads one variable.
pub(crate) fn variable(
    fields: &mut Fields<'_>,
    dashboard_source: Option<&SourceName>,
    problems: &mut Problems<'_>,
) -> Option<Variable> {
    let name = fields.required_text("name", problems);
    if let Some(name) = name {
        fields.rename(format!("[[variable]] \"{name}\""));
    }
    let name = name.and_then(|text| match VariableName::parse(text) {
        Ok(_) if RESERVED.contains(&text) => {
            let message =
                format!("variable name \"{text}\" has a meaning of its own: take another");
            problems.add(fields.place("name"), message);
            None
        }
        Ok(name) => Some(name),
        Err(error) => {
            problems.add(fields.place("name"), error.to_string());
            None
        }
    });
    let label = fields.text("label", problems);
    let multi = fields.word("kind", &[("single", false), ("multi", true)], problems);
    let options = options(fields, dashboard_source, problems);
    let default = default(fields, problems);
    fields.finish(problems);
    let name = name?;
    let (options, multi) = (options?, multi.unwrap_or(false));
    if let Options::Fixed(allowed) = &options
        && let Some(stranger) = default.values().iter().find(|v| !allowed.contains(v))
    {
        let message = format!("default \"{stranger}\" is not among the options");
        problems.add(fields.place("default"), message);
    }
    if !multi && default.values().len() > 1 {
        problems.add(fields.place("default"), "a variable of kind \"single\" has one default");
    }
    let label = label.map_or_else(|| capitalised(name.as_str()), ToOwned::to_owned);
    Some(Variable { label, name, multi, options, default })
}

fn options(
    fields: &Fields<'_>,
    dashboard_source: Option<&SourceName>,
    problems: &mut Problems<'_>,
) -> Option<Options> {
    let source = fields.parsed("source", SourceName::parse, problems);
    match fields.item("options") {
        None => {
            let message = format!("{} has no \"options\"", fields.title());
            let help = "a list of texts, or a select whose first column holds them";
            problems.add_with_help(fields.span(), message, help);
            None
        }
        Some(item) if item.is_str() => {
            let source = source.or_else(|| dashboard_source.cloned());
            if source.is_none() && fields.item("source").is_none() {
                let message =
                    format!("{} has no \"source\", and neither has the dashboard", fields.title());
                problems.add(fields.span(), message);
            }
            let query = fields.query("options", problems)?;
            Some(Options::Query { source: source?, query })
        }
        Some(item) => {
            let values = item.as_array().and_then(|array| {
                array.iter().map(|v| v.as_str().map(ToOwned::to_owned)).collect::<Option<Vec<_>>>()
            });
            match values {
                Some(values) if !values.is_empty() => Some(Options::Fixed(values)),
                _ => {
                    fields.wrong_type("options", item, "a list of texts or a select", problems);
                    None
                }
            }
        }
    }
}

fn default(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Selection {
    let Some(item) = fields.item("default") else {
        return Selection::default();
    };
    if let Some(text) = item.as_str() {
        return Selection::of([text.to_owned()]);
    }
    let values = item.as_array().and_then(|array| {
        array.iter().map(|v| v.as_str().map(ToOwned::to_owned)).collect::<Option<Vec<_>>>()
    });
    if values.is_none() {
        fields.wrong_type("default", item, "text or a list of texts", problems);
    }
    Selection::of(values.unwrap_or_default())
}

fn capitalised(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |c| c.to_uppercase().chain(letters).collect())
}
