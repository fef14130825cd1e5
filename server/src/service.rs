//! What pages and server functions get, from the engine.

use crate::shared_cache;
use brisk_app::service::{ChoicesSlot, DashboardPage, PageError, PanelSlot, Service};
use brisk_cache::Trigger;
use brisk_domain::{Access, Clock, Dashboard, PanelId, Slug, ViewState};
use brisk_engine::{ChoicesState, Engine, PanelState};
use std::sync::Arc;

/// The engine as pages see it.
pub struct EngineService {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
}

impl EngineService {
    /// A service over `engine`.
    pub fn new(engine: impl Into<Arc<Engine>>, clock: Arc<dyn Clock>) -> Self {
        Self { engine: engine.into(), clock }
    }

    /// Forgets the entries of a view; it loads again when it is next looked at.
    pub async fn refresh(
        &self,
        slug: &str,
        parameters: &[(String, String)],
    ) -> Result<(), PageError> {
        let dashboard = self.dashboard(slug)?;
        let bad = |message: String| PageError::BadRequest(message, dashboard.slug.clone());
        let view = ViewState::from_pairs(&dashboard, parameters).map_err(|e| bad(e.to_string()))?;
        self.engine.purge(&dashboard, &view, &access()).await.map_err(|e| bad(e.to_string()))
    }

    /// What does not work as it should, while pages are still served. It asks: a server that
    /// nobody looks at would not notice.
    pub async fn degraded(&self) -> Option<String> {
        let cache = self.engine.loader().cache();
        let answers = shared_cache::answers(cache).await;
        let health = cache.health();
        match (health.trouble, health.refusal) {
            (Some((since, why)), _) => {
                let seconds = since.as_secs();
                Some(format!(
                    "the shared cache, for {seconds} s: {why}; memory goes on, unverified"
                ))
            }
            (None, _) if !answers => Some("the shared cache did not answer just now".into()),
            (None, Some((since, why))) => {
                let seconds = since.as_secs();
                Some(format!(
                    "the shared cache takes nothing new, for {seconds} s: {why}; what it has is \
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

    fn dashboard(&self, slug: &str) -> Result<Arc<Dashboard>, PageError> {
        let known = Slug::parse(slug).ok().and_then(|s| self.engine.catalog().dashboard(&s));
        known.ok_or_else(|| {
            let slug: String = slug.chars().take(64).collect();
            PageError::NotFound(format!("There is no dashboard \"{slug}\"."))
        })
    }
}

#[async_trait::async_trait]
impl Service for EngineService {
    fn dashboards(&self) -> Vec<Arc<Dashboard>> {
        self.engine.catalog().contents().dashboards.values().cloned().collect()
    }

    async fn view(
        &self,
        slug: &str,
        panel: Option<&str>,
        parameters: &[(String, String)],
    ) -> Result<DashboardPage, PageError> {
        let dashboard = self.dashboard(slug)?;
        let bad = |message: String| PageError::BadRequest(message, dashboard.slug.clone());
        let view = ViewState::from_pairs(&dashboard, parameters).map_err(|e| bad(e.to_string()))?;
        let shown = match panel {
            None => dashboard.panels.clone(),
            Some(id) => {
                let found = PanelId::parse(id).ok().and_then(|id| dashboard.panel(&id).cloned());
                let missing = || {
                    let id: String = id.chars().take(64).collect();
                    PageError::NotFound(format!("{} has no panel \"{id}\".", dashboard.title))
                };
                vec![found.ok_or_else(missing)?]
            }
        };
        let (access, trigger) = (access(), Trigger::View);
        let data = match panel {
            None => self.engine.view(&dashboard, &view, &access, trigger).await,
            Some(_) => self.engine.panel(&dashboard, &shown[0], &view, &access, trigger).await,
        };
        let data = data.map_err(|error| bad(error.to_string()))?;
        let slots = data.panels.into_iter().map(|state| match state {
            PanelState::Ready(data) => PanelSlot::Ready(data),
            PanelState::Failed(error) => PanelSlot::Failed(error),
            PanelState::Pending { load, .. } => PanelSlot::Pending(load),
        });
        let contents = self.engine.catalog().contents();
        let siblings = contents.dashboards.values().map(|d| (d.slug.clone(), d.title.clone()));
        Ok(DashboardPage {
            view,
            bounds: data.window.bounds,
            interval: data.window.interval,
            offsets: data.window.offsets.within(data.window.bounds.from, data.window.bounds.to),
            now: self.clock.now(),
            panels: shown.into_iter().zip(slots).collect(),
            is_one_panel: panel.is_some(),
            choices: data.options.into_iter().map(|(name, state)| (name, choices(state))).collect(),
            outdated: contents.outdated.contains(&dashboard.slug),
            siblings: siblings.collect(),
            dashboard,
        })
    }
}

/// Who asks: nobody in particular, as long as there are no accounts.
fn access() -> Access {
    Access::anonymous()
}

fn choices(state: ChoicesState) -> ChoicesSlot {
    match state {
        ChoicesState::Ready(choices) => ChoicesSlot::Ready(choices),
        ChoicesState::Failed(error) => ChoicesSlot::Failed(error),
        ChoicesState::Pending(load) => ChoicesSlot::Pending(load),
    }
}
