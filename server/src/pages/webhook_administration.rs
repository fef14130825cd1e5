//! The page of one webhook: its limits, its secret, a test; and what its forms do.

use super::webhook_rows::{latest, row, typed};
use super::{cache_changes, response};
use crate::administration::webhooks;
use crate::auth::form::Form;
use crate::auth::viewer;
use crate::hooks::Hooks;
use crate::hooks::trial::{self, Tried};
use crate::http::client;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{
    Notice, Page, PageError, ShownOnce, TriedDelivery, TypedWebhook, WebhookPage,
};
use brisk_domain::{Timestamp, WebhookName};
use brisk_signature::SigningKey;
use brisk_store::{Actor, Store, StoreError, WebhookRecord};
use http::StatusCode;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many tags a test may have.
const MOST_TRIED: usize = 100;

/// The outcome of a form, for the page that answers.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) notice: Option<Notice>,
    /// A new secret.
    pub(super) secret: Option<String>,
    /// The form's contents, if it was wrong.
    pub(super) typed: Option<TypedWebhook>,
    pub(super) tried: Option<TriedDelivery>,
    /// The tags of the test.
    pub(super) tags: String,
}

/// `/admin/invalidation/webhooks/{name}`
pub async fn page(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    match name(path) {
        Some(name) => shown(&state, &name, Told::default(), StatusCode::OK, request).await,
        None => response::failure(&state, nowhere(), request).await,
    }
}

/// `POST /admin/invalidation/webhooks/{name}`
pub async fn change(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let actor = viewer::of(&head.extensions).actor(client::address_of(&head.extensions));
    let request = Request::from_parts(head, Body::empty());
    let known = name(path).zip(state.hooks.clone());
    let known = known.filter(|(name, hooks)| hooks.all().contains_key(name));
    let Some((name, hooks)) = known else {
        return response::failure(&state, nowhere(), request).await;
    };
    if form.get("do") == "test" {
        let (told, status) = match test(&state, &hooks, &name, form.get("tags")).await {
            Ok(told) => (told, StatusCode::OK),
            Err(told) => (told, StatusCode::UNPROCESSABLE_ENTITY),
        };
        return shown(&state, &name, told, status, request).await;
    }
    let Some(store) = &state.store else { return no_store() };
    let changed = changed(&state, store, &name, &form, &actor).await;
    // Here at once; other replicas learn of it from the store.
    if let Err(error) = hooks.reload().await {
        tracing::warn!(%error, "the webhooks cannot be read");
    }
    match changed {
        Ok(_) if !hooks.all().contains_key(&name) => {
            Redirect::to("/admin/invalidation?done=removed").into_response()
        }
        Ok(told) => shown(&state, &name, told, StatusCode::OK, request).await,
        Err(why) => {
            let typed = (form.get("do") == "limit").then(|| typed(&form));
            let told = Told { notice: Some(Notice::Wrong(why)), typed, ..Told::default() };
            shown(&state, &name, told, StatusCode::UNPROCESSABLE_ENTITY, request).await
        }
    }
}

/// Does what a form asks for; a sentence says why not.
async fn changed(
    state: &AppState,
    store: &Store,
    name: &WebhookName,
    form: &Form,
    actor: &Actor,
) -> Result<Told, String> {
    let (now, lost) = (state.service.now(), |error: StoreError| not_kept(&error));
    let Some(known) = made(store, name).await.map_err(lost)? else {
        return switched(store, name, form, actor, now).await;
    };
    let mut secret = None;
    let (is_there, words) = match form.get("do") {
        "limit" => {
            let limits = webhooks::limits(&typed(form), known.limits.is_off)?;
            let changed = store.limit_webhook(name, &limits, actor, now).await;
            (changed.map_err(lost)?, "What it may do is changed, on all replicas within a second.")
        }
        word @ ("on" | "off") => {
            let mut limits = known.limits;
            limits.is_off = word == "off";
            let changed = store.limit_webhook(name, &limits, actor, now).await;
            (changed.map_err(lost)?, if word == "off" { OFF } else { ON })
        }
        "rotate" => {
            let until = now.after(webhooks::overlap(form.get("overlap"))?);
            let new = SigningKey::random_text();
            let changed = store.rotate_webhook(name, &new, until, actor, now).await;
            let changed = changed.map_err(lost)?;
            secret = changed.then_some(new);
            (changed, "It has a new secret, on all replicas within a second.")
        }
        "end-overlap" => {
            let changed = store.end_webhook_overlap(name, actor, now).await;
            (changed.map_err(lost)?, "The old secret is no longer accepted.")
        }
        "remove" => {
            let changed = store.remove_webhook(name, actor, now).await;
            (changed.map_err(lost)?, "The webhook is removed.")
        }
        _ => return Err("This form is not known. Reload the page.".into()),
    };
    match is_there {
        true => {
            let notice = Some(Notice::Done(words.into()));
            Ok(Told { notice, secret, ..Told::default() })
        }
        false => Err("Somebody has removed this webhook meanwhile.".into()),
    }
}

const OFF: &str = "It is switched off: deliveries are refused, on all replicas within a second.";
const ON: &str = "It is switched on, on all replicas within a second.";

/// Switches a webhook of the configuration: nothing else can be done with it here.
async fn switched(
    store: &Store,
    name: &WebhookName,
    form: &Form,
    actor: &Actor,
    now: Timestamp,
) -> Result<Told, String> {
    let (is_off, words) = match form.get("do") {
        "off" => (true, OFF),
        "on" => (false, ON),
        _ => return Err("It is declared in the configuration, and is changed there.".into()),
    };
    let changed = store.switch_webhook(name, is_off, actor, now).await;
    changed.map_err(|error| not_kept(&error))?;
    Ok(Told { notice: Some(Notice::Done(words.into())), ..Told::default() })
}

/// Sends a test with the tags that are typed.
async fn test(
    state: &AppState,
    hooks: &Arc<Hooks>,
    name: &WebhookName,
    typed: &str,
) -> Result<Told, Told> {
    let tags: Vec<String> = typed.split_whitespace().map(ToOwned::to_owned).collect();
    let wrong = |why: &str| {
        let notice = Some(Notice::Wrong(why.to_owned()));
        Told { notice, tags: typed.to_owned(), ..Told::default() }
    };
    if tags.is_empty() || tags.len() > MOST_TRIED {
        return Err(wrong("Write 1 to 100 tags, on a line each: table:shop.public.orders."));
    }
    let tried = trial::send(hooks, name, &tags).await;
    let Some(Tried { sent, status, answer }) = tried else {
        return Err(wrong("It has no secret that can be decrypted: rotate it."));
    };
    let parsed: serde_json::Value = serde_json::from_str(&answer).unwrap_or_default();
    let would = parsed["would_invalidate"].as_array().cloned().unwrap_or_default();
    let would: BTreeSet<String> =
        would.iter().filter_map(|tag| tag.as_str().map(ToOwned::to_owned)).collect();
    let panels = cache_changes::touched_by(state.service.engine(), &would).await;
    let tried = Some(TriedDelivery { sent, status, answer, panels });
    Ok(Told { tried, tags: typed.to_owned(), ..Told::default() })
}

/// The page; the outcome of a form is `told`.
pub(super) async fn shown(
    state: &AppState,
    name: &WebhookName,
    told: Told,
    status: StatusCode,
    request: Request,
) -> Response {
    let Some(hooks) = &state.hooks else {
        return response::failure(state, nowhere(), request).await;
    };
    if told.secret.is_some()
        && let Err(error) = hooks.reload().await
    {
        tracing::warn!(%error, "the webhooks cannot be read");
    }
    let (all, now) = (hooks.all(), state.service.now());
    let Some(hook) = all.get(name) else {
        return response::failure(state, nowhere(), request).await;
    };
    let record = match (&state.store, hook.is_of_app) {
        (Some(store), true) => made(store, name).await.unwrap_or_default(),
        _ => None,
    };
    let in_form = record.as_ref().map(|record| webhooks::typed("", &record.limits));
    let secret = told.secret.map(|secret| ShownOnce {
        about: "Its secret, which is shown this once: give it to whoever sends.".into(),
        lines: vec![secret],
    });
    let page = WebhookPage {
        now,
        webhook: row(name, hook, &latest(hooks).await, now),
        made: record.map(|record| (record.created_by, record.created_at)),
        can_switch: state.store.is_some(),
        // The name is not typed here: the field of the test stands in its place.
        typed: TypedWebhook { name: told.tags, ..told.typed.or(in_form).unwrap_or_default() },
        notice: told.notice,
        secret,
        tried: told.tried,
        asks_to_remove: request.uri().query() == Some("do=remove"),
    };
    response::page(state, status, Page::Webhook(Arc::new(page)), request).await
}

async fn made(store: &Store, name: &WebhookName) -> Result<Option<WebhookRecord>, StoreError> {
    Ok(store.webhooks().await?.into_iter().find(|record| record.name == *name))
}

/// A sentence for the sender of the form; the log says why.
pub(super) fn not_kept(error: &StoreError) -> String {
    tracing::error!(%error, "a webhook is not kept");
    "Nothing is changed: Brisk's own database cannot be used; the log says why.".to_owned()
}

pub(super) fn no_store() -> Response {
    let sentence = "This server has no store to keep webhooks in.\n";
    (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response()
}

fn name(path: Result<Path<String>, PathRejection>) -> Option<WebhookName> {
    path.ok().and_then(|Path(name)| WebhookName::parse(&name).ok())
}

fn nowhere() -> PageError {
    PageError::NotFound("There is no such webhook.".to_owned())
}
