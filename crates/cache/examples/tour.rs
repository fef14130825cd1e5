//! A tour of the cache: in memory and, given a Redis, between two replicas.
//!
//! ```sh
//! cargo run -p brisk-cache --example tour
//! cargo run -p brisk-cache --example tour redis://127.0.0.1:6379/
//! ```

#![allow(clippy::print_stdout)] // A person reads this.

use brisk_cache::{
    Cache, Config, Event, Figures, Fingerprint, Policy, RedisConfig, Request, State, Tag, Trigger,
};
use brisk_domain::{ManualClock, Timestamp};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

type Text = Arc<str>;

/// Stands in for a database: the number of orders in it, and how often it was queried.
#[derive(Clone, Default)]
struct Shop {
    orders: Arc<AtomicU32>,
    asked: Arc<AtomicU32>,
}

impl Shop {
    /// The slow statement.
    fn count_orders(
        &self,
    ) -> impl FnOnce() -> BoxFuture<'static, Result<Text, std::io::Error>> + Send + 'static {
        let shop = self.clone();
        move || {
            async move {
                shop.asked.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(format!("{} orders", shop.orders.load(Ordering::SeqCst)).into())
            }
            .boxed()
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_000_000)));
    let cache = Cache::in_memory(Config::default(), clock.clone());
    println!("In memory\n");
    one_process(&cache, &clock).await?;
    match std::env::args().nth(1) {
        None => println!("\nGiven the URL of a Redis, the tour goes on there."),
        Some(url) => {
            println!("\nTwo replicas over Redis\n");
            two_replicas(&RedisConfig::parse(&url), &clock).await?;
        }
    }
    Ok(())
}

/// Lookup, load, fresh, stale, refresh, invalidation, previous.
async fn one_process(cache: &Cache<Text>, clock: &ManualClock) -> Result<(), Box<dyn Error>> {
    let (shop, request) = (Shop::default(), orders()?);
    shop.orders.store(12, Ordering::SeqCst);
    show(cache, "before the first reader").await?;
    let readers = (0..100).map(|_| cache.get(&request, Trigger::View, shop.count_orders()));
    let answers = futures::future::join_all(readers).await;
    let asked = shop.asked.load(Ordering::SeqCst);
    println!("  a hundred readers ask at once: {} answers, {asked} query", answers.len());
    show(cache, "a moment later").await?;
    clock.advance(400);
    show(cache, "after its TTL of five minutes").await?;
    shop.orders.store(13, Ordering::SeqCst);
    cache.get(&request, Trigger::View, shop.count_orders()).await?;
    while cache.statistics().of_readers().loads < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    show(cache, "after that was shown and refreshed in the background").await?;
    shop.orders.store(14, Ordering::SeqCst);
    cache.invalidate(&request.tags).await?;
    show(cache, "after the table changed and was invalidated").await?;
    let mut strict = request.clone();
    strict.policy.strict = true;
    let found = cache.lookup(&[strict], Trigger::View).await;
    let hits = found.iter().filter(|found| found.hit.is_some()).count();
    println!(
        "  under a strict policy: {hits} values to show, the reader waits for the current one"
    );
    cache.get(&request, Trigger::Api, shop.count_orders()).await?;
    show(cache, "after a program waited for the current one").await?;
    let Figures { hits, stale, previous, misses, loads, saved_time, .. } =
        cache.statistics().of_readers();
    println!(
        "  in figures: {hits} hits, {stale} stale, {previous} previous, {misses} misses, \
         {loads} loads, {} ms of the database's time saved",
        saved_time.as_millis()
    );
    Ok(())
}

/// What one loads, the other has; what one invalidates, the other knows.
async fn two_replicas(redis: &RedisConfig, clock: &Arc<ManualClock>) -> Result<(), Box<dyn Error>> {
    let redis = RedisConfig { prefix: "brisk-tour:".into(), ..redis.clone() };
    let replica = || Cache::with_redis(Config::default(), clock.clone(), redis.clone());
    let (left, right): (Cache<Text>, Cache<Text>) = (replica()?, replica()?);
    let mut events = right.follow();
    let (shop, request) = (Shop::default(), orders()?);
    shop.orders.store(21, Ordering::SeqCst);
    // From an earlier tour.
    left.invalidate(&request.tags).await?;
    let (one, other) = (shop.count_orders(), shop.count_orders());
    let (one, other) = futures::join!(
        left.get(&request, Trigger::View, one),
        right.get(&request, Trigger::View, other),
    );
    let asked = shop.asked.load(Ordering::SeqCst);
    println!("  both ask at once: {}, {}; {asked} query", one?.entry.value, other?.entry.value);
    show(&right, "the right one").await?;
    shop.orders.store(22, Ordering::SeqCst);
    left.invalidate(&request.tags).await?;
    println!("  the table changed, and is invalidated on the left one");
    show(&right, "the right one, at once").await?;
    let heard =
        async { while !matches!(events.next().await, None | Some(Event::Invalidated(_))) {} };
    if tokio::time::timeout(Duration::from_secs(2), heard).await.is_ok() {
        println!("  and it received the event: open pages follow");
    }
    right.get(&request, Trigger::Live, shop.count_orders()).await?;
    show(&left, "the left one, after the right one loaded it").await?;
    println!("  health of the left one: {:?}", left.health());
    Ok(())
}

fn orders() -> Result<Request, Box<dyn Error>> {
    Ok(Request {
        fingerprint: Fingerprint::of(["select count(*) from orders"]),
        tags: [Tag::parse("table:shop.orders")?].into(),
        policy: Policy::default(),
        label: "sales/orders".into(),
        lane: "shop".into(),
    })
}

async fn show(cache: &Cache<Text>, when: &str) -> Result<(), Box<dyn Error>> {
    let found = cache.lookup(&[orders()?], Trigger::View).await;
    let hit = found.first().and_then(|found| found.hit.as_ref());
    let value = hit.map_or("-", |hit| &hit.entry.value);
    let state = match hit.map(|hit| hit.state) {
        None => "nothing: load it",
        Some(State::Fresh) => "fresh: show it",
        Some(State::Due) => "due: show it, and refresh it before it ends",
        Some(State::Stale) => "stale: show it, marked, and refresh it",
        Some(State::Previous) => "previous: show it, marked, and replace it at once",
        Some(State::Unverified) => "unverified: show it, marked",
    };
    println!("  {when}: {value} ({state})");
    Ok(())
}
