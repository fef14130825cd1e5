//! What a dashboard takes for now: the clock, a date, or its newest row.

use crate::Engine;
use crate::key::{self, Owner};
use crate::plan;
use crate::prepared::Statement;
use crate::refusal::{refused, unfit, unknown};
use crate::window::Window;
use brisk_cache::Trigger;
use brisk_domain::{
    Access, Dashboard, Frame, Now, PanelError, SourceName, Timestamp, Values, ViewState,
};
use std::sync::Arc;
use std::time::Duration;

/// How long a page waits for the newest row of its data.
const NEWEST: Duration = Duration::from_millis(1_500);

impl Engine {
    /// What `dashboard` takes for now. A page does not wait for its newest row for longer than
    /// [`NEWEST`]: then, and where there is none, it is what the clock says.
    pub(crate) async fn now(
        &self,
        dashboard: &Dashboard,
        access: &Access,
        trigger: Trigger,
    ) -> Timestamp {
        let clock = self.clock.now();
        let statement = match &dashboard.now {
            Now::Clock => return clock,
            Now::Fixed(at) => return *at,
            Now::Newest { .. } => self.newest(dashboard, access),
        };
        let Some(Ok(statement)) = statement else { return clock };
        let (planned, request) = statement;
        let Some(looked) = self.loader.lookup(&[planned], &[request], trigger).await.pop() else {
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
            Ok((Arc::new(planned), request))
        };
        let planned = plan();
        if let Err(error) = &planned {
            tracing::warn!(dashboard = %dashboard.slug, %error, "\"now\" is what the clock says");
        }
        Some(planned)
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
