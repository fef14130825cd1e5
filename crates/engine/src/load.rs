//! From planned statements to frames: what the cache has now, and futures for the rest.

use crate::encoding::Cached;
use crate::plan::Planned;
use brisk_cache::{Cache, EntryKey, Hit, LoadError, Request, State, Ticket, Trigger};
use brisk_domain::{FailureKind, Frame, Freshness, PanelError, SourceName, Timestamp};
use brisk_source::{Source, SourceError};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One statement's frame and how current it is.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The frame.
    pub frame: Arc<Frame>,
    /// When its load began.
    pub as_of: Timestamp,
    /// How current it is.
    pub freshness: Freshness,
    /// What identifies its entry. Loaded again under the same generations, it has the same key
    /// and another `as_of`.
    pub key: EntryKey,
}

impl Loaded {
    fn of(hit: Hit<Cached>) -> Self {
        let freshness = match hit.state {
            State::Fresh | State::Due => Freshness::Fresh,
            State::Unverified => Freshness::Unverified,
            State::Stale => Freshness::Stale,
            State::Previous => Freshness::Previous,
        };
        let (as_of, key) = (hit.entry.stored_at, hit.entry.key);
        Self { frame: hit.entry.value.0, as_of, freshness, key }
    }
}

/// What is known of one statement.
#[derive(Clone)]
pub struct Looked {
    planned: Planned,
    ticket: Ticket,
    /// What can be shown; a previous value only by who replaces it.
    pub loaded: Option<Loaded>,
    is_ready: bool,
}

impl Looked {
    /// Whether it can be shown as it is.
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }
}

/// Whether who asks for this reason is shown `hit` without waiting. Readers see that a value is
/// past its TTL and get the next one soon; programs and reports would take it for the current one.
fn is_shown_at_once(hit: &Hit<Cached>, trigger: Trigger) -> bool {
    let is_past = hit.refresh && hit.state != State::Due;
    match trigger {
        Trigger::View | Trigger::Live | Trigger::Warm => hit.state != State::Previous,
        Trigger::Api | Trigger::Report => hit.state != State::Previous && !is_past,
    }
}

/// The sources by name.
pub type Sources = BTreeMap<SourceName, Source>;

/// Loads statements through the cache.
#[derive(Clone)]
pub struct Loader {
    cache: Cache<Cached>,
    sources: Arc<Sources>,
}

impl Loader {
    /// A loader over these sources.
    pub fn new(cache: Cache<Cached>, sources: Sources) -> Self {
        Self { cache, sources: Arc::new(sources) }
    }

    /// The cache.
    pub fn cache(&self) -> &Cache<Cached> {
        &self.cache
    }

    /// The source of that name.
    pub fn source(&self, name: &SourceName) -> Option<&Source> {
        self.sources.get(name)
    }

    /// One batch for all of `statements`. A frame that is shown although it is stale, or hot and
    /// near its end, is refreshed behind the answer.
    pub async fn lookup(
        &self,
        statements: Vec<(Planned, Request)>,
        trigger: Trigger,
    ) -> Vec<Looked> {
        let (planned, requests): (Vec<Planned>, Vec<Request>) = statements.into_iter().unzip();
        let found = self.cache.lookup(&requests, trigger).await;
        let looked = found.into_iter().zip(planned).map(|(found, planned)| {
            let is_ready = found.hit.as_ref().is_some_and(|hit| is_shown_at_once(hit, trigger));
            if let Some(hit) = &found.hit
                && is_ready
                && hit.refresh
            {
                self.cache.refresh(&found.ticket, &hit.entry, trigger, self.run(&planned));
            }
            Looked { planned, ticket: found.ticket, loaded: found.hit.map(Loaded::of), is_ready }
        });
        looked.collect()
    }

    /// The current frame of one statement: what is known of it, or what is loaded for it, joining
    /// a load that is under way.
    pub fn load(
        &self,
        looked: Looked,
        trigger: Trigger,
    ) -> BoxFuture<'static, Result<Loaded, PanelError>> {
        if let (true, Some(loaded)) = (looked.is_ready(), &looked.loaded) {
            return futures::future::ready(Ok(loaded.clone())).boxed();
        }
        let (cache, run) = (self.cache.clone(), self.run(&looked.planned));
        async move {
            let result = cache.load(&looked.ticket, trigger, run).await;
            result
                .map(Loaded::of)
                .map_err(|error| for_readers(&error, &looked.ticket.request.label))
        }
        .boxed()
    }

    fn run(
        &self,
        planned: &Planned,
    ) -> impl FnOnce() -> BoxFuture<'static, Result<Cached, SourceError>> + Send + 'static {
        let (sources, planned) = (Arc::clone(&self.sources), planned.clone());
        move || {
            async move {
                let source = sources.get(&planned.source).ok_or_else(|| {
                    SourceError::Unavailable(format!(
                        "source \"{}\" is not declared",
                        planned.source
                    ))
                })?;
                let frame = source.run(&planned.statement, &planned.scales).await?;
                Ok(Cached(Arc::new(frame)))
            }
            .boxed()
        }
    }
}

/// What readers are told; the details go to the log, once, here.
fn for_readers(error: &LoadError, label: &str) -> PanelError {
    let source = error.downcast_ref::<SourceError>();
    match source {
        Some(error) => tracing::warn!(panel = label, %error, "a panel's statement failed"),
        None => tracing::warn!(panel = label, %error, "a panel's load failed"),
    }
    use FailureKind::{Busy, Interrupted, Refused, Timeout, TooLarge, Unavailable};
    let (message, retry, kind) = match source {
        Some(SourceError::Timeout { .. }) => {
            let message = "The query took too long and was stopped. Try a shorter range.";
            (message.to_owned(), true, Timeout)
        }
        Some(error @ (SourceError::TooManyRows { .. } | SourceError::TooLarge { .. })) => {
            (format!("{error}"), false, TooLarge)
        }
        Some(SourceError::Unavailable(_)) => {
            let message = "The database did not answer. Try again in a moment.";
            (message.to_owned(), true, Unavailable)
        }
        Some(error) => (format!("{error}"), false, Refused),
        None if matches!(error, LoadError::Busy) => {
            let message = "The database is busy with other panels. Try again in a moment.";
            (message.to_owned(), true, Busy)
        }
        None => {
            let message = "The query could not be finished. Try again in a moment.";
            (message.to_owned(), true, Interrupted)
        }
    };
    PanelError { message, retry, kind }
}
