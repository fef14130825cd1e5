//! The addresses of mail that admins have set for accounts.

use crate::audit::{Actor, AuditRecord};
use crate::change::Topic;
use crate::{Store, StoreError};
use brisk_accounts::AccountId;
use brisk_domain::Timestamp;
use brisk_domain::report::MailAddress;
use sqlx::Row as _;
use std::collections::BTreeMap;

impl Store {
    /// All of them. An account without one has its name, if that is an address.
    pub async fn mail_addresses(&self) -> Result<BTreeMap<AccountId, MailAddress>, StoreError> {
        let rows = sqlx::query("select account, address from mail_addresses");
        let rows = rows.fetch_all(&self.pool).await?;
        let addresses = rows.iter().filter_map(|row| {
            Some((AccountId::kept(row.get(0)), MailAddress::parse(row.get(1)).ok()?))
        });
        Ok(addresses.collect())
    }

    /// Sets an account's address, or takes it away; false if there is no such account. Only admins may: who
    /// has an address receives what reports send to it, with the account's rights.
    pub async fn set_mail_address(
        &self,
        account: &AccountId,
        address: Option<&MailAddress>,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        let name = sqlx::query("select name from accounts where id = $1").bind(account.as_str());
        let Some(name) = name.fetch_optional(&mut *change).await? else { return Ok(false) };
        let name: String = name.get(0);
        let before = sqlx::query("select address from mail_addresses where account = $1")
            .bind(account.as_str())
            .fetch_optional(&mut *change)
            .await?;
        let before: Option<String> = before.map(|row| row.get(0));
        if before.as_deref() == address.map(MailAddress::as_str) {
            return Ok(true);
        }
        match address {
            Some(address) => sqlx::query(
                "insert into mail_addresses (account, address) values ($1, $2)
                 on conflict (account) do update set address = excluded.address",
            )
            .bind(account.as_str())
            .bind(address.as_str()),
            None => {
                sqlx::query("delete from mail_addresses where account = $1").bind(account.as_str())
            }
        }
        .execute(&mut *change)
        .await?;
        let record = AuditRecord {
            at,
            actor: actor.clone(),
            action: "address of mail changed".into(),
            subject: format!("account {name}"),
            before,
            after: address.map(ToString::to_string),
        };
        change.record(&record).await?;
        change.commit().await?;
        Ok(true)
    }
}
