//! The current version of each tag: random, so that losing them can never bring an old one back.

use crate::Tag;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

/// The generations of one process.
#[derive(Debug, Default)]
pub(crate) struct Generations(Mutex<HashMap<Tag, u128>>);

impl Generations {
    /// The generations of `tags` in their order; a missing one is created.
    pub(crate) fn read(&self, tags: &[Tag]) -> Vec<u128> {
        let mut known = self.lock();
        tags.iter().map(|tag| *known.entry(tag.clone()).or_insert_with(rand::random)).collect()
    }

    /// Gives each of `tags` a new generation.
    pub(crate) fn renew(&self, tags: &[Tag]) {
        let mut known = self.lock();
        for tag in tags {
            known.insert(tag.clone(), rand::random());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Tag, u128>> {
        // Nothing in here panics half way, so a poisoned lock still guards a whole map.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
