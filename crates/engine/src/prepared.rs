//! A view's statements with their cache requests: everything that is known before the cache is
//! asked. Parsing and checking twenty statements takes a thousand times as long as looking them
//! up, so that it is kept for the views that are asked for again and again.

use crate::Engine;
use crate::catalog::Contents;
use crate::key::{self, Owner};
use crate::plan::{self, PanelPlan, Planned};
use crate::refusal::{refused, unknown};
use crate::window::Window;
use brisk_cache::Request;
use brisk_domain::variable_kind::Options;
use brisk_domain::{
    Access, Bounds, Dashboard, Interval, Panel, PanelError, PanelId, SourceName, Variable,
    VariableName, ViewState,
};
use std::ops::Range;
use std::sync::Arc;

/// A statement with its cache request.
pub(crate) type Statement = (Arc<Planned>, Request);

/// Which part of a dashboard is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shown {
    /// All panels, with the choices of the variables.
    Dashboard,
    /// One panel, with the choices of the variables.
    Panel(PanelId),
    /// Panels alone, for who offers no choices.
    Frames(Vec<PanelId>),
}

/// A view, planned.
pub(crate) struct Prepared {
    pub(crate) window: Window,
    pub(crate) panels: Vec<PreparedPanel>,
    pub(crate) choices: Vec<(VariableName, PreparedChoices)>,
    pub(crate) planned: Vec<Arc<Planned>>,
    pub(crate) requests: Vec<Request>,
}

/// A panel, planned, or why it cannot be.
pub(crate) struct PreparedPanel {
    pub(crate) panel: Arc<Panel>,
    pub(crate) planned: Result<PlannedPanel, PanelError>,
}

/// A panel's statements: their places among those of the view.
pub(crate) struct PlannedPanel {
    pub(crate) plan: Arc<PanelPlan>,
    pub(crate) statements: Range<usize>,
}

/// The choices of a variable.
pub(crate) enum PreparedChoices {
    /// They stand in the file.
    Known(Vec<String>),
    /// They come from the statement at this place.
    Asked(usize),
    /// They cannot be asked for.
    Failed(PanelError),
}

/// Bytes of SQL that are kept.
const KEPT: u64 = 32 << 20;
/// What a statement takes besides its SQL, roughly.
const BESIDES: usize = 2 << 10;

/// The views that were planned lately.
pub(crate) struct Kept(moka::sync::Cache<Key, Arc<Entry>>);

/// What a plan depends on. Dashboards and the catalog's contents never change: another one is at
/// another address, and while it is kept here nothing else can be at its own.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    dashboard: usize,
    contents: usize,
    shown: Shown,
    view: ViewState,
    bounds: Bounds,
    interval: Interval,
    access: Access,
}

struct Entry {
    prepared: Arc<Prepared>,
    _dashboard: Arc<Dashboard>,
    _contents: Arc<Contents>,
}

impl Default for Kept {
    fn default() -> Self {
        let weigh = |_: &Key, entry: &Arc<Entry>| {
            let planned = &entry.prepared.planned;
            let bytes: usize = planned.iter().map(|p| p.statement.sql.len() + BESIDES).sum();
            u32::try_from(bytes + BESIDES).unwrap_or(u32::MAX)
        };
        Self(moka::sync::Cache::builder().max_capacity(KEPT).weigher(weigh).build())
    }
}

impl Engine {
    /// Plans what is `shown` of `dashboard` for `view` in `window`, or finds the plan again.
    pub(crate) fn prepare(
        &self,
        dashboard: &Arc<Dashboard>,
        shown: &Shown,
        view: &ViewState,
        access: &Access,
        window: Window,
    ) -> Arc<Prepared> {
        let contents = self.catalog().contents();
        let key = Key {
            dashboard: Arc::as_ptr(dashboard) as usize,
            contents: Arc::as_ptr(&contents) as usize,
            shown: shown.clone(),
            view: view.clone(),
            bounds: window.bounds,
            interval: window.interval,
            access: access.clone(),
        };
        if let Some(known) = self.prepared.0.get(&key) {
            return Arc::clone(&known.prepared);
        }
        let prepared = Arc::new(self.plan_all(dashboard, shown, view, access, window));
        let entry = Entry {
            prepared: Arc::clone(&prepared),
            _dashboard: Arc::clone(dashboard),
            _contents: contents,
        };
        self.prepared.0.insert(key, Arc::new(entry));
        prepared
    }

    fn plan_all(
        &self,
        dashboard: &Dashboard,
        shown: &Shown,
        view: &ViewState,
        access: &Access,
        window: Window,
    ) -> Prepared {
        let (mut planned, mut requests) = (Vec::new(), Vec::new());
        let mut add = |statements: Vec<Statement>| {
            let first = planned.len();
            let (more_planned, more_requests): (Vec<_>, Vec<_>) = statements.into_iter().unzip();
            planned.extend(more_planned);
            requests.extend(more_requests);
            first..planned.len()
        };
        let panels = shown.panels(dashboard).map(|panel| {
            let plan = self.plan(dashboard, panel, view, access, &window);
            let planned = plan.map(|(plan, statements)| PlannedPanel {
                plan: Arc::new(plan),
                statements: add(statements),
            });
            PreparedPanel { panel: Arc::new(panel.clone()), planned }
        });
        let panels = panels.collect();
        let choices = shown.variables(dashboard).iter().filter_map(|variable| {
            let choices = match variable.kind.options()? {
                Options::Fixed(fixed) => PreparedChoices::Known(fixed.clone()),
                Options::Query { source, query } => {
                    let owner = (variable, source);
                    match self.choices(dashboard, owner, query, view, access, &window) {
                        Ok(statement) => PreparedChoices::Asked(add(vec![statement]).start),
                        Err(error) => PreparedChoices::Failed(error),
                    }
                }
            };
            Some((variable.name.clone(), choices))
        });
        let choices = choices.collect();
        Prepared { window, panels, choices, planned, requests }
    }

    /// A panel's statements with their cache requests: main, previous, sparkline.
    pub(crate) fn plan(
        &self,
        dashboard: &Dashboard,
        panel: &Panel,
        view: &ViewState,
        access: &Access,
        window: &Window,
    ) -> Result<(PanelPlan, Vec<Statement>), PanelError> {
        let source = self.loader().source(&panel.source).ok_or_else(|| unknown(&panel.source))?;
        let rollups = |source: &SourceName, name: &str| self.rollup_of(source, name);
        let plan = plan::panel(panel, view, window, access, source.dialect(), &rollups);
        let plan = plan.map_err(|error| refused(&error))?;
        let policy = self.policies.of(dashboard, Some(panel), &panel.source);
        let statements = [
            (Some(&plan.main), Some(&panel.query)),
            (plan.previous.as_ref(), Some(&panel.query)),
            (plan.sparkline.as_ref(), panel.kind.sparkline()),
        ];
        let statements = statements.into_iter().filter_map(|(planned, query)| {
            let (planned, owner) = (planned?, Owner::Panel(panel, query?));
            let request = key::request(planned, dashboard, owner, policy);
            Some((Arc::clone(planned), request))
        });
        let statements = statements.collect();
        Ok((plan, statements))
    }

    /// The statement of a variable's choices.
    fn choices(
        &self,
        dashboard: &Dashboard,
        (variable, source): (&Variable, &SourceName),
        query: &brisk_domain::Query,
        view: &ViewState,
        access: &Access,
        window: &Window,
    ) -> Result<Statement, PanelError> {
        let dialect = self.loader().source(source).ok_or_else(|| unknown(source))?.dialect();
        let rollups = |source: &SourceName, name: &str| self.rollup_of(source, name);
        let planned = plan::choices(query, source, view, window, access, dialect, &rollups)
            .map_err(|error| refused(&error))?;
        let policy = self.policies.of(dashboard, None, source);
        let owner = Owner::Choices(variable.name.as_str());
        let request = key::request(&planned, dashboard, owner, policy);
        Ok((Arc::new(planned), request))
    }
}

impl Shown {
    /// The panels, in their order.
    fn panels<'a>(&'a self, dashboard: &'a Dashboard) -> Box<dyn Iterator<Item = &'a Panel> + 'a> {
        match self {
            Self::Dashboard => Box::new(dashboard.panels.iter()),
            Self::Panel(id) => Box::new(dashboard.panel(id).into_iter()),
            Self::Frames(ids) => Box::new(ids.iter().filter_map(|id| dashboard.panel(id))),
        }
    }

    fn variables<'a>(&self, dashboard: &'a Dashboard) -> &'a [Variable] {
        match self {
            Self::Dashboard | Self::Panel(_) => &dashboard.variables,
            Self::Frames(_) => &[],
        }
    }
}
