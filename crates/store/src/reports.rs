//! Reports that are made in the app, and which reports are paused there.

use crate::audit::{Actor, AuditRecord, differing};
use crate::change::{Change, Topic};
use crate::report_due::KIND;
use crate::{Store, StoreError};
use brisk_domain::{ReportName, Timestamp};
use sqlx::Row as _;
use std::collections::BTreeSet;

/// A report that was made in the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRecord {
    /// Its name.
    pub name: ReportName,
    /// Its definition, as a file would have it.
    pub definition: String,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
}

impl Store {
    /// The reports that were made in the app, by name.
    pub async fn reports(&self) -> Result<Vec<ReportRecord>, StoreError> {
        let sql = "select name, definition, changed_by, changed_at from reports order by name";
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        let records = rows.iter().filter_map(|row| {
            Some(ReportRecord {
                name: ReportName::parse(row.get(0)).ok()?,
                definition: row.get(1),
                changed_by: row.get(2),
                changed_at: Timestamp(row.get(3)),
            })
        });
        Ok(records.collect())
    }

    /// Makes a report, or replaces its definition; the audit log has the lines that differ.
    pub async fn set_report(
        &self,
        name: &ReportName,
        definition: &str,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.begin_change(Topic::Reports).await?;
        let before = definition_of(&mut change, name).await?;
        // PostgreSQL stores no NUL.
        let definition = definition.replace('\0', "\u{fffd}");
        let lines = |text: Option<&str>| -> Vec<String> {
            let lines = text.unwrap_or_default().lines().map(str::trim);
            lines.filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
        };
        let (was, is) = differing(&lines(before.as_deref()), &lines(Some(&definition)));
        if before.as_deref() == Some(definition.as_str()) {
            return Ok(());
        }
        sqlx::query(
            "insert into reports (name, definition, changed_by, changed_at) values ($1, $2, $3, $4)
             on conflict (name) do update set definition = excluded.definition,
               changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        )
        .bind(name.as_str())
        .bind(&definition)
        .bind(&actor.name)
        .bind(at.0)
        .execute(&mut *change)
        .await?;
        let action = if before.is_none() { "report added" } else { "report changed" };
        change.record(&record(name, action, (was, is), actor, at)).await?;
        change.commit().await
    }

    /// Removes a report and what was planned of it; false if there is none. What was sent stays in the
    /// history, and whoever has unsubscribed stays so, should it be made again.
    pub async fn remove_report(
        &self,
        name: &ReportName,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.begin_change(Topic::Reports).await?;
        let Some(before) = definition_of(&mut change, name).await? else { return Ok(false) };
        for sql in [
            "delete from reports where name = $1",
            "delete from report_pauses where report = $1",
            "delete from report_progress where report = $1",
        ] {
            sqlx::query(sql).bind(name.as_str()).execute(&mut *change).await?;
        }
        sqlx::query("delete from jobs where kind = $1 and name = $2 and done_at is null")
            .bind(KIND)
            .bind(name.as_str())
            .execute(&mut *change)
            .await?;
        let lines: Vec<&str> = before.lines().filter(|line| !line.trim().is_empty()).collect();
        let states = (Some(lines.join(", ")), None);
        change.record(&record(name, "report removed", states, actor, at)).await?;
        change.commit().await?;
        Ok(true)
    }

    /// The reports that are paused in the app, whether they are of files or of the app.
    pub async fn paused_reports(&self) -> Result<BTreeSet<String>, StoreError> {
        let rows = sqlx::query("select report from report_pauses").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Pauses a report, or lets it go on: from then on, so that nothing that passed meanwhile counts as
    /// missed. One that is so already stays as it is.
    pub async fn pause_report(
        &self,
        name: &ReportName,
        is_paused: bool,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.begin_change(Topic::Reports).await?;
        let changed =
            match is_paused {
                true => sqlx::query(
                    "insert into report_pauses (report, changed_by, changed_at) values ($1, $2, $3)
                     on conflict (report) do nothing",
                )
                .bind(name.as_str())
                .bind(&actor.name)
                .bind(at.0)
                .execute(&mut *change)
                .await?,
                false => {
                    sqlx::query("delete from report_pauses where report = $1")
                        .bind(name.as_str())
                        .execute(&mut *change)
                        .await?
                }
            };
        if changed.rows_affected() == 0 {
            return Ok(());
        }
        if !is_paused {
            let on = "update report_progress set planned_to = $1 where report = $2";
            sqlx::query(on).bind(at.0).bind(name.as_str()).execute(&mut *change).await?;
        }
        let (action, before, after) = match is_paused {
            true => ("report paused", "on", "paused"),
            false => ("report resumed", "paused", "on"),
        };
        let states = (Some(before.to_owned()), Some(after.to_owned()));
        change.record(&record(name, action, states, actor, at)).await?;
        change.commit().await
    }
}

async fn definition_of(
    change: &mut Change,
    name: &ReportName,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("select definition from reports where name = $1")
        .bind(name.as_str())
        .fetch_optional(&mut **change)
        .await?;
    Ok(row.map(|row| row.get(0)))
}

/// What the audit log says of a decision about a report.
pub(crate) fn record(
    name: &ReportName,
    action: &str,
    (before, after): (Option<String>, Option<String>),
    actor: &Actor,
    at: Timestamp,
) -> AuditRecord {
    let subject = format!("report {name}");
    AuditRecord { at, actor: actor.clone(), action: action.into(), subject, before, after }
}
