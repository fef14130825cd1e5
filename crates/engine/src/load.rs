//! From planned statements to frames: what the cache has, and futures for the rest.

use crate::assembling::Assembling;
use crate::encoding::Cached;
use crate::key;
use crate::load_failures::LoadFailures;
use crate::panel_errors::{unfit_attribute, value_error};
use crate::plan::PlannedStatement;
use crate::rollup::{Refreshed, Refresher, RunObserver};
use crate::slow_statements::SlowStatements;
use crate::sources::CurrentSources;
pub use crate::sources::Sources;
use brisk_cache::{Cache, Caller, EntryKey, Hit, LoadError, Request, State, Ticket, Trigger};
use brisk_domain::{FailureKind, Frame, Freshness, PanelError, SourceName, Timestamp};
use brisk_source::{Source, SourceError};
use futures::FutureExt;
use futures::future::{BoxFuture, try_join_all};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// One statement's frame and how current it is.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The frame.
    pub frame: Arc<Frame>,
    /// When its load began.
    pub as_of: Timestamp,
    /// How current it is.
    pub freshness: Freshness,
    /// The key of its entry. A reload under the same generations has the same key and a later
    /// `as_of`.
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
        Self { frame: hit.entry.value.frame, as_of, freshness, key }
    }
}

/// The result of looking up one statement.
#[derive(Clone)]
pub struct StatementLookup {
    planned: Arc<PlannedStatement>,
    ticket: Ticket,
    /// What has to be current before it runs.
    rollups: Vec<Refreshed>,
    /// What can be shown; a previous value only by callers that replace it.
    pub loaded: Option<Loaded>,
    is_ready: bool,
}

impl StatementLookup {
    /// The key of its entry.
    pub fn key(&self) -> EntryKey {
        self.ticket.key
    }

    /// The lane that its load waits in if it is not ready.
    pub(crate) fn lane(&self) -> &Arc<str> {
        &self.ticket.request.lane
    }

    /// Whether it can be shown as is.
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }
}

/// Whether a lookup with this trigger is answered with `hit` at once. Readers see that a value is
/// past its TTL and get the next one soon; programs and reports would take it for the current one,
/// and open pages, which show it already, wait for the next one.
fn is_shown_at_once(hit: &Hit<Cached>, trigger: Trigger) -> bool {
    let is_past = hit.refresh && hit.state != State::Due;
    match trigger {
        Trigger::View | Trigger::Warm => hit.state != State::Previous,
        Trigger::Live | Trigger::Api | Trigger::Report => hit.state != State::Previous && !is_past,
    }
}

/// Loads statements through the cache.
#[derive(Clone)]
pub struct Loader {
    cache: Cache<Cached>,
    sources: CurrentSources,
    slow: Arc<SlowStatements>,
    observer: Option<Arc<dyn RunObserver>>,
    failures: Arc<LoadFailures>,
    assembled: Arc<AtomicU64>,
    assembling: Assembling,
}

impl Loader {
    /// A loader over these sources.
    pub fn new(cache: Cache<Cached>, sources: Sources) -> Self {
        let (failures, assembled) = (Arc::default(), Arc::default());
        let (sources, assembling) = (CurrentSources::of(sources), Assembling::default());
        let slow = Arc::default();
        Self { cache, sources, slow, observer: None, failures, assembled, assembling }
    }

    /// With an observer that is notified of each rollup refresh.
    #[must_use]
    pub fn with_observer(self, observer: Arc<dyn RunObserver>) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// Where panels are assembled once they are loaded.
    pub fn assembling(&self) -> &Assembling {
        &self.assembling
    }

    pub(crate) fn refresher(&self) -> Refresher {
        let (cache, sources) = (self.cache.clone(), self.sources.clone());
        Refresher { cache, sources, observer: self.observer.clone() }
    }

    /// The cache.
    pub fn cache(&self) -> &Cache<Cached> {
        &self.cache
    }

    /// The loads that failed.
    pub fn failures(&self) -> &LoadFailures {
        &self.failures
    }

    /// How many times the frames of a panel were assembled.
    pub fn assembled(&self) -> u64 {
        self.assembled.load(Ordering::Relaxed)
    }

    /// The counter of [`Loader::assembled`].
    pub(crate) fn assembly_counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.assembled)
    }

    /// The current sources, by name.
    pub fn sources(&self) -> Arc<Sources> {
        self.sources.now()
    }

    /// The source of that name.
    pub fn source(&self, name: &SourceName) -> Option<Source> {
        self.sources.get(name)
    }

    /// Replaces the sources.
    pub(crate) fn replace_sources(&self, sources: Sources) {
        self.sources.replace(sources);
    }

    /// The statements that took longest.
    pub fn slow_statements(&self) -> &SlowStatements {
        &self.slow
    }

    /// Looks up `planned` in one batch, each with the request at the same index. A frame that is
    /// shown although it is stale or due is refreshed in the background.
    pub async fn lookup(
        &self,
        planned: &[Arc<PlannedStatement>],
        requests: &[Request],
        caller: &Caller,
    ) -> Vec<StatementLookup> {
        let trigger = caller.trigger;
        let found = self.cache.lookup(requests, trigger).await;
        // Each rollup is refreshed at most once per batch, and only if a statement has to run.
        let mut refreshed: BTreeMap<Arc<str>, Refreshed> = BTreeMap::new();
        let found = found.into_iter().zip(planned).map(|(found, planned)| {
            let is_ready = found.hit.as_ref().is_some_and(|hit| is_shown_at_once(hit, trigger));
            let rollups = planned.rollups.iter().map(|rollup| {
                let label = Arc::clone(&rollup.request.label);
                let known = refreshed.entry(label);
                known.or_insert_with(|| self.refresher().for_readers(rollup, caller)).clone()
            });
            let rollups: Vec<Refreshed> = rollups.collect();
            if let Some(hit) = found.hit.as_ref().filter(|hit| is_ready && hit.refresh) {
                let run = self.run(planned, &found.ticket.request);
                let cache = self.cache.clone();
                let (ticket, entry) = (found.ticket.clone(), hit.entry.clone());
                if rollups.is_empty() {
                    cache.refresh(&ticket, &entry, trigger, run);
                } else {
                    let rollups = rollups.clone();
                    tokio::spawn(async move {
                        // If its rollup cannot be refreshed, the frame stays as old as it is.
                        if try_join_all(rollups).await.is_ok() {
                            cache.refresh(&ticket, &entry, trigger, run);
                        }
                    });
                }
            }
            let loaded = found.hit.map(Loaded::of);
            StatementLookup {
                planned: Arc::clone(planned),
                ticket: found.ticket,
                rollups,
                loaded,
                is_ready,
            }
        });
        found.collect()
    }

    /// The current frame of one statement: the one that was found, or else one that is loaded,
    /// joining a load in progress.
    pub fn load(
        &self,
        found: StatementLookup,
        caller: &Caller,
    ) -> BoxFuture<'static, Result<Loaded, PanelError>> {
        if let (true, Some(loaded)) = (found.is_ready(), &found.loaded) {
            return futures::future::ready(Ok(loaded.clone())).boxed();
        }
        let run = self.run(&found.planned, &found.ticket.request);
        let (cache, caller) = (self.cache.clone(), caller.clone());
        async move {
            // Before the load takes a place in the lane, which the refresh may need.
            try_join_all(found.rollups).await?;
            let result = cache.load(&found.ticket, caller, run).await;
            result.map(Loaded::of).map_err(|error| for_readers(&error, &found.ticket.request.label))
        }
        .boxed()
    }

    fn run(
        &self,
        planned: &Arc<PlannedStatement>,
        request: &Request,
    ) -> impl FnOnce() -> BoxFuture<'static, Result<Cached, SourceError>> + Send + 'static {
        let (sources, planned) = (self.sources.clone(), Arc::clone(planned));
        let (failures, slow) = (Arc::clone(&self.failures), Arc::clone(&self.slow));
        let label = Arc::clone(&request.label);
        let is_tagged = key::names_tags(&planned, request);
        move || {
            async move {
                let source = sources.get(&planned.source);
                // A plan for a source that has since been replaced must not run on its successor.
                let source = source.filter(|source| **source.revision() == *planned.revision);
                let source = source.ok_or_else(|| {
                    SourceError::Unavailable(format!(
                        "source \"{}\" is not declared, or was changed just now",
                        planned.source
                    ))
                })?;
                // Before it runs, so that the finding applies to what it reads.
                let is_known = is_tagged || !source.hides_tables(&planned.statement).await;
                let started = Instant::now();
                let ran = source.run(&planned.statement, &planned.scales).await;
                slow.note(&planned.source, &planned.statement.sql, &label, started.elapsed());
                let frame = match ran {
                    // "Not known" is a value here, so that it is cached and not queried again and
                    // again.
                    Err(error) if planned.is_optional => {
                        let source = &planned.source;
                        tracing::debug!(%source, %error, "where the data begin is not known");
                        Frame::default()
                    }
                    frame => {
                        let count = |error: &SourceError| failures.count(&planned.source, error);
                        frame.inspect_err(count)?
                    }
                };
                Ok(Cached { frame: Arc::new(frame), is_known })
            }
            .boxed()
        }
    }
}

/// The message for readers; the details go to the log, once, here.
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
        Some(
            error @ (SourceError::TooManyRows { .. }
            | SourceError::TooLarge { .. }
            | SourceError::Memory { .. }
            | SourceError::Ended),
        ) => (format!("{error}"), false, TooLarge),
        Some(SourceError::Unavailable(_)) => {
            let message = "The database did not answer. Try again in a moment.";
            (message.to_owned(), true, Unavailable)
        }
        Some(error @ SourceError::Value { value: Some(value), .. }) => {
            return value_error(&error.to_string(), value);
        }
        Some(error @ SourceError::Value { parameter, value: None, .. }) => {
            let attribute = parameter.strip_prefix(":user.").unwrap_or(parameter);
            return unfit_attribute(attribute, &error.to_string());
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
