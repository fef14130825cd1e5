//! `/admin/reports/{name}`: the latest runs of a report, and what became of each sending.

use super::common::{all, not_kept, nowhere};
use super::runs::{self, Clock, Names};
use crate::pages::response;
use crate::reports::sending::MOST;
use crate::state::AppState;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use brisk_app::service::{Page, ReportPage, SendingRow, SendingRows};
use brisk_domain::ReportName;
use brisk_domain::report::OnLost;
use brisk_store::{SendingRecord, SendingState, Store, StoreError};
use http::StatusCode;
use std::sync::Arc;

/// Runs that are shown.
const RUNS: u32 = 50;
/// Sendings of a run that are shown.
const SENDINGS: usize = 200;

/// `/admin/reports/{name}`; also of one that was removed, as long as something is known of its runs.
pub async fn page(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Some(store) = &state.store else { return response::unavailable() };
    let name = path.ok().and_then(|Path(name)| ReportName::parse(&name).ok());
    let Some(name) = name else { return response::failure(&state, nowhere(), request).await };
    match gathered(&state, store, &name).await {
        Ok(Some(page)) => {
            let page = Page::Report(Arc::new(page));
            response::page(&state, StatusCode::OK, page, request).await
        }
        Ok(None) => response::failure(&state, nowhere(), request).await,
        Err(error) => not_kept(&error),
    }
}

async fn gathered(
    state: &AppState,
    store: &Store,
    name: &ReportName,
) -> Result<Option<ReportPage>, StoreError> {
    let mut all = all(state, store).await?;
    let known = all.remove(name);
    let history = store.report_history(name, RUNS).await?;
    if known.is_none() && history.is_empty() {
        return Ok(None);
    }
    let report = known.and_then(|known| known.report.ok());
    let clock = Clock::of(report.as_ref().map(|report| &report.timing));
    let names = Names::read(store).await?;
    let mut runs = Vec::new();
    for run in &history {
        let sendings = store.sendings(name.as_str(), run.due_at).await?;
        runs.push((runs::row(run, &clock), sending_rows(sendings, &names)));
    }
    let title = report.map(|report| report.title.clone());
    Ok(Some(ReportPage { now: state.service.now(), name: name.to_string(), title, runs }))
}

/// Those that did not arrive are first: they are what people look for.
fn sending_rows(mut sendings: Vec<SendingRecord>, names: &Names) -> SendingRows {
    sendings.sort_by_key(|sending| match sending.state {
        SendingState::Unknown => 0,
        SendingState::Refused => 1,
        SendingState::NotSent => 2,
        SendingState::Claimed => 3,
        SendingState::Sent => 4,
    });
    let others = sendings.len().saturating_sub(SENDINGS);
    let shown = sendings.iter().take(SENDINGS).map(|sending| row(sending, names));
    SendingRows { shown: shown.collect(), others }
}

fn row(sending: &SendingRecord, names: &Names) -> SendingRow {
    let (state, is_bad) = match (sending.state, sending.on_lost) {
        (SendingState::Claimed, _) => ("being sent", false),
        (SendingState::Sent, _) => ("sent", false),
        (SendingState::Refused, _) => ("refused: it is not sent again", true),
        (SendingState::NotSent, _) => ("not sent", true),
        (SendingState::Unknown, OnLost::AtMostOnce) => {
            ("unknown whether it arrived: it is not sent again", true)
        }
        (SendingState::Unknown, OnLost::AtLeastOnce) => ("unknown whether it arrived", true),
    };
    let is_tried_again = sending.attempts < MOST
        && match sending.state {
            SendingState::NotSent => true,
            SendingState::Unknown => sending.on_lost == OnLost::AtLeastOnce,
            SendingState::Claimed | SendingState::Refused | SendingState::Sent => false,
        };
    SendingRow {
        recipient: names.shown(&sending.key.recipient),
        state,
        is_bad,
        attempts: sending.attempts,
        at: sending.ended_at.unwrap_or(sending.claimed_at),
        retry_at: sending.retry_at.filter(|_| is_tried_again),
        words: sending.words.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::Timestamp;
    use brisk_store::SendingKey;

    fn record(state: SendingState, on_lost: OnLost, attempts: u32) -> SendingRecord {
        let (report, recipient) = ("weekly".to_owned(), "mail:board@example.com".to_owned());
        SendingRecord {
            key: SendingKey { report, due_at: Timestamp(0), recipient },
            state,
            on_lost,
            attempts,
            claimed_at: Timestamp(1),
            ended_at: None,
            retry_at: Some(Timestamp(2)),
            words: String::new(),
            message_id: String::new(),
        }
    }

    #[test]
    fn only_what_is_tried_again_says_when() {
        use SendingState::{Claimed, NotSent, Refused, Sent, Unknown};
        let (once, again) = (OnLost::AtMostOnce, OnLost::AtLeastOnce);
        let names = Names::default();
        for (state, on_lost, attempts, expected) in [
            (NotSent, once, 1, true),
            (NotSent, once, MOST, false),
            (Unknown, once, 1, false),
            (Unknown, again, 1, true),
            (Unknown, again, MOST, false),
            (Refused, again, 1, false),
            (Sent, again, 1, false),
            (Claimed, again, 2, false),
        ] {
            let row = row(&record(state, on_lost, attempts), &names);
            assert_eq!(row.retry_at.is_some(), expected, "{state:?} {on_lost:?} {attempts}");
        }
    }

    #[test]
    fn of_many_sendings_those_that_did_not_arrive_are_shown() {
        let mut all = vec![record(SendingState::Sent, OnLost::AtMostOnce, 1); 300];
        all.push(record(SendingState::Refused, OnLost::AtMostOnce, 1));
        all.push(record(SendingState::Unknown, OnLost::AtMostOnce, 1));
        let rows = sending_rows(all, &Names::default());
        assert_eq!((rows.shown.len(), rows.others), (SENDINGS, 102));
        let bad: Vec<bool> = rows.shown.iter().map(|row| row.is_bad).take(3).collect();
        assert_eq!(bad, [true, true, false]);
    }
}
