//! Who wants no more of a report, and the links by which they say so. Of a link, only the hash is kept.

use crate::audit::Actor;
use crate::change::Topic;
use crate::{Store, StoreError, reports};
use brisk_domain::{ReportName, Timestamp};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::collections::BTreeSet;

/// A report and one of its recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The report.
    pub report: ReportName,
    /// The recipient: `account:ID`, `mail:ADDRESS`.
    pub recipient: String,
}

/// Somebody who has unsubscribed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscribe {
    /// From what.
    pub subscription: Subscription,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Keeps the hash of a link that is sent to a recipient.
    pub async fn add_unsubscribe_link(
        &self,
        hash: &str,
        of: &Subscription,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into unsubscribe_links (hash, report, recipient, created_at)
             values ($1, $2, $3, $4) on conflict (hash) do nothing",
        )
        .bind(hash)
        .bind(of.report.as_str())
        .bind(&of.recipient)
        .bind(at.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What a link unsubscribes from; reading it changes nothing, because programs follow links before
    /// people do.
    pub async fn unsubscribe_link(&self, hash: &str) -> Result<Option<Subscription>, StoreError> {
        let row = sqlx::query("select report, recipient from unsubscribe_links where hash = $1")
            .bind(hash)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.as_ref().and_then(subscription))
    }

    /// Unsubscribes by a link, from then on; none where there is no such link. It works as often as it is
    /// used, also after its owner has subscribed again.
    pub async fn unsubscribe(
        &self,
        hash: &str,
        address: &str,
        at: Timestamp,
    ) -> Result<Option<Subscription>, StoreError> {
        let Some(of) = self.unsubscribe_link(hash).await? else { return Ok(None) };
        let mut change = self.begin_change(Topic::Reports).await?;
        let added = sqlx::query(
            "insert into unsubscribes (report, recipient, at) values ($1, $2, $3)
             on conflict (report, recipient) do nothing",
        )
        .bind(of.report.as_str())
        .bind(&of.recipient)
        .bind(at.0)
        .execute(&mut *change)
        .await?;
        if added.rows_affected() == 1 {
            let actor = Actor { name: "a link in a report".into(), address: address.to_owned() };
            let states = (Some(of.recipient.clone()), None);
            let record = reports::record(&of.report, "unsubscribed", states, &actor, at);
            change.record(&record).await?;
            change.commit().await?;
        }
        Ok(Some(of))
    }

    /// Lets somebody receive a report again; false if they have not unsubscribed.
    pub async fn subscribe_again(
        &self,
        of: &Subscription,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.begin_change(Topic::Reports).await?;
        let deleted = sqlx::query("delete from unsubscribes where report = $1 and recipient = $2")
            .bind(of.report.as_str())
            .bind(&of.recipient)
            .execute(&mut *change)
            .await?;
        if deleted.rows_affected() == 0 {
            return Ok(false);
        }
        let states = (None, Some(of.recipient.clone()));
        let record = reports::record(&of.report, "subscribed again", states, actor, at);
        change.record(&record).await?;
        change.commit().await?;
        Ok(true)
    }

    /// The recipients who want no more of a report.
    pub async fn unsubscribed(&self, report: &ReportName) -> Result<BTreeSet<String>, StoreError> {
        let rows = sqlx::query("select recipient from unsubscribes where report = $1")
            .bind(report.as_str())
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Everybody who has unsubscribed from something, the latest first.
    pub async fn unsubscribes(&self, limit: u32) -> Result<Vec<Unsubscribe>, StoreError> {
        let rows = sqlx::query(
            "select report, recipient, at from unsubscribes order by at desc, report, recipient
             limit $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &AnyRow| {
            Some(Unsubscribe { subscription: subscription(row)?, at: Timestamp(row.get(2)) })
        };
        Ok(rows.iter().filter_map(read).collect())
    }
}

fn subscription(row: &AnyRow) -> Option<Subscription> {
    Some(Subscription { report: ReportName::parse(row.get(0)).ok()?, recipient: row.get(1) })
}
