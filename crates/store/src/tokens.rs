//! Tokens of programs, by their hashes.

use crate::access_state::count;
use crate::audit::{Actor, AuditRecord};
use crate::change::Topic;
use crate::{Store, StoreError, attributes};
use brisk_accounts::account::Attributes;
use brisk_accounts::{AccountId, Scopes};
use brisk_domain::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Identifies it on pages.
    pub id: String,
    /// The hash of its text.
    pub hash: String,
    /// Whose it is.
    pub account: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// What it is for.
    pub scopes: Scopes,
    /// The part of its account's attributes that it has, where that is not all.
    pub attributes: Option<Attributes>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used last, roughly.
    pub used_at: Option<Timestamp>,
}

impl Store {
    /// Keeps a new token; `false` where its account has `most` already.
    pub async fn add_token(
        &self,
        token: &TokenRecord,
        most: u32,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        // Within the change: of many at the same moment each counts those before it.
        let kept = sqlx::query("select count(*) from tokens where account = $1")
            .bind(token.account.as_str())
            .fetch_one(&mut *change)
            .await?;
        if kept.get::<i64, _>(0) >= i64::from(most) {
            return Ok(false);
        }
        sqlx::query(
            "insert into tokens (id, hash, account, name, scopes, attributes, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&token.id)
        .bind(&token.hash)
        .bind(token.account.as_str())
        .bind(&token.name)
        .bind(token.scopes.to_string())
        .bind(token.attributes.as_ref().map(attributes::text))
        .bind(token.created_at.0)
        .bind(token.expires_at.0)
        .execute(&mut *change)
        .await?;
        count(&mut change).await?;
        let record = AuditRecord {
            at: token.created_at,
            actor: actor.clone(),
            action: "token added".into(),
            subject: subject(&mut change, &token.name, &token.account).await?,
            before: None,
            after: Some(rights(&token.scopes.to_string(), token.attributes.as_ref())),
        };
        change.record(&record).await?;
        change.commit().await?;
        Ok(true)
    }

    /// The token of that hash, even if it has expired.
    pub async fn token(&self, hash: &str) -> Result<Option<TokenRecord>, StoreError> {
        let row = sqlx::query(
            "select id, hash, account, name, scopes, attributes, created_at, expires_at, used_at
             from tokens where hash = $1",
        )
        .bind(hash)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.as_ref().and_then(token))
    }

    /// The tokens of an account, the latest first.
    pub async fn tokens_of(&self, id: &AccountId) -> Result<Vec<TokenRecord>, StoreError> {
        let rows = sqlx::query(
            "select id, hash, account, name, scopes, attributes, created_at, expires_at, used_at
             from tokens where account = $1 order by created_at desc, id",
        )
        .bind(id.as_str())
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().filter_map(token).collect())
    }

    /// Revokes a token of that account.
    pub async fn revoke_token(
        &self,
        account: &AccountId,
        id: &str,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        let revoked = sqlx::query(
            "delete from tokens where account = $1 and id = $2 returning name, scopes, attributes",
        )
        .bind(account.as_str())
        .bind(id)
        .fetch_optional(&mut *change)
        .await?;
        let Some(revoked) = revoked else { return Ok(()) };
        let kept_to: Option<String> = revoked.get(2);
        let kept_to = kept_to.map(|text| attributes::read(&text));
        count(&mut change).await?;
        let record = AuditRecord {
            at,
            actor: actor.clone(),
            action: "token revoked".into(),
            subject: subject(&mut change, revoked.get(0), account).await?,
            before: Some(rights(revoked.get(1), kept_to.as_ref())),
            after: None,
        };
        change.record(&record).await?;
        change.commit().await
    }

    /// Notes when tokens were used.
    pub async fn tokens_used(&self, used: &[(String, Timestamp)]) -> Result<(), StoreError> {
        let mut change = self.begin().await?;
        for (hash, at) in used {
            sqlx::query("update tokens set used_at = $1 where hash = $2")
                .bind(at.0)
                .bind(hash)
                .execute(&mut *change)
                .await?;
        }
        change.commit().await?;
        Ok(())
    }
}

/// A token in the audit log: by its name and its owner's, as people know it.
async fn subject(
    change: &mut AnyConnection,
    name: &str,
    account: &AccountId,
) -> Result<String, StoreError> {
    let owner = sqlx::query("select name from accounts where id = $1")
        .bind(account.as_str())
        .fetch_optional(change)
        .await?;
    let owner: Option<String> = owner.map(|row| row.get(0));
    Ok(format!("token {name} of {}", owner.as_deref().unwrap_or(account.as_str())))
}

/// What a token may do, in the audit log.
fn rights(scopes: &str, kept_to: Option<&Attributes>) -> String {
    match kept_to {
        Some(kept_to) => format!("{scopes}; only {}", attributes::pairs(kept_to).join(", ")),
        None => scopes.to_owned(),
    }
}

/// A token whose scopes this release cannot read is none.
fn token(row: &AnyRow) -> Option<TokenRecord> {
    Some(TokenRecord {
        id: row.get(0),
        hash: row.get(1),
        account: AccountId::kept(row.get(2)),
        name: row.get(3),
        scopes: Scopes::parse(row.get(4)).ok()?,
        attributes: row.get::<Option<String>, _>(5).map(|text| attributes::read(&text)),
        created_at: Timestamp(row.get(6)),
        expires_at: Timestamp(row.get(7)),
        used_at: row.get::<Option<i64>, _>(8).map(Timestamp),
    })
}
