//! Follows one view for all pages that show it: refreshes what is out of date, and publishes each
//! panel's status. Statements run once, however many pages are open: here, through the cache, and in
//! all processes together.

use super::followers::Followers;
use super::revision::Revision;
use super::snapshot::{PanelStatus, Snapshot};
use crate::auth::told::told;
use crate::pages::build_id;
use crate::pages::page_request::{LEAST_PACE, least_pace};
use brisk_cache::{Event, Follower, Tag};
use brisk_domain::{
    Access, Clock, Dashboard, Freshness, Pace, PanelError, PanelId, Slug, Timestamp, ViewState,
};
use brisk_engine::{Basis, Engine, PanelEdition, PanelState, Shown, Watch, Window};
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::FuturesUnordered;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// What is followed: pages for which this is equal share a channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Followed {
    /// The dashboard.
    pub slug: Slug,
    /// One of its panels, or all.
    pub panel: Option<PanelId>,
    /// What is shown of it.
    pub view: ViewState,
    /// How often it is refreshed.
    pub pace: Pace,
    /// Who reads it.
    pub access: Access,
    /// Whether they see databases' own messages about failures.
    pub looks_behind: bool,
    /// Which page shows it, if known: see [`build_id::page_id`]. Pages of other windows and of other
    /// programs have channels of their own, which end at once.
    pub page_id: Option<String>,
}

/// Follows one view.
pub(super) struct Channel {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    followed: Followed,
    dashboard: Arc<Dashboard>,
    followers: Followers,
    /// The window that the page shows; once it has moved on, the page is out of date.
    window: Option<Window>,
    panels: Vec<Tracked>,
    loads: FuturesUnordered<BoxFuture<'static, Loaded>>,
    /// When to publish what has been loaded, if it was not published yet.
    publish_at: Option<Instant>,
    revisions: watch::Sender<Arc<Revision>>,
}

/// Whether the page can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PageStatus {
    /// It can.
    Current,
    /// A page loaded now would be another one.
    Outdated,
}

type Loaded = (usize, Result<PanelEdition, PanelError>);

/// One panel, as it is followed.
struct Tracked {
    id: PanelId,
    status: Option<PanelStatus>,
    /// What its last lookup depended on.
    basis: Option<Basis>,
    watch: Watch,
    /// Whether it has to be looked up again.
    is_due: bool,
    /// Whether it is being loaded. The load runs to its end whatever is invalidated meanwhile: otherwise
    /// a panel whose data change faster than it loads would never show anything.
    is_loading: bool,
    /// When its TTL, or its turn, is over.
    due_at: Option<Timestamp>,
    failures: u32,
}

/// How soon a failed panel is retried at first; the pause doubles each time.
const RETRY: Duration = Duration::from_secs(10);
/// The longest pause.
const LONGEST_RETRY: Duration = Duration::from_secs(300);
/// TTLs have a jitter of ±10 %: the longest.
const SPREAD: f64 = 1.1;
/// How soon an unverified panel is looked up again.
const UNVERIFIED: Duration = Duration::from_secs(5);
/// Panels that are loaded within this time of each other are published together, unless no other is
/// under way: there may be thousands of pages, each with a write of its own.
const TOGETHER: Duration = Duration::from_millis(30);
/// How often to check whether the day is over.
const WINDOW: Duration = Duration::from_secs(30);

impl Channel {
    pub(super) fn new(
        engine: Arc<Engine>,
        clock: Arc<dyn Clock>,
        followed: Followed,
        dashboard: Arc<Dashboard>,
        followers: Followers,
        revisions: watch::Sender<Arc<Revision>>,
    ) -> Self {
        let shown = dashboard.panels.iter();
        let shown = shown.filter(|panel| followed.panel.as_ref().is_none_or(|id| *id == panel.id));
        let panels = shown.map(|panel| Tracked {
            id: panel.id.clone(),
            status: None,
            basis: None,
            watch: Watch { tags: Vec::new(), keys: Vec::new(), ttl: Duration::MAX },
            is_due: true,
            is_loading: false,
            due_at: None,
            failures: 0,
        });
        let panels = panels.collect();
        let loads = FuturesUnordered::new();
        let (window, publish_at) = (None, None);
        Self {
            engine,
            clock,
            followed,
            dashboard,
            followers,
            window,
            panels,
            loads,
            publish_at,
            revisions,
        }
    }

    /// Follows until the page is out of date.
    pub(super) async fn run(mut self) {
        // Before the first lookup, so that no event during it is missed.
        let mut events = self.engine.follow();
        let mut catalog = self.engine.catalog().follow();
        self.compare();
        let mut next_window = self.clock.now().after(WINDOW);
        loop {
            if self.panels.iter().any(|panel| panel.is_due && !panel.is_loading)
                && self.refresh().await == PageStatus::Outdated
            {
                return self.end();
            }
            let due = self.next_due().map_or(next_window, |due| due.min(next_window));
            tokio::select! {
                Some((at, result)) = self.loads.next() => {
                    self.loaded(at, &result);
                    if self.loads.is_empty() {
                        self.publish_panels();
                    } else {
                        self.publish_at.get_or_insert(Instant::now() + TOGETHER);
                    }
                }
                event = next(&mut events) => self.apply(&event),
                Ok(()) = catalog.changed() => self.compare(),
                () = at(self.publish_at) => self.publish_panels(),
                () = self.clock.until(due) => {
                    // A clock that was set back meanwhile, or stands still, delays nothing.
                    let now = self.clock.now();
                    let now_or_due = now.max(due);
                    if now_or_due >= next_window {
                        next_window = now.after(WINDOW);
                    }
                    for panel in &mut self.panels {
                        if panel.due_at.is_some_and(|at| at <= now_or_due) {
                            (panel.is_due, panel.due_at) = (true, None);
                        }
                    }
                }
            }
            if self.is_outdated() {
                return self.end();
            }
        }
    }

    /// Marks as due the panels whose lookups depend on something else than before: another source,
    /// policy or rollup. Whether a reader may still see them is up to their streams (`reader`).
    fn compare(&mut self) {
        for tracked in &mut self.panels {
            let panel = self.dashboard.panel(&tracked.id);
            let basis = panel.map(|panel| self.engine.basis(&self.dashboard, panel));
            if basis != tracked.basis {
                (tracked.basis, tracked.is_due) = (basis, true);
            }
        }
    }

    /// Publishes the last revision: the next page is another one, with a channel of its own.
    fn end(&self) {
        self.publish(Snapshot { is_outdated: true, ..Snapshot::default() });
    }

    /// Whether a page loaded now would be another one.
    fn is_outdated(&self) -> bool {
        let known = self.engine.catalog().dashboard(&self.followed.slug);
        let Some(known) = known else { return true };
        if !Arc::ptr_eq(&known, &self.dashboard) && known != self.dashboard {
            return true;
        }
        // If now is the clock's time, days end without an event.
        let now = brisk_domain::Now::Clock == self.dashboard.now;
        let Some(window) = self.window.as_ref().filter(|_| now) else { return false };
        let current = Window::of(&self.dashboard, &self.followed.view, self.clock.now());
        current.is_ok_and(|current| current.bounds != window.bounds)
    }

    /// Looks up what is due, in one batch, and loads what is missing.
    async fn refresh(&mut self) -> PageStatus {
        let due: Vec<usize> = (0..self.panels.len())
            .filter(|at| self.panels[*at].is_due && !self.panels[*at].is_loading)
            .collect();
        let ids = due.iter().map(|at| self.panels[*at].id.clone()).collect();
        let (view, access) = (&self.followed.view, &self.followed.access);
        let shown = Shown::Frames(ids);
        let caller = self.followers.caller();
        let lookup = self.engine.lookup(&self.dashboard, &shown, view, access, caller).await;
        for at in &due {
            self.panels[*at].is_due = false;
        }
        // The page was shown with this view: it can go on.
        let Ok(lookup) = lookup else { return PageStatus::Current };
        match &self.window {
            // The newest row has moved on to another day, and so has the whole page.
            Some(known) if known.bounds != lookup.window().bounds => return PageStatus::Outdated,
            Some(_) => {}
            None => {
                let own = build_id::page_id(lookup.window());
                if self.followed.page_id.as_ref().is_some_and(|shown| *shown != own) {
                    return PageStatus::Outdated;
                }
                self.window = Some(lookup.window().clone());
            }
        }
        for (at, watch) in due.iter().zip(lookup.watches()) {
            self.panels[*at].watch = watch;
        }
        for (at, state) in due.into_iter().zip(lookup.into_editions()) {
            match state {
                PanelState::Ready(data) => self.set_shown(at, &data, data.freshness),
                PanelState::Failed(error) => self.set_failed(at, &error),
                PanelState::Pending { previous, load } => {
                    match previous {
                        Some(data) => {
                            self.set_shown(at, &data, data.freshness.max(Freshness::Stale))
                        }
                        None => self.set_loading(at),
                    }
                    self.panels[at].is_loading = true;
                    self.loads.push(load.map(move |result| (at, result)).boxed());
                }
            }
        }
        self.publish_panels();
        PageStatus::Current
    }

    fn loaded(&mut self, at: usize, result: &Result<PanelEdition, PanelError>) {
        self.panels[at].is_loading = false;
        match result {
            // It is due again already: it was invalidated while it was loading.
            Ok(data) if self.panels[at].is_due => self.set_shown(at, data, Freshness::Previous),
            Ok(data) => self.set_shown(at, data, data.freshness),
            Err(error) => self.set_failed(at, error),
        }
    }

    fn apply(&mut self, event: &Event) {
        for panel in &mut self.panels {
            panel.is_due |= match event {
                Event::Invalidated(tags) => concerns(&panel.watch.tags, tags),
                Event::Forgotten(keys) => panel.watch.keys.iter().any(|key| keys.contains(key)),
                Event::Missed => true,
            };
        }
    }

    fn set_shown(&mut self, at: usize, data: &PanelEdition, freshness: Freshness) {
        let pace = self.followed.pace.at_least(least_pace(&self.engine, &self.dashboard));
        let panel = &mut self.panels[at];
        panel.failures = 0;
        let (edition, as_of) = (data.edition.clone(), data.as_of);
        panel.status = Some(PanelStatus::Shown { edition, as_of, freshness });
        let ttl = panel.watch.ttl;
        let wait = match (freshness, pace) {
            // It is being replaced.
            (Freshness::Stale | Freshness::Previous, _) => None,
            (Freshness::Unverified, _) => Some(UNVERIFIED),
            (Freshness::Fresh, pace) => {
                let age = self.clock.now().since(as_of);
                // What has no TTL is looked up again once a day.
                let whole = ttl.min(Duration::from_secs(86_400)).mul_f64(SPREAD);
                // The policy may have a shorter TTL, or none: an open page does not reload more often
                // than this.
                let least = Duration::from_secs(LEAST_PACE.into());
                let until_over = whole.saturating_sub(age).max(least);
                Some(match pace {
                    Pace::Live | Pace::ByHand => until_over,
                    Pace::Every(seconds) => {
                        let every = Duration::from_secs(seconds.into());
                        // What a lookup finds fresh may expire just after it: the next one then does not
                        // wait for another whole turn.
                        if age * 2 > every { until_over.min(every) } else { every }
                    }
                })
            }
        };
        panel.due_at = wait.map(|wait| self.clock.now().after(wait));
    }

    fn set_loading(&mut self, at: usize) {
        let usual = self.engine.usual_load(&self.followed.slug, &self.panels[at].id);
        self.panels[at].status = Some(PanelStatus::Loading { since: self.clock.now(), usual });
    }

    fn set_failed(&mut self, at: usize, error: &PanelError) {
        // As the page shows it.
        let shown = told(self.followed.looks_behind, error.clone());
        let panel = &mut self.panels[at];
        panel.failures = panel.failures.saturating_add(1);
        panel.status = Some(PanelStatus::Failed { error: shown.id() });
        let wait = RETRY.saturating_mul(1 << (panel.failures - 1).min(10)).min(LONGEST_RETRY);
        panel.due_at = error.retry.then(|| self.clock.now().after(wait));
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.panels.iter().filter(|panel| !panel.is_loading).filter_map(|p| p.due_at).min()
    }

    fn publish_panels(&mut self) {
        self.publish_at = None;
        let known = self.panels.iter().filter_map(|p| Some((p.id.clone(), p.status.clone()?)));
        self.publish(Snapshot { panels: known.collect(), is_outdated: false });
    }

    /// Publishes a revision, if anything has changed.
    fn publish(&self, snapshot: Snapshot) {
        let now = self.clock.now();
        self.revisions.send_if_modified(|last| match Revision::after(last, snapshot, now) {
            Some(next) => {
                *last = Arc::new(next);
                true
            }
            None => false,
        });
    }
}

/// Both are sorted or short.
fn concerns(watched: &[Tag], invalidated: &[Tag]) -> bool {
    invalidated.iter().any(|tag| watched.binary_search(tag).is_ok())
}

/// Completes at that instant; without one, never.
async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

/// The next event; none any more once the cache is gone.
async fn next(events: &mut Follower) -> Event {
    match events.next().await {
        Some(event) => event,
        None => std::future::pending().await,
    }
}
