//! How much one account may ask for, in all its sessions and by its tokens.

use super::world::{World, dashboard, request};
use brisk_accounts::{LoginName, Role};
use brisk_server::auth::sessions::Origin;
use brisk_server::config::AccountLimits;
use http_body_util::BodyExt;
use std::collections::BTreeSet;
use std::time::Duration;
use tower::ServiceExt;

/// So slowly that no machine is slow enough to see it.
fn few() -> AccountLimits {
    AccountLimits {
        cold_views: 4,
        cold_views_per_second: 1,
        refreshes: 2,
        refreshes_per_minute: 1,
        streams: 2,
        api_requests: 500,
        api_requests_per_second: 1,
    }
}

async fn world(limits: AccountLimits) -> World {
    let files = [
        ("public.toml", dashboard("Public", "access = \"public\"", "select :from as n")),
        ("everyone.toml", dashboard("Everyone", "", "select :from as m")),
    ];
    let world = World::over(&files, limits).await;
    for (name, role) in [("root", Role::Admin), ("ann", Role::Viewer), ("ben", Role::Viewer)] {
        world.person(name, role, &[]).await;
    }
    world
}

#[tokio::test]
async fn refreshes_of_an_account_are_limited_in_all_its_sessions_together() {
    let world = world(few()).await;
    let ann = [world.sign_in("ann").await, world.sign_in("ann").await];
    let mut statuses = Vec::new();
    for cookie in ann.iter().cycle().take(4) {
        statuses.push(world.post("/d/everyone/refresh", cookie, "").await.status);
    }
    assert_eq!(statuses, [303, 303, 429, 429]);
    let refused = world.post("/d/everyone/refresh", &ann[0], "").await;
    assert!(refused.body.contains("loaded again with your account"), "{}", refused.body);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 1);
    let ben = world.sign_in("ben").await;
    assert_eq!(world.post("/d/everyone/refresh", &ben, "").await.status, 303, "another's");
    assert_eq!(world.post("/d/public/refresh", "", "").await.status, 303, "nobody's");
}

#[tokio::test]
async fn open_pages_of_an_account_are_limited_and_a_closed_one_makes_room() {
    let world = world(few()).await;
    let ann = world.sign_in("ann").await;
    let open = async |who: &str| {
        let response = world.app.clone().oneshot(request("GET", "/d/everyone/live", who, "")).await;
        response.unwrap()
    };
    let (first, second) = (open(&ann).await, open(&ann).await);
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (200, 200));
    let third = open(&ann).await;
    assert_eq!(third.status(), 429);
    assert_eq!(third.headers()["retry-after"], "60");
    let words = third.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&words).contains("open with your account"));
    let ben = world.sign_in("ben").await;
    assert_eq!(open(&ben).await.status(), 200, "another's");
    drop(first);
    assert_eq!(open(&ann).await.status(), 200, "one was closed");
    drop(second);
}

#[tokio::test]
async fn requests_of_the_api_by_all_tokens_of_an_account_are_limited() {
    let world = world(AccountLimits { api_requests: 3, ..few() }).await;
    let name = brisk_accounts::LoginName::parse("ann").unwrap();
    let ann = world.store.account_named(&name).await.unwrap().unwrap().id;
    let day = Duration::from_secs(86_400);
    let tokens = [world.token(&ann, "read", day).await, world.token(&ann, "read", day).await];
    let mut statuses = Vec::new();
    for token in tokens.iter().cycle().take(5) {
        statuses.push(world.get("/api/v1/dashboards", token).await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    let refused = world.get("/api/v1/dashboards/everyone/data", &tokens[0]).await;
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert!(refused.body.contains("with your account or its tokens"), "{}", refused.body);
    assert!(refused.body.contains("\"/api#too-many-requests\""), "{}", refused.body);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);
    let cookie = world.sign_in("ann").await;
    assert_eq!(world.get("/d/everyone", &cookie).await.status, 200, "pages are no API");
    assert_eq!(world.get("/api/v1/dashboards", "").await.status, 200, "nobody's");
}

#[tokio::test]
async fn cold_views_of_an_account_have_a_limit_of_their_own() {
    let world = world(few()).await;
    let ann = world.sign_in("ann").await;
    let view = |days: u32| format!("/d/everyone?range=last+{days}+days");
    let mut refused = 0;
    for days in 2..60 {
        let answer = world.get(&view(days), &ann).await;
        if answer.status == 429 {
            assert!(answer.body.contains("opened with your account"), "{}", answer.body);
            refused += 1;
        }
    }
    assert!(refused > 10, "{refused}");
    // The API names the limit.
    let mut kinds = BTreeSet::new();
    for days in 60..120 {
        let path = format!("/api/v1/dashboards/everyone/data?range=last+{days}+days");
        let answer = world.get(&path, &ann).await;
        if answer.status == 429 {
            let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
            kinds.insert(problem["type"].to_string());
        }
    }
    assert_eq!(Vec::from_iter(kinds), ["\"/api#too-many-views\""]);
    // Requests without an account count by the address, for which there may be more.
    for days in 2..30 {
        let path = view(days).replace("everyone", "public");
        assert_eq!(world.get(&path, "").await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn sessions_of_an_account_are_limited_and_of_too_many_the_oldest_end() {
    let world = world(few()).await;
    let name = LoginName::parse("ann").unwrap();
    let ann = world.store.account_named(&name).await.unwrap().unwrap().id;
    let (first, bens) = (world.sign_in("ann").await, world.sign_in("ben").await);
    world.clock.advance(1);
    let sessions = world.auth.sessions().unwrap();
    for _ in 0..500 {
        sessions.begin(&ann, &Origin::default()).await.unwrap();
    }
    assert_eq!(world.store.sessions_of(&ann).await.unwrap().len(), 500);
    world.auth.refresh().await.unwrap();
    assert_eq!(world.get("/profile", &first).await.status, 401, "it was the oldest");
    assert_eq!(world.get("/profile", &bens).await.status, 200, "another's");
}
