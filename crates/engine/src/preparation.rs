//! Plans views, or finds their plans in the cache of plans.

use crate::engine::Engine;
use crate::key::{self, Owner};
use crate::panel_errors::{statement_error, unknown_source};
use crate::plan::{self, PanelPlan};
use crate::prepared::{
    Entry, Key, PlannedPanel, Prepared, PreparedChoices, PreparedPanel, Shown, Statement,
};
use crate::window::Window;
use brisk_domain::variable_kind::Options;
use brisk_domain::{Access, Dashboard, Panel, PanelError, SourceName, Variable, ViewState};
use std::sync::Arc;

impl Engine {
    /// The plan for what is `shown` of `dashboard`, for `view` in `window`: cached, or made now.
    pub(crate) fn prepare(
        &self,
        dashboard: &Arc<Dashboard>,
        shown: &Shown,
        view: &ViewState,
        access: &Access,
        window: Window,
    ) -> Arc<Prepared> {
        let (contents, policies) = (self.catalog().contents(), self.policies());
        let sources = self.loader().sources();
        let key = Key {
            dashboard: Arc::as_ptr(dashboard) as usize,
            contents: Arc::as_ptr(&contents) as usize,
            policies: Arc::as_ptr(&policies) as usize,
            sources: Arc::as_ptr(&sources) as usize,
            shown: shown.clone(),
            view: view.clone(),
            bounds: window.bounds,
            elapsed_to: window.elapsed_to,
            data_end: window.data_end,
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
            _policies: policies,
            _sources: sources,
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

    /// A panel's statements with their cache requests: main, previous, sparkline, beginning.
    pub(crate) fn plan(
        &self,
        dashboard: &Dashboard,
        panel: &Panel,
        view: &ViewState,
        access: &Access,
        window: &Window,
    ) -> Result<(PanelPlan, Vec<Statement>), PanelError> {
        let source =
            self.loader().source(&panel.source).ok_or_else(|| unknown_source(&panel.source))?;
        let rollups = |source: &SourceName, name: &str| self.rollup_of(source, name);
        let plan = plan::panel(panel, view, window, access, source.target(), &rollups);
        let plan = plan.map_err(|error| statement_error(&error))?;
        let policy = self.policies().of(dashboard, Some(panel), &panel.source);
        let statements = [
            (plan.together.as_ref().or(Some(&plan.main)), Some(&panel.query)),
            (plan.previous.as_ref(), Some(&panel.query)),
            (plan.together.as_ref().or(plan.sparkline.as_ref()), panel.kind.sparkline()),
        ];
        let statements = statements.into_iter().filter_map(|(planned, query)| {
            let (planned, owner) = (planned?, Owner::Panel(panel, query?));
            let request = key::request(planned, dashboard, owner, policy);
            Some((Arc::clone(planned), request))
        });
        let mut statements: Vec<Statement> = statements.collect();
        if let Some(beginning) = &plan.beginning {
            let request = key::request(beginning, dashboard, Owner::Beginning, policy);
            statements.push((Arc::clone(beginning), request));
        }
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
        let target = self.loader().source(source).ok_or_else(|| unknown_source(source))?.target();
        let rollups = |source: &SourceName, name: &str| self.rollup_of(source, name);
        let planned = plan::choices(query, source, view, window, access, target, &rollups)
            .map_err(|error| statement_error(&error))?;
        let policy = self.policies().of(dashboard, None, source);
        let owner = Owner::Choices(variable.name.as_str());
        let request = key::request(&planned, dashboard, owner, policy);
        Ok((Arc::new(planned), request))
    }
}
