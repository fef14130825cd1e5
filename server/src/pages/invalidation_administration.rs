//! The page about what invalidates the cache: the webhooks, what is noticed without one, the latest
//! deliveries, and how to send them; and the form for a new webhook.

use super::webhook_rows::{latest, row, typed};
use super::{response, source_changes, webhook_administration};
use crate::administration::webhooks;
use crate::auth::form::Form;
use crate::auth::viewer;
use crate::hooks::Hooks;
use crate::http::client;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{Redirect, Response};
use brisk_app::service::{InvalidationPage, Notice, Page, TypedWebhook, WebhookRow};
use brisk_domain::{Timestamp, WebhookName};
use brisk_signature::SigningKey;
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::Arc;

/// `/admin/invalidation`
pub async fn index(State(state): State<AppState>, request: Request) -> Response {
    let is_removed = request.uri().query() == Some("done=removed");
    let notice = is_removed.then(|| Notice::Done("The webhook is removed.".into()));
    shown(&state, notice, TypedWebhook::default(), StatusCode::OK, request).await
}

/// `/admin/webhooks`: the name that people try first.
pub async fn moved() -> Redirect {
    Redirect::permanent("/admin/invalidation")
}

/// `POST /admin/invalidation`: a new webhook. Its secret is shown on the page that answers, and never again.
pub async fn make(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let typed = typed(&form);
    let actor = viewer::of(&head.extensions).actor(client::address_of(&head.extensions));
    let request = Request::from_parts(head, Body::empty());
    let (Some(store), Some(hooks)) = (&state.store, &state.hooks) else {
        return webhook_administration::no_store();
    };
    let made = async {
        let name =
            WebhookName::parse(typed.name.trim()).map_err(|error| format!("The {error}."))?;
        let limits = webhooks::limits(&typed, false)?;
        let is_taken = || format!("There is a webhook \"{name}\" already.");
        if hooks.all().contains_key(&name) {
            return Err(is_taken());
        }
        let secret = SigningKey::random_text();
        let added = store.add_webhook(&name, &secret, &limits, &actor, state.service.now()).await;
        match added.map_err(|error| webhook_administration::not_kept(&error))? {
            false => Err(is_taken()),
            true => Ok((name, secret)),
        }
    };
    match made.await {
        Ok((name, secret)) => {
            let told = webhook_administration::Told {
                notice: Some(Notice::Done("The webhook is made, on all replicas.".into())),
                secret: Some(secret),
                ..Default::default()
            };
            webhook_administration::shown(&state, &name, told, StatusCode::OK, request).await
        }
        Err(why) => {
            let (notice, status) = (Some(Notice::Wrong(why)), StatusCode::UNPROCESSABLE_ENTITY);
            shown(&state, notice, typed, status, request).await
        }
    }
}

async fn shown(
    state: &AppState,
    notice: Option<Notice>,
    typed: TypedWebhook,
    status: StatusCode,
    request: Request,
) -> Response {
    let now = state.service.now();
    let (deliveries, latest) = match &state.hooks {
        Some(hooks) => (hooks.deliveries().latest().await, latest(hooks).await),
        None => (Ok(Vec::new()), BTreeMap::new()),
    };
    let deliveries = deliveries.unwrap_or_else(|error| {
        tracing::warn!(%error, "the log of deliveries cannot be read");
        Vec::new()
    });
    let rows = state.hooks.as_deref().map(|hooks| rows(hooks, &latest, now));
    let page = InvalidationPage {
        now,
        webhooks: rows.unwrap_or_default(),
        sources: source_changes::all(state).await,
        deliveries,
        has_store: state.store.is_some() && state.hooks.is_some(),
        notice,
        typed,
    };
    response::page(state, status, Page::Invalidation(Arc::new(page)), request).await
}

fn rows(hooks: &Hooks, latest: &BTreeMap<String, Timestamp>, now: Timestamp) -> Vec<WebhookRow> {
    hooks.all().iter().map(|(name, hook)| row(name, hook, latest, now)).collect()
}
