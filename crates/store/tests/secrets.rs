//! Secrets at rest, and the one key that all replicas have.

use brisk_store::{KeyOrigin, SecretKey, StoreError};
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
