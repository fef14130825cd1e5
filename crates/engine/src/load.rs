//! From planned statements to frames: what the cache has now, and futures for the rest.

use brisk_cache::{Cache, Entry, LoadError, Lookup, Request, Trigger, Value};
use brisk_domain::{Frame, Freshness, PanelError, SourceName};
use brisk_source::{Source, SourceError};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::Planned;

/// A frame as the cache holds it: shared, never copied.
#[derive(Debug, Clone)]
pub struct Cached(pub Arc<Frame>);

impl Value for Cached {
    fn size(&self) -> usize {
        self.0.size()
    }
}

/// One statement's frame and how current it is.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The cached frame.
    pub entry: Entry<Cached>,
    /// Whether it is within its TTL.
    pub freshness: Freshness,
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

    /// One batch for all of `statements`: what can be shown now. A stale frame is refreshed
    /// behind the answer.
    pub async fn lookup(
        &self,
        statements: &[(Planned, Request)],
        trigger: Trigger,
    ) -> Vec<Option<Loaded>> {
        let requests: Vec<Request> =
            statements.iter().map(|(_, request)| request.clone()).collect();
        let found = self.cache.lookup(&requests, trigger).await;
        let found = found.into_iter().zip(statements).map(|(lookup, (planned, request))| {
            match lookup {
                Lookup::Fresh(entry) => Some(Loaded { entry, freshness: Freshness::Fresh }),
                Lookup::Stale(entry) => {
                    self.cache.refresh(request, trigger, self.run(planned));
                    Some(Loaded { entry, freshness: Freshness::Stale })
                }
                // The value from before an invalidation may only be shown by a page that
                // replaces it; pages load instead until they have a live channel.
                Lookup::Previous(_) | Lookup::Missing => None,
            }
        });
        found.collect()
    }

    /// The current frame of one statement, joining a load that is under way.
    pub fn load(
        &self,
        planned: &Planned,
        request: &Request,
        trigger: Trigger,
    ) -> BoxFuture<'static, Result<Loaded, PanelError>> {
        let (cache, request) = (self.cache.clone(), request.clone());
        let run = self.run(planned);
        async move {
            match cache.load(&request, trigger, run).await {
                Ok(entry) => Ok(Loaded { entry, freshness: Freshness::Fresh }),
                Err(error) => Err(for_readers(&error, &request.label)),
            }
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
    let (message, retry) = match source {
        Some(SourceError::Timeout { .. }) => {
            ("The query took too long and was stopped. Try a shorter range.".to_owned(), true)
        }
        Some(error @ (SourceError::TooManyRows { .. } | SourceError::TooLarge { .. })) => {
            (format!("{error}"), false)
        }
        Some(SourceError::Unavailable(_)) => {
            ("The database did not answer. Try again in a moment.".to_owned(), true)
        }
        Some(error) => (format!("{error}"), false),
        None => ("The query could not be finished. Try again in a moment.".to_owned(), true),
    };
    PanelError { message, retry }
}
