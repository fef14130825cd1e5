//! `/admin/schedules`: what is warmed, and when. Plain forms; removing one takes a confirmation on a
//! page of its own.

use super::response;
use crate::administration::file_schedules;
use crate::administration::schedules::{self, ScheduleError, TypedSchedule};
use crate::auth::form::Form;
use crate::auth::viewer;
use crate::http::client;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{Page, PageError, RemoveSchedulePage, RunRow, ScheduleRow, SchedulesPage};
use brisk_definition::timetable::Timetable;
use brisk_domain::Timestamp;
use brisk_domain::view::parse_query;
use brisk_store::{Actor, RunRecord, Schedule, ScheduleChange, Store, StoreError};
use http::StatusCode;
use std::sync::Arc;

const PAGE: &str = "/admin/schedules";
/// Due times that are shown for each.
const NEXT: usize = 3;
/// Runs that are shown for each.
const RUNS: usize = 10;

/// `/admin/schedules`, with the form filled by `?name=…`
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let field = |name: &str| {
        parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let notice = match field("done").as_deref() {
        Some("set") => Some("The schedule is kept. Its due times count from now on."),
        Some("on") => Some("It is switched on. Its due times count from now on."),
        Some("off") => Some("It is switched off."),
        Some("removed") => Some("It is removed."),
        _ => None,
    };
    let shown =
        Shown { notice: notice.map(str::to_owned), wanted: field("name"), ..Shown::default() };
    respond(&state, shown, StatusCode::OK, request).await
}

/// `POST /admin/schedules`: keeps a schedule, or switches one on or off.
pub async fn change(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let Some(store) = &state.store else { return response::unavailable() };
    let (actor, now) = (actor(&head), state.service.now());
    let typed = TypedSchedule {
        name: form.get("name"),
        warms: form.get("warms"),
        expression: form.get("expression"),
        zone: form.get("zone"),
    };
    let what = form.get("do");
    let changed = match what {
        "set" => schedules::set(store, state.service.engine(), typed, &actor, now).await,
        "on" | "off" => switch(store, typed.name, what == "on", &actor, now).await,
        _ => Err(ScheduleError::Text("This form is not known. Reload the page.".into())),
    };
    match changed {
        Ok(()) => Redirect::to(&format!("{PAGE}?done={what}")).into_response(),
        Err(ScheduleError::Store(error)) => not_kept(&error),
        Err(ScheduleError::Text(why)) => {
            let typed = [typed.name, typed.warms, typed.expression, typed.zone];
            let typed = Some(typed.map(str::to_owned));
            let shown = Shown { typed, problem: Some(why), ..Shown::default() };
            let request = Request::from_parts(head, Body::empty());
            respond(&state, shown, StatusCode::UNPROCESSABLE_ENTITY, request).await
        }
    }
}

/// `/admin/schedules/remove?name=…`
pub async fn ask(State(state): State<AppState>, request: Request) -> Response {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let name = parameters.iter().find(|(name, _)| name == "name").map(|(_, name)| name.as_str());
    let Some(store) = &state.store else { return response::unavailable() };
    let schedules = match store.schedules().await {
        Ok(schedules) => schedules,
        Err(error) => return not_kept(&error),
    };
    let is_it = |one: &Schedule| Some(one.name.as_str()) == name && !one.is_of_file;
    let Some(schedule) = schedules.into_iter().find(is_it) else {
        return response::failure(&state, nowhere(), request).await;
    };
    let about = format!("It warms {schedule}.");
    let page = RemoveSchedulePage { name: schedule.name, about };
    response::page(&state, StatusCode::OK, Page::RemoveSchedule(Arc::new(page)), request).await
}

/// `POST /admin/schedules/remove`
pub async fn remove(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let Some(store) = &state.store else { return response::unavailable() };
    let now = state.service.now();
    let removed =
        store.change_schedule(form.get("name"), &ScheduleChange::Remove, &actor(&head), now).await;
    match removed {
        Ok(true) => Redirect::to(&format!("{PAGE}?done=removed")).into_response(),
        Ok(false) => {
            let request = Request::from_parts(head, Body::empty());
            response::failure(&state, nowhere(), request).await
        }
        Err(error) => not_kept(&error),
    }
}

async fn switch(
    store: &Store,
    name: &str,
    is_on: bool,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), ScheduleError> {
    match store.change_schedule(name, &ScheduleChange::Switch(is_on), actor, now).await? {
        true => Ok(()),
        false => Err(ScheduleError::Text("There is no such schedule any more.".into())),
    }
}

/// What a page shows besides the schedules.
#[derive(Default)]
struct Shown {
    notice: Option<String>,
    problem: Option<String>,
    typed: Option<[String; 4]>,
    /// The schedule that the form changes.
    wanted: Option<String>,
}

async fn respond(state: &AppState, shown: Shown, status: StatusCode, request: Request) -> Response {
    let gathered = gathered(state, RUNS).await;
    let (schedules, runs) = match gathered {
        Ok(gathered) => gathered,
        Err(error) => {
            tracing::error!(%error, "schedules cannot be shown");
            return response::unavailable();
        }
    };
    let now = state.service.now();
    let is_wanted = |one: &&Schedule| Some(&one.name) == shown.wanted.as_ref() && !one.is_of_file;
    let wanted = schedules.iter().find(is_wanted);
    let is_change = wanted.is_some();
    let wanted = wanted.map(|Schedule { name, warms, expression, zone, .. }| {
        [name, warms, expression, zone].map(Clone::clone)
    });
    let page = SchedulesPage {
        now,
        schedules: schedules.iter().map(|schedule| row(schedule, &runs, now)).collect(),
        typed: shown.typed.or(wanted).unwrap_or_default(),
        is_change,
        problem: shown.problem,
        notice: shown.notice,
    };
    response::page(state, status, Page::Schedules(Arc::new(page)), request).await
}

/// The schedules of the app and of files, and at most so many of the latest runs of each.
async fn gathered(
    state: &AppState,
    runs: usize,
) -> Result<(Vec<Schedule>, Vec<RunRecord>), StoreError> {
    let Some(store) = &state.store else { return Ok((Vec::new(), Vec::new())) };
    let contents = state.service.engine().catalog().contents();
    let schedules = file_schedules::present(store.schedules().await?, &contents);
    Ok((schedules, store.schedule_runs(runs).await?))
}

/// Each schedule with its latest run, the one due next first; none if the store cannot be read.
pub(super) async fn summary(state: &AppState, now: Timestamp) -> Option<Vec<ScheduleRow>> {
    let gathered = gathered(state, 1).await;
    let (schedules, runs) =
        gathered.inspect_err(|error| tracing::warn!(%error, "schedules cannot be shown")).ok()?;
    let mut rows: Vec<ScheduleRow> =
        schedules.iter().map(|schedule| row(schedule, &runs, now)).collect();
    let due = |row: &ScheduleRow| row.next.first().filter(|_| row.is_on).map(|(_, at)| at.0);
    rows.sort_by_key(|row| due(row).unwrap_or(i64::MAX));
    Some(rows)
}

fn row(schedule: &Schedule, runs: &[RunRecord], now: Timestamp) -> ScheduleRow {
    let timetable = Timetable::parse(&schedule.expression, &schedule.zone);
    let shown = |at: Timestamp| timetable.as_ref().map(|of| of.shown(at)).unwrap_or_default();
    let coming = timetable.as_ref().map(|of| of.coming(now, NEXT)).unwrap_or_default();
    let runs = runs.iter().filter(|run| run.name == schedule.name);
    let runs = runs.map(|run| RunRow {
        due: shown(run.due_at),
        due_at: run.due_at,
        missed: run.missed,
        started_at: run.started_at,
        ended_at: run.ended_at,
        panels: (run.warmed.loaded, run.warmed.ready, run.warmed.failed),
        note: run.warmed.note.clone(),
    });
    ScheduleRow {
        name: schedule.name.clone(),
        warms: schedule.warms.clone(),
        expression: (schedule.expression.clone(), schedule.zone.clone()),
        next: coming.into_iter().map(|at| (shown(at), at)).collect(),
        runs: runs.collect(),
        is_on: schedule.is_on,
        is_of_file: schedule.is_of_file,
        changed: (schedule.changed_by.clone(), schedule.changed_at),
        words: timetable.map(|timetable| timetable.words()),
    }
}

fn actor(head: &Parts) -> Actor {
    viewer::of(&head.extensions).actor(client::address_of(&head.extensions))
}

fn not_kept(error: &StoreError) -> Response {
    tracing::error!(%error, "a schedule cannot be read or kept");
    response::unavailable()
}

fn nowhere() -> PageError {
    PageError::NotFound("There is no such schedule.".to_owned())
}
