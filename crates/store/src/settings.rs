//! The settings that administrators make in the app.

use crate::audit::{Actor, AuditRecord};
use crate::change::Topic;
use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use sqlx::Row as _;

/// A setting that an administrator has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// What it is for: `global`, `source:shop`, `dashboard:sales`, `panel:sales/revenue`.
    pub scope: String,
    /// Which one: `cache.ttl`.
    pub key: String,
    /// As it would be written in a file: `5m`.
    pub value: String,
    /// Who made it.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
}

impl Store {
    /// All settings, by scope and key.
    pub async fn settings(&self) -> Result<Vec<Setting>, StoreError> {
        let rows = sqlx::query(
            "select scope, key, value, changed_by, changed_at from settings order by scope, key",
        )
        .fetch_all(&self.pool)
        .await?;
        let settings = rows.iter().map(|row| Setting {
            scope: row.get(0),
            key: row.get(1),
            value: row.get(2),
            changed_by: row.get(3),
            changed_at: Timestamp(row.get(4)),
        });
        Ok(settings.collect())
    }

    /// Makes settings of `scope`, all of them or none; one without a value is removed.
    pub async fn change_settings(
        &self,
        scope: &str,
        settings: &[(&str, Option<&str>)],
        actor: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.begin_change(Topic::Settings).await?;
        for (key, value) in settings {
            let before = sqlx::query("select value from settings where scope = $1 and key = $2")
                .bind(scope)
                .bind(*key)
                .fetch_optional(&mut *change)
                .await?
                .map(|row| row.get::<String, _>(0));
            if before.as_deref() == *value {
                continue;
            }
            match value {
                None => {
                    sqlx::query("delete from settings where scope = $1 and key = $2")
                        .bind(scope)
                        .bind(*key)
                        .execute(&mut *change)
                        .await?;
                }
                Some(value) => {
                    sqlx::query(
                        "insert into settings (scope, key, value, changed_by, changed_at)
                         values ($1, $2, $3, $4, $5)
                         on conflict (scope, key) do update set value = excluded.value,
                           changed_by = excluded.changed_by, changed_at = excluded.changed_at",
                    )
                    .bind(scope)
                    .bind(*key)
                    .bind(*value)
                    .bind(&actor.name)
                    .bind(at.0)
                    .execute(&mut *change)
                    .await?;
                }
            }
            let record = AuditRecord {
                at,
                actor: actor.clone(),
                action: "setting changed".into(),
                subject: format!("{scope} {key}"),
                before,
                after: value.map(str::to_owned),
            };
            change.record(&record).await?;
        }
        change.commit().await
    }
}
