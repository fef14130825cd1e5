//! The current version of each tag: random, so that losing generations never brings an old one
//! back.

use crate::key::Tag;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

/// A tag's version: opaque bytes.
pub(crate) type Generation = Box<[u8]>;

/// Replaced in the shared tier by every invalidation: while it is the same, no generation has
/// changed.
pub(crate) type Stamp = Box<[u8]>;

/// A new random generation.
pub(crate) fn random() -> Generation {
    let number: u128 = rand::random();
    Box::new(number.to_le_bytes())
}

/// What entry keys are made of: the era of the shared tier, and a generation for each tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Generations {
    /// Identifies a run of the shared tier: a Redis restored from an old backup must not make old
    /// generations current. Empty in memory.
    pub(crate) era: Box<str>,
    /// The stamp the generations were read under. Empty in memory.
    pub(crate) stamp: Stamp,
    /// In the order of the requested tags.
    pub(crate) of: Vec<Generation>,
}

/// Stands for no stamp.
const NEVER: u64 = u64::MAX;
/// How many tags are remembered; see [`KnownGenerations::read`].
const MAX_TAGS: usize = 100_000;

/// The generations this process knows: authoritative without a shared tier, a cached copy with one.
/// Forgetting one is always safe, because the next reader generates a new one: it costs a load,
/// never correctness.
#[derive(Debug, Default)]
pub(crate) struct KnownGenerations(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    era: Box<str>,
    /// The latest stamp received, and how many came before it.
    stamp: Stamp,
    stamps: u64,
    of: HashMap<Tag, Version>,
}

#[derive(Debug)]
struct Version {
    generation: Generation,
    /// The number of the stamp it was read under.
    read_under: u64,
}

/// What this process knows about some tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recalled {
    /// The era.
    pub(crate) era: Box<str>,
    /// The stamp that all of them were read under, if it was the same one.
    pub(crate) stamp: Option<Stamp>,
    /// Their generations, where known.
    pub(crate) of: Vec<Option<Generation>>,
}

impl KnownGenerations {
    /// The generations of `tags`; missing ones are created. At [`MAX_TAGS`], all are forgotten, so
    /// tag names cannot fill the memory.
    pub(crate) fn read(&self, tags: &[Tag]) -> Generations {
        let mut state = self.lock();
        state.make_room();
        // Generated here, not read: no stamp vouches for it.
        let drawn = || Version { generation: random(), read_under: NEVER };
        let of = tags
            .iter()
            .map(|tag| state.of.entry(tag.clone()).or_insert_with(drawn).generation.clone())
            .collect();
        Generations { era: state.era.clone(), stamp: state.stamp.clone(), of }
    }

    /// The era and the generations of `tags`, where known.
    pub(crate) fn recall(&self, tags: &[Tag]) -> Recalled {
        let state = self.lock();
        let versions = || tags.iter().map(|tag| state.of.get(tag));
        let is_of_stamp =
            versions().all(|known| known.is_some_and(|known| known.read_under == state.stamps));
        Recalled {
            era: state.era.clone(),
            stamp: is_of_stamp.then(|| state.stamp.clone()),
            of: versions().map(|known| Some(known?.generation.clone())).collect(),
        }
    }

    /// Gives each of `tags` a new generation, which the next reader generates: invalidating tags
    /// that are never read takes no memory.
    pub(crate) fn renew(&self, tags: &[Tag]) {
        let mut state = self.lock();
        for tag in tags {
            state.of.remove(tag);
        }
    }

    /// Remembers what was read from the shared tier.
    pub(crate) fn remember(&self, tags: &[Tag], generations: &Generations) {
        let mut state = self.lock();
        if state.era != generations.era {
            state.era = generations.era.clone();
            state.of.clear();
        }
        if state.stamp != generations.stamp {
            // Stamps have no order: a late answer that puts an older one here costs another read.
            state.stamp = generations.stamp.clone();
            state.stamps += 1;
        }
        state.make_room();
        let read_under = state.stamps;
        for (tag, generation) in tags.iter().zip(&generations.of) {
            match state.of.get_mut(tag) {
                Some(known) if known.generation == *generation => known.read_under = read_under,
                _ => {
                    let version = Version { generation: generation.clone(), read_under };
                    state.of.insert(tag.clone(), version);
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No panic in here can leave the map half-changed, so a poisoned lock still guards a valid
        // one.
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
        let known = KnownGenerations::default();
        let tags = [tag("a"), tag("b")];
        let before = known.read(&tags);
        assert_eq!(known.read(&tags), before);
        known.renew(&tags[..1]);
        let after = known.read(&tags);
        assert_ne!(after.of[0], before.of[0]);
        assert_eq!(after.of[1], before.of[1]);
    }

    fn read(stamp: u8, of: &[u8]) -> Generations {
        let of = of.iter().map(|byte| Box::from([*byte])).collect();
        Generations { era: "era".into(), stamp: Box::from([stamp]), of }
    }

    #[test]
    fn a_stamp_vouches_only_for_the_tags_that_were_read_under_it() {
        let known = KnownGenerations::default();
        let (a, b) = ([tag("a")], [tag("b")]);
        let both = [tag("a"), tag("b")];
        let stamp = |tags: &[Tag]| Some(known.recall(tags).stamp?[0]);
        assert_eq!(stamp(&a), None, "nothing is known");
        known.remember(&a, &read(1, &[10]));
        assert_eq!((stamp(&a), stamp(&b), stamp(&both)), (Some(1), None, None));
        known.remember(&b, &read(2, &[20]));
        assert_eq!((stamp(&a), stamp(&b), stamp(&both)), (None, Some(2), None));
        known.remember(&a, &read(2, &[10]));
        assert_eq!(stamp(&both), Some(2), "the same generation, read again");
        // A late answer.
        known.remember(&a, &read(1, &[10]));
        assert_eq!((stamp(&a), stamp(&b)), (Some(1), None));
        known.renew(&a);
        assert_eq!(stamp(&a), None, "invalidated here and not read since");
        known.read(&a);
        assert_eq!(stamp(&a), None, "a generation made here was not read");
    }

    #[test]
    fn tag_names_cannot_fill_the_memory() {
        let known = KnownGenerations::default();
        let first = known.read(&[tag("first")]);
        for i in 0..10_000 {
            known.renew(&[tag(&format!("never-read-{i}"))]);
        }
        assert_eq!(known.lock().of.len(), 1);
        for i in 0..MAX_TAGS {
            known.read(&[tag(&i.to_string())]);
        }
        assert!(known.lock().of.len() <= MAX_TAGS);
        assert_ne!(
            known.read(&[tag("first")]),
            first,
            "a forgotten generation is never current again"
        );
    }
}
