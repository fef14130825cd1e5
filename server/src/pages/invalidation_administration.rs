//! The page about what invalidates the cache: the webhooks, what came to them lately, and how to send.

use super::response;
use crate::hooks::Hooks;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::{Redirect, Response};
use brisk_app::service::{DeliveryRow, InvalidationPage, Page, WebhookRow};
use http::StatusCode;
use std::sync::Arc;

/// `/admin/invalidation`
pub async fn index(State(state): State<AppState>, request: Request) -> Response {
    let hooks = state.hooks.as_deref();
    let page = InvalidationPage {
        now: state.service.now(),
        webhooks: hooks.map(webhooks).unwrap_or_default(),
        deliveries: hooks.map(deliveries).unwrap_or_default(),
    };
    response::page(&state, StatusCode::OK, Page::Invalidation(Arc::new(page)), request).await
}

/// `/admin/webhooks`: the name that people try first.
pub async fn moved() -> Redirect {
    Redirect::permanent("/admin/invalidation")
}

fn webhooks(hooks: &Hooks) -> Vec<WebhookRow> {
    let latest = hooks.deliveries().latest();
    let row = |(name, hook): (&brisk_domain::WebhookName, &crate::hooks::hook::Hook)| WebhookRow {
        name: name.to_string(),
        allow: hook.allow.as_ref().map(|allow| allow.iter().map(ToString::to_string).collect()),
        secrets: hook.keys.len(),
        last: latest
            .iter()
            .find(|delivery| {
                delivery.hook.as_deref() == Some(name.as_str()) && delivery.refused.is_none()
            })
            .map(|delivery| delivery.at),
    };
    hooks.declared().iter().map(row).collect()
}

fn deliveries(hooks: &Hooks) -> Vec<DeliveryRow> {
    let latest = hooks.deliveries().latest().into_iter();
    latest
        .map(|delivery| DeliveryRow {
            at: delivery.at,
            hook: delivery.hook,
            status: delivery.status,
            refused: delivery.refused,
            tags: delivery.tags,
            named: delivery.named,
            invalidated: delivery.invalidated,
        })
        .collect()
}
