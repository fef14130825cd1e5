//! Secrets at rest, and the one key that all replicas have.

use brisk_accounts::{Account, AccountId, ImageScope, LoginName, Role};
use brisk_domain::{SourceName, Timestamp, WebhookName};
use brisk_store::{
    AccountChange, Actor, AppSource, Changed, ImageKey, KeyOrigin, SecretKey, Store, StoreError,
    WebhookLimits,
};
use brisk_test_stores::TestStore;
use brisk_test_waiting::wait_for;
use tokio::task::JoinSet;

fn given(byte: &str) -> KeyOrigin {
    KeyOrigin::Given(SecretKey::parse(&byte.repeat(32)).unwrap())
}

#[tokio::test]
async fn replicas_have_the_same_key_or_do_not_start() {
    for test in TestStore::each_without_key().await {
        let first = test.again().await.unlocked(&given("0a")).await.unwrap();
        let sealed = first.seal("webhook pipeline", b"hunter2").unwrap();
        let second = test.again().await.unlocked(&given("0a")).await.unwrap();
        assert_eq!(second.unseal("webhook pipeline", &sealed).unwrap(), b"hunter2");
        let other = second.unseal("webhook other", &sealed).unwrap_err();
        assert!(other.to_string().contains("enter it again"), "{other}");
        let refused = test.again().await.unlocked(&given("0b")).await.unwrap_err();
        let sentence = refused.to_string();
        assert!(matches!(refused, StoreError::OtherKey { .. }), "{sentence}");
        assert!(sentence.contains("BRISK_SECRET_KEY"), "{sentence}");
        let shown = format!("{sentence} {refused:?} {other:?} {first:?}");
        assert!(!shown.contains("0a0a") && !shown.contains("0b0b") && !shown.contains("hunter2"));
        // Whoever needs no secret needs no key.
        let locked = test.again().await;
        assert!(matches!(locked.seal("a", b"b"), Err(StoreError::Locked)));
    }
}

#[tokio::test]
async fn a_key_is_drawn_once_and_never_instead_of_one_that_is_missing() {
    for test in TestStore::each_without_key().await {
        let path = test.folder().join("secret.key");
        let file = KeyOrigin::File(path.clone());
        let mut replicas = JoinSet::new();
        for store in [test.again().await, test.again().await, test.again().await] {
            let file = file.clone();
            replicas.spawn(async move { store.unlocked(&file).await });
        }
        let unlocked = wait_for("all have the key", replicas.join_all()).await;
        let unlocked: Vec<_> = unlocked.into_iter().map(Result::unwrap).collect();
        let sealed = unlocked[0].seal("a", b"hunter2").unwrap();
        for store in &unlocked {
            assert_eq!(store.unseal("a", &sealed).unwrap(), b"hunter2");
        }
        // As on another machine, or after a restore.
        std::fs::rename(&path, test.folder().join("elsewhere")).unwrap();
        let error = test.again().await.unlocked(&file).await.unwrap_err();
        assert!(matches!(error, StoreError::NoKey { .. }), "{error}");
        assert!(!path.exists(), "no other key is drawn");
        std::fs::rename(test.folder().join("elsewhere"), &path).unwrap();
        let store = test.again().await.unlocked(&file).await.unwrap();
        assert_eq!(store.unseal("a", &sealed).unwrap(), b"hunter2");
    }
}

const OLD: &str = "0a";
const NEW: &str = "0b";

fn key(byte: &str) -> SecretKey {
    SecretKey::parse(&byte.repeat(32)).unwrap()
}

/// An account with a second factor, whose secret is `hunter2`.
async fn with_factor(store: &Store) -> AccountId {
    let account = Account {
        id: AccountId::random(),
        name: LoginName::parse("ann").unwrap(),
        full_name: "Ann".into(),
        role: Role::Viewer,
        is_disabled: false,
        teams: Default::default(),
        attributes: Default::default(),
        password: None,
        authenticator: None,
        created_at: Timestamp(0),
        signed_in_at: None,
    };
    let actor = Actor { name: "the test".into(), address: String::new() };
    assert_eq!(store.add_account(&account, &actor).await.unwrap(), Changed::Done);
    let factor = AccountChange::Authenticator(Some((b"hunter2".to_vec(), Vec::new())));
    store.change_account(&account.id, &factor, &actor, Timestamp(0)).await.unwrap();
    account.id
}

async fn factor(store: &Store, id: &AccountId) -> Option<Vec<u8>> {
    store.account(id).await.unwrap().unwrap().authenticator
}

#[tokio::test]
async fn a_key_is_changed_with_all_secrets_and_the_old_one_is_refused_afterwards() {
    for test in TestStore::each_without_key().await {
        let before = test.again().await.unlocked(&given(OLD)).await.unwrap();
        let id = with_factor(&before).await;
        let old = key(OLD);
        let (replicas, changed): (Vec<_>, Vec<_>) = {
            let mut replicas = JoinSet::new();
            for store in [test.again().await, test.again().await] {
                let old = old.clone();
                replicas.spawn(async move { store.unlocked_after(&given(NEW), Some(&old)).await });
            }
            let all = wait_for("both have changed the key", replicas.join_all()).await;
            all.into_iter().map(Result::unwrap).unzip()
        };
        let sealed: u64 = changed.into_iter().flatten().sum();
        assert_eq!(sealed, 1, "of two replicas one seals it again");
        for store in &replicas {
            assert_eq!(factor(store, &id).await.as_deref(), Some(&b"hunter2"[..]));
        }
        let alone = test.again().await.unlocked(&given(NEW)).await.unwrap();
        assert_eq!(factor(&alone, &id).await.as_deref(), Some(&b"hunter2"[..]));
        let refused = test.again().await.unlocked(&given(OLD)).await.unwrap_err();
        assert!(matches!(refused, StoreError::OtherKey { .. }), "{refused}");
        // A replica that still runs with the old key cannot read it, and never takes that for no factor.
        assert_eq!(factor(&before, &id).await.as_deref(), Some(&b""[..]));
        let late = with_late_factor(&before, &id).await;
        let (store, again) =
            test.again().await.unlocked_after(&given(NEW), Some(&old)).await.unwrap();
        assert_eq!(again, Some(1), "what it wrote meanwhile is sealed again, too");
        assert_eq!(factor(&store, &id).await, Some(late));
        let (_, nothing) =
            test.again().await.unlocked_after(&given(NEW), Some(&old)).await.unwrap();
        assert_eq!(nothing, None);
    }
}

async fn with_late_factor(store: &Store, id: &AccountId) -> Vec<u8> {
    let actor = Actor { name: "the test".into(), address: String::new() };
    let secret = b"hunter3".to_vec();
    let factor = AccountChange::Authenticator(Some((secret.clone(), Vec::new())));
    store.change_account(id, &factor, &actor, Timestamp(1)).await.unwrap();
    secret
}

#[tokio::test]
async fn a_key_that_is_neither_the_old_nor_the_new_one_changes_nothing() {
    for test in TestStore::each_without_key().await {
        let before = test.again().await.unlocked(&given(OLD)).await.unwrap();
        let id = with_factor(&before).await;
        let wrong = test.again().await.unlocked_after(&given(NEW), Some(&key("0c"))).await;
        assert!(matches!(wrong.unwrap_err(), StoreError::OtherKey { .. }));
        assert_eq!(factor(&before, &id).await.as_deref(), Some(&b"hunter2"[..]));
        // The other way round the key is as it was.
        let (same, changed) =
            test.again().await.unlocked_after(&given(OLD), Some(&key(NEW))).await.unwrap();
        assert_eq!(changed, None);
        assert_eq!(factor(&same, &id).await.as_deref(), Some(&b"hunter2"[..]));
    }
}

/// What is sealed in a column that nobody has listed would be lost.
#[tokio::test]
async fn a_key_is_not_changed_while_a_secret_is_where_the_change_does_not_look() {
    for test in TestStore::each_without_key().await {
        let before = test.again().await.unlocked(&given(OLD)).await.unwrap();
        let id = with_factor(&before).await;
        let sealed = before.seal("a stray", b"hunter2").unwrap();
        let actor = Actor { name: "the test".into(), address: String::new() };
        let name = AccountChange::FullName(sealed);
        before.change_account(&id, &name, &actor, Timestamp(0)).await.unwrap();
        let refused = test.again().await.unlocked_after(&given(NEW), Some(&key(OLD))).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("full_name") || refused.contains("audit"), "{refused}");
        let same = test.again().await.unlocked(&given(OLD)).await.unwrap();
        assert_eq!(factor(&same, &id).await.as_deref(), Some(&b"hunter2"[..]), "all or nothing");
    }
}

#[tokio::test]
async fn secrets_of_webhooks_and_urls_of_sources_follow_the_key() {
    for test in TestStore::each_without_key().await {
        let before = test.again().await.unlocked(&given(OLD)).await.unwrap();
        let actor = Actor { name: "the test".into(), address: String::new() };
        let (hook, name) =
            (WebhookName::parse("pipeline").unwrap(), SourceName::parse("shop").unwrap());
        let limits = WebhookLimits { allow: None, per_minute: 60, source: None, is_off: false };
        let (now, later) = (Timestamp(0), Timestamp(i64::MAX));
        assert!(before.add_webhook(&hook, "hunter2", &limits, &actor, now).await.unwrap());
        assert!(before.rotate_webhook(&hook, "hunter3", later, &actor, now).await.unwrap());
        let source = AppSource {
            name,
            url: "postgres://brisk:hunter4@db/shop".into(),
            shown: "PostgreSQL on db".into(),
            connections: 2,
            seconds: 30,
            rows: 1_000,
            rollup_url: Some("postgres://writer:hunter5@db/shop".into()),
            wall_clock: String::new(),
            revision: "1".into(),
            changed_by: "the test".into(),
            changed_at: now,
        };
        before.set_app_source(&source, &actor).await.unwrap();
        let image_key = ImageKey {
            id: "wiki".into(),
            name: "the wiki".into(),
            secret: Some("hunter6".into()),
            shows: ImageScope::parse("sales").unwrap(),
            attributes: Default::default(),
            made_by: None,
            made_at: now,
            expires_at: None,
        };
        assert!(before.add_image_key(&image_key, "hunter6", 9, &actor).await.unwrap());
        let (hooks, sources) =
            (before.webhooks().await.unwrap(), before.app_sources().await.unwrap());
        let old = key(OLD);
        let changed = test.again().await.unlocked_after(&given(NEW), Some(&old)).await.unwrap().1;
        assert_eq!(changed, Some(5));
        let after = test.again().await.unlocked(&given(NEW)).await.unwrap();
        assert_eq!(after.webhooks().await.unwrap(), hooks);
        assert_eq!(after.image_key("wiki").await.unwrap(), Some(image_key));
        let url = |all: &[(SourceName, Result<AppSource, StoreError>)]| {
            let source = all.first().unwrap().1.as_ref().unwrap();
            (source.url.clone(), source.rollup_url.clone())
        };
        assert_eq!(url(&after.app_sources().await.unwrap()), url(&sources));
    }
}

#[tokio::test]
async fn who_only_reads_draws_no_key_and_changes_nothing() {
    for test in TestStore::each_without_key().await {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret.key");
        let origin = KeyOrigin::File(file.clone());
        let open = async || Store::as_it_is(&test.location).await.unwrap();
        // Without a secret there is nothing to read, and no key is made for it.
        let store = open().await.readable(&origin, None).await.unwrap();
        assert!(store.app_sources().await.unwrap().is_empty() && !file.exists());
        let server = test.again().await.unlocked(&origin).await.unwrap();
        let sealed = server.seal("x", b"hunter2").unwrap();
        let store = open().await.readable(&origin, None).await.unwrap();
        assert_eq!(store.unseal("x", &sealed).unwrap(), b"hunter2");
        let own = SecretKey::parse(std::fs::read_to_string(&file).unwrap().trim()).unwrap();
        // Another key, none, and the one before while it is changed.
        let other = open().await.readable(&given(OLD), None).await.unwrap_err();
        assert!(matches!(other, StoreError::OtherKey { .. }), "{other}");
        let missing = KeyOrigin::File(folder.path().join("missing.key"));
        let none = open().await.readable(&missing, None).await.unwrap_err();
        assert!(matches!(none, StoreError::NoKey { .. }), "{none}");
        let store = open().await.readable(&given(NEW), Some(&own)).await.unwrap();
        assert_eq!(store.unseal("x", &sealed).unwrap(), b"hunter2");
        assert!(!folder.path().join("missing.key").exists());
    }
}
