//! The accounts, with their teams.

use crate::access_state::{close, count};
use crate::account_change::{AccountChange, added_record};
use crate::audit::{Actor, AuditRecord, differing};
use crate::change::Topic;
use crate::{Store, StoreError, attributes, session_ends};
use brisk_accounts::account::Attributes;
use brisk_accounts::{Account, AccountId, LoginName, Role};
use brisk_domain::{TeamName, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use std::collections::{BTreeMap, BTreeSet};

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is done.
    Done,
    /// There is no such account (any more).
    Missing,
    /// Another account has the name.
    Taken,
    /// It would leave nobody who looks after the server.
    LastAdmin,
}

impl Store {
    /// All accounts, by name.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let sql = "select id, name, full_name, role, is_disabled, attributes, password, \
                   authenticator, created_at, signed_in_at from accounts order by name";
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        let members =
            sqlx::query("select account, team from team_members").fetch_all(&self.pool).await?;
        let mut teams: BTreeMap<String, BTreeSet<TeamName>> = BTreeMap::new();
        for row in &members {
            if let Ok(team) = TeamName::parse(row.get(1)) {
                teams.entry(row.get(0)).or_default().insert(team);
            }
        }
        let accounts = rows.iter().filter_map(|row| {
            let mut account = self.read_account(row)?;
            account.teams = teams.remove(account.id.as_str()).unwrap_or_default();
            Some(account)
        });
        Ok(accounts.collect())
    }

    /// The account of that id.
    pub async fn account(&self, id: &AccountId) -> Result<Option<Account>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        self.read(&mut connection, id).await
    }

    /// The account of that name.
    pub async fn account_named(&self, name: &LoginName) -> Result<Option<Account>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let row = sqlx::query("select id from accounts where name = $1")
            .bind(name.as_str())
            .fetch_optional(&mut *connection)
            .await?;
        match row {
            Some(row) => self.read(&mut connection, &AccountId::kept(row.get(0))).await,
            None => Ok(None),
        }
    }

    /// Adds an account. The first admin closes the server for everybody else.
    pub async fn add_account(
        &self,
        account: &Account,
        actor: &Actor,
    ) -> Result<Changed, StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        let added = insert(&mut change, account).await?;
        if added == Changed::Done {
            change.record(&added_record(account, actor)).await?;
            change.commit().await?;
        }
        Ok(added)
    }

    /// Changes an account.
    pub async fn change_account(
        &self,
        id: &AccountId,
        to: &AccountChange,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<Changed, StoreError> {
        let sealed = match to {
            AccountChange::Authenticator(Some((secret, _))) => {
                Some(self.seal(&authenticator_of(id.as_str()), secret)?)
            }
            _ => None,
        };
        let mut change = self.begin_change(Topic::Accounts).await?;
        // From here on no other change runs beside this one, on either database.
        count(&mut change).await?;
        if to.takes_an_admin_away() && is_last_admin(&mut change, id).await? {
            return Ok(Changed::LastAdmin);
        }
        let before = self.read(&mut change, id).await?;
        if apply(&mut change, id, to, sealed).await? == 0 {
            return Ok(Changed::Missing);
        }
        let after = self.read(&mut change, id).await?;
        if let (Some(before), Some(after)) = (before, after)
            && let Some(record) = to.record((&before, &after), actor, at)
        {
            change.record(&record).await?;
        }
        if to.ends_sessions() {
            session_ends::end_all(&mut change, id.as_str()).await?;
        }
        if matches!(to, AccountChange::Disabled(true) | AccountChange::Password(_)) {
            // A link would let somebody back in who was shut out, or replace the password just set.
            sqlx::query("delete from links where account = $1")
                .bind(id.as_str())
                .execute(&mut *change)
                .await?;
        }
        if *to == AccountChange::Role(Role::Admin) {
            close(&mut change).await?;
        }
        change.commit().await?;
        Ok(Changed::Done)
    }

    /// Replaces a password's hash by one with newer parameters, unless the password has changed
    /// meanwhile.
    pub async fn renew_password(
        &self,
        id: &AccountId,
        before: &str,
        hash: &str,
    ) -> Result<(), StoreError> {
        sqlx::query("update accounts set password = $1 where id = $2 and password = $3")
            .bind(hash)
            .bind(id.as_str())
            .bind(before)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Whether the authenticator's code of `step` is accepted now: each step's is, once.
    pub async fn take_step(&self, id: &AccountId, step: u64) -> Result<bool, StoreError> {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        let sql =
            "update accounts set authenticator_step = $1 where id = $2 and authenticator_step < $1";
        let taken = sqlx::query(sql).bind(step).bind(id.as_str()).execute(&self.pool).await?;
        Ok(taken.rows_affected() > 0)
    }

    /// Whether the recovery code of that hash is accepted now: each is, once.
    pub async fn take_recovery_code(&self, id: &AccountId, hash: &str) -> Result<bool, StoreError> {
        let sql = "delete from recovery_codes where account = $1 and hash = $2";
        let taken = sqlx::query(sql).bind(id.as_str()).bind(hash).execute(&self.pool).await?;
        Ok(taken.rows_affected() > 0)
    }

    /// How many recovery codes an account has left.
    pub async fn recovery_codes_left(&self, id: &AccountId) -> Result<u32, StoreError> {
        let sql = "select count(*) from recovery_codes where account = $1";
        let row = sqlx::query(sql).bind(id.as_str()).fetch_one(&self.pool).await?;
        Ok(u32::try_from(row.get::<i64, _>(0)).unwrap_or_default())
    }

    /// The teams that have members or attributes, with their attributes.
    pub async fn teams(&self) -> Result<BTreeMap<TeamName, Attributes>, StoreError> {
        let mut teams = BTreeMap::new();
        let members =
            sqlx::query("select distinct team from team_members").fetch_all(&self.pool).await?;
        let named = members.iter().filter_map(|row| TeamName::parse(row.get(0)).ok());
        teams.extend(named.map(|team| (team, Attributes::new())));
        let rows = sqlx::query("select name, attributes from teams").fetch_all(&self.pool).await?;
        for row in &rows {
            if let Ok(team) = TeamName::parse(row.get(0)) {
                teams.insert(team, attributes::read(row.get(1)));
            }
        }
        Ok(teams)
    }

    /// Sets a team's attributes.
    pub async fn change_team(
        &self,
        team: &TeamName,
        attributes: &Attributes,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        count(&mut change).await?;
        let before = sqlx::query("select attributes from teams where name = $1")
            .bind(team.as_str())
            .fetch_optional(&mut *change)
            .await?
            .map(|row| row.get::<String, _>(0));
        sqlx::query(
            "insert into teams (name, attributes) values ($1, $2)
             on conflict (name) do update set attributes = excluded.attributes",
        )
        .bind(team.as_str())
        .bind(attributes::text(attributes))
        .execute(&mut *change)
        .await?;
        let is_new = before.is_none();
        let was = before.map(|text| attributes::pairs(&attributes::read(&text)));
        let (before, after) = differing(&was.unwrap_or_default(), &attributes::pairs(attributes));
        if is_new || before.is_some() || after.is_some() {
            let record = AuditRecord {
                at,
                actor: actor.clone(),
                action: "team changed".into(),
                subject: format!("team {team}"),
                before,
                after,
            };
            change.record(&record).await?;
        }
        change.commit().await
    }
}

/// Adds an account, in the caller's transaction.
pub(crate) async fn insert(
    change: &mut AnyConnection,
    account: &Account,
) -> Result<Changed, StoreError> {
    let added = sqlx::query(
        "insert into accounts (id, name, full_name, role, is_disabled, attributes, password,
           authenticator_step, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, -1, $8) on conflict (name) do nothing",
    )
    .bind(account.id.as_str())
    .bind(account.name.as_str())
    .bind(&account.full_name)
    .bind(account.role.word())
    .bind(i64::from(account.is_disabled))
    .bind(attributes::text(&account.attributes))
    .bind(account.password.as_deref())
    .bind(account.created_at.0)
    .execute(&mut *change)
    .await?;
    if added.rows_affected() == 0 {
        return Ok(Changed::Taken);
    }
    set_teams(change, &account.id, &account.teams).await?;
    match account.role {
        Role::Admin => close(change).await?,
        Role::Viewer | Role::Editor => count(change).await?,
    }
    Ok(Changed::Done)
}

/// `sealed` is the secret of the authenticator, if that is what changes.
async fn apply(
    change: &mut AnyConnection,
    id: &AccountId,
    to: &AccountChange,
    sealed: Option<String>,
) -> Result<u64, StoreError> {
    let id = id.as_str();
    let query = match to {
        AccountChange::FullName(name) => {
            sqlx::query("update accounts set full_name = $2 where id = $1")
                .bind(id)
                .bind(name.clone())
        }
        AccountChange::Role(role) => {
            sqlx::query("update accounts set role = $2 where id = $1").bind(id).bind(role.word())
        }
        AccountChange::Disabled(is_disabled) => {
            sqlx::query("update accounts set is_disabled = $2 where id = $1")
                .bind(id)
                .bind(i64::from(*is_disabled))
        }
        AccountChange::Attributes(attributes) => {
            sqlx::query("update accounts set attributes = $2 where id = $1")
                .bind(id)
                .bind(attributes::text(attributes))
        }
        AccountChange::Password(hash) => {
            sqlx::query("update accounts set password = $2 where id = $1")
                .bind(id)
                .bind(hash.clone())
        }
        AccountChange::Teams(teams) => {
            set_teams(change, &AccountId::kept(id), teams).await?;
            sqlx::query("update accounts set name = name where id = $1").bind(id)
        }
        AccountChange::Authenticator(factor) => {
            sqlx::query("delete from recovery_codes where account = $1")
                .bind(id)
                .execute(&mut *change)
                .await?;
            for hash in factor.iter().flat_map(|(_, hashes)| hashes) {
                sqlx::query("insert into recovery_codes (account, hash) values ($1, $2)")
                    .bind(id)
                    .bind(hash)
                    .execute(&mut *change)
                    .await?;
            }
            sqlx::query(
                "update accounts set authenticator = $2, authenticator_step = -1 where id = $1",
            )
            .bind(id)
            .bind(sealed)
        }
    };
    Ok(query.execute(&mut *change).await?.rows_affected())
}

async fn set_teams(
    change: &mut AnyConnection,
    id: &AccountId,
    teams: &BTreeSet<TeamName>,
) -> Result<(), StoreError> {
    sqlx::query("delete from team_members where account = $1")
        .bind(id.as_str())
        .execute(&mut *change)
        .await?;
    for team in teams {
        sqlx::query("insert into team_members (team, account) values ($1, $2)")
            .bind(team.as_str())
            .bind(id.as_str())
            .execute(&mut *change)
            .await?;
    }
    Ok(())
}

async fn is_last_admin(change: &mut AnyConnection, id: &AccountId) -> Result<bool, StoreError> {
    let admins = "select id from accounts where role = 'admin' and is_disabled = 0";
    let rows = sqlx::query(admins).fetch_all(&mut *change).await?;
    Ok(rows.len() == 1 && rows.iter().all(|row| row.get::<String, _>(0) == id.as_str()))
}

/// The record that an account's authenticator secret is sealed as.
pub(crate) fn authenticator_of(id: &str) -> String {
    format!("the authenticator of account {id}")
}

impl Store {
    /// The account, as `connection` sees it.
    async fn read(
        &self,
        connection: &mut AnyConnection,
        id: &AccountId,
    ) -> Result<Option<Account>, StoreError> {
        let sql = "select id, name, full_name, role, is_disabled, attributes, password, \
                   authenticator, created_at, signed_in_at from accounts where id = $1";
        let row = sqlx::query(sql).bind(id.as_str()).fetch_optional(&mut *connection).await?;
        let Some(mut account) = row.as_ref().and_then(|row| self.read_account(row)) else {
            return Ok(None);
        };
        let rows = sqlx::query("select team from team_members where account = $1")
            .bind(id.as_str())
            .fetch_all(&mut *connection)
            .await?;
        account.teams = rows.iter().filter_map(|row| TeamName::parse(row.get(0)).ok()).collect();
        Ok(Some(account))
    }

    /// The account of a row, without its teams; none if this release cannot read it.
    fn read_account(&self, row: &AnyRow) -> Option<Account> {
        let (id, authenticator): (String, Option<String>) = (row.get(0), row.get(7));
        Some(Account {
            name: LoginName::parse(row.get(1)).ok()?,
            full_name: row.get(2),
            role: Role::parse(row.get(3))?,
            is_disabled: row.get::<i64, _>(4) != 0,
            teams: BTreeSet::new(),
            attributes: attributes::read(row.get(5)),
            password: row.get(6),
            // An unreadable secret, as without the key, must not pass for no second factor.
            authenticator: authenticator
                .map(|sealed| self.unseal(&authenticator_of(&id), &sealed).unwrap_or_default()),
            created_at: Timestamp(row.get(8)),
            signed_in_at: row.get::<Option<i64>, _>(9).map(Timestamp),
            id: AccountId::kept(&id),
        })
    }
}
