//! [`Engine`]: views and panels, from one batch lookup and side-by-side loads.

use crate::catalog::Catalog;
use crate::load::{Loaded, Loader};
use crate::plan::{self, PanelPlan, Planned};
use crate::window::{TooFine, Window};
use crate::{computed, key};
use brisk_cache::{Request, Trigger};
use brisk_domain::variable::Options;
use brisk_domain::{
    CachePolicy, Clock, Dashboard, Frame, Freshness, Panel, PanelData, PanelError, Query,
    SourceName, Timestamp, Values, VariableName, ViewState, ZoneOffsets,
};
use brisk_source::StatementError;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared, join_all, try_join_all};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The one way to get a panel's data.
pub struct Engine {
    catalog: Arc<Catalog>,
    loader: Loader,
    clock: Arc<dyn Clock>,
}

/// A panel that is still loading: await it, from as many places as needed.
pub type PendingPanel = Shared<BoxFuture<'static, Result<Arc<PanelData>, PanelError>>>;

/// One panel of a view.
#[derive(Clone)]
pub enum PanelState {
    /// It can be shown now.
    Ready(Arc<PanelData>),
    /// It cannot be shown; no use in waiting.
    Failed(PanelError),
    /// It is being loaded.
    Pending(PendingPanel),
}

/// A dashboard's panels and choices for one view.
pub struct View {
    /// The view's time, made absolute.
    pub window: Window,
    /// The panels in the dashboard's order.
    pub panels: Vec<PanelState>,
    /// The choices of each variable.
    pub options: BTreeMap<VariableName, Result<Vec<String>, PanelError>>,
}

/// The statements of one panel with their cache requests: main, previous, sparkline.
type Slots = Vec<(Planned, Request)>;

impl Engine {
    /// An engine over these dashboards and sources.
    pub fn new(catalog: Arc<Catalog>, loader: Loader, clock: Arc<dyn Clock>) -> Self {
        Self { catalog, loader, clock }
    }

    /// The dashboards.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The loader, for statistics and invalidation.
    pub fn loader(&self) -> &Loader {
        &self.loader
    }

    /// A whole dashboard: one batch lookup; what is missing loads side by side.
    pub async fn view(
        &self,
        dashboard: &Dashboard,
        view: &ViewState,
        trigger: Trigger,
    ) -> Result<View, TooFine> {
        let panels: Vec<&Panel> = dashboard.panels.iter().collect();
        self.panels_of(dashboard, &panels, view, trigger).await
    }

    /// One panel of a dashboard, with the dashboard's choices.
    pub async fn panel(
        &self,
        dashboard: &Dashboard,
        panel: &Panel,
        view: &ViewState,
        trigger: Trigger,
    ) -> Result<View, TooFine> {
        self.panels_of(dashboard, &[panel], view, trigger).await
    }

    /// Forgets the entries of a view, so that it loads again.
    pub async fn purge(&self, dashboard: &Dashboard, view: &ViewState) -> Result<(), TooFine> {
        let window = Window::of(dashboard, view, self.clock.now())?;
        for panel in &dashboard.panels {
            if let Ok(plan) = self.plan(panel, view, &window) {
                for (_, request) in slots(dashboard, panel, &plan) {
                    self.loader.cache().purge(&request).await;
                }
            }
        }
        Ok(())
    }

    async fn panels_of(
        &self,
        dashboard: &Dashboard,
        panels: &[&Panel],
        view: &ViewState,
        trigger: Trigger,
    ) -> Result<View, TooFine> {
        let window = Window::of(dashboard, view, self.clock.now())?;
        let plans: Vec<Result<(PanelPlan, Slots), PanelError>> = panels
            .iter()
            .map(|panel| {
                let plan = self.plan(panel, view, &window)?;
                let slots = slots(dashboard, panel, &plan);
                Ok((plan, slots))
            })
            .collect();
        let batch: Slots = plans.iter().flatten().flat_map(|(_, slots)| slots.clone()).collect();
        let mut found = self.loader.lookup(&batch, trigger).await.into_iter();
        let states = plans.into_iter().zip(panels).map(|(planned, panel)| {
            let (plan, slots) = match planned {
                Ok(planned) => planned,
                Err(error) => return PanelState::Failed(error),
            };
            let hits: Vec<Option<Loaded>> = found.by_ref().take(slots.len()).collect();
            self.panel_state(panel, &window, plan, slots, hits, trigger)
        });
        let states = states.collect();
        let options = self.options(dashboard, view, &window, trigger).await;
        Ok(View { window, panels: states, options })
    }

    fn panel_state(
        &self,
        panel: &Panel,
        window: &Window,
        plan: PanelPlan,
        slots: Slots,
        hits: Vec<Option<Loaded>>,
        trigger: Trigger,
    ) -> PanelState {
        let assemble = {
            let (panel, window) = (panel.clone(), window.clone());
            move |loaded: Vec<Loaded>| panel_data(&panel, &window, &plan, loaded).map(Arc::new)
        };
        if hits.iter().all(Option::is_some) {
            return match assemble(hits.into_iter().flatten().collect()) {
                Ok(data) => PanelState::Ready(data),
                Err(error) => PanelState::Failed(error),
            };
        }
        let loader = self.loader.clone();
        let loads = slots.into_iter().zip(hits).map(move |((planned, request), hit)| match hit {
            Some(loaded) => futures::future::ready(Ok(loaded)).boxed(),
            None => loader.load(&planned, &request, trigger),
        });
        let loads: Vec<_> = loads.collect();
        // In a task of its own, so that the load starts before somebody awaits it.
        let task = tokio::spawn(async move { assemble(try_join_all(loads).await?) });
        let pending = async move {
            task.await.unwrap_or_else(|failure| {
                tracing::error!(%failure, "a panel's load ended abnormally");
                let message = "The panel could not be loaded. Try again.".to_owned();
                Err(PanelError { message, retry: true })
            })
        };
        PanelState::Pending(pending.boxed().shared())
    }

    fn plan(
        &self,
        panel: &Panel,
        view: &ViewState,
        window: &Window,
    ) -> Result<PanelPlan, PanelError> {
        let source = self.loader.source(&panel.source).ok_or_else(|| unknown(&panel.source))?;
        plan::panel(panel, view, window, source.dialect()).map_err(|error| refused(&error))
    }

    async fn options(
        &self,
        dashboard: &Dashboard,
        view: &ViewState,
        window: &Window,
        trigger: Trigger,
    ) -> BTreeMap<VariableName, Result<Vec<String>, PanelError>> {
        let choices = dashboard.variables.iter().map(|variable| async move {
            let choices = match &variable.options {
                Options::Fixed(choices) => Ok(choices.clone()),
                Options::Query { source, query } => {
                    let asked = (source, query);
                    self.choices(dashboard, &variable.name, asked, view, window, trigger).await
                }
            };
            (variable.name.clone(), choices)
        });
        join_all(choices).await.into_iter().collect()
    }

    /// The first column of a variable's statement, without NULLs.
    async fn choices(
        &self,
        dashboard: &Dashboard,
        name: &VariableName,
        (source, query): (&SourceName, &Query),
        view: &ViewState,
        window: &Window,
        trigger: Trigger,
    ) -> Result<Vec<String>, PanelError> {
        let dialect = self.loader.source(source).ok_or_else(|| unknown(source))?.dialect();
        let planned =
            plan::choices(query, source, view, window, dialect).map_err(|error| refused(&error))?;
        let request =
            key::request(&planned, &format!("{}/:{name}", dashboard.slug), CachePolicy::default());
        let statement = [(planned, request)];
        let mut found = self.loader.lookup(&statement, trigger).await;
        let loaded = match found.pop().flatten() {
            Some(loaded) => loaded,
            None => self.loader.load(&statement[0].0, &statement[0].1, trigger).await?,
        };
        let frame = &loaded.entry.value.0;
        let Some(column) = frame.columns().first() else {
            return Ok(Vec::new());
        };
        Ok((0..frame.rows()).filter_map(|row| column.values.exact(row)).collect())
    }
}

fn slots(dashboard: &Dashboard, panel: &Panel, plan: &PanelPlan) -> Slots {
    let statements = [Some(&plan.main), plan.previous.as_ref(), plan.sparkline.as_ref()];
    let label = format!("{}/{}", dashboard.slug, panel.id);
    let slot = |planned: &Planned| (planned.clone(), key::request(planned, &label, panel.cache));
    statements.into_iter().flatten().map(slot).collect()
}

/// Puts a panel's frames together; `loaded` is in the order of [`slots`].
fn panel_data(
    panel: &Panel,
    window: &Window,
    plan: &PanelPlan,
    loaded: Vec<Loaded>,
) -> Result<PanelData, PanelError> {
    let as_of = loaded.iter().map(|l| l.entry.stored_at).min().unwrap_or_default();
    let freshness = loaded.iter().map(|l| l.freshness).max().unwrap_or(Freshness::Fresh);
    let mut frames = loaded.into_iter().map(|l| l.entry.value.0);
    let with_computed = |frame: Arc<Frame>| {
        computed::with_computed(&frame, &panel.computed)
            .map_err(|error| PanelError { message: error.to_string(), retry: false })
    };
    let frame = frames.next().map(with_computed).transpose()?.unwrap_or_default();
    let previous =
        if plan.previous.is_some() { frames.next().map(with_computed).transpose()? } else { None };
    let sparkline = frames.next().map(|frame| (*frame).clone());
    let offsets = shown_offsets(window, plan, &frame);
    Ok(PanelData {
        frame,
        previous,
        sparkline,
        bounds: window.bounds,
        previous_bounds: plan.previous_bounds,
        interval: plan.interval,
        offsets,
        as_of,
        freshness,
    })
}

/// The offsets around everything that the panel shows, which may lie outside the bounds.
fn shown_offsets(window: &Window, plan: &PanelPlan, frame: &Frame) -> ZoneOffsets {
    const MARGIN: i64 = 7 * 86_400 * 1_000_000;
    let times = frame.columns().iter().filter_map(|column| match &column.values {
        Values::Time(cells) => Some(cells.iter().flatten().copied()),
        _ => None,
    });
    let mut ends = vec![window.bounds.from, window.bounds.to];
    ends.extend(plan.previous_bounds.iter().flat_map(|bounds| [bounds.from, bounds.to]));
    ends.extend(times.flatten());
    let (from, to) = (ends.iter().min().copied(), ends.iter().max().copied());
    let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
    window.offsets.within(Timestamp(from.0 - MARGIN), Timestamp(to.0 + MARGIN))
}

fn unknown(source: &SourceName) -> PanelError {
    let message = format!("Source \"{source}\" is not declared. Add it to the configuration.");
    PanelError { message, retry: false }
}

fn refused(error: &StatementError) -> PanelError {
    PanelError { message: error.to_string(), retry: false }
}
