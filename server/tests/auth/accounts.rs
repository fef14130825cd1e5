//! The first admin, invitations, one's own account, and what admins do.

use super::world::{Answer, NOW, PASSWORD, World};
use brisk_accounts::Role;
use brisk_accounts::second_factor::Authenticator;
use brisk_server::auth::set_up;
use brisk_store::{AccountChange, Link};
use std::time::Duration;

const NEW: &str = "seven quiet lighthouses";

/// The path of an address on a page, or of a link that was made.
fn path(address: &str) -> String {
    let at = address.find("/set-up/").expect("a link");
    address[at..].chars().take_while(|c| !"<\"& ".contains(*c)).collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start} in {text}")) + start.len();
    &text[from..][..text[from..].find(end).unwrap()]
}

#[tokio::test]
async fn a_server_is_open_until_its_first_admin_is_made() {
    let world = World::without_admin().await;
    for path in ["/", "/d/team", "/admin/sources", "/metrics", "/admin/people"] {
        assert_eq!(world.get(path, "").await.status, 200, "{path}");
    }
    assert!(!world.get("/", "").await.body.contains("/sign-in"), "nobody can sign in");
    let link = set_up::link(&world.auth, &Link::FirstAdmin).await.unwrap().unwrap();
    let path = path(&link);
    for _ in 0..2 {
        let page = world.get(&path, "").await;
        assert_eq!(page.status, 200, "looking at it changes nothing");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "same-origin");
    }
    for (form, why) in [
        (format!("name=root&password={NEW}&again=other"), "differ"),
        ("name=root&password=short&again=short".to_owned(), "too short"),
        ("name=root&password=password1234&again=password1234".to_owned(), "would try"),
        (format!("name=a b&password={NEW}&again={NEW}"), "characters"),
    ] {
        let answer = world.post(&path, "", &form).await;
        assert_eq!(answer.status, 422);
        assert!(answer.body.contains(why), "{why}: {}", answer.body);
    }
    let form = format!("name=root&full_name=Root+Lee&password={NEW}&again={NEW}");
    let made = world.post(&path, "", &form).await;
    assert_eq!((made.status, made.header("location")), (303, "/"));
    let cookie = made.cookie().expect("the admin is signed in");
    assert_eq!(world.get("/admin/people", &cookie).await.status, 200);
    for path in ["/d/team", "/d/everyone", "/admin/sources", "/metrics"] {
        assert_ne!(world.get(path, "").await.status, 200, "{path}");
    }
    assert_eq!(world.get(&path, "").await.status, 410, "the link is gone");
    assert_eq!(world.post(&path, "", &form).await.status, 410);
}

#[tokio::test]
async fn links_expire() {
    let world = World::without_admin().await;
    let link = set_up::link(&world.auth, &Link::FirstAdmin).await.unwrap().unwrap();
    world.clock.advance(86_401);
    assert_eq!(world.get(&path(&link), "").await.status, 410);
}

#[tokio::test]
async fn an_admin_invites_somebody_who_chooses_a_password() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    let form = "do=invite&name=Ann&full_name=Ann+Lee&role=viewer&teams=sales+board";
    let invited = world.post("/admin/people", &root, form).await;
    assert_eq!(invited.status, 200, "{}", invited.body);
    let link = path(&invited.body);
    let again = world.post("/admin/people", &root, form).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("already"));
    assert!(!world.get("/admin/people", &root).await.body.contains("/set-up/"), "shown once");
    assert_eq!(world.post("/sign-in", "", "name=ann&password=").await.status, 401);
    let chosen = world.post(&link, "", &format!("password={NEW}&again={NEW}")).await;
    assert_eq!(chosen.status, 303);
    let cookie = chosen.cookie().expect("they are signed in");
    assert_eq!(world.get("/d/team", &cookie).await.status, 200, "they are in the team");
    assert_eq!(world.get(&link, "").await.status, 410);
    let signed_in = world.post("/sign-in", "", &format!("name=ann&password={NEW}")).await;
    assert_eq!(signed_in.status, 303);
}

#[tokio::test]
async fn an_admin_changes_disables_and_enables_an_account() {
    let world = World::new().await;
    let id = world.person("ann", Role::Viewer, &[]).await;
    let (root, ann) = (world.sign_in("root").await, world.sign_in("ann").await);
    let page = format!("/admin/people/{}", id.as_str());
    let post = async |form: &str| -> Answer { world.post(&page, &root, form).await };
    let rights = "do=rights&role=viewer&teams=sales&attributes=tenant%3Dacme";
    assert_eq!(post(rights).await.status, 200);
    assert_eq!(world.get("/d/team", &ann).await.status, 200, "the session goes on");
    assert!(world.get("/d/tenant", &ann).await.body.contains("acme"));
    assert_eq!(post("do=rights&role=viewer&teams=Not+Good!&attributes=").await.status, 422);
    assert_eq!(post("do=rights&role=king&teams=&attributes=").await.status, 422);
    assert_eq!(post("do=disable").await.status, 200);
    assert_eq!(world.get("/d/team", &ann).await.status, 303, "the session has ended");
    assert_eq!(
        world.post("/sign-in", "", &format!("name=ann&password={PASSWORD}")).await.status,
        401
    );
    assert_eq!(post("do=enable").await.status, 200);
    let ann = world.sign_in("ann").await;
    let link = path(&post("do=link").await.body);
    assert_eq!(world.post(&link, "", &format!("password={NEW}&again={NEW}")).await.status, 303);
    assert_eq!(world.get("/d/team", &ann).await.status, 303, "a new password ends sessions");
    let own = world.store.account_named(&brisk_accounts::LoginName::parse("root").unwrap()).await;
    let own = format!("/admin/people/{}", own.unwrap().unwrap().id.as_str());
    let refused = world.post(&own, &root, "do=disable").await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("only admin"));
    let team =
        world.post("/admin/people", &root, "do=team&team=sales&attributes=tenant%3Dbolt").await;
    assert_eq!(team.status, 200);
    assert!(team.body.contains("tenant=bolt"));
}

#[tokio::test]
async fn people_change_their_own_name_and_password() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &[]).await;
    let (cookie, elsewhere) = (world.sign_in("ann").await, world.sign_in("ann").await);
    let post = async |form: &str| world.post("/profile", &cookie, form).await;
    assert!(post("do=name&full_name=Ann+Lee").await.body.contains("Ann Lee"));
    let wrong = post(&format!("do=password&current=another+one&password={NEW}&again={NEW}")).await;
    assert_eq!(wrong.status, 422);
    let form = format!("do=password&current={PASSWORD}&password={NEW}&again={NEW}");
    let changed = post(&form).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let renewed = changed.cookie().expect("the session goes on under another id");
    assert_eq!(world.get("/profile", &renewed).await.status, 200);
    for old in [&cookie, &elsewhere] {
        assert_eq!(world.get("/profile", old).await.status, 401);
    }
    assert_eq!(world.post("/sign-in", "", &format!("name=ann&password={NEW}")).await.status, 303);
}

#[tokio::test]
async fn people_set_up_a_second_factor_and_remove_it() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &[]).await;
    let cookie = world.sign_in("ann").await;
    let offered = world.post("/profile", &cookie, "do=factor-offer").await;
    let key = between(&offered.body, "name=\"key\" value=\"", "\"").to_owned();
    assert!(offered.body.contains("otpauth://totp/Brisk:ann?"));
    let wrong = format!("do=factor-confirm&key={key}&code=000000&factor_current={PASSWORD}");
    let wrong = world.post("/profile", &cookie, &wrong).await;
    assert!(wrong.body.contains(&key), "the same key is offered again");
    let code = code_of(&key);
    let form = format!("do=factor-confirm&key={key}&code={code}&factor_current={PASSWORD}");
    let confirmed = world.post("/profile", &cookie, &form).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    assert!(confirmed.body.contains("Recovery codes left: 10"));
    let renewed = confirmed.cookie().expect("the session goes on under another id");
    let without = world.post("/sign-in", "", &format!("name=ann&password={PASSWORD}")).await;
    assert_eq!(without.status, 401);
    let used = format!("name=ann&password={PASSWORD}&code={code}");
    assert_eq!(world.post("/sign-in", "", &used).await.status, 401, "that code was taken");
    let form = format!("do=factor-remove&factor_current={PASSWORD}");
    let removed = world.post("/profile", &renewed, &form).await;
    assert_eq!(removed.status, 200);
    world.clock.advance(120);
    world.sign_in("ann").await;
}

/// The code that an authenticator with that key shows now.
fn code_of(key: &str) -> String {
    let mut bits = String::new();
    for letter in key.bytes() {
        let value = if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
        bits.push_str(&format!("{value:05b}"));
    }
    let bytes: Vec<u8> = (0..bits.len() / 8)
        .map(|at| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).unwrap())
        .collect();
    Authenticator::of(&bytes).unwrap().code(NOW)
}

#[tokio::test]
async fn people_end_their_sessions_and_nobody_elses() {
    let world = World::new().await;
    let ann = world.person("ann", Role::Viewer, &[]).await;
    world.person("bob", Role::Viewer, &[]).await;
    let (own, other) = (world.sign_in("ann").await, world.sign_in("ann").await);
    let bob = world.sign_in("bob").await;
    let sessions = world.store.sessions_of(&ann).await.unwrap();
    let hash = brisk_accounts::secret::hash(other.split_once('=').unwrap().1);
    let id: String =
        sessions.iter().find(|s| s.hash == hash).unwrap().hash.chars().take(16).collect();
    world.post("/profile", &bob, &format!("do=session-end&id={id}")).await;
    assert_eq!(world.get("/profile", &other).await.status, 200, "it is not theirs");
    world.post("/profile", &own, &format!("do=session-end&id={id}")).await;
    assert_eq!(world.get("/profile", &other).await.status, 401);
    assert_eq!(world.get("/profile", &own).await.status, 200);
    assert_eq!(world.post("/profile", &own, "do=session-end&id=").await.status, 422);
    assert_eq!(world.post("/profile", &own, "do=sessions-end").await.status, 303);
    assert_eq!(world.get("/profile", &own).await.status, 401);
}

#[tokio::test]
async fn a_token_is_shown_once_works_and_is_revoked() {
    let world = World::new().await;
    let ann = world.person("ann", Role::Viewer, &["sales"]).await;
    let cookie = world.sign_in("ann").await;
    let form = "do=token-add&token_name=nightly&scope=read&dashboards=team&days=30";
    let made = world.post("/profile", &cookie, form).await;
    let token = format!("brisk_{}", between(&made.body, "<code>brisk_", "<"));
    let data = "/api/v1/dashboards/team/data";
    assert_eq!(world.get(data, &token).await.status, 200);
    assert_eq!(world.get("/api/v1/dashboards/everyone/data", &token).await.status, 404);
    assert_eq!(world.get("/profile", &token).await.status, 404, "programs have no profile");
    assert!(!world.get("/profile", &cookie).await.body.contains(&token));
    let id = world.store.tokens_of(&ann).await.unwrap()[0].id.clone();
    world.change(&ann, AccountChange::Teams(Default::default())).await;
    assert_eq!(world.get(data, &token).await.status, 404, "it may what its owner may");
    world.post("/profile", &cookie, &format!("do=token-revoke&id={id}")).await;
    assert_eq!(world.get(data, &token).await.status, 401);
    let short = world.token(&ann, "read", Duration::from_secs(60)).await;
    assert_eq!(world.get("/api/v1/dashboards", &short).await.status, 200);
    world.clock.advance(61);
    assert_eq!(world.get("/api/v1/dashboards", &short).await.status, 401);
    for bad in
        ["scope=read&days=0", "scope=king&days=1", "days=1", "scope=read&days=1&dashboards=No!"]
    {
        let form = format!("do=token-add&token_name=x&{bad}");
        assert_eq!(world.post("/profile", &cookie, &form).await.status, 422, "{bad}");
    }
}

#[tokio::test]
async fn a_token_invalidates_what_it_names() {
    let world = World::new().await;
    let root = world.store.accounts().await.unwrap().remove(0).id;
    let day = Duration::from_secs(86_400);
    let some = world.token(&root, "invalidate:table:shop.t", day).await;
    let all = world.token(&root, "invalidate", day).await;
    let named = |tag: &str| format!("{{\"data\":{{\"tags\":[\"{tag}\"]}}}}");
    for (token, tag, status) in [
        (&some, "table:shop.t", 200),
        (&some, "table:shop.other", 403),
        (&some, "all", 403),
        (&all, "all", 200),
        (&all, "nonsense:x", 400),
    ] {
        let answer = world.post("/api/v1/invalidations", token, &named(tag)).await;
        assert_eq!(answer.status, status, "{tag}: {}", answer.body);
        assert_eq!(answer.body.contains("\"invalidated\""), status == 200);
    }
}

#[tokio::test]
async fn forms_of_other_sites_do_nothing_in_somebodys_name() {
    let world = World::new().await;
    let cookie = world.sign_in("root").await;
    for path in ["/profile", "/admin/people", "/sign-out", "/sign-in"] {
        let mut request = super::world::request("POST", path, &cookie, "do=sessions-end");
        request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        assert_eq!(world.ask(request).await.status, 403, "{path}");
    }
    assert_eq!(world.get("/profile", &cookie).await.status, 200);
}

#[tokio::test]
async fn what_an_admin_does_to_an_account_is_in_the_log_under_that_account() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    let form = "do=invite&name=ann&role=editor&teams=sales+board";
    let invited = world.post("/admin/people", &root, form).await;
    assert!(invited.body.contains("It works once, within 24 h"), "{}", invited.body);
    let ann = brisk_accounts::LoginName::parse("ann").unwrap();
    let ann = world.store.account_named(&ann).await.unwrap().unwrap().id;
    let address = format!("/admin/people/{}", ann.as_str());
    for form in ["do=link", "do=sessions-end"] {
        assert_eq!(world.post(&address, &root, form).await.status, 200, "{form}");
    }
    let log = world.store.audit(&Default::default(), 10).await.unwrap();
    let lines = log.iter().rev().map(|line| &line.record);
    let lines = lines.filter(|record| record.subject == "account ann");
    let lines: Vec<String> = lines
        .map(|record| format!("{}: {} {:?}", record.actor.name, record.action, record.after))
        .collect();
    let expected = [
        "root: account added Some(\"editor; teams board, sales\")",
        "root: sign-in link made None",
        "root: sessions ended None",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn a_page_about_folders_says_what_was_set_and_which_team_nobody_is_in() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let set = async |teams: &str| {
        let form = format!("do=access&scope=dashboard:everyone&access={teams}");
        let answer = world.post("/admin/folders", &root, &form).await;
        world.get(answer.header("location"), &root).await.body
    };
    let page = set("team:slaes").await;
    assert!(page.contains("Who may see dashboard:everyone is set"), "{page}");
    assert!(page.contains("Nobody is in the team slaes yet"), "{page}");
    assert!(!set("team:sales").await.contains("Nobody is in the team"));
}
