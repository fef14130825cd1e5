//! [`Tries`]: the counts of wrong tries to sign in, which all replicas share: in Redis where there is
//! one, in one round trip each, else in the store. While Redis cannot be used, the store counts: that
//! lets nobody guess faster, and nobody has to wait for Redis.

use super::settings::TRIES_KEPT;
use super::state::Auth;
use brisk_accounts::throttle::Throttle;
use brisk_cache::{Records, Trouble};
use brisk_domain::Timestamp;
use brisk_store::{Store, StoreError};

/// The kind of records in Redis.
const TRIES: &str = "tries";
/// How often to try writing a count that others change, too.
const ATTEMPTS: usize = 20;

/// Where wrong tries are counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tries<'a> {
    store: &'a Store,
    shared: Option<&'a Records>,
}

/// What is known of a subject's tries.
pub(super) struct Known {
    pub(super) throttle: Throttle,
    place: Place,
}

/// Where the count is kept, and its value there.
enum Place {
    Redis(Option<String>),
    Store(Option<Throttle>),
}

impl<'a> Tries<'a> {
    /// The tries at the accounts of `auth`, whose store is `store`.
    pub(super) fn of(auth: &'a Auth, store: &'a Store) -> Self {
        Self { store, shared: auth.shared() }
    }

    /// What is known of a subject's tries.
    pub(super) async fn known(&self, subject: &str) -> Result<Known, StoreError> {
        if let Some(shared) = self.shared
            && let Some(text) = noted(shared.get(TRIES, subject).await)
        {
            let throttle = text.as_deref().and_then(parse).unwrap_or_default();
            return Ok(Known { throttle, place: Place::Redis(text) });
        }
        let kept = self.store.throttle(subject).await?;
        Ok(Known { throttle: kept.unwrap_or_default(), place: Place::Store(kept) })
    }

    /// Writes down `next`, if the count is unchanged; whether it was.
    pub(super) async fn write_down(
        &self,
        subject: &str,
        known: &Known,
        next: Throttle,
    ) -> Result<bool, StoreError> {
        let before = match &known.place {
            Place::Store(before) => {
                return self.store.set_throttle(subject, *before, next).await;
            }
            Place::Redis(before) => before.as_deref(),
        };
        let (Some(shared), place, text) = (self.shared, (TRIES, subject), text(next)) else {
            return Ok(false);
        };
        // If Redis has failed meanwhile, the next read finds where they are counted now.
        let replaced = shared.replace(place, before, &text, TRIES_KEPT).await;
        Ok(noted(replaced).unwrap_or_default())
    }

    /// Forgets the tries of a subject: one was right.
    pub(super) async fn forgive(&self, subject: &str) -> Result<(), StoreError> {
        if let Some(shared) = self.shared {
            noted(shared.remove(TRIES, subject).await);
        }
        // What was counted there while Redis could not be used is forgotten, too.
        self.store.forgive(subject).await
    }

    /// Takes back one try of a subject, where others may have been wrong.
    pub(super) async fn forgive_one(&self, subject: &str) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            let known = self.known(subject).await?;
            if matches!(known.place, Place::Store(_)) {
                return self.store.forgive_one(subject).await;
            }
            let Throttle { failures, last } = known.throttle;
            let next = Throttle { failures: failures.saturating_sub(1), last };
            if failures == 0 || self.write_down(subject, &known, next).await? {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// What Redis answers; if it does not, that is logged.
fn noted<T>(answer: Result<T, Trouble>) -> Option<T> {
    answer
        .inspect_err(|error| {
            tracing::warn!(%error, "tries to sign in are counted in Brisk's own database");
        })
        .ok()
}

fn text(throttle: Throttle) -> String {
    format!("{} {}", throttle.failures, throttle.last.0)
}

fn parse(text: &str) -> Option<Throttle> {
    let (failures, last) = text.split_once(' ')?;
    Some(Throttle { failures: failures.parse().ok()?, last: Timestamp(last.parse().ok()?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_read_as_it_was_written_and_nothing_else_is_one() {
        let throttle = Throttle { failures: 7, last: Timestamp(1_321_444_800_000_000) };
        assert_eq!(parse(&text(throttle)), Some(throttle));
        for wrong in ["", "7", "seven 1", "7 1 2", "-1 5"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
