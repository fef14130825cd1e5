//! `/admin/reports`: all reports, and the form of a new one.

use super::common::{PAGE, Refused, actor, all, not_kept};
use super::{form, rows, runs};
use crate::auth::form::Form;
use crate::pages::response;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{Page, ReportsPage, TypedReport};
use brisk_domain::view::parse_query;
use brisk_domain::{ReportName, Timestamp};
use brisk_store::{Actor, Store, StoreError};
use http::StatusCode;
use std::sync::Arc;

/// Runs that are shown for each.
const RUNS: u32 = 5;

/// `/admin/reports`, with the form filled by `?name=…`
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let field = |name: &str| {
        let found = parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    let notice = match field("done") {
        Some("set") => Some("The report is kept. Its due times count from now on."),
        Some("send") => Some("It is sent shortly: its run is shown below."),
        Some("pause") => Some("It is paused. A run that has begun is finished."),
        Some("resume") => Some("It goes on. Its due times count from now on."),
        Some("removed") => Some("It is removed."),
        _ => None,
    };
    let shown = Shown { notice, wanted: field("name").map(str::to_owned), ..Shown::default() };
    respond(&state, shown, StatusCode::OK, request).await
}

/// `POST /admin/reports`: keeps a report, has one sent, pauses one, or lets it go on.
pub async fn change(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let Some(store) = &state.store else { return response::unavailable() };
    let (actor, now) = (actor(&head), state.service.now());
    let what = form.get("do");
    let changed = match what {
        "set" => form::keep(&state, store, &form, &actor, now).await,
        "send" | "pause" | "resume" => {
            decide(&state, store, what, form.get("name"), (&actor, now)).await
        }
        _ => Err(Refused::one("This form is not known. Reload the page.")),
    };
    match changed {
        Ok(()) => Redirect::to(&format!("{PAGE}?done={what}")).into_response(),
        Err(Refused::Store(error)) => not_kept(&error),
        Err(Refused::Because(problems)) => {
            let typed = (what == "set").then(|| form::typed(&form));
            let shown = Shown { typed, problems, ..Shown::default() };
            let request = Request::from_parts(head, Body::empty());
            respond(&state, shown, StatusCode::UNPROCESSABLE_ENTITY, request).await
        }
    }
}

/// Has a report sent, pauses it, or lets it go on.
async fn decide(
    state: &AppState,
    store: &Store,
    what: &str,
    name: &str,
    (actor, now): (&Actor, Timestamp),
) -> Result<(), Refused> {
    let all = all(state, store).await?;
    let found = ReportName::parse(name).ok().and_then(|name| all.get_key_value(&name));
    let (name, known) = found.ok_or_else(|| Refused::one("There is no such report any more."))?;
    match (what, &known.report) {
        ("send", Ok(_)) => drop(store.ask_for_report(name, actor, now).await?),
        ("send", Err(_)) => {
            let why = "It cannot be sent as long as something is wrong with it: see below.";
            return Err(Refused::one(why));
        }
        _ => store.pause_report(name, what == "pause", actor, now).await?,
    }
    Ok(())
}

/// What the page shows besides the reports.
#[derive(Default)]
struct Shown {
    notice: Option<&'static str>,
    problems: Vec<String>,
    typed: Option<TypedReport>,
    /// The report that the form changes.
    wanted: Option<String>,
}

async fn respond(state: &AppState, shown: Shown, status: StatusCode, request: Request) -> Response {
    let Some(store) = &state.store else { return response::unavailable() };
    let now = state.service.now();
    let gathered = async {
        let all = all(state, store).await?;
        let names = runs::Names::read(store).await?;
        let mut rows = Vec::new();
        for (name, known) in &all {
            let history = store.report_history(name, RUNS).await?;
            rows.push(rows::row(state, (name, known), &history, (&names, now)));
        }
        Ok::<_, StoreError>((all, rows))
    };
    let (all, reports) = match gathered.await {
        Ok(gathered) => gathered,
        Err(error) => return not_kept(&error),
    };
    let wanted = shown.wanted.and_then(|name| ReportName::parse(&name).ok());
    let wanted = wanted.and_then(|name| all.get(&name)).and_then(|known| known.record.as_ref());
    let typed = shown.typed.unwrap_or_else(|| form::of(wanted));
    let page = ReportsPage { now, reports, typed, problems: shown.problems, notice: shown.notice };
    response::page(state, status, Page::Reports(Arc::new(page)), request).await
}
