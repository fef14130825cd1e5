//! The identities of accounts, and which sign-ins have come back from their provider.

use crate::access_state::count;
use crate::account_change::added_record;
use crate::accounts::{Changed, insert};
use crate::audit::{self, Actor, AuditRecord};
use crate::change::{Change, Topic};
use crate::{Store, StoreError, session_ends};
use brisk_accounts::{Account, AccountId, Identity, LoginName};
use brisk_domain::Timestamp;
use sqlx::{AnyConnection, Row as _};

/// What became of connecting an account to an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connected {
    /// The identity is that account's.
    Done(AccountId),
    /// The link is no longer good, or its account may not sign in.
    Gone,
    /// The identity is another account's.
    Taken,
}

/// What became of taking an identity away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnected {
    /// It is gone.
    Done,
    /// The account has no such identity.
    Missing,
    /// Without it, the owner could no longer sign in: it stays.
    LastWay,
}

impl Store {
    /// The account of an identity.
    pub async fn account_of(&self, identity: &Identity) -> Result<Option<Account>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let id = owner(&mut connection, identity).await?;
        drop(connection);
        match id {
            Some(id) => self.account(&id).await,
            None => Ok(None),
        }
    }

    /// The identities of an account.
    pub async fn identities_of(&self, id: &AccountId) -> Result<Vec<Identity>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        identities(&mut connection, id.as_str()).await
    }

    /// Adds an account with its identity. [`Changed::Taken`] where the name or the identity is
    /// another's.
    pub async fn add_account_of(
        &self,
        account: &Account,
        identity: &Identity,
        actor: &Actor,
    ) -> Result<Changed, StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        let added = insert(&mut change, account).await?;
        if added != Changed::Done {
            return Ok(added);
        }
        if !add(&mut change, identity, &account.id, account.created_at).await? {
            return Ok(Changed::Taken);
        }
        change.record(&added_record(account, actor)).await?;
        let at = account.created_at;
        change.record(&connected(account.name.as_str(), identity, actor, at)).await?;
        change.commit().await?;
        Ok(Changed::Done)
    }

    /// Connects an identity to the account of that name, if it was made for somebody who has not come
    /// yet: it has no password, no second factor and no identity, and nobody has signed in to it.
    pub async fn claim_account(
        &self,
        name: &LoginName,
        identity: &Identity,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Connected, StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        count(&mut change).await?;
        let row = sqlx::query(
            "select id from accounts where name = $1 and is_disabled = 0 and password is null
               and authenticator is null and signed_in_at is null
               and not exists (select 1 from identities where account = accounts.id)",
        )
        .bind(name.as_str())
        .fetch_optional(&mut *change)
        .await?;
        let Some(row) = row else { return Ok(Connected::Gone) };
        let id = AccountId::kept(row.get(0));
        // Whoever has a link could take the account away from its owner again.
        sqlx::query("delete from links where account = $1")
            .bind(id.as_str())
            .execute(&mut *change)
            .await?;
        self.connect_identity(change, (&id, name.as_str()), identity, actor, now).await
    }

    /// Connects an identity to an account whose owner has asked for it, and ends its sessions.
    /// [`Connected::Gone`] where the account is not there any more, or disabled.
    pub async fn connect_own(
        &self,
        account: &Account,
        identity: &Identity,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Connected, StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        count(&mut change).await?;
        let row = sqlx::query("select 1 from accounts where id = $1 and is_disabled = 0")
            .bind(account.id.as_str())
            .fetch_optional(&mut *change)
            .await?;
        if row.is_none() {
            return Ok(Connected::Gone);
        }
        let owner = (&account.id, account.name.as_str());
        self.connect_identity(change, owner, identity, actor, now).await
    }

    /// Connects an identity to an account, in the transaction that decides it.
    pub(crate) async fn connect_identity(
        &self,
        mut change: Change,
        (id, name): (&AccountId, &str),
        identity: &Identity,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Connected, StoreError> {
        let is_new = add(&mut change, identity, id, now).await?;
        if !is_new && owner(&mut change, identity).await?.as_ref() != Some(id) {
            // The transaction is dropped: a link stays valid for the person it was meant for.
            return Ok(Connected::Taken);
        }
        session_ends::end_all(&mut change, id.as_str()).await?;
        change.record(&connected(name, identity, actor, now)).await?;
        change.commit().await?;
        Ok(Connected::Done(id.clone()))
    }

    /// Removes one identity of an account, and ends its sessions, if its owner can still sign in:
    /// `is_enough` decides that by what stays, which is whether there is a password, and the other
    /// identities.
    pub async fn disconnect_one(
        &self,
        account: &Account,
        identity: &Identity,
        is_enough: impl Fn(bool, &[Identity]) -> bool + Send,
        (actor, now): (&Actor, Timestamp),
    ) -> Result<Disconnected, StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        // Of two that are removed at the same moment, one waits here for the other.
        count(&mut change).await?;
        let id = account.id.as_str();
        let identities = identities(&mut change, id).await?;
        if !identities.contains(identity) {
            return Ok(Disconnected::Missing);
        }
        let row = sqlx::query("select password from accounts where id = $1")
            .bind(id)
            .fetch_optional(&mut *change)
            .await?;
        let has_password = row.is_some_and(|row| row.get::<Option<String>, _>(0).is_some());
        let others: Vec<Identity> =
            identities.into_iter().filter(|other| other != identity).collect();
        if !is_enough(has_password, &others) {
            return Ok(Disconnected::LastWay);
        }
        sqlx::query("delete from identities where account = $1 and issuer = $2 and subject = $3")
            .bind(id)
            .bind(identity.issuer())
            .bind(identity.subject())
            .execute(&mut *change)
            .await?;
        session_ends::end_all(&mut change, id).await?;
        let name = account.name.as_str();
        change.record(&removed(name, identity, actor, now)).await?;
        change.commit().await?;
        Ok(Disconnected::Done)
    }

    /// Removes an account's identities, and ends its sessions; the answer is how many identities it had.
    pub async fn disconnect(
        &self,
        account: &Account,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let identities = self.identities_of(&account.id).await?;
        let mut change = self.begin_change(Topic::Accounts).await?;
        count(&mut change).await?;
        sqlx::query("delete from identities where account = $1")
            .bind(account.id.as_str())
            .execute(&mut *change)
            .await?;
        session_ends::end_all(&mut change, account.id.as_str()).await?;
        for identity in &identities {
            let record = removed(account.name.as_str(), identity, actor, now);
            change.record(&record).await?;
        }
        change.commit().await?;
        Ok(identities.len())
    }

    /// Notes a sign-in that begins no session; with the address it came `from`, in the audit log too.
    pub async fn note_signed_in(
        &self,
        account: &Account,
        at: Timestamp,
        from: Option<&str>,
    ) -> Result<(), StoreError> {
        // Nobody's rights change: replicas are not told.
        let mut change = self.begin().await?;
        sqlx::query("update accounts set signed_in_at = $1 where id = $2")
            .bind(at.0)
            .bind(account.id.as_str())
            .execute(&mut *change)
            .await?;
        if let Some(from) = from {
            let name = account.name.as_str();
            let record = AuditRecord {
                at,
                actor: Actor { name: name.to_owned(), address: from.to_owned() },
                action: "signed in".into(),
                subject: format!("account {name}"),
                before: None,
                after: None,
            };
            audit::insert(&mut change, &record).await?;
        }
        change.commit().await?;
        Ok(())
    }

    /// Notes that a sign-in has come back from its provider; `false` if it had already.
    pub async fn finish_sign_in(
        &self,
        hash: &str,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "insert into finished_sign_ins (hash, expires_at) values ($1, $2)
                   on conflict (hash) do nothing";
        let added = sqlx::query(sql).bind(hash).bind(expires_at.0).execute(&self.pool).await?;
        Ok(added.rows_affected() > 0)
    }

    /// Forgets the sign-ins that have expired: they could not come back anyway.
    pub async fn forget_sign_ins(&self, now: Timestamp) -> Result<(), StoreError> {
        let sql = "delete from finished_sign_ins where expires_at <= $1";
        sqlx::query(sql).bind(now.0).execute(&self.pool).await?;
        Ok(())
    }
}

/// The identities of the account of that id.
async fn identities(connection: &mut AnyConnection, id: &str) -> Result<Vec<Identity>, StoreError> {
    let sql = "select issuer, subject from identities where account = $1 order by issuer, subject";
    let rows = sqlx::query(sql).bind(id).fetch_all(connection).await?;
    let identities =
        rows.iter().filter_map(|row| Identity::new(row.get::<&str, _>(0), row.get::<&str, _>(1)));
    Ok(identities.collect())
}

/// The account that an identity belongs to.
async fn owner(
    connection: &mut AnyConnection,
    identity: &Identity,
) -> Result<Option<AccountId>, StoreError> {
    let row = sqlx::query("select account from identities where issuer = $1 and subject = $2")
        .bind(identity.issuer())
        .bind(identity.subject())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| AccountId::kept(row.get(0))))
}

/// Keeps whose an identity is, in the caller's transaction; `false` if it belongs to somebody already.
pub(crate) async fn add(
    change: &mut AnyConnection,
    identity: &Identity,
    id: &AccountId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "insert into identities (issuer, subject, account, created_at) values ($1, $2, $3, $4)
         on conflict (issuer, subject) do nothing",
    )
    .bind(identity.issuer())
    .bind(identity.subject())
    .bind(id.as_str())
    .bind(now.0)
    .execute(change)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// The audit record of an identity that an account now has.
pub(crate) fn connected(
    name: &str,
    identity: &Identity,
    actor: &Actor,
    at: Timestamp,
) -> AuditRecord {
    let after = Some(identity.to_string());
    AuditRecord { after, ..record("identity connected", name, actor, at) }
}

/// The audit record of an identity that an account no longer has.
fn removed(name: &str, identity: &Identity, actor: &Actor, at: Timestamp) -> AuditRecord {
    let before = Some(identity.to_string());
    AuditRecord { before, ..record("identity removed", name, actor, at) }
}

fn record(action: &str, name: &str, actor: &Actor, at: Timestamp) -> AuditRecord {
    AuditRecord {
        at,
        actor: actor.clone(),
        action: action.into(),
        subject: format!("account {name}"),
        before: None,
        after: None,
    }
}
