//! [`PageRequest`]: the view that a page shows, looked up in the cache but not rendered. Its tag
//! finds a page that was rendered before; only what is new is rendered.

use super::build_id;
use crate::auth::told::told;
use crate::auth::viewer::Viewer;
use crate::http::etag::ETag;
use brisk_app::Look;
use brisk_app::fragments::Fragments;
use brisk_app::service::{
    ChoicesSlot, DashboardPage, HiddenSeries, Outcome, PageError, PanelSlot, Wait,
};
use brisk_cache::Fingerprint;
use brisk_domain::view::query_string;
use brisk_domain::{
    Clock, Dashboard, Freshness, Pace, Panel, PanelEntries, PanelError, Presentation, Timestamp,
    ViewState,
};
use brisk_engine::catalog::Contents;
use brisk_engine::{ChoicesState, Engine, Lookup, PAGE_WAIT, PanelState};
use futures::FutureExt;
use futures::future::{Either, join_all, select};
use std::sync::Arc;
use std::time::Duration;

/// How long a load goes on for a page that did not wait for it: until its live channel is open, or it is
/// requested again.
const GRACE: Duration = Duration::from_secs(10);

/// How long a page that has to be whole waits: proxies usually give up on an answer after a minute.
const WHOLE_WAIT: Duration = Duration::from_secs(55);

/// A view that was looked up for a page.
pub struct PageRequest {
    pub(crate) engine: Arc<Engine>,
    pub(crate) viewer: Viewer,
    pub(crate) contents: Arc<Contents>,
    pub(crate) dashboard: Arc<Dashboard>,
    pub(crate) view: ViewState,
    pub(crate) presentation: Presentation,
    /// The cache entries behind the panel, if the reader asked for them.
    pub(crate) entries: Option<Result<PanelEntries, PanelError>>,
    /// What is assumed of columns without a time zone, on a panel's own page.
    pub(crate) assumptions: Vec<String>,
    pub(crate) pace: Pace,
    pub(crate) lookup: Lookup,
    pub(crate) now: Timestamp,
    pub(crate) is_one_panel: bool,
    pub(crate) fragments: Fragments,
}

impl PageRequest {
    /// Identifies the page if all of it is ready and current: equal tags, equal pages. `build` is
    /// [`build_id::of`] what renders it.
    pub fn tag(&self, look: Look, build: &str) -> Option<ETag> {
        // The entries behind a panel change with each request.
        if self.lookup.freshness() != Freshness::Fresh || self.entries.is_some() {
            return None;
        }
        let edition = self.lookup.edition()?;
        let window = self.lookup.window();
        // Calendars mark today.
        let today = window.offsets.local(self.now).date();
        let panel = self.lookup.panels().next().filter(|_| self.is_one_panel);
        let parts = [
            build.to_owned(),
            self.contents.fingerprint.to_string(),
            self.dashboard.slug.to_string(),
            panel.map(|panel| panel.id.to_string()).unwrap_or_default(),
            self.view.query_string(&self.dashboard),
            query_string(&self.presentation.to_pairs()),
            format!("{:?} {:?} {:?}", self.pace, window.bounds, window.interval),
            format!("{today} {look:?} {}", least_pace(&self.engine, &self.dashboard)),
            edition.0.into(),
            self.assumptions.concat(),
            self.viewer.class(&self.contents).to_string(),
        ];
        Some(ETag::of(parts))
    }

    /// The page with all its panels and choices, so that nothing has to come after it.
    pub async fn into_whole_page(self) -> Result<DashboardPage, PageError> {
        let mut page = self.into_page(WHOLE_WAIT).await?.with_choices().await;
        let whole = page.panels.into_iter().map(|(panel, slot)| async move {
            let previous = slot.previous();
            let slot = match (slot.outcome().await, previous) {
                (Outcome::Ready(data), _) | (Outcome::Late(_), Some(data)) => {
                    PanelSlot::Ready(data)
                }
                (Outcome::Failed(error), _) => PanelSlot::Failed(error),
                (Outcome::Late(_), None) => PanelSlot::Failed(not_in_time("This panel is")),
            };
            (panel, slot)
        });
        page.panels = join_all(whole).await;
        Ok(page)
    }

    /// The page. Panels that are not ready are awaited together, for `wait` from now on; without a wait,
    /// the page shows them as loading. What is ready is put together on the threads that draw pages.
    pub async fn into_page(self, wait: Duration) -> Result<DashboardPage, PageError> {
        let (engine, dashboard, viewer) = (self.engine, self.dashboard, self.viewer);
        let looks_behind = viewer.looks_behind(&dashboard);
        let panels: Vec<Panel> = self.lookup.panels().cloned().collect();
        let (lookup, drawing) = (self.lookup, self.fragments.drawing().clone());
        let opened = drawing.run(move || lookup.into_view()).await.ok_or(PageError::Busy)?;
        let clock = engine.loader().cache().clock();
        let deadline = Deadline { clock, wait, at: clock.now().after(wait), looks_behind };
        let slots = opened.panels.into_iter().zip(&panels).map(|(state, panel)| {
            let usual = || engine.usual_load(&dashboard.slug, &panel.id);
            deadline.slot(state, usual)
        });
        let slots: Vec<PanelSlot> = slots.collect();
        let all = self.contents.dashboards.values();
        let siblings = all.filter(|sibling| viewer.sees(sibling));
        let siblings = siblings.map(|d| (d.slug.clone(), d.title.clone())).collect();
        // Choices do not arrive later.
        let deadline = Deadline { at: clock.now().after(PAGE_WAIT), ..deadline };
        let choices =
            opened.options.into_iter().map(|(name, state)| (name, deadline.choices(state)));
        let window = opened.window;
        let links = panels.iter().filter_map(|panel| panel.link.as_ref());
        let known = &self.contents.dashboards;
        let targets = links.filter_map(|link| known.get(&link.dashboard).cloned());
        let targets = targets.filter(|target| viewer.sees(target));
        // Drawings have links to other dashboards: they are for viewers who may see the same ones.
        let drawn_for =
            [self.contents.fingerprint.to_string(), viewer.class(&self.contents).to_string()];
        Ok(DashboardPage {
            id: build_id::page_id(&window),
            targets: targets.collect(),
            view: self.view,
            presentation: self.presentation,
            entries: self.entries,
            assumptions: self.assumptions,
            bounds: window.bounds,
            interval: window.interval,
            offsets: window.offsets.within_and_at(window.bounds.from, window.bounds.to, self.now),
            all_offsets: window.offsets,
            now: self.now,
            panels: panels.into_iter().zip(slots).collect(),
            is_one_panel: self.is_one_panel,
            hidden: HiddenSeries::default(),
            choices: choices.collect(),
            outdated: self.contents.outdated.contains(&dashboard.slug),
            siblings,
            pace: self.pace,
            least_pace: least_pace(&engine, &dashboard),
            fragments: self.fragments,
            fingerprint: Fingerprint::of(drawn_for).to_string().into(),
            looks_behind,
            dashboard,
        })
    }
}

/// The shortest pace at which an open page of `dashboard` is refreshed, in seconds.
pub fn least_pace(engine: &Engine, dashboard: &Dashboard) -> u32 {
    let shortest = engine.shortest_ttl(dashboard).as_secs();
    u32::try_from(shortest).unwrap_or(u32::MAX).max(LEAST_PACE)
}

/// The least seconds between two refreshes of an open page, unless something was invalidated.
pub const LEAST_PACE: u32 = 5;

/// The time until which a page waits.
#[derive(Clone, Copy)]
struct Deadline<'a> {
    clock: &'a Arc<dyn Clock>,
    wait: Duration,
    at: Timestamp,
    looks_behind: bool,
}

impl Deadline<'_> {
    fn slot(self, state: PanelState, usual: impl Fn() -> Option<Duration>) -> PanelSlot {
        let (previous, load) = match state {
            PanelState::Ready(data) => return PanelSlot::Ready(data),
            PanelState::Failed(error) => return PanelSlot::Failed(told(self.looks_behind, error)),
            PanelState::Pending { previous, load } => (previous, load),
        };
        let wait = Wait { elapsed: self.wait, usual: usual() };
        let (clock, at, looks_behind) = (Arc::clone(self.clock), self.at, self.looks_behind);
        let outcome = async move {
            let late = clock.until(at);
            // What is there in time wins.
            match select(load.clone(), late).await {
                Either::Left((Ok(data), _)) => Outcome::Ready(data),
                Either::Left((Err(error), _)) => Outcome::Failed(told(looks_behind, error)),
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
            ChoicesState::Failed(error) => {
                return ChoicesSlot::Failed(told(self.looks_behind, error));
            }
            ChoicesState::Pending(load) => load,
        };
        let (clock, at, looks_behind) = (Arc::clone(self.clock), self.at, self.looks_behind);
        let outcome = async move {
            let late = clock.until(at);
            match select(load.clone(), late).await {
                Either::Left((outcome, _)) => outcome.map_err(|error| told(looks_behind, error)),
                Either::Right(_) => {
                    go_on(Arc::clone(&clock), load);
                    Err(not_in_time("The choices are"))
                }
            }
        };
        ChoicesSlot::Pending(outcome.boxed().shared())
    }
}

/// Lets a load that is not awaited any more go on for a while.
fn go_on(clock: Arc<dyn Clock>, load: impl Future<Output: Send> + Send + Unpin + 'static) {
    tokio::spawn(async move {
        let end = clock.now().after(GRACE);
        select(load, clock.until(end)).await;
    });
}

/// What is not there in time, and does not come later on.
fn not_in_time(what: &str) -> PanelError {
    PanelError {
        message: format!("{what} still loading. Open the page again in a moment."),
        retry: true,
        kind: brisk_domain::FailureKind::Timeout,
    }
}
