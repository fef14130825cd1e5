//! Pages and the live channel: what is in the first bytes, what a browser need not fetch again, what is
//! late, and how open pages learn of changes.

use super::world::{NOW, TOO_LATE, world, world_at};
use brisk_domain::{Clock, Pace, Timestamp, Wait};
use brisk_test_waiting::eventually;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test]
async fn a_page_that_is_all_there_has_a_tag_and_is_not_sent_again() {
    let world = world().await;
    world.settle("/d/sales").await;
    let page = world.get("/d/sales", &[]).await;
    assert_eq!(page.header("cache-control"), "private, no-cache");
    assert!(page.body.contains("data-state=\"current\""), "{}", page.body);
    assert!(!page.body.contains("<script nonce"), "nothing inline is in a page that is there");
    let tag = page.header("etag").to_owned();
    let again = world.get("/d/sales", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(again.header("etag"), tag);
    // With another appearance, range or browser, and after an invalidation, it is another page.
    let dark = world.get("/d/sales", &[("if-none-match", &tag), ("cookie", "theme=dark")]).await;
    assert_eq!(dark.status, 200);
    assert!(dark.body.contains("data-theme=\"dark\""));
    let other = world.settle("/d/sales?range=last-30-days").await;
    assert_ne!(other.header("etag"), tag);
    world.sell(1_000).await;
    world.invalidate("table:shop.orders").await;
    let after = world.get("/d/sales", &[("if-none-match", &tag)]).await;
    assert_eq!((after.status, after.header("etag")), (200, ""), "it streams");
    assert_eq!(after.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_kept_page_is_sent_packed_to_who_wants_it_so() {
    let world = world().await;
    let plain = world.settle("/d/sales").await;
    for (accept, encoding) in [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("identity", "")] {
        let page = world.get("/d/sales", &[("accept-encoding", accept)]).await;
        assert_eq!(page.header("content-encoding"), encoding, "{accept}");
        assert_eq!(page.header("vary"), "accept-encoding, cookie");
        assert_eq!(page.unpacked(), plain.body, "{accept}");
    }
}

#[tokio::test]
async fn after_an_invalidation_the_previous_value_is_painted_first_and_the_true_one_follows() {
    let world = world().await;
    world.settle("/d/steady").await;
    world.sell(58).await;
    world.invalidate("table:shop.orders").await;
    let held = world.hold("shop").await;
    let mut page = world.open("/d/steady").await;
    page.until("</main>").await;
    drop(held);
    let page = page.whole().await;
    let (first, then) = page.split_once("</main>").unwrap();
    assert!(first.contains(">42<") && first.contains("updating"), "{first}");
    assert!(then.contains(">100<") && !then.contains("updating"), "{then}");
    // A panel that must never show older values shows none.
    assert!(first.contains("data-state=\"loading\""), "{first}");
}

#[tokio::test]
async fn a_slow_panel_holds_nobody_up_and_comes_over_the_live_channel() {
    let world = world().await;
    let held = world.hold("slow").await;
    let mut page = world.open("/d/slow").await;
    // The other panel does not wait for it.
    page.until(">42<").await;
    world.clock.advance(TOO_LATE);
    let page = page.whole().await;
    assert!(page.contains("data-state=\"late\""), "{page}");
    assert!(page.contains("Still loading"), "{page}");
    let mut live = world.follow("/d/slow/live").await;
    live.until("slow", "loading").await;
    drop(held);
    let news = live.until("slow", "current").await;
    assert_eq!(news["slow"]["state"], "current");
    // Its statement ran once: for the page, and for the channel, which joined it.
    assert_eq!(world.loads("slow/slow"), 1);
    let card = world.cards("slow", &["slow"]).await;
    assert!(card["slow"].contains("data-state=\"current\""), "{card:?}");
}

#[tokio::test]
async fn who_swaps_pages_in_place_gets_what_is_there_at_once() {
    let world = world().await;
    let held = world.hold("slow").await;
    let page = world.get("/d/slow", &[("brisk-swap", "1")]).await;
    assert!(page.body.contains("data-state=\"late\""), "{}", page.body);
    let mut live = world.follow("/d/slow/live").await;
    live.until("slow", "loading").await;
    drop(held);
    live.until("slow", "current").await;
    assert_eq!(world.loads("slow/slow"), 1, "the page's load went on for the channel");
}

#[tokio::test]
async fn open_pages_hear_of_new_editions_and_the_statement_runs_once_for_all() {
    let world = world().await;
    let mut pages = Vec::new();
    for _ in 0..20 {
        pages.push(world.follow("/d/sales/live").await);
    }
    let mut before = Vec::new();
    for page in &mut pages {
        before.push(page.until_all_current().await.0["total"]["edition"].clone());
    }
    assert!(before.iter().all(|edition| *edition == before[0]));
    let (loads, others) = (world.loads("sales/total"), world.loads("sales/fixed"));
    world.sell(58).await;
    world.invalidate("table:shop.orders").await;
    for page in &mut pages {
        let news = page.until_edition_other_than("total", &before[0]).await;
        assert!(news.get("fixed").is_none(), "it reads no table that has changed: {news}");
    }
    assert_eq!(world.loads("sales/total"), loads + 1);
    assert_eq!(world.loads("sales/fixed"), others);
    let card = world.cards("sales", &["total"]).await;
    assert!(card["total"].contains(">100<"), "{card:?}");
    assert_eq!(world.loads("sales/total"), loads + 1);
    assert_eq!((world.hub().open_pages(), world.hub().followed_views()), (20, 1));
}

#[tokio::test]
async fn a_page_that_comes_back_hears_only_what_it_missed() {
    let world = world().await;
    let mut page = world.follow("/d/sales/live").await;
    let (_, id) = page.until_all_current().await;
    drop(page);
    let mut again = world.follow_from("/d/sales/live", &id).await;
    world.sell(1).await;
    world.invalidate("table:shop.orders").await;
    let news = again.next().await;
    assert!(news.get("fixed").is_none(), "{news}");
    assert!(news["total"]["edition"].is_string(), "{news}");
}

#[tokio::test]
async fn a_panel_whose_data_change_faster_than_it_loads_still_shows_them() {
    let world = world().await;
    let held = world.hold("slow").await;
    let mut page = world.follow("/d/slow/live").await;
    page.until("slow", "loading").await;
    let mut quick = page.until("quick", "current").await["quick"]["edition"].clone();
    for _ in 0..3 {
        world.sell(1).await;
        world.invalidate("table:slow.orders").await;
        world.invalidate("table:shop.orders").await;
        // The same channel has processed both, in this order, once it reports on the other panel.
        let news = page.until_edition_other_than("quick", &quick).await;
        quick = news["quick"]["edition"].clone();
    }
    // It changed while it was loading; it is shown all the same, and loaded again.
    let (next, _) = world.hold_next("slow");
    drop(held);
    let first = page.until("slow", "previous").await["slow"]["edition"].clone();
    drop(next);
    let news = page.until_edition_other_than("slow", &first).await;
    assert!(news["slow"]["edition"].is_string());
}

#[tokio::test]
async fn a_page_is_told_when_its_dashboard_is_another_one() {
    let world = world().await;
    let mut page = world.follow("/d/sales/live").await;
    page.until("total", "current").await;
    world.change_dashboard();
    page.until_outdated().await;
    // The next page follows the new one.
    world.follow("/d/sales/live").await.until("total", "current").await;
}

#[tokio::test]
async fn a_view_that_nobody_has_open_is_no_longer_followed() {
    let world = world().await;
    let mut page = world.follow("/d/sales/live").await;
    page.until("total", "current").await;
    drop(page);
    world.until_unfollowed().await;
    assert_eq!(world.hub().open_pages(), 0);
    let loads = world.loads("sales/total");
    // Another view reads the same table: once it has noticed and loaded, the first would have, too.
    let mut other = world.follow("/d/steady/live").await;
    let edition = other.until("total", "current").await["total"]["edition"].clone();
    world.sell(1).await;
    world.invalidate("table:shop.orders").await;
    other.until_edition_other_than("total", &edition).await;
    assert_eq!(world.loads("sales/total"), loads);
}

/// A clock that panics when it is waited for: here, only channels do that.
#[derive(Default)]
struct Fragile {
    is_broken: AtomicBool,
}

impl Clock for Fragile {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(NOW)
    }

    fn until(&self, _: Timestamp) -> Wait<'_> {
        assert!(!self.is_broken.load(Ordering::SeqCst), "broken, as the test wants it");
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn nobody_joins_a_channel_that_broke() {
    let clock = Arc::new(Fragile::default());
    let world = world_at(clock.clone()).await;
    world.settle("/d/sales").await;
    clock.is_broken.store(true, Ordering::SeqCst);
    let mut page = world.follow("/d/sales/live").await;
    page.until_end().await;
    assert_eq!(world.hub().followed_views(), 0);
    // The browser reconnects on its own, and finds a channel that works.
    clock.is_broken.store(false, Ordering::SeqCst);
    world.follow("/d/sales/live").await.until("total", "current").await;
}

#[tokio::test]
async fn what_is_loaded_again_by_hand_concerns_its_own_view_alone() {
    let world = world().await;
    let mut other = world.follow("/d/steady/live").await;
    other.until("total", "current").await;
    let mut page = world.follow("/d/sales/live").await;
    let (known, _) = page.until_all_current().await;
    let looked = world.lookups("steady/total");
    world.clock.advance(1);
    let answer = world.post("/d/sales/refresh").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/d/sales"));
    page.until_edition_other_than("total", &known["total"]["edition"]).await;
    assert_eq!(world.lookups("steady/total"), looked, "nobody looked at the other view again");
}

#[tokio::test]
async fn a_panel_that_fails_again_for_the_same_reason_is_no_news() {
    let world = world().await;
    world.add_dashboard("broken", BROKEN);
    let page = world.get("/d/broken", &[]).await.body;
    let mut live = world.follow("/d/broken/live").await;
    let news = live.until("lost", "failed").await;
    let error = news["lost"]["error"].as_str().unwrap().to_owned();
    assert!(page.contains(&format!("data-error=\"{error}\"")), "the page knows it: {page}");
    super::world::shop(&world, "create table lost (amount int)").await;
    world.invalidate("table:shop.lost").await;
    live.until("lost", "current").await;
}

const BROKEN: &str = r#"
title = "Broken"
source = "shop"
range = "last 7 days"
[[panel]]
id = "lost"
title = "Lost"
kind = "stat"
sql = "select count(*) as n from lost"
"#;

#[tokio::test]
async fn the_table_of_a_panels_own_page_comes_with_its_card() {
    let world = world().await;
    world.settle("/d/sales/p/total").await;
    let cards = "/fn/cards?slug=sales&panels=total&query=&large=true&wait=false";
    let answer = world.get(cards, &[]).await;
    let cards_now: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert!(cards_now[0]["table"].as_str().unwrap().contains(">42<"), "{}", answer.body);
    // And its placeholder is there while the panel is late.
    let _held = world.hold("slow").await;
    let page = world.get("/d/slow/p/slow", &[("brisk-swap", "1")]).await.body;
    let (_, place) = page.split_once("id=\"data\"").unwrap();
    assert!(place.contains("The table loads with the chart."), "{place}");
}

#[tokio::test]
async fn what_islands_fetch_is_kept_by_the_reader_alone_and_not_sent_twice() {
    let world = world().await;
    world.settle("/d/sales").await;
    for path in [
        "/fn/panel?slug=sales&panel=total&query=",
        "/fn/cards?slug=sales&panels=total&query=&large=false&wait=false",
    ] {
        let answer = world.get(path, &[]).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "private, no-cache"));
        let tag = answer.header("etag").to_owned();
        let again = world.get(path, &[("if-none-match", &tag)]).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
    }
    let refused = world.get("/fn/panel?slug=sales&panel=nothing&query=", &[]).await;
    assert_eq!((refused.status, refused.header("cache-control")), (404, "no-store"));
}

#[tokio::test]
async fn pages_beyond_the_bound_are_told_to_come_back() {
    let world = world().await;
    let mut open = Vec::new();
    for _ in 0..super::world::MOST {
        open.push(world.follow("/d/sales/live").await);
    }
    let refused = world.get("/d/sales/live", &[]).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "60"));
    drop(open);
    let all_gone = async || world.hub().open_pages() == 0;
    eventually("all pages have gone", all_gone).await;
    world.follow("/d/sales/live").await;
}

#[tokio::test]
async fn the_live_channel_answers_bad_addresses_with_a_sentence() {
    let world = world().await;
    for (path, status) in [
        ("/d/nowhere/live", 404),
        ("/d/%ff/live", 404),
        ("/d/sales/p/nothing/live", 404),
        ("/d/sales/live?range=soon", 400),
    ] {
        let answer = world.get(path, &[]).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(!answer.body.contains('<'), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn streams_end_when_the_process_does() {
    let world = world().await;
    let mut page = world.follow("/d/sales/live").await;
    page.until("total", "current").await;
    world.hub().close();
    page.until_end().await;
}

#[tokio::test]
async fn a_refresh_by_hand_reaches_all_open_pages() {
    let world = world().await;
    let mut page = world.follow("/d/sales/live").await;
    let before = page.until("total", "current").await["total"]["edition"].clone();
    world.sell(58).await;
    world.clock.advance(1);
    assert_eq!(world.post("/d/sales/refresh").await.status, 303);
    page.until_edition_other_than("total", &before).await;
    let card = world.cards("sales", &["total"]).await;
    assert!(card["total"].contains(">100<"), "{card:?}");
}

#[tokio::test]
async fn paces_below_what_the_policy_allows_are_not_offered() {
    let world = world().await;
    let page = world.settle("/d/sales").await.body;
    let offered = |seconds: u32| page.contains(&format!("refresh={seconds}\""));
    let (seconds, _): (Vec<u32>, Vec<&str>) = Pace::CHOICES.into_iter().unzip();
    for choice in seconds {
        // The dashboard's TTL is five minutes.
        assert_eq!(offered(choice), choice >= 300, "{choice}");
    }
    assert!(page.contains("refresh=off\""));
}

#[tokio::test]
async fn open_pages_learn_which_editions_there_are_without_opening_frames() {
    let world = world().await;
    world.settle("/d/sales").await;
    let before = world.assembled();
    assert!(before > 0);
    let mut page = world.follow("/d/sales/live").await;
    let (known, _) = page.until_all_current().await;
    world.sell(1).await;
    world.invalidate("table:shop.orders").await;
    let new = loop {
        let news = page.next().await;
        if news["total"]["state"] == "current" {
            break news["total"]["edition"].clone();
        }
    };
    assert_ne!(known["total"]["edition"], new);
    assert_eq!(world.assembled(), before);
    // What the page then fetches is of that edition.
    let card = &world.cards("sales", &["total"]).await["total"];
    assert!(card.contains(new.as_str().unwrap()), "{card}");
}
