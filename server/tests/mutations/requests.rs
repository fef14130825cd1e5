//! Mutated requests to the whole router: addresses, headers, forms, cookies, tokens and links.

use super::corpus;
use crate::auth::world::{World, request};
use axum::body::Body;
use brisk_accounts::{AccountId, Role};
use brisk_domain::view::parse_query;
use brisk_test_mutations::Inputs;
use brisk_test_waiting::wait_for;
use http::{Request, header};
use http_body_util::BodyExt as _;
use std::time::Duration;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// More than any answer of the small dashboards here has.
const LONGEST: usize = 4 << 20;

const WORDS: &[&str] = &[
    "GET ",
    "POST ",
    "/d/",
    "/p/",
    "/live",
    "/fn/cards?",
    "/fn/panel?",
    "/api/v1/dashboards/",
    "/data",
    ".csv",
    "/admin/",
    "?",
    "&",
    "=",
    "%",
    "%00",
    "%2e%2e",
    "../",
    "//",
    ";",
    "#",
    "slug=",
    "panels=",
    "query=",
    "range=",
    "from=",
    "to=",
    "tz=",
    "max-stale=",
    "sort=",
    "page=",
    "zoom=",
    "scope=",
    "tag=",
    "name=",
    "public",
    "everyone",
    "team",
    "tenant",
    "one",
    "\naccept: ",
    "\naccept-encoding: ",
    "\nif-none-match: ",
    "\nlast-event-id: ",
    "\ncookie: ",
    "\nauthorization: Bearer ",
    "\ncache-control: max-stale=",
    "\nx-forwarded-for: ",
    "\nrange: bytes=0-",
    "\ncontent-type: ",
    "text/csv",
    "*/*",
    "br",
    "q=",
    "W/\"",
    "\n\n",
    "true",
    "false",
    "18446744073709551616",
    "2011-11-01",
    "last-30-days",
];

/// A request as a text: method and address, headers, and after an empty line its body.
fn parsed(text: &str, who: &str) -> Option<Request<Body>> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next()?.split_once(' ')?;
    // What would be about the connection, or makes the next requests somebody else's.
    let is_left_out = target.starts_with("/sign-out") || target.starts_with("/admin/people/");
    let mut request = Request::builder().method(method).uri(target).header("cookie", who);
    for line in lines {
        let (name, value) = line.split_once(':')?;
        request = request.header(name.trim(), value.trim());
    }
    let request = request.body(Body::from(body.trim_end().to_owned())).ok()?;
    (!is_left_out && target.starts_with('/')).then_some(request)
}

#[test]
fn mutations_of_requests_are_answered_by_pages_or_refused() {
    let runtime = Runtime::new().unwrap();
    let (world, root) = runtime.block_on(async {
        let world = World::new().await;
        let root = world.sign_in("root").await;
        (world, root)
    });
    let inputs = Inputs::new("requests").folder(corpus("requests")).words(WORDS).longest(8 << 10);
    inputs.count(600).texts(|text| {
        let Some(request) = parsed(text, &root) else { return false };
        let what = format!("{} {}", request.method(), request.uri());
        let (status, length) = runtime.block_on(async {
            let answer = wait_for(&what, world.app.clone().oneshot(request)).await.unwrap();
            let status = answer.status().as_u16();
            let kind = answer.headers().get(header::CONTENT_TYPE);
            if kind.is_some_and(|kind| kind == "text/event-stream") {
                return (status, 0);
            }
            let whole = wait_for(&what, answer.into_body().collect()).await.unwrap();
            (status, whole.to_bytes().len())
        });
        // A panel whose statement the database refuses is 502 for programs; no other failure is ours.
        assert!(status < 500 || status == 502, "{what}: {status}");
        assert!(length <= LONGEST, "{what}: {length} bytes");
        status < 400
    });
}

/// A server with an admin, `ann`, and her session.
fn signed_in() -> (Runtime, World, AccountId, String) {
    let runtime = Runtime::new().unwrap();
    let (world, ann, session) = runtime.block_on(async {
        let world = World::new().await;
        let ann = world.person("ann", Role::Admin, &[]).await;
        let session = world.sign_in("ann").await;
        (world, ann, session)
    });
    (runtime, world, ann, session)
}

#[test]
fn mutations_of_sessions_open_nothing() {
    let (runtime, world, _, session) = signed_in();
    let status = |request| runtime.block_on(async { world.ask(request).await.status });
    let words = ["; ", "=", ",", " ", "brisk_session=", "\"", "AAAA"];
    let inputs = Inputs::new("session cookies").seed(&session).seed(format!("a=b; {session}"));
    inputs.words(&words).count(1_000).texts(|text| {
        let request = Request::get("/profile").header("cookie", text).body(Body::empty());
        let Ok(request) = request else { return false };
        let is_in = status(request) == 200;
        assert!(!is_in || text.contains(&session["brisk_session=".len()..]), "{text}");
        is_in
    });
    // All of that has ended nothing.
    assert_eq!(status(request("GET", "/profile", &session, "")), 200);
}

#[test]
fn mutations_of_tokens_open_nothing() {
    let (runtime, world, ann, _) = signed_in();
    let token = runtime.block_on(world.token(&ann, "metrics", Duration::from_secs(86_400)));
    let inputs = Inputs::new("bearer tokens").seed(format!("Bearer {token}"));
    inputs.words(&["Bearer ", "bearer ", "Basic ", "brisk_", " ", ","]).count(1_000).texts(
        |text| {
            let request =
                Request::get("/metrics").header("authorization", text).body(Body::empty());
            let Ok(request) = request else { return false };
            let is_in = runtime.block_on(async { world.ask(request).await.status }) == 200;
            assert!(!is_in || text.contains(&token), "{text}");
            is_in
        },
    );
}

#[test]
fn mutations_of_links_open_nothing() {
    let (runtime, world, _, session) = signed_in();
    let form = "do=invite&name=ben&role=viewer";
    let made = runtime.block_on(world.post("/admin/people", &session, form));
    let link = made.body.split("/set-up/").nth(1).map(|rest| {
        let is_part = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
        rest.chars().take_while(is_part).collect::<String>()
    });
    let link = link.unwrap_or_else(|| panic!("no link: {} {}", made.status, made.body));
    let inputs = Inputs::new("set-up links").seed(format!("/set-up/{link}"));
    inputs.words(&["/", "%", "?", "#", "%41", "/openid"]).count(1_000).texts(|text| {
        let Ok(request) = Request::get(text).body(Body::empty()) else { return false };
        let path = request.uri().path().to_owned();
        let status = runtime.block_on(async { world.ask(request).await.status });
        let is_open = path.starts_with("/set-up/") && status == 200;
        // The path as it is meant; a plus sign is one in paths.
        let read = parse_query(&path.replace('+', "%2B")).into_iter().next().unwrap_or_default().0;
        assert!(!is_open || read.contains(&link), "{text}");
        is_open
    });
}
