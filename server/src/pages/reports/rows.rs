//! A report as the page of all reports shows it.

use super::form::said;
use super::runs::{self, Clock, Names};
use crate::reports::known::Known;
use crate::state::AppState;
use brisk_app::service::{ReportAbout, ReportPause, ReportRow};
use brisk_definition::timetable::Timetable;
use brisk_domain::report::{CronTime, Form, Landing, Period, Recipient, RecipientName, Timing};
use brisk_domain::view::query_string;
use brisk_domain::{Report, ReportName, Tag, Timestamp};
use brisk_reports::Calendar;
use brisk_store::ReportRun;

pub(super) fn row(
    state: &AppState,
    (name, known): (&ReportName, &Known),
    history: &[ReportRun],
    (names, now): (&Names, Timestamp),
) -> ReportRow {
    let clock = Clock::of(known.report.as_ref().ok().map(|report| &report.timing));
    let is_paused_by_definition = known.report.as_ref().is_ok_and(|report| report.is_paused);
    let pause = match (known.is_paused(), is_paused_by_definition) {
        (false, _) => ReportPause::No,
        // Of one that is paused in both ways, what can be ended here.
        (true, _) if known.is_paused_in_app => ReportPause::InApp,
        (true, _) => ReportPause::ByDefinition,
    };
    let about = match &known.report {
        Ok(report) => about(state, report, names, now).map_err(|why| vec![why]),
        Err(problems) => Err(problems.iter().map(|why| said(name, why)).collect()),
    };
    ReportRow {
        name: name.to_string(),
        about,
        pause,
        changed: known.record.as_ref().map(|record| (record.changed_by.clone(), record.changed_at)),
        runs: history.iter().map(|run| runs::row(run, &clock)).collect(),
    }
}

/// What a report sends and when; an error is a sentence.
fn about(
    state: &AppState,
    report: &Report,
    names: &Names,
    now: Timestamp,
) -> Result<ReportAbout, String> {
    let calendar = Calendar::of(&report.timing)?;
    let dashboard = state.service.engine().catalog().dashboard(&report.dashboard);
    let title = dashboard.map_or_else(|| report.dashboard.to_string(), |known| known.title.clone());
    let clock = Clock::of(Some(&report.timing));
    let bound = match &report.timing.landing {
        None => "",
        Some(_) if report.timing.cron.is_empty() => " at the latest",
        Some(_) => ", once its data have landed",
    };
    let next = calendar.next(now).map(|at| (format!("{}{bound}", clock.shown(at)), at));
    Ok(ReportAbout {
        title: report.title.clone(),
        view: (format!("/d/{}{}", report.dashboard, query_string(&report.view)), title),
        form: form(report.form),
        recipients: report.recipients.iter().map(|one| recipient(one, names)).collect(),
        when: when(&report.timing)?,
        next,
    })
}

fn form(form: Form) -> &'static str {
    match form {
        Form::Pdf => "a PDF",
        Form::Png => "images",
        Form::Html => "an HTML file",
        Form::Xlsx => "a workbook",
        Form::Csv => "CSV files",
        Form::Link => "a link",
    }
}

/// A recipient as people read it, with what is locked for it.
fn recipient(recipient: &Recipient, names: &Names) -> String {
    let name = match &recipient.name {
        RecipientName::AccountId(id) => names.shown(&format!("account:{id}")),
        RecipientName::Account(name) => name.clone(),
        RecipientName::Team(team) => format!("team {team}"),
        RecipientName::Mail(address) => address.to_string(),
        RecipientName::Channel(channel) => format!("channel {channel}"),
    };
    let Some(locked) = &recipient.locked else { return name };
    let values = locked
        .iter()
        .map(|(name, values)| format!("{name} = {}", values.values().to_vec().join(", ")));
    let values: Vec<String> = values.collect();
    match values.is_empty() {
        true => format!("{name}, with no attributes"),
        false => format!("{name}, as with {}", values.join("; ")),
    }
}

/// When it is due, in words, one line for each part; an error is a sentence.
fn when(timing: &Timing) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    for CronTime(expression) in &timing.cron {
        lines.push(Timetable::parse(expression, timing.zone.as_str())?.words());
    }
    if let Some(landing) = &timing.landing {
        lines.push(landed(landing, timing.cron.is_empty()));
    }
    lines.push(format!("Time zone: {}", timing.zone));
    Ok(lines)
}

fn landed(landing: &Landing, is_alone: bool) -> String {
    let Landing { after, once, begins, at_latest } = landing;
    let tags = tags(after);
    let mut words = match is_alone {
        true => format!("Once a {} when {tags} have landed", once.word()),
        false => format!("But not before {tags} have landed on that {}", once.word()),
    };
    if *begins != chrono::NaiveTime::MIN {
        let what = match once {
            Period::Day => "which begins",
            Period::Week => "which begins on Monday",
        };
        words += &format!(", {what} at {}", begins.format("%H:%M"));
    }
    if let Some(latest) = at_latest {
        words += &format!("; at {latest} at the latest");
    }
    words
}

fn tags(tags: &[Tag]) -> String {
    let tags: Vec<String> = tags.iter().map(Tag::to_string).collect();
    tags.join(" and ")
}
