//! What the cache holds for a panel, and why, to explain what a panel shows. Read-only: no
//! statistics, no refresh, no load.

use crate::encoding::Cached;
use crate::engine::Engine;
use crate::now::first_instant;
use crate::policy::Origins;
use crate::window::{self, TooFine, Window};
use brisk_cache::{Inspection, Policy, Value as _};
use brisk_domain::entry_report::StoredEntry;
use brisk_domain::sentence::capitalised;
use brisk_domain::{
    Access, Dashboard, EntryOf, EntryReport, EntryState, Now, Panel, PanelEntries, PanelError,
    PolicyPlace, Timestamp, ViewState, format,
};

/// How many digits of a key are shown: enough to find it in a log.
const KEY_DIGITS: usize = 12;

impl Engine {
    /// What the cache holds of `panel` for `view`, under `access`. The inner error is why its
    /// statements cannot be planned.
    pub async fn inspect(
        &self,
        dashboard: &Dashboard,
        panel: &Panel,
        view: &ViewState,
        access: &Access,
    ) -> Result<Result<PanelEntries, PanelError>, TooFine> {
        let clock = self.clock.now();
        let window = Window::of(dashboard, view, self.quiet_now(dashboard, access).await)?;
        let (plan, statements) = match self.plan(dashboard, panel, view, access, &window) {
            Ok(planned) => planned,
            Err(error) => return Ok(Err(error)),
        };
        let of = [
            Some(EntryOf::Statement),
            plan.previous.as_ref().map(|_| EntryOf::Compared),
            plan.sparkline.as_ref().map(|_| EntryOf::SmallLine),
            plan.beginning.as_ref().map(|_| EntryOf::Beginning),
        ];
        let requests: Vec<_> = statements.into_iter().map(|(_, request)| request).collect();
        let inspected = self.loader.cache().inspect(&requests).await;
        let origins = self.policies().origins(dashboard, Some(panel), &panel.source);
        let entries = of.into_iter().flatten().zip(inspected);
        let entries =
            entries.map(|(of, inspected)| report(of, &inspected, origins, clock)).collect();
        Ok(Ok(PanelEntries { entries, now: clock, offsets: window.offsets }))
    }

    /// The dashboard's "now", as far as it is known without querying its source.
    async fn quiet_now(&self, dashboard: &Dashboard, access: &Access) -> Timestamp {
        let clock = self.clock.now();
        match &dashboard.now {
            Now::Clock => clock,
            Now::Fixed(at) => *at,
            Now::Newest { .. } => {
                let Some(Ok((_, request))) = self.newest(dashboard, access) else { return clock };
                let inspected = self.loader.cache().inspect(&[request]).await.pop();
                let frame =
                    inspected.and_then(|inspected| inspected.entry).map(|entry| entry.value.frame);
                let zone = window::offsets(&dashboard.zone);
                frame.and_then(|frame| first_instant(&frame, &zone)).unwrap_or(clock)
            }
        }
    }
}

/// The report on one entry at `now`.
fn report(
    of: EntryOf,
    inspected: &Inspection<Cached>,
    origins: Origins,
    now: Timestamp,
) -> EntryReport {
    let policy = inspected.ticket.request.policy;
    let (state, why) = judged(inspected, policy, origins.mode, now);
    let key = inspected.entry.as_ref().map_or(inspected.ticket.key, |entry| entry.key);
    let stored = inspected.entry.as_ref().map(|entry| StoredEntry {
        loaded_at: entry.stored_at,
        fresh_until: entry.fresh_until,
        usable_until: entry.usable_until,
        load_time: u64::try_from(entry.load_time.as_micros()).unwrap_or(u64::MAX),
        bytes: entry.value.size() as u64,
    });
    let tags = inspected.ticket.request.tags.iter().map(|tag| tag.as_str().to_owned());
    EntryReport {
        of,
        key: key.to_string().chars().take(KEY_DIGITS).collect(),
        state,
        why,
        ttl: policy.ttl.as_secs(),
        ttl_from: origins.ttl,
        stale: policy.stale.as_secs(),
        stale_from: origins.stale,
        tags: tags.collect(),
        stored,
    }
}

/// How current the entry is, and why.
fn judged(
    inspected: &Inspection<Cached>,
    policy: Policy,
    mode_from: PolicyPlace,
    now: Timestamp,
) -> (EntryState, String) {
    let age = |at: Timestamp| format::duration(now.0.abs_diff(at.0) as f64 / 1e6);
    let by = mode_from.words();
    if policy.off {
        let why = format!("{} says \"off\": every lookup runs the statement.", capitalised(by));
        return (EntryState::Off, why);
    }
    let Some(entry) = &inspected.entry else {
        let why = "Nothing is stored: this view was not requested lately, or it was evicted to \
                   make room. The next reader waits for the database.";
        return (EntryState::Gone, why.to_owned());
    };
    let loaded = age(entry.stored_at);
    if now >= entry.usable_until {
        let why = format!(
            "Its stale window ended {} ago. The next reader waits for the database.",
            age(entry.usable_until)
        );
        return (EntryState::Gone, why);
    }
    if inspected.is_previous() {
        let why = match policy.strict {
            true => format!(
                "Something that it depends on was invalidated after it was loaded, and {by} says \
                 \"strict\": it is not shown any more. The next reader waits for the database."
            ),
            false => "Something that it depends on was invalidated after it was loaded. It is \
                      shown, marked, only until the current value is there."
                .to_owned(),
        };
        return (EntryState::Previous, why);
    }
    if !inspected.ticket.verified {
        let why = format!(
            "Loaded {loaded} ago. The shared cache could not be asked whether something that it \
             depends on was invalidated since."
        );
        return (EntryState::Unverified, why);
    }
    if now >= entry.fresh_until {
        let why = format!(
            "Loaded {loaded} ago, longer than its time to live. The next reader is shown it, \
             marked, while it is reloaded in the background."
        );
        return (EntryState::Stale, why);
    }
    let why = format!("Loaded {loaded} ago, and nothing that it depends on was invalidated since.");
    (EntryState::Fresh, why)
}
