//! The status of a channel's panels, and what of it is new to a page. Pure.

use brisk_cache::Fingerprint;
use brisk_domain::{Edition, Freshness, PanelId, Timestamp};
use serde::Serialize;
use std::time::Duration;

/// The status of one panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PanelStatus {
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
    /// There is nothing to show yet; it is being loaded.
    Loading {
        /// Since when.
        since: Timestamp,
        /// How long it usually takes.
        usual: Option<Duration>,
    },
    /// It cannot be shown; the page fetches the reason.
    Failed {
        /// Identifies the error: see [`brisk_domain::PanelError::id`].
        error: String,
    },
}

/// The status of all panels of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The panels, each with its status.
    pub panels: Vec<(PanelId, PanelStatus)>,
    /// Whether the page itself is out of date: its dashboard has changed, or its day is over.
    pub is_outdated: bool,
}

/// One panel as it is sent to pages.
#[derive(Debug, Serialize)]
struct PanelEvent<'a> {
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

impl PanelStatus {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Shown { freshness: Freshness::Fresh, .. } => "current",
            Self::Shown { freshness: Freshness::Unverified, .. } => "unverified",
            Self::Shown { freshness: Freshness::Stale | Freshness::Previous, .. } => "previous",
            Self::Loading { .. } => "loading",
            Self::Failed { .. } => "failed",
        }
    }

    fn event(&self, now: Timestamp) -> PanelEvent<'_> {
        let empty = PanelEvent {
            state: self.word(),
            edition: None,
            error: None,
            as_of: None,
            elapsed: None,
            usual: None,
        };
        match self {
            Self::Shown { edition, as_of, .. } => {
                PanelEvent { edition: Some(&edition.0), as_of: Some(as_of.0 / 1_000), ..empty }
            }
            Self::Loading { since, usual } => PanelEvent {
                elapsed: Some(now.0.saturating_sub(since.0).max(0) / 1_000),
                usual: usual.map(|usual| u64::try_from(usual.as_millis()).unwrap_or(u64::MAX)),
                ..empty
            },
            Self::Failed { error } => PanelEvent { error: Some(error), ..empty },
        }
    }
}

impl Snapshot {
    /// Identifies it, for `Last-Event-ID`: equal ids, equal snapshots, in all processes.
    pub fn id(&self) -> String {
        let parts = self.panels.iter().map(|(panel, state)| {
            // How long it has been loading does not count.
            let state = match state {
                PanelStatus::Loading { .. } => "loading".to_owned(),
                state => format!("{state:?}"),
            };
            format!("{panel} {state}")
        });
        let parts = parts.chain([self.is_outdated.to_string()]);
        Fingerprint::of(parts).to_string().chars().take(16).collect()
    }

    /// The panels that are new to whoever knows `known`, or nothing yet.
    pub fn changes<'a>(
        &'a self,
        known: Option<&'a Self>,
    ) -> impl Iterator<Item = &'a (PanelId, PanelStatus)> {
        let before = move |at: usize| known.and_then(|known| known.panels.get(at));
        let new = self.panels.iter().enumerate();
        new.filter(move |(at, panel)| before(*at) != Some(*panel)).map(|(_, panel)| panel)
    }

    /// The event for a page that knows `known`, or nothing yet; `None` if nothing is new to it.
    pub fn event(&self, known: Option<&Self>, now: Timestamp) -> Option<String> {
        if self.is_outdated {
            let is_known = known.is_some_and(|known| known.is_outdated);
            return (!is_known).then(|| "event: outdated\ndata: \n\n".into());
        }
        let panels: serde_json::Map<String, serde_json::Value> = self
            .changes(known)
            .filter_map(|(panel, state)| {
                Some((panel.to_string(), serde_json::to_value(state.event(now)).ok()?))
            })
            .collect();
        if panels.is_empty() {
            return None;
        }
        let data = serde_json::Value::Object(panels);
        Some(format!("event: panels\nid: {}\ndata: {data}\n\n", self.id()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(edition: &str, freshness: Freshness) -> PanelStatus {
        let as_of = Timestamp::from_seconds(1_000);
        PanelStatus::Shown { edition: Edition(edition.into()), as_of, freshness }
    }

    fn snapshot(states: Vec<PanelStatus>) -> Snapshot {
        let named = states.into_iter().enumerate();
        let panels = named.map(|(i, state)| (PanelId::parse(&format!("p{i}")).unwrap(), state));
        Snapshot { panels: panels.collect(), ..Snapshot::default() }
    }

    const NOW: Timestamp = Timestamp::from_seconds(1_003);

    #[test]
    fn a_page_is_sent_all_panels_first_and_then_only_what_is_new() {
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
    fn equal_ids_are_equal_snapshots_and_time_spent_loading_does_not_count() {
        let loading =
            |since| PanelStatus::Loading { since: Timestamp::from_seconds(since), usual: None };
        assert_eq!(snapshot(vec![loading(1)]).id(), snapshot(vec![loading(2)]).id());
        let all = [
            vec![shown("a", Freshness::Fresh)],
            vec![shown("a", Freshness::Previous)],
            vec![shown("b", Freshness::Fresh)],
            vec![PanelStatus::Failed { error: "1".into() }],
            vec![PanelStatus::Failed { error: "2".into() }],
            vec![loading(1)],
            vec![],
        ];
        let ids: std::collections::BTreeSet<String> =
            all.iter().map(|states| snapshot(states.clone()).id()).collect();
        assert_eq!(ids.len(), all.len());
    }

    #[test]
    fn a_loading_panel_says_since_when_and_how_long_it_usually_takes() {
        let since = Timestamp::from_seconds(1_000);
        let usual = Some(Duration::from_millis(4_200));
        let event = snapshot(vec![PanelStatus::Loading { since, usual }]).event(None, NOW).unwrap();
        assert!(event.contains("\"elapsed\":3000") && event.contains("\"usual\":4200"), "{event}");
    }

    #[test]
    fn an_outdated_page_is_told_once() {
        let outdated = Snapshot { is_outdated: true, ..Snapshot::default() };
        assert_eq!(outdated.event(None, NOW).as_deref(), Some("event: outdated\ndata: \n\n"));
        assert_eq!(outdated.event(Some(&outdated), NOW), None);
    }
}
