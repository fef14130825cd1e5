//! The log of deliveries: bounded, aged, and the same for all replicas.

use brisk_domain::{Delivery, Door, Timestamp};
use brisk_test_stores::TestStore;

fn delivery(second: i64, refused: Option<&str>) -> Delivery {
    let door = Door::Webhook("shop".into());
    let mut delivery = Delivery::new(door, Timestamp::from_seconds(second));
    delivery.name(&["table:shop.orders", "stock"]);
    delivery.refused = refused.map(ToOwned::to_owned);
    delivery.invalidated = 3;
    delivery
}

#[tokio::test]
async fn deliveries_are_kept_as_they_are_and_read_newest_first() {
    for test in TestStore::each().await {
        let of_api = Delivery { door: Door::Api("anna by a token".into()), ..delivery(3, None) };
        let test_of_one = Delivery { is_test: true, ..delivery(4, None) };
        let nobody = Delivery { door: Door::NoWebhook, status: 401, ..delivery(2, Some("No.")) };
        let all = [delivery(1, None), nobody, of_api, test_of_one];
        test.store.add_deliveries(&all).await.unwrap();
        let read = test.again().await.deliveries(10).await.unwrap();
        assert_eq!(read, all.into_iter().rev().collect::<Vec<_>>());
        let latest = test.store.latest_deliveries().await.unwrap();
        assert_eq!(latest, [("shop".to_owned(), Timestamp::from_seconds(1))], "tests do not count");
    }
}

#[tokio::test]
async fn the_log_has_an_end_and_forged_deliveries_push_out_none_that_was_done() {
    for test in TestStore::each().await {
        let store = &test.store;
        let forged = |second| delivery(second, Some("The signature is wrong.\0"));
        let many: Vec<Delivery> = (100..400).map(forged).collect();
        let long = Delivery { refused: Some("x".repeat(5_000)), ..delivery(400, None) };
        store.add_deliveries(&[delivery(1, None), delivery(50, None), long]).await.unwrap();
        store.add_deliveries(&many).await.unwrap();
        let deleted = store.forget_deliveries(Timestamp::from_seconds(10), 20).await.unwrap();
        assert_eq!(deleted, 1 + 301 - 20);
        let left = store.deliveries(1_000).await.unwrap();
        assert_eq!(left.iter().filter(|delivery| delivery.refused.is_none()).count(), 1);
        assert_eq!(left.iter().filter(|delivery| delivery.refused.is_some()).count(), 20);
        assert!(left.iter().all(|d| d.refused.as_ref().is_none_or(|why| why.len() <= 500)));
        assert_eq!(store.forget_deliveries(Timestamp::from_seconds(10), 20).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_reason_that_is_too_long_is_visibly_cut() {
    for test in TestStore::each().await {
        let whole = "ü".repeat(250);
        let reasons = [whole.clone(), "ü".repeat(251), format!("{}\0", "x".repeat(499))];
        let all: Vec<_> = (1..).zip(&reasons).map(|(s, why)| delivery(s, Some(why))).collect();
        test.store.add_deliveries(&all).await.unwrap();
        let kept = test.store.deliveries(10).await.unwrap();
        let kept: Vec<&str> = kept.iter().rev().filter_map(|d| d.refused.as_deref()).collect();
        let cut = [format!("{}…", "ü".repeat(248)), format!("{}…", "x".repeat(497))];
        assert_eq!(kept, [whole.as_str(), &cut[0], &cut[1]]);
    }
}

#[tokio::test]
async fn a_delivery_is_known_by_its_proof_to_all() {
    for test in TestStore::each().await {
        let proof = Some("0a1b".to_owned());
        test.store.add_deliveries(&[Delivery { proof, ..delivery(1, None) }]).await.unwrap();
        let other = test.again().await;
        assert!(other.knows_delivery("0a1b").await.unwrap());
        assert!(!other.knows_delivery("0a1c").await.unwrap());
        other.forget_deliveries(Timestamp::from_seconds(2), 20).await.unwrap();
        assert!(!test.store.knows_delivery("0a1b").await.unwrap(), "no longer than the log");
    }
}
