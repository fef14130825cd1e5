//! `POST /hooks/{id}`: whoever writes data says what changed, and nothing older is shown as current
//! any more.
//!
//! - [`hook`]: one webhook; [`allowed`]: which tags it may name;
//! - [`signature`]: whether a delivery is authentic, as in the Standard Webhooks specification;
//! - [`body`]: which tags a delivery names;
//! - [`problem`]: what can be wrong with it; `answer`: what is said otherwise;
//! - [`by_token`]: the same without a signature, for who has a token;
//! - [`deliveries`]: what came lately, and what was made of it.
//!
//! This file puts them together. Webhooks are declared in the configuration
//! (`config::webhooks`); docs/webhooks.md is for those who send them.
//!
//! Nothing here reads a session or a cookie: the signature alone says who sent a delivery. So these
//! routes stand outside of the guard against forms of other sites, which is for browsers.

pub mod allowed;
mod answer;
pub mod body;
pub mod by_token;
pub mod deliveries;
pub mod hook;
pub mod problem;
pub mod signature;

use crate::http::problem::Problem;
use crate::http::{conditional, security};
use answer::Answer;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router, middleware};
use brisk_domain::{Clock, Tag, WebhookName};
use brisk_engine::Engine;
use deliveries::{Deliveries, Delivery};
use hook::Hook;
use http::{HeaderMap, StatusCode, Uri, header};
use signature::Refused;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All webhooks of this server, over its engine.
pub struct Hooks {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    of: BTreeMap<WebhookName, Hook>,
    deliveries: Deliveries,
}

/// The routes, with the headers that every response has.
pub fn routes(hooks: impl Into<Arc<Hooks>>) -> Router {
    Router::new()
        .route("/hooks/{id}", post(receive).fallback(only_post))
        .layer(DefaultBodyLimit::max(body::MAX_BODY))
        .layer(middleware::from_fn(security::default_headers))
        .with_state(hooks.into())
}

async fn receive(
    State(hooks): State<Arc<Hooks>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
    body: Result<axum::body::Bytes, BytesRejection>,
) -> Response {
    let name = id.ok().and_then(|Path(id)| WebhookName::parse(&id).ok());
    match hooks.receive(name.as_ref(), &headers, body.ok().as_deref()).await {
        Ok(answer) => {
            (StatusCode::OK, [(header::CACHE_CONTROL, conditional::NO_STORE)], Json(answer))
                .into_response()
        }
        Err(problem) => {
            let is_unsigned = problem.status() == StatusCode::UNAUTHORIZED;
            // RFC 9110 wants a challenge with every 401.
            let how = is_unsigned.then_some([(header::WWW_AUTHENTICATE, "StandardWebhooks")]);
            (how, problem.at(&uri)).into_response()
        }
    }
}

async fn only_post(uri: Uri) -> Response {
    ([(header::ALLOW, "POST")], problem::only_post().at(&uri)).into_response()
}

impl Hooks {
    /// The webhooks `of` their names.
    pub fn new(
        engine: Arc<Engine>,
        clock: Arc<dyn Clock>,
        of: BTreeMap<WebhookName, Hook>,
    ) -> Self {
        Self { engine, clock, of, deliveries: Deliveries::default() }
    }

    /// The webhooks that there are, by name.
    pub fn declared(&self) -> &BTreeMap<WebhookName, Hook> {
        &self.of
    }

    /// What came lately.
    pub fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    /// [`Hooks::deliver`], written down.
    async fn receive(
        &self,
        name: Option<&WebhookName>,
        headers: &HeaderMap,
        body: Option<&[u8]>,
    ) -> Result<Answer, Problem> {
        let known = name.filter(|name| self.of.contains_key(name));
        let mut delivery = Delivery::to(known.map(WebhookName::as_str), self.clock.now());
        let answer = self.deliver(name, headers, body, &mut delivery).await;
        match &answer {
            Ok(answer) => delivery.invalidated = answer.invalidated.len(),
            Err(problem) => {
                delivery.status = problem.status().as_u16();
                delivery.refused = Some(problem.detail().to_owned());
            }
        }
        self.deliveries.add(delivery);
        answer
    }

    /// Does what a delivery asks for, if it is authentic. Doing it twice is harmless, so no delivery
    /// is remembered.
    async fn deliver(
        &self,
        name: Option<&WebhookName>,
        headers: &HeaderMap,
        body: Option<&[u8]>,
        delivery: &mut Delivery,
    ) -> Result<Answer, Problem> {
        let body = body.ok_or_else(|| problem::too_long(body::MAX_BODY))?;
        let known = name.and_then(|name| Some((name, self.of.get(name)?)));
        // The same work and the same answer for names that there are and others: only who has a
        // secret of this server learns which is which.
        let all = self.of.values().map(|hook| hook.keys.as_slice());
        let own = known.map_or(&[][..], |(_, hook)| &hook.keys);
        let verified = signature::verify(own, all, headers, body, self.clock.now());
        let verified = verified.and_then(|signed| match known.is_some() && !signed.is_own {
            true => Err(Refused::Signature),
            false => Ok(signed),
        });
        let signed = verified.map_err(|why| {
            let hook = known.map_or("unknown", |(name, _)| name.as_str());
            tracing::info!(hook, %why, "a webhook's delivery is rejected");
            problem::bad_signature(&why)
        })?;
        let (name, hook) = known.ok_or_else(problem::unknown)?;
        let id = signed.id;
        let tags = body::tags(body, |tag| answer::is_own(&self.engine, tag));
        let tags = tags.map_err(|message| problem::bad_delivery(&message))?;
        delivery.name(&tags);
        let refused: Vec<String> =
            tags.iter().filter(|tag| !hook.may(tag)).map(Tag::to_string).collect();
        if !refused.is_empty() {
            return Err(problem::not_allowed(&refused));
        }
        let recorded = self.engine.invalidate(&tags).await;
        let invalidated = recorded.map_err(|error| problem::not_recorded(&error))?;
        tracing::debug!(hook = %name, id, tags = tags.len(), "a webhook invalidates");
        Ok(Answer::of(&self.engine, &tags, &invalidated))
    }
}
