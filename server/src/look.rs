//! [`Look`]: a view that was looked up, before anything of it is drawn. What identifies a page
//! that was drawn before is known here; only what is new goes on to a page.

use crate::build;
use crate::etag::ETag;
use brisk_app::Theme;
use brisk_app::fragments::Fragments;
use brisk_app::service::{ChoicesSlot, DashboardPage, Outcome, PanelSlot, Wait};
use brisk_domain::view::query_string;
use brisk_domain::{
    Clock, Dashboard, Freshness, Pace, Panel, PanelEntries, PanelError, PanelId, Presentation,
    Timestamp, ViewState,
};
use brisk_engine::catalog::Contents;
use brisk_engine::{ChoicesState, Engine, Glance, PanelState};
use futures::FutureExt;
use futures::future::{Either, select};
use std::sync::Arc;
use std::time::Duration;

/// How long a page that streams waits for panels; what is later comes over the live channel, so
/// that no slow query delays what a browser does when a page has ended.
pub const PATIENCE: Duration = Duration::from_millis(1_500);
/// How long a load goes on for a page that did not wait for its end: until its live channel is
/// there, or it asks again.
const GRACE: Duration = Duration::from_secs(10);

/// A view that was looked up.
pub struct Look {
    pub(crate) engine: Arc<Engine>,
    pub(crate) contents: Arc<Contents>,
    pub(crate) dashboard: Arc<Dashboard>,
    pub(crate) view: ViewState,
    pub(crate) presentation: Presentation,
    /// What the cache has of the panel, where that was asked for.
    pub(crate) entries: Option<Result<PanelEntries, PanelError>>,
    pub(crate) pace: Pace,
    pub(crate) glance: Glance,
    pub(crate) now: Timestamp,
    pub(crate) is_one_panel: bool,
    pub(crate) fragments: Fragments,
}

/// What the reader sees of a view besides its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appearance {
    /// The colours.
    pub theme: Theme,
    /// Whether only the panels are shown.
    pub full: bool,
}

impl Look {
    /// What identifies the page, where everything is there and current: equal tags, equal pages.
    /// `build` tells apart what draws the same in another way.
    pub fn tag(&self, appearance: Appearance, build: &str) -> Option<ETag> {
        // What the cache has of a panel changes with each look.
        if self.glance.freshness() != Freshness::Fresh || self.entries.is_some() {
            return None;
        }
        let edition = self.glance.edition()?;
        let window = self.glance.window();
        // Calendars mark today.
        let today = window.offsets.local(self.now).date();
        let panel = self.glance.panels().next().filter(|_| self.is_one_panel);
        let parts = [
            build.to_owned(),
            self.contents.fingerprint.to_string(),
            self.dashboard.slug.to_string(),
            panel.map(|panel| panel.id.to_string()).unwrap_or_default(),
            self.view.query_string(&self.dashboard),
            query_string(&self.presentation.to_pairs()),
            format!("{:?} {:?} {:?}", self.pace, window.bounds, window.interval),
            format!("{today} {appearance:?} {}", least_pace(&self.engine, &self.dashboard)),
            edition.0.into(),
        ];
        Some(ETag::of(parts))
    }

    /// The page. Panels that are not there are waited for as long as `patience` allows, from now
    /// on and together; without any, the page says that they come.
    pub fn into_page(self, patience: Duration) -> DashboardPage {
        let (engine, dashboard) = (self.engine, self.dashboard);
        let panels: Vec<Panel> = self.glance.panels().cloned().collect();
        let opened = self.glance.open();
        let clock = engine.loader().cache().clock();
        let limit = Limit { clock, patience, until: clock.now().after(patience) };
        let slots = opened.panels.into_iter().zip(&panels).map(|(state, panel)| {
            let usual = || engine.usual_load(&dashboard.slug, &panel.id);
            limit.slot(state, usual)
        });
        let slots: Vec<PanelSlot> = slots.collect();
        let siblings = self.contents.dashboards.values().map(|d| (d.slug.clone(), d.title.clone()));
        // Nothing brings choices later on.
        let limit = Limit { until: clock.now().after(PATIENCE), ..limit };
        let choices = opened.options.into_iter().map(|(name, state)| (name, limit.choices(state)));
        let window = opened.window;
        let links = panels.iter().filter_map(|panel| panel.link.as_ref());
        let known = &self.contents.dashboards;
        let targets = links.filter_map(|link| known.get(&link.dashboard).cloned());
        DashboardPage {
            id: build::page_id(&window),
            targets: targets.collect(),
            view: self.view,
            presentation: self.presentation,
            entries: self.entries,
            bounds: window.bounds,
            interval: window.interval,
            offsets: window.offsets.within(window.bounds.from, window.bounds.to),
            now: self.now,
            panels: panels.into_iter().zip(slots).collect(),
            is_one_panel: self.is_one_panel,
            choices: choices.collect(),
            outdated: self.contents.outdated.contains(&dashboard.slug),
            siblings: siblings.collect(),
            pace: self.pace,
            least_pace: least_pace(&engine, &dashboard),
            fragments: self.fragments,
            fingerprint: Arc::from(&*self.contents.fingerprint),
            dashboard,
        }
    }
}

/// The shortest pace at which an open page of `dashboard` looks again, in seconds.
pub fn least_pace(engine: &Engine, dashboard: &Dashboard) -> u32 {
    let shortest = engine.shortest_ttl(dashboard).as_secs();
    u32::try_from(shortest).unwrap_or(u32::MAX).max(LEAST_PACE)
}

/// No open page looks again more often than so many seconds, unless something was invalidated.
pub const LEAST_PACE: u32 = 5;

/// Until when a page waits.
#[derive(Clone, Copy)]
struct Limit<'a> {
    clock: &'a Arc<dyn Clock>,
    patience: Duration,
    until: Timestamp,
}

impl Limit<'_> {
    fn slot(self, state: PanelState, usual: impl Fn() -> Option<Duration>) -> PanelSlot {
        let (previous, load) = match state {
            PanelState::Ready(data) => return PanelSlot::Ready(data),
            PanelState::Failed(error) => return PanelSlot::Failed(error),
            PanelState::Pending { previous, load } => (previous, load),
        };
        let wait = Wait { elapsed: self.patience, usual: usual() };
        let (clock, until) = (Arc::clone(self.clock), self.until);
        let outcome = async move {
            let late = clock.until(until);
            // What is there in time wins.
            match select(load.clone(), late).await {
                Either::Left((Ok(data), _)) => Outcome::Ready(data),
                Either::Left((Err(error), _)) => Outcome::Failed(error),
                Either::Right(_) => {
                    go_on(Arc::clone(&clock), load);
                    Outcome::Late(wait)
                }
            }
        };
        PanelSlot::Pending { previous, outcome: outcome.boxed().shared() }
    }

    fn choices(self, state: ChoicesState) -> ChoicesSlot {
        let load = match state {
            ChoicesState::Ready(choices) => return ChoicesSlot::Ready(choices),
            ChoicesState::Failed(error) => return ChoicesSlot::Failed(error),
            ChoicesState::Pending(load) => load,
        };
        let (clock, until) = (Arc::clone(self.clock), self.until);
        let outcome = async move {
            let late = clock.until(until);
            match select(load.clone(), late).await {
                Either::Left((outcome, _)) => outcome,
                Either::Right(_) => {
                    go_on(Arc::clone(&clock), load);
                    Err(still_loading())
                }
            }
        };
        ChoicesSlot::Pending(outcome.boxed().shared())
    }
}

/// Lets a load that nobody waits for go on for a while.
fn go_on(clock: Arc<dyn Clock>, load: impl Future<Output: Send> + Send + Unpin + 'static) {
    tokio::spawn(async move {
        let end = clock.now().after(GRACE);
        select(load, clock.until(end)).await;
    });
}

fn still_loading() -> PanelError {
    PanelError {
        message: "The choices are still loading. Open the page again in a moment.".into(),
        retry: true,
        kind: brisk_domain::FailureKind::Timeout,
    }
}

/// The panels of these names that the dashboard has, each once, in its order.
pub fn panels_named(dashboard: &Dashboard, names: &[String]) -> Vec<PanelId> {
    let named = |panel: &&Panel| names.iter().any(|name| name == panel.id.as_str());
    dashboard.panels.iter().filter(named).map(|panel| panel.id.clone()).collect()
}
