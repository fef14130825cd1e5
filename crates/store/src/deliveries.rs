//! The log of recent deliveries, over all replicas.

use crate::bounded_text::bounded;
use crate::{Store, StoreError};
use brisk_domain::{Delivery, Door, Timestamp};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// The longest text of a delivery, in bytes.
const LONGEST: usize = 500;

impl Store {
    /// Adds deliveries, all or none.
    pub async fn add_deliveries(&self, deliveries: &[Delivery]) -> Result<(), StoreError> {
        let mut change = self.begin().await?;
        for delivery in deliveries {
            let (door, sender) = match &delivery.door {
                Door::Webhook(name) => ("webhook", name.as_str()),
                Door::NoWebhook => ("none", ""),
                Door::Api(name) => ("api", name.as_str()),
            };
            sqlx::query(
                "insert into deliveries
                   (at, door, sender, status, refused, tags, named, invalidated, is_test, proof)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(delivery.at.0)
            .bind(door)
            .bind(text(sender))
            .bind(i64::from(delivery.status))
            .bind(delivery.refused.as_deref().map(text))
            .bind(delivery.tags.join(" ").replace('\0', ""))
            .bind(number(delivery.named))
            .bind(number(delivery.invalidated))
            .bind(i64::from(delivery.is_test))
            .bind(delivery.proof.as_deref())
            .execute(&mut *change)
            .await?;
        }
        change.commit().await?;
        Ok(())
    }

    /// The latest `limit` that were done and the latest `limit` that were refused, newest first.
    pub async fn deliveries(&self, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let mut all = Vec::new();
        for which in ["refused is null", "refused is not null"] {
            let sql = format!(
                "select at, door, sender, status, refused, tags, named, invalidated, is_test, id,
                   proof from deliveries where {which} order by id desc limit $1"
            );
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(limit));
            let rows = rows.fetch_all(&self.pool).await?;
            all.extend(rows.iter().map(|row| (row.get::<i64, _>(9), delivery(row))));
        }
        all.sort_by_key(|(id, delivery)| std::cmp::Reverse((delivery.at, *id)));
        Ok(all.into_iter().map(|(_, delivery)| delivery).collect())
    }

    /// Whether a delivery with that proof is in the log.
    pub async fn knows_delivery(&self, proof: &str) -> Result<bool, StoreError> {
        let row = sqlx::query("select count(*) from deliveries where proof = $1").bind(proof);
        Ok(row.fetch_one(&self.pool).await?.get::<i64, _>(0) > 0)
    }

    /// When the latest delivery that was done came, for each webhook.
    pub async fn latest_deliveries(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let rows = sqlx::query(
            "select sender, max(at) from deliveries
             where door = 'webhook' and refused is null and is_test = 0 group by sender",
        );
        let rows = rows.fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| (row.get(0), Timestamp(row.get(1)))).collect())
    }

    /// Deletes what is from before `before`, and all but the latest `kept` that were done and the latest
    /// `kept` that were refused: forged ones do not push out the others.
    pub async fn forget_deliveries(&self, before: Timestamp, kept: u32) -> Result<u64, StoreError> {
        let old = sqlx::query("delete from deliveries where at < $1").bind(before.0);
        let mut deleted = old.execute(&self.pool).await?.rows_affected();
        for which in ["refused is null", "refused is not null"] {
            let sql = format!(
                "delete from deliveries where {which} and id <= (
                   select id from deliveries where {which} order by id desc limit 1 offset $1)"
            );
            let many = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(kept));
            deleted += many.execute(&self.pool).await?.rows_affected();
        }
        Ok(deleted)
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn text(text: &str) -> String {
    bounded(text, LONGEST)
}

fn delivery(row: &AnyRow) -> Delivery {
    let count = |at| usize::try_from(row.get::<i64, _>(at)).unwrap_or_default();
    let (sender, tags): (String, String) = (row.get(2), row.get(5));
    Delivery {
        at: Timestamp(row.get(0)),
        door: match row.get::<&str, _>(1) {
            "webhook" => Door::Webhook(sender),
            "api" => Door::Api(sender),
            _ => Door::NoWebhook,
        },
        status: u16::try_from(row.get::<i64, _>(3)).unwrap_or_default(),
        refused: row.get(4),
        tags: tags.split_whitespace().map(ToOwned::to_owned).collect(),
        named: count(6),
        invalidated: count(7),
        is_test: row.get::<i64, _>(8) != 0,
        proof: row.get(10),
    }
}
