//! One client asks for everything there is.

use super::world::{Answer, MANY, READER, World, api, ask, range, world};
use brisk_test_waiting::wait_for;
use futures::future::join_all;
use tokio::task::JoinHandle;

/// Requests for views that were never loaded, each over a connection of its own.
fn flood(world: &World, numbers: std::ops::Range<usize>) -> Vec<JoinHandle<Answer>> {
    let port = world.brisk.port;
    let asked = numbers.map(|number| {
        let path = api(number);
        tokio::spawn(async move { ask(port, MANY, &path, "").await })
    });
    asked.collect()
}

async fn all(flood: Vec<JoinHandle<Answer>>) -> Vec<Answer> {
    let answers = wait_for("all that one client asked for is answered", join_all(flood)).await;
    answers.into_iter().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_client_has_its_warm_page_at_once_and_the_next_place_for_its_cold_one() {
    let world = world("[clients]\nqueue = 1000").await;
    assert_eq!(world.get(READER, "/d/shop").await.status, 200);
    assert_eq!(world.get(READER, &api(1_000)).await.status, 200);
    let held = world.hold().await;
    let many = flood(&world, 0..150);
    // One runs, and is held back.
    world.until_waiting(149).await;
    let warm = world.get(READER, &api(1_000)).await;
    assert_eq!(warm.status, 200);
    let page = world.get(READER, "/d/shop").await;
    assert!(page.header("etag").is_some(), "the warm page is whole: {}", page.head);
    let health = world.get(READER, "/healthz").await;
    assert_eq!((health.status, health.body.as_str()), (200, "ok\n"));
    let port = world.brisk.port;
    let cold = tokio::spawn(async move { ask(port, READER, &api(2_000), "").await });
    world.until_waiting(150).await;
    drop(held);
    let cold = wait_for("the reader's cold view", cold).await.unwrap().as_of();
    let before = all(many).await.iter().filter(|answer| answer.as_of() < cold).count();
    assert_eq!(before, 1, "only what ran already began earlier");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_too_much_waiting_is_told_when_to_come_back_before_anything_is_queued() {
    let world = world("[clients]\nqueue = 20").await;
    let held = world.hold().await;
    let many = flood(&world, 0..60);
    world.until_waiting(20).await;
    let refused = world.get(MANY, &format!("/d/shop?{}", range(500))).await;
    assert_eq!(refused.status, 429, "{}", refused.body);
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert!(refused.body.contains("Too many different views"), "{}", refused.body);
    let refused = world.get(MANY, &api(501)).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("5")));
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    assert!(refused.body.contains("/api#too-many-views"), "{}", refused.body);
    let query = range(502).replace('&', "%26").replace('=', "%3D");
    let path = format!("/fn/cards?slug=shop&panels=orders&query={query}&large=false&wait=true");
    let refused = world.get(MANY, &path).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("5")));
    // Another client, and another source, are not affected.
    let page = world.get(READER, &format!("/d/shop?{}", range(503))).await;
    assert_eq!(page.status, 200);
    let other = format!("/api/v1/dashboards/other/panels/orders?{}", range(504));
    assert_eq!(world.get(MANY, &other).await.status, 200);
    drop(held);
    let answers = all(many).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(count(200) + count(429), 60);
    assert!(count(200) >= 21, "{}", count(200));
    let metrics = world.get(READER, "/metrics").await.body;
    let line = metrics.lines().find(|line| line.contains("views_refused_total{reason=\"queue\"}"));
    let refused: u64 = line.unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    assert!(refused >= 3, "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_views_than_anybody_looks_at_are_refused_and_those_seen_before_are_not() {
    let world = world("[clients]\ncold_views = 30\ncold_views_per_second = 1").await;
    let mut statuses = Vec::new();
    for number in 0..400 {
        let answer = world.get(MANY, &api(number)).await;
        statuses.push(answer.status);
        if answer.status == 429 {
            assert!(answer.header("retry-after").is_some());
            break;
        }
    }
    assert_eq!(statuses.last(), Some(&429), "{} answers", statuses.len());
    assert!(statuses.len() > 30);
    assert_eq!(world.get(MANY, &api(0)).await.status, 200, "it is there");
    // What another client has loaded costs nothing.
    assert_eq!(world.get(READER, &api(600)).await.status, 200);
    assert_eq!(world.get(MANY, &api(600)).await.status, 200);
    // Following a view counts as asking for it.
    let followed = world.get(MANY, &format!("/d/shop/live?{}", range(700))).await;
    assert_eq!(followed.status, 429, "{}", followed.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_trusted_proxy_says_for_whom_it_asks() {
    let more = "trusted_proxies = [\"127.0.0.1\"]\n[clients]\nqueue = 5";
    let world = world(more).await;
    let held = world.hold().await;
    let port = world.brisk.port;
    let asked = (0..30).map(|number| async move {
        ask(port, READER, &api(number), "x-forwarded-for: 203.0.113.7\r\n").await
    });
    let asked = tokio::spawn(join_all(asked));
    world.until_waiting(5).await;
    let ask = async |peer: [u8; 4], number: usize, forwarded: &str| {
        let lines = format!("x-forwarded-for: {forwarded}\r\n");
        world.get_with(peer, &format!("/d/shop?{}", range(number)), &lines).await.status
    };
    assert_eq!(ask(READER, 100, "203.0.113.7").await, 429);
    assert_eq!(ask(READER, 101, "203.0.113.8").await, 200, "another client of the proxy");
    assert_eq!(ask(READER, 102, "203.0.113.8, 203.0.113.7").await, 429, "the nearest one counts");
    assert_eq!(ask(MANY, 103, "203.0.113.7").await, 200, "nobody trusts this one");
    drop(held);
    wait_for("all are answered", asked).await.unwrap();
}
