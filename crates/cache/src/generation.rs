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

/// Tags that are known at a time; see [`Known::read`].
const MAX_TAGS: usize = 100_000;

/// The generations that this process knows: the truth without a shared tier, a memory with one.
/// A generation that is forgotten here is drawn anew when it is next wanted, so forgetting one is
/// always safe: it costs a load, never truth.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    era: Box<str>,
    of: HashMap<Tag, Generation>,
}

impl Known {
    /// The generations of `tags`; a missing one is created. When names of tags fill the memory,
    /// all are forgotten.
    pub(crate) fn read(&self, tags: &[Tag]) -> Generations {
        let mut state = self.lock();
        state.make_room();
        let of = tags
            .iter()
            .map(|tag| state.of.entry(tag.clone()).or_insert_with(random).clone())
            .collect();
        Generations { era: state.era.clone(), of }
    }

    /// The era and the generations of `tags`, as far as they are known.
    pub(crate) fn recall(&self, tags: &[Tag]) -> (Box<str>, Vec<Option<Generation>>) {
        let state = self.lock();
        (state.era.clone(), tags.iter().map(|tag| state.of.get(tag).cloned()).collect())
    }

    /// Gives each of `tags` a new generation: the next reader draws it. So tags that nobody reads
    /// take no room, whoever invalidates them.
    pub(crate) fn renew(&self, tags: &[Tag]) {
        let mut state = self.lock();
        for tag in tags {
            state.of.remove(tag);
        }
    }

    /// Remembers what the shared tier said.
    pub(crate) fn remember(&self, tags: &[Tag], generations: &Generations) {
        let mut state = self.lock();
        if state.era != generations.era {
            state.era = generations.era.clone();
            state.of.clear();
        }
        state.make_room();
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

impl State {
    fn make_room(&mut self) {
        if self.of.len() >= MAX_TAGS {
            self.of.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(name: &str) -> Tag {
        Tag::parse(name).unwrap()
    }

    #[test]
    fn a_renewed_tag_has_another_generation_and_the_others_keep_theirs() {
        let known = Known::default();
        let tags = [tag("a"), tag("b")];
        let before = known.read(&tags);
        assert_eq!(known.read(&tags), before);
        known.renew(&tags[..1]);
        let after = known.read(&tags);
        assert_ne!(after.of[0], before.of[0]);
        assert_eq!(after.of[1], before.of[1]);
    }

    #[test]
    fn names_of_tags_do_not_fill_the_memory() {
        let known = Known::default();
        let first = known.read(&[tag("first")]);
        for i in 0..10_000 {
            known.renew(&[tag(&format!("never-read-{i}"))]);
        }
        assert_eq!(known.lock().of.len(), 1);
        for i in 0..MAX_TAGS {
            known.read(&[tag(&i.to_string())]);
        }
        assert!(known.lock().of.len() <= MAX_TAGS);
        assert_ne!(known.read(&[tag("first")]), first, "what was forgotten is never current again");
    }
}
