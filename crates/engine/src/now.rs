//! What a dashboard takes for now: the clock, a date, or its newest row.

use crate::engine::Engine;
use crate::key::{self, Owner};
use crate::load::Loaded;
use crate::panel_errors::{definition_error, statement_error, unknown_source};
use crate::plan;
use crate::prepared::Statement;
use crate::window::Window;
use brisk_cache::Trigger;
use brisk_domain::{
    Access, Dashboard, Frame, Now, PanelError, SourceName, Timestamp, Values, ViewState,
};
use futures::future::{Either, select};
use std::sync::Arc;
use std::time::Duration;

/// How long a page that streams waits for anything; what is later comes over the live channel, so
/// that no slow query delays what a browser does when a page has ended.
pub const PAGE_WAIT: Duration = Duration::from_millis(1_500);

/// What a dashboard takes for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Current {
    /// The instant.
    pub(crate) at: Timestamp,
    /// Whether it is being asked anew, and this is what it was before, or what the clock says.
    pub(crate) is_previous: bool,
}

impl Engine {
    /// What `dashboard` takes for now. A page does not wait for its newest row for longer than
    /// [`PAGE_WAIT`], and not at all where it was known before: then, and where there is none, it is
    /// that, or what the clock says. All others wait: they would take it for the current one.
    pub(crate) async fn now(
        &self,
        dashboard: &Dashboard,
        access: &Access,
        trigger: Trigger,
    ) -> Current {
        let settled = |at| Current { at, is_previous: false };
        let clock = self.clock.now();
        let statement = match &dashboard.now {
            Now::Clock => return settled(clock),
            Now::Fixed(at) => return settled(*at),
            Now::Newest { .. } => self.newest(dashboard, access),
        };
        let Some(Ok((planned, request))) = statement else { return settled(clock) };
        let Some(found) = self.loader.lookup(&[planned], &[request], trigger).await.pop() else {
            return settled(clock);
        };
        let of = |loaded: &Loaded| first_instant(&loaded.frame);
        let known = found.loaded.as_ref().map(|loaded| of(loaded).unwrap_or(clock));
        if let (true, Some(at)) = (found.is_ready(), known) {
            return settled(at);
        }
        let loader = self.loader.clone();
        // It goes on whatever happens here: the next who asks finds what it gives.
        let task = tokio::spawn(async move { loader.load(found, trigger).await });
        let patience = match (trigger, known) {
            (Trigger::View, Some(_)) => Duration::ZERO,
            (Trigger::View, None) => PAGE_WAIT,
            // The statement has a limit of its own.
            (Trigger::Live | Trigger::Api | Trigger::Report | Trigger::Warm, _) => Duration::MAX,
        };
        let late = self.clock.until(self.clock.now().after(patience));
        match select(task, late).await {
            Either::Left((Ok(Ok(loaded)), _)) => settled(of(&loaded).unwrap_or(clock)),
            // What cannot be asked is as it was.
            Either::Left((Ok(Err(_)) | Err(_), _)) => settled(known.unwrap_or(clock)),
            Either::Right(_) => Current { at: known.unwrap_or(clock), is_previous: true },
        }
    }

    /// The statement of the newest row, if `dashboard` has one.
    pub(crate) fn newest(
        &self,
        dashboard: &Dashboard,
        access: &Access,
    ) -> Option<Result<Statement, PanelError>> {
        let Now::Newest { source, query } = &dashboard.now else { return None };
        let plan = || {
            let dialect =
                self.loader.source(source).ok_or_else(|| unknown_source(source))?.dialect();
            let view = ViewState::default_of(dashboard);
            let window = Window::of(dashboard, &view, self.clock.now());
            let window = window.map_err(|error| definition_error(error.to_string()))?;
            let find = |source: &SourceName, name: &str| self.rollup_of(source, name);
            let planned = plan::choices(query, source, &view, &window, access, dialect, &find)
                .map_err(|error| statement_error(&error))?;
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
