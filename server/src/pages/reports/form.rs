//! The form of a report: its name, and its definition as a file would have it.

use super::common::{Refused, all};
use crate::auth::form::Form;
use crate::reports::known;
use crate::state::AppState;
use brisk_app::service::TypedReport;
use brisk_domain::sentence::sentence;
use brisk_domain::{ReportName, Timestamp, format};
use brisk_store::{Actor, ReportRecord, Store};

/// The most reports that are made in the app.
const MOST: usize = 1_000;
/// What the form of a new report begins with: what is required, and the rest behind `#`.
const EXAMPLE: &str = r#"title = "Weekly sales"
dashboard = "sales"

# The part of the page's address after "?"; without it, the view that opens first.
# view = "range=last-7-days"
# panels = ["revenue", "orders"]

# pdf, png, html, xlsx, csv, link
form = "pdf"

# account:NAME, team:NAME, mail:ADDRESS, channel:NAME. Each receives what their own rights allow.
to = ["account:ann"]

# Minute, hour, day of month, month, day of week: on Mondays at 06:00.
cron = "0 6 * * 1"
timezone = "UTC"

# Not before these have been invalidated, but at 09:00 in any case.
# after = ["table:shop.orders"]
# at_latest = "09:00"

# condition = { panel = "orders", above = 0 }
"#;

/// What the form has at first: the report that is changed, or an example.
pub(super) fn of(record: Option<&ReportRecord>) -> TypedReport {
    match record {
        Some(ReportRecord { name, definition, changed_at, .. }) => TypedReport {
            name: name.to_string(),
            definition: definition.clone(),
            changes: Some(*changed_at),
        },
        None => TypedReport { definition: EXAMPLE.to_owned(), ..TypedReport::default() },
    }
}

/// What was typed.
pub(super) fn typed(form: &Form) -> TypedReport {
    TypedReport {
        name: form.get("name").trim().to_owned(),
        // Browsers send both characters.
        definition: form.get("definition").replace("\r\n", "\n"),
        changes: form.get("changes").parse().ok().map(Timestamp),
    }
}

/// Keeps what was typed, if nothing is wrong with it and nobody else has changed it meanwhile.
pub(super) async fn keep(
    state: &AppState,
    store: &Store,
    form: &Form,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), Refused> {
    let typed = typed(form);
    let mut problems = Vec::new();
    let name = ReportName::parse(&typed.name);
    let name = name.map_err(|error| problems.push(sentence(&error.to_string()))).ok();
    if let Some(name) = &name {
        let all = all(state, store).await?;
        let there = all.get(name).map(|known| known.record.as_ref());
        problems.extend(taken(name, typed.changes, there, now));
        let of_app = all.values().filter(|known| known.record.is_some()).count();
        if there.is_none() && of_app >= MOST {
            problems
                .push(format!("There are {MOST} reports already. Remove one that nobody needs."));
        }
    }
    // The definition is checked whatever its name is, so that everything is said at once.
    let checked = name.clone().or_else(|| ReportName::parse("report").ok());
    if let Some(checked) = checked {
        let contents = state.service.engine().catalog().contents();
        if let Err(wrong) = known::parsed(&checked, &typed.definition, &contents) {
            problems.extend(wrong.iter().map(|why| said(&checked, why)));
        }
    }
    match name {
        Some(name) if problems.is_empty() => {
            store.set_report(&name, &typed.definition, actor, now).await?;
            Ok(())
        }
        _ => Err(Refused::Because(problems)),
    }
}

/// Why a report may not have that name, or may not be changed; `there` is the one that has it: none of the app's
/// if it is of a file.
fn taken(
    name: &ReportName,
    changes: Option<Timestamp>,
    there: Option<Option<&ReportRecord>>,
    now: Timestamp,
) -> Option<String> {
    match (changes, there) {
        (_, Some(None)) => Some(format!(
            "The file reports/{name}.toml has this name: choose another, or change the file."
        )),
        (None, Some(Some(_))) => Some(format!(
            "There is a report \"{name}\" already: change it, or choose another name."
        )),
        (Some(read), Some(Some(record))) if record.changed_at != read => Some(format!(
            "{} changed this report {}: open it again, so that you do not undo that.",
            record.changed_by,
            format::ago(record.changed_at, now)
        )),
        (Some(_), None) => Some(format!("The report \"{name}\" was removed meanwhile.")),
        (Some(_), Some(Some(_))) | (None, None) => None,
    }
}

/// A problem as a sentence: its line instead of a file that there is not.
pub(super) fn said(name: &ReportName, problem: &str) -> String {
    let Some(rest) = problem.strip_prefix(&format!("{name}.toml:")) else {
        return sentence(problem);
    };
    let of_line = rest.split_once(": ").and_then(|(place, message)| {
        let (line, _) = place.split_once(':')?;
        line.parse::<u32>().ok().map(|line| format!("Line {line}: {message}"))
    });
    sentence(of_line.as_deref().unwrap_or(rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_said_with_its_line() {
        let name = ReportName::parse("weekly").unwrap();
        for (problem, expected) in [
            ("weekly.toml:3:1: unknown key: \"x\"", "Line 3: unknown key: \"x\"."),
            ("weekly.toml: the report has no \"to\"", "The report has no \"to\"."),
            ("There is no dashboard \"x\".", "There is no dashboard \"x\"."),
        ] {
            assert_eq!(said(&name, problem), expected);
        }
    }

    #[test]
    fn the_example_lacks_nothing_but_a_dashboard_and_every_line_of_it_is_right() {
        let name = ReportName::parse("weekly").unwrap();
        let all = EXAMPLE.replace("\n# view", "\nview").replace("\n# panels", "\npanels");
        let all = all.replace("\n# after", "\nafter").replace("\n# at_latest", "\nat_latest");
        let all = all.replace("\n# condition", "\ncondition");
        for text in [EXAMPLE, &all] {
            let report = brisk_definition::parse_report("weekly.toml", name.clone(), text);
            assert!(report.is_ok(), "{report:?}");
        }
    }
}
