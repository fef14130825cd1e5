//! [`ClientService`]: the service for one client's server functions.

use super::engine_service::{EngineService, UNLIMITED};
use super::requested::{bad, no_panel, panel_of, panels_named, view_of};
use crate::auth::viewer::Viewer;
use brisk_app::service::{DashboardPage, PageError, PanelSlot, Service};
use brisk_cache::{Caller, Client, Trigger};
use brisk_domain::{Dashboard, Panel, PanelEntries, PanelError};
use brisk_engine::Shown;
use std::sync::Arc;
use std::time::Duration;

/// The service for one client.
pub struct ClientService {
    /// The service for all.
    pub service: Arc<EngineService>,
    /// The client, for its share of the sources.
    pub client: Client,
    /// The viewer, for its rights.
    pub viewer: Viewer,
}

impl ClientService {
    fn caller(&self, trigger: Trigger) -> Caller {
        Caller::new(trigger, self.client.clone())
    }
}

#[async_trait::async_trait]
impl Service for ClientService {
    fn dashboards(&self) -> Vec<Arc<Dashboard>> {
        self.service.dashboards(&self.viewer)
    }

    async fn cards(
        &self,
        slug: &str,
        panels: &[String],
        parameters: &[(String, String)],
        wait: bool,
    ) -> Result<DashboardPage, PageError> {
        let shown = |dashboard: &Dashboard| Ok(Shown::Frames(panels_named(dashboard, panels)));
        let caller = self.caller(Trigger::Live);
        let requested = self.service.page(slug, shown, parameters, caller, &self.viewer).await?;
        requested.into_page(if wait { UNLIMITED } else { Duration::ZERO }).await
    }

    async fn panel(
        &self,
        slug: &str,
        panel: &str,
        parameters: &[(String, String)],
    ) -> Result<(Panel, PanelSlot), PageError> {
        let shown =
            |dashboard: &Dashboard| Ok(Shown::Frames(vec![panel_of(dashboard, panel)?.id.clone()]));
        let caller = self.caller(Trigger::View);
        let requested = self.service.page(slug, shown, parameters, caller, &self.viewer).await?;
        let dashboard = Arc::clone(&requested.dashboard);
        let found = requested.into_page(UNLIMITED).await?.panels.into_iter().next();
        found.ok_or_else(|| no_panel(&dashboard, panel))
    }

    async fn inspect(
        &self,
        slug: &str,
        panel: &str,
        parameters: &[(String, String)],
    ) -> Result<Result<PanelEntries, PanelError>, PageError> {
        let dashboard = self.service.dashboard(slug, &self.viewer)?;
        let view = view_of(&dashboard, parameters)?;
        if !self.viewer.looks_behind(&dashboard) {
            return Err(no_panel(&dashboard, panel));
        }
        let panel = panel_of(&dashboard, panel)?;
        let access = self.viewer.access();
        let entries = self.service.engine().inspect(&dashboard, panel, &view, access).await;
        entries.map_err(|error| bad(&dashboard, &error))
    }
}
