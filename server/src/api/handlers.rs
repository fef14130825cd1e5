//! The API's routes. Their comments are the API's own description.

use super::data::{
    self, DashboardAnswer, FreshnessOf, PanelAnswer, PanelFrames, PanelResult, View,
};
use super::definition::{Dashboards, Definition, Summary};
use super::parameters::{PanelPath, Parameters, ViewParameters};
use super::{answer, csv, problem};
use crate::auth::told::told;
use crate::auth::viewer::Viewer;
use crate::http::accept;
use crate::http::etag::ETag;
use crate::http::problem::Problem;
use crate::service::Frames;
use crate::state::AppState;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, OriginalUri, Path, State};
use axum::response::{IntoResponse as _, Response};
use brisk_app::service::PageError;
use brisk_cache::{Caller, Client, Trigger};
use brisk_domain::{Panel, PanelData, Timestamp};
use futures::future::join_all;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

/// What a handler returns: a response, or a problem.
pub(super) type Answer = Result<Response, Problem>;

/// How current a panel's frames are: a structured field (RFC 9651).
const FRESHNESS: HeaderName = HeaderName::from_static("brisk-freshness");

/// The dashboards
#[utoipa::path(get, path = "/api/v1/dashboards", operation_id = "dashboards", tag = "dashboards",
    responses((status = 200, description = "The dashboards that you may see.", body = Dashboards<'_>)))]
pub async fn dashboards(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer {
    let dashboards = state.service.dashboards(&viewer);
    let dashboards = dashboards.iter().map(|dashboard| Summary::of(dashboard)).collect();
    answer::text(&headers, &Dashboards { dashboards }).map_err(|problem| problem.at(&uri))
}

/// A dashboard's definition
///
/// Its variables, its panels, and the view that opens by default.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}", operation_id = "dashboard", tag = "dashboards",
    params(("slug" = String, Path, description = "The dashboard's name.", example = "online-retail")),
    responses(
        (status = 200, description = "The dashboard.", body = Definition<'_>),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
pub async fn dashboard(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    path: Result<Path<String>, PathRejection>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer {
    let answered = || {
        let Ok(Path(slug)) = path else { return Err(problem::not_found()) };
        let (dashboard, outdated) = state.service.definition(&slug, &viewer)?;
        answer::text(&headers, &Definition::of(&dashboard, outdated))
    };
    answered().map_err(|problem| problem.at(&uri))
}

/// The data of a whole dashboard
///
/// All panels for one view, in one request. A panel that fails has a problem in place of its
/// frames; the response is still `200`, without an `ETag`.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/data", operation_id = "data", tag = "data",
    params(("slug" = String, Path, description = "The dashboard's name.", example = "online-retail"), ViewParameters),
    responses(
        (status = 200, description = "All panels with their data.", body = DashboardAnswer<'_>,
            headers(("etag" = Option<String>, description = "For `If-None-Match`; absent if a panel has a problem."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
pub async fn whole(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    Extension(viewer): Extension<Viewer>,
    path: Result<Path<String>, PathRejection>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer {
    let answered = async {
        let Ok(Path(slug)) = path else { return Err(problem::not_found()) };
        let view = load(&state, (client.clone(), &viewer), &slug, None, &uri, &headers).await?;
        let (now, about) = (state.service.now(), About::json(&view, state.service.now()));
        let write = move |view: &Answered| {
            let panels = view.panels(now);
            answer::json(&DashboardAnswer { view: View::of(&view.frames), panels })
        };
        sent(&state, client, view, &headers, about, write).await
    };
    answered.await.map_err(|problem| problem.at(&uri))
}

/// The data of a panel
///
/// Its frames for one view: the statement's result with computed columns, that of the earlier
/// period, and a stat's sparkline. CSV with `Accept: text/csv`.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/panels/{panel}", operation_id = "panel", tag = "data",
    params(PanelPath, ViewParameters),
    responses(
        (status = 200, description = "The panel's data.",
            content((PanelAnswer<'_> = "application/json"), (String = "text/csv")),
            headers(
                ("etag" = String, description = "For `If-None-Match`."),
                ("brisk-freshness" = String, description = "How current the data are: `stale;as_of=\"2011-12-01T09:30:00Z\";age=61`."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
pub async fn panel(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    Extension(viewer): Extension<Viewer>,
    path: Result<Path<(String, String)>, PathRejection>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer {
    let answered = async {
        let Ok(Path((slug, name))) = path else { return Err(problem::not_found()) };
        let (panel, as_csv) = match name.strip_suffix(".csv") {
            Some(panel) => (panel, true),
            None => (name.as_str(), accept::prefers_csv(&headers)),
        };
        let view =
            load(&state, (client.clone(), &viewer), &slug, Some(panel), &uri, &headers).await?;
        one(&state, client, view, as_csv, &headers).await
    };
    answered.await.map_err(|problem| problem.at(&uri))
}

/// The frame of a panel as CSV
///
/// RFC 4180, in UTF-8: a header row with the columns' names, exact values, times on the wall clock
/// of the zone with their offset, NULL as an empty field. Texts and names that start with `=`, `+`,
/// `-`, `@`, a tab or a line break are prefixed with an apostrophe, so that no spreadsheet runs them
/// as formulas. Numbers are left as they are.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/panels/{panel}.csv", operation_id = "csv", tag = "data",
    params(PanelPath, ViewParameters),
    responses(
        (status = 200, description = "The panel's frame.", content((String = "text/csv")),
            headers(
                ("etag" = String, description = "For `If-None-Match`."),
                ("brisk-freshness" = String, description = "How current the data are: `stale;as_of=\"2011-12-01T09:30:00Z\";age=61`."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
#[allow(dead_code)] // `panel` answers it: the router has no paths that end in a word.
pub fn panel_as_csv() {}

/// Everything else under the API's address.
pub async fn not_found(OriginalUri(uri): OriginalUri) -> Problem {
    problem::not_found().at(&uri)
}

/// A method that the address does not have.
pub async fn method_not_allowed(OriginalUri(uri): OriginalUri) -> Problem {
    let reads = !uri.path().ends_with("/invalidations");
    problem::method_not_allowed(reads).at(&uri)
}

/// A view with the outcome of each panel.
struct Answered {
    frames: Frames,
    outcomes: Vec<PanelResult>,
}

impl Answered {
    fn panels(&self, now: Timestamp) -> Vec<PanelFrames<'_>> {
        let panels = self.frames.panels.iter().zip(&self.outcomes);
        panels
            .map(|((panel, _), outcome)| PanelFrames::of(&self.frames, panel, outcome, now))
            .collect()
    }
}

/// Looks up all panels together and waits for those that are not ready.
async fn load(
    state: &AppState,
    (client, viewer): (Client, &Viewer),
    slug: &str,
    panel: Option<&str>,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Answered, Problem> {
    // A missing dashboard comes before a wrong parameter.
    state.service.definition(slug, viewer)?;
    let parameters =
        Parameters::read(uri.query(), headers).map_err(|e| problem::wrong_parameter(&e))?;
    let (zone, caller) = (parameters.zone.as_ref(), Caller::new(Trigger::Api, client));
    let pairs = &parameters.pairs;
    let frames = state.service.frames(slug, panel, zone, pairs, caller, viewer).await?;
    let looks_behind = viewer.looks_behind(&frames.dashboard);
    let oldest = parameters.oldest(state.service.now());
    let shown = frames.panels.iter().map(|(_, shown)| {
        let shown = shown.clone();
        async move {
            match oldest {
                Some(oldest) => shown.since(oldest).await,
                None => shown.current().await,
            }
        }
    });
    let outcomes = join_all(shown).await.into_iter();
    let outcomes =
        outcomes.map(|outcome| outcome.map_err(|error| Problem::from(told(looks_behind, error))));
    let outcomes = outcomes.collect();
    Ok(Answered { frames, outcomes })
}

async fn one(
    state: &AppState,
    client: Client,
    view: Answered,
    as_csv: bool,
    headers: &HeaderMap,
) -> Answer {
    let (Some((panel, _)), Some(outcome)) = (view.frames.panels.first(), view.outcomes.first())
    else {
        return Err(problem::not_found());
    };
    let (data, now) = (outcome.as_ref().map_err(Clone::clone)?, state.service.now());
    let freshness = FreshnessOf::of(data, now).header();
    let about = match as_csv {
        true => About::csv(&view, panel, data),
        false => About::json(&view, now),
    };
    let write = move |view: &Answered| {
        let (Some(panel), Some(outcome)) = (view.frames.panels.first(), view.outcomes.first())
        else {
            return Err(problem::not_found());
        };
        if as_csv {
            let data = outcome.as_ref().map_err(Clone::clone)?;
            return Ok(csv::of(&panel.0, data));
        }
        let panel = PanelFrames::of(&view.frames, &panel.0, outcome, now);
        answer::json(&PanelAnswer { view: View::of(&view.frames), panel })
    };
    let mut response = sent(state, client, view, headers, about, write).await?;
    // Even without a body: the tag says nothing about the age, and CSV has neither.
    if let Some(freshness) = freshness {
        response.headers_mut().insert(FRESHNESS, freshness);
    }
    Ok(response)
}

/// What is known of an answer before it is written.
struct About {
    etag: Option<ETag>,
    /// What else its bytes depend on: the ages in it.
    ages: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl About {
    fn json(view: &Answered, now: Timestamp) -> Self {
        let data = view.outcomes.iter().filter_map(|outcome| outcome.as_ref().ok());
        let ages = data.map(|data| format!("{} ", FreshnessOf::of(data, now).age));
        Self {
            etag: data::etag("json", &view.frames, &view.outcomes),
            ages: ages.collect(),
            headers: vec![(header::CONTENT_TYPE, answer::JSON)],
        }
    }

    fn csv(view: &Answered, panel: &Panel, data: &PanelData) -> Self {
        let name = csv::file_name(view.frames.dashboard.slug.as_str(), panel.id.as_str(), data);
        // Names of dashboards and panels are letters, digits and hyphens.
        let name = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
            .unwrap_or(HeaderValue::from_static("attachment"));
        let kind = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
        Self {
            etag: data::etag("csv", &view.frames, &view.outcomes),
            ages: String::new(),
            headers: vec![(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)],
        }
    }
}

/// `304` for a client that has the answer, otherwise what `write` makes of the view, on the threads that
/// draw pages.
async fn sent(
    state: &AppState,
    client: Client,
    view: Answered,
    request: &HeaderMap,
    about: About,
    write: impl FnOnce(&Answered) -> Result<Vec<u8>, Problem> + Send + 'static,
) -> Answer {
    let About { etag, ages, headers } = about;
    let (mut all, not_modified) = answer::headers(request, etag.as_ref());
    if let Some(not_modified) = not_modified {
        return Ok(not_modified);
    }
    let encoding = accept::encoding(request);
    let tag = etag.map(|etag| {
        let encoding = encoding.name().unwrap_or_default();
        ETag::of([etag.header().as_bytes(), ages.as_bytes(), encoding.as_bytes()])
    });
    let (answers, drawing) = (state.service.answers(), state.service.drawing());
    let write = move || write(&view);
    let written = answers.of(drawing, client, tag, encoding, write).await;
    let answer = written.unwrap_or_else(|| Err(PageError::Busy.into()))?;
    all.extend(headers);
    if let Some(name) = answer.encoding().name() {
        all.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    Ok((all, answer.bytes()).into_response())
}
