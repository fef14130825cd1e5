//! [`EngineService`]: what pages, server functions, and the API get from the engine.

use super::frames_request::FramesRequest;
use super::requested::{Wanted, bad, no_dashboard, view_of};
use crate::account_limits::Accounts;
use crate::admission::{Admission, TooMany};
use crate::answers::Answers;
use crate::auth::viewer::Viewer;
use crate::config::{AccountLimits, ClientLimits};
use crate::drawing::DrawingPool;
use crate::http::client;
use crate::pages::page_request::PageRequest;
use crate::shared_cache;
use brisk_app::fragments::Fragments;
use brisk_app::service::{Exceeded, PageError};
use brisk_cache::{Caller, Client, Fingerprint, Records};
use brisk_domain::{Clock, Dashboard, Pace, Presentation, Slug, Timestamp, ViewState, ZoneName};
use brisk_engine::{Engine, Lookup, Shown};
use std::sync::Arc;
use std::time::Duration;

/// The engine as pages and programs see it.
pub struct EngineService {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    fragments: Fragments,
    admission: Admission,
    accounts: Accounts,
    drawing: Arc<DrawingPool>,
    answers: Answers,
    zoned: moka::sync::Cache<(usize, ZoneName), Zoned>,
}

/// A dashboard in another zone, and the original: while that is kept here, nothing else can have its
/// address in memory.
type Zoned = (Arc<Dashboard>, Arc<Dashboard>);
/// Dashboards in other zones that are kept.
const ZONED: u64 = 256;

/// Bytes of drawn panels that are kept.
const FRAGMENTS: u64 = 32 << 20;
/// A server function waits for its statement, which has a time limit of its own.
pub(super) const UNLIMITED: Duration = Duration::from_secs(3_600);

impl EngineService {
    /// A service over `engine`.
    pub fn new(engine: impl Into<Arc<Engine>>, clock: Arc<dyn Clock>) -> Self {
        let fragments = Fragments::of_bytes(FRAGMENTS);
        let admission = Admission::new(ClientLimits::default());
        let zoned = moka::sync::Cache::new(ZONED);
        let (engine, drawing) = (engine.into(), DrawingPool::new());
        engine.loader().assembling().set(drawing.assembly());
        let answers = Answers::default();
        let accounts = Accounts::default();
        Self { engine, clock, fragments, admission, accounts, drawing, answers, zoned }
    }

    /// The same, with these limits for one client.
    #[must_use]
    pub fn with_limits(self, limits: ClientLimits) -> Self {
        Self { admission: Admission::new(limits), ..self }
    }

    /// The same, with these limits for one account.
    #[must_use]
    pub fn with_account_limits(self, limits: AccountLimits) -> Self {
        self.with_shared_account_limits(limits, None)
    }

    /// The same, where the replicas that share `shared` count together.
    #[must_use]
    pub fn with_shared_account_limits(
        self,
        limits: AccountLimits,
        shared: Option<Arc<Records>>,
    ) -> Self {
        let accounts = Accounts::new(limits, shared);
        let admission = self.admission.with_accounts(limits, accounts.views().clone());
        Self { admission, accounts, ..self }
    }

    /// The limits of accounts.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Where pages are drawn.
    pub fn drawing(&self) -> &Arc<DrawingPool> {
        &self.drawing
    }

    /// The long answers of the API.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The limits of clients.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    /// The engine.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// The clock that pages are made by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Looks up what a page shows of a dashboard, for the view that `parameters` describe.
    pub async fn page(
        &self,
        slug: &str,
        shown: impl FnOnce(&Dashboard) -> Result<Shown, PageError>,
        parameters: &[(String, String)],
        caller: Caller,
        viewer: &Viewer,
    ) -> Result<PageRequest, PageError> {
        // All of it from the same reading of the files.
        let contents = self.engine.catalog().contents();
        let known = Slug::parse(slug).ok().and_then(|slug| contents.dashboards.get(&slug).cloned());
        let known = known.filter(|dashboard| viewer.sees(dashboard));
        let dashboard = known.ok_or_else(|| no_dashboard(slug))?;
        let view = view_of(&dashboard, parameters)?;
        let shown = shown(&dashboard)?;
        let drawing = self.drawing.of(client_of(&caller));
        let lookup = self.admitted(&dashboard, &shown, &view, caller, viewer).await?;
        let mut presentation = Presentation::from_pairs(&dashboard, parameters);
        presentation.retain_columns(|panel, column| lookup.has_column(panel, column));
        presentation.cache &= viewer.looks_behind(&dashboard);
        let entries = match lookup.panels().next() {
            Some(panel) if presentation.cache && matches!(shown, Shown::Panel(_)) => {
                let entries = self.engine.inspect(&dashboard, panel, &view, viewer.access()).await;
                Some(entries.map_err(|error| bad(&dashboard, &error))?)
            }
            _ => None,
        };
        let assumptions = match shown {
            Shown::Panel(_) => lookup.assumptions().await,
            Shown::Dashboard | Shown::Panels(_) | Shown::Frames(_) => Vec::new(),
        };
        Ok(PageRequest {
            engine: Arc::clone(&self.engine),
            viewer: viewer.clone(),
            contents,
            dashboard,
            view,
            presentation,
            entries,
            assumptions,
            pace: Pace::from_pairs(parameters),
            lookup,
            now: self.now(),
            is_one_panel: matches!(shown, Shown::Panel(_)),
            fragments: self.fragments.clone().drawn_on(drawing),
        })
    }

    /// Looks up what is `shown` of a view, if its client may ask for what has to be loaded.
    async fn admitted(
        &self,
        dashboard: &Arc<Dashboard>,
        shown: &Shown,
        view: &ViewState,
        caller: Caller,
        viewer: &Viewer,
    ) -> Result<Lookup, PageError> {
        let client = client_of(&caller);
        let name = view_name(dashboard, view);
        let too_many = |error| too_many(&client, error);
        self.admission.before_lookup(&client, name).map_err(too_many)?;
        let lookup = self.engine.lookup(dashboard, shown, view, viewer.access(), caller).await;
        let lookup = lookup.map_err(|error| bad(dashboard, &error))?;
        let (cache, missing) = (self.engine.loader().cache(), lookup.missing());
        if !missing.is_empty() {
            self.admission.know(&client).await;
        }
        let admitted = self.admission.admit(&client, name, &missing, cache);
        admitted.map_err(too_many)?;
        Ok(lookup)
    }

    /// Admits a page that begins to follow a view that nobody follows.
    pub fn admit_follower(
        &self,
        client: &Client,
        dashboard: &Dashboard,
        view: &ViewState,
    ) -> Result<(), PageError> {
        let taken = self.admission.take(client, view_name(dashboard, view));
        taken.map_err(|error| too_many(client, error))
    }

    /// The dashboard of that name, and the view of it that `parameters` describe.
    pub fn view_of(
        &self,
        slug: &str,
        parameters: &[(String, String)],
        viewer: &Viewer,
    ) -> Result<(Arc<Dashboard>, ViewState), PageError> {
        let dashboard = self.dashboard(slug, viewer)?;
        let view = view_of(&dashboard, parameters)?;
        Ok((dashboard, view))
    }

    /// Purges the entries of a view, so that its next reader loads it again.
    pub async fn refresh(
        &self,
        slug: &str,
        parameters: &[(String, String)],
        client: &Client,
        viewer: &Viewer,
    ) -> Result<(), PageError> {
        let dashboard = self.dashboard(slug, viewer)?;
        let view = view_of(&dashboard, parameters)?;
        self.accounts.refresh(viewer).await?;
        self.admission.take_again(client).map_err(|error| too_many(client, error))?;
        let purged = self.engine.purge(&dashboard, &view, viewer.access()).await;
        purged.map_err(|error| bad(&dashboard, &error))
    }

    /// Looks up what is `wanted` of a dashboard in one batch. With `zone`, days and hours are those of its
    /// wall clock.
    pub async fn frames(
        &self,
        slug: &str,
        wanted: Wanted<'_>,
        zone: Option<&ZoneName>,
        parameters: &[(String, String)],
        caller: Caller,
        viewer: &Viewer,
    ) -> Result<FramesRequest, PageError> {
        // All of it from the same reading of the files.
        let contents = self.engine.catalog().contents();
        let known = Slug::parse(slug).ok().and_then(|slug| contents.dashboards.get(&slug).cloned());
        let known = known.filter(|dashboard| viewer.sees(dashboard));
        let mut dashboard = known.ok_or_else(|| no_dashboard(slug))?;
        if let Some(zone) = zone {
            dashboard = self.in_zone(dashboard, zone);
        }
        let view = view_of(&dashboard, parameters)?;
        let panels = wanted.panels(&dashboard)?;
        let shown = wanted.shown(panels.clone());
        let drawing = self.drawing.of(client_of(&caller));
        let lookup = self.admitted(&dashboard, &shown, &view, caller, viewer).await?;
        Ok(FramesRequest { contents, dashboard, view, panels, lookup, drawing })
    }

    /// A dashboard, and whether its file is broken and this is its last good version.
    pub fn definition(
        &self,
        slug: &str,
        viewer: &Viewer,
    ) -> Result<(Arc<Dashboard>, bool), PageError> {
        let dashboard = self.dashboard(slug, viewer)?;
        let outdated = self.engine.catalog().contents().outdated.contains(&dashboard.slug);
        Ok((dashboard, outdated))
    }

    /// The dashboards that `viewer` may see, by name.
    pub fn dashboards(&self, viewer: &Viewer) -> Vec<Arc<Dashboard>> {
        let contents = self.engine.catalog().contents();
        contents.dashboards.values().filter(|dashboard| viewer.sees(dashboard)).cloned().collect()
    }

    /// The current instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What is degraded while pages are still served. It pings Redis: a server without readers would not
    /// notice otherwise.
    pub async fn degraded(&self) -> Option<String> {
        let cache = self.engine.loader().cache();
        let is_reachable = shared_cache::is_reachable(cache).await;
        let health = cache.health();
        match (health.trouble, health.write_trouble) {
            (Some((since, why)), _) => {
                let seconds = since.as_secs();
                Some(format!(
                    "the shared cache, for {seconds} s: {why}; memory goes on, unverified"
                ))
            }
            (None, _) if !is_reachable => Some("the shared cache did not answer just now".into()),
            (None, Some((since, why))) => {
                let seconds = since.as_secs();
                Some(format!(
                    "the shared cache accepts no writes, for {seconds} s: {why}; what it has is \
                     served, invalidations are refused"
                ))
            }
            (None, None) => None,
        }
    }

    /// Whether the dashboards could be read.
    pub fn is_ready(&self) -> bool {
        !self.engine.catalog().contents().dashboards.is_empty()
    }

    /// Whether they are still being read for the first time.
    pub fn is_reading(&self) -> bool {
        !self.engine.catalog().is_read()
    }

    /// The dashboard of that name, if there is one that `viewer` may see: others are not revealed.
    pub(super) fn dashboard(
        &self,
        slug: &str,
        viewer: &Viewer,
    ) -> Result<Arc<Dashboard>, PageError> {
        let known = Slug::parse(slug).ok().and_then(|s| self.engine.catalog().dashboard(&s));
        let known = known.filter(|dashboard| viewer.sees(dashboard));
        known.ok_or_else(|| no_dashboard(slug))
    }

    /// `dashboard` on the wall clock of `zone`. It is the same one each time, so that its plans are
    /// found again.
    fn in_zone(&self, dashboard: Arc<Dashboard>, zone: &ZoneName) -> Arc<Dashboard> {
        if *zone == dashboard.zone {
            return dashboard;
        }
        let key = (Arc::as_ptr(&dashboard) as usize, zone.clone());
        let zoned = self.zoned.get_with(key, || {
            let written_in = Some(dashboard.zone.clone());
            let zoned = Dashboard { zone: zone.clone(), written_in, ..(*dashboard).clone() };
            (Arc::new(zoned), Arc::clone(&dashboard))
        });
        zoned.0
    }
}

/// Identifies a view among those of one client.
fn view_name(dashboard: &Dashboard, view: &ViewState) -> Fingerprint {
    let query = view.query_string(dashboard);
    Fingerprint::of([dashboard.slug.as_str(), dashboard.zone.as_str(), &query])
}

/// The client of a caller that is one.
pub(crate) fn client_of(caller: &Caller) -> Client {
    caller.clients.first().cloned().unwrap_or_else(Client::local)
}

fn too_many(client: &Client, TooMany { retry_after }: TooMany) -> PageError {
    let what = match client::is_an_account(client) {
        true => Exceeded::AccountViews,
        false => Exceeded::Views,
    };
    PageError::TooMany { what, retry_after }
}
