//! What pages and server functions get, from the engine.

use crate::shared_cache;
use brisk_app::service::{ChoicesSlot, DashboardPage, PageError, PanelSlot, Service};
use brisk_cache::Trigger;
use brisk_domain::{
    Access, Clock, Dashboard, Panel, PanelEntries, PanelError, PanelId, Presentation, Slug,
    Timestamp, ViewState, ZoneName,
};
use brisk_engine::{ChoicesState, Engine, PanelState, Window};
use std::sync::Arc;

/// The engine as pages and programs see it.
pub struct EngineService {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
}

/// A view's panels without its choices, for who offers none.
pub struct Frames {
    /// The dashboard, in the zone that was asked for.
    pub dashboard: Arc<Dashboard>,
    /// What is looked at.
    pub view: ViewState,
    /// The view's time, made absolute.
    pub window: Window,
    /// The panels with what they show.
    pub panels: Vec<(Panel, PanelState)>,
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
        let view = view_of(&dashboard, parameters)?;
        let purged = self.engine.purge(&dashboard, &view, &access()).await;
        purged.map_err(|error| bad(&dashboard, &error))
    }

    /// The frames of a dashboard, or of one of its panels: one batch lookup. With `zone`, days and
    /// hours are those of its wall clock.
    pub async fn frames(
        &self,
        slug: &str,
        panel: Option<&str>,
        zone: Option<&ZoneName>,
        parameters: &[(String, String)],
        trigger: Trigger,
    ) -> Result<Frames, PageError> {
        let mut dashboard = self.dashboard(slug)?;
        if let Some(zone) = zone.filter(|zone| **zone != dashboard.zone) {
            dashboard = Arc::new(Dashboard { zone: zone.clone(), ..(*dashboard).clone() });
        }
        let view = view_of(&dashboard, parameters)?;
        let panels = panels_of(&dashboard, panel)?;
        let shown: Vec<&Panel> = panels.iter().collect();
        let frames = self.engine.frames(&dashboard, &shown, &view, &access(), trigger).await;
        let frames = frames.map_err(|error| bad(&dashboard, &error))?;
        let panels = panels.into_iter().zip(frames.panels).collect();
        Ok(Frames { view, window: frames.window, panels, dashboard })
    }

    /// A dashboard, and whether its file is broken and this is its last good version.
    pub fn definition(&self, slug: &str) -> Result<(Arc<Dashboard>, bool), PageError> {
        let dashboard = self.dashboard(slug)?;
        let outdated = self.engine.catalog().contents().outdated.contains(&dashboard.slug);
        Ok((dashboard, outdated))
    }

    /// The current instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
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
        let view = view_of(&dashboard, parameters)?;
        let shown = panels_of(&dashboard, panel)?;
        let (access, trigger) = (access(), Trigger::View);
        let data = match panel {
            None => self.engine.view(&dashboard, &view, &access, trigger).await,
            Some(_) => self.engine.panel(&dashboard, &shown[0], &view, &access, trigger).await,
        };
        let data = data.map_err(|error| bad(&dashboard, &error))?;
        let presentation = Presentation::from_pairs(&dashboard, parameters);
        let entries = match panel.is_some() && presentation.cache {
            true => {
                let looked = self.engine.inspect(&dashboard, &shown[0], &view, &access).await;
                Some(looked.map_err(|error| bad(&dashboard, &error))?)
            }
            false => None,
        };
        let slots = data.panels.into_iter().map(slot);
        let contents = self.engine.catalog().contents();
        let siblings = contents.dashboards.values().map(|d| (d.slug.clone(), d.title.clone()));
        let links = shown.iter().filter_map(|panel| panel.link.as_ref());
        let targets = links.filter_map(|link| contents.dashboards.get(&link.dashboard).cloned());
        Ok(DashboardPage {
            targets: targets.collect(),
            view,
            presentation,
            entries,
            bounds: data.window.bounds,
            interval: data.window.interval,
            offsets: data.window.offsets.within(data.window.bounds.from, data.window.bounds.to),
            now: self.now(),
            panels: shown.into_iter().zip(slots).collect(),
            is_one_panel: panel.is_some(),
            choices: data.options.into_iter().map(|(name, state)| (name, choices(state))).collect(),
            outdated: contents.outdated.contains(&dashboard.slug),
            siblings: siblings.collect(),
            dashboard,
        })
    }

    async fn panel(
        &self,
        slug: &str,
        panel: &str,
        parameters: &[(String, String)],
    ) -> Result<(Panel, PanelSlot), PageError> {
        let frames = self.frames(slug, Some(panel), None, parameters, Trigger::View).await?;
        let found = frames.panels.into_iter().next();
        let (panel, state) = found.ok_or_else(|| no_panel(&frames.dashboard, panel))?;
        Ok((panel, slot(state)))
    }

    async fn inspect(
        &self,
        slug: &str,
        panel: &str,
        parameters: &[(String, String)],
    ) -> Result<Result<PanelEntries, PanelError>, PageError> {
        let dashboard = self.dashboard(slug)?;
        let view = view_of(&dashboard, parameters)?;
        let panel = panels_of(&dashboard, Some(panel))?.remove(0);
        let looked = self.engine.inspect(&dashboard, &panel, &view, &access()).await;
        looked.map_err(|error| bad(&dashboard, &error))
    }
}

fn slot(state: PanelState) -> PanelSlot {
    match state {
        PanelState::Ready(data) => PanelSlot::Ready(data),
        PanelState::Failed(error) => PanelSlot::Failed(error),
        PanelState::Pending { load, .. } => PanelSlot::Pending(load),
    }
}

fn view_of(dashboard: &Dashboard, parameters: &[(String, String)]) -> Result<ViewState, PageError> {
    ViewState::from_pairs(dashboard, parameters).map_err(|error| bad(dashboard, &error))
}

/// The panel of that name, or all of them.
fn panels_of(dashboard: &Dashboard, panel: Option<&str>) -> Result<Vec<Panel>, PageError> {
    let Some(id) = panel else {
        return Ok(dashboard.panels.clone());
    };
    let found = PanelId::parse(id).ok().and_then(|id| dashboard.panel(&id).cloned());
    Ok(vec![found.ok_or_else(|| no_panel(dashboard, id))?])
}

fn no_panel(dashboard: &Dashboard, id: &str) -> PageError {
    let id: String = id.chars().take(64).collect();
    PageError::NotFound(format!("{} has no panel \"{id}\".", dashboard.title))
}

fn bad(dashboard: &Dashboard, error: &impl std::error::Error) -> PageError {
    PageError::BadRequest(error.to_string(), dashboard.slug.clone())
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
