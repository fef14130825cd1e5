//! Who receives a report: by their own rights at that moment.

use crate::made::{dashboard, report};
use brisk_accounts::account::Attributes;
use brisk_accounts::{Account, AccountId, LoginName, Role};
use brisk_domain::report::MailAddress;
use brisk_domain::{Access, AttributeName, Selection, TeamName, Timestamp};
use brisk_reports::{People, Planned, Reason, To, plan};
use std::collections::{BTreeMap, BTreeSet};

fn attribute(name: &str, value: &str) -> (AttributeName, Selection) {
    (AttributeName::parse(name).unwrap(), Selection::of([value.to_owned()]))
}

fn team(name: &str) -> TeamName {
    TeamName::parse(name).unwrap()
}

fn account(name: &str, teams: &[&str]) -> Account {
    Account {
        id: AccountId::kept(&format!("id-{name}")),
        name: LoginName::parse(name).unwrap(),
        full_name: name.to_owned(),
        role: Role::Viewer,
        is_disabled: false,
        teams: teams.iter().map(|name| team(name)).collect(),
        attributes: Attributes::new(),
        password: None,
        authenticator: None,
        created_at: Timestamp(0),
        signed_in_at: None,
    }
}

/// Ann, Bob, Cid and Dan are in teams; Eve is disabled; Fay has no address.
fn people() -> People {
    let ann =
        Account { attributes: [attribute("region", "north")].into(), ..account("ann", &["sales"]) };
    let eve = Account { is_disabled: true, ..account("eve", &["sales"]) };
    let accounts = vec![
        ann,
        account("bob", &["sales", "board"]),
        account("cid@example.com", &["board"]),
        account("dan", &[]),
        eve,
        account("fay", &["sales"]),
    ];
    let address = |name: &str| {
        let address = MailAddress::parse(&format!("{name}@example.com")).unwrap();
        (AccountId::kept(&format!("id-{name}")), address)
    };
    People {
        accounts,
        teams: [
            (team("sales"), Attributes::from([attribute("region", "south")])),
            (team("board"), Attributes::new()),
            (team("empty"), Attributes::new()),
        ]
        .into(),
        addresses: ["ann", "bob", "dan", "eve"].map(address).into(),
    }
}

fn planned(to: &str, audience: &str, people: &People, unsubscribed: &[&str]) -> Planned {
    let unsubscribed: BTreeSet<String> = unsubscribed.iter().map(|key| (*key).to_owned()).collect();
    plan(&report(&format!("to = [{to}]\n")), &dashboard(audience), people, &unsubscribed)
}

fn keys(planned: &Planned) -> Vec<&str> {
    planned.receivers.iter().map(|one| one.key.as_str()).collect()
}

fn reasons(planned: &Planned) -> Vec<(&str, Reason)> {
    planned.left_out.iter().map(|one| (one.shown.as_str(), one.reason)).collect()
}

#[test]
fn a_team_is_everybody_who_is_in_it_now_each_once_with_their_own_attributes() {
    let to = "\"account:bob\", \"team:sales\", \"account-id:id-bob\", \"mail:BOB@example.com\"";
    let found = planned(to, "\"everyone\"", &people(), &[]);
    assert_eq!(keys(&found), ["account:id-bob", "account:id-ann"]);
    let region = AttributeName::parse("region").unwrap();
    let of = |at: usize| found.receivers[at].access.values(&region);
    assert_eq!(of(0), Some(vec!["south".to_owned()]), "the team's");
    assert_eq!(of(1), Some(vec!["north".to_owned()]), "her own stands over it");
    assert_eq!(reasons(&found), [("eve", Reason::Disabled), ("fay", Reason::NoAddress)]);
    assert_eq!(found.left_out[0].to_string(), "eve: the account is disabled");
    assert_eq!(found.receivers[1].to, To::Mail(MailAddress::parse("ann@example.com").unwrap()));
    // Who joins or leaves, does so for the next one.
    let mut later = people();
    later.accounts[3].teams = [team("sales")].into();
    later.accounts[1].teams.clear();
    let to = "\"team:sales\"";
    assert_eq!(
        keys(&planned(to, "\"everyone\"", &later, &[])),
        ["account:id-ann", "account:id-dan"]
    );
}

#[test]
fn a_name_that_is_an_address_is_one() {
    let found = planned("\"account:cid@example.com\"", "\"everyone\"", &people(), &[]);
    assert_eq!(found.receivers[0].to, To::Mail(MailAddress::parse("cid@example.com").unwrap()));
}

#[test]
fn rights_are_the_recipients_and_nobody_elses() {
    let to = "\"account:ann\", \"account:bob\", \"account:dan\", \"account:root\", \"team:gone\", \"team:empty\"";
    let mut people = people();
    let root = Account { role: Role::Admin, ..account("root", &[]) };
    people.addresses.insert(root.id.clone(), MailAddress::parse("root@example.com").unwrap());
    people.accounts.push(root);
    let found = planned(to, "[\"team:board\"]", &people, &[]);
    assert_eq!(keys(&found), ["account:id-bob", "account:id-root"]);
    assert_eq!(
        reasons(&found),
        [
            ("ann", Reason::MayNotSee),
            ("dan", Reason::MayNotSee),
            ("team:gone", Reason::NoTeam),
            ("team:empty", Reason::EmptyTeam),
        ]
    );
    let gone = planned("\"account:zoe\", \"account-id:gone\"", "\"public\"", &people, &[]);
    let none = Reason::NoAccount;
    assert_eq!(reasons(&gone), [("account:zoe", none), ("account-id:gone", none)]);
}

#[test]
fn an_address_without_an_account_gets_what_is_public_or_locked() {
    let to = "\"mail:Guest@example.org\", \"channel:ops\"";
    let found = planned(to, "\"everyone\"", &people(), &[]);
    assert_eq!(keys(&found), [] as [&str; 0]);
    let not_public = Reason::NotPublic;
    let expected = [("mail:Guest@example.org", not_public), ("channel:ops", not_public)];
    assert_eq!(reasons(&found), expected);
    let found = planned(to, "\"public\"", &people(), &[]);
    assert_eq!(keys(&found), ["mail:guest@example.org", "channel:ops"]);
    assert!(found.receivers.iter().all(|one| one.access == Access::anonymous()));
    let locked = "{ recipient = \"mail:guest@example.org\", locked = { region = \"west\" } }, \
                  { recipient = \"channel:ops\", locked = {} }";
    let found = planned(locked, "[\"team:board\"]", &people(), &[]);
    assert_eq!(found.receivers[0].access, Access::of([attribute("region", "west")]));
    assert_eq!(found.receivers[1].access, Access::anonymous());
}

#[test]
fn an_address_with_an_account_has_its_rights_also_where_they_are_fewer_than_a_strangers() {
    let locked = "{ recipient = \"mail:ann@example.com\", locked = { region = \"west\" } }";
    let found = planned(locked, "\"everyone\"", &people(), &[]);
    assert_eq!(keys(&found), ["account:id-ann"]);
    assert_eq!(found.receivers[0].access, Access::of([attribute("region", "north")]));
    let found = planned(locked, "[\"team:board\"]", &people(), &[]);
    assert_eq!(reasons(&found), [("ann", Reason::MayNotSee)]);
    let found = planned("\"mail:Eve@Example.com\"", "\"public\"", &people(), &[]);
    assert_eq!(reasons(&found), [("eve", Reason::Disabled)], "she is not a stranger");
    let mut people = people();
    people
        .addresses
        .insert(AccountId::kept("id-fay"), MailAddress::parse("Ann@example.com").unwrap());
    let found = planned("\"mail:ann@example.com\"", "\"public\"", &people, &[]);
    assert_eq!(reasons(&found), [("mail:ann@example.com", Reason::SeveralAccounts)]);
}

#[test]
fn whoever_has_unsubscribed_is_left_out_however_they_are_named() {
    let to = "\"team:sales\", \"mail:ann@example.com\", \"mail:guest@example.org\"";
    let gone = ["account:id-ann", "mail:guest@example.org"];
    let found = planned(to, "\"public\"", &people(), &gone);
    assert_eq!(keys(&found), ["account:id-bob"]);
    let unsubscribed: Vec<_> =
        found.left_out.iter().filter(|one| one.reason == Reason::Unsubscribed).collect();
    assert_eq!(unsubscribed.len(), 2);
}

#[test]
fn one_file_serves_all_who_see_the_same() {
    let to = "\"team:board\", \"account:ann\", \"account:dan\", \"mail:guest@example.org\"";
    let found = planned(to, "\"public\"", &people(), &[]);
    let groups: Vec<(Access, usize)> = found
        .by_access()
        .into_iter()
        .map(|(access, group)| (access.clone(), group.len()))
        .collect();
    let of = |value: &str| Access::of([attribute("region", value)]);
    let expected = [(of("south"), 1), (Access::anonymous(), 3), (of("north"), 1)];
    assert_eq!(groups, expected);
    let attributes: BTreeMap<_, _> = groups[0].0.attributes().clone();
    assert_eq!(attributes.len(), 1);
}
