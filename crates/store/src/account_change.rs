//! [`AccountChange`]: what may be changed of an account, and the records of changes in the audit log.

use crate::attributes;
use crate::audit::{Actor, AuditRecord, differing};
use brisk_accounts::account::Attributes;
use brisk_accounts::{Account, Role};
use brisk_domain::{TeamName, Timestamp};
use std::collections::BTreeSet;

/// One change of an account. Those that take rights away end its sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// The name that others read.
    FullName(String),
    /// What it looks after.
    Role(Role),
    /// Whether it may sign in.
    Disabled(bool),
    /// The teams that it is in.
    Teams(BTreeSet<TeamName>),
    /// Its own attributes.
    Attributes(Attributes),
    /// The password's hash, if it has one.
    Password(Option<String>),
    /// The authenticator's secret with its recovery codes' hashes, if it has one.
    Authenticator(Option<(Vec<u8>, Vec<String>)>),
}

impl AccountChange {
    /// The audit record of the change, without passwords and secrets; none where nothing is other than
    /// before.
    pub(crate) fn record(
        &self,
        (before, after): (&Account, &Account),
        actor: &Actor,
        at: Timestamp,
    ) -> Option<AuditRecord> {
        let teams = |account: &Account| -> Vec<String> {
            account.teams.iter().map(ToString::to_string).collect()
        };
        let pairs = |account: &Account| attributes::pairs(&account.attributes);
        let of = |account: &Account| match self {
            Self::FullName(_) => Some(account.full_name.clone()),
            Self::Role(_) => Some(account.role.to_string()),
            Self::Disabled(_) => {
                Some(if account.is_disabled { "disabled" } else { "enabled" }.to_owned())
            }
            Self::Teams(_) | Self::Attributes(_) | Self::Password(_) | Self::Authenticator(_) => {
                None
            }
        };
        let (was, is) = match self {
            Self::Teams(_) => differing(&teams(before), &teams(after)),
            Self::Attributes(_) => differing(&pairs(before), &pairs(after)),
            _ => (of(before), of(after)),
        };
        let is_secret = matches!(self, Self::Password(_) | Self::Authenticator(_));
        if was == is && !is_secret {
            return None;
        }
        let action = match self {
            Self::FullName(_) => "account renamed",
            Self::Role(_) => "role changed",
            Self::Disabled(true) => "account disabled",
            Self::Disabled(false) => "account enabled",
            Self::Teams(_) => "teams changed",
            Self::Attributes(_) => "attributes changed",
            Self::Password(_) => "password changed",
            Self::Authenticator(Some(_)) => "second factor added",
            Self::Authenticator(None) => "second factor removed",
        };
        Some(AuditRecord {
            at,
            actor: actor.clone(),
            action: action.into(),
            subject: format!("account {}", after.name),
            before: was,
            after: is,
        })
    }

    /// Whether there is an admin less after it.
    pub(crate) fn takes_an_admin_away(&self) -> bool {
        matches!(self, Self::Disabled(true) | Self::Role(Role::Viewer | Role::Editor))
    }

    /// Whether the account's sessions end with it.
    pub(crate) fn ends_sessions(&self) -> bool {
        matches!(
            self,
            Self::Disabled(true) | Self::Role(_) | Self::Password(_) | Self::Authenticator(_)
        )
    }
}

/// The audit record of a new account.
pub(crate) fn added_record(account: &Account, actor: &Actor) -> AuditRecord {
    let teams: Vec<&str> = account.teams.iter().map(TeamName::as_str).collect();
    let role = account.role.to_string();
    let after = match teams.is_empty() {
        true => role,
        false => format!("{role}; teams {}", teams.join(", ")),
    };
    AuditRecord {
        at: account.created_at,
        actor: actor.clone(),
        action: "account added".into(),
        subject: format!("account {}", account.name),
        before: None,
        after: Some(after),
    }
}
