//! Vulnerabilities that other servers had, each by name; docs/security.md lists them with the tests
//! elsewhere that cover the same.

use super::routes::TABLE;
use super::world::{PASSWORD, World, request};
use brisk_accounts::Role;
use brisk_server::auth::set_up;
use brisk_store::Link;
use std::time::Duration;

/// Streams never end.
fn answers(route: &str) -> bool {
    !route.ends_with("/live")
}

#[tokio::test]
async fn no_address_gives_the_set_up_link_away() {
    let world = World::without_admin().await;
    let link = set_up::link(&world.auth, &Link::FirstAdmin).await.unwrap().unwrap();
    let (_, secret) = link.rsplit_once('/').unwrap();
    for (method, route, address, _) in TABLE.iter().filter(|(_, route, ..)| answers(route)) {
        let answer = world.ask(request(method, address, "", "")).await;
        let said = format!("{:?} {}", answer.headers, answer.body);
        assert!(!said.contains(secret), "{method} {route}");
    }
}

#[tokio::test]
async fn there_is_no_account_and_no_password_until_somebody_makes_them() {
    let world = World::without_admin().await;
    let names = ["admin", "root", "brisk", "administrator", "user", "guest", "demo"];
    for name in names {
        for password in [name, "admin", "password", "brisk", "", "changeme"] {
            let form = format!("name={name}&password={password}");
            let answer = world.post("/sign-in", "", &form).await;
            assert!(matches!(answer.status, 401 | 429), "{name}: {}", answer.status);
            assert!(answer.cookie().is_none(), "{name}");
        }
    }
    // On a server with accounts, too.
    world.person("ann", Role::Admin, &[]).await;
    for name in names {
        let answer = world.post("/sign-in", "", &format!("name={name}&password={name}")).await;
        assert!(answer.cookie().is_none(), "{name}");
    }
}

#[tokio::test]
async fn no_address_takes_a_forgotten_password() {
    let world = World::new().await;
    let id = world.person("ann", Role::Viewer, &[]).await;
    let before = world.store.account(&id).await.unwrap().unwrap().password;
    for path in [
        "/forgot",
        "/forgot-password",
        "/reset",
        "/reset-password",
        "/password",
        "/set-up",
        "/set-up/",
        "/sign-in/reset",
        "/profile",
        "/admin/people",
        "/api/session/forgot_password",
        "/api/v1/users/password",
        "/api/user/password/send-reset-email",
    ] {
        for form in ["name=ann", "name=ann&email=ann@example.com", "name=ann&password=abcdefghij"] {
            let answer = world.post(path, "", form).await;
            let asks_to_sign_in = answer.header("location").starts_with("/sign-in");
            let is_refused = matches!(answer.status, 401 | 404 | 405);
            assert!(is_refused || asks_to_sign_in, "{path}: {}", answer.status);
            assert!(!answer.body.contains("/set-up/"), "{path}");
        }
    }
    assert_eq!(world.store.account(&id).await.unwrap().unwrap().password, before);
    let page = world.get("/sign-in", "").await.body;
    assert!(!page.to_lowercase().contains("forgot"), "none is offered: {page}");
}

#[tokio::test]
async fn who_has_expired_sees_what_a_stranger_sees() {
    let world = World::new().await;
    let ann = world.tenant("ann", "acme").await;
    let cookie = world.sign_in("ann").await;
    let token = world.token(&ann, "read", Duration::from_secs(60)).await;
    world.clock.advance(31 * 86_400);
    for (method, route, address, _) in TABLE.iter().filter(|(_, route, ..)| answers(route)) {
        let stranger = world.ask(request(method, address, "", "")).await;
        let expired = world.ask(request(method, address, &cookie, "")).await;
        assert_eq!(expired.status, stranger.status, "{method} {route}");
        for theirs in ["acme", "inside", "secret"] {
            let (is_seen, is_anybodys) =
                (expired.body.contains(theirs), stranger.body.contains(theirs));
            assert_eq!(is_seen, is_anybodys, "{method} {route}: {theirs}");
        }
        let program = world.ask(request(method, address, &token, "")).await;
        let is_health = route.ends_with('z');
        assert!(program.status == 401 || is_health, "{method} {route}: {}", program.status);
    }
}

#[tokio::test]
async fn an_identity_that_cannot_be_read_is_none() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let cookie = world.sign_in("ann").await;
    let of = |name: &'static str, value: &[u8]| {
        let mut asked = request("GET", "/d/team", "", "");
        asked.headers_mut().append(name, http::HeaderValue::from_bytes(value).unwrap());
        asked
    };
    for value in [
        "Bearer",
        "Bearer ",
        "Bearer null",
        "Bearer undefined",
        "Bearer brisk_",
        "bearer brisk_0000",
        "Bearer brisk_a, Bearer brisk_b",
        &format!("Bearer {}", "x".repeat(4_000)),
    ] {
        let status = world.ask(of("authorization", value.as_bytes())).await.status;
        assert!(matches!(status, 401 | 303), "{value}: {status}");
    }
    for value in [&b"brisk_session=\xff\xfe"[..], b"brisk_session", b"brisk_session=;;;", b"=", b""]
    {
        assert_eq!(world.ask(of("cookie", value)).await.status, 303);
    }
    // An unreadable header beside a session does not make it somebody else's.
    let mut both = of("cookie", cookie.as_bytes());
    both.headers_mut().append("authorization", "Bearer brisk_wrong".parse().unwrap());
    let status = world.ask(both).await.status;
    assert!(matches!(status, 401 | 303), "{status}");
    let form = format!("name=ann%00&password={PASSWORD}");
    assert_eq!(world.post("/sign-in", "", &form).await.status, 401);
}
