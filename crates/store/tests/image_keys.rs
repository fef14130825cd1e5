//! The keys that sign addresses of images: kept, sealed, revoked.

use crate::people::{anna, in_words};
use brisk_accounts::account::Attributes;
use brisk_accounts::{AccountId, ImageScope};
use brisk_domain::{AttributeName, Selection, Timestamp};
use brisk_store::{AuditFilter, ImageKey};
use brisk_test_stores::TestStore;

fn key(id: &str, seconds: i64) -> ImageKey {
    let region = AttributeName::parse("region").unwrap();
    ImageKey {
        id: id.into(),
        name: "the wiki".into(),
        secret: None,
        shows: ImageScope::parse("sales stock/fill").unwrap(),
        attributes: Attributes::from([(region, Selection::of(["north".to_owned()]))]),
        made_by: Some(AccountId::random()),
        made_at: Timestamp::from_seconds(seconds),
        expires_at: Some(Timestamp::from_seconds(seconds + 3_600)),
    }
}

#[tokio::test]
async fn keys_are_kept_and_revoked_and_the_log_says_so_without_secrets() {
    for test in TestStore::each().await {
        let store = &test.store;
        let one = key("one", 1);
        let other = ImageKey {
            attributes: Attributes::new(),
            expires_at: None,
            made_by: None,
            ..key("other", 2)
        };
        assert!(store.add_image_key(&one, "first secret", 2, &anna()).await.unwrap());
        assert!(store.add_image_key(&other, "second secret", 2, &anna()).await.unwrap());
        assert!(!store.add_image_key(&key("third", 3), "x", 2, &anna()).await.unwrap(), "too many");
        let known = test.again().await.image_keys().await.unwrap();
        let with =
            |key: &ImageKey, secret: &str| ImageKey { secret: Some(secret.into()), ..key.clone() };
        assert_eq!(known, [with(&other, "second secret"), with(&one, "first secret")]);
        assert_eq!(store.image_key("one").await.unwrap(), Some(with(&one, "first secret")));
        assert_eq!(store.image_key("third").await.unwrap(), None);
        let at = Timestamp::from_seconds(9);
        assert!(store.revoke_image_key("one", &anna(), at).await.unwrap());
        assert!(!store.revoke_image_key("one", &anna(), at).await.unwrap());
        assert_eq!(store.image_key("one").await.unwrap(), None);
        let log = store.audit(&AuditFilter::default(), 20).await.unwrap();
        assert!(!format!("{log:?}").contains("secret"), "{log:?}");
        let said: Vec<String> = log.iter().rev().map(in_words).collect();
        let expected = [
            "image key added: – → shows sales stock/fill, region=north",
            "image key added: – → shows sales stock/fill",
            "image key revoked: shows sales stock/fill, region=north → –",
        ];
        assert_eq!(said, expected);
    }
}
