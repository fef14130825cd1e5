//! One-time links: for the first admin, for invitations, and for new passwords.

use crate::access_state::count;
use crate::account_change::added_record;
use crate::accounts::{Changed, insert};
use crate::audit::{Actor, AuditRecord};
use crate::change::Topic;
use crate::identities::Connected;
use crate::{Store, StoreError, identities, session_ends};
use brisk_accounts::{Account, AccountId, Identity};
use brisk_domain::Timestamp;
use sqlx::{AnyConnection, Row as _};

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Making the first admin.
    FirstAdmin,
    /// A password for this account.
    Password(AccountId),
}

impl Store {
    /// Keeps the hash of a link. A new one for an account replaces those before.
    pub async fn add_link(
        &self,
        hash: &str,
        link: &Link,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.begin().await?;
        let account = match link {
            Link::FirstAdmin => None,
            Link::Password(id) => Some(id.as_str()),
        };
        if let Some(account) = account {
            // Of two at the same moment, the second waits here, and finds the first.
            sqlx::query("update accounts set name = name where id = $1")
                .bind(account)
                .execute(&mut *change)
                .await?;
            sqlx::query("delete from links where account = $1")
                .bind(account)
                .execute(&mut *change)
                .await?;
        }
        sqlx::query("insert into links (hash, account, expires_at) values ($1, $2, $3)")
            .bind(hash)
            .bind(account)
            .bind(expires_at.0)
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// What the link of that hash is for, if it is still good.
    pub async fn link(&self, hash: &str, now: Timestamp) -> Result<Option<Link>, StoreError> {
        let row = sqlx::query("select account from links where hash = $1 and expires_at > $2")
            .bind(hash)
            .bind(now.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| match row.get::<Option<String>, _>(0) {
            Some(id) => Link::Password(AccountId::kept(&id)),
            None => Link::FirstAdmin,
        }))
    }

    /// Makes the first admin by a link, which is used up then, as are all others like it; an admin who
    /// signs in elsewhere has an identity. [`Changed::Taken`] where another account has the name or the
    /// identity.
    pub async fn make_first_admin(
        &self,
        hash: &str,
        account: &Account,
        identity: Option<&Identity>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        // Of two that use the link, the second waits here, and finds it gone.
        count(&mut change).await?;
        if !is_taken(&mut change, hash, now).await? || is_closed(&mut change).await? {
            return Ok(Changed::Missing);
        }
        sqlx::query("delete from links where account is null").execute(&mut *change).await?;
        let added = insert(&mut change, account).await?;
        if added != Changed::Done {
            return Ok(added);
        }
        change.record(&added_record(account, actor)).await?;
        if let Some(identity) = identity {
            if !identities::add(&mut change, identity, &account.id, now).await? {
                return Ok(Changed::Taken);
            }
            let name = account.name.as_str();
            let record = identities::connected(name, identity, actor, now);
            change.record(&record).await?;
        }
        change.commit().await?;
        Ok(added)
    }

    /// Sets the password of a link's account. The link is used up then, and the account's sessions end.
    pub async fn take_password_link(
        &self,
        hash: &str,
        password: &str,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Option<AccountId>, StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        count(&mut change).await?;
        let Some((id, _)) = take(&mut change, hash, now).await? else { return Ok(None) };
        let sql = "update accounts set password = $1 where id = $2";
        sqlx::query(sql).bind(password).bind(id.as_str()).execute(&mut *change).await?;
        session_ends::end_all(&mut change, id.as_str()).await?;
        let record = AuditRecord {
            at: now,
            actor: actor.clone(),
            action: "password chosen by link".into(),
            subject: format!("account {}", actor.name),
            before: None,
            after: None,
        };
        change.record(&record).await?;
        change.commit().await?;
        Ok(Some(id))
    }

    /// Connects an identity to a link's account. The link is used up then, and the account's sessions
    /// end.
    pub async fn take_link_of(
        &self,
        hash: &str,
        identity: &Identity,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Connected, StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        count(&mut change).await?;
        let taken = take(&mut change, hash, now).await?;
        let Some((id, name)) = taken else { return Ok(Connected::Gone) };
        self.connect_identity(change, (&id, &name), identity, actor, now).await
    }

    /// Forgets links that are no longer good.
    pub async fn forget_links(&self, now: Timestamp) -> Result<(), StoreError> {
        let sql = "delete from links where expires_at <= $1";
        sqlx::query(sql).bind(now.0).execute(&self.pool).await?;
        Ok(())
    }
}

/// Uses up the link of an account that may sign in; the answer is the account's id and name.
async fn take(
    change: &mut AnyConnection,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(AccountId, String)>, StoreError> {
    let row = sqlx::query(
        "select a.id, a.name from links l join accounts a on a.id = l.account
         where l.hash = $1 and a.is_disabled = 0",
    )
    .bind(hash)
    .fetch_optional(&mut *change)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let is_taken = is_taken(change, hash, now).await?;
    Ok(is_taken.then(|| (AccountId::kept(row.get(0)), row.get(1))))
}

/// Uses up a link; whether it was still good.
async fn is_taken(
    change: &mut AnyConnection,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let taken = sqlx::query("delete from links where hash = $1 and expires_at > $2")
        .bind(hash)
        .bind(now.0)
        .execute(&mut *change)
        .await?;
    Ok(taken.rows_affected() > 0)
}

async fn is_closed(change: &mut AnyConnection) -> Result<bool, StoreError> {
    let row = sqlx::query("select is_closed from access_state where id = 1")
        .fetch_one(&mut *change)
        .await?;
    Ok(row.get::<i64, _>(0) != 0)
}
