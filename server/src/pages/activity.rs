//! `/admin/activity`: the audit log, filtered, page by page and as CSV.

use super::response;
use crate::api::csv::harmless;
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use brisk_app::service::{ActivityFilter, ActivityPage, ActivityRecord, Page, PageError};
use brisk_domain::Timestamp;
use brisk_domain::view::{parse_query, query_string};
use brisk_store::{AuditFilter, LoggedRecord, Store, StoreError};
use chrono::{Days, NaiveDate, NaiveTime};
use csv::{Terminator, WriterBuilder};
use futures::stream;
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;

/// The address of the page.
const PAGE: &str = "/admin/activity";
/// Records on a page.
const SHOWN: u32 = 100;
/// Records that are read at a time for CSV.
const READ: u32 = 1_000;

/// `/admin/activity`
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let Some(store) = &state.store else {
        let error = PageError::NotFound("This server keeps no records.".into());
        return response::failure(&state, error, request).await;
    };
    let asked = Asked::of(&request);
    match asked.page(store).await {
        Ok(page) => {
            let page = Page::Activity(Arc::new(page));
            response::page(&state, StatusCode::OK, page, request).await
        }
        Err(error) => unreadable(&error),
    }
}

/// `/admin/activity.csv`: all that passes the filter, a thousand records at a time.
pub async fn csv(State(state): State<AppState>, request: Request) -> Response {
    let Some(store) = state.store.clone() else {
        return (StatusCode::NOT_FOUND, "This server keeps no records.\n").into_response();
    };
    let filter = match Asked::of(&request).filter {
        Ok(filter) => filter,
        Err(problem) => return (StatusCode::BAD_REQUEST, format!("{problem}\n")).into_response(),
    };
    // If nothing can be read, the status has to say so.
    let first = match store.audit(&filter, READ).await {
        Ok(first) => first,
        Err(error) => return unreadable(&error),
    };
    let parts = stream::try_unfold((Some(first), true), move |(records, is_first)| {
        let (store, filter) = (store.clone(), filter.clone());
        async move {
            let Some(records) = records else { return Ok(None) };
            let next = match records.last().filter(|_| records.len() == READ as usize) {
                Some(last) => {
                    let below = AuditFilter { below: Some(last.id), ..filter };
                    Some(store.audit(&below, READ).await?)
                }
                None => None,
            };
            let part = part(&records, is_first).map_err(std::io::Error::other);
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Some((part?, (next, false))))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"activity.csv\""),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Body::from_stream(parts)).into_response()
}

fn unreadable(error: &StoreError) -> Response {
    tracing::warn!(%error, "the audit log cannot be read");
    let sentence = "Brisk's own database cannot be read; the log says why.\n";
    (StatusCode::INTERNAL_SERVER_ERROR, sentence).into_response()
}

/// What the address asks for.
struct Asked {
    typed: ActivityFilter,
    /// What it means; or which part of it cannot be read.
    filter: Result<AuditFilter, String>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let parameters = parse_query(request.uri().query().unwrap_or_default());
        let value = |name: &str| {
            let found = parameters.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let typed = ActivityFilter {
            actor: value("actor"),
            action: value("action"),
            subject: value("subject"),
            from: value("from"),
            to: value("to"),
        };
        Self { filter: filter(&typed, value("below").parse().ok()), typed }
    }

    async fn page(self, store: &Store) -> Result<ActivityPage, StoreError> {
        let actions = store.audit_actions().await?;
        let (records, problem) = match &self.filter {
            Ok(filter) => (store.audit(filter, SHOWN + 1).await?, None),
            Err(problem) => (Vec::new(), Some(problem.clone())),
        };
        let has_more = records.len() > SHOWN as usize;
        let last = records.get(SHOWN as usize - 1).filter(|_| has_more);
        let older = last.map(|last| self.address(PAGE, Some(last.id)));
        let shown =
            records.into_iter().take(SHOWN as usize).map(|LoggedRecord { record, .. }| {
                ActivityRecord {
                    at: record.at,
                    actor: record.actor.name,
                    address: record.actor.address,
                    action: record.action,
                    subject: record.subject,
                    before: record.before,
                    after: record.after,
                }
            });
        Ok(ActivityPage {
            records: shown.collect(),
            csv: self.address(&format!("{PAGE}.csv"), None),
            filter: self.typed,
            actions,
            problem,
            older,
        })
    }

    /// The address of the same filter at `path`, from the records below `below` on.
    fn address(&self, path: &str, below: Option<i64>) -> String {
        let typed = &self.typed;
        let texts = [
            ("actor", &typed.actor),
            ("action", &typed.action),
            ("subject", &typed.subject),
            ("from", &typed.from),
            ("to", &typed.to),
        ];
        let given = texts.into_iter().filter(|(_, text)| !text.is_empty());
        let mut pairs: Vec<(String, String)> =
            given.map(|(name, text)| (name.to_owned(), text.clone())).collect();
        pairs.extend(below.map(|below| ("below".to_owned(), below.to_string())));
        format!("{path}{}", query_string(&pairs))
    }
}

fn filter(typed: &ActivityFilter, below: Option<i64>) -> Result<AuditFilter, String> {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let day = |text: &str, days: u64| match text.is_empty() {
        true => Ok(None),
        false => begin(text, days)
            .map(Some)
            .ok_or_else(|| format!("\"{text}\" is no day: write one as 2026-11-28.")),
    };
    Ok(AuditFilter {
        actor: given(&typed.actor),
        action: given(&typed.action),
        subject: given(&typed.subject),
        from: day(&typed.from, 0)?,
        // The last day is among them.
        to: day(&typed.to, 1)?,
        below,
    })
}

/// The start of the day that is `days` after `text`, in UTC.
fn begin(text: &str, days: u64) -> Option<Timestamp> {
    let day =
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.checked_add_days(Days::new(days))?;
    Some(Timestamp(day.and_time(NaiveTime::MIN).and_utc().timestamp_micros()))
}

fn part(records: &[LoggedRecord], is_first: bool) -> Result<Bytes, csv::Error> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    if is_first {
        writer.write_record(["at", "actor", "address", "action", "subject", "before", "after"])?;
    }
    for LoggedRecord { record, .. } in records {
        let at = chrono::DateTime::from_timestamp_micros(record.at.0);
        let at = at.map(|at| at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()).unwrap_or_default();
        let value = |value: &Option<String>| harmless(value.as_deref().unwrap_or_default());
        writer.write_record([
            at,
            harmless(&record.actor.name),
            harmless(&record.actor.address),
            harmless(&record.action),
            harmless(&record.subject),
            value(&record.before),
            value(&record.after),
        ])?;
    }
    Ok(writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?.into())
}
