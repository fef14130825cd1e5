//! [`AppState`]: what handlers need. It is one pointer, since it is cloned several times a request.

use crate::administration::app_sources::AppSources;
use crate::auth::state::Auth;
use crate::cache_history::CacheHistory;
use crate::connections::registry::Registry;
use crate::hooks::Hooks;
use crate::http::client::TrustedProxies;
use crate::http::own_names::OwnNames;
use crate::live::hub::{self, Hub};
use crate::noticing::Noticing;
use crate::pages::page_cache::PageCache;
use crate::pages::rebuilds::Rebuilds;
use crate::service::EngineService;
use brisk_app::Assets;
use brisk_graphql::Endpoint;
use brisk_store::Store;
use std::ops::Deref;
use std::sync::Arc;

/// What handlers need: see [`Parts`].
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// What an [`AppState`] points to.
#[derive(Clone)]
pub struct Parts {
    /// The data.
    pub service: Arc<EngineService>,
    /// Where the built frontend is.
    pub assets: Arc<Assets>,
    /// Pages that were rendered lately.
    pub pages: Arc<PageCache>,
    /// What open pages follow.
    pub hub: Hub,
    /// The proxies that say whom they ask for.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// Brisk's own records, where there are any.
    pub store: Option<Store>,
    /// The rollups that an administrator asked to rebuild.
    pub rebuilds: Arc<Rebuilds>,
    /// The names that the server answers to.
    pub own_names: Arc<OwnNames>,
    /// The webhooks, where there are routes to them.
    pub hooks: Option<Arc<Hooks>>,
    /// What notices changes without a webhook, where anything does.
    pub noticing: Option<Arc<Noticing>>,
    /// The cache's figures of the last 24 hours.
    pub cache_history: Arc<CacheHistory>,
    /// The open connections.
    pub connections: Registry,
    /// Who asks.
    pub auth: Auth,
    /// The schema in GraphQL.
    pub graphql: Arc<Endpoint>,
    /// The databases that were added in the app, where there is a store to keep them in.
    pub app_sources: Option<Arc<AppSources>>,
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl AppState {
    /// The state over `service`, without a store or accounts: it is open to everybody.
    pub fn new(service: Arc<EngineService>, assets: Assets) -> Self {
        let hub =
            Hub::new(Arc::clone(service.engine()), Arc::clone(service.clock()), hub::MAX_PAGES);
        let pages = Arc::new(PageCache::new(&assets));
        let auth = Auth::open(Arc::clone(service.clock()));
        Self(Arc::new(Parts {
            service,
            assets: Arc::new(assets),
            pages,
            hub,
            trusted_proxies: Arc::default(),
            store: None,
            rebuilds: Arc::default(),
            own_names: Arc::default(),
            hooks: None,
            noticing: None,
            cache_history: Arc::default(),
            connections: Registry::default(),
            auth,
            graphql: Arc::default(),
            app_sources: None,
        }))
    }

    /// The same after `change`.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Parts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The same, behind proxies that say whom they ask for.
    #[must_use]
    pub fn behind(self, proxies: TrustedProxies) -> Self {
        self.with(|parts| parts.trusted_proxies = Arc::new(proxies))
    }

    /// The same, with what `store` remembers of rollups' refreshes.
    #[must_use]
    pub fn with_store(self, store: Store) -> Self {
        self.with(|parts| parts.store = Some(store))
    }

    /// The same, with databases that are added in the app.
    #[must_use]
    pub fn with_app_sources(self, sources: Arc<AppSources>) -> Self {
        self.with(|parts| parts.app_sources = Some(sources))
    }

    /// The same, with webhooks.
    #[must_use]
    pub fn with_hooks(self, hooks: Arc<Hooks>) -> Self {
        self.with(|parts| parts.hooks = Some(hooks))
    }

    /// The same, with what notices changes on its own.
    #[must_use]
    pub fn with_noticing(self, noticing: Arc<Noticing>) -> Self {
        self.with(|parts| parts.noticing = Some(noticing))
    }

    /// The same, for the people of `auth`.
    #[must_use]
    pub fn with_auth(self, auth: Auth) -> Self {
        self.with(|parts| parts.auth = auth)
    }

    /// The same, for at most so many connections of open pages.
    #[must_use]
    pub fn with_most_kept(self, most: usize) -> Self {
        let (engine, clock) = (Arc::clone(self.service.engine()), Arc::clone(self.service.clock()));
        self.with(|parts| parts.hub = Hub::new(engine, clock, most))
    }

    /// The same, under `names`.
    #[must_use]
    pub fn with_own_names(self, names: OwnNames) -> Self {
        self.with(|parts| parts.own_names = Arc::new(names))
    }
}
