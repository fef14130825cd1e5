//! [`Said`]: what a channel said, with its news, which are written once for all pages that follow.

use super::state::Snapshot;
use brisk_domain::Timestamp;
use bytes::Bytes;

/// What a channel said.
#[derive(Debug, Default)]
pub struct Said {
    snapshot: Snapshot,
    /// How much was said before.
    number: u64,
    /// What is new in it to those who know what was said just before: nearly all pages do.
    news: Option<Bytes>,
}

impl Said {
    /// What is said after `before`; nothing where it is the same.
    pub fn after(before: &Self, snapshot: Snapshot, now: Timestamp) -> Option<Self> {
        if snapshot == before.snapshot {
            return None;
        }
        let news = snapshot.event(Some(&before.snapshot), now).map(Bytes::from);
        Some(Self { snapshot, number: before.number + 1, news })
    }

    /// Whether something was said.
    pub fn is_something(&self) -> bool {
        self.number > 0
    }

    /// What identifies it: see [`Snapshot::id`].
    pub fn id(&self) -> String {
        self.snapshot.id()
    }

    /// The event for a page that knows `known`, or nothing yet; `None` where nothing is new to it.
    pub fn event(&self, known: Option<&Self>, now: Timestamp) -> Option<Bytes> {
        match known {
            Some(known) if known.number + 1 == self.number => self.news.clone(),
            known => self.snapshot.event(known.map(|known| &known.snapshot), now).map(Bytes::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::state::PanelState;
    use brisk_domain::PanelId;

    const NOW: Timestamp = Timestamp::from_seconds(1_003);

    fn snapshot(errors: [&str; 2]) -> Snapshot {
        let panels = ["a", "b"].into_iter().zip(errors);
        let panels = panels.map(|(id, error)| {
            (PanelId::parse(id).unwrap(), PanelState::Failed { error: error.into() })
        });
        Snapshot { panels: panels.collect(), is_outdated: false }
    }

    #[test]
    fn news_are_written_once_for_those_who_know_what_was_said_before() {
        let first = Said::after(&Said::default(), snapshot(["1", "1"]), NOW).unwrap();
        let second = Said::after(&first, snapshot(["1", "2"]), NOW).unwrap();
        let (one, other) =
            (second.event(Some(&first), NOW).unwrap(), second.event(Some(&first), NOW).unwrap());
        assert_eq!(one.as_ptr(), other.as_ptr());
        assert!(one.starts_with(b"event: panels\n") && !contains(&one, "\"a\""), "{one:?}");
        assert!(Said::after(&second, snapshot(["1", "2"]), NOW).is_none());
    }

    #[test]
    fn who_missed_something_is_told_all_of_it() {
        let first = Said::after(&Said::default(), snapshot(["1", "1"]), NOW).unwrap();
        let second = Said::after(&first, snapshot(["2", "1"]), NOW).unwrap();
        let third = Said::after(&second, snapshot(["2", "2"]), NOW).unwrap();
        for known in [None, Some(&first)] {
            let event = third.event(known, NOW).unwrap();
            assert!(contains(&event, "\"a\"") && contains(&event, "\"b\""), "{event:?}");
        }
        assert!(!contains(&third.event(Some(&second), NOW).unwrap(), "\"a\""));
        // And what was there and back again is no news.
        let back = Said::after(&third, snapshot(["1", "1"]), NOW).unwrap();
        assert_eq!(back.event(Some(&first), NOW), None);
    }

    fn contains(event: &[u8], text: &str) -> bool {
        std::str::from_utf8(event).unwrap().contains(text)
    }
}
