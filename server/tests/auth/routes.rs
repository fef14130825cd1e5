//! Every route for everybody: a route without a row here fails.

use super::world::{World, request};
use brisk_accounts::Role;
use brisk_server::router::routes;
use std::collections::BTreeSet;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// The columns of the table.
const WHO: [&str; 13] = [
    "nobody",
    "viewer of sales",
    "viewer of stock",
    "editor of sales",
    "admin",
    "token read",
    "token read:everyone",
    "token invalidate",
    "token metrics",
    "token admin",
    "token admin of a viewer",
    "expired token",
    "revoked token",
];

/// Method, route, address, and the status for each of [`WHO`].
#[rustfmt::skip]
pub(super) const TABLE: &[(&str, &str, &str, [u16; 13])] = &[
    ("GET", "/", "/", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 401, 401]),
    ("GET", "/d/{slug}", "/d/public", [200, 200, 200, 200, 200, 200, 404, 404, 404, 200, 200, 401, 401]),
    ("GET", "/d/{slug}", "/d/everyone", [303, 200, 200, 200, 200, 200, 200, 404, 404, 200, 200, 401, 401]),
    ("GET", "/d/{slug}", "/d/team", [303, 200, 404, 200, 200, 200, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/d/{slug}", "/d/missing", [303, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/d/{slug}/p/{panel}", "/d/team/p/one", [303, 200, 404, 200, 200, 200, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/d/{slug}/p/{panel}", "/d/public/p/one?cache=1", [200, 200, 200, 200, 200, 200, 404, 404, 404, 200, 200, 401, 401]),
    ("GET", "/d/{slug}/live", "/d/team/live", [401, 200, 404, 200, 200, 200, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/d/{slug}/p/{panel}/live", "/d/team/p/one/live", [401, 200, 404, 200, 200, 200, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/d/{slug}/refresh", "/d/team/refresh", [303, 303, 404, 303, 303, 303, 404, 404, 404, 303, 404, 401, 401]),
    ("GET", "/fn/{*name}", "/fn/cards?slug=team&panels=one&query=&large=false&wait=false", [401, 200, 404, 200, 200, 200, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/fn/{*name}", "/fn/panel?slug=team&panel=one&query=", [401, 200, 404, 200, 200, 200, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/fn/{*name}", "/fn/cache?slug=public&panel=one&query=", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/fn/{*name}", "/fn/cache?slug=team&panel=one&query=", [401, 404, 404, 200, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/api", "/api", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 401, 401]),
    ("GET", "/api/try/{operation}", "/api/try/dashboards", [303, 303, 303, 303, 303, 303, 303, 303, 303, 303, 303, 401, 401]),
    ("GET", "/api/v1/dashboards", "/api/v1/dashboards", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 401, 401]),
    ("GET", "/api/v1/dashboards/{slug}", "/api/v1/dashboards/team", [401, 200, 404, 200, 200, 200, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/api/v1/dashboards/{slug}/data", "/api/v1/dashboards/team/data", [401, 200, 404, 200, 200, 200, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/api/v1/dashboards/{slug}/data", "/api/v1/dashboards/everyone/data", [401, 200, 200, 200, 200, 200, 200, 404, 404, 200, 200, 401, 401]),
    ("GET", "/api/v1/dashboards/{slug}/panels/{panel}", "/api/v1/dashboards/team/panels/one.csv", [401, 200, 404, 200, 200, 200, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/api/v1/openapi.json", "/api/v1/openapi.json", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 401, 401]),
    ("POST", "/api/v1/invalidations", "/api/v1/invalidations", [401, 404, 404, 400, 400, 404, 404, 400, 404, 400, 404, 401, 401]),
    ("GET", "/api/graphql", "/api/graphql?query=%7Bdashboards%7Bslug%7D%7D", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 401, 401]),
    ("POST", "/api/graphql", "/api/graphql", [415, 415, 415, 415, 415, 415, 415, 415, 415, 415, 415, 401, 401]),
    ("GET", "/api/graphql/playground", "/api/graphql/playground", [303, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 401, 401]),
    ("GET", "/admin", "/admin", [401, 404, 404, 404, 307, 404, 404, 404, 404, 307, 404, 401, 401]),
    ("GET", "/admin/sources", "/admin/sources", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/sources/edit", "/admin/sources/edit", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/sources/edit", "/admin/sources/edit", [401, 404, 404, 404, 422, 404, 404, 404, 404, 422, 404, 401, 401]),
    ("GET", "/admin/sources/remove", "/admin/sources/remove?name=none", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("POST", "/admin/sources/remove", "/admin/sources/remove", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/admin/reports", "/admin/reports", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/reports", "/admin/reports", [401, 404, 404, 404, 422, 404, 404, 404, 404, 422, 404, 401, 401]),
    ("GET", "/admin/reports/{name}", "/admin/reports/none", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/admin/reports/{name}/remove", "/admin/reports/none/remove", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("POST", "/admin/reports/{name}/remove", "/admin/reports/none/remove", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/admin/schedules", "/admin/schedules", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/schedules", "/admin/schedules", [401, 404, 404, 404, 422, 404, 404, 404, 404, 422, 404, 401, 401]),
    ("GET", "/admin/jobs", "/admin/jobs", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/jobs", "/admin/jobs", [401, 404, 404, 404, 422, 404, 404, 404, 404, 422, 404, 401, 401]),
    ("GET", "/admin/schedules/remove", "/admin/schedules/remove?name=none", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("POST", "/admin/schedules/remove", "/admin/schedules/remove", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/admin/folders", "/admin/folders", [401, 404, 404, 200, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/folders", "/admin/folders", [401, 404, 404, 404, 422, 404, 404, 404, 404, 422, 404, 401, 401]),
    ("GET", "/admin/images", "/admin/images", [401, 404, 404, 200, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/images", "/admin/images", [401, 404, 404, 422, 422, 404, 404, 404, 404, 422, 404, 401, 401]),
    // Whoever asks: the signature decides.
    ("GET", "/c/{slug}/{panel}", "/c/team/one.png?key=x&sig=y", [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("POST", "/admin/rollups/{name}/rebuild", "/admin/rollups/none/rebuild", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/admin/activity", "/admin/activity", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/activity.csv", "/admin/activity.csv", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/people", "/admin/people", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/people", "/admin/people", [401, 404, 404, 404, 422, 404, 404, 404, 404, 422, 404, 401, 401]),
    ("GET", "/admin/people/{id}", "/admin/people/ROOT", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/people/{id}", "/admin/people/ROOT", [401, 404, 404, 404, 422, 404, 404, 404, 404, 422, 404, 401, 401]),
    ("GET", "/admin/cache", "/admin/cache", [401, 404, 404, 200, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/cache/purge", "/admin/cache/purge?tag=all", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/cache/purge", "/admin/cache/purge?tag=dashboard:everyone", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/cache/purge", "/admin/cache/purge?tag=dashboard:team", [401, 404, 404, 200, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/cache/purge", "/admin/cache/purge", [401, 404, 404, 400, 400, 404, 404, 404, 404, 400, 404, 401, 401]),
    ("GET", "/admin/cache/warm", "/admin/cache/warm?tag=all", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/cache/warm", "/admin/cache/warm?tag=panel:team/one", [401, 404, 404, 200, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/cache/warm", "/admin/cache/warm", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/admin/cache/{slug}", "/admin/cache/team", [401, 404, 404, 200, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/cache/{slug}", "/admin/cache/public", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/cache/policy", "/admin/cache/policy?scope=global", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/cache/policy", "/admin/cache/policy?scope=source:shop", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/cache/policy", "/admin/cache/policy?scope=panel:team/one", [401, 404, 404, 200, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/cache/policy", "/admin/cache/policy", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/admin/invalidation", "/admin/invalidation", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("POST", "/admin/invalidation", "/admin/invalidation", [401, 404, 404, 404, 200, 404, 404, 404, 404, 200, 404, 401, 401]),
    ("GET", "/admin/invalidation/webhooks/{name}", "/admin/invalidation/webhooks/none", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("POST", "/admin/invalidation/webhooks/{name}", "/admin/invalidation/webhooks/none", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/admin/invalidation/sources/{name}", "/admin/invalidation/sources/none", [401, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/admin/webhooks", "/admin/webhooks", [401, 404, 404, 404, 308, 404, 404, 404, 404, 308, 404, 401, 401]),
    ("GET", "/sign-in", "/sign-in", [200, 303, 303, 303, 303, 303, 303, 303, 303, 303, 303, 401, 401]),
    ("POST", "/sign-in", "/sign-in", [401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401]),
    // On a server without a provider there is nothing, whoever asks.
    ("GET", "/sign-in/openid", "/sign-in/openid", [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/sign-in/openid/callback", "/sign-in/openid/callback?code=x&state=y", [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/sign-in/code", "/sign-in/code", [303, 303, 303, 303, 303, 303, 303, 303, 303, 303, 303, 401, 401]),
    ("POST", "/sign-in/code", "/sign-in/code", [303, 303, 303, 303, 303, 303, 303, 303, 303, 303, 303, 401, 401]),
    ("GET", "/second-factor", "/second-factor", [401, 200, 200, 200, 200, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("POST", "/second-factor", "/second-factor", [401, 422, 422, 422, 422, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/set-up/{secret}/openid", "/set-up/guess/openid", [410, 410, 410, 410, 410, 410, 410, 410, 410, 410, 410, 401, 401]),
    ("GET", "/set-up/{secret}", "/set-up/guess", [410, 410, 410, 410, 410, 410, 410, 410, 410, 410, 410, 401, 401]),
    ("POST", "/set-up/{secret}", "/set-up/guess", [410, 410, 410, 410, 410, 410, 410, 410, 410, 410, 410, 401, 401]),
    // Whoever asks: the token in the address decides.
    ("GET", "/unsubscribe/{token}", "/unsubscribe/guess", [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("POST", "/unsubscribe/{token}", "/unsubscribe/guess", [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("GET", "/profile", "/profile", [401, 200, 200, 200, 200, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("POST", "/profile", "/profile", [401, 422, 422, 422, 422, 404, 404, 404, 404, 404, 404, 401, 401]),
    ("POST", "/theme", "/theme", [303, 303, 303, 303, 303, 303, 303, 303, 303, 303, 303, 401, 401]),
    ("GET", "/favicon.ico", "/favicon.ico", [307, 307, 307, 307, 307, 307, 307, 307, 307, 307, 307, 401, 401]),
    ("GET", "/healthz", "/healthz", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/readyz", "/readyz", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/metrics", "/metrics", [401, 404, 404, 404, 200, 404, 404, 404, 200, 200, 404, 401, 401]),
    // Ends the sessions that are shown: the last row.
    ("POST", "/sign-out", "/sign-out", [303, 303, 303, 303, 303, 303, 303, 303, 303, 303, 303, 401, 401]),
];

struct Everybody {
    world: World,
    shown: Vec<String>,
    root: String,
}

async fn everybody() -> Everybody {
    let world = World::without_admin().await;
    let root = world.person("root", Role::Admin, &[]).await;
    let ann = world.person("ann", Role::Viewer, &["sales"]).await;
    world.person("bob", Role::Viewer, &["stock"]).await;
    world.person("eve", Role::Editor, &["sales"]).await;
    world.give(Some("sales"), "team:sales").await;
    let mut shown = vec![String::new()];
    for name in ["ann", "bob", "eve", "root"] {
        shown.push(world.sign_in(name).await);
    }
    for scopes in ["read", "read:everyone", "invalidate", "metrics", "admin"] {
        shown.push(world.token(&root, scopes, DAY).await);
    }
    let bob = world.store.account_named(&"bob".parse_name()).await.unwrap().unwrap();
    shown.push(world.token(&bob.id, "admin", DAY).await);
    shown.push(world.token(&ann, "read", Duration::ZERO).await);
    let revoked = world.token(&ann, "read", DAY).await;
    let id = world.store.tokens_of(&ann).await.unwrap();
    for token in id {
        let by = super::world::actor();
        if token.expires_at > super::world::NOW {
            world.store.revoke_token(&ann, &token.id, &by, super::world::NOW).await.unwrap();
        }
    }
    world.auth.refresh().await.unwrap();
    shown.push(revoked);
    Everybody { world, shown, root: root.as_str().to_owned() }
}

trait ParseName {
    fn parse_name(&self) -> brisk_accounts::LoginName;
}

impl ParseName for str {
    fn parse_name(&self) -> brisk_accounts::LoginName {
        brisk_accounts::LoginName::parse(self).unwrap()
    }
}

#[tokio::test]
async fn every_route_has_its_answer_for_everybody() {
    let listed: BTreeSet<(String, String)> = routes()
        .list()
        .iter()
        .map(|route| (route.method.to_string(), route.path.clone()))
        .collect();
    let rows: BTreeSet<(String, String)> =
        TABLE.iter().map(|(method, route, ..)| ((*method).into(), (*route).into())).collect();
    assert_eq!(listed, rows, "each route has a row, and each row is of a route");
    let Everybody { world, shown, root } = everybody().await;
    let mut wrong = Vec::new();
    for (row, (method, _, address, expected)) in TABLE.iter().enumerate() {
        let address = address.replace("ROOT", &root);
        for (column, ((who, shown), expected)) in WHO.iter().zip(&shown).zip(expected).enumerate() {
            let form = format!("do=nothing&name=nobody{row}-{column}&password=x");
            let status = world.status(request(method, &address, shown, &form)).await;
            if status != *expected {
                wrong.push(format!("{method} {address} for {who}: {status}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_the_api_refuses_is_a_problem_whoever_asks() {
    let Everybody { world, shown, .. } = everybody().await;
    for (method, _, address, _) in TABLE.iter().filter(|row| row.2.starts_with("/api/v1/")) {
        for (who, shown) in WHO.iter().zip(&shown) {
            let answer = world.ask(request(method, address, shown, "")).await;
            let kind = answer.header("content-type");
            let is_problem = kind == "application/problem+json";
            assert_eq!(is_problem, answer.status >= 400, "{method} {address} for {who}: {kind}");
        }
    }
    let wrong = world.get("/api/v1/invalidations", &shown[3]).await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, "POST"));
    assert!(wrong.body.contains("Use POST"), "{}", wrong.body);
    let beyond = r#"{"tags":["table:shop.orders"]}"#;
    let refused = world.ask(request("POST", "/api/v1/invalidations", &shown[3], beyond)).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(refused.body.contains("Your account, or its token, may not"), "{}", refused.body);
}

#[tokio::test]
async fn an_open_page_that_is_not_for_its_reader_any_more_loads_itself_again() {
    let Everybody { world, shown, .. } = everybody().await;
    for (who, shown) in [("nobody", &shown[0]), ("viewer of stock", &shown[2])] {
        for path in ["/d/team/live", "/d/team/p/one/live", "/d/missing/live"] {
            let mut stream = request("GET", path, shown, "");
            stream.headers_mut().insert("accept", "text/event-stream".parse().unwrap());
            let answer = world.ask(stream).await;
            assert_eq!(answer.header("content-type"), "text/event-stream", "{path} for {who}");
            assert_eq!(answer.body, "event: outdated\ndata: \n\n", "{path} for {who}");
        }
    }
}

#[tokio::test]
async fn no_spelling_of_an_address_changes_a_verdict() {
    let Everybody { world, shown, .. } = everybody().await;
    let tricks = [
        "/%61dmin/people",
        "/admin/%70eople",
        "//admin/people",
        "/admin//people",
        "/admin/people/",
        "/admin/people;x=1",
        "/admin;/people",
        "/./admin/people",
        "/d/../admin/people",
        "/d/%2e%2e/admin/people",
        "/Admin/People",
        "/ADMIN/PEOPLE",
        "/admin/people.",
        "/admin/people%00",
        "/admin/people%2f",
        "/admin%2fpeople",
        "/admin/people%20",
        "/admin\\people",
        "/metrics/",
        "/metrics;",
        "/Metrics",
        "/%6detrics",
        "/d/te%61m",
        "/d/Team",
        "/d/team/",
        "/d//team",
        "/d/team%00",
        "/d/team.",
        "/d/team;public",
        "/d/public/../team",
        "/d/public%2f..%2fteam",
        "/api/v1/dashboards/te%61m/data",
        "/api/v1//dashboards/team/data",
        "/api/v1/dashboards/public/../team/data",
        "/fn/cards/?slug=team&panels=one&query=&large=false&wait=false",
        "/fn//cards?slug=team&panels=one&query=&large=false&wait=false",
        "/fn/c%61rds?slug=te%61m&panels=one&query=&large=false&wait=false",
    ];
    for trick in tricks {
        // Addresses that cannot be sent at all are no danger.
        if trick.parse::<http::Uri>().is_err() {
            continue;
        }
        for at in [0, 2] {
            let answer = world.get(trick, &shown[at]).await;
            assert_ne!(answer.status, 200, "{trick} for {}: {}", WHO[at], answer.body);
            assert!(!answer.body.contains("secret"), "{trick} for {}", WHO[at]);
        }
    }
    // An address that means the same is the same for viewers who may see it.
    assert_eq!(world.get("/d/te%61m", &shown[1]).await.status, 200);
}

#[tokio::test]
async fn what_one_may_not_see_is_answered_like_what_does_not_exist() {
    let Everybody { world, shown, .. } = everybody().await;
    let forms = [
        "/d/NAME",
        "/d/NAME/p/one",
        "/d/NAME/live",
        "/d/NAME/p/one/live",
        "/fn/cards?slug=NAME&panels=one&query=&large=false&wait=true",
        "/fn/panel?slug=NAME&panel=one&query=",
        "/fn/cache?slug=NAME&panel=one&query=",
        "/api/v1/dashboards/NAME",
        "/api/v1/dashboards/NAME/data",
        "/api/v1/dashboards/NAME/data?range=nonsense",
        "/api/v1/dashboards/NAME/panels/one",
        "/api/v1/dashboards/NAME/panels/one.csv",
    ];
    for form in forms {
        for (who, shown) in [("nobody", &shown[0]), ("viewer of stock", &shown[2])] {
            let hidden = world.get(&form.replace("NAME", "team"), shown).await;
            let missing = world.get(&form.replace("NAME", "nope"), shown).await;
            assert_eq!(hidden.status, missing.status, "{form} for {who}");
            assert_eq!(hidden.body.replace("team", "nope"), missing.body, "{form} for {who}");
            let names = |answer: &super::world::Answer| -> Vec<String> {
                answer.headers.keys().map(ToString::to_string).collect()
            };
            assert_eq!(names(&hidden), names(&missing), "{form} for {who}");
        }
    }
    for list in ["/", "/api", "/api/v1/dashboards", "/d/public", "/d/everyone"] {
        for at in [0, 2] {
            let answer = world.get(list, &shown[at]).await;
            for name in ["/d/team", "Team", "\"team\"", "Sales folder"] {
                assert!(!answer.body.contains(name), "{name} in {list} for {}", WHO[at]);
            }
        }
    }
    assert!(world.get("/", &shown[1]).await.body.contains("Sales folder"));
    let links = world.get("/d/everyone", &shown[1]).await;
    assert!(links.body.contains("/d/team"), "who may see it is led there");
}
