//! [`Pending`]: tags that have to be invalidated, until they are. None is lost while the shared cache is
//! away.

use crate::noticing::reports::Reports;
use brisk_domain::{SourceName, Tag};
use brisk_engine::Engine;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How long after an invalidation changes are gathered for the next one. The first one after a pause is
/// not delayed.
const GATHER: Duration = Duration::from_millis(500);
/// How long after a failure to try again; twice as long each time, up to the second.
const AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));
/// With more tags than this, the whole source is invalidated: each tag is a key in Redis.
const MOST: usize = 200;

/// Tags of a source that have to be invalidated.
#[derive(Debug, Default)]
pub(super) struct Pending {
    tags: Mutex<BTreeSet<Tag>>,
    added: Notify,
}

impl Pending {
    /// Adds the tables of `source` that have changed, each with its schema.
    pub(super) fn add_tables<'t>(
        &self,
        source: &SourceName,
        tables: impl IntoIterator<Item = &'t str>,
    ) {
        let mut tags = self.lock();
        for table in tables {
            // A name that makes no tag is on no entry: everything read from the source has to go.
            let tag = Tag::parse(&format!("table:{source}.{table}"));
            tags.insert(tag.unwrap_or_else(|_| Tag::Source(source.to_string())));
        }
        if tags.len() > MOST {
            *tags = [Tag::Source(source.to_string())].into();
        }
        drop(tags);
        self.added.notify_one();
    }

    /// Adds all of `source`.
    pub(super) fn add_all(&self, source: &SourceName) {
        self.lock().insert(Tag::Source(source.to_string()));
        self.added.notify_one();
    }

    /// Invalidates what is added, for as long as it is polled.
    pub(super) async fn record(
        &self,
        engine: &Engine,
        source: &SourceName,
        reports: &Reports,
    ) -> Infallible {
        loop {
            self.added.notified().await;
            let mut tags = std::mem::take(&mut *self.lock());
            if tags.is_empty() {
                continue;
            }
            let mut pause = AGAIN.0;
            loop {
                let named: Vec<Tag> = tags.iter().cloned().collect();
                let Err(error) = engine.invalidate(&named).await else { break };
                tracing::warn!(%source, %error, "changes of a source are not recorded yet");
                reports.change(source, |report| report.trouble = Some(error.to_string()));
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(AGAIN.1);
                tags.append(&mut self.lock());
            }
            tracing::debug!(%source, tags = tags.len(), "changes of a source are recorded");
            reports.change(source, |report| report.trouble = None);
            tokio::time::sleep(GATHER).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<Tag>> {
        self.tags.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(pending: &Pending) -> Vec<String> {
        pending.lock().iter().map(Tag::to_string).collect()
    }

    #[test]
    fn what_makes_no_tag_and_what_is_too_much_is_the_whole_source() {
        let shop = SourceName::parse("shop").unwrap();
        let pending = Pending::default();
        pending.add_tables(&shop, ["public.orders", "public.orders", "public.Lines"]);
        assert_eq!(waiting(&pending), ["table:shop.public.Lines", "table:shop.public.orders"]);
        pending.add_tables(&shop, ["public.order lines"]);
        assert!(waiting(&pending).contains(&"source:shop".to_owned()));
        let many: Vec<String> = (0..=MOST).map(|i| format!("public.t{i}")).collect();
        pending.add_tables(&shop, many.iter().map(String::as_str));
        assert_eq!(waiting(&pending), ["source:shop"]);
    }
}
