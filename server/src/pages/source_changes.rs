//! How changes of each source are noticed without a webhook, and the SQL of the triggers.

use super::response;
use crate::noticing::reports::{ListenerReport, ListenerState};
use crate::noticing::{Noticing, listener};
use crate::state::AppState;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use brisk_app::service::{
    ListenerRow, NoticedSource, Page, PageError, SourceChangesPage, ToldRow, WatchRow,
};
use brisk_domain::{SourceName, Tag, Timestamp, format};
use brisk_source::{Dialect, Source, TableKind, Tells, ToldTable, removal_sql, trigger_sql};
use brisk_store::WatchRecord;
use futures::future::join_all;
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a source may take to report its triggers; the page waits for the slowest.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/admin/invalidation/sources/{name}`
pub async fn page(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let name = path.ok().and_then(|Path(name)| SourceName::parse(&name).ok());
    let known = name.and_then(|name| {
        let noticing = state.noticing.clone()?;
        let source = state.service.engine().loader().source(&name)?;
        source.can_listen().then_some((name, noticing, source))
    });
    let Some((name, noticing, source)) = known else {
        let nowhere = PageError::NotFound("There is no such source that tells of changes.".into());
        return response::failure(&state, nowhere, request).await;
    };
    let told = told(&noticing, &name, &source).await;
    noticing.look_again();
    let read = noticing.engine().tables_read().remove(&name).unwrap_or_default();
    let tables = told.as_ref().map(Vec::as_slice).unwrap_or_default();
    let page = SourceChangesPage {
        now: state.service.now(),
        listener: listener_row(&noticing, &name),
        sql: trigger_sql(tables),
        removal: removal_sql(tables),
        tables: told.map(|tables| tables.iter().map(told_row).collect()),
        unread: read.unread,
        name: name.to_string(),
    };
    response::page(&state, StatusCode::OK, Page::SourceChanges(Arc::new(page)), request).await
}

/// All sources.
pub(super) async fn all(state: &AppState) -> Vec<NoticedSource> {
    let Some(noticing) = &state.noticing else { return Vec::new() };
    let watched = noticing.watched().all(noticing.engine()).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "watched results cannot be read");
        BTreeMap::new()
    });
    let sources = noticing.engine().loader().sources();
    let noticed = sources.iter().map(|(name, source)| noticed(noticing, name, source, &watched));
    let noticed = join_all(noticed).await;
    noticing.look_again();
    noticed
}

async fn noticed(
    noticing: &Noticing,
    name: &SourceName,
    source: &Source,
    watched: &BTreeMap<(SourceName, String), WatchRecord>,
) -> NoticedSource {
    let listens = source.can_listen();
    let told = match listens {
        true => told(noticing, name, source).await.ok(),
        false => None,
    };
    let told = told.map(|tables| {
        let can_tell = tables.iter().filter(|table| table.can_tell()).count();
        (tables.iter().filter(|table| table.is_told()).count(), can_tell)
    });
    let watches = noticing.watches().get(name).map(Vec::as_slice).unwrap_or_default();
    let watches = watches.iter().map(|watch| {
        let key = (name.clone(), watch.name.clone());
        let record = watched.get(&key).cloned().unwrap_or_default();
        WatchRow {
            name: watch.name.clone(),
            sql: watch.sql.clone(),
            pace: format::round_duration(watch.pace.as_secs_f64()),
            tags: watch.tags.as_ref().map(|tags| tags.iter().map(Tag::to_string).collect()),
            shown: record.shown,
            checked_at: record.checked_at,
            changed_at: record.changed_at,
            failing: record.error.map(|error| (record.failing_since, error)),
        }
    });
    NoticedSource {
        name: name.to_string(),
        kind: match source.dialect() {
            Dialect::Postgres => "PostgreSQL",
            Dialect::MySql => "MySQL or MariaDB",
            Dialect::Sqlite => "SQLite",
        },
        listener: listens.then(|| listener_row(noticing, name)),
        told,
        watches: watches.collect(),
    }
}

async fn told(
    noticing: &Noticing,
    name: &SourceName,
    source: &Source,
) -> Result<Vec<ToldTable>, String> {
    let asked = listener::told_tables(noticing.engine(), name, source);
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(told) => told.map_err(|error| error.to_string()),
        Err(_) => Err("The source does not answer in time.".to_owned()),
    }
}

fn listener_row(noticing: &Noticing, name: &SourceName) -> ListenerRow {
    let report = noticing.reports().of(name).unwrap_or_default();
    let ListenerReport { state, heard, latest, trouble, lost } = report;
    let now = noticing.now();
    let time = |since: Timestamp| format::round_duration(now.since(since).as_secs_f64());
    let mut state = match state {
        ListenerState::Beginning => (None, "beginning".to_owned()),
        ListenerState::Idle => (None, "waits for triggers".to_owned()),
        ListenerState::Listening(since) => (Some(true), format!("listens, for {}", time(since))),
        ListenerState::Lost(since, why) => {
            (Some(false), format!("does not listen, for {}: {why}. It tries again", time(since)))
        }
    };
    if let Some(trouble) = trouble {
        state = (Some(false), format!("{}; not recorded yet: {trouble}", state.1));
    }
    ListenerRow { state, heard, latest, lost }
}

fn told_row(table: &ToldTable) -> ToldRow {
    let told = match (table.kind, table.tells) {
        (TableKind::Materialized, _) => (false, "not seen: refreshing it fires no trigger"),
        (TableKind::Foreign, _) => (false, "not seen: it is on another server"),
        (_, Tells::Nothing) => (false, "not told: it has no trigger"),
        (_, Tells::Statements) => (false, "told, but for rows that are replicated"),
        (_, Tells::Everything) => (true, "told"),
    };
    let kind = match table.kind {
        TableKind::Plain => "table",
        TableKind::Partitioned => "table with partitions",
        TableKind::Partition => "partition",
        TableKind::Foreign => "foreign table",
        TableKind::Materialized => "materialized view",
    };
    ToldRow { name: table.path(), kind, told }
}
