//! A report's file; the file's name is the report's name. The parts: `recipients`, `timing`, `condition`;
//! `view` and `check` compare it with its dashboard.

mod check;
mod condition;
mod place;
mod recipients;
mod timing;
mod view;

pub(crate) use check::{Places, check};
pub use view::check as check_view;

use brisk_domain::report::{Form, OnLost, Page, Paper, Template, Theme};
use brisk_domain::{PanelId, Report, ReportName, Slug, view::parse_query};
use brisk_toml_reader::{Fields, Problem, Problems, TomlFile};
use place::place_in;

/// The most panels that are named.
const MAX_PANELS: usize = 500;

/// Parses the text of `file`, or returns everything that is wrong with it. Whether its dashboard and
/// panels exist is not looked at.
pub fn parse(file: &str, name: ReportName, text: &str) -> Result<Report, Vec<Problem>> {
    read(file, name, text).map(|(report, _)| report)
}

/// [`parse`], with the positions of what only the dashboard can confirm.
pub(crate) fn read(
    file: &str,
    name: ReportName,
    text: &str,
) -> Result<(Report, Places), Vec<Problem>> {
    TomlFile::new(file, text).read("the report", |fields, problems| report(fields, name, problems))
}

fn report(
    fields: &Fields<'_>,
    name: ReportName,
    problems: &mut Problems<'_>,
) -> Option<(Report, Places)> {
    let title = fields.required_text("title", problems);
    let dashboard = fields.required_text("dashboard", problems);
    let dashboard = dashboard.and_then(|_| fields.parsed("dashboard", Slug::parse, problems));
    let view = fields.text("view", problems).map(parameters).unwrap_or_default();
    let panels = panels(fields, problems);
    let form = fields.word("form", &Form::WORDS, problems).unwrap_or_default();
    let page = page(fields, problems);
    let recipients = recipients::recipients(fields, problems);
    let timing = timing::timing(fields, problems);
    let condition = condition::condition(fields, problems);
    let on_lost = fields.word("on_lost", &OnLost::WORDS, problems).unwrap_or_default();
    let subject = template(fields, "subject", Template::LONGEST_SUBJECT, problems);
    let introduction = template(fields, "introduction", Template::LONGEST_INTRODUCTION, problems);
    let is_paused = fields.flag("paused", problems);
    fields.finish(problems);
    let places = Places::of(fields);
    let report = Report {
        name,
        title: title?.to_owned(),
        dashboard: dashboard?,
        view,
        panels,
        form,
        page,
        recipients,
        timing: timing?,
        condition,
        on_lost,
        subject: subject.unwrap_or_else(Template::title),
        introduction,
        is_paused,
    };
    Some((report, places))
}

/// The parameters of an address, or of the part of one after its `?`.
fn parameters(text: &str) -> Vec<(String, String)> {
    let text = text.trim();
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    match text.split_once('?') {
        Some((_, query)) => parse_query(query),
        // An address without parameters.
        None if text.contains('/') && !text.contains('=') => Vec::new(),
        None => parse_query(text),
    }
}

/// `panels`: a list of ids; each once.
fn panels(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Vec<PanelId>> {
    let texts = fields.texts("panels", "a list of ids of panels", problems)?;
    if texts.is_empty() || texts.len() > MAX_PANELS {
        let message = format!("\"panels\" must have 1 to {MAX_PANELS} panels");
        problems.add_with_help(fields.place("panels"), message, "leave it out to show all panels");
        return None;
    }
    let mut panels: Vec<PanelId> = Vec::new();
    for (at, text) in texts.into_iter().enumerate() {
        let place = place_in(fields, "panels", at);
        match PanelId::parse(text) {
            Ok(id) if panels.contains(&id) => {
                problems.add(place, format!("\"panels\" has \"{id}\" twice"));
            }
            Ok(id) => panels.push(id),
            Err(error) => problems.add(place, error.to_string()),
        }
    }
    Some(panels)
}

/// `page`: paper, orientation and colours.
fn page(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Page {
    let Some(table) = fields.table("page", "\"page\" of the report", problems) else {
        return Page::default();
    };
    let orientations = [("portrait", false), ("landscape", true)];
    let page = Page {
        paper: table.word("paper", &Paper::WORDS, problems).unwrap_or_default(),
        is_landscape: table.word("orientation", &orientations, problems).unwrap_or_default(),
        theme: table.word("theme", &Theme::WORDS, problems).unwrap_or_default(),
    };
    table.finish(problems);
    page
}

fn template(
    fields: &Fields<'_>,
    key: &'static str,
    longest: usize,
    problems: &mut Problems<'_>,
) -> Option<Template> {
    let text = fields.text(key, problems)?;
    match Template::parse(text, longest) {
        Ok(template) => Some(template),
        Err(error) => {
            problems.add(fields.place(key), format!("\"{key}\" of the report: {error}"));
            None
        }
    }
}
