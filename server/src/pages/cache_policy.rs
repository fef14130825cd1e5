//! `/admin/cache/policy`: how long frames may be shown, set by an admin at each level, overriding the
//! file.

use super::response;
use crate::administration::cache_settings::{self, CacheScope, SettingError, TypedPolicy};
use crate::auth::form::Form;
use crate::auth::viewer::{self, Viewer};
use crate::http::client;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{CachePolicyPage, Page, PageError};
use brisk_domain::sentence::sentence;
use brisk_domain::view::parse_query;
use brisk_domain::{CacheMode, CachePolicy, Slug};
use brisk_engine::Engine;
use http::StatusCode;
use std::sync::Arc;

/// `/admin/cache/policy?scope=…`
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let scope =
        parameters.iter().find(|(name, _)| name == "scope").map(|(_, scope)| scope.as_str());
    let viewer = viewer::of(request.extensions());
    let Some(scope) = scope.and_then(|scope| known(&viewer, state.service.engine(), scope)) else {
        return response::failure(&state, nowhere(), request).await;
    };
    let page = shown(&state, &scope);
    response::page(&state, StatusCode::OK, Page::CachePolicy(Arc::new(page)), request).await
}

/// `POST /admin/cache/policy`: what is typed takes effect from now on, here at once and on the other
/// replicas within a second; an empty field removes the setting.
pub async fn change(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let engine = state.service.engine();
    let viewer = viewer::of(&head.extensions);
    let Some(scope) = known(&viewer, engine, form.get("scope")) else {
        let request = Request::from_parts(head, Body::empty());
        return response::failure(&state, nowhere(), request).await;
    };
    let Some(store) = &state.store else {
        let sentence = "This server has no store to keep settings in.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response();
    };
    let typed = TypedPolicy {
        ttl: form.get("ttl"),
        stale: form.get("stale"),
        mode: form.get("mode"),
        early: form.get("early"),
    };
    let actor = viewer.actor(client::address_of(&head.extensions));
    let changed = cache_settings::change(store, &scope, typed, &actor, state.service.now()).await;
    let applied = match changed {
        Ok(()) => cache_settings::apply(store, engine).await.map_err(SettingError::from),
        Err(error) => Err(error),
    };
    match applied {
        Ok(()) => Redirect::to(&format!("{}?done=policy", back(&scope))).into_response(),
        Err(SettingError::Store(error)) => {
            tracing::error!(%error, "a cache setting is not kept");
            let sentence =
                "The setting is not kept: Brisk's own database cannot be used; the log says why.\n";
            (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response()
        }
        Err(error @ SettingError::Text(..)) => {
            let page = CachePolicyPage {
                typed: [typed.ttl, typed.stale, typed.mode, typed.early].map(ToOwned::to_owned),
                problem: Some(sentence(&error.to_string())),
                ..shown(&state, &scope)
            };
            let (page, request) =
                (Page::CachePolicy(Arc::new(page)), Request::from_parts(head, Body::empty()));
            response::page(&state, StatusCode::UNPROCESSABLE_ENTITY, page, request).await
        }
    }
}

/// The scope of that text, if there is such a source, dashboard or panel, and `viewer` looks after it.
fn known(viewer: &Viewer, engine: &Engine, text: &str) -> Option<CacheScope> {
    let scope = CacheScope::parse(text)?;
    let own = |slug: &Slug| {
        let dashboard = engine.catalog().dashboard(slug);
        dashboard.filter(|dashboard| viewer.looks_behind(dashboard))
    };
    let is_known = match &scope {
        CacheScope::Global => viewer.administers(),
        CacheScope::Source(name) => {
            viewer.administers() && engine.loader().sources().contains_key(name)
        }
        CacheScope::Dashboard(slug) => own(slug).is_some(),
        CacheScope::Panel(slug, id) => {
            own(slug).is_some_and(|dashboard| dashboard.panel(id).is_some())
        }
    };
    is_known.then_some(scope)
}

fn shown(state: &AppState, scope: &CacheScope) -> CachePolicyPage {
    let engine = state.service.engine();
    let policies = engine.policies();
    let set = scope.set(&policies.admin);
    let of_file = match scope {
        CacheScope::Global => policies.default,
        CacheScope::Source(name) => policies.sources.get(name).copied().unwrap_or_default(),
        CacheScope::Dashboard(slug) => {
            engine.catalog().dashboard(slug).map(|dashboard| dashboard.cache).unwrap_or_default()
        }
        CacheScope::Panel(slug, id) => engine
            .catalog()
            .dashboard(slug)
            .and_then(|dashboard| dashboard.panel(id).map(|panel| panel.cache))
            .unwrap_or_default(),
    };
    CachePolicyPage {
        scope: scope.to_string(),
        typed: words(set),
        of_file: words(of_file),
        toml: (set != CachePolicy::default()).then(|| cache_settings::toml(scope, set)),
        problem: None,
        back: back(scope),
    }
}

/// A policy as it is typed: TTL, stale window, mode, early refresh.
fn words(policy: CachePolicy) -> [String; 4] {
    let time = |seconds: Option<u32>| seconds.map(cache_settings::written).unwrap_or_default();
    let mode = policy.mode.and_then(|mode| {
        CacheMode::WORDS
            .iter()
            .find(|(_, known)| *known == mode)
            .map(|(word, _)| (*word).to_owned())
    });
    [
        time(policy.ttl),
        time(policy.stale),
        mode.unwrap_or_default(),
        policy.early.map(|early| early.to_string()).unwrap_or_default(),
    ]
}

fn back(scope: &CacheScope) -> String {
    match scope {
        CacheScope::Global | CacheScope::Source(_) => "/admin/cache".to_owned(),
        CacheScope::Dashboard(slug) | CacheScope::Panel(slug, _) => format!("/admin/cache/{slug}"),
    }
}

fn nowhere() -> PageError {
    PageError::NotFound("There is no such source, dashboard or panel.".to_owned())
}
