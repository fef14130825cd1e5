//! [`Engine`]: lookups of views, invalidation, warming and rollups.

use crate::catalog::Catalog;
use crate::load::{Loader, Sources};
use crate::lookup::Lookup;
use crate::planned_rollup::{self, PlannedRollup, Plans};
use crate::policy::{AdminPolicies, Policies};
use crate::prepared::{PlanCache, Shown};
use crate::requested_views::RequestedViews;
use crate::view::View;
use crate::window::{TooFine, Window};
use crate::{key, key_tags};
use brisk_cache::{Caller, Follower, LoadError, NotRecorded, Places, Request, Trigger};
use brisk_domain::{
    Access, Clock, Dashboard, Panel, PanelId, RequestedView, RollupName, RollupReport, Slug,
    SourceName, Tag, ViewState,
};
use brisk_source::SourceError;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// The one way to get a panel's data.
pub struct Engine {
    catalog: Arc<Catalog>,
    pub(crate) loader: Loader,
    policies: RwLock<Arc<Policies>>,
    pub(crate) prepared: PlanCache,
    pub(crate) requested_views: RequestedViews,
    plans: Plans,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Engine {
    /// An engine over these dashboards and sources.
    pub fn new(catalog: Arc<Catalog>, loader: Loader, clock: Arc<dyn Clock>) -> Self {
        let (policies, prepared) = (RwLock::default(), PlanCache::default());
        let (requested_views, plans) = (RequestedViews::default(), Plans::default());
        Self { catalog, loader, policies, prepared, requested_views, plans, clock }
    }

    /// Sets the cache policies from outside of dashboards.
    #[must_use]
    pub fn with_policies(self, policies: Policies) -> Self {
        Self { policies: RwLock::new(Arc::new(policies)), ..self }
    }

    /// The cache policies that are set outside of dashboards.
    pub fn policies(&self) -> Arc<Policies> {
        Arc::clone(&self.policies.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces administrators' policies. They apply from the next lookup on, also to stored entries;
    /// open pages look up the affected panels again.
    pub fn set_admin_policies(&self, admin: AdminPolicies) {
        let mut policies = self.policies.write().unwrap_or_else(PoisonError::into_inner);
        if policies.admin != admin {
            *policies = Arc::new(Policies { admin, ..Policies::clone(&policies) });
            drop(policies);
            self.catalog.announce();
        }
    }

    /// Replaces the sources, and gives lanes their `places`. Open pages look up again the panels whose
    /// source has changed.
    pub fn replace_sources(&self, sources: Sources, places: &[(Arc<str>, Places)]) {
        for (lane, places) in places {
            self.loader.cache().give_places(lane, *places);
        }
        self.loader.replace_sources(sources);
        self.catalog.announce();
    }

    /// The dashboards.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The loader, for statistics and health.
    pub fn loader(&self) -> &Loader {
        &self.loader
    }

    /// Looks up what is `shown`, in one batch for any number of panels.
    pub async fn lookup(
        &self,
        dashboard: &Arc<Dashboard>,
        shown: &Shown,
        view: &ViewState,
        access: &Access,
        caller: impl Into<Caller>,
    ) -> Result<Lookup, TooFine> {
        let caller = caller.into();
        let trigger = caller.trigger;
        let now = self.now(dashboard, access, &caller).await;
        let window = Window::of(dashboard, view, now.at)?;
        let prepared = self.prepare(dashboard, shown, view, access, window);
        if (shown, trigger) == (&Shown::Dashboard, Trigger::View) {
            self.requested_views.count(&dashboard.slug, view, access);
        }
        let found = self.loader.lookup(&prepared.planned, &prepared.requests, &caller).await;
        let (loader, is_now_previous) = (self.loader.clone(), now.is_previous);
        Ok(Lookup { prepared, found, loader, caller, is_now_previous })
    }

    /// A whole dashboard; missing panels load concurrently.
    pub async fn view(
        &self,
        dashboard: &Arc<Dashboard>,
        view: &ViewState,
        access: &Access,
        caller: impl Into<Caller>,
    ) -> Result<View, TooFine> {
        let lookup = self.lookup(dashboard, &Shown::Dashboard, view, access, caller).await;
        lookup.map(Lookup::into_view)
    }

    /// One panel of a dashboard, with the choices of the dashboard's variables.
    pub async fn panel(
        &self,
        dashboard: &Arc<Dashboard>,
        panel: &Panel,
        view: &ViewState,
        access: &Access,
        caller: impl Into<Caller>,
    ) -> Result<View, TooFine> {
        let shown = Shown::Panel(panel.id.clone());
        self.lookup(dashboard, &shown, view, access, caller).await.map(Lookup::into_view)
    }

    /// Panels of a dashboard without the choices of variables, for callers that do not offer them.
    pub async fn frames(
        &self,
        dashboard: &Arc<Dashboard>,
        panels: &[&Panel],
        view: &ViewState,
        access: &Access,
        caller: impl Into<Caller>,
    ) -> Result<View, TooFine> {
        let shown = Shown::Frames(panels.iter().map(|panel| panel.id.clone()).collect());
        self.lookup(dashboard, &shown, view, access, caller).await.map(Lookup::into_view)
    }

    /// Cache events from now on.
    pub fn follow(&self) -> Follower {
        self.loader.cache().follow()
    }

    /// How long a load for `dashboard` stays fresh at least: the shortest TTL of its panels.
    /// More frequent lookups find nothing new.
    pub fn shortest_ttl(&self, dashboard: &Dashboard) -> Duration {
        let policies = self.policies();
        let ttls = dashboard.panels.iter().map(|panel| {
            let policy = policies.of(dashboard, Some(panel), &panel.source);
            if policy.off { Duration::ZERO } else { policy.ttl }
        });
        ttls.min().unwrap_or_default()
    }

    /// How long a panel's load usually takes, over those this process ran.
    pub fn usual_load(&self, dashboard: &Slug, panel: &PanelId) -> Option<Duration> {
        self.loader.cache().usual_load(&format!("{dashboard}/{panel}"))
    }

    /// Makes everything that depends on `tags` out of date, in every process, once this returns
    /// `Ok`: `table:shop.orders`, `source:shop`, `dashboard:sales`, `panel:sales/revenue`, `all`,
    /// or a custom tag of a dashboard or panel. A table's views are invalidated with it, or all of its
    /// source if that does not name them in time. Returns the invalidated tags.
    pub async fn invalidate(&self, tags: &[Tag]) -> Result<Vec<Tag>, NotRecorded> {
        // In one go, so that no panel shows what was read through a view beside newer rows of its table.
        let resolved = self.invalidated_by(tags).await;
        let names: Vec<_> = resolved.iter().filter_map(key_tags::cache_tag).collect();
        self.loader.cache().invalidate(&names).await?;
        Ok(resolved)
    }

    /// What [`Engine::invalidate`] would invalidate for `tags`.
    pub async fn invalidated_by(&self, tags: &[Tag]) -> Vec<Tag> {
        let mut resolved: Vec<Tag> = tags.iter().flat_map(|tag| self.resolved(tag)).collect();
        resolved.extend(self.loader.tags_of_readers(tags).await);
        resolved.sort();
        resolved.dedup();
        resolved
    }

    /// The tags of entries that `tag` means: a table's other spellings, the panel whose statement it
    /// shares.
    pub fn resolved(&self, tag: &Tag) -> Vec<Tag> {
        key::resolved(tag, |slug| self.catalog.dashboard(slug))
    }

    /// Purges the entries of a view, so that it loads again.
    pub async fn purge(
        &self,
        dashboard: &Arc<Dashboard>,
        view: &ViewState,
        access: &Access,
    ) -> Result<(), TooFine> {
        // The query for the newest row has to run again, too.
        let newest = self.newest(dashboard, access).and_then(Result::ok);
        let newest = newest.map(|(_, request)| request);
        let now = self.now(dashboard, access, &Trigger::View.into()).await;
        let window = Window::of(dashboard, view, now.at)?;
        let prepared = self.prepare(dashboard, &Shown::Dashboard, view, access, window);
        // A panel that reads a rollup would only reload the old rows.
        let rollups = prepared.planned.iter().flat_map(|planned| &planned.rollups);
        let rollups = rollups.map(|rollup| rollup.request.clone());
        let requests: Vec<Request> =
            rollups.chain(prepared.requests.iter().cloned()).chain(newest).collect();
        self.loader.cache().purge(&requests).await;
        Ok(())
    }

    /// How often readers requested which views, to be kept across a restart. Views of users with
    /// attributes are left out: attributes are personal.
    pub fn requested_views(&self) -> Vec<RequestedView> {
        self.requested_views.requested(|slug| self.catalog.dashboard(slug))
    }

    /// Resumes counting from what [`Engine::requested_views`] returned before a restart.
    pub fn recall_requested_views(&self, requested: &[RequestedView]) {
        self.requested_views.recall(requested, |slug| self.catalog.dashboard(slug));
    }

    /// All rollups by name; for those that cannot be refreshed, a sentence that says why.
    pub fn rollups(&self) -> Vec<(RollupName, Result<Arc<PlannedRollup>, String>)> {
        let contents = self.catalog.contents();
        let planned = contents.rollups.values().map(|rollup| {
            let planned = match self.loader.source(&rollup.source) {
                None => Err(format!("source \"{}\" is not declared", rollup.source)),
                Some(source) => self.plans.of(rollup, &source).map_err(|error| error.to_string()),
            };
            (rollup.name.clone(), planned)
        });
        planned.collect()
    }

    /// Refreshes `rollup`, unless it is current: in one process only, however many ask.
    pub async fn refresh(&self, rollup: &Arc<PlannedRollup>) -> Result<RollupReport, LoadError> {
        self.loader.refresher().current(rollup, Caller::background(Trigger::Warm)).await
    }

    /// Rebuilds `rollup` from scratch. Panels show their old data until its tag is invalidated.
    pub async fn rebuild(&self, rollup: &PlannedRollup) -> Result<RollupReport, SourceError> {
        self.loader.refresher().run(rollup, true).await
    }

    /// The rollup that statements on `source` call `brisk.{name}`.
    pub(crate) fn rollup_of(
        &self,
        source: &SourceName,
        name: &str,
    ) -> Result<Arc<PlannedRollup>, String> {
        let contents = self.catalog.contents();
        let rollup = planned_rollup::find(&contents.rollups, source, name)?;
        let declared = self.loader.source(source);
        let declared = declared.ok_or_else(|| format!("source \"{source}\" is not declared"))?;
        self.plans.of(rollup, &declared).map_err(|error| format!("the rollup {name}, {error}"))
    }
}
