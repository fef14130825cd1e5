//! Webhooks that an admin makes in the app, by forms without scripts; and the log of all replicas.

use super::{Delivery, NOW, ORDERS, SECRET, World, settings};
use axum::body::Body;
use brisk_cache::{Cache, Config};
use brisk_server::jobs::store_changes::{StoreChanges, Subscribers};
use brisk_signature::{ID, SIGNATURE, SigningKey, TIMESTAMP};
use brisk_store::{AuditFilter, Store, Topic};
use brisk_test_stores::TestStore;
use brisk_test_waiting::eventually;
use http::{HeaderMap, Request, StatusCode};
use std::sync::Arc;

const MADE: &str = "/admin/invalidation/webhooks/pipeline";

async fn world(store: &Store) -> World {
    let declared = settings("[webhook.shop]\nsecret_env = \"SECRETS\"\n");
    let cache = |clock| Cache::in_memory(Config::default(), clock);
    World::with(cache, &declared, Some(store.clone())).await
}

impl World {
    async fn post(&self, path: &str, form: &str) -> (StatusCode, HeaderMap, String) {
        let form = form.replace(' ', "%20").replace('\n', "%0A");
        self.ask(Request::post(path).body(Body::from(form)).unwrap()).await
    }

    async fn page(&self, path: &str) -> String {
        let (status, _, body) = self.ask(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }

    /// Sends what is signed with `secret` at the world's own time.
    async fn send(&self, hook: &str, secret: &str, body: &str) -> (StatusCode, HeaderMap, String) {
        let id = format!("msg_{:032x}", rand::random::<u128>());
        let at = brisk_domain::Clock::now(self.clock.as_ref()).seconds().to_string();
        let key = SigningKey::parse(secret).unwrap();
        let request = Request::post(format!("/hooks/{hook}"))
            .header(ID, &id)
            .header(TIMESTAMP, &at)
            .header(SIGNATURE, key.sign(&id, &at, body.as_bytes()))
            .body(Body::from(body.to_owned()));
        self.ask(request.unwrap()).await
    }
}

/// The changes of the store, as `other` follows them.
async fn following(test: &TestStore, other: &World) -> StoreChanges {
    let hooks = Arc::clone(&other.hooks);
    let subscribers = Subscribers::default().on(Topic::Webhooks, move || {
        let hooks = Arc::clone(&hooks);
        Box::pin(async move { hooks.reload().await })
    });
    StoreChanges::begin(&test.again().await, subscribers).await.unwrap()
}

/// The secret that a page shows this once.
fn secret(page: &str) -> String {
    let (_, rest) = page.split_once("whsec_").unwrap_or_else(|| panic!("no secret: {page}"));
    format!("whsec_{}", rest.split('<').next().unwrap())
}

#[tokio::test]
async fn an_admin_makes_limits_rotates_switches_off_and_removes_a_webhook() {
    for test in TestStore::each().await {
        let world = world(&test.store).await;
        let orders = r#"{"tags": ["table:shop.main.orders"]}"#;
        let form = "name=pipeline&allow=table:shop.*\nmodel:*&per_minute=&source=";
        let (status, headers, page) = world.post("/admin/invalidation", form).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert!(headers["cache-control"].to_str().unwrap().contains("no-store"), "{headers:?}");
        let first = secret(&page);
        assert!(!world.page(MADE).await.contains(&first), "it is shown once");
        assert_eq!(world.send("pipeline", &first, orders).await.0, StatusCode::OK);
        assert_eq!(world.send("pipeline", SECRET, orders).await.0, StatusCode::UNAUTHORIZED);
        let elsewhere = world.send("pipeline", &first, r#"{"tags": ["all"]}"#).await;
        assert_eq!(elsewhere.0, StatusCode::FORBIDDEN, "{}", elsewhere.2);
        // Names are unique, across those of the configuration, too.
        for taken in ["pipeline", "shop", "Not a name"] {
            let form = form.replace("pipeline", taken);
            let (status, _, page) = world.post("/admin/invalidation", &form).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{taken}");
            assert!(!page.contains("class=\"once\""), "{page}");
        }
        // While senders are changed, both secrets are accepted; then the new one only.
        let (_, _, page) = world.post(MADE, "do=rotate&overlap=1h").await;
        let second = secret(&page);
        assert_ne!(first, second);
        for secret in [&first, &second] {
            assert_eq!(world.send("pipeline", secret, orders).await.0, StatusCode::OK);
        }
        world.clock.advance(3_601);
        assert_eq!(world.send("pipeline", &first, orders).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(world.send("pipeline", &second, orders).await.0, StatusCode::OK);
        // A leaked secret is not accepted for a moment longer.
        let third = secret(&world.post(MADE, "do=rotate&overlap=0").await.2);
        assert_eq!(world.send("pipeline", &second, orders).await.0, StatusCode::UNAUTHORIZED);
        let (status, _, page) = world.post(MADE, "do=rotate&overlap=forever").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("30 days") || page.contains("30d"), "{page}");
        // Deliveries a minute.
        let limited = world.post(MADE, "do=limit&allow=table:shop.*&per_minute=2&source=").await;
        assert_eq!(limited.0, StatusCode::OK, "{}", limited.2);
        world.clock.advance(60);
        for expected in [200, 200, 429] {
            let (status, headers, body) = world.send("pipeline", &third, orders).await;
            assert_eq!(status.as_u16(), expected, "{body}");
            assert_eq!(headers.contains_key("retry-after"), expected == 429);
        }
        world.clock.advance(60);
        assert_eq!(world.send("pipeline", &third, orders).await.0, StatusCode::OK);
        // Off, and on again.
        world.post(MADE, "do=off").await;
        let (status, _, body) = world.send("pipeline", &third, orders).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(body.contains("switched off"), "{body}");
        assert_eq!(world.send("pipeline", &first, orders).await.0, StatusCode::UNAUTHORIZED);
        world.clock.advance(60);
        world.post(MADE, "do=on").await;
        assert_eq!(world.send("pipeline", &third, orders).await.0, StatusCode::OK);
        // Removing takes a confirmation.
        assert!(!world.page(MADE).await.contains("value=\"remove\""));
        assert!(world.page(&format!("{MADE}?do=remove")).await.contains("value=\"remove\""));
        let (status, headers, _) = world.post(MADE, "do=remove").await;
        assert_eq!(
            (status, &headers["location"]),
            (StatusCode::SEE_OTHER, &"/admin/invalidation?done=removed".parse().unwrap())
        );
        assert_eq!(world.send("pipeline", &third, orders).await.0, StatusCode::UNAUTHORIZED);
        // Webhooks of the configuration are changed there.
        for form in ["do=limit&allow=all", "do=rotate&overlap=0", "do=end-overlap", "do=remove"] {
            let (status, _, page) = world.post("/admin/invalidation/webhooks/shop", form).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{form}: {page}");
        }
        let log = test.store.audit(&AuditFilter::default(), 50).await.unwrap();
        assert_eq!(log.len(), 7, "{log:#?}");
        assert!(!format!("{log:?}").contains("whsec_"));
    }
}

#[tokio::test]
async fn what_is_decided_on_one_replica_holds_on_the_other() {
    for test in TestStore::each().await {
        let (one, other) = (world(&test.store).await, world(&test.again().await).await);
        let mut changes = following(&test, &other).await;
        let following = tokio::spawn(async move { changes.follow().await });
        let page = one.post("/admin/invalidation", "name=pipeline").await.2;
        let secret = secret(&page);
        let answered = |expected: u16| {
            let (other, secret) = (&other, &secret);
            async move || other.send("pipeline", secret, ORDERS).await.0.as_u16() == expected
        };
        eventually("the other replica takes its deliveries", answered(200)).await;
        one.post(MADE, "do=off").await;
        eventually("it is switched off there, too", answered(403)).await;
        one.post(MADE, "do=remove").await;
        eventually("it is gone there, too", answered(401)).await;
        following.abort();
    }
}

#[tokio::test]
async fn the_log_is_of_all_replicas_and_knows_what_was_refused() {
    for test in TestStore::each().await {
        let (one, other) = (world(&test.store).await, world(&test.again().await).await);
        one.deliver(ORDERS).await;
        let forged = Delivery { secret: super::NEXT_SECRET, ..Delivery::of("{") };
        assert_eq!(one.ask(forged.request()).await.0, StatusCode::BAD_REQUEST);
        let late = Delivery { at: NOW - 1_000, ..Delivery::of(ORDERS) };
        assert_eq!(one.ask(late.request()).await.0, StatusCode::UNAUTHORIZED);
        let by_token = Request::post("/api/v1/invalidations").body(Body::from(ORDERS)).unwrap();
        assert_eq!(one.ask(by_token).await.0, StatusCode::OK);
        // Each replica writes its own from time to time; a page writes those of its process at once.
        one.page("/admin/invalidation").await;
        let page = other.page("/admin/invalidation").await;
        for words in [">200<", ">400<", ">401<", "1000 seconds", "the API: anybody"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("MfKQ9r8") && !page.contains("plJ3nm"), "nothing secret");
    }
}

#[tokio::test]
async fn a_test_goes_through_the_door_says_what_would_be_touched_and_changes_nothing() {
    let test = TestStore::sqlite().await;
    let world = world(&test.store).await;
    assert_eq!(world.total().await, 1);
    world.change("insert into orders values (10)").await;
    let (status, _, page) = world
        .post("/admin/invalidation/webhooks/shop", "do=test&tags=table:shop.main.orders")
        .await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("would_invalidate") && page.contains("table:shop.orders"), "{page}");
    assert!(page.contains("Sales: Total"), "the panels are named: {page}");
    // Senders may send tests themselves.
    let asked = ORDERS.replace("orders.loaded", "brisk.test");
    let (status, _, answer) = world.deliver(&asked).await;
    assert_eq!(status, StatusCode::OK);
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["invalidated"], serde_json::json!([]));
    assert!(answer["would_invalidate"].as_array().unwrap().len() > 1, "{answer}");
    assert_eq!(world.total().await, 1, "nothing was invalidated");
    // What the webhook may not do, or what is no tag, gets the same answer as for any sender.
    for (tags, expected) in [("tabel:a.b", "400"), ("", "Write 1 to 100 tags")] {
        let form = format!("do=test&tags={tags}");
        let page = world.post("/admin/invalidation/webhooks/shop", &form).await.2;
        assert!(page.contains(expected), "{tags}: {page}");
    }
    assert!(world.page("/admin/invalidation").await.contains("a test: nothing was invalidated"));
}

#[tokio::test]
async fn a_webhook_of_the_configuration_is_switched_off_and_on_over_the_file_on_all_replicas() {
    const SHOP: &str = "/admin/invalidation/webhooks/shop";
    for test in TestStore::each().await {
        let (one, other) = (world(&test.store).await, world(&test.again().await).await);
        let mut changes = following(&test, &other).await;
        let following = tokio::spawn(async move { changes.follow().await });
        assert!(one.page(SHOP).await.contains("value=\"off\""));
        let (status, _, page) = one.post(SHOP, "do=off").await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert!(page.contains("value=\"on\"") && !page.contains("value=\"off\""), "{page}");
        for page in [page, one.page("/admin/invalidation").await] {
            assert!(
                page.contains("switched off by anybody, 0 s ago, over the configuration"),
                "{page}"
            );
        }
        // An authenticated sender gets the same answer as for any webhook that is switched off.
        let (status, headers, body) = one.deliver(ORDERS).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{body}");
        assert_eq!(headers["content-type"], "application/problem+json");
        assert!(body.contains("/api#webhook-off"), "{body}");
        let guess = SigningKey::random_text();
        assert_eq!(one.send("shop", &guess, ORDERS).await.0, StatusCode::UNAUTHORIZED);
        let tried = one.post(SHOP, "do=test&tags=table:shop.main.orders").await.2;
        assert!(tried.contains(">403<"), "{tried}");
        let is_off = async || other.deliver(ORDERS).await.0 == StatusCode::FORBIDDEN;
        eventually("the other replica refuses it, too", is_off).await;
        // A server that starts meanwhile has it switched off from its first delivery on.
        let third = world(&test.again().await).await;
        assert_eq!(third.deliver(ORDERS).await.0, StatusCode::FORBIDDEN);
        one.post(SHOP, "do=on").await;
        assert_eq!(one.deliver(ORDERS).await.0, StatusCode::OK);
        let is_on = async || other.deliver(ORDERS).await.0 == StatusCode::OK;
        eventually("the other replica takes it again", is_on).await;
        let log = test.store.audit(&AuditFilter::default(), 50).await.unwrap();
        let actions: Vec<&str> = log.iter().map(|line| line.record.action.as_str()).collect();
        assert_eq!(actions, ["webhook switched on", "webhook switched off"]);
        following.abort();
    }
}
