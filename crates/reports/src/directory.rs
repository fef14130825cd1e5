//! [`Directory`]: which accounts and teams there are when a report is made.

use brisk_accounts::account::Attributes;
use brisk_accounts::{Account, AccountId, LoginName};
use brisk_domain::report::MailAddress;
use brisk_domain::{Access, TeamName};
use std::collections::BTreeMap;

/// Which accounts and teams there are, at one moment.
pub trait Directory {
    /// The account with this id.
    fn with_id(&self, id: &AccountId) -> Option<&Account>;

    /// The account that signs in with this name.
    fn named(&self, name: &LoginName) -> Option<&Account>;

    /// Everybody in a team, by name; `None` if there is no such team.
    fn members(&self, team: &TeamName) -> Option<Vec<&Account>>;

    /// The accounts that have this address, whatever its case.
    fn with_address(&self, address: &MailAddress) -> Vec<&Account>;

    /// The address of an account.
    fn address(&self, account: &Account) -> Option<MailAddress>;

    /// What statements see of it.
    fn access(&self, account: &Account) -> Access;
}

/// A directory in memory, as the store gives it.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// All accounts, disabled ones too.
    pub accounts: Vec<Account>,
    /// All teams, with their attributes.
    pub teams: BTreeMap<TeamName, Attributes>,
    /// The addresses that admins have set. An account without one has its name, if that is an address.
    pub addresses: BTreeMap<AccountId, MailAddress>,
}

impl Directory for People {
    fn with_id(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == *id)
    }

    fn named(&self, name: &LoginName) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == *name)
    }

    fn members(&self, team: &TeamName) -> Option<Vec<&Account>> {
        let accounts = self.accounts.iter().filter(|account| account.teams.contains(team));
        let mut members: Vec<&Account> = accounts.collect();
        members.sort_by(|one, other| one.name.cmp(&other.name));
        (self.teams.contains_key(team) || !members.is_empty()).then_some(members)
    }

    fn with_address(&self, address: &MailAddress) -> Vec<&Account> {
        let compared = address.compared();
        let has_it = |account: &&Account| {
            self.address(account).is_some_and(|own| own.compared() == compared)
        };
        self.accounts.iter().filter(has_it).collect()
    }

    fn address(&self, account: &Account) -> Option<MailAddress> {
        let set = self.addresses.get(&account.id).cloned();
        set.or_else(|| MailAddress::parse(account.name.as_str()).ok())
    }

    fn access(&self, account: &Account) -> Access {
        account.access(&self.teams)
    }
}
