//! A view's statements with their cache requests: all that is known before the cache lookup.
//! Parsing and checking twenty statements takes a thousand times as long as looking them up, so
//! plans are cached for views that are requested again.

use crate::catalog::Contents;
use crate::plan::{PanelPlan, PlannedStatement};
use crate::policy::Policies;
use crate::sources::Sources;
use crate::window::Window;
use brisk_cache::Request;
use brisk_domain::choice::Choice;
use brisk_domain::{
    Access, Bounds, Dashboard, Interval, Panel, PanelError, PanelId, Timestamp, Variable,
    VariableName, ViewState,
};
use std::ops::Range;
use std::sync::Arc;

/// A statement with its cache request.
pub(crate) type Statement = (Arc<PlannedStatement>, Request);

/// Which part of a dashboard is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shown {
    /// All panels, with the choices of the variables.
    Dashboard,
    /// One panel, with the choices of the variables.
    Panel(PanelId),
    /// These panels, with the choices of the variables.
    Panels(Vec<PanelId>),
    /// Panels alone, for callers that do not offer choices.
    Frames(Vec<PanelId>),
}

/// A planned view.
pub(crate) struct Prepared {
    pub(crate) window: Window,
    pub(crate) panels: Vec<PreparedPanel>,
    pub(crate) choices: Vec<(VariableName, PreparedChoices)>,
    pub(crate) planned: Vec<Arc<PlannedStatement>>,
    pub(crate) requests: Vec<Request>,
}

/// A planned panel, or why it cannot be planned.
pub(crate) struct PreparedPanel {
    pub(crate) panel: Arc<Panel>,
    pub(crate) planned: Result<PlannedPanel, PanelError>,
}

/// A panel's statements, as indices into those of the view.
pub(crate) struct PlannedPanel {
    pub(crate) plan: Arc<PanelPlan>,
    pub(crate) statements: Range<usize>,
}

/// The choices of a variable.
pub(crate) enum PreparedChoices {
    /// Listed in the file.
    Known(Vec<Choice>),
    /// From the statement at this index.
    Asked(usize),
    /// Cannot be queried.
    Failed(PanelError),
}

/// How many bytes of SQL are cached.
const CAPACITY: u64 = 32 << 20;
/// Approximate size of a statement besides its SQL.
const OVERHEAD: usize = 8 << 10;

/// The recently planned views.
pub(crate) struct PlanCache(pub(crate) moka::sync::Cache<Key, Arc<Entry>>);

/// What a plan depends on. Dashboards, the catalog's contents, policies and sources are immutable and
/// compared by address: a new version has a new one, and while an old one is kept here its address is not
/// reused.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) dashboard: usize,
    pub(crate) contents: usize,
    pub(crate) policies: usize,
    pub(crate) sources: usize,
    pub(crate) shown: Shown,
    pub(crate) view: ViewState,
    pub(crate) bounds: Bounds,
    pub(crate) elapsed_to: Timestamp,
    pub(crate) data_end: Option<Timestamp>,
    pub(crate) interval: Interval,
    pub(crate) access: Access,
}

pub(crate) struct Entry {
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) _dashboard: Arc<Dashboard>,
    pub(crate) _contents: Arc<Contents>,
    pub(crate) _policies: Arc<Policies>,
    pub(crate) _sources: Arc<Sources>,
}

impl Default for PlanCache {
    fn default() -> Self {
        let weigh = |_: &Key, entry: &Arc<Entry>| {
            let planned = &entry.prepared.planned;
            let bytes: usize = planned.iter().map(|p| p.statement.sql.len() + OVERHEAD).sum();
            u32::try_from(bytes + OVERHEAD).unwrap_or(u32::MAX)
        };
        Self(moka::sync::Cache::builder().max_capacity(CAPACITY).weigher(weigh).build())
    }
}

impl Shown {
    /// The panels, in their order.
    pub(crate) fn panels<'a>(
        &'a self,
        dashboard: &'a Dashboard,
    ) -> Box<dyn Iterator<Item = &'a Panel> + 'a> {
        match self {
            Self::Dashboard => Box::new(dashboard.panels.iter()),
            Self::Panel(id) => Box::new(dashboard.panel(id).into_iter()),
            Self::Panels(ids) | Self::Frames(ids) => {
                Box::new(ids.iter().filter_map(|id| dashboard.panel(id)))
            }
        }
    }

    pub(crate) fn variables<'a>(&self, dashboard: &'a Dashboard) -> &'a [Variable] {
        match self {
            Self::Dashboard | Self::Panel(_) | Self::Panels(_) => &dashboard.variables,
            Self::Frames(_) => &[],
        }
    }
}
