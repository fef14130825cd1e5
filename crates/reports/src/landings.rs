//! [`Landings`]: when data have landed, by tag.

use brisk_domain::{Tag, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// When data have landed: the moments at which each tag was invalidated. It is a set, so that the order in
/// which processes heard of them does not count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Landings(BTreeMap<String, BTreeSet<Timestamp>>);

impl Landings {
    /// Adds that `tag`, as [`Tag::compared`] writes it, was invalidated at `at`.
    pub fn add(&mut self, tag: String, at: Timestamp) {
        self.0.entry(tag).or_default().insert(at);
    }

    /// When `tag` landed first from `from` on and before `to`.
    pub fn first(&self, tag: &Tag, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let moments = self.0.get(&tag.compared())?;
        (from < to).then(|| moments.range(from..to).next().copied()).flatten()
    }
}

impl FromIterator<(String, Timestamp)> for Landings {
    fn from_iter<I: IntoIterator<Item = (String, Timestamp)>>(moments: I) -> Self {
        let mut landings = Self::default();
        moments.into_iter().for_each(|(tag, at)| landings.add(tag, at));
        landings
    }
}
