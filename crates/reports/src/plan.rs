//! [`plan`]: who receives a report, by their rights at that moment and nobody else's.

use crate::directory::Directory;
use brisk_accounts::{Account, AccountId, Folders, LoginName, Target, Verdict, Viewer, verdict};
use brisk_domain::report::{Locked, MailAddress, RecipientName};
use brisk_domain::{Access, ChannelName, Dashboard, Report};
use std::collections::BTreeSet;
use std::fmt;

/// Who receives a report, and who does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Planned {
    /// Each once, in the order of the report's recipients; those of a team by name.
    pub receivers: Vec<Receiver>,
    /// Who does not receive it, and why.
    pub left_out: Vec<LeftOut>,
}

/// Somebody who receives a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Identifies it in the store: `account:ID`, `mail:ADDRESS`, `channel:NAME`. It stays the same
    /// whatever an account's name and address become.
    pub key: String,
    /// What people call it.
    pub shown: String,
    /// Where it is sent.
    pub to: To,
    /// With which attributes its data are queried.
    pub access: Access,
}

/// Where a report is sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum To {
    /// By mail.
    Mail(MailAddress),
    /// To a channel of the configuration.
    Channel(ChannelName),
}

/// Somebody who does not receive a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// What people call it.
    pub shown: String,
    /// Why.
    pub reason: Reason,
}

/// Why somebody does not receive a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There is no such account.
    NoAccount,
    /// There is no such team.
    NoTeam,
    /// Nobody is in the team.
    EmptyTeam,
    /// The account is disabled.
    Disabled,
    /// The account has no address of mail.
    NoAddress,
    /// Several accounts have the address, so that nobody knows whose rights count.
    SeveralAccounts,
    /// The account may not see the dashboard.
    MayNotSee,
    /// There is no account, the dashboard is not public, and nothing was locked.
    NotPublic,
    /// Its owner has unsubscribed.
    Unsubscribed,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAccount => "there is no such account",
            Self::NoTeam => "there is no such team",
            Self::EmptyTeam => "nobody is in the team",
            Self::Disabled => "the account is disabled",
            Self::NoAddress => "the account has no address of mail",
            Self::SeveralAccounts => "several accounts have this address: name one of them",
            Self::MayNotSee => "the account may not see the dashboard",
            Self::NotPublic => {
                "it has no account, the dashboard is not public, and no admin has locked values for it"
            }
            Self::Unsubscribed => "unsubscribed",
        })
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.shown, self.reason)
    }
}

impl Planned {
    /// The receivers by what they see: one file serves all who see the same.
    pub fn by_access(&self) -> Vec<(&Access, Vec<&Receiver>)> {
        let mut groups: Vec<(&Access, Vec<&Receiver>)> = Vec::new();
        for receiver in &self.receivers {
            match groups.iter_mut().find(|(access, _)| **access == receiver.access) {
                Some((_, group)) => group.push(receiver),
                None => groups.push((&receiver.access, vec![receiver])),
            }
        }
        groups
    }
}

/// Who receives `report` of `dashboard` now. `unsubscribed` has the keys of those who want no more of it.
pub fn plan(
    report: &Report,
    dashboard: &Dashboard,
    directory: &impl Directory,
    unsubscribed: &BTreeSet<String>,
) -> Planned {
    let mut planning = Planning {
        dashboard,
        directory,
        unsubscribed,
        seen: BTreeSet::new(),
        planned: Planned::default(),
    };
    for recipient in &report.recipients {
        planning.add(&recipient.name, recipient.locked.as_ref());
    }
    planning.planned
}

struct Planning<'p, D> {
    dashboard: &'p Dashboard,
    directory: &'p D,
    unsubscribed: &'p BTreeSet<String>,
    /// The keys of whom was decided about.
    seen: BTreeSet<String>,
    planned: Planned,
}

impl<'p, D: Directory> Planning<'p, D> {
    fn add(&mut self, name: &RecipientName, locked: Option<&Locked>) {
        match name {
            RecipientName::Account(login) => {
                let account = LoginName::parse(login).ok();
                let account = account.and_then(|name| self.directory.named(&name));
                self.add_account_or(name, account);
            }
            RecipientName::AccountId(id) => {
                let account = self.directory.with_id(&AccountId::kept(id));
                self.add_account_or(name, account);
            }
            RecipientName::Team(team) => match self.directory.members(team) {
                None => self.leave_out(name.to_string(), Reason::NoTeam),
                Some(members) if members.is_empty() => {
                    self.leave_out(name.to_string(), Reason::EmptyTeam);
                }
                Some(members) => members.into_iter().for_each(|member| self.add_account(member)),
            },
            RecipientName::Mail(address) => match self.directory.with_address(address)[..] {
                [] => self.add_stranger(name, To::Mail(address.clone()), locked),
                // Also a disabled one: its owner is not a stranger who may see what is public.
                [account] => self.add_account(account),
                _ => self.leave_out(name.to_string(), Reason::SeveralAccounts),
            },
            RecipientName::Channel(channel) => {
                self.add_stranger(name, To::Channel(channel.clone()), locked);
            }
        }
    }

    fn add_account_or(&mut self, name: &RecipientName, account: Option<&Account>) {
        match account {
            Some(account) => self.add_account(account),
            None => self.leave_out(name.to_string(), Reason::NoAccount),
        }
    }

    fn add_account(&mut self, account: &Account) {
        let (key, shown) = (format!("account:{}", account.id.as_str()), account.name.to_string());
        if !self.seen.insert(key.clone()) {
            return;
        }
        let viewer = Viewer::Person(account.standing(Folders::new()));
        let address = self.directory.address(account);
        let may_see = verdict(&viewer, Target::of(self.dashboard)) == Verdict::Allowed;
        match address {
            _ if account.is_disabled => self.leave_out(shown, Reason::Disabled),
            _ if !may_see => self.leave_out(shown, Reason::MayNotSee),
            _ if self.unsubscribed.contains(&key) => self.leave_out(shown, Reason::Unsubscribed),
            None => self.leave_out(shown, Reason::NoAddress),
            Some(address) => {
                let access = self.directory.access(account);
                let receiver = Receiver { key, shown, to: To::Mail(address), access };
                self.planned.receivers.push(receiver);
            }
        }
    }

    /// Somebody without an account.
    fn add_stranger(&mut self, name: &RecipientName, to: To, locked: Option<&Locked>) {
        let (key, shown) = (name.compared(), name.to_string());
        if !self.seen.insert(key.clone()) {
            return;
        }
        let is_public = verdict(&Viewer::Nobody, Target::of(self.dashboard)) == Verdict::Allowed;
        let access = match locked {
            Some(locked) => Some(Access::of(locked.clone())),
            None => is_public.then(Access::anonymous),
        };
        match access {
            None => self.leave_out(shown, Reason::NotPublic),
            Some(_) if self.unsubscribed.contains(&key) => {
                self.leave_out(shown, Reason::Unsubscribed);
            }
            Some(access) => self.planned.receivers.push(Receiver { key, shown, to, access }),
        }
    }

    fn leave_out(&mut self, shown: String, reason: Reason) {
        let left_out = LeftOut { shown, reason };
        if !self.planned.left_out.contains(&left_out) {
            self.planned.left_out.push(left_out);
        }
    }
}
