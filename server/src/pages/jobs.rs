//! `/admin/jobs`: the background jobs, newest first, and what admins decide about them. Plain forms.

use super::response;
use crate::auth::form::Form;
use crate::auth::viewer;
use crate::http::client;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{JobRow, JobRowState, JobsPage, Page, PageError};
use brisk_domain::view::{parse_query, query_string};
use brisk_store::{Actor, JobFilter, JobState, QueuedJob, Store, StoreError};
use http::StatusCode;
use std::sync::Arc;

const PAGE: &str = "/admin/jobs";
/// Jobs on a page.
const SHOWN: u32 = 50;

/// `/admin/jobs`, with what `?state=…&kind=…` lets through.
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let field = |name: &str| {
        let found = parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let notice = match field("done").as_str() {
        "cancel" => Some("It is cancelled."),
        "retry" => Some("It is tried again."),
        _ => None,
    };
    let shown = Shown { notice, ..Shown::of(&field) };
    respond(&state, shown, StatusCode::OK, request).await
}

/// `POST /admin/jobs`: cancels a job, or has it tried again.
pub async fn change(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let Some(store) = &state.store else { return response::unavailable() };
    let actor = viewer::of(&head.extensions).actor(client::address_of(&head.extensions));
    let shown = Shown::of(&|name: &str| form.get(name).to_owned());
    let what = form.get("do");
    match decide(&state, store, what, form.get("id"), &actor).await {
        Ok(()) => Redirect::to(&shown.address(&[("done", what.to_owned())])).into_response(),
        Err(Refused::Store(error)) => unreadable(&error),
        Err(Refused::Text(why)) => {
            let shown = Shown { below: None, problem: Some(why), ..shown };
            let request = Request::from_parts(head, Body::empty());
            respond(&state, shown, StatusCode::UNPROCESSABLE_ENTITY, request).await
        }
    }
}

/// Why nothing was decided.
enum Refused {
    Text(String),
    Store(StoreError),
}

async fn decide(
    state: &AppState,
    store: &Store,
    what: &str,
    id: &str,
    actor: &Actor,
) -> Result<(), Refused> {
    let unknown = || Refused::Text("This form is not known. Reload the page.".into());
    let id: i64 = id.parse().map_err(|_| unknown())?;
    let now = state.service.now();
    let decided = match what {
        "cancel" => store.cancel_job(id, actor, now).await,
        "retry" => store.retry_job(id, actor, now).await,
        _ => return Err(unknown()),
    };
    match decided.map_err(Refused::Store)? {
        true => Ok(()),
        false if what == "cancel" => {
            Err(Refused::Text(format!("Job {id} is not cancelled: it has ended meanwhile.")))
        }
        false => Err(Refused::Text(format!(
            "Job {id} is not tried again: only what has failed or was cancelled is."
        ))),
    }
}

/// What the page shows.
#[derive(Default)]
struct Shown {
    state: String,
    kind: String,
    below: Option<i64>,
    problem: Option<String>,
    notice: Option<&'static str>,
}

impl Shown {
    fn of(field: &dyn Fn(&str) -> String) -> Self {
        let below = field("below").parse().ok();
        Self { state: field("state"), kind: field("kind"), below, ..Self::default() }
    }

    /// The address of the same filter, with `more`.
    fn address(&self, more: &[(&str, String)]) -> String {
        let filter = [("state", self.state.clone()), ("kind", self.kind.clone())];
        let pairs = filter.into_iter().chain(more.iter().cloned());
        let pairs: Vec<(String, String)> = pairs
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        format!("{PAGE}{}", query_string(&pairs))
    }

    /// What the store is asked for; none where the state is not known.
    fn filter(&self) -> Option<JobFilter> {
        let state = match self.state.as_str() {
            "" => None,
            word => Some(JobState::parse(word)?),
        };
        let kind = Some(self.kind.clone()).filter(|kind| !kind.is_empty());
        Some(JobFilter { state, kind, below: self.below })
    }

    async fn page(self, state: &AppState, store: &Store) -> Result<JobsPage, StoreError> {
        let (jobs, problem) = match self.filter() {
            Some(filter) => (store.queued_jobs(&filter, SHOWN + 1).await?, None),
            None => {
                let word: String = self.state.chars().take(40).collect();
                (Vec::new(), Some(format!("\"{word}\" is no state of a job. Choose one below.")))
            }
        };
        let has_more = jobs.len() > SHOWN as usize;
        let last = jobs.get(SHOWN as usize - 1).filter(|_| has_more);
        let older = last.map(|last| self.address(&[("below", last.id.to_string())]));
        let counts = store.job_counts().await?;
        let states = JobState::ALL.into_iter();
        let states =
            states.map(|state| (state.word(), counts.get(&state).copied().unwrap_or_default()));
        Ok(JobsPage {
            now: state.service.now(),
            jobs: jobs.into_iter().take(SHOWN as usize).map(row).collect(),
            states: states.collect(),
            kinds: store.job_kinds().await?,
            older,
            problem: self.problem.or(problem),
            notice: self.notice,
            state: self.state,
            kind: self.kind,
        })
    }
}

async fn respond(state: &AppState, shown: Shown, status: StatusCode, request: Request) -> Response {
    let Some(store) = &state.store else {
        let error = PageError::NotFound("This server keeps no records.".into());
        return response::failure(state, error, request).await;
    };
    match shown.page(state, store).await {
        Ok(page) => response::page(state, status, Page::Jobs(Arc::new(page)), request).await,
        Err(error) => unreadable(&error),
    }
}

fn row(job: QueuedJob) -> JobRow {
    JobRow {
        id: job.id,
        kind: job.kind,
        subject: job.subject,
        state: match job.state {
            JobState::Waiting => JobRowState::Waiting,
            JobState::Running => JobRowState::Running,
            JobState::Done => JobRowState::Done,
            JobState::Failed => JobRowState::Failed,
            JobState::Cancelled => JobRowState::Cancelled,
        },
        asked: (job.asked_by, job.asked_at),
        run_after: job.run_after,
        started_at: job.started_at,
        ended_at: job.ended_at,
        attempts: (job.attempt, job.failures, job.most_attempts),
        progress: (job.progress_done, job.progress_total),
        bytes: job.result_bytes,
        outcome: job.outcome,
    }
}

fn unreadable(error: &StoreError) -> Response {
    tracing::error!(%error, "jobs cannot be read or changed");
    response::unavailable()
}
