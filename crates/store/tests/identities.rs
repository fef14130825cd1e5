//! The identities of accounts, over both databases.

use crate::people::{LATER, NOW, account, root as actor, session};
use brisk_accounts::{Account, Identity, LoginName, Role};
use brisk_store::{AuditFilter, Changed, Connected, Disconnected, Link};
use brisk_test_stores::TestStore;
use tokio::task::JoinSet;

fn identity(subject: &str) -> Identity {
    Identity::new("https://id.example", subject).unwrap()
}

#[tokio::test]
async fn an_identity_is_one_accounts_whatever_that_is_called() {
    for TestStore { store, .. } in &TestStore::each().await {
        let ann = account("ann", Role::Viewer);
        let made = store.add_account_of(&ann, &identity("1"), &actor()).await.unwrap();
        assert_eq!(made, Changed::Done);
        let found = store.account_of(&identity("1")).await.unwrap().unwrap();
        assert_eq!((found.id, found.name), (ann.id.clone(), ann.name.clone()));
        assert_eq!(store.account_of(&identity("2")).await.unwrap(), None);
        let elsewhere = Identity::new("https://other.example", "1").unwrap();
        assert_eq!(store.account_of(&elsewhere).await.unwrap(), None, "the issuer is part of it");
        // Another with the name, or with the identity: nothing of it is kept.
        let same_name = account("ann", Role::Admin);
        let made = store.add_account_of(&same_name, &identity("2"), &actor()).await.unwrap();
        assert_eq!(made, Changed::Taken);
        assert_eq!(store.account_of(&identity("2")).await.unwrap(), None);
        let same_identity = account("bob", Role::Admin);
        let made = store.add_account_of(&same_identity, &identity("1"), &actor()).await.unwrap();
        assert_eq!(made, Changed::Taken);
        assert_eq!(store.accounts().await.unwrap().len(), 1);
        assert!(!store.access_state().await.unwrap().is_closed, "no admin was made");
        let log = store.audit(&AuditFilter::default(), 10).await.unwrap();
        let after = log.iter().find(|line| line.record.action == "identity connected");
        assert_eq!(after.unwrap().record.after.as_deref(), Some("https://id.example 1"));
        assert_eq!(store.identities_of(&ann.id).await.unwrap(), [identity("1")]);
        assert_eq!(store.disconnect(&ann, &actor(), NOW).await.unwrap(), 1);
        assert_eq!(store.account_of(&identity("1")).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_link_connects_one_identity_once_and_ends_sessions() {
    for TestStore { store, .. } in &TestStore::each().await {
        let (ann, bob) = (account("ann", Role::Viewer), account("bob", Role::Viewer));
        store.add_account(&ann, &actor()).await.unwrap();
        store.add_account_of(&bob, &identity("bob"), &actor()).await.unwrap();
        store.add_link("link", &Link::Password(ann.id.clone()), LATER).await.unwrap();
        store.add_session(&session("own", &ann.id)).await.unwrap();
        let take = |subject: &str, at| {
            let (store, identity) = (store.clone(), identity(subject));
            async move { store.take_link_of("link", &identity, &actor(), at).await.unwrap() }
        };
        assert_eq!(take("ann", LATER).await, Connected::Gone, "it has expired");
        assert_eq!(take("bob", NOW).await, Connected::Taken, "who has an account gets no other");
        let mut all = JoinSet::new();
        for n in 0..6 {
            all.spawn(take(&format!("ann{n}"), NOW));
        }
        let outcomes = all.join_all().await;
        let done = outcomes.iter().filter(|o| **o == Connected::Done(ann.id.clone())).count();
        assert_eq!(done, 1, "{outcomes:?}");
        assert_eq!(store.identities_of(&ann.id).await.unwrap().len(), 1);
        assert_eq!(store.session("own").await.unwrap(), None);
    }
}

#[tokio::test]
async fn only_an_account_that_nobody_has_used_is_claimed_by_its_name() {
    for TestStore { store, .. } in &TestStore::each().await {
        let with_password = Account { password: Some("h".into()), ..account("root", Role::Admin) };
        let (invited, used) = (account("ann", Role::Viewer), account("bob", Role::Viewer));
        for one in [&with_password, &invited, &used] {
            store.add_account(one, &actor()).await.unwrap();
        }
        store.add_session(&session("bobs", &used.id)).await.unwrap();
        store.add_link("anns", &Link::Password(invited.id.clone()), LATER).await.unwrap();
        let claim = async |name: &str| {
            let (name, identity) =
                (LoginName::parse(name).unwrap(), Identity::of_proxy(name).unwrap());
            store.claim_account(&name, &identity, &actor(), NOW).await.unwrap()
        };
        for name in ["root", "bob", "nobody"] {
            assert_eq!(claim(name).await, Connected::Gone, "{name}");
        }
        assert_eq!(claim("ann").await, Connected::Done(invited.id.clone()));
        assert_eq!(store.link("anns", NOW).await.unwrap(), None, "its link is of no use any more");
        assert_eq!(claim("ann").await, Connected::Gone, "once");
    }
}

#[tokio::test]
async fn a_sign_in_comes_back_once_on_all_replicas() {
    for test in &TestStore::each().await {
        let mut all = JoinSet::new();
        for n in 0..6 {
            let store = if n % 2 == 0 { test.store.clone() } else { test.again().await };
            all.spawn(async move { store.finish_sign_in("state", LATER).await.unwrap() });
        }
        let taken = all.join_all().await.into_iter().filter(|taken| *taken).count();
        assert_eq!(taken, 1);
        test.store.forget_sign_ins(NOW).await.unwrap();
        assert!(!test.store.finish_sign_in("state", LATER).await.unwrap());
        test.store.forget_sign_ins(LATER).await.unwrap();
        assert!(test.store.finish_sign_in("state", LATER).await.unwrap());
    }
}

#[tokio::test]
async fn the_first_admin_may_be_somebody_of_a_provider() {
    for TestStore { store, .. } in &TestStore::each().await {
        let known = account("ann", Role::Viewer);
        store.add_account_of(&known, &identity("ann"), &actor()).await.unwrap();
        store.add_link("first", &Link::FirstAdmin, LATER).await.unwrap();
        let root = account("root", Role::Admin);
        let make = async |subject: &str| {
            let identity = identity(subject);
            store.make_first_admin("first", &root, Some(&identity), &actor(), NOW).await.unwrap()
        };
        assert_eq!(make("ann").await, Changed::Taken);
        assert!(!store.access_state().await.unwrap().is_closed);
        assert_eq!(make("root").await, Changed::Done);
        let found = store.account_of(&identity("root")).await.unwrap().unwrap();
        assert_eq!((found.id, found.role), (root.id.clone(), Role::Admin));
    }
}

#[tokio::test]
async fn an_owner_connects_an_identity_and_takes_it_away_but_never_the_last_way_in() {
    for TestStore { store, .. } in &TestStore::each().await {
        let (ann, bob) = (account("ann", Role::Viewer), account("bob", Role::Viewer));
        for account in [&ann, &bob] {
            assert_eq!(store.add_account(account, &actor()).await.unwrap(), Changed::Done);
        }
        store.add_session(&session("1", &ann.id)).await.unwrap();
        let connect = async |account: &Account, subject: &str| {
            store.connect_own(account, &identity(subject), &actor(), NOW).await.unwrap()
        };
        let own = Connected::Done(ann.id.clone());
        assert_eq!(connect(&ann, "1").await, own);
        assert_eq!(store.session("1").await.unwrap(), None, "all sessions have ended");
        assert_eq!(connect(&ann, "2").await, own);
        assert_eq!(connect(&bob, "1").await, Connected::Taken);
        let nobody = account("eve", Role::Viewer);
        assert_eq!(connect(&nobody, "3").await, Connected::Gone);
        // Without a password one identity has to stay, even where both are removed at the same moment.
        let is_enough = |has_password: bool, rest: &[Identity]| has_password || !rest.is_empty();
        let both = ["1", "2"].map(|subject| {
            let (store, ann) = (store.clone(), ann.clone());
            tokio::spawn(async move {
                let by = (&actor(), NOW);
                store.disconnect_one(&ann, &identity(subject), is_enough, by).await.unwrap()
            })
        });
        let mut became = Vec::new();
        for one in both {
            became.push(one.await.unwrap());
        }
        became.sort_by_key(|one| *one != Disconnected::Done);
        assert_eq!(became, [Disconnected::Done, Disconnected::LastWay]);
        assert_eq!(store.identities_of(&ann.id).await.unwrap().len(), 1);
        let by = (&actor(), NOW);
        let missing = store.disconnect_one(&bob, &identity("1"), |_, _| true, by).await.unwrap();
        assert_eq!(missing, Disconnected::Missing);
    }
}
