//! Open pages and their time: days that end, newest rows that move to another day, pages that show
//! another time than their channel.

use super::world::{NOW, World, shop, world};
use brisk_domain::Clock;
use brisk_test_waiting::eventually;
use std::time::Duration;

/// The address of a page's live channel, as it is in the page.
fn live_path(page: &str) -> String {
    let (_, rest) = page.split_once("data-live=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split_once('"').unwrap().0.replace("&amp;", "&")
}

#[tokio::test]
async fn a_page_is_told_when_its_day_is_over() {
    let world = world().await;
    let midnight = NOW - NOW % 86_400 + 86_400;
    world.clock.advance(midnight - 10 - NOW);
    let page = world.settle("/d/sales").await;
    let mut live = world.follow(&live_path(&page.body)).await;
    live.until("total", "current").await;
    // No event says that a day is over: that is checked every half minute.
    world.clock.advance(60);
    live.until_outdated().await;
    let next = world.settle("/d/sales").await;
    assert_ne!(live_path(&page.body), live_path(&next.body), "it shows another week");
    world.follow(&live_path(&next.body)).await.until("total", "current").await;
}

#[tokio::test]
async fn a_page_that_shows_another_time_than_is_now_is_told_at_once() {
    let world = world().await;
    let page = world.settle("/d/sales").await;
    let path = live_path(&page.body);
    world.follow(&path).await.until("total", "current").await;
    world.until_unfollowed().await;
    // A browser that was asleep over night comes back.
    world.clock.advance(86_400);
    world.follow(&path).await.until_outdated().await;
    // Other pages get their channel, and one that does not say what it shows is trusted.
    let next = world.settle("/d/sales").await;
    world.follow(&live_path(&next.body)).await.until("total", "current").await;
    world.follow("/d/sales/live").await.until("total", "current").await;
}

const HOURLY: &str = r#"
title = "Hourly"
source = "shop"
range = "last 7 days"
[[panel]]
id = "total"
title = "Total"
kind = "stat"
cache = { ttl = "61m" }
sql = "select sum(amount) as total from orders"
"#;

/// Moves the clock on, from each instant that the one open page waits for to the next.
async fn pass(world: &World, seconds: i64) {
    let end = world.clock.now().after(Duration::from_secs(seconds.unsigned_abs()));
    while world.clock.now() < end {
        let mut next = end;
        let waits = async || {
            // The page has done what it does when woken once it waits again.
            let later = world.clock.next_wake().filter(|at| *at > world.clock.now());
            next = later.map_or(end, |at| at.min(end));
            later.is_some()
        };
        eventually("the page waits for a later time", waits).await;
        world.clock.advance(next.since(world.clock.now()).as_secs_f64().ceil() as i64);
    }
}

#[tokio::test]
async fn a_value_that_ends_just_after_a_look_does_not_wait_for_a_whole_turn() {
    let world = world().await;
    world.add_dashboard("hourly", HOURLY);
    let mut live = world.follow("/d/hourly/live?refresh=3600").await;
    let first = live.until("total", "current").await["total"].clone();
    world.sell(58).await;
    // The lookup after an hour finds it still good for a minute; the next one would be after another
    // hour.
    pass(&world, 110 * 60).await;
    let second = live.until_edition_other_than("total", &first["edition"]).await["total"].clone();
    let minutes = (second["as_of"].as_i64().unwrap() - first["as_of"].as_i64().unwrap()) / 60_000;
    assert!((61..110).contains(&minutes), "{minutes}");
}

const NEWEST: &str = r#"
title = "Newest"
source = "shop"
range = "last 7 days"
now = "select max(at) from sales"
[[panel]]
id = "total"
title = "Total"
kind = "stat"
sql = "select sum(amount) as total from sales where $range(at)"
"#;

#[tokio::test]
async fn open_pages_follow_when_the_newest_row_is_of_another_day() {
    let world = world().await;
    let sold = |at: i64, amount: i64| format!("insert into sales values ({at}, {amount})");
    shop(&world, "create table sales (at integer, amount integer)").await;
    shop(&world, &sold(NOW - 3 * 86_400, 42)).await;
    world.add_dashboard("newest", NEWEST);
    let page = world.settle("/d/newest").await;
    assert!(page.body.contains(">42<"), "{}", page.body);
    let mut live = world.follow(&live_path(&page.body)).await;
    live.until("total", "current").await;

    // The nightly load: a row of the next day.
    shop(&world, &sold(NOW - 2 * 86_400, 58)).await;
    world.invalidate("table:shop.sales").await;
    let between = world.get("/d/newest", &[]).await;
    assert_eq!(between.header("etag"), "", "its time is from before, so that nobody keeps it");
    live.until_outdated().await;
    // What it is then told to show is current, and stays so: it is not told again and again.
    let next = world.settle("/d/newest").await;
    assert!(next.body.contains(">100<"), "{}", next.body);
    let mut live = world.follow(&live_path(&next.body)).await;
    let edition = live.until("total", "current").await["total"]["edition"].clone();
    shop(&world, &sold(NOW - 2 * 86_400, 1)).await;
    world.invalidate("table:shop.sales").await;
    live.until_edition_other_than("total", &edition).await;
}
