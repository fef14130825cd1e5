//! `options`, `source` and `default`, shared by the kinds with a list of values.

use brisk_domain::choice::Choice;
use brisk_domain::variable_kind::Options;
use brisk_domain::{Selection, SourceName};
use brisk_toml_reader::{Fields, Problems, nullable_texts};
use std::collections::BTreeSet;

/// The keys.
pub(super) const KEYS: [&str; 3] = ["options", "source", "default"];

/// Reads the list of values, and the default selection.
pub(super) fn read(
    fields: &Fields<'_>,
    dashboard_source: Option<&SourceName>,
    problems: &mut Problems<'_>,
) -> Option<(Options, Selection)> {
    let options = options(fields, dashboard_source, problems);
    let allowed = options.as_ref().and_then(Options::fixed);
    let lists_empty_text = allowed.is_some_and(|all| all.contains(&"".into()));
    let default = default(fields, lists_empty_text, problems);
    let options = options?;
    let allowed = options.fixed();
    let allowed = allowed.map(|all| all.iter().collect::<BTreeSet<_>>());
    let stranger = allowed.and_then(|all| default.choices().find(|choice| !all.contains(choice)));
    if let Some(stranger) = stranger {
        let message = format!("default \"{stranger}\" is not among the options");
        problems.add(fields.place("default"), message);
    }
    Some((options, default))
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
            let values = item.as_array().and_then(|_| nullable_texts(item));
            match values {
                Some(values) if !values.is_empty() => {
                    Some(Options::Fixed(values.into_iter().map(Choice::from).collect()))
                }
                _ => {
                    fields.wrong_type("options", item, "a list of texts or a select", problems);
                    None
                }
            }
        }
    }
}

/// A single blank text is no default, as in files from before the empty text could be chosen, unless it
/// is among the options.
fn default(fields: &Fields<'_>, lists_empty_text: bool, problems: &mut Problems<'_>) -> Selection {
    let Some(item) = fields.item("default") else {
        return Selection::default();
    };
    if let Some(text) = item.as_str() {
        let is_none = text.is_empty() && !lists_empty_text;
        return if is_none { Selection::default() } else { Selection::of([text.to_owned()]) };
    }
    let values = nullable_texts(item);
    if values.is_none() {
        fields.wrong_type("default", item, "text or a list of texts", problems);
    }
    let choices: Vec<Choice> = values.unwrap_or_default().into_iter().map(Choice::from).collect();
    Selection::from(choices)
}
