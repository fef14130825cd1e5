//! `/admin/sources/edit` and `/admin/sources/remove`: databases that are added in the app. What is typed
//! is tested over a real connection before it is kept.

use super::response;
use crate::administration::app_sources::{AppSources, CONNECTIONS, ROWS, SECONDS};
use crate::auth::form::Form;
use crate::auth::viewer;
use crate::config::sources::Location;
use crate::http::client;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{Page, PageError, RemoveSourcePage, SourceFormPage};
use brisk_domain::view::parse_query;
use brisk_domain::{SourceName, Timestamp, WallClock};
use brisk_source::{About, SQLITE_CONNECTIONS};
use brisk_store::{Actor, AppSource, AuditRecord, Store};
use http::StatusCode;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What a form offers for a new source: connections to a server, seconds, rows; the defaults of the
/// configuration.
const USUAL: [u32; 3] = [8, 30, 100_000];

/// `/admin/sources/edit`: the form, for a new one or, with `?name=…`, for one that exists.
pub async fn form(State(state): State<AppState>, request: Request) -> Response {
    let Some((sources, _)) = parts(&state) else { return response::unavailable() };
    let name = asked(&request);
    let page = match name {
        None => SourceFormPage {
            typed: [
                "".into(),
                USUAL[0].to_string(),
                USUAL[1].to_string(),
                USUAL[2].to_string(),
                "".into(),
            ],
            ..blank(sources)
        },
        Some(name) => match known(&state, &name).await {
            Some(known) => SourceFormPage {
                name: known.name.to_string(),
                shown: Some(known.shown.clone()),
                has_rollups: known.rollup_url.is_some(),
                is_file: sources.places().is_file(&known.url),
                typed: [
                    known.name.to_string(),
                    known.connections.to_string(),
                    known.seconds.to_string(),
                    known.rows.to_string(),
                    known.wall_clock.clone(),
                ],
                ..blank(sources)
            },
            None => return response::failure(&state, nowhere(), request).await,
        },
    };
    response::page(&state, StatusCode::OK, Page::SourceForm(Arc::new(page)), request).await
}

/// `POST /admin/sources/edit`: tests what is typed, and keeps it if that was asked for and it works.
pub async fn change(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let Some((sources, store)) = parts(&state) else { return response::unavailable() };
    let actor = viewer::of(&head.extensions).actor(client::address_of(&head.extensions));
    let now = state.service.now();
    let is_there = !form.get("is_there").is_empty();
    let before = match SourceName::parse(form.get("name").trim()) {
        Ok(name) => known(&state, &name).await,
        Err(_) => None,
    };
    let page = SourceFormPage {
        name: if is_there { form.get("name").to_owned() } else { String::new() },
        shown: before.as_ref().filter(|_| is_there).map(|before| before.shown.clone()),
        has_rollups: is_there && before.as_ref().is_some_and(|before| before.rollup_url.is_some()),
        is_file: is_there
            && before.as_ref().is_some_and(|before| sources.places().is_file(&before.url)),
        typed: ["name", "connections", "seconds", "rows", "wall_clock"]
            .map(|field| form.get(field).chars().take(200).collect()),
        ..blank(sources)
    };
    let read = read(sources, &form, before.as_ref(), is_there, &actor, now);
    let (source, about) = match read {
        Err(why) => return refused(&state, page, why, head).await,
        Ok(source) => {
            tested_is_recorded(store, &source, &actor, now).await;
            match sources.test(&source).await {
                Ok(about) => (source, about),
                Err(why) => {
                    let why = format!("It is not saved, because Brisk cannot use it. {why}");
                    return refused(&state, page, why, head).await;
                }
            }
        }
    };
    if form.get("do") != "save" {
        let request = Request::from_parts(head, Body::empty());
        let page = SourceFormPage { tested: Some(notes(sources, &about, &source)), ..page };
        return response::page(&state, StatusCode::OK, Page::SourceForm(Arc::new(page)), request)
            .await;
    }
    let engine = state.service.engine();
    let kept = async {
        store.set_app_source(&source, &actor).await?;
        sources.apply(store, engine).await
    };
    match kept.await {
        Ok(()) => Redirect::to("/admin/sources?done=saved").into_response(),
        Err(error) => {
            tracing::error!(%error, source = %source.name, "a source is not kept");
            response::unavailable()
        }
    }
}

/// `/admin/sources/remove?name=…`
pub async fn ask(State(state): State<AppState>, request: Request) -> Response {
    let Some((_, store)) = parts(&state) else { return response::unavailable() };
    let Some(name) = asked(&request) else {
        return response::failure(&state, nowhere(), request).await;
    };
    let stored = match store.app_sources().await {
        Ok(stored) => stored,
        Err(error) => {
            tracing::error!(%error, "sources cannot be read");
            return response::unavailable();
        }
    };
    let Some((_, source)) = stored.into_iter().find(|(known, _)| *known == name) else {
        return response::failure(&state, nowhere(), request).await;
    };
    let contents = state.service.engine().catalog().contents();
    let reads = contents
        .dashboards
        .values()
        .filter(|dashboard| dashboard.panels.iter().any(|panel| panel.source == name));
    let page = RemoveSourcePage {
        name: name.to_string(),
        shown: source.map_or_else(|_| "It cannot be decrypted".to_owned(), |source| source.shown),
        dashboards: reads.map(|one| (format!("/d/{}", one.slug), one.title.clone())).collect(),
    };
    response::page(&state, StatusCode::OK, Page::RemoveSource(Arc::new(page)), request).await
}

/// `POST /admin/sources/remove`
pub async fn remove(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let Some((sources, store)) = parts(&state) else { return response::unavailable() };
    let actor = viewer::of(&head.extensions).actor(client::address_of(&head.extensions));
    let removed = async {
        let Ok(name) = SourceName::parse(form.get("name")) else { return Ok(false) };
        let is_removed = store.remove_app_source(&name, &actor, state.service.now()).await?;
        sources.apply(store, state.service.engine()).await?;
        Ok::<_, brisk_store::StoreError>(is_removed)
    };
    match removed.await {
        Ok(true) => Redirect::to("/admin/sources?done=removed").into_response(),
        Ok(false) => {
            let request = Request::from_parts(head, Body::empty());
            response::failure(&state, nowhere(), request).await
        }
        Err(error) => {
            tracing::error!(%error, "a source is not removed");
            response::unavailable()
        }
    }
}

fn parts(state: &AppState) -> Option<(&Arc<AppSources>, &Store)> {
    state.app_sources.as_ref().zip(state.store.as_ref())
}

fn blank(sources: &AppSources) -> SourceFormPage {
    SourceFormPage { folder: sources.places().folder(), ..SourceFormPage::default() }
}

fn asked(request: &Request) -> Option<SourceName> {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let (_, name) = parameters.iter().find(|(name, _)| name == "name")?;
    SourceName::parse(name).ok()
}

/// The source of that name, if it was added here.
async fn known(state: &AppState, name: &SourceName) -> Option<AppSource> {
    state.store.as_ref()?.app_source(name).await.ok().flatten()
}

/// The source that is typed; an error is a sentence.
fn read(
    sources: &AppSources,
    form: &Form,
    before: Option<&AppSource>,
    is_there: bool,
    actor: &Actor,
    now: Timestamp,
) -> Result<AppSource, String> {
    let name =
        SourceName::parse(form.get("name").trim()).map_err(|error| format!("The {error}."))?;
    if sources.is_declared(&name) {
        return Err(format!(
            "The configuration has a source \"{name}\" already, which alone can change it."
        ));
    }
    if before.is_some() && !is_there {
        return Err(format!("There is a source \"{name}\" already: change it on its own page."));
    }
    let url = match (form.get("url").trim(), before) {
        ("", None) => return Err("Type the URL of the database, or the name of a file.".into()),
        ("", Some(before)) => before.url.clone(),
        (typed, _) => typed.to_owned(),
    };
    let found = sources.places().find(&url)?;
    let rollup_url = match (form.get("rollup_url").trim(), before) {
        _ if !form.get("no_rollups").is_empty() => None,
        ("", before) => before.and_then(|before| before.rollup_url.clone()),
        (typed, _) => Some(typed.to_owned()),
    };
    if let Some(url) = &rollup_url {
        sources.places().rollups(url, &found.location)?;
    }
    let whole = |field: &str, what: &str, range: RangeInclusive<u32>| {
        let number = form.get(field).trim().parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            format!("\"{what}\" must be a number from {} to {}.", range.start(), range.end())
        })
    };
    // The form of a file does not ask for it; the URL may since lead to a server.
    let connections = match (&found.location, form.get("connections").trim()) {
        (Location::Sqlite(_), _) => SQLITE_CONNECTIONS,
        (_, "") => USUAL[0],
        _ => whole("connections", "Connections to a server", CONNECTIONS)?,
    };
    let wall_clock = form.get("wall_clock").trim();
    if !wall_clock.is_empty() && WallClock::parse(wall_clock).is_err() {
        return Err("The clock must be dashboard, UTC, or a zone such as Europe/London.".into());
    }
    Ok(AppSource {
        name,
        url,
        rollup_url,
        shown: found.shown,
        connections,
        seconds: whole("seconds", "Seconds", SECONDS)?,
        rows: whole("rows", "Rows", ROWS)?,
        wall_clock: wall_clock.to_owned(),
        revision: format!("{:032x}", rand::random::<u128>()),
        changed_by: actor.name.clone(),
        changed_at: now,
    })
}

/// The audit log has each connection that somebody has the server make, even those that fail.
async fn tested_is_recorded(store: &Store, source: &AppSource, actor: &Actor, at: Timestamp) {
    let record = AuditRecord {
        at,
        actor: actor.clone(),
        action: "source tested".into(),
        subject: format!("source:{}", source.name),
        before: None,
        after: Some(source.shown.clone()),
    };
    if let Err(error) = store.record_audit(&record).await {
        tracing::error!(%error, "the test of a source is not in the audit log");
    }
}

/// What a test found, in sentences.
fn notes(sources: &AppSources, about: &About, source: &AppSource) -> (String, Vec<String>) {
    let at_once = match sources.places().is_file(&source.url) {
        true => format!("{SQLITE_CONNECTIONS} statements run at a time, as on every SQLite file."),
        false => format!("Brisk opens {} connections at most.", source.connections),
    };
    let mut notes = vec![format!(
        "A statement may take {} s and give {} rows. {at_once}",
        source.seconds, source.rows
    )];
    notes.extend(about.may_write.as_ref().map(|what| {
        format!("Its role {what}. Brisk only reads: give it one that may do no more.")
    }));
    if source.wall_clock.is_empty() {
        notes.push("Nothing is said of the clock of columns without a time zone.".to_owned());
    }
    (about.version.clone(), notes)
}

async fn refused(
    state: &AppState,
    page: SourceFormPage,
    why: String,
    head: axum::http::request::Parts,
) -> Response {
    let page = SourceFormPage { problem: Some(why), ..page };
    let request = Request::from_parts(head, Body::empty());
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    response::page(state, status, Page::SourceForm(Arc::new(page)), request).await
}

fn nowhere() -> PageError {
    PageError::NotFound("There is no such source that was added here.".to_owned())
}
