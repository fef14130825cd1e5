//! Follows one view for all who have it open: looks again at what is out of date, and says what
//! each panel's edition is. Statements run once, however many pages are open: here, through the
//! cache, and in all processes together.

use super::said::Said;
use super::state::{PanelState, Snapshot};
use crate::build;
use crate::look::{LEAST_PACE, least_pace};
use brisk_cache::{Event, Follower, Tag, Trigger};
use brisk_domain::{
    Access, Clock, Dashboard, Freshness, Pace, PanelData, PanelError, PanelId, Slug, Timestamp,
    ViewState,
};
use brisk_engine::{Engine, PanelState as Opened, Shown, Watch, Window};
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::FuturesUnordered;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// What is followed: who has the same of it shares a channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Followed {
    /// The dashboard.
    pub slug: Slug,
    /// One of its panels, or all.
    pub panel: Option<PanelId>,
    /// What is looked at.
    pub view: ViewState,
    /// How often it is looked at.
    pub pace: Pace,
    /// Who looks.
    pub access: Access,
    /// Which page shows it, where the page says so: see [`build::page_id`]. Pages of other times
    /// and of other programs have channels of their own, which end at once.
    pub page_id: Option<String>,
}

/// Follows one view.
pub(super) struct Channel {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    followed: Followed,
    dashboard: Arc<Dashboard>,
    /// The window that the page shows; when it has moved on, the page is out of date.
    window: Option<Window>,
    panels: Vec<Tracked>,
    loads: FuturesUnordered<BoxFuture<'static, Landed>>,
    /// When what has landed is said, if it was not said yet.
    say_at: Option<Instant>,
    said: watch::Sender<Arc<Said>>,
}

/// What a look showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looked {
    /// The page can go on.
    Fine,
    /// The page would be another one now.
    IsOutdated,
}

type Landed = (usize, Result<Arc<PanelData>, PanelError>);

/// One panel, as it is followed.
struct Tracked {
    id: PanelId,
    state: Option<PanelState>,
    watch: Watch,
    /// It has to be looked at.
    is_due: bool,
    /// A load of it is under way. It is let go on, whatever is invalidated meanwhile: else a panel
    /// whose data change more often than it loads would never show anything.
    is_loading: bool,
    /// When its time is over.
    due_at: Option<Timestamp>,
    failures: u32,
}

/// How soon a panel that failed is tried again, at first; then half as often each time.
const RETRY: Duration = Duration::from_secs(10);
/// And at least so often.
const LAST_RETRY: Duration = Duration::from_secs(300);
/// TTLs are spread by a tenth: the end of the longest.
const SPREAD: f64 = 1.1;
/// What could not be verified is looked at again soon.
const UNVERIFIED: Duration = Duration::from_secs(5);
/// What lands so soon after something else is said together with it, unless nothing else is under
/// way: thousands of pages may hear of it, each by a write of its own.
const TOGETHER: Duration = Duration::from_millis(30);
/// The day may be over: how often it is asked.
const WINDOW: Duration = Duration::from_secs(30);

impl Channel {
    pub(super) fn new(
        engine: Arc<Engine>,
        clock: Arc<dyn Clock>,
        followed: Followed,
        dashboard: Arc<Dashboard>,
        said: watch::Sender<Arc<Said>>,
    ) -> Self {
        let shown = dashboard.panels.iter();
        let shown = shown.filter(|panel| followed.panel.as_ref().is_none_or(|id| *id == panel.id));
        let panels = shown.map(|panel| Tracked {
            id: panel.id.clone(),
            state: None,
            watch: Watch { tags: Vec::new(), keys: Vec::new(), ttl: Duration::MAX },
            is_due: true,
            is_loading: false,
            due_at: None,
            failures: 0,
        });
        let panels = panels.collect();
        let loads = FuturesUnordered::new();
        let (window, say_at) = (None, None);
        Self { engine, clock, followed, dashboard, window, panels, loads, say_at, said }
    }

    /// Follows until the page is out of date.
    pub(super) async fn run(mut self) {
        // Before the first look: what happens during it is heard.
        let mut events = self.engine.follow();
        let mut catalog = self.engine.catalog().follow();
        let mut next_window = self.clock.now().after(WINDOW);
        loop {
            if self.panels.iter().any(|panel| panel.is_due && !panel.is_loading)
                && self.look().await == Looked::IsOutdated
            {
                return self.is_over();
            }
            let due = self.next_due().map_or(next_window, |due| due.min(next_window));
            tokio::select! {
                Some((at, result)) = self.loads.next() => {
                    self.landed(at, &result);
                    if self.loads.is_empty() {
                        self.say_panels();
                    } else {
                        self.say_at.get_or_insert(Instant::now() + TOGETHER);
                    }
                }
                event = next(&mut events) => self.heard(&event),
                Ok(()) = catalog.changed() => {}
                () = at(self.say_at) => self.say_panels(),
                () = self.clock.until(due) => {
                    // A clock that was set back meanwhile, or stands still, keeps nobody waiting.
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
                return self.is_over();
            }
        }
    }

    /// The last that is said: who comes next has another page, and a channel of its own.
    fn is_over(&self) {
        self.say(Snapshot { is_outdated: true, ..Snapshot::default() });
    }

    /// Whether the page would be another one now.
    fn is_outdated(&self) -> bool {
        let known = self.engine.catalog().dashboard(&self.followed.slug);
        let Some(known) = known else { return true };
        if !Arc::ptr_eq(&known, &self.dashboard) && known != self.dashboard {
            return true;
        }
        // Where now is the clock, days end without anybody saying so.
        let now = brisk_domain::Now::Clock == self.dashboard.now;
        let Some(window) = self.window.as_ref().filter(|_| now) else { return false };
        let current = Window::of(&self.dashboard, &self.followed.view, self.clock.now());
        current.is_ok_and(|current| current.bounds != window.bounds)
    }

    /// Looks at what is due: one batch lookup.
    async fn look(&mut self) -> Looked {
        let due: Vec<usize> = (0..self.panels.len())
            .filter(|at| self.panels[*at].is_due && !self.panels[*at].is_loading)
            .collect();
        let ids = due.iter().map(|at| self.panels[*at].id.clone()).collect();
        let (view, access) = (&self.followed.view, &self.followed.access);
        let shown = Shown::Frames(ids);
        let glance = self.engine.glance(&self.dashboard, &shown, view, access, Trigger::Live).await;
        for at in &due {
            self.panels[*at].is_due = false;
        }
        // The page was shown with this view: it is fine.
        let Ok(glance) = glance else { return Looked::Fine };
        match &self.window {
            // Its newest row has moved on to another day: the whole page has.
            Some(known) if known.bounds != glance.window().bounds => return Looked::IsOutdated,
            Some(_) => {}
            None => {
                let own = build::page_id(glance.window());
                if self.followed.page_id.as_ref().is_some_and(|shown| *shown != own) {
                    return Looked::IsOutdated;
                }
                self.window = Some(glance.window().clone());
            }
        }
        for (at, watch) in due.iter().zip(glance.watches()) {
            self.panels[*at].watch = watch;
        }
        for (at, opened) in due.into_iter().zip(glance.open().panels) {
            match opened {
                Opened::Ready(data) => self.shows(at, &data, data.freshness),
                Opened::Failed(error) => self.fails(at, &error),
                Opened::Pending { previous, load } => {
                    match previous {
                        Some(data) => self.shows(at, &data, data.freshness.max(Freshness::Stale)),
                        None => self.waits(at),
                    }
                    self.panels[at].is_loading = true;
                    self.loads.push(load.map(move |result| (at, result)).boxed());
                }
            }
        }
        self.say_panels();
        Looked::Fine
    }

    fn landed(&mut self, at: usize, result: &Result<Arc<PanelData>, PanelError>) {
        self.panels[at].is_loading = false;
        match result {
            // It is due again already: something was invalidated while it was loading.
            Ok(data) if self.panels[at].is_due => self.shows(at, data, Freshness::Previous),
            Ok(data) => self.shows(at, data, data.freshness),
            Err(error) => self.fails(at, error),
        }
    }

    fn heard(&mut self, event: &Event) {
        for panel in &mut self.panels {
            panel.is_due |= match event {
                Event::Invalidated(tags) => concerns(&panel.watch.tags, tags),
                Event::Forgotten(keys) => panel.watch.keys.iter().any(|key| keys.contains(key)),
                Event::Missed => true,
            };
        }
    }

    fn shows(&mut self, at: usize, data: &PanelData, freshness: Freshness) {
        let pace = self.followed.pace.at_least(least_pace(&self.engine, &self.dashboard));
        let panel = &mut self.panels[at];
        panel.failures = 0;
        let (edition, as_of) = (data.edition.clone(), data.as_of);
        panel.state = Some(PanelState::Shown { edition, as_of, freshness });
        let ttl = panel.watch.ttl;
        let wait = match (freshness, pace) {
            // It is being replaced.
            (Freshness::Stale | Freshness::Previous, _) => None,
            (Freshness::Unverified, _) => Some(UNVERIFIED),
            (Freshness::Fresh, pace) => {
                let age = self.clock.now().since(as_of);
                // An hour is no promise for ever: what has no end is asked again once a day.
                let whole = ttl.min(Duration::from_secs(86_400)).mul_f64(SPREAD);
                // The policy may say less, or nothing: an open page asks no more often than this.
                let least = Duration::from_secs(LEAST_PACE.into());
                let until_over = whole.saturating_sub(age).max(least);
                Some(match pace {
                    Pace::Live | Pace::ByHand => until_over,
                    Pace::Every(seconds) => {
                        let every = Duration::from_secs(seconds.into());
                        // What a look finds still good may end just after it: the next one does
                        // not wait for another whole turn then.
                        if age * 2 > every { until_over.min(every) } else { every }
                    }
                })
            }
        };
        panel.due_at = wait.map(|wait| self.clock.now().after(wait));
    }

    fn waits(&mut self, at: usize) {
        let usual = self.engine.usual_load(&self.followed.slug, &self.panels[at].id);
        self.panels[at].state = Some(PanelState::Loading { since: self.clock.now(), usual });
    }

    fn fails(&mut self, at: usize, error: &PanelError) {
        let panel = &mut self.panels[at];
        panel.failures = panel.failures.saturating_add(1);
        panel.state = Some(PanelState::Failed { error: error.id() });
        let wait = RETRY.saturating_mul(1 << (panel.failures - 1).min(10)).min(LAST_RETRY);
        panel.due_at = error.retry.then(|| self.clock.now().after(wait));
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.panels.iter().filter(|panel| !panel.is_loading).filter_map(|p| p.due_at).min()
    }

    fn say_panels(&mut self) {
        self.say_at = None;
        let known = self.panels.iter().filter_map(|p| Some((p.id.clone(), p.state.clone()?)));
        self.say(Snapshot { panels: known.collect(), is_outdated: false });
    }

    /// Tells all who follow, where something is new.
    fn say(&self, snapshot: Snapshot) {
        let now = self.clock.now();
        self.said.send_if_modified(|said| match Said::after(said, snapshot, now) {
            Some(next) => {
                *said = Arc::new(next);
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

/// Ends at that instant, if there is one.
async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

/// The next event; never again when the cache is gone.
async fn next(events: &mut Follower) -> Event {
    match events.next().await {
        Some(event) => event,
        None => std::future::pending().await,
    }
}
