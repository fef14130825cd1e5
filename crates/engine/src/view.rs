//! A view's panels and choices: what can be shown now, and what is still loading.

use crate::load::{Loaded, Loader, StatementLookup};
use crate::lookup::Lookup;
use crate::panel_data::{PanelEdition, panel_data, panel_edition};
use crate::window::Window;
use brisk_cache::{Caller, Client, Trigger};
use brisk_domain::choice::{Choice, choice};
use brisk_domain::{FailureKind, PanelData, PanelError, Timestamp, VariableName};
use futures::FutureExt;
use futures::future::{BoxFuture, OptionFuture, Shared, join, try_join_all};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A panel that is still loading; it can be awaited from several places.
pub type PendingPanel<T = Arc<PanelData>> = Shared<BoxFuture<'static, Result<T, PanelError>>>;

/// A variable's choices that are still loading.
pub type PendingChoices = Shared<BoxFuture<'static, Result<Vec<Choice>, PanelError>>>;

/// The choices of one variable.
#[derive(Clone)]
pub enum ChoicesState {
    /// They can be shown now.
    Ready(Vec<Choice>),
    /// They cannot be shown.
    Failed(PanelError),
    /// They are being loaded.
    Pending(PendingChoices),
}

/// One panel of a view: its data, or only their edition.
#[derive(Clone)]
pub enum PanelState<T: Clone = Arc<PanelData>> {
    /// It can be shown now.
    Ready(T),
    /// It cannot be shown, and waiting will not help.
    Failed(PanelError),
    /// It is being loaded.
    Pending {
        /// The value until then: from before an invalidation, or past its TTL. Only for callers
        /// that replace it with the result, or accept older values explicitly.
        previous: Option<T>,
        /// The current value.
        load: PendingPanel<T>,
    },
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

impl PanelState {
    /// Waits for the current value.
    pub async fn current(self) -> Result<Arc<PanelData>, PanelError> {
        match self {
            Self::Ready(data) => Ok(data),
            Self::Failed(error) => Err(error),
            Self::Pending { load, .. } => load.await,
        }
    }

    /// [`PanelState::current`], or without waiting, the previous value if it was loaded at `oldest`
    /// or later. The load continues in the background.
    pub async fn since(self, oldest: Timestamp) -> Result<Arc<PanelData>, PanelError> {
        match self {
            Self::Pending { previous: Some(data), load } if data.as_of >= oldest => {
                // A load that is not awaited is cancelled, but the next caller should find the
                // current value.
                tokio::spawn(load);
                Ok(data)
            }
            state => state.current().await,
        }
    }
}

impl Lookup {
    /// Assembles the panels, and starts loading what is missing.
    pub fn into_view(self) -> View {
        View::of(self)
    }

    /// The panels' editions, without assembling frames unless needed; starts loading what is missing.
    /// The choices of variables are left out.
    pub fn into_editions(self) -> Vec<PanelState<PanelEdition>> {
        let Self { prepared, found, loader, caller, .. } = self;
        let mut found: Vec<Option<StatementLookup>> = found.into_iter().map(Some).collect();
        let panels = prepared.panels.iter().map(|prepared_panel| match &prepared_panel.planned {
            Err(error) => PanelState::Failed(error.clone()),
            Ok(planned) => {
                let own = planned.statements.clone();
                let own = own.filter_map(|at| found.get_mut(at)?.take()).collect();
                let (panel, plan) = (Arc::clone(&prepared_panel.panel), Arc::clone(&planned.plan));
                let (window, is_begun) = (prepared.window.clone(), plan.beginning.is_some());
                let edition = move |loaded: Vec<Loaded>, beginning: Option<Loaded>| {
                    panel_edition(&panel, &window, &plan, loaded, beginning)
                };
                state(own, is_begun, edition, &loader, &caller)
            }
        });
        panels.collect()
    }
}

impl View {
    fn of(lookup: Lookup) -> Self {
        let Lookup { prepared, found, loader, caller, .. } = lookup;
        let mut found: Vec<Option<StatementLookup>> = found.into_iter().map(Some).collect();
        let mut take = |at: usize| found.get_mut(at).and_then(Option::take);
        let panels = prepared.panels.iter().map(|prepared_panel| match &prepared_panel.planned {
            Err(error) => PanelState::Failed(error.clone()),
            Ok(planned) => {
                let own = planned.statements.clone().filter_map(&mut take).collect();
                let (panel, plan) = (Arc::clone(&prepared_panel.panel), Arc::clone(&planned.plan));
                let (window, is_begun) = (prepared.window.clone(), plan.beginning.is_some());
                let counter = loader.assembly_counter();
                let assemble = move |loaded: Vec<Loaded>, beginning: Option<Loaded>| {
                    counter.fetch_add(1, Ordering::Relaxed);
                    panel_data(&panel, &window, &plan, loaded, beginning).map(Arc::new)
                };
                state(own, is_begun, assemble, &loader, &caller)
            }
        });
        let panels = panels.collect();
        let options = prepared.choices.iter().map(|(name, choices)| {
            use crate::prepared::PreparedChoices::{Asked, Failed, Known};
            let state = match choices {
                Known(known) => ChoicesState::Ready(known.clone()),
                Failed(error) => ChoicesState::Failed(error.clone()),
                Asked(at) => match take(*at) {
                    Some(found) => choices_state(found, &loader, &caller),
                    None => ChoicesState::Ready(Vec::new()),
                },
            };
            (name.clone(), state)
        });
        let options = options.collect();
        Self { window: prepared.window.clone(), panels, options }
    }
}

/// One panel, assembled by `assemble` from what was found; if it `is_begun`, the last of that says how
/// far the data reach back.
fn state<T: Clone + Send + Sync + 'static>(
    mut found: Vec<StatementLookup>,
    is_begun: bool,
    assemble: impl Fn(Vec<Loaded>, Option<Loaded>) -> Result<T, PanelError> + Send + 'static,
    loader: &Loader,
    caller: &Caller,
) -> PanelState<T> {
    let beginning = if is_begun { found.pop() } else { None };
    let known: Option<Vec<Loaded>> = found.iter().map(|one| one.loaded.clone()).collect();
    let begun = beginning.as_ref().and_then(|one| one.loaded.clone());
    if found.iter().chain(&beginning).all(StatementLookup::is_ready) {
        return match assemble(known.unwrap_or_default(), begun) {
            Ok(data) => PanelState::Ready(data),
            Err(error) => PanelState::Failed(error),
        };
    }
    let previous = known.and_then(|known| assemble(known, begun).ok());
    let loads: Vec<_> = found.into_iter().map(|one| loader.load(one, caller)).collect();
    // In a task of its own, so that the load starts before it is awaited; it is cancelled when
    // the last future that could await it is dropped.
    let beginning = beginning.map(|one| loader.load(one, caller));
    let (assembling, client) = (loader.assembling().clone(), first_client(caller));
    let task = Task(tokio::spawn(async move {
        let (loaded, beginning) = join(try_join_all(loads), OptionFuture::from(beginning)).await;
        // Without it, how far the data reach back is unknown.
        let (loaded, beginning) = (loaded?, beginning.and_then(Result::ok));
        let assembled = assembling.run(client, move || assemble(loaded, beginning)).await;
        assembled.unwrap_or_else(|| {
            let message = "The server has too much to draw. Try again.".to_owned();
            Err(PanelError { message, retry: true, kind: FailureKind::Busy })
        })
    }));
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

/// The client in whose turn a panel is assembled.
fn first_client(caller: &Caller) -> Client {
    caller.clients.first().cloned().unwrap_or_else(Client::local)
}

/// Choices change rarely: readers are shown the previous ones until the new ones are loaded.
fn choices_state(found: StatementLookup, loader: &Loader, caller: &Caller) -> ChoicesState {
    let is_ready = found.is_ready();
    let known = found.loaded.clone().map(first_column);
    if let (true, Some(choices)) = (is_ready, &known) {
        return ChoicesState::Ready(choices.clone());
    }
    let (loader, of_load) = (loader.clone(), caller.clone());
    let task = tokio::spawn(async move { loader.load(found, &of_load).await });
    if let (Some(choices), Trigger::View | Trigger::Live) = (known, caller.trigger) {
        // In the background: it continues although nothing awaits it.
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

/// A task that is cancelled when dropped.
struct Task<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The first column of a variable's statement, without what cannot be chosen.
fn first_column(loaded: Loaded) -> Vec<Choice> {
    let Some(column) = loaded.frame.columns().first() else {
        return Vec::new();
    };
    (0..loaded.frame.rows()).filter_map(|row| choice(&column.values, row)?.ok()).collect()
}
