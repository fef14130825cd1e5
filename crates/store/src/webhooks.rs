//! The webhooks that administrators make in the app. Their secrets are encrypted.

use crate::audit::{Actor, AuditRecord, differing};
use crate::change::{Change, Topic};
use crate::{Store, StoreError};
use brisk_domain::{Timestamp, WebhookName, format};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookRecord {
    /// Its name.
    pub name: WebhookName,
    /// Its secret as senders have it; none if it cannot be decrypted.
    pub secret: Option<String>,
    /// The secret that it replaces, and until when that is accepted.
    pub previous: Option<(String, Timestamp)>,
    /// What it may do.
    pub limits: WebhookLimits,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// What a webhook may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookLimits {
    /// The tags that it may invalidate, as patterns; all of them without a list.
    pub allow: Option<Vec<String>>,
    /// Deliveries a minute.
    pub per_minute: u32,
    /// The source that a dbt run writes to.
    pub source: Option<String>,
    /// Whether it is switched off.
    pub is_off: bool,
}

// Secrets are in no message.
impl std::fmt::Debug for WebhookRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookRecord")
            .field("name", &self.name)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl WebhookLimits {
    /// In words, for the audit log.
    fn facts(&self) -> Vec<String> {
        let mut facts = match &self.allow {
            None => vec!["every tag".to_owned()],
            Some(patterns) => patterns.clone(),
        };
        facts.push(format!("{} a minute", self.per_minute));
        facts.extend(self.source.as_ref().map(|source| format!("dbt runs write to {source}")));
        facts.push(if self.is_off { "off" } else { "on" }.to_owned());
        facts
    }
}

impl Store {
    /// All webhooks, by name.
    pub async fn webhooks(&self) -> Result<Vec<WebhookRecord>, StoreError> {
        let sql = format!("select {COLUMNS} from webhooks order by name");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        Ok(rows.iter().filter_map(|row| self.webhook_of(row)).collect())
    }

    /// Keeps a new webhook; false if there is one of that name.
    pub async fn add_webhook(
        &self,
        name: &WebhookName,
        secret: &str,
        limits: &WebhookLimits,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let sealed = self.seal(&current(name.as_str()), secret.as_bytes())?;
        let mut change = self.begin_change(Topic::Webhooks).await?;
        let added = sqlx::query(
            "insert into webhooks (name, secret, allow, per_minute, source, is_off, created_by,
               created_at, changed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict (name) do nothing",
        )
        .bind(name.as_str())
        .bind(sealed)
        .bind(limits.allow.as_ref().map(|allow| allow.join("\n")))
        .bind(i64::from(limits.per_minute))
        .bind(&limits.source)
        .bind(i64::from(limits.is_off))
        .bind(&actor.name)
        .bind(at.0)
        .execute(&mut *change)
        .await?;
        if added.rows_affected() == 0 {
            return Ok(false);
        }
        let (before, after) = differing(&[], &limits.facts());
        let record = record(name, "webhook made", actor, at);
        change.record(&AuditRecord { before, after, ..record }).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Changes what a webhook may do; false if there is none of that name.
    pub async fn limit_webhook(
        &self,
        name: &WebhookName,
        limits: &WebhookLimits,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.begin_change(Topic::Webhooks).await?;
        let Some(before) = self.in_change(&mut change, name).await? else { return Ok(false) };
        if before.limits == *limits {
            return Ok(true);
        }
        sqlx::query(
            "update webhooks set allow = $1, per_minute = $2, source = $3, is_off = $4,
               changed_at = $5
             where name = $6",
        )
        .bind(limits.allow.as_ref().map(|allow| allow.join("\n")))
        .bind(i64::from(limits.per_minute))
        .bind(&limits.source)
        .bind(i64::from(limits.is_off))
        .bind(at.0)
        .bind(name.as_str())
        .execute(&mut *change)
        .await?;
        let action = match (before.limits.is_off, limits.is_off) {
            (false, true) => "webhook switched off",
            (true, false) => "webhook switched on",
            _ => "webhook changed",
        };
        let record = record(name, action, actor, at);
        let (before, after) = differing(&before.limits.facts(), &limits.facts());
        change.record(&AuditRecord { before, after, ..record }).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Gives a webhook another secret; the previous one is accepted until `until`. False if there is
    /// none of that name.
    pub async fn rotate_webhook(
        &self,
        name: &WebhookName,
        secret: &str,
        until: Timestamp,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let sealed = self.seal(&current(name.as_str()), secret.as_bytes())?;
        let mut change = self.begin_change(Topic::Webhooks).await?;
        let Some(known) = self.in_change(&mut change, name).await? else { return Ok(false) };
        let kept = known.secret.filter(|_| until > at);
        let kept = kept
            .map(|secret| self.seal(&previous(name.as_str()), secret.as_bytes()))
            .transpose()?;
        let kept_until = kept.as_ref().map(|_| until);
        sqlx::query(
            "update webhooks set secret = $1, previous = $2, previous_until = $3, changed_at = $4
             where name = $5",
        )
        .bind(sealed)
        .bind(kept)
        .bind(kept_until.map(|until| until.0))
        .bind(at.0)
        .bind(name.as_str())
        .execute(&mut *change)
        .await?;
        let after = Some(match kept_until {
            Some(until) => {
                let overlap = format::round_duration((until.seconds() - at.seconds()) as f64);
                format!("the previous secret is accepted for {overlap}")
            }
            None => "the previous secret is no longer accepted".to_owned(),
        });
        let record = record(name, "webhook's secret rotated", actor, at);
        change.record(&AuditRecord { after, ..record }).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Stops accepting the previous secret; false if there is no webhook of that name.
    pub async fn end_webhook_overlap(
        &self,
        name: &WebhookName,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.begin_change(Topic::Webhooks).await?;
        let ended = sqlx::query(
            "update webhooks set previous = null, previous_until = null, changed_at = $1
             where name = $2 and previous is not null",
        )
        .bind(at.0)
        .bind(name.as_str())
        .execute(&mut *change)
        .await?;
        if ended.rows_affected() == 0 {
            return Ok(self.in_change(&mut change, name).await?.is_some());
        }
        change.record(&record(name, "webhook's previous secret ended", actor, at)).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Removes a webhook; false if there is none of that name.
    pub async fn remove_webhook(
        &self,
        name: &WebhookName,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.begin_change(Topic::Webhooks).await?;
        let Some(known) = self.in_change(&mut change, name).await? else { return Ok(false) };
        sqlx::query("delete from webhooks where name = $1")
            .bind(name.as_str())
            .execute(&mut *change)
            .await?;
        let (before, after) = differing(&known.limits.facts(), &[]);
        let record = record(name, "webhook removed", actor, at);
        change.record(&AuditRecord { before, after, ..record }).await?;
        change.commit().await?;
        Ok(true)
    }

    async fn in_change(
        &self,
        change: &mut Change,
        name: &WebhookName,
    ) -> Result<Option<WebhookRecord>, StoreError> {
        let sql = format!("select {COLUMNS} from webhooks where name = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(name.as_str());
        let row = row.fetch_optional(&mut **change).await?;
        Ok(row.as_ref().and_then(|row| self.webhook_of(row)))
    }

    /// A row; one whose name this release cannot read is none.
    fn webhook_of(&self, row: &AnyRow) -> Option<WebhookRecord> {
        let name = WebhookName::parse(row.get(0)).ok()?;
        let unsealed = |place: String, sealed: &str| {
            let secret = self.unseal(&place, sealed).ok()?;
            String::from_utf8(secret).ok()
        };
        let secret = unsealed(current(name.as_str()), row.get(1));
        let sealed: Option<String> = row.get(2);
        let before = sealed.and_then(|sealed| unsealed(previous(name.as_str()), &sealed));
        let until = row.get::<Option<i64>, _>(3).map(Timestamp);
        let allow = row.get::<Option<String>, _>(4);
        let limits = WebhookLimits {
            allow: allow.map(|allow| allow.lines().map(ToOwned::to_owned).collect()),
            per_minute: u32::try_from(row.get::<i64, _>(5)).unwrap_or_default(),
            source: row.get(6),
            is_off: row.get::<i64, _>(7) != 0,
        };
        Some(WebhookRecord {
            name,
            secret,
            previous: before.zip(until),
            limits,
            created_by: row.get(8),
            created_at: Timestamp(row.get(9)),
            changed_at: Timestamp(row.get(10)),
        })
    }
}

const COLUMNS: &str = "name, secret, previous, previous_until, allow, per_minute, source, is_off, \
                       created_by, created_at, changed_at";

/// The record that a secret is sealed as, so that it cannot be put in another's place.
pub(crate) fn current(name: &str) -> String {
    format!("webhook {name}")
}

/// The same for the previous secret.
pub(crate) fn previous(name: &str) -> String {
    format!("webhook {name}, before")
}

pub(crate) fn record(
    name: &WebhookName,
    action: &str,
    actor: &Actor,
    at: Timestamp,
) -> AuditRecord {
    AuditRecord {
        at,
        actor: actor.clone(),
        action: action.to_owned(),
        subject: format!("webhook {name}"),
        before: None,
        after: None,
    }
}
