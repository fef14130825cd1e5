//! `POST /hooks/{id}`: a program that writes data reports what changed, and from then on nothing older
//! is shown as current.
//!
//! - [`hook`]: one webhook; [`allowed`]: which tags it may name; `limit`: how many deliveries it accepts;
//! - [`brisk_signature`]: whether a delivery is authentic, as in the Standard Webhooks specification;
//! - `replays`: a delivery that was recorded lately takes no second effect;
//! - [`body`]: which tags a delivery names; [`dbt`]: the same for a dbt run;
//! - [`problem`]: what can be wrong with it; `answer`: the answer if nothing is;
//! - [`by_token`]: the same without a signature, for programs with a token;
//! - [`trial`]: a delivery that only asks, sent from the page `/admin/invalidation`;
//! - [`deliveries`]: the latest deliveries and their outcome.
//!
//! This file puts them together. Webhooks are declared in the configuration
//! (`config::webhooks`), or made in the app and kept in the store; docs/webhooks.md is for those who send
//! them.
//!
//! Nothing here reads a session or a cookie: the signature alone identifies the sender of a delivery. So
//! these routes stand outside of the guard against forms of other sites, which is for browsers.

pub mod allowed;
mod answer;
pub mod body;
pub mod by_token;
pub mod dbt;
pub mod deliveries;
pub mod hook;
mod limit;
pub mod problem;
mod replays;
pub mod trial;

use crate::http::problem::Problem;
use crate::http::{conditional, security};
use answer::Answer;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router, middleware};
use body::Asked;
use brisk_cache::Records;
use brisk_domain::{Clock, Delivery, Door, Tag, WebhookName};
use brisk_engine::Engine;
use brisk_signature::Refused;
use brisk_store::{Store, StoreError};
use bytes::Bytes;
use deliveries::Deliveries;
use hook::Hook;
use http::{HeaderMap, StatusCode, Uri, header};
use replays::{Known, Replays};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Semaphore;

/// Long bodies that arrive at a time; anybody can send one.
const LONG_AT_A_TIME: usize = 8;

/// The webhooks, by name.
type All = BTreeMap<WebhookName, Hook>;

/// All webhooks of this server, over its engine.
pub struct Hooks {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    declared: All,
    all: RwLock<Arc<All>>,
    counts: limit::Counts,
    long: Semaphore,
    replays: Replays,
    deliveries: Deliveries,
    store: Option<Store>,
}

/// The routes, with the headers of every response.
pub fn routes(hooks: impl Into<Arc<Hooks>>) -> Router {
    Router::new()
        .route("/hooks/{id}", post(receive).fallback(only_post))
        .layer(middleware::from_fn(security::default_headers))
        .with_state(hooks.into())
}

async fn receive(
    State(hooks): State<Arc<Hooks>>,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
    request: Request,
) -> Response {
    let name = id.ok().and_then(|Path(id)| WebhookName::parse(&id).ok());
    match hooks.receive(name.as_ref(), request).await {
        Ok(answer) => {
            let no_store = [(header::CACHE_CONTROL, conditional::NO_STORE)];
            (StatusCode::OK, no_store, Json(answer.as_ref())).into_response()
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
    /// The webhooks that the configuration declares, by name.
    pub fn new(engine: Arc<Engine>, clock: Arc<dyn Clock>, declared: All) -> Self {
        let all = RwLock::new(Arc::new(declared.clone()));
        let long = Semaphore::new(LONG_AT_A_TIME);
        let (counts, deliveries) = (limit::Counts::default(), Deliveries::default());
        let (replays, store) = (Replays::default(), None);
        Self { engine, clock, declared, all, counts, long, replays, deliveries, store }
    }

    /// The same, where the replicas that share `shared` count deliveries together, and know each
    /// other's.
    #[must_use]
    pub fn sharing(self, shared: Option<Arc<Records>>) -> Self {
        let counts = limit::Counts::shared(shared.clone());
        Self { counts, replays: Replays::new(shared, self.store.clone()), ..self }
    }

    /// The same, with those that are made in the app, once [`Hooks::reload`] has read them, and the log in
    /// the store.
    #[must_use]
    pub fn with_store(self, store: Store) -> Self {
        let replays = Replays::new(None, Some(store.clone()));
        let deliveries = Deliveries::in_store(store.clone());
        Self { deliveries, replays, store: Some(store), ..self }
    }

    /// The webhooks that the configuration declares.
    pub fn declared(&self) -> &All {
        &self.declared
    }

    /// All webhooks.
    pub fn all(&self) -> Arc<All> {
        Arc::clone(&self.all.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The latest deliveries.
    pub fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    /// Reads the webhooks made in the app, and which of the declared ones are switched off there. Where
    /// the configuration declares one of the same name, that one holds.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let Some(store) = &self.store else { return Ok(()) };
        let made = store.webhooks().await?;
        let made = made.iter().map(|record| (record.name.clone(), Hook::made(record)));
        let mut all: All = made.collect();
        all.extend(self.declared.iter().map(|(name, hook)| (name.clone(), hook.clone())));
        for switch in store.webhook_switches().await? {
            if let Some(hook) = self.declared.get(&switch.name) {
                all.insert(switch.name.clone(), hook.clone().off(switch));
            }
        }
        *self.all.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
        Ok(())
    }

    /// [`Hooks::deliver`], logged.
    async fn receive(
        &self,
        name: Option<&WebhookName>,
        request: Request,
    ) -> Result<Arc<Answer>, Problem> {
        let all = self.all();
        let known = name.and_then(|name| Some((name, all.get(name)?)));
        let door =
            known.map_or(Door::NoWebhook, |(name, _)| Door::Webhook(name.as_str().to_owned()));
        let mut delivery = Delivery::new(door, self.clock.now());
        let (head, body) = request.into_parts();
        let answer = match self.whole(&all, &head.headers, body).await {
            Ok(body) => self.deliver(&all, known, &head.headers, &body, &mut delivery).await,
            Err(problem) => Err(problem),
        };
        self.write_down(delivery, answer.as_deref());
        answer
    }

    /// Logs the outcome of a delivery.
    pub(crate) fn write_down(&self, mut delivery: Delivery, answer: Result<&Answer, &Problem>) {
        match answer {
            Ok(answer) => {
                delivery.is_test = answer.would_invalidate.is_some();
                let would = answer.would_invalidate.as_ref();
                delivery.invalidated = would.unwrap_or(&answer.invalidated).len();
            }
            Err(problem) => {
                delivery.status = problem.status().as_u16();
                delivery.refused = Some(problem.detail().to_owned());
            }
        }
        self.deliveries.add(delivery);
    }

    /// The whole body. Its limit is the same for all names, because everybody can measure it.
    async fn whole(
        &self,
        all: &All,
        headers: &HeaderMap,
        body: axum::body::Body,
    ) -> Result<Bytes, Problem> {
        let takes_dbt = all.values().any(|hook| hook.source.is_some());
        let most = if takes_dbt { dbt::MAX_BODY } else { body::MAX_BODY };
        let said = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let said = said.and_then(|length| length.parse::<usize>().ok());
        if said.is_some_and(|length| length > most) {
            return Err(problem::too_long(most));
        }
        let is_long = takes_dbt && said.is_none_or(|length| length > body::MAX_BODY);
        let _place = match is_long {
            true => Some(self.long.try_acquire().map_err(|_| problem::busy())?),
            false => None,
        };
        let whole = axum::body::to_bytes(body, most).await;
        whole.map_err(|_| problem::too_long(most))
    }

    /// Does what a delivery asks for, if it is authentic, and has not been done.
    async fn deliver(
        &self,
        all: &All,
        known: Option<(&WebhookName, &Hook)>,
        headers: &HeaderMap,
        body: &[u8],
        delivery: &mut Delivery,
    ) -> Result<Arc<Answer>, Problem> {
        let now = self.clock.now();
        // The same work and the same answer for existing names and others: only holders of a secret of
        // this server learn which is which.
        let keys = all.iter().flat_map(|(name, hook)| {
            let is_own = known.is_some_and(|(own, _)| own == name);
            hook.keys_at(now).map(move |key| (is_own, key))
        });
        let verified = brisk_signature::verify(keys, headers, body, now);
        let verified = verified.and_then(|signed| match known.is_some() && signed.own.is_none() {
            true => Err(Refused::Signature),
            false => Ok(signed),
        });
        let signed = verified.map_err(|why| {
            let hook = known.map_or("unknown", |(name, _)| name.as_str());
            tracing::info!(hook, %why, "a webhook's delivery is rejected");
            problem::bad_signature(&why)
        })?;
        let (name, hook) = known.ok_or_else(problem::unknown)?;
        if hook.is_off {
            return Err(problem::off());
        }
        if let Some(most) = hook.per_minute {
            let counted = self.counts.add(name, most, now).await;
            counted.map_err(|seconds| problem::too_many(most, seconds))?;
        }
        if hook.source.is_none() && body.len() > body::MAX_BODY {
            return Err(problem::too_long(body::MAX_BODY));
        }
        let asked = self.asked(hook, headers, body)?;
        delivery.name(&asked.tags);
        let refused: Vec<String> =
            asked.tags.iter().filter(|tag| !hook.may(tag)).map(Tag::to_string).collect();
        if !refused.is_empty() {
            return Err(problem::not_allowed(problem::Sender::Webhook, &refused));
        }
        // A test has no effect, and may be asked for again and again.
        let proof = signed.own.filter(|_| !asked.is_test);
        if let Some(proof) = &proof {
            match self.replays.known(proof).await {
                Known::Here(answer) => return Ok(answer),
                Known::Elsewhere => return Ok(Answer::again(&self.engine, &asked).await.into()),
                Known::No => {}
            }
        }
        let answer = Answer::to(&self.engine, &asked).await.map(Arc::new);
        let answer = answer.map_err(|error| problem::not_recorded(&error))?;
        if let Some(proof) = proof {
            delivery.proof = Some(self.replays.add(proof, Arc::clone(&answer)).await);
        }
        tracing::debug!(hook = %name, id = signed.id, tags = asked.tags.len(), "a webhook invalidates");
        Ok(answer)
    }

    fn asked(&self, hook: &Hook, headers: &HeaderMap, body: &[u8]) -> Result<Asked, Problem> {
        let encoding = headers.get(header::CONTENT_ENCODING);
        if let Some(encoding) = encoding.filter(|encoding| *encoding != "identity") {
            return Err(problem::packed(encoding.to_str().unwrap_or("?")));
        }
        let is_own = |tag: &Tag| answer::is_own(&self.engine, tag);
        let asked = body::read(body, hook.source.as_ref(), is_own);
        asked.map_err(|message| problem::bad_delivery(&message))
    }
}
