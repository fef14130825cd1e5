//! A second factor that a role requires: nothing goes before it.

use super::provider::TestProvider;
use super::world::{NOW, PASSWORD, World, request};
use brisk_accounts::second_factor::Authenticator;
use brisk_accounts::{Identity, Role};
use brisk_domain::{Clock, Timestamp};
use brisk_server::auth::rights::Requires;
use brisk_server::auth::settings::AuthSettings;
use brisk_server::router::routes;
use brisk_store::AccountChange;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

fn for_admins() -> AuthSettings {
    AuthSettings { second_factor_for: [Role::Admin].into(), ..AuthSettings::default() }
}

/// The code that an authenticator with the key on a page shows now.
pub(crate) fn code_on(page: &str, now: Timestamp) -> (String, String) {
    let (_, rest) = page.split_once("name=\"key\" value=\"").expect("a key");
    let key = rest.split('"').next().unwrap().to_owned();
    let mut bits = String::new();
    for letter in key.bytes() {
        let value = if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
        bits.push_str(&format!("{value:05b}"));
    }
    let bytes: Vec<u8> = (0..bits.len() / 8)
        .map(|at| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).unwrap())
        .collect();
    (key, Authenticator::of(&bytes).unwrap().code(now))
}

#[tokio::test]
async fn who_has_to_have_a_second_factor_sets_one_up_before_anything_else() {
    let world = World::signing_in(for_admins(), NOW).await;
    let root = world.person("root", Role::Admin, &[]).await;
    world.person("ann", Role::Viewer, &[]).await;
    let (cookie, ann) = (world.sign_in("root").await, world.sign_in("ann").await);
    let token = world.token(&root, "admin", DAY).await;
    assert_eq!(world.get("/d/everyone", &ann).await.status, 200, "it is asked of admins only");
    let page = |path: &str| {
        let mut request = request("GET", path, &cookie, "");
        request.headers_mut().insert("accept", "text/html,*/*".parse().unwrap());
        request
    };
    for path in [
        "/",
        "/d/everyone",
        "/d/public",
        "/d/missing",
        "/profile",
        "/admin/people",
        "/api",
        "/metrics",
    ] {
        let answer = world.ask(page(path)).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        assert!(answer.header("location").starts_with("/second-factor"), "{path}");
    }
    for path in
        ["/api/v1/dashboards", "/api/v1/dashboards/public/data", "/d/everyone/live", "/metrics"]
    {
        for who in [&cookie, &token] {
            let answer = world.get(path, who).await;
            assert_eq!(answer.status, 403, "{path}: {}", answer.body);
            assert!(answer.body.contains("second factor"), "{path}");
        }
    }
    for (path, form) in [
        ("/profile", "do=token-add&token_name=x&scope=admin&days=1"),
        ("/admin/people", "do=invite&name=eve&role=admin"),
        ("/admin/cache/purge", "tag=all"),
        ("/api/v1/invalidations", "{\"data\":{\"tags\":[\"all\"]}}"),
    ] {
        for who in [&cookie, &token] {
            assert_eq!(world.post(path, who, form).await.status, 403, "{path}");
        }
    }
    assert_eq!(world.store.accounts().await.unwrap().len(), 2);
    assert_eq!(world.get("/sign-in", &cookie).await.status, 303);
    let offered = world.ask(page("/second-factor?back=/admin/people")).await;
    assert_eq!(offered.status, 200);
    assert!(offered.header("cache-control").contains("no-store"));
    let (key, code) = code_on(&offered.body, NOW);
    let confirm = |code: &str, password: &str| {
        let form = format!("key={key}&code={code}&factor_current={password}&back=/admin/people");
        request("POST", "/second-factor", &cookie, &form)
    };
    let wrong = world.ask(confirm("000000", PASSWORD)).await;
    assert!(wrong.body.contains("not right") && wrong.body.contains(&key), "the same key again");
    assert_eq!(world.ask(confirm(&code, "guessed wrong")).await.status, 422);
    assert_eq!(world.ask(page("/")).await.status, 303, "nothing was set up");
    let done = world.ask(confirm(&code, PASSWORD)).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(done.body.contains("Keep these codes") && done.body.contains("href=\"/admin/people\""));
    let renewed = done.cookie().expect("a session that may everything");
    assert_eq!(world.get("/admin/people", &renewed).await.status, 200);
    assert_eq!(world.get("/admin/people", &token).await.status, 200, "and so may the token");
    assert_eq!(world.get("/profile", &cookie).await.status, 401, "the session before has ended");
    assert_eq!(world.get("/second-factor", &renewed).await.status, 303, "it is there already");
    // Without it, they are where they were before.
    world.change(&root, AccountChange::Authenticator(None)).await;
    assert_eq!(world.get("/admin/people", &token).await.status, 403);
}

#[tokio::test]
async fn no_route_but_that_of_the_second_factor_answers_who_lacks_it() {
    let world = World::signing_in(for_admins(), NOW).await;
    let root = world.person("root", Role::Admin, &[]).await;
    let cookie = world.sign_in("root").await;
    let token = world.token(&root, "admin read metrics invalidate", DAY).await;
    let mut asked = 0;
    for route in routes().list() {
        if matches!(route.requires, Requires::Nothing | Requires::Factor) {
            continue;
        }
        let named = |part: &str| match part {
            "{slug}" => "public".to_owned(),
            "{panel}" => "one".to_owned(),
            part if part.starts_with('{') => "x".to_owned(),
            part => part.to_owned(),
        };
        let path = route.path.split('/').map(named).collect::<Vec<_>>().join("/");
        for who in [&cookie, &token] {
            let status = world.status(request(route.method.as_str(), &path, who, "")).await;
            assert_eq!(status, 403, "{} {path}", route.method);
        }
        asked += 1;
    }
    assert!(asked > 20, "{asked}");
}

#[tokio::test]
async fn who_becomes_an_admin_has_to_have_one_from_then_on() {
    let world = World::signing_in(for_admins(), NOW).await;
    world.person("root", Role::Admin, &[]).await;
    let ann = world.person("ann", Role::Editor, &[]).await;
    let token = world.token(&ann, "read", DAY).await;
    assert_eq!(world.get("/api/v1/dashboards", &token).await.status, 200);
    world.change(&ann, AccountChange::Role(Role::Admin)).await;
    assert_eq!(world.get("/api/v1/dashboards", &token).await.status, 403);
    let cookie = world.sign_in("ann").await;
    assert_eq!(world.get("/api/v1/dashboards", &cookie).await.status, 403);
}

#[tokio::test]
async fn a_provider_that_asks_for_one_itself_is_enough_for_who_comes_from_there() {
    for is_trusted in [false, true] {
        let provider = TestProvider::start().await;
        let mut of_provider = provider.settings();
        of_provider.has_second_factor = is_trusted;
        let settings = AuthSettings { provider: Some(Arc::new(of_provider)), ..for_admins() };
        let world = World::signing_in(settings, NOW).await;
        provider.lives_by(world.clock.clone());
        world.person("root", Role::Admin, &[]).await;
        let come = async || {
            let begun = world.get("/sign-in/openid", "").await;
            let claims = json!({ "sub": "7", "preferred_username": "ann" });
            let fields = provider.signs_in(begun.header("location"), &claims);
            let query = brisk_domain::view::query_string(&fields);
            let cookie = begun.given("brisk_sign_in").unwrap();
            world.get(&format!("/sign-in/openid/callback{query}"), &cookie).await
        };
        let first = come().await;
        assert!(first.cookie().is_some(), "{}", first.body);
        let identity = Identity::new(&provider.issuer, "7").unwrap();
        let ann = world.store.account_of(&identity).await.unwrap().unwrap();
        world.change(&ann.id, AccountChange::Role(Role::Admin)).await;
        let (cookie, token) =
            (come().await.cookie().unwrap(), world.token(&ann.id, "admin", DAY).await);
        let expected = if is_trusted { 200 } else { 403 };
        for who in [&cookie, &token] {
            assert_eq!(world.get("/admin/people", who).await.status, expected, "{is_trusted}");
        }
        if !is_trusted {
            // There is no password to type: a session that has just begun is enough.
            let mut page = request("GET", "/second-factor", &cookie, "");
            page.headers_mut().insert("accept", "text/html".parse().unwrap());
            let page = world.ask(page).await;
            assert!(!page.body.contains("type=\"password\""));
            world.clock.advance(901);
            let (key, code) = code_on(&page.body, world.clock.now());
            let form = format!("key={key}&code={code}");
            let late = world.post("/second-factor", &cookie, &form).await;
            assert_eq!((late.status, late.cookie()), (422, None), "a quarter of an hour is over");
            assert!(late.body.contains("Sign out and in again") && late.body.contains(&key));
            let cookie = come().await.cookie().unwrap();
            let done = world.post("/second-factor", &cookie, &form).await;
            assert!(done.body.contains("Keep these codes"), "{}", done.body);
            continue;
        }
        // If the account has a password as well, its tokens could belong to anybody who knows it.
        world.change(&ann.id, AccountChange::Password(Some("hash".into()))).await;
        assert_eq!(world.get("/admin/people", &token).await.status, 403);
    }
}
