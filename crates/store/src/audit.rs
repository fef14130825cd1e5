//! The audit log: who did what. Records are added and never changed; the database refuses that, too.

use crate::bounded_text::bounded;
use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use std::time::Duration;

/// The age before which a record cannot be deleted: the database refuses.
pub const LEAST_RETENTION: Duration = Duration::from_secs(30 * 86_400);

/// Who does something, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// An account's name, a token's, or "the command line".
    pub name: String,
    /// The client's address; empty where it is this machine's own shell.
    pub address: String,
}

/// What somebody did, without secrets: not everybody who reads the log may use them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// Who, and from where.
    pub actor: Actor,
    /// What, in two or three words: "setting changed", "signed in", "account disabled".
    pub action: String,
    /// What it was done to: "dashboard:sales cache.ttl", "account anna".
    pub subject: String,
    /// What was before; none where there was nothing.
    pub before: Option<String>,
    /// What is now; none where there is nothing.
    pub after: Option<String>,
}

/// A record in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRecord {
    /// Its number: later records have higher ones.
    pub id: i64,
    /// What it says.
    pub record: AuditRecord,
}

/// Which records to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this actor only.
    pub actor: Option<String>,
    /// Of this action only.
    pub action: Option<String>,
    /// Whose subject contains this text, in any case.
    pub subject: Option<String>,
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
    /// Below this number: the next page of older ones.
    pub below: Option<i64>,
}

/// What a record says before and after a change of a list: only the items that differ, so that what is
/// changed is seen at a glance; none where nothing was added or taken away.
pub(crate) fn differing(before: &[String], after: &[String]) -> (Option<String>, Option<String>) {
    let only = |of: &[String], other: &[String]| {
        let items: Vec<&str> =
            of.iter().filter(|item| !other.contains(item)).map(String::as_str).collect();
        (!items.is_empty()).then(|| items.join(", "))
    };
    (only(before, after), only(after, before))
}

impl Store {
    /// Records what changed nothing in the store: a sign-in, a purge, an export. Changes are
    /// recorded in their own transactions.
    pub async fn record_audit(&self, record: &AuditRecord) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        insert(&mut connection, record).await
    }

    /// The newest `limit` records that pass `filter`, newest first.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<LoggedRecord>, StoreError> {
        let subject = filter.subject.as_ref().map(|text| like(&text.to_lowercase()));
        let rows = sqlx::query(
            "select id, at, actor, address, action, subject, before, after from audit
             where ($1 is null or actor = $1)
               and ($2 is null or action = $2)
               and ($3 is null or lower(subject) like $3 escape '!')
               and ($4 is null or at >= $4)
               and ($5 is null or at < $5)
               and ($6 is null or id < $6)
             order by id desc limit $7",
        )
        .bind(&filter.actor)
        .bind(&filter.action)
        .bind(subject)
        .bind(filter.from.map(|at| at.0))
        .bind(filter.to.map(|at| at.0))
        .bind(filter.below)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(logged).collect())
    }

    /// The actions that occur in the log.
    pub async fn audit_actions(&self) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("select distinct action from audit order by action");
        let rows = rows.fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Deletes the records from before `before`; the answer is how many. The database refuses to delete
    /// any that are younger than [`LEAST_RETENTION`].
    pub async fn forget_audit(&self, before: Timestamp) -> Result<u64, StoreError> {
        let deleted = sqlx::query("delete from audit where at < $1").bind(before.0);
        Ok(deleted.execute(&self.pool).await?.rows_affected())
    }
}

pub(crate) async fn insert(
    connection: &mut AnyConnection,
    record: &AuditRecord,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into audit (at, actor, address, action, subject, before, after)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(record.at.0)
    .bind(text(&record.actor.name))
    .bind(text(&record.actor.address))
    .bind(text(&record.action))
    .bind(text(&record.subject))
    .bind(record.before.as_deref().map(text))
    .bind(record.after.as_deref().map(text))
    .execute(connection)
    .await?;
    Ok(())
}

/// The longest text of a record, in bytes: names that strangers type are recorded, too.
const LONGEST: usize = 2_000;

fn text(text: &str) -> String {
    bounded(text, LONGEST)
}

/// A pattern for texts that contain `text`.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for char in text.chars().filter(|char| *char != '\0') {
        if ['%', '_', '!'].contains(&char) {
            pattern.push('!');
        }
        pattern.push(char);
    }
    pattern.push('%');
    pattern
}

fn logged(row: &AnyRow) -> LoggedRecord {
    let actor = Actor { name: row.get(2), address: row.get(3) };
    LoggedRecord {
        id: row.get(0),
        record: AuditRecord {
            at: Timestamp(row.get(1)),
            actor,
            action: row.get(4),
            subject: row.get(5),
            before: row.get(6),
            after: row.get(7),
        },
    }
}
