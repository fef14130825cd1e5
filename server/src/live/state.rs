//! What a channel says of its panels, and what of it is new to somebody. Pure.

use brisk_cache::Fingerprint;
use brisk_domain::{Edition, Freshness, PanelId, Timestamp};
use serde::Serialize;
use std::time::Duration;

/// What is known of one panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PanelState {
    /// This edition can be shown.
    Shown {
        /// Which one.
        edition: Edition,
        /// When it was loaded.
        as_of: Timestamp,
        /// How current it is; past its time or from before an invalidation while the next one is
        /// being loaded.
        freshness: Freshness,
    },
    /// There is nothing to show, and it is being loaded.
    Loading {
        /// Since when.
        since: Timestamp,
        /// How long it usually takes.
        usual: Option<Duration>,
    },
    /// It cannot be shown; the page asks why.
    Failed {
        /// Tells what went wrong from other errors: see [`brisk_domain::PanelError::id`].
        error: String,
    },
}

/// What a channel says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The panels with what is known of each.
    pub panels: Vec<(PanelId, PanelState)>,
    /// Whether the page itself is out of date: its dashboard was changed, or its day is over.
    pub is_outdated: bool,
}

/// What pages are told of one panel.
#[derive(Debug, Serialize)]
struct PanelNews<'a> {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    edition: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    /// Milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<i64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed: Option<i64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    usual: Option<u64>,
}

impl PanelState {
    /// Of an edition that is shown.
    fn news(&self, now: Timestamp) -> PanelNews<'_> {
        let nothing = PanelNews {
            state: "failed",
            edition: None,
            error: None,
            as_of: None,
            elapsed: None,
            usual: None,
        };
        match self {
            Self::Shown { edition, as_of, freshness } => PanelNews {
                state: match freshness {
                    Freshness::Fresh => "current",
                    Freshness::Unverified => "unverified",
                    Freshness::Stale | Freshness::Previous => "previous",
                },
                edition: Some(&edition.0),
                as_of: Some(as_of.0 / 1_000),
                ..nothing
            },
            Self::Loading { since, usual } => PanelNews {
                state: "loading",
                elapsed: Some(now.0.saturating_sub(since.0).max(0) / 1_000),
                usual: usual.map(|usual| u64::try_from(usual.as_millis()).unwrap_or(u64::MAX)),
                ..nothing
            },
            Self::Failed { error } => PanelNews { error: Some(error), ..nothing },
        }
    }
}

impl Snapshot {
    /// What identifies it, for `Last-Event-ID`: equal ids, equal snapshots, in all processes.
    pub fn id(&self) -> String {
        let parts = self.panels.iter().map(|(panel, state)| {
            // How long something has been loading is no news.
            let state = match state {
                PanelState::Loading { .. } => "loading".to_owned(),
                state => format!("{state:?}"),
            };
            format!("{panel} {state}")
        });
        let parts = parts.chain([self.is_outdated.to_string()]);
        Fingerprint::of(parts).to_string().chars().take(16).collect()
    }

    /// The event for somebody who knows `known`, or nothing yet; `None` where nothing is new.
    pub fn event(&self, known: Option<&Self>, now: Timestamp) -> Option<String> {
        if self.is_outdated {
            let is_known = known.is_some_and(|known| known.is_outdated);
            return (!is_known).then(|| "event: outdated\ndata: \n\n".into());
        }
        let before = |at: usize| known.and_then(|known| known.panels.get(at));
        let new = self.panels.iter().enumerate();
        let new = new.filter(|(at, panel)| before(*at) != Some(*panel));
        let news: serde_json::Map<String, serde_json::Value> = new
            .filter_map(|(_, (panel, state))| {
                Some((panel.to_string(), serde_json::to_value(state.news(now)).ok()?))
            })
            .collect();
        if news.is_empty() {
            return None;
        }
        let data = serde_json::Value::Object(news);
        Some(format!("event: panels\nid: {}\ndata: {data}\n\n", self.id()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(edition: &str, freshness: Freshness) -> PanelState {
        let as_of = Timestamp::from_seconds(1_000);
        PanelState::Shown { edition: Edition(edition.into()), as_of, freshness }
    }

    fn snapshot(states: Vec<PanelState>) -> Snapshot {
        let named = states.into_iter().enumerate();
        let panels = named.map(|(i, state)| (PanelId::parse(&format!("p{i}")).unwrap(), state));
        Snapshot { panels: panels.collect(), ..Snapshot::default() }
    }

    const NOW: Timestamp = Timestamp::from_seconds(1_003);

    #[test]
    fn a_page_hears_of_all_panels_first_and_then_only_of_what_is_new() {
        let first = snapshot(vec![shown("a", Freshness::Fresh), shown("b", Freshness::Fresh)]);
        let event = first.event(None, NOW).unwrap();
        let expected = "{\"p0\":{\"as_of\":1000000,\"edition\":\"a\",\"state\":\"current\"},\
            \"p1\":{\"as_of\":1000000,\"edition\":\"b\",\"state\":\"current\"}}";
        assert_eq!(*event, *format!("event: panels\nid: {}\ndata: {expected}\n\n", first.id()));
        assert_eq!(first.event(Some(&first), NOW), None);
        let second = snapshot(vec![shown("a", Freshness::Fresh), shown("b", Freshness::Previous)]);
        let event = second.event(Some(&first), NOW).unwrap();
        assert!(event.contains("\"p1\"") && event.contains("\"previous\""), "{event}");
        assert!(!event.contains("p0"), "{event}");
    }

    #[test]
    fn equal_ids_are_equal_snapshots_and_waiting_is_no_news() {
        let loading =
            |since| PanelState::Loading { since: Timestamp::from_seconds(since), usual: None };
        assert_eq!(snapshot(vec![loading(1)]).id(), snapshot(vec![loading(2)]).id());
        let all = [
            vec![shown("a", Freshness::Fresh)],
            vec![shown("a", Freshness::Previous)],
            vec![shown("b", Freshness::Fresh)],
            vec![PanelState::Failed { error: "1".into() }],
            vec![PanelState::Failed { error: "2".into() }],
            vec![loading(1)],
            vec![],
        ];
        let ids: std::collections::BTreeSet<String> =
            all.iter().map(|states| snapshot(states.clone()).id()).collect();
        assert_eq!(ids.len(), all.len());
    }

    #[test]
    fn who_waits_is_told_for_how_long_and_how_long_it_usually_takes() {
        let since = Timestamp::from_seconds(1_000);
        let usual = Some(Duration::from_millis(4_200));
        let event = snapshot(vec![PanelState::Loading { since, usual }]).event(None, NOW).unwrap();
        assert!(event.contains("\"elapsed\":3000") && event.contains("\"usual\":4200"), "{event}");
    }

    #[test]
    fn an_outdated_page_is_told_once() {
        let outdated = Snapshot { is_outdated: true, ..Snapshot::default() };
        assert_eq!(outdated.event(None, NOW).as_deref(), Some("event: outdated\ndata: \n\n"));
        assert_eq!(outdated.event(Some(&outdated), NOW), None);
    }
}
