//! The accounts, sessions and actors of the tests.

use brisk_accounts::account::Attributes;
use brisk_accounts::{Account, AccountId, LoginName, Role};
use brisk_domain::Timestamp;
use brisk_store::{Actor, AuditRecord, LoggedRecord, SessionRecord};
use std::collections::BTreeSet;

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
pub(crate) const LATER: Timestamp = Timestamp::from_seconds(2_000_000);

/// An account that nobody has signed in to, without a password.
pub(crate) fn account(name: &str, role: Role) -> Account {
    Account {
        id: AccountId::random(),
        name: LoginName::parse(name).unwrap(),
        full_name: name.to_uppercase(),
        role,
        is_disabled: false,
        teams: BTreeSet::new(),
        attributes: Attributes::new(),
        password: None,
        authenticator: None,
        created_at: NOW,
        signed_in_at: None,
    }
}

/// A record of the audit log, without its subject.
pub(crate) fn in_words(logged: &LoggedRecord) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".into());
    let AuditRecord { action, before, after, .. } = &logged.record;
    format!("{action}: {} → {}", value(before), value(after))
}

/// A session of `account`.
pub(crate) fn session(hash: &str, account: &AccountId) -> SessionRecord {
    SessionRecord {
        hash: hash.into(),
        account: account.clone(),
        data: "{}".into(),
        agent: "Browser".into(),
        address: "192.0.2.1".into(),
        created_at: NOW,
        seen_at: NOW,
        expires_at: LATER,
    }
}

/// Who changes what in most tests.
pub(crate) fn anna() -> Actor {
    Actor { name: "anna".into(), address: "192.0.2.7".into() }
}

/// Who looks after accounts.
pub(crate) fn root() -> Actor {
    Actor { name: "root".into(), address: "192.0.2.1".into() }
}
