//! A dashboard's "now": the clock, a date, or its newest row.

use crate::engine::Engine;
use crate::key::{self, Owner};
use crate::load::Loaded;
use crate::page_wait::PAGE_WAIT;
use crate::panel_errors::{definition_error, statement_error, unknown_source};
use crate::plan;
use crate::prepared::Statement;
use crate::window::{self, Window};
use brisk_cache::{Caller, Trigger};
use brisk_domain::{
    Access, Dashboard, Frame, Now, PanelError, SourceName, Timestamp, Values, ViewState,
    ZoneOffsets,
};
use futures::future::{Either, select};
use std::sync::Arc;
use std::time::Duration;

/// A dashboard's "now".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Current {
    /// The instant.
    pub(crate) at: Timestamp,
    /// Whether it is being looked up, and this is the previous value or the clock's time meanwhile.
    pub(crate) is_previous: bool,
}

impl Engine {
    /// The "now" of `dashboard`. A page waits at most [`PAGE_WAIT`] for the newest row, and not at
    /// all if a previous one is known; then it gets the previous one or, failing that, the clock's
    /// time. All other callers wait, because they would take it for the current one.
    pub(crate) async fn now(
        &self,
        dashboard: &Dashboard,
        access: &Access,
        caller: &Caller,
    ) -> Current {
        let settled = |at| Current { at, is_previous: false };
        let clock = self.clock.now();
        let statement = match &dashboard.now {
            Now::Clock => return settled(clock),
            Now::Fixed(at) => return settled(*at),
            Now::Newest { .. } => self.newest(dashboard, access),
        };
        let Some(Ok((planned, request))) = statement else { return settled(clock) };
        let Some(found) = self.loader.lookup(&[planned], &[request], caller).await.pop() else {
            return settled(clock);
        };
        let zone = window::offsets(&dashboard.zone);
        let of = |loaded: &Loaded| first_instant(&loaded.frame, &zone);
        let known = found.loaded.as_ref().map(|loaded| of(loaded).unwrap_or(clock));
        if let (true, Some(at)) = (found.is_ready(), known) {
            return settled(at);
        }
        let (loader, caller_of_load) = (self.loader.clone(), caller.clone());
        // In a task of its own, so that a caller that stops waiting leaves the result to the next
        // one.
        let task = tokio::spawn(async move { loader.load(found, &caller_of_load).await });
        let patience = match (caller.trigger, known) {
            (Trigger::View, Some(_)) => Duration::ZERO,
            (Trigger::View, None) => PAGE_WAIT,
            // The statement has its own time limit.
            (Trigger::Live | Trigger::Api | Trigger::Report | Trigger::Warm, _) => Duration::MAX,
        };
        let late = self.clock.until(self.clock.now().after(patience));
        match select(task, late).await {
            Either::Left((Ok(Ok(loaded)), _)) => settled(of(&loaded).unwrap_or(clock)),
            // If the query fails, the last known value stands in.
            Either::Left((Ok(Err(_)) | Err(_), _)) => settled(known.unwrap_or(clock)),
            Either::Right(_) => Current { at: known.unwrap_or(clock), is_previous: true },
        }
    }

    /// The statement that finds the newest row, if `dashboard` has one.
    pub(crate) fn newest(
        &self,
        dashboard: &Dashboard,
        access: &Access,
    ) -> Option<Result<Statement, PanelError>> {
        let Now::Newest { source, query } = &dashboard.now else { return None };
        let plan = || {
            let target = self.loader.source(source).ok_or_else(|| unknown_source(source))?.target();
            let view = ViewState::default_of(dashboard);
            let window = Window::of(dashboard, &view, self.clock.now());
            let window = window.map_err(|error| definition_error(error.to_string()))?;
            let find = |source: &SourceName, name: &str| self.rollup_of(source, name);
            let planned = plan::choices(query, source, &view, &window, access, target, &find)
                .map_err(|error| statement_error(&error))?;
            let policy = self.policies().of(dashboard, None, source);
            let request = key::request(&planned, dashboard, Owner::Choices("now"), policy);
            Ok((Arc::new(planned), request))
        };
        let planned = plan();
        if let Err(error) = &planned {
            tracing::warn!(dashboard = %dashboard.slug, %error, "\"now\" is what the clock says");
        }
        Some(planned)
    }
}

/// The first cell of the first row as an instant; integers are seconds since the epoch, dates and
/// wall-clock times are read on the clock of `zone`.
pub fn first_instant(frame: &Frame, zone: &ZoneOffsets) -> Option<Timestamp> {
    match &frame.columns().first()?.values {
        Values::Int(cells) => (*cells.first()?).map(Timestamp::from_seconds),
        values => values.placed(0, zone),
    }
}
