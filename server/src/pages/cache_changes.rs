//! Purging and warming: what depends on a tag is listed before it is done. Admins do so for any tag,
//! editors for their dashboards and panels.

use super::cache_administration::dashboard_interval;
use super::response;
use crate::administration::audit;
use crate::auth::form::Form;
use crate::auth::viewer::{self, Viewer};
use crate::http::local_path::is_local_path;
use crate::invalidation;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{ErrorPage, Page, PageError, PurgePage};
use brisk_domain::sentence::sentence;
use brisk_domain::view::parse_query;
use brisk_domain::{Access, Dashboard, Panel, Slug, SourceName, Tag, ViewState};
use brisk_engine::{Engine, Shown};
use http::StatusCode;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Panels whose tags are looked up before a purge; with more, none is listed.
const MAX_ASKED: usize = 500;

/// `/admin/cache/purge?tag=…`: what it would touch.
pub async fn ask_to_purge(State(state): State<AppState>, request: Request) -> Response {
    ask(&state, false, request).await
}

/// `/admin/cache/warm?tag=…`: what it would load.
pub async fn ask_to_warm(State(state): State<AppState>, request: Request) -> Response {
    ask(&state, true, request).await
}

async fn ask(state: &AppState, warms: bool, request: Request) -> Response {
    let viewer = viewer::of(request.extensions());
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let text = parameters.iter().find(|(name, _)| name == "tag").map(|(_, text)| text.as_str());
    let engine = state.service.engine();
    let tag = match tag_of(&viewer, engine, text.unwrap_or_default()) {
        Ok(tag) => tag,
        Err(refused) => return refused.answer(state, request).await,
    };
    let sources = engine.loader().sources();
    let has_source = |name: &SourceName| sources.contains_key(name);
    let suspicion = invalidation::suspicion(&tag, has_source, engine.catalog()).map(sentence);
    let panels = match warms {
        true => Some(warmed(engine, &tag)),
        false => touched(engine, &tag).await,
    };
    let page = PurgePage { panels, suspicion, back: page_of(&tag, engine), warms, tag };
    response::page(state, StatusCode::OK, Page::Purge(Arc::new(page)), request).await
}

/// `POST /admin/cache/purge`: everything that depends on the tag is out of date, in every process.
pub async fn purge(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let engine = state.service.engine();
    let viewer = viewer::of(&head.extensions);
    let tag = match tag_of(&viewer, engine, form.get("tag")) {
        Ok(tag) => tag,
        Err(refused) => {
            return refused.answer(&state, Request::from_parts(head, Body::empty())).await;
        }
    };
    if let Err(error) = invalidation::record(engine, std::slice::from_ref(&tag)).await {
        let error = invalidation::not_recorded(engine, &error);
        tracing::warn!(error = format!("{error:#}"), %tag, "a purge is not recorded");
        let sentence = "The purge is not recorded, because the shared cache cannot be reached. Try again; \
                        until then, readers may be shown older values.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response();
    }
    tracing::info!(%tag, "purged");
    audit::record(&state, &head, "purged", tag.to_string()).await;
    Redirect::to(&format!("{}?done=purged", back(&form))).into_response()
}

/// `POST /admin/cache/warm`: loads the views that readers are likely to open, of what depends on a tag
/// or, from the form on a dashboard's page, of the dashboard.
pub async fn warm(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let engine = Arc::clone(state.service.engine());
    let viewer = viewer::of(&head.extensions);
    let tag = match (form.get("tag"), Slug::parse(form.get("dashboard"))) {
        ("", Ok(slug)) => tag_of(&viewer, &engine, &format!("dashboard:{slug}")),
        ("", Err(_)) => Err(Refused::Hidden),
        (tag, _) => tag_of(&viewer, &engine, tag),
    };
    let tag = tag.and_then(|tag| match engine.dependent(&tag).is_empty() {
        true => Err(Refused::Hidden),
        false => Ok(tag),
    });
    let tag = match tag {
        Ok(tag) => tag,
        Err(refused) => {
            return refused.answer(&state, Request::from_parts(head, Body::empty())).await;
        }
    };
    let back = match form.get("back") {
        "" => page_of(&tag, &engine),
        _ => back(&form).to_owned(),
    };
    audit::record(&state, &head, "warmed", tag.to_string()).await;
    // If it takes long, it goes on after the response: statements queue behind those of readers.
    let warming = tokio::spawn(async move { engine.warm_tag(&tag).await });
    let _ = tokio::time::timeout(super::rebuilds::WAIT, warming).await;
    Redirect::to(&format!("{back}?done=warmed")).into_response()
}

/// Why nothing is done.
enum Refused {
    /// The text is no tag, and why.
    NoTag(String),
    /// There is nothing that they look after.
    Hidden,
}

impl Refused {
    async fn answer(self, state: &AppState, request: Request) -> Response {
        let why = match self {
            Self::NoTag(why) => why,
            Self::Hidden => {
                let error = PageError::NotFound("There is no such dashboard.".to_owned());
                return response::failure(state, error, request).await;
            }
        };
        let error = ErrorPage {
            status: StatusCode::BAD_REQUEST.as_u16(),
            title: "This is no tag".to_owned(),
            message: why,
            link: ("/admin/cache".to_owned(), "Back to the cache".to_owned()),
        };
        response::page(state, StatusCode::BAD_REQUEST, Page::Error(error), request).await
    }
}

fn tag_of(viewer: &Viewer, engine: &Engine, text: &str) -> Result<Tag, Refused> {
    let tag = Tag::parse(text.trim());
    let tag = tag.map_err(|error| Refused::NoTag(sentence(&error.to_string())))?;
    let is_own = viewer.tends(&tag, |slug| engine.catalog().dashboard(slug));
    if is_own { Ok(tag) } else { Err(Refused::Hidden) }
}

/// The page that the form was sent from, as it says.
fn back(form: &Form) -> &str {
    let back = Some(form.get("back"));
    let back = back.filter(|back| is_local_path(back) && back.starts_with("/admin/cache"));
    let back = back.unwrap_or("/admin/cache");
    back.split(['?', '#']).next().unwrap_or("/admin/cache")
}

/// The page about what the tag names.
fn page_of(tag: &Tag, engine: &Engine) -> String {
    let slug = match tag {
        Tag::Dashboard(slug) | Tag::Panel { dashboard: slug, .. } => Slug::parse(slug).ok(),
        Tag::All | Tag::Table { .. } | Tag::Source(_) | Tag::Rollup { .. } | Tag::Custom(_) => None,
    };
    let known = slug.filter(|slug| engine.catalog().dashboard(slug).is_some());
    known.map_or_else(|| "/admin/cache".to_owned(), |slug| format!("/admin/cache/{slug}"))
}

/// The panels that are warmed: dashboard's title, panel's title.
fn warmed(engine: &Engine, tag: &Tag) -> Vec<(String, String)> {
    let (dependent, policies) = (engine.dependent(tag), engine.policies());
    let panels = dependent.iter().flat_map(|(dashboard, shown)| {
        let is_shown = |id: &brisk_domain::PanelId| match shown {
            Shown::Panels(ids) | Shown::Frames(ids) => ids.contains(id),
            Shown::Dashboard | Shown::Panel(_) => true,
        };
        let is_kept = |panel: &&brisk_domain::Panel| {
            policies.of(dashboard, Some(panel), &panel.source).keeps_values()
        };
        let shown = dashboard.panels.iter().filter(|panel| is_shown(&panel.id)).filter(is_kept);
        let title = |panel: &brisk_domain::Panel| panel.title_at(dashboard_interval(dashboard));
        shown.map(|panel| (dashboard.title.clone(), title(panel))).collect::<Vec<_>>()
    });
    panels.collect()
}

/// The panels that depend on `tag` in the view that opens first: dashboard's title, panel's title.
async fn touched(engine: &Engine, tag: &Tag) -> Option<Vec<(String, String)>> {
    touched_by(engine, &engine.resolved(tag).iter().map(Tag::to_string).collect()).await
}

/// The panels that depend on one of the tags `meant`, which name all spellings, whoever they are for.
pub(super) async fn touched_by(
    engine: &Engine,
    meant: &BTreeSet<String>,
) -> Option<Vec<(String, String)>> {
    let dashboards = &engine.catalog().contents().dashboards;
    let dashboards: Vec<Arc<Dashboard>> = dashboards.values().cloned().collect();
    let count: usize = dashboards.iter().map(|dashboard| dashboard.panels.len()).sum();
    if count > MAX_ASKED {
        return None;
    }
    let is_all = meant.contains(brisk_domain::tag::ALL);
    let mut touched = Vec::new();
    for dashboard in &dashboards {
        for panel in &dashboard.panels {
            if is_all || has_one(engine, dashboard, panel, meant).await {
                touched
                    .push((dashboard.title.clone(), panel.title_at(dashboard_interval(dashboard))));
            }
        }
    }
    Some(touched)
}

/// Whether `panel` has one of these tags. A statement that cannot be planned has none.
async fn has_one(
    engine: &Engine,
    dashboard: &Dashboard,
    panel: &Panel,
    meant: &BTreeSet<String>,
) -> bool {
    let view = ViewState::default_of(dashboard);
    let entries = engine.inspect(dashboard, panel, &view, &Access::anybody()).await;
    let Ok(Ok(entries)) = entries else { return false };
    entries.entries.iter().flat_map(|entry| &entry.tags).any(|tag| meant.contains(tag))
}
