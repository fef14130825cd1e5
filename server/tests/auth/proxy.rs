//! People whom a proxy names, and whoever else sends its header.

use super::world::{Answer, NOW, World, request};
use axum::body::Body;
use axum::extract::ConnectInfo;
use brisk_accounts::rules::Rule;
use brisk_accounts::{Identity, LoginName, Role, Rules};
use brisk_domain::TeamName;
use brisk_server::auth::openid::settings::SignUp;
use brisk_server::auth::settings::{AuthSettings, ProxySettings};
use brisk_server::http::client::TrustedProxies;
use brisk_store::AccountChange;
use http::{HeaderName, Request};
use std::net::SocketAddr;
use std::sync::Arc;

const PROXY: &str = "10.0.0.5:4711";
const USER: &str = "x-forwarded-user";
const GROUPS: &str = "x-forwarded-groups";

async fn world(sign_up: SignUp) -> World {
    let rule = |group: &str, rule: Rule| Rule {
        claim: "groups".into(),
        values: [group.to_owned()].into(),
        ..rule
    };
    let team = TeamName::parse("sales").unwrap();
    let proxy = ProxySettings {
        addresses: TrustedProxies::parse(["10.0.0.5"]).unwrap(),
        user: HeaderName::from_static(USER),
        groups: Some(HeaderName::from_static(GROUPS)),
        sign_up,
        rules: Rules(vec![
            rule("sellers", Rule { teams: [team].into(), ..Rule::default() }),
            rule("it", Rule { role: Some(Role::Admin), ..Rule::default() }),
        ]),
    };
    let settings = AuthSettings { proxy: Some(Arc::new(proxy)), ..AuthSettings::default() };
    let world = World::signing_in(settings, NOW).await;
    world.person("root", Role::Admin, &[]).await;
    world
}

/// A request over a connection of `peer`, with these headers.
fn from(peer: &str, path: &str, who: &str, headers: &[(&'static str, &str)]) -> Request<Body> {
    let mut request = request("GET", path, who, "");
    let peer: SocketAddr = peer.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

async fn named(world: &World, path: &str, user: &str, groups: &str) -> Answer {
    world.ask(from(PROXY, path, "", &[(USER, user), (GROUPS, groups)])).await
}

#[tokio::test]
async fn a_proxy_names_who_asks_and_what_their_groups_are() {
    let world = world(SignUp::Everyone).await;
    assert_eq!(named(&world, "/d/team", "Ann", "sellers, other").await.status, 200);
    assert_eq!(
        named(&world, "/d/team", "ann", "other").await.status,
        404,
        "with each request anew"
    );
    assert_eq!(named(&world, "/admin/people", "ann", "it").await.status, 200);
    assert_eq!(named(&world, "/admin/people", "ann", "").await.status, 404);
    assert!(named(&world, "/profile", "ann", "").await.body.contains("ann"));
    let account =
        world.store.account_named(&LoginName::parse("ann").unwrap()).await.unwrap().unwrap();
    assert_eq!((account.role, account.password.clone()), (Role::Viewer, None));
    assert!(account.signed_in_at.is_some());
    // Without the header the proxy asks for nobody.
    assert_eq!(world.ask(from(PROXY, "/d/team", "", &[])).await.status, 303);
    // Disabling takes effect at once.
    world.change(&account.id, AccountChange::Disabled(true)).await;
    let refused = named(&world, "/d/everyone", "ann", "sellers").await;
    assert_eq!(refused.status, 303);
    let page = named(&world, "/sign-in", "ann", "sellers").await;
    assert!(page.body.contains("Your account is disabled"), "{}", page.body);
    // A token is what it is, through a proxy as well.
    let root =
        world.store.account_named(&LoginName::parse("root").unwrap()).await.unwrap().unwrap();
    let token = world.token(&root.id, "admin", std::time::Duration::from_secs(60)).await;
    let by_token = from(PROXY, "/admin/people", &token, &[(USER, "bob")]);
    assert_eq!(world.ask(by_token).await.status, 200);
}

#[tokio::test]
async fn the_header_of_anybody_else_is_ignored_and_counted() {
    let world = world(SignUp::Everyone).await;
    let ignored = || world.auth.disbelieved().unwrap();
    for (count, peer) in ["10.0.0.6:1", "192.0.2.1:1", "127.0.0.1:1", "[::1]:1"].iter().enumerate()
    {
        let forwarded = [(USER, "ann"), (GROUPS, "it"), ("x-forwarded-for", "10.0.0.5")];
        let answer = world.ask(from(peer, "/admin/people", "", &forwarded)).await;
        assert_eq!(answer.status, 401, "{peer}");
        assert_eq!(ignored(), count as u64 + 1);
    }
    let mut own = request("GET", "/admin/people", "", "");
    own.headers_mut().insert(USER, "ann".parse().unwrap());
    assert_eq!(world.ask(own).await.status, 401, "who has no peer is no proxy");
    // Groups alone name nobody, and a session stays what it is.
    let cookie = world.sign_in("root").await;
    let with_groups = from("192.0.2.1:1", "/profile", &cookie, &[(USER, "ann"), (GROUPS, "it")]);
    assert!(world.ask(with_groups).await.body.contains("root"));
    assert_eq!(world.store.accounts().await.unwrap().len(), 1, "nobody was made");
    let log = world.get("/metrics", &cookie).await;
    assert!(log.body.contains("brisk_proxy_names_ignored_total 6"), "{}", log.body);
    // A mapped address is the same one.
    let mapped = from("[::ffff:10.0.0.5]:1", "/d/everyone", "", &[(USER, "ann")]);
    assert_eq!(world.ask(mapped).await.status, 200);
}

#[tokio::test]
async fn two_names_are_none_and_neither_is_what_cannot_be_one() {
    let world = world(SignUp::Everyone).await;
    let two = from(PROXY, "/d/everyone", "", &[(USER, "ann"), (USER, "root")]);
    assert_eq!(world.ask(two).await.status, 303);
    let long = "x".repeat(65);
    for name in ["ann, root", "a b", "ann\u{e9}", long.as_str()] {
        assert_eq!(named(&world, "/d/everyone", name, "it").await.status, 303, "{name}");
    }
    assert_eq!(named(&world, "/d/everyone", " ", "it").await.status, 303);
    assert_eq!(world.store.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_proxy_takes_no_account_that_somebody_has_already() {
    let world = world(SignUp::Everyone).await;
    let refused = named(&world, "/sign-in", "root", "it").await;
    assert!(refused.body.contains("not connected with you"), "{}", refused.body);
    assert_eq!(named(&world, "/admin/people", "root", "it").await.status, 401);
    let root =
        world.store.account_named(&LoginName::parse("root").unwrap()).await.unwrap().unwrap();
    assert_eq!(world.store.identities_of(&root.id).await.unwrap(), []);
}

#[tokio::test]
async fn only_who_is_invited_comes_in_where_that_is_said() {
    let world = world(SignUp::Invited).await;
    assert_eq!(named(&world, "/d/everyone", "ann", "it").await.status, 303);
    let page = named(&world, "/sign-in", "ann", "it").await;
    assert!(page.body.contains("You have no account here yet"));
    let root = world.sign_in("root").await;
    let form = "do=invite&name=ann&role=viewer";
    assert_eq!(world.post("/admin/people", &root, form).await.status, 200);
    assert_eq!(named(&world, "/d/everyone", "ann", "").await.status, 200);
    let identity = Identity::of_proxy("ann").unwrap();
    assert!(world.store.account_of(&identity).await.unwrap().is_some());
}

#[tokio::test]
async fn many_first_requests_at_once_make_one_account() {
    let world = world(SignUp::Everyone).await;
    let all = (0..12).map(|_| named(&world, "/d/team", "ann", "sellers"));
    let answers = futures::future::join_all(all).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(world.store.accounts().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_request_like_the_one_before_changes_nothing_and_a_change_holds_for_it() {
    let world = world(SignUp::Everyone).await;
    assert_eq!(named(&world, "/d/everyone", "ann", "sellers").await.status, 200);
    let known =
        world.store.account_named(&LoginName::parse("ann").unwrap()).await.unwrap().unwrap();
    let before = world.store.access_state().await.unwrap().version;
    assert_eq!(named(&world, "/d/everyone", "ann", "sellers").await.status, 200);
    assert_eq!(world.store.access_state().await.unwrap().version, before);
    // What an admin sets where no rule mentions it takes effect at once.
    let board = [TeamName::parse("board").unwrap(), TeamName::parse("sales").unwrap()];
    world.change(&known.id, AccountChange::Teams(board.into())).await;
    assert_eq!(named(&world, "/d/team", "ann", "").await.status, 404, "the rules speak of sales");
    let teams = world.store.account(&known.id).await.unwrap().unwrap().teams;
    assert_eq!(teams.iter().map(TeamName::as_str).collect::<Vec<_>>(), ["board"]);
}
