//! [`Lookup`]: what the cache holds for a view, before any frame is assembled. A client that
//! already shows the same edition needs no frames at all.

use crate::load::{Loader, StatementLookup};
use crate::panel_data;
use crate::prepared::Prepared;
use crate::whole_buckets;
use crate::window::Window;
use brisk_cache::{Caller, EntryKey, Fingerprint, Tag};
use brisk_domain::{Edition, Freshness, Panel, PanelId, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// What the cache holds for a view.
pub struct Lookup {
    pub(crate) prepared: Arc<Prepared>,
    /// In the order of the prepared statements.
    pub(crate) found: Vec<StatementLookup>,
    pub(crate) loader: Loader,
    pub(crate) caller: Caller,
    /// Whether "now" is a previous value that is being replaced.
    pub(crate) is_now_previous: bool,
}

/// What makes a panel out of date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Its tags, sorted.
    pub tags: Vec<Tag>,
    /// The keys of its entries, as long as nothing is invalidated.
    pub keys: Vec<EntryKey>,
    /// How long a load for it stays fresh at least.
    pub ttl: Duration,
}

impl Lookup {
    /// The view's time, made absolute.
    pub fn window(&self) -> &Window {
        &self.prepared.window
    }

    /// Assumptions about columns without a time zone, one sentence each.
    pub async fn assumptions(&self) -> Vec<String> {
        self.loader.assumptions(&self.prepared.planned).await
    }

    /// The panels that were looked up.
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.prepared.panels.iter().map(|prepared| &*prepared.panel)
    }

    /// Whether a panel's frame has a column of that name; `None` if it has to be loaded first.
    pub fn has_column(&self, panel: &PanelId, column: &str) -> Option<bool> {
        let prepared = self.prepared.panels.iter().find(|one| one.panel.id == *panel)?;
        let planned = prepared.planned.as_ref().ok()?;
        let main = self.found.get(planned.statements.start)?.loaded.as_ref()?;
        let is_computed = prepared.panel.computed.iter().any(|computed| computed.name == column);
        Some(is_computed || main.frame.column(column).is_some())
    }

    /// The lanes of the statements that have to run before all of it can be shown, each once.
    pub fn missing(&self) -> BTreeSet<&str> {
        let missing = self.found.iter().filter(|found| !found.is_ready());
        missing.map(|found| &**found.lane()).collect()
    }

    /// Identifies everything that would be shown, if it is all ready: equal editions mean equal
    /// panels and choices, equally current. `None` if something has to be loaded first.
    pub fn edition(&self) -> Option<Edition> {
        let mut parts = Vec::with_capacity(self.found.len() + self.prepared.panels.len());
        for prepared in &self.prepared.panels {
            match &prepared.planned {
                Ok(planned) => {
                    parts.extend(whole_buckets::edition(&planned.plan, &self.prepared.window));
                }
                Err(error) => parts.push(format!("{}: {error}", prepared.panel.id)),
            }
        }
        for found in &self.found {
            let loaded = found.loaded.as_ref().filter(|_| found.is_ready())?;
            parts.push(format!("{} {} {:?}", loaded.key, loaded.as_of.0, loaded.freshness));
        }
        Some(Edition(Fingerprint::of(parts).to_string().into()))
    }

    /// The freshness of the least current value among those that are ready, "now" included.
    pub fn freshness(&self) -> Freshness {
        let now = if self.is_now_previous { Freshness::Previous } else { Freshness::Fresh };
        let loaded = self.found.iter().filter_map(|found| found.loaded.as_ref());
        loaded.map(|loaded| loaded.freshness).fold(now, Freshness::max)
    }

    /// The edition of each panel's frames, if they can be shown.
    pub fn panel_editions(&self) -> Vec<Option<Edition>> {
        let editions = self.prepared.panels.iter().map(|prepared| {
            let planned = prepared.planned.as_ref().ok()?;
            let own = self.found.get(planned.statements.clone())?;
            let loaded: Option<Vec<_>> =
                own.iter().map(|one| one.loaded.as_ref().filter(|_| one.is_ready())).collect();
            let window = &self.prepared.window;
            Some(panel_data::edition(loaded?.into_iter(), &planned.plan, window))
        });
        editions.collect()
    }

    /// When the oldest of each panel's frames was loaded, if they can be shown.
    pub fn panel_times(&self) -> Vec<Option<Timestamp>> {
        let times = self.prepared.panels.iter().map(|prepared| {
            let planned = prepared.planned.as_ref().ok()?;
            let own = self.found.get(planned.statements.clone())?;
            // How far the data reach back is nothing that is shown.
            let shown = own.len().saturating_sub(usize::from(planned.plan.beginning.is_some()));
            let times: Option<Vec<Timestamp>> = own
                .iter()
                .take(shown)
                .map(|one| Some(one.loaded.as_ref().filter(|_| one.is_ready())?.as_of))
                .collect();
            times?.into_iter().min()
        });
        times.collect()
    }

    /// What makes each panel out of date.
    pub fn watches(&self) -> Vec<Watch> {
        let watches = self.prepared.panels.iter().map(|prepared| {
            let statements = prepared.planned.as_ref().ok().map(|p| p.statements.clone());
            let statements = statements.unwrap_or_default();
            let own = self.prepared.requests.get(statements.clone()).unwrap_or(&[]);
            let found = self.found.get(statements).unwrap_or(&[]);
            let keys = found.iter().map(StatementLookup::key).collect();
            let mut tags: Vec<Tag> =
                own.iter().flat_map(|request| request.tags.iter().cloned()).collect();
            tags.sort();
            tags.dedup();
            let ttl = own.iter().map(|request| request.policy.ttl).min();
            Watch { tags, keys, ttl: ttl.unwrap_or(Duration::MAX) }
        });
        watches.collect()
    }
}
