//! The webhooks of the configuration that administrators have switched off. Each server reads its own
//! configuration; the switch overrides it on all of them.

use crate::audit::{Actor, AuditRecord};
use crate::change::Topic;
use crate::webhooks::record;
use crate::{Store, StoreError};
use brisk_domain::{Timestamp, WebhookName};
use sqlx::Row as _;

/// A webhook of the configuration that is switched off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSwitch {
    /// Its name.
    pub name: WebhookName,
    /// Who switched it off.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
}

impl Store {
    /// Those that are switched off, by name, whether the configuration still declares them or not.
    pub async fn webhook_switches(&self) -> Result<Vec<WebhookSwitch>, StoreError> {
        let sql = "select name, changed_by, changed_at from webhook_switches order by name";
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        let switches = rows.iter().filter_map(|row| {
            Some(WebhookSwitch {
                name: WebhookName::parse(row.get(0)).ok()?,
                changed_by: row.get(1),
                changed_at: Timestamp(row.get(2)),
            })
        });
        Ok(switches.collect())
    }

    /// Switches a webhook of the configuration off, or on again. One that is so already stays as it is.
    pub async fn switch_webhook(
        &self,
        name: &WebhookName,
        is_off: bool,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.begin_change(Topic::Webhooks).await?;
        let changed = match is_off {
            true => sqlx::query(
                "insert into webhook_switches (name, changed_by, changed_at) values ($1, $2, $3)
                     on conflict (name) do nothing",
            )
            .bind(name.as_str())
            .bind(&actor.name)
            .bind(at.0)
            .execute(&mut *change)
            .await?,
            false => {
                sqlx::query("delete from webhook_switches where name = $1")
                    .bind(name.as_str())
                    .execute(&mut *change)
                    .await?
            }
        };
        if changed.rows_affected() == 0 {
            return Ok(());
        }
        let (action, before, after) = match is_off {
            true => ("webhook switched off", "as configured", "off"),
            false => ("webhook switched on", "off", "as configured"),
        };
        let (before, after) = (Some(before.to_owned()), Some(after.to_owned()));
        let record = record(name, action, actor, at);
        change.record(&AuditRecord { before, after, ..record }).await?;
        change.commit().await
    }
}
