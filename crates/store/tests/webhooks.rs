//! Webhooks of the app: their secrets, their limits, what the audit log says of them.

use crate::people::{anna, in_words};
use brisk_domain::{Timestamp, WebhookName};
use brisk_store::{Actor, AuditFilter, Topic, WebhookLimits, WebhookSwitch};
use brisk_test_stores::TestStore;
use brisk_test_waiting::wait_for;
use sqlx::{AnyConnection, Connection as _, Row as _};

fn limits() -> WebhookLimits {
    let allow = Some(vec!["table:shop.*".to_owned(), "model:*".to_owned()]);
    WebhookLimits { allow, per_minute: 60, source: Some("shop".into()), is_off: false }
}

fn shop() -> WebhookName {
    WebhookName::parse("shop").unwrap()
}

#[tokio::test]
async fn webhooks_are_made_rotated_limited_and_removed_and_the_log_says_so_without_secrets() {
    for test in TestStore::each().await {
        let store = &test.store;
        let (at, hour) = (Timestamp::from_seconds, 3_600);
        assert!(store.add_webhook(&shop(), "whsec_one", &limits(), &anna(), at(1)).await.unwrap());
        let again = store.add_webhook(&shop(), "whsec_other", &limits(), &anna(), at(2)).await;
        assert!(!again.unwrap(), "the name is taken");
        let until = at(10 + hour);
        assert!(store.rotate_webhook(&shop(), "whsec_two", until, &anna(), at(10)).await.unwrap());
        let known = test.again().await.webhooks().await.unwrap().remove(0);
        assert_eq!(known.secret.as_deref(), Some("whsec_two"));
        assert_eq!(known.previous, Some(("whsec_one".into(), until)));
        assert_eq!((known.limits, known.created_by), (limits(), "anna".to_owned()));
        let off = WebhookLimits { allow: None, per_minute: 0, is_off: true, ..limits() };
        assert!(store.limit_webhook(&shop(), &off, &anna(), at(20)).await.unwrap());
        assert!(store.end_webhook_overlap(&shop(), &anna(), at(30)).await.unwrap());
        // What is so already is no change, and is in no log.
        assert!(store.limit_webhook(&shop(), &off, &anna(), at(31)).await.unwrap());
        assert!(store.end_webhook_overlap(&shop(), &anna(), at(31)).await.unwrap());
        let known = store.webhooks().await.unwrap().remove(0);
        assert_eq!((known.limits, known.previous), (off.clone(), None));
        // A leaked secret is not accepted for a moment longer.
        assert!(store.rotate_webhook(&shop(), "whsec_3", at(40), &anna(), at(40)).await.unwrap());
        assert_eq!(store.webhooks().await.unwrap().remove(0).previous, None);
        assert!(store.remove_webhook(&shop(), &anna(), at(50)).await.unwrap());
        assert!(!store.remove_webhook(&shop(), &anna(), at(51)).await.unwrap());
        assert!(!store.limit_webhook(&shop(), &off, &anna(), at(52)).await.unwrap());
        assert!(!store.end_webhook_overlap(&shop(), &anna(), at(53)).await.unwrap());
        assert_eq!(store.webhooks().await.unwrap(), []);
        let log = store.audit(&AuditFilter::default(), 20).await.unwrap();
        assert!(log.iter().all(|logged| logged.record.subject == "webhook shop"), "{log:?}");
        let said: Vec<String> = log.iter().rev().map(in_words).collect();
        let expected = [
            "webhook made: – → table:shop.*, model:*, 60 a minute, dbt runs write to shop, on",
            "webhook's secret rotated: – → the previous secret is accepted for 1 h",
            "webhook switched off: table:shop.*, model:*, 60 a minute, on → every tag, 0 a minute, off",
            "webhook's previous secret ended: – → –",
            "webhook's secret rotated: – → the previous secret is no longer accepted",
            "webhook removed: every tag, 0 a minute, dbt runs write to shop, off → –",
        ];
        assert_eq!(said, expected);
        assert!(!format!("{log:?}").contains("whsec_"), "{log:?}");
    }
}

#[tokio::test]
async fn secrets_are_encrypted_and_none_can_be_put_in_anothers_place() {
    for test in TestStore::each().await {
        let store = &test.store;
        for name in ["shop", "stock"] {
            let name = WebhookName::parse(name).unwrap();
            let secret = format!("whsec_of_{name}");
            store.add_webhook(&name, &secret, &limits(), &anna(), Timestamp(1)).await.unwrap();
        }
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(test.url()).await.unwrap();
        let rows = sqlx::query("select secret from webhooks").fetch_all(&mut connection).await;
        for row in rows.unwrap() {
            assert!(!row.get::<String, _>(0).contains("whsec"));
        }
        let moved = "update webhooks set secret = (select secret from webhooks where name = 'shop') \
                     where name = 'stock'";
        sqlx::query(moved).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let secrets: Vec<Option<String>> =
            store.webhooks().await.unwrap().into_iter().map(|webhook| webhook.secret).collect();
        assert_eq!(secrets, [Some("whsec_of_shop".to_owned()), None]);
    }
}

#[tokio::test]
async fn every_replica_hears_of_a_new_webhook() {
    for test in TestStore::each().await {
        let other = test.again().await;
        let mut changes = other.follow_changes().await.unwrap();
        let (store, at) = (&test.store, Timestamp(1));
        store.add_webhook(&shop(), "whsec_one", &limits(), &anna(), at).await.unwrap();
        let heard = wait_for("the replica hears of the webhook", changes.next()).await.unwrap();
        assert!(heard.contains(&Topic::Webhooks));
        assert_eq!(other.webhooks().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_webhook_of_the_configuration_is_switched_off_and_on_for_all_replicas_and_the_log_says_so()
 {
    for test in TestStore::each().await {
        let other = test.again().await;
        let mut changes = other.follow_changes().await.unwrap();
        let (store, at) = (&test.store, Timestamp);
        store.switch_webhook(&shop(), true, &anna(), at(1)).await.unwrap();
        let heard = wait_for("the replica hears of the switch", changes.next()).await.unwrap();
        assert!(heard.contains(&Topic::Webhooks));
        let ben = Actor { name: "ben".into(), ..anna() };
        store.switch_webhook(&shop(), true, &ben, at(2)).await.unwrap();
        let switch = WebhookSwitch { name: shop(), changed_by: "anna".into(), changed_at: at(1) };
        assert_eq!(other.webhook_switches().await.unwrap(), [switch], "it was off already");
        store.switch_webhook(&shop(), false, &ben, at(3)).await.unwrap();
        store.switch_webhook(&shop(), false, &anna(), at(4)).await.unwrap();
        assert_eq!(other.webhook_switches().await.unwrap(), []);
        let log = store.audit(&AuditFilter::default(), 20).await.unwrap();
        let lines: Vec<String> = log
            .iter()
            .map(|line| format!("{} {}", line.record.actor.name, in_words(line)))
            .collect();
        let expected = [
            "ben webhook switched on: off → as configured",
            "anna webhook switched off: as configured → off",
        ];
        assert_eq!(lines, expected);
        assert_eq!(log[0].record.subject, "webhook shop");
    }
}
