//! A run of a report as pages show it.

use brisk_app::service::{ReportRunRow, ReportRunState};
use brisk_definition::timetable::Timetable;
use brisk_domain::Timestamp;
use brisk_domain::report::Timing;
use brisk_store::{ReportRun, RunCause, RunOutcome, Store, StoreError};
use std::collections::BTreeMap;

/// The clock on which a report's times are shown; UTC for one that is gone or broken.
pub(super) struct Clock(Option<Timetable>);

impl Clock {
    pub(super) fn of(timing: Option<&Timing>) -> Self {
        let zone = timing.map_or("UTC", |timing| timing.zone.as_str());
        // Any time does: only the zone matters.
        Self(Timetable::parse("0 0 * * *", zone).ok())
    }

    pub(super) fn shown(&self, at: Timestamp) -> String {
        self.0.as_ref().map(|clock| clock.shown(at)).unwrap_or_default()
    }
}

/// The names of accounts by their keys as recipients.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) async fn read(store: &Store) -> Result<Self, StoreError> {
        let accounts = store.accounts().await?;
        let named = accounts
            .iter()
            .map(|account| (format!("account:{}", account.id.as_str()), account.name.to_string()));
        Ok(Self(named.collect()))
    }

    /// A recipient's key as people read it.
    pub(super) fn shown(&self, key: &str) -> String {
        if let Some(name) = self.0.get(key) {
            return name.clone();
        }
        match key.split_once(':') {
            Some(("mail", address)) => address.to_owned(),
            Some(("channel", name)) => format!("channel {name}"),
            Some(("account", id)) => format!("an account that is gone ({id})"),
            _ => key.to_owned(),
        }
    }
}

pub(super) fn row(run: &ReportRun, clock: &Clock) -> ReportRunRow {
    let counts = run.counts;
    let counts = [
        (counts.unknown, "unknown"),
        (counts.refused, "refused"),
        (counts.not_sent, "not sent"),
        (counts.claimed, "being sent"),
        (counts.sent, "sent"),
    ];
    let state = match (run.started_at, run.ended_at, run.outcome) {
        (_, Some(_), Some(RunOutcome::NotNeeded)) => ReportRunState::NotNeeded,
        (_, Some(_), Some(RunOutcome::Failed)) => ReportRunState::Failed,
        (_, Some(_), _) => ReportRunState::Done,
        (Some(since), None, _) => ReportRunState::Runs(since),
        (None, None, _) => ReportRunState::Waits,
    };
    ReportRunRow {
        moment: clock.shown(run.moment),
        cause: cause(run),
        is_late: run.is_late,
        missed: run.missed,
        state,
        note: run.note.clone(),
        counts: counts.into_iter().filter(|(count, _)| *count > 0).collect(),
        left_out: run.left_out.clone(),
    }
}

fn cause(run: &ReportRun) -> String {
    match &run.cause {
        RunCause::Time => "at its time".to_owned(),
        RunCause::Landed => "when its data had landed".to_owned(),
        RunCause::AtLatest(missing) => {
            let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
            format!("without waiting any longer for {}", missing.join(" and "))
        }
        RunCause::Asked => match &run.asked_by {
            Some(by) => format!("because {by} asked for it"),
            None => "because somebody asked for it".to_owned(),
        },
    }
}
