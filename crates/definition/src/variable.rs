//! `[[variable]]`: what readers can choose besides the time range.

use crate::variable_kind;
use brisk_domain::sentence::label_from;
use brisk_domain::{SourceName, Variable, VariableName};
use brisk_toml_reader::{Fields, Problems};

/// Names with another meaning in URLs and statements.
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
    let kind = variable_kind::read(fields, dashboard_source, problems);
    fields.finish(problems);
    let name = name?;
    let label = label.map_or_else(|| label_from(name.as_str()), ToOwned::to_owned);
    Some(Variable { name, label, kind: kind? })
}
