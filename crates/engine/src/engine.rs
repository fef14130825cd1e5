//! [`Engine`]: views and panels, from one batch lookup and side-by-side loads.

use crate::catalog::Catalog;
use crate::computed;
use crate::key::{self, Owner};
use crate::load::{Loaded, Loader, Looked};
use crate::plan::{self, PanelPlan, Planned};
use crate::policy::Policies;
use crate::popular::Popular;
use crate::rollup::{self, PlannedRollup, Plans};
use crate::window::{TooFine, Window};
use brisk_cache::{Fingerprint, LoadError, NotRecorded, Request, Tag, Trigger};
use brisk_domain::variable::Options;
use brisk_domain::{
    Access, Clock, Dashboard, Edition, FailureKind, Frame, Freshness, Now, Panel, PanelData,
    PanelError, RequestedView, RollupName, RollupReport, Slug, SourceName, Timestamp, Values,
    Variable, VariableName, ViewState, ZoneOffsets,
};
use brisk_source::{SourceError, StatementError};
use futures::FutureExt;
use futures::StreamExt;
use futures::future::{BoxFuture, Shared, try_join_all};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The one way to get a panel's data.
pub struct Engine {
    catalog: Arc<Catalog>,
    pub(crate) loader: Loader,
    pub(crate) policies: Policies,
    popular: Popular,
    plans: Plans,
    pub(crate) clock: Arc<dyn Clock>,
}

/// A panel that is still loading: await it, from as many places as needed.
pub type PendingPanel = Shared<BoxFuture<'static, Result<Arc<PanelData>, PanelError>>>;

/// A variable's choices that are still loading.
pub type PendingChoices = Shared<BoxFuture<'static, Result<Vec<String>, PanelError>>>;

/// The choices of one variable.
#[derive(Clone)]
pub enum ChoicesState {
    /// They can be shown now.
    Ready(Vec<String>),
    /// They cannot be shown.
    Failed(PanelError),
    /// They are being loaded.
    Pending(PendingChoices),
}

/// One panel of a view.
#[derive(Clone)]
pub enum PanelState {
    /// It can be shown now.
    Ready(Arc<PanelData>),
    /// It cannot be shown; no use in waiting.
    Failed(PanelError),
    /// It is being loaded.
    Pending {
        /// What there is of it until then: from before an invalidation, or past its TTL; only for
        /// who replaces it by what comes, or takes older values on purpose.
        previous: Option<Arc<PanelData>>,
        /// What comes.
        load: PendingPanel,
    },
}

impl PanelState {
    /// What it shows in the end.
    pub async fn current(self) -> Result<Arc<PanelData>, PanelError> {
        match self {
            Self::Ready(data) => Ok(data),
            Self::Failed(error) => Err(error),
            Self::Pending { load, .. } => load.await,
        }
    }

    /// [`PanelState::current`], or without waiting what there is of it, if it was loaded at
    /// `oldest` or later. The load goes on behind.
    pub async fn since(self, oldest: Timestamp) -> Result<Arc<PanelData>, PanelError> {
        match self {
            Self::Pending { previous: Some(data), load } if data.as_of >= oldest => {
                // What nobody awaits ends; the next who asks should find the current value.
                tokio::spawn(load);
                Ok(data)
            }
            state => state.current().await,
        }
    }
}

/// A dashboard's panels and choices for one view.
pub struct View {
    /// The view's time, made absolute.
    pub window: Window,
    /// The panels in the dashboard's order.
    pub panels: Vec<PanelState>,
    /// The choices of each variable.
    pub options: BTreeMap<VariableName, ChoicesState>,
}

/// A statement with its cache request.
type Statement = (Planned, Request);

/// How long a page waits for the newest row of its data.
const NEWEST: Duration = Duration::from_millis(1_500);
/// Views of a dashboard that warming loads besides the one that opens first.
const WARMED_VARIATIONS: usize = 8;
/// Views that are warmed at a time; their statements wait in the lanes of their sources.
const WARMED_AT_A_TIME: usize = 2;

impl Engine {
    /// An engine over these dashboards and sources.
    pub fn new(catalog: Arc<Catalog>, loader: Loader, clock: Arc<dyn Clock>) -> Self {
        let (policies, popular) = (Policies::default(), Popular::default());
        Self { catalog, loader, policies, popular, plans: Plans::default(), clock }
    }

    /// With what is said about caching outside of dashboards.
    #[must_use]
    pub fn with_policies(self, policies: Policies) -> Self {
        Self { policies, ..self }
    }

    /// The dashboards.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The loader, for statistics and health.
    pub fn loader(&self) -> &Loader {
        &self.loader
    }

    /// A whole dashboard: one batch lookup; what is missing loads side by side.
    pub async fn view(
        &self,
        dashboard: &Dashboard,
        view: &ViewState,
        access: &Access,
        trigger: Trigger,
    ) -> Result<View, TooFine> {
        let panels: Vec<&Panel> = dashboard.panels.iter().collect();
        let variables = &dashboard.variables;
        let shown = self.panels_of(dashboard, &panels, variables, view, access, trigger).await?;
        if trigger == Trigger::View {
            self.popular.count(&dashboard.slug, view, access);
        }
        Ok(shown)
    }

    /// One panel of a dashboard, with the dashboard's choices.
    pub async fn panel(
        &self,
        dashboard: &Dashboard,
        panel: &Panel,
        view: &ViewState,
        access: &Access,
        trigger: Trigger,
    ) -> Result<View, TooFine> {
        let variables = &dashboard.variables;
        self.panels_of(dashboard, &[panel], variables, view, access, trigger).await
    }

    /// Panels of a dashboard without its choices, for who offers none: one batch lookup, whatever
    /// their number.
    pub async fn frames(
        &self,
        dashboard: &Dashboard,
        panels: &[&Panel],
        view: &ViewState,
        access: &Access,
        trigger: Trigger,
    ) -> Result<View, TooFine> {
        self.panels_of(dashboard, panels, &[], view, access, trigger).await
    }

    /// Makes everything that depends on `tags` out of date, for everybody, once this is `Ok`:
    /// `table:shop.orders`, `source:shop`, `dashboard:sales`, `panel:sales/revenue`, `all`, or a
    /// tag of a dashboard's or panel's own. The answer is what was invalidated.
    pub async fn invalidate(&self, tags: &[Tag]) -> Result<Vec<Tag>, NotRecorded> {
        let dashboard = |slug: &str| self.catalog.dashboard(&Slug::parse(slug).ok()?);
        let mut resolved: Vec<Tag> =
            tags.iter().flat_map(|tag| key::resolved(tag, dashboard)).collect();
        resolved.sort();
        resolved.dedup();
        self.loader.cache().invalidate(&resolved).await?;
        Ok(resolved)
    }

    /// Forgets the entries of a view, so that it loads again.
    pub async fn purge(
        &self,
        dashboard: &Dashboard,
        view: &ViewState,
        access: &Access,
    ) -> Result<(), TooFine> {
        // What the newest row is has to be asked again, too.
        let newest = self.newest(dashboard, access).and_then(Result::ok);
        let newest = newest.map(|(_, request)| request);
        let now = self.now(dashboard, access, Trigger::View).await;
        let window = Window::of(dashboard, view, now)?;
        let panels = dashboard.panels.iter();
        let plans =
            panels.filter_map(|panel| self.plan(dashboard, panel, view, access, &window).ok());
        let statements = plans.flat_map(|(_, statements)| statements);
        let choices = dashboard
            .variables
            .iter()
            .filter_map(|variable| self.choices(dashboard, variable, view, access, &window)?.ok());
        // What reads a rollup would only show again what that has.
        let requests = statements.chain(choices).flat_map(|(planned, request)| {
            let rollups = planned.rollups.iter().map(|rollup| rollup.request.clone());
            rollups.chain([request]).collect::<Vec<_>>()
        });
        let requests: Vec<Request> = requests.chain(newest).collect();
        self.loader.cache().purge(&requests).await;
        Ok(())
    }

    /// Loads what readers of `dashboard` will ask for: the view that opens first, and those that
    /// were asked for most, as who asked for them may see them. The answer counts the views.
    pub async fn warm(&self, dashboard: &Dashboard) -> usize {
        let first = (ViewState::default_of(dashboard), Access::anonymous());
        let mut views = self.popular.of(dashboard, WARMED_VARIATIONS);
        views.retain(|view| *view != first);
        views.insert(0, first);
        let warmed = views.into_iter().map(|(view, access)| async move {
            let Ok(shown) = self.view(dashboard, &view, &access, Trigger::Warm).await else {
                return;
            };
            // What fails is no reason not to warm the rest; the log has it.
            for panel in shown.panels {
                let _ = panel.current().await;
            }
            for choices in shown.options.into_values() {
                if let ChoicesState::Pending(load) = choices {
                    let _ = load.await;
                }
            }
        });
        let warmed = futures::stream::iter(warmed).buffer_unordered(WARMED_AT_A_TIME);
        warmed.count().await
    }

    /// How often readers asked for which views, to be kept across a restart. Views of users with
    /// attributes are left out: attributes are personal.
    pub fn requested_views(&self) -> Vec<RequestedView> {
        self.popular.requested(|slug| self.catalog.dashboard(slug))
    }

    /// Goes on counting from what [`Engine::requested_views`] said before a restart.
    pub fn recall_requested_views(&self, requested: &[RequestedView]) {
        self.popular.recall(requested, |slug| self.catalog.dashboard(slug));
    }

    /// All rollups by name; those that cannot be refreshed with a sentence that says why.
    pub fn rollups(&self) -> Vec<(RollupName, Result<Arc<PlannedRollup>, String>)> {
        let contents = self.catalog.contents();
        let planned = contents.rollups.values().map(|rollup| {
            let planned = match self.loader.source(&rollup.source) {
                None => Err(format!("source \"{}\" is not declared", rollup.source)),
                Some(source) => self.plans.of(rollup, source).map_err(|error| error.to_string()),
            };
            (rollup.name.clone(), planned)
        });
        planned.collect()
    }

    /// Refreshes `rollup`, unless what it has is current: by one process, whoever asks.
    pub async fn refresh(&self, rollup: &Arc<PlannedRollup>) -> Result<RollupReport, LoadError> {
        self.loader.refresher().current(rollup).await
    }

    /// Builds `rollup` anew. Panels show what they have until its tag is invalidated.
    pub async fn rebuild(&self, rollup: &PlannedRollup) -> Result<RollupReport, SourceError> {
        self.loader.refresher().run(rollup, true).await
    }

    /// The rollup that statements on `source` call `brisk.{name}`.
    fn rollup_of(&self, source: &SourceName, name: &str) -> Result<Arc<PlannedRollup>, String> {
        let contents = self.catalog.contents();
        let rollup = rollup::find(&contents.rollups, source, name)?;
        let declared = self.loader.source(source);
        let declared = declared.ok_or_else(|| format!("source \"{source}\" is not declared"))?;
        self.plans.of(rollup, declared).map_err(|error| format!("the rollup {name}, {error}"))
    }

    /// What `dashboard` takes for now. A page does not wait for its newest row for longer than
    /// [`NEWEST`]: then, and where there is none, it is what the clock says.
    async fn now(&self, dashboard: &Dashboard, access: &Access, trigger: Trigger) -> Timestamp {
        let clock = self.clock.now();
        let statement = match &dashboard.now {
            Now::Clock => return clock,
            Now::Fixed(at) => return *at,
            Now::Newest { .. } => self.newest(dashboard, access),
        };
        let Some(Ok(statement)) = statement else { return clock };
        let Some(looked) = self.loader.lookup(vec![statement], trigger).await.pop() else {
            return clock;
        };
        // What it was before an invalidation serves pages until the new one is there.
        let before = match trigger {
            Trigger::View | Trigger::Live => looked.loaded.clone(),
            Trigger::Api | Trigger::Report | Trigger::Warm => None,
        };
        let is_ready = looked.is_ready();
        let loader = self.loader.clone();
        let known = looked.loaded.clone();
        let newest = if is_ready {
            known
        } else {
            let task = tokio::spawn(async move { loader.load(looked, trigger).await });
            match before {
                Some(before) => Some(before),
                // The task goes on: the next page finds what it gives.
                None => match tokio::time::timeout(NEWEST, task).await {
                    Ok(Ok(Ok(loaded))) => Some(loaded),
                    _ => None,
                },
            }
        };
        newest.and_then(|loaded| first_instant(&loaded.frame)).unwrap_or(clock)
    }

    /// The statement of the newest row, if `dashboard` has one.
    pub(crate) fn newest(
        &self,
        dashboard: &Dashboard,
        access: &Access,
    ) -> Option<Result<Statement, PanelError>> {
        let Now::Newest { source, query } = &dashboard.now else { return None };
        let plan = || {
            let dialect = self.loader.source(source).ok_or_else(|| unknown(source))?.dialect();
            let view = ViewState::default_of(dashboard);
            let window = Window::of(dashboard, &view, self.clock.now());
            let window = window.map_err(|error| unfit(error.to_string()))?;
            let find = |source: &SourceName, name: &str| self.rollup_of(source, name);
            let planned = plan::choices(query, source, &view, &window, access, dialect, &find)
                .map_err(|error| refused(&error))?;
            let policy = self.policies.of(dashboard, None, source);
            let request = key::request(&planned, dashboard, Owner::Choices("now"), policy);
            Ok((planned, request))
        };
        let planned = plan();
        if let Err(error) = &planned {
            tracing::warn!(dashboard = %dashboard.slug, %error, "\"now\" is what the clock says");
        }
        Some(planned)
    }

    async fn panels_of(
        &self,
        dashboard: &Dashboard,
        panels: &[&Panel],
        variables: &[Variable],
        view: &ViewState,
        access: &Access,
        trigger: Trigger,
    ) -> Result<View, TooFine> {
        let now = self.now(dashboard, access, trigger).await;
        let window = Window::of(dashboard, view, now)?;
        let mut batch: Vec<Statement> = Vec::new();
        let plans: Vec<Result<(PanelPlan, usize), PanelError>> = panels
            .iter()
            .map(|panel| {
                let (plan, statements) = self.plan(dashboard, panel, view, access, &window)?;
                let count = statements.len();
                batch.extend(statements);
                Ok((plan, count))
            })
            .collect();
        let choices: Vec<_> = variables
            .iter()
            .map(|variable| {
                let statement = self.choices(dashboard, variable, view, access, &window);
                let is_asked = matches!(statement, Some(Ok(_)));
                let failed = match statement {
                    Some(Ok(statement)) => {
                        batch.push(statement);
                        None
                    }
                    Some(Err(error)) => Some(error),
                    None => None,
                };
                (variable, is_asked, failed)
            })
            .collect();
        let mut looked = self.loader.lookup(batch, trigger).await.into_iter();
        let states: Vec<PanelState> = plans
            .into_iter()
            .zip(panels)
            .map(|(planned, panel)| match planned {
                Err(error) => PanelState::Failed(error),
                Ok((plan, count)) => {
                    let looked = looked.by_ref().take(count).collect();
                    self.panel_state(panel, &window, plan, looked, trigger)
                }
            })
            .collect();
        let mut options = BTreeMap::new();
        for (variable, is_asked, failed) in choices {
            let asked = is_asked.then(|| looked.next()).flatten();
            let state = match (&variable.options, failed, asked) {
                (_, Some(error), _) => ChoicesState::Failed(error),
                (_, None, Some(looked)) => self.choices_state(looked, trigger),
                (Options::Fixed(fixed), ..) => ChoicesState::Ready(fixed.clone()),
                (Options::Query { .. }, None, None) => ChoicesState::Ready(Vec::new()),
            };
            options.insert(variable.name.clone(), state);
        }
        Ok(View { window, panels: states, options })
    }

    fn panel_state(
        &self,
        panel: &Panel,
        window: &Window,
        plan: PanelPlan,
        looked: Vec<Looked>,
        trigger: Trigger,
    ) -> PanelState {
        let assemble = {
            let (panel, window) = (panel.clone(), window.clone());
            move |loaded: Vec<Loaded>| panel_data(&panel, &window, &plan, loaded).map(Arc::new)
        };
        let known: Option<Vec<Loaded>> = looked.iter().map(|one| one.loaded.clone()).collect();
        if looked.iter().all(Looked::is_ready) {
            return match assemble(known.unwrap_or_default()) {
                Ok(data) => PanelState::Ready(data),
                Err(error) => PanelState::Failed(error),
            };
        }
        let previous = known.and_then(|known| assemble(known).ok());
        let loads: Vec<_> = looked.into_iter().map(|one| self.loader.load(one, trigger)).collect();
        // In a task of its own, so that the load starts before somebody awaits it; it ends with the
        // last who could await it.
        let task = Task(tokio::spawn(async move { assemble(try_join_all(loads).await?) }));
        let load = async move {
            let mut task = task;
            (&mut task.0).await.unwrap_or_else(|failure| {
                tracing::error!(%failure, "a panel's load ended abnormally");
                let message = "The panel could not be loaded. Try again.".to_owned();
                Err(PanelError { message, retry: true, kind: FailureKind::Interrupted })
            })
        };
        PanelState::Pending { previous, load: load.boxed().shared() }
    }

    /// Choices change rarely: what they were before an invalidation serves readers until the new
    /// ones are there.
    fn choices_state(&self, looked: Looked, trigger: Trigger) -> ChoicesState {
        let is_ready = looked.is_ready();
        let known = looked.loaded.clone().map(first_column);
        if let (true, Some(choices)) = (is_ready, &known) {
            return ChoicesState::Ready(choices.clone());
        }
        let loader = self.loader.clone();
        let task = tokio::spawn(async move { loader.load(looked, trigger).await });
        if let (Some(choices), Trigger::View | Trigger::Live) = (known, trigger) {
            // Behind the answer: nobody awaits it, and it goes on.
            return ChoicesState::Ready(choices);
        }
        let task = Task(task);
        let load = async move {
            let mut task = task;
            let ended = |_| {
                let message = "The choices could not be loaded. Try again.".to_owned();
                Err(PanelError { message, retry: true, kind: FailureKind::Interrupted })
            };
            (&mut task.0).await.unwrap_or_else(ended).map(first_column)
        };
        ChoicesState::Pending(load.boxed().shared())
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
        let source = self.loader.source(&panel.source).ok_or_else(|| unknown(&panel.source))?;
        let rollups = |source: &SourceName, name: &str| self.rollup_of(source, name);
        let plan = plan::panel(panel, view, window, access, source.dialect(), &rollups);
        let plan = plan.map_err(|error| refused(&error))?;
        let policy = self.policies.of(dashboard, Some(panel), &panel.source);
        let statements = [
            (Some(&plan.main), Some(&panel.query)),
            (plan.previous.as_ref(), Some(&panel.query)),
            (plan.sparkline.as_ref(), panel.sparkline.as_ref()),
        ];
        let statements = statements.into_iter().filter_map(|(planned, query)| {
            let (planned, owner) = (planned?, Owner::Panel(panel, query?));
            Some((planned.clone(), key::request(planned, dashboard, owner, policy)))
        });
        let statements = statements.collect();
        Ok((plan, statements))
    }

    /// The statement of a variable's choices, if they come from one.
    fn choices(
        &self,
        dashboard: &Dashboard,
        variable: &Variable,
        view: &ViewState,
        access: &Access,
        window: &Window,
    ) -> Option<Result<Statement, PanelError>> {
        let Options::Query { source, query } = &variable.options else {
            return None;
        };
        let plan = || {
            let dialect = self.loader.source(source).ok_or_else(|| unknown(source))?.dialect();
            let rollups = |source: &SourceName, name: &str| self.rollup_of(source, name);
            let planned = plan::choices(query, source, view, window, access, dialect, &rollups)
                .map_err(|error| refused(&error))?;
            let policy = self.policies.of(dashboard, None, source);
            let owner = Owner::Choices(variable.name.as_str());
            let request = key::request(&planned, dashboard, owner, policy);
            Ok((planned, request))
        };
        Some(plan())
    }
}

/// The first cell of the first row, as an instant; whole numbers are seconds since the epoch.
pub(crate) fn first_instant(frame: &Frame) -> Option<Timestamp> {
    match &frame.columns().first()?.values {
        Values::Time(cells) => *cells.first()?,
        Values::Int(cells) => (*cells.first()?).map(Timestamp::from_seconds),
        _ => None,
    }
}

/// A task that ends when nobody awaits it any more.
struct Task<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The first column of a variable's statement, without NULLs.
fn first_column(loaded: Loaded) -> Vec<String> {
    let Some(column) = loaded.frame.columns().first() else {
        return Vec::new();
    };
    (0..loaded.frame.rows()).filter_map(|row| column.values.exact(row)).collect()
}

/// Puts a panel's frames together; `loaded` is in the order of its statements.
fn panel_data(
    panel: &Panel,
    window: &Window,
    plan: &PanelPlan,
    loaded: Vec<Loaded>,
) -> Result<PanelData, PanelError> {
    let as_of = loaded.iter().map(|l| l.as_of).min().unwrap_or_default();
    let freshness = loaded.iter().map(|l| l.freshness).max().unwrap_or(Freshness::Fresh);
    let edition = edition(&loaded);
    let mut frames = loaded.into_iter().map(|l| l.frame);
    let with_computed = |frame: Arc<Frame>| {
        computed::with_computed(&frame, &panel.computed).map_err(|error| unfit(error.to_string()))
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
        edition,
    })
}

/// A key says under which generations, and when it was loaded, which of the entries that follow
/// each other under them.
fn edition(loaded: &[Loaded]) -> Edition {
    let parts = loaded.iter().map(|one| format!("{} {}", one.key, one.as_of.0));
    Edition(Fingerprint::of(parts).to_string().into())
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
    let (from, to) = (from.0.saturating_sub(MARGIN), to.0.saturating_add(MARGIN));
    window.offsets.within(Timestamp(from), Timestamp(to))
}

fn unknown(source: &SourceName) -> PanelError {
    let message = format!("Source \"{source}\" is not declared. Add it to the configuration.");
    unfit(message)
}

fn refused(error: &StatementError) -> PanelError {
    if let Some(attribute) = &error.lacks {
        let message = format!(
            "This panel shows what your \"{attribute}\" may see, and your account has none. \
             Ask an administrator."
        );
        return PanelError { message, retry: false, kind: FailureKind::Forbidden };
    }
    unfit(error.to_string())
}

/// What the dashboard's file says cannot be done.
fn unfit(message: String) -> PanelError {
    PanelError { message, retry: false, kind: FailureKind::Definition }
}
