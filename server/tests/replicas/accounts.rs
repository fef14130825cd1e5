//! What one account may ask for, over all replicas together; and that nobody is kept from reading when
//! Redis is away.

use super::world::{World, ask, get, open, stores};
use brisk_accounts::{LoginName, Scopes, token};
use brisk_bench::servers::brisk::Brisk;
use brisk_domain::Timestamp;
use brisk_store::{Actor, TokenRecord};
use brisk_test_waiting::eventually_blocking;
use std::io::Read as _;
use std::net::TcpStream;

const LIMITS: &str = "[clients]\ncold_views = 100000\n[account_limits]\nrefreshes = 3\n\
    refreshes_per_minute = 1\nstreams = 3\napi_requests = 300\napi_requests_per_second = 1\n";
const PASSWORD: &str = "wet green umbrellas";

pub(super) fn add(world: &World, name: &str, role: &str) {
    let arguments = ["user", "add", name, "--role", role, "--password-stdin"];
    world.one.command(&arguments, &format!("{PASSWORD}\n")).unwrap();
}

pub(super) fn sign_in(to: &Brisk, name: &str) -> String {
    let form = format!("name={name}&password={}", PASSWORD.replace(' ', "+"));
    let answer = ask(to, "POST", "/sign-in", "", &form);
    let cookie = answer.text.lines().filter_map(|line| line.split_once(": "));
    let mut cookie = cookie.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let cookie = cookie.next().unwrap_or_else(|| panic!("{answer:?}")).1;
    format!("cookie: {}\r\n", cookie.split(';').next().unwrap())
}

async fn token(world: &World, name: &str) -> String {
    let store = world.store().await;
    let name = LoginName::parse(name).unwrap();
    let account = store.account_named(&name).await.unwrap().unwrap().id;
    let (text, hash) = token::random();
    let record = TokenRecord {
        id: hash.chars().take(16).collect(),
        hash,
        account,
        name: "t".into(),
        scopes: Scopes::parse("read").unwrap(),
        attributes: None,
        created_at: Timestamp(0),
        expires_at: Timestamp(i64::MAX),
        used_at: None,
    };
    let by = Actor { name: "the test".into(), address: String::new() };
    assert!(store.add_token(&record, 100, &by).await.unwrap());
    format!("authorization: Bearer {text}\r\n")
}

/// Waits until both know that there is an admin.
pub(super) fn closed(world: &World) {
    for replica in world.replicas() {
        eventually_blocking("rights hold", || get(replica, "/metrics", "").status != 200);
    }
}

/// A page that follows its data, once it does; otherwise the status.
fn follow(to: &Brisk, who: &str) -> Result<TcpStream, u16> {
    let mut stream = open(to, "GET", "/d/sales/live", who, "");
    let mut begin = [0; 12];
    stream.read_exact(&mut begin).unwrap();
    let status = std::str::from_utf8(&begin[9..]).unwrap().parse().unwrap();
    if status == 200 { Ok(stream) } else { Err(status) }
}

#[tokio::test]
async fn what_an_account_may_ask_for_is_counted_over_all_replicas_and_redis_stops_no_reader() {
    for url in stores().await {
        let world = World::start(url.as_deref(), LIMITS).await;
        let (one, two) = (&world.one, &world.two);
        for (name, role) in [("root", "admin"), ("ann", "viewer"), ("ben", "viewer")] {
            add(&world, name, role);
        }
        closed(&world);
        let (ann, ben) = (sign_in(one, "ann"), sign_in(two, "ben"));
        // Somebody who was seen before is known without Redis.
        assert_eq!(get(two, "/d/sales", &ben).status, 200);
        // Refreshes, one by one: exactly that many.
        let refresh = |to: &Brisk, who: &str| ask(to, "POST", "/d/sales/refresh", who, "").status;
        let statuses: Vec<u16> = (0..6).map(|n| refresh(world.replicas()[n % 2], &ann)).collect();
        assert_eq!(statuses, [303, 303, 303, 429, 429, 429]);
        assert_eq!(refresh(one, &ben), 303, "another's");
        // API requests: the second replica knows what the first one was asked for.
        let (of_ann, of_ben) = (token(&world, "ann").await, token(&world, "ben").await);
        let api = |to: &Brisk, who: &str| get(to, "/api/v1/dashboards", who).status;
        let many = |to: &Brisk| {
            let mut taken = 0;
            while api(to, &of_ann) == 200 {
                taken += 1;
                assert!(taken < 5_000, "there is no limit");
            }
            taken
        };
        let first = many(one);
        assert!(first >= 300, "{first}");
        let second = many(two);
        assert!(second < 150, "the other replica begins anew: {first}, {second}");
        assert_eq!(api(two, &of_ben), 200, "another's");
        // Open pages.
        let pages = (follow(one, &ann).unwrap(), follow(one, &ann).unwrap());
        let third = follow(two, &ann).unwrap();
        let is_refused = || matches!(follow(two, &ann), Err(429));
        eventually_blocking("the other replica knows of the pages", is_refused);
        drop(pages);
        let is_admitted = || follow(two, &ann).is_ok();
        eventually_blocking("closed pages of another replica make room", is_admitted);
        drop(third);
        // Without Redis each replica counts for itself, and readers go on.
        world.redis.kill();
        for replica in world.replicas() {
            assert_eq!(api(replica, &of_ben), 200);
            let is_admitted = || api(replica, &of_ann) == 200;
            eventually_blocking("what comes back is given", is_admitted);
        }
        for (replica, who) in [(one, &ann), (two, &ben)] {
            let page = get(replica, "/d/sales", who);
            assert_eq!(page.status, 200, "{}", page.text);
        }
        drop(follow(one, &ann).unwrap());
    }
}
