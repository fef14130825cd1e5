//! Accounts, sessions, tokens, links and throttling, over both databases.

use crate::people::{self, LATER, NOW, root as actor, session};
use brisk_accounts::account::Attributes;
use brisk_accounts::throttle::Throttle;
use brisk_accounts::{Account, AccountId, Role, Scopes};
use brisk_domain::{AttributeName, Selection, TeamName, Timestamp};
use brisk_store::{AccountChange, AuditFilter, Changed, Link, Store, TokenRecord};
use brisk_test_stores::TestStore;
use std::collections::BTreeSet;
use tokio::task::JoinSet;

fn account(name: &str, role: Role) -> Account {
    Account { password: Some("hash".into()), ..people::account(name, role) }
}

async fn change(store: &Store, id: &AccountId, to: AccountChange) -> Changed {
    store.change_account(id, &to, &actor(), NOW).await.unwrap()
}

#[tokio::test]
async fn an_account_is_kept_with_all_that_is_said_of_it() {
    for TestStore { store, .. } in &TestStore::each().await {
        let team = |name: &str| TeamName::parse(name).unwrap();
        let tenant = AttributeName::parse("tenant").unwrap();
        let ann = Account {
            teams: BTreeSet::from([team("sales"), team("board")]),
            attributes: Attributes::from([(tenant.clone(), Selection::of(["a&b=c".to_owned()]))]),
            ..account("ann", Role::Viewer)
        };
        assert_eq!(store.add_account(&ann, &actor()).await.unwrap(), Changed::Done);
        assert_eq!(store.account(&ann.id).await.unwrap().as_ref(), Some(&ann));
        assert_eq!(store.account_named(&ann.name).await.unwrap().as_ref(), Some(&ann));
        assert_eq!(store.accounts().await.unwrap(), std::slice::from_ref(&ann));
        let other = Account { id: AccountId::random(), ..ann.clone() };
        assert_eq!(store.add_account(&other, &actor()).await.unwrap(), Changed::Taken);
        let changes = [
            AccountChange::FullName("Ann Lee".into()),
            AccountChange::Role(Role::Editor),
            AccountChange::Teams(BTreeSet::from([team("stock")])),
            AccountChange::Attributes(Attributes::new()),
            AccountChange::Password(None),
            AccountChange::Authenticator(Some((vec![0, 255], vec!["code".into()]))),
            AccountChange::Disabled(true),
        ];
        for to in changes {
            assert_eq!(change(store, &ann.id, to).await, Changed::Done);
        }
        let expected = Account {
            full_name: "Ann Lee".into(),
            role: Role::Editor,
            teams: BTreeSet::from([team("stock")]),
            attributes: Attributes::new(),
            password: None,
            authenticator: Some(vec![0, 255]),
            is_disabled: true,
            ..ann.clone()
        };
        assert_eq!(store.account(&ann.id).await.unwrap(), Some(expected));
        let nobody = AccountId::random();
        assert_eq!(change(store, &nobody, AccountChange::Disabled(true)).await, Changed::Missing);
        let log = store.audit(&AuditFilter::default(), 100).await.unwrap();
        let actions: Vec<&str> = log.iter().rev().map(|line| line.record.action.as_str()).collect();
        let expected = [
            "account added",
            "account renamed",
            "role changed",
            "teams changed",
            "attributes changed",
            "password changed",
            "second factor added",
            "account disabled",
        ];
        assert_eq!(actions, expected);
        let of = |action: &str| {
            let line = log.iter().find(|line| line.record.action == action).unwrap();
            (line.record.before.clone(), line.record.after.clone())
        };
        let (was, is) = of("teams changed");
        assert!(was != is && is.as_deref() == Some("stock"), "{was:?} {is:?}");
        assert_eq!(of("attributes changed").1, None, "all are gone");
        // Only what differs.
        let both = AccountChange::Teams(BTreeSet::from([team("stock"), team("north")]));
        change(store, &ann.id, both).await;
        let latest = store.audit(&AuditFilter::default(), 1).await.unwrap();
        let record = &latest[0].record;
        assert_eq!((record.before.as_deref(), record.after.as_deref()), (None, Some("north")));
        let all = format!("{log:?}");
        assert!(!all.contains("hash") && !all.contains("00ff"), "no secret is in it: {all}");
    }
}

#[tokio::test]
async fn each_change_of_rights_is_counted_and_the_first_admin_closes_the_server_for_good() {
    for TestStore { store, .. } in &TestStore::each().await {
        let state = async || store.access_state().await.unwrap();
        assert!(!state().await.is_closed);
        let ann = account("ann", Role::Viewer);
        store.add_account(&ann, &actor()).await.unwrap();
        let before = state().await;
        assert!(!before.is_closed, "nobody looks after it yet");
        change(store, &ann.id, AccountChange::Role(Role::Admin)).await;
        let after = state().await;
        assert!(after.is_closed && after.version > before.version);
        // No change of accounts opens the server again.
        for to in [AccountChange::Disabled(true), AccountChange::Role(Role::Viewer)] {
            assert_eq!(change(store, &ann.id, to).await, Changed::LastAdmin);
        }
        let bob = account("bob", Role::Admin);
        store.add_account(&bob, &actor()).await.unwrap();
        assert_eq!(change(store, &ann.id, AccountChange::Disabled(true)).await, Changed::Done);
        assert_eq!(
            change(store, &bob.id, AccountChange::Role(Role::Editor)).await,
            Changed::LastAdmin,
            "who is disabled looks after nothing"
        );
        assert!(state().await.is_closed);
    }
}

#[tokio::test]
async fn two_admins_who_disable_each_other_at_the_same_moment_leave_one() {
    for TestStore { store, .. } in &TestStore::each().await {
        for round in 0..5 {
            let pair = ["ann", "bob"].map(|name| account(&format!("{name}{round}"), Role::Admin));
            for one in &pair {
                store.add_account(one, &actor()).await.unwrap();
            }
            for other in store.accounts().await.unwrap() {
                if !pair.iter().any(|one| one.id == other.id) {
                    change(store, &other.id, AccountChange::Role(Role::Viewer)).await;
                }
            }
            let mut both = JoinSet::new();
            for one in pair.clone() {
                let store = store.clone();
                both.spawn(
                    async move { change(&store, &one.id, AccountChange::Disabled(true)).await },
                );
            }
            let outcomes = both.join_all().await;
            assert!(outcomes.contains(&Changed::Done) && outcomes.contains(&Changed::LastAdmin));
        }
    }
}

#[tokio::test]
async fn what_takes_rights_away_ends_sessions_and_what_does_not_leaves_them() {
    for TestStore { store, .. } in &TestStore::each().await {
        let (ann, bob) = (account("ann", Role::Viewer), account("bob", Role::Viewer));
        for one in [&ann, &bob] {
            store.add_account(one, &actor()).await.unwrap();
        }
        let is_there = async |hash: &str| store.session(hash).await.unwrap().is_some();
        assert!(store.add_session(&session("other", &bob.id)).await.unwrap());
        for (to, ends) in [
            (AccountChange::FullName("A".into()), false),
            (AccountChange::Teams(BTreeSet::new()), false),
            (AccountChange::Attributes(Attributes::new()), false),
            (AccountChange::Disabled(false), false),
            (AccountChange::Disabled(true), true),
            (AccountChange::Role(Role::Editor), true),
            (AccountChange::Password(Some("new".into())), true),
            (AccountChange::Authenticator(None), true),
        ] {
            store.add_session(&session("own", &ann.id)).await.unwrap();
            change(store, &ann.id, to.clone()).await;
            assert_eq!(is_there("own").await, !ends, "{to:?}");
        }
        assert!(is_there("other").await);
        assert!(
            !store.add_session(&session("other", &ann.id)).await.unwrap(),
            "one hash, one session"
        );
    }
}

#[tokio::test]
async fn sessions_are_seen_ended_and_forgotten() {
    for TestStore { store, .. } in &TestStore::each().await {
        let ann = account("ann", Role::Viewer);
        store.add_account(&ann, &actor()).await.unwrap();
        for hash in ["aa1", "aa2", "bb1"] {
            store.add_session(&session(hash, &ann.id)).await.unwrap();
        }
        assert_eq!(store.account(&ann.id).await.unwrap().unwrap().signed_in_at, Some(NOW));
        let seen = Timestamp::from_seconds(1_500_000);
        store.sessions_seen(&[("aa2".into(), seen), ("gone".into(), seen)]).await.unwrap();
        let all = store.sessions_of(&ann.id).await.unwrap();
        let hashes: Vec<&str> = all.iter().map(|session| session.hash.as_str()).collect();
        assert_eq!(hashes, ["aa2", "aa1", "bb1"], "the latest first");
        store.end_session("aa1", None).await.unwrap();
        store.end_sessions_of(&AccountId::random(), None).await.unwrap();
        assert_eq!(store.sessions_of(&ann.id).await.unwrap().len(), 2);
        store.forget_sessions(seen, Timestamp::from_seconds(1_200_000)).await.unwrap();
        assert_eq!(store.sessions_of(&ann.id).await.unwrap()[0].hash, "aa2");
        store.end_session("aa2", None).await.unwrap();
        assert_eq!(store.sessions_of(&ann.id).await.unwrap(), []);
    }
}

#[tokio::test]
async fn who_is_shut_out_or_has_another_password_has_no_link_any_more() {
    for test in TestStore::each().await {
        let store = &test.store;
        let (ann, bob) = (account("ann", Role::Viewer), account("bob", Role::Viewer));
        for account in [&ann, &bob] {
            store.add_account(account, &actor()).await.unwrap();
        }
        let changes = [
            AccountChange::Disabled(true),
            AccountChange::Disabled(false),
            AccountChange::Password(Some("another".into())),
        ];
        for (n, change) in changes.into_iter().enumerate() {
            for account in [&ann, &bob] {
                let link = Link::Password(account.id.clone());
                store.add_link(&format!("{n}{}", account.name), &link, LATER).await.unwrap();
            }
            store.change_account(&ann.id, &change, &actor(), NOW).await.unwrap();
            let is_enabled = change == AccountChange::Disabled(false);
            let left = store.link(&format!("{n}ann"), NOW).await.unwrap();
            assert_eq!(left.is_some(), is_enabled, "{change:?}");
            assert!(store.link(&format!("{n}bob"), NOW).await.unwrap().is_some());
        }
    }
}

#[tokio::test]
async fn a_link_works_once_however_many_take_it() {
    for TestStore { store, .. } in &TestStore::each().await {
        store.add_link("first", &Link::FirstAdmin, LATER).await.unwrap();
        store.add_link("second", &Link::FirstAdmin, LATER).await.unwrap();
        assert_eq!(store.link("first", NOW).await.unwrap(), Some(Link::FirstAdmin));
        assert_eq!(store.link("first", LATER).await.unwrap(), None, "it has expired");
        assert_eq!(store.link("other", NOW).await.unwrap(), None);
        let mut all = JoinSet::new();
        for n in 0..8 {
            let store = store.clone();
            let hash = if n % 2 == 0 { "first" } else { "second" };
            all.spawn(async move {
                let one = account(&format!("admin{n}"), Role::Admin);
                store.make_first_admin(hash, &one, None, &actor(), NOW).await.unwrap()
            });
        }
        let outcomes = all.join_all().await;
        let made = outcomes.iter().filter(|outcome| **outcome == Changed::Done).count();
        assert_eq!((made, store.accounts().await.unwrap().len()), (1, 1), "{outcomes:?}");
        assert_eq!(store.link("second", NOW).await.unwrap(), None, "all like it are gone");
        store.add_link("third", &Link::FirstAdmin, LATER).await.unwrap();
        let late = account("late", Role::Admin);
        let made = store.make_first_admin("third", &late, None, &actor(), NOW).await.unwrap();
        assert_eq!(made, Changed::Missing, "there is an admin");
    }
}

#[tokio::test]
async fn a_password_link_gives_its_account_a_password_once_and_ends_its_sessions() {
    for TestStore { store, .. } in &TestStore::each().await {
        let ann = account("ann", Role::Viewer);
        store.add_account(&ann, &actor()).await.unwrap();
        let link = Link::Password(ann.id.clone());
        store.add_link("old", &link, LATER).await.unwrap();
        store.add_link("new", &link, LATER).await.unwrap();
        assert_eq!(store.link("old", NOW).await.unwrap(), None, "the newest counts");
        store.add_session(&session("own", &ann.id)).await.unwrap();
        let take = async |hash: &str, at| {
            store.take_password_link(hash, "chosen", &actor(), at).await.unwrap()
        };
        assert_eq!(take("new", LATER).await, None, "it has expired");
        assert_eq!(take("new", NOW).await, Some(ann.id.clone()));
        assert_eq!(take("new", NOW).await, None);
        let now = store.account(&ann.id).await.unwrap().unwrap();
        assert_eq!(now.password.as_deref(), Some("chosen"));
        assert_eq!(store.session("own").await.unwrap(), None);
        store.add_link("more", &link, LATER).await.unwrap();
        change(store, &ann.id, AccountChange::Disabled(true)).await;
        assert_eq!(take("more", NOW).await, None, "the account is disabled");
        store.forget_links(LATER).await.unwrap();
    }
}

#[tokio::test]
async fn tokens_are_kept_used_and_revoked_by_their_owner() {
    for TestStore { store, .. } in &TestStore::each().await {
        let (ann, bob) = (account("ann", Role::Viewer), account("bob", Role::Viewer));
        for one in [&ann, &bob] {
            store.add_account(one, &actor()).await.unwrap();
        }
        let token = TokenRecord {
            id: "t1".into(),
            hash: "h1".into(),
            account: ann.id.clone(),
            name: "nightly".into(),
            scopes: Scopes::parse("read:sales metrics").unwrap(),
            attributes: None,
            created_at: NOW,
            expires_at: LATER,
            used_at: None,
        };
        assert!(store.add_token(&token, 1, &actor()).await.unwrap());
        assert_eq!(store.token("h1").await.unwrap().as_ref(), Some(&token));
        store.tokens_used(&[("h1".into(), LATER)]).await.unwrap();
        assert_eq!(store.tokens_of(&ann.id).await.unwrap()[0].used_at, Some(LATER));
        let version = store.access_state().await.unwrap().version;
        store.revoke_token(&bob.id, "t1", &actor(), NOW).await.unwrap();
        assert!(store.token("h1").await.unwrap().is_some(), "it is not theirs");
        store.revoke_token(&ann.id, "t1", &actor(), NOW).await.unwrap();
        assert_eq!(store.token("h1").await.unwrap(), None);
        assert!(store.access_state().await.unwrap().version > version);
    }
}

#[tokio::test]
async fn of_many_tries_at_the_same_moment_each_is_counted_once() {
    for TestStore { store, .. } in &TestStore::each().await {
        let next = |before: Option<Throttle>| {
            let failures = before.unwrap_or_default().failures + 1;
            Throttle { failures, last: NOW }
        };
        let mut all = JoinSet::new();
        for _ in 0..10 {
            let store = store.clone();
            all.spawn(async move {
                loop {
                    let before = store.throttle("x").await.unwrap();
                    if store.set_throttle("x", before, next(before)).await.unwrap() {
                        return;
                    }
                }
            });
        }
        all.join_all().await;
        let known = async || store.throttle("x").await.unwrap().map(|known| known.failures);
        assert_eq!(known().await, Some(10));
        store.forgive_one("x").await.unwrap();
        assert_eq!(known().await, Some(9));
        store.forgive("x").await.unwrap();
        assert_eq!(known().await, None);
        store.set_throttle("y", None, next(None)).await.unwrap();
        store.forget_failures(LATER).await.unwrap();
        assert_eq!(store.throttle("y").await.unwrap(), None);
        let ann = AccountId::random();
        assert!(!store.knows_address(&ann, "a", Timestamp(0)).await.unwrap());
        store.know_address(&ann, "a", NOW).await.unwrap();
        store.know_address(&ann, "a", LATER).await.unwrap();
        assert!(store.knows_address(&ann, "a", NOW).await.unwrap());
        assert!(!store.knows_address(&ann, "a", LATER).await.unwrap());
    }
}

#[tokio::test]
async fn a_code_is_taken_once_however_many_show_it() {
    for TestStore { store, .. } in &TestStore::each().await {
        let ann = account("ann", Role::Viewer);
        store.add_account(&ann, &actor()).await.unwrap();
        let factor = Some((vec![1; 20], vec!["code".to_owned(), "other".to_owned()]));
        change(store, &ann.id, AccountChange::Authenticator(factor)).await;
        let mut all = JoinSet::new();
        for _ in 0..6 {
            let (store, id) = (store.clone(), ann.id.clone());
            all.spawn(async move {
                let step = store.take_step(&id, 7).await.unwrap();
                let code = store.take_recovery_code(&id, "code").await.unwrap();
                (u32::from(step), u32::from(code))
            });
        }
        let taken = all.join_all().await;
        assert_eq!(taken.iter().map(|taken| taken.0).sum::<u32>(), 1);
        assert_eq!(taken.iter().map(|taken| taken.1).sum::<u32>(), 1);
        assert!(!store.take_step(&ann.id, 6).await.unwrap(), "an earlier one");
        assert!(store.take_step(&ann.id, 8).await.unwrap());
        assert_eq!(store.recovery_codes_left(&ann.id).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn the_secret_of_a_second_factor_is_sealed_in_the_store() {
    for test in TestStore::each().await {
        let (ann, ben) = (account("ann", Role::Viewer), account("ben", Role::Viewer));
        for account in [&ann, &ben] {
            test.store.add_account(account, &actor()).await.unwrap();
        }
        let secret = b"twenty random bytes!".to_vec();
        let factor = AccountChange::Authenticator(Some((secret.clone(), Vec::new())));
        change(&test.store, &ann.id, factor).await;
        let read = test.again().await.account(&ann.id).await.unwrap().unwrap();
        assert_eq!(read.authenticator, Some(secret.clone()));
        let pool = sqlx::AnyPool::connect(test.url()).await.unwrap();
        let stored = "select authenticator from accounts where authenticator is not null";
        let stored: String = sqlx::query_scalar(stored).fetch_one(&pool).await.unwrap();
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!stored.contains(&hex) && !stored.contains("twenty"), "{stored}");
        // Moved to another account, it cannot be read: that account still needs a code, and none is
        // right.
        let moved = "update accounts set authenticator = $1 where id = $2";
        sqlx::query(moved).bind(stored).bind(ben.id.as_str()).execute(&pool).await.unwrap();
        let read = test.store.account(&ben.id).await.unwrap().unwrap();
        assert_eq!(read.authenticator, Some(Vec::new()));
        pool.close().await;
    }
}

#[tokio::test]
async fn in_a_store_that_was_set_back_all_sessions_end_once() {
    for test in TestStore::each().await {
        let store = &test.store;
        let ann = account("ann", Role::Viewer);
        assert_eq!(store.add_account(&ann, &actor()).await.unwrap(), Changed::Done);
        store.add_session(&session("s", &ann.id)).await.unwrap();
        store.add_link("l", &Link::Password(ann.id.clone()), LATER).await.unwrap();
        let number = store.session_number(&ann.id).await.unwrap();
        assert!(store.holds_session("elsewhere", &ann.id, number).await.unwrap());
        let before = store.access_state().await.unwrap();
        let mut ended = JoinSet::new();
        for _ in 0..4 {
            let replica = test.again().await;
            ended.spawn(async move { replica.end_all_sessions(before.version + 50, NOW).await });
        }
        ended.join_all().await.into_iter().for_each(|ended| ended.unwrap());
        assert_eq!(store.session("s").await.unwrap(), None);
        assert_eq!(store.link("l", NOW).await.unwrap(), None);
        assert!(!store.holds_session("elsewhere", &ann.id, number).await.unwrap());
        let after = store.access_state().await.unwrap();
        assert_eq!((after.version, after.is_closed), (before.version + 51, before.is_closed));
        let log = store.audit(&AuditFilter::default(), 50).await.unwrap();
        let said = log.iter().filter(|one| one.record.action == "store set back").count();
        assert_eq!(said, 1, "by one of the replicas that notice");
        store.end_all_sessions(after.version - 1, NOW).await.unwrap();
        assert_eq!(store.access_state().await.unwrap(), after, "a version of before is none above");
    }
}
