//! The current version of each tag: random, so that losing them can never bring an old one back.

use crate::Tag;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

/// A tag's version: opaque bytes.
pub(crate) type Generation = Box<[u8]>;

/// A fresh one.
pub(crate) fn random() -> Generation {
    let number: u128 = rand::random();
    Box::new(number.to_le_bytes())
}

/// What entry keys are made under: the era of the shared tier, and a generation for each tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Generations {
    /// Distinguishes the runs of a shared tier: one that starts again from an old backup must
    /// not make old generations current. Empty in memory.
    pub(crate) era: Box<str>,
    /// In the order of the tags that were asked for.
    pub(crate) of: Vec<Generation>,
}

/// The generations that this process knows: the truth without a shared tier, a memory with one.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    era: Box<str>,
    of: HashMap<Tag, Generation>,
}

impl Known {
    /// The generations of `tags`; a missing one is created.
    pub(crate) fn read(&self, tags: &[Tag]) -> Generations {
        let mut state = self.lock();
        let of = tags
            .iter()
            .map(|tag| state.of.entry(tag.clone()).or_insert_with(random).clone())
            .collect();
        Generations { era: state.era.clone(), of }
    }

    /// Gives each of `tags` a new generation.
    pub(crate) fn renew(&self, tags: &[Tag]) {
        let mut state = self.lock();
        for tag in tags {
            state.of.insert(tag.clone(), random());
        }
    }

    /// Remembers what the shared tier said.
    pub(crate) fn remember(&self, tags: &[Tag], generations: &Generations) {
        let mut state = self.lock();
        if state.era != generations.era {
            state.era = generations.era.clone();
            state.of.clear();
        }
        for (tag, generation) in tags.iter().zip(&generations.of) {
            if state.of.get(tag) != Some(generation) {
                state.of.insert(tag.clone(), generation.clone());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half way, so a poisoned lock still guards a whole map.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
