//! [`Revision`]: a snapshot that a channel published, with the changes since the one before, which
//! are serialised once for all pages that follow.

use super::snapshot::Snapshot;
use brisk_domain::Timestamp;
use bytes::Bytes;

/// A snapshot that a channel published.
#[derive(Debug, Default)]
pub struct Revision {
    snapshot: Snapshot,
    /// Counts from 1; 0 before anything was published.
    number: u64,
    /// The event for pages that know the previous revision: nearly all do.
    changes: Option<Bytes>,
}

impl Revision {
    /// The revision after `before`; `None` if nothing has changed.
    pub fn after(before: &Self, snapshot: Snapshot, now: Timestamp) -> Option<Self> {
        if snapshot == before.snapshot {
            return None;
        }
        let changes = snapshot.event(Some(&before.snapshot), now).map(Bytes::from);
        Some(Self { snapshot, number: before.number + 1, changes })
    }

    /// What was published.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Whether anything was published.
    pub fn is_published(&self) -> bool {
        self.number > 0
    }

    /// Identifies it: see [`Snapshot::id`].
    pub fn id(&self) -> String {
        self.snapshot.id()
    }

    /// The event for a page that knows `known`, or nothing yet; `None` if nothing is new to it.
    pub fn event(&self, known: Option<&Self>, now: Timestamp) -> Option<Bytes> {
        match known {
            Some(known) if known.number + 1 == self.number => self.changes.clone(),
            known => self.snapshot.event(known.map(|known| &known.snapshot), now).map(Bytes::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::snapshot::PanelStatus;
    use brisk_domain::PanelId;

    const NOW: Timestamp = Timestamp::from_seconds(1_003);

    fn snapshot(errors: [&str; 2]) -> Snapshot {
        let panels = ["a", "b"].into_iter().zip(errors);
        let panels = panels.map(|(id, error)| {
            (PanelId::parse(id).unwrap(), PanelStatus::Failed { error: error.into() })
        });
        Snapshot { panels: panels.collect(), is_outdated: false }
    }

    #[test]
    fn changes_are_serialised_once_for_pages_that_know_the_revision_before() {
        let first = Revision::after(&Revision::default(), snapshot(["1", "1"]), NOW).unwrap();
        let second = Revision::after(&first, snapshot(["1", "2"]), NOW).unwrap();
        let (one, other) =
            (second.event(Some(&first), NOW).unwrap(), second.event(Some(&first), NOW).unwrap());
        assert_eq!(one.as_ptr(), other.as_ptr());
        assert!(one.starts_with(b"event: panels\n") && !contains(&one, "\"a\""), "{one:?}");
        assert!(Revision::after(&second, snapshot(["1", "2"]), NOW).is_none());
    }

    #[test]
    fn a_page_that_missed_a_revision_gets_all_that_changed() {
        let first = Revision::after(&Revision::default(), snapshot(["1", "1"]), NOW).unwrap();
        let second = Revision::after(&first, snapshot(["2", "1"]), NOW).unwrap();
        let third = Revision::after(&second, snapshot(["2", "2"]), NOW).unwrap();
        for known in [None, Some(&first)] {
            let event = third.event(known, NOW).unwrap();
            assert!(contains(&event, "\"a\"") && contains(&event, "\"b\""), "{event:?}");
        }
        assert!(!contains(&third.event(Some(&second), NOW).unwrap(), "\"a\""));
        // What changed and changed back is nothing new.
        let back = Revision::after(&third, snapshot(["1", "1"]), NOW).unwrap();
        assert_eq!(back.event(Some(&first), NOW), None);
    }

    fn contains(event: &[u8], text: &str) -> bool {
        std::str::from_utf8(event).unwrap().contains(text)
    }
}
