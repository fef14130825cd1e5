//! [`SingleFlight`]: what several callers want at the same time is made once.

use crate::http::etag::ETag;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

/// What is being made, by its tags.
#[derive(Debug)]
pub(crate) struct SingleFlight<T>(Mutex<HashMap<ETag, Made<T>>>);

/// `None` if it could not be made.
type Made<T> = Shared<BoxFuture<'static, Option<T>>>;

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone + Send + Sync + 'static> SingleFlight<T> {
    /// What has that tag, which `make` makes unless that is under way already.
    pub(crate) async fn of<F>(&self, tag: &ETag, make: impl FnOnce() -> F) -> Option<T>
    where
        F: Future<Output = Option<T>> + Send + 'static,
    {
        let made = {
            let mut under_way = self.lock();
            match under_way.get(tag).filter(|made| made.strong_count().is_some_and(|of| of > 1)) {
                Some(made) => made.clone(),
                None => {
                    let made = make().boxed().shared();
                    under_way.insert(tag.clone(), made.clone());
                    made
                }
            }
        };
        let result = made.clone().await;
        // Everybody who has awaited it forgets it; there may be another one by then.
        let mut under_way = self.lock();
        if under_way.get(tag).is_some_and(|known| known.ptr_eq(&made)) {
            under_way.remove(tag);
        }
        result
    }

    /// How many wait for what has that tag.
    #[cfg(test)]
    pub(crate) fn waiting(&self, tag: &ETag) -> Option<usize> {
        self.lock().get(tag).and_then(Shared::strong_count)
    }

    /// Whether nothing is being made.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ETag, Made<T>>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
