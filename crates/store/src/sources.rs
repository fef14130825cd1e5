//! The databases that were added in the app. Their URLs are sealed.

use crate::audit::{Actor, AuditRecord, differing};
use crate::change::Topic;
use crate::{Store, StoreError};
use brisk_domain::{SourceName, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use std::fmt;

/// A database that was added in the app.
#[derive(Clone, PartialEq, Eq)]
pub struct AppSource {
    /// Its name.
    pub name: SourceName,
    /// Its URL or path, which may hold a password.
    pub url: String,
    /// What may be shown of it: `PostgreSQL on db.example.com`.
    pub shown: String,
    /// Connections to a server, at most.
    pub connections: u32,
    /// Seconds that a statement may take.
    pub seconds: u32,
    /// Rows that a statement may return.
    pub rows: u32,
    /// The URL that its rollups are written over, which may hold a password; none where there are no
    /// rollups, or where files declare it.
    pub rollup_url: Option<String>,
    /// The zone of its columns that have none; empty where that is not set.
    pub wall_clock: String,
    /// Replaced at each change: what was read under an earlier one is no longer shown.
    pub revision: String,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
}

impl fmt::Debug for AppSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.name)
    }
}

/// Without what may hold a password.
impl fmt::Display for AppSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.facts().join(", "))
    }
}

impl AppSource {
    /// What may be said of it.
    fn facts(&self) -> Vec<String> {
        let Self { shown, connections, seconds, rows, wall_clock, rollup_url, .. } = self;
        let mut facts = vec![
            shown.clone(),
            format!("{connections} connections"),
            format!("{seconds} s"),
            format!("{rows} rows"),
        ];
        if !wall_clock.is_empty() {
            facts.push(format!("wall clock {wall_clock}"));
        }
        if rollup_url.is_some() {
            facts.push("with rollups".to_owned());
        }
        facts
    }
}

/// The record that a source's URL is sealed as.
pub(crate) fn record(name: &str) -> String {
    format!("source {name}")
}

const COLUMNS: &str = "name, url, shown, connections, seconds, row_limit, wall_clock, revision, \
                       changed_by, changed_at, rollup_url";

/// The record that the URL for its rollups is sealed as.
pub(crate) fn rollup_record(name: &str) -> String {
    format!("rollups of source {name}")
}

impl Store {
    /// All of them, by name; the error for one whose URL cannot be decrypted.
    pub async fn app_sources(
        &self,
    ) -> Result<Vec<(SourceName, Result<AppSource, StoreError>)>, StoreError> {
        let sql = format!("select {COLUMNS} from sources order by name");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        Ok(rows.iter().filter_map(|row| self.read_app_source(row)).collect())
    }

    /// Adds `source`, or replaces the one of its name.
    pub async fn set_app_source(
        &self,
        source: &AppSource,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let sealed = self.seal(&record(source.name.as_str()), source.url.as_bytes())?;
        let rollup_url = source.rollup_url.as_ref();
        let rollup_url =
            rollup_url.map(|url| self.seal(&rollup_record(source.name.as_str()), url.as_bytes()));
        let rollup_url = rollup_url.transpose()?;
        let mut change = self.begin_change(Topic::Sources).await?;
        let before = self.app_source_in(&mut change, &source.name).await?;
        sqlx::query(
            "insert into sources (name, url, shown, connections, seconds, row_limit, wall_clock,
               revision, changed_by, changed_at, rollup_url)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             on conflict (name) do update set url = excluded.url, shown = excluded.shown,
               connections = excluded.connections, seconds = excluded.seconds,
               row_limit = excluded.row_limit, wall_clock = excluded.wall_clock,
               revision = excluded.revision, changed_by = excluded.changed_by,
               changed_at = excluded.changed_at, rollup_url = excluded.rollup_url",
        )
        .bind(source.name.as_str())
        .bind(sealed)
        .bind(&source.shown)
        .bind(i64::from(source.connections))
        .bind(i64::from(source.seconds))
        .bind(i64::from(source.rows))
        .bind(&source.wall_clock)
        .bind(&source.revision)
        .bind(&actor.name)
        .bind(source.changed_at.0)
        .bind(rollup_url)
        .execute(&mut *change)
        .await?;
        let mut said = source.facts();
        if before.as_ref().is_some_and(|before| before.url != source.url) {
            said.push("another URL".to_owned());
        }
        if before.as_ref().is_some_and(|before| before.rollup_url != source.rollup_url)
            && source.rollup_url.is_some()
        {
            said.push("another URL for rollups".to_owned());
        }
        let was = before.as_ref().map(AppSource::facts).unwrap_or_default();
        let (said_before, said_after) = differing(&was, &said);
        let record = AuditRecord {
            at: source.changed_at,
            actor: actor.clone(),
            action: if before.is_some() { "source changed" } else { "source added" }.into(),
            subject: format!("source:{}", source.name),
            before: said_before,
            after: said_after,
        };
        change.record(&record).await?;
        change.commit().await
    }

    /// Removes the source of that name; false where there is none.
    pub async fn remove_app_source(
        &self,
        name: &SourceName,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.begin_change(Topic::Sources).await?;
        // What may be shown of it, even where its URL cannot be decrypted.
        let row = sqlx::query("delete from sources where name = $1 returning shown")
            .bind(name.as_str())
            .fetch_optional(&mut *change)
            .await?;
        let Some(row) = row else { return Ok(false) };
        let record = AuditRecord {
            at,
            actor: actor.clone(),
            action: "source removed".into(),
            subject: format!("source:{name}"),
            before: Some(row.get(0)),
            after: None,
        };
        change.record(&record).await?;
        change.commit().await?;
        Ok(true)
    }

    /// The source of that name, if its URL can be decrypted.
    pub async fn app_source(&self, name: &SourceName) -> Result<Option<AppSource>, StoreError> {
        self.app_source_in(&mut *self.pool.acquire().await?, name).await
    }

    async fn app_source_in(
        &self,
        connection: &mut AnyConnection,
        name: &SourceName,
    ) -> Result<Option<AppSource>, StoreError> {
        let sql = format!("select {COLUMNS} from sources where name = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(name.as_str());
        let row = row.fetch_optional(connection).await?;
        Ok(row.and_then(|row| self.read_app_source(&row)).and_then(|(_, source)| source.ok()))
    }

    /// The source of a row; none where its name is no longer one.
    fn read_app_source(&self, row: &AnyRow) -> Option<(SourceName, Result<AppSource, StoreError>)> {
        let whole = |number: i64| u32::try_from(number).unwrap_or_default();
        let name = SourceName::parse(row.get(0)).ok()?;
        let text = |sealed: &str, record: String| {
            let unsealed = self.unseal(&record, sealed);
            unsealed.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        };
        let rollup_url: Option<&str> = row.get(10);
        let rollup_url = rollup_url.map(|sealed| text(sealed, rollup_record(name.as_str())));
        let unsealed = text(row.get(1), record(name.as_str()));
        let unsealed = unsealed.and_then(|url| Ok((url, rollup_url.transpose()?)));
        let read = unsealed.map(|(url, rollup_url)| AppSource {
            name: name.clone(),
            url,
            rollup_url,
            shown: row.get(2),
            connections: whole(row.get(3)),
            seconds: whole(row.get(4)),
            rows: whole(row.get(5)),
            wall_clock: row.get(6),
            revision: row.get(7),
            changed_by: row.get(8),
            changed_at: Timestamp(row.get(9)),
        });
        Some((name, read))
    }
}
