//! [`FramesRequest`]: a view that a program asks for, looked up in the cache but not assembled. What
//! was written for the same view before is found by its [`FramesRequest::key`], without any frame.

use crate::auth::told::told;
use crate::http::etag::ETag;
use brisk_app::drawing::Drawing;
use brisk_app::service::PageError;
use brisk_domain::{
    Dashboard, Freshness, Panel, PanelData, PanelError, PanelId, Timestamp, VariableName, ViewState,
};
use brisk_engine::catalog::Contents;
use brisk_engine::view::ChoicesState;
use brisk_engine::{Lookup, PanelState, Window};
use futures::future::join_all;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A view's panels, looked up.
pub struct FramesRequest {
    /// The files that the dashboard was read from.
    pub(super) contents: Arc<Contents>,
    pub(super) dashboard: Arc<Dashboard>,
    pub(super) view: ViewState,
    pub(super) panels: Vec<PanelId>,
    pub(super) lookup: Lookup,
    pub(super) drawing: Drawing,
}

/// A view's panels; the choices of its variables only for clients that ask for them.
pub struct Frames {
    /// The dashboard, in the zone that was asked for.
    pub dashboard: Arc<Dashboard>,
    /// What is shown of it.
    pub view: ViewState,
    /// The view's time, made absolute.
    pub window: Window,
    /// The panels with what they show.
    pub panels: Vec<(Panel, PanelState)>,
    /// The choices of its variables.
    pub choices: BTreeMap<VariableName, ChoicesState>,
}

impl Frames {
    /// What each panel shows in the end. Values that are not current are waited for, unless they are from
    /// `oldest` or later.
    pub async fn outcomes(
        &self,
        oldest: Option<Timestamp>,
        looks_behind: bool,
    ) -> Vec<Result<Arc<PanelData>, PanelError>> {
        let shown = self.panels.iter().map(|(_, shown)| {
            let shown = shown.clone();
            async move {
                match oldest {
                    Some(oldest) => shown.since(oldest).await,
                    None => shown.current().await,
                }
            }
        });
        let outcomes = join_all(shown).await.into_iter();
        outcomes.map(|outcome| outcome.map_err(|error| told(looks_behind, error))).collect()
    }
}

impl FramesRequest {
    /// The dashboard, in the zone that was asked for.
    pub fn dashboard(&self) -> &Dashboard {
        &self.dashboard
    }

    /// Identifies the frames if all of them are ready and current: equal keys, equal frames. `form` is
    /// what is made of them.
    pub fn key(&self, form: &str) -> Option<ETag> {
        if self.lookup.freshness() != Freshness::Fresh {
            return None;
        }
        let edition = self.lookup.edition()?;
        let window = self.lookup.window();
        let ids = self.panels.iter().map(PanelId::as_str);
        let view = [
            form.to_owned(),
            self.contents.fingerprint.to_string(),
            self.dashboard.slug.to_string(),
            self.dashboard.zone.to_string(),
            self.view.query_string(&self.dashboard),
            format!("{:?} {:?}", window.bounds, window.interval),
            edition.0.into(),
        ];
        Some(ETag::of(view.iter().map(String::as_str).chain(ids)))
    }

    /// When the oldest of each panel's frames was loaded, if all of them can be shown.
    pub fn times(&self) -> Option<Vec<Timestamp>> {
        self.lookup.panel_times().into_iter().collect()
    }

    /// Assembles what is ready, where pages are drawn, and starts loading the rest.
    pub async fn into_frames(self) -> Result<Frames, PageError> {
        let Self { dashboard, view, panels, lookup, drawing, .. } = self;
        let opened = drawing.run(move || lookup.into_view()).await.ok_or(PageError::Busy)?;
        let panels = panels.iter().filter_map(|id| dashboard.panel(id).cloned());
        let panels = panels.zip(opened.panels).collect();
        Ok(Frames { view, window: opened.window, panels, choices: opened.options, dashboard })
    }
}
