//! [`Changes`]: how a replica learns that something has changed, whoever changed it.
//!
//! Each change raises a version in its own transaction. A replica reads the versions twice a second,
//! which costs one short statement, and at once when it hears that there is something new: from its own
//! process, or from PostgreSQL. So nothing depends on notifications, which may get lost.

use crate::change::Topic;
use crate::store::{NEWS, Place};
use crate::{DatabaseUrl, Store, StoreError};
use sqlx::Row as _;
use sqlx::postgres::PgListener;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often the versions are read: what changes takes effect within a second.
const PACE: Duration = Duration::from_millis(500);
/// How long reading them may take: a store that is cut off never answers.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long after losing its connection Brisk listens to PostgreSQL again.
const AGAIN: Duration = Duration::from_secs(1);

/// Follows the changes of a store.
#[derive(Debug)]
pub struct Changes {
    store: Store,
    seen: Versions,
    news: watch::Receiver<u64>,
    _listening: Option<Listening>,
}

type Versions = BTreeMap<Topic, i64>;

/// A task that ends with its owner.
#[derive(Debug)]
struct Listening(JoinHandle<Infallible>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Store {
    /// Follows the changes from now on: whoever reads the records after this call sees all earlier ones.
    pub async fn follow_changes(&self) -> Result<Changes, StoreError> {
        let news = self.news.subscribe();
        let seen = self.versions().await?;
        let listening = match &self.place {
            Place::Sqlite(_) => None,
            Place::Postgres(url) => {
                let listening = listen(DatabaseUrl::clone(url), self.news.clone());
                Some(Listening(tokio::spawn(listening)))
            }
        };
        Ok(Changes { store: self.clone(), seen, news, _listening: listening })
    }

    async fn versions(&self) -> Result<Versions, StoreError> {
        let rows = sqlx::query("select topic, version from changes").fetch_all(&self.pool).await?;
        let versions = rows.iter().filter_map(|row| {
            // A newer release may know more topics.
            let word: &str = row.get(0);
            let (_, topic) = Topic::WORDS.into_iter().find(|(known, _)| *known == word)?;
            Some((topic, row.get(1)))
        });
        Ok(versions.collect())
    }
}

impl Changes {
    /// Waits for changes; the answer is their topics. After an error, it may be called again: nothing is
    /// missed.
    pub async fn next(&mut self) -> Result<BTreeSet<Topic>, StoreError> {
        loop {
            let asked = tokio::time::timeout(PATIENCE, self.store.versions());
            let now = asked.await.map_err(|_| StoreError::NoAnswer)??;
            let is_new = |(topic, version): &(&Topic, &i64)| self.seen.get(topic) != Some(version);
            let changed: BTreeSet<Topic> =
                now.iter().filter(is_new).map(|(topic, _)| *topic).collect();
            self.seen = now;
            if !changed.is_empty() {
                return Ok(changed);
            }
            // The sender lives in the store.
            let _ = tokio::time::timeout(PACE, self.news.changed()).await;
        }
    }
}

/// Passes PostgreSQL's notifications on, for as long as it is polled. A pooler that gives each
/// transaction another session passes none on; then only the reads at `PACE` are left.
async fn listen(url: DatabaseUrl, news: watch::Sender<u64>) -> Infallible {
    loop {
        if let Ok(mut listener) = PgListener::connect(url.expose()).await
            && listener.listen(NEWS).await.is_ok()
        {
            // It reconnects on its own; what failed is reported by the reads.
            while listener.try_recv().await.is_ok() {
                news.send_modify(|count| *count = count.wrapping_add(1));
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}
