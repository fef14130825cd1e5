//! The cache rules that hold in one process, each by its name. Loads are counted, not assumed.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use brisk_cache::{
    Cache, Config, Fingerprint, LoadError, Lookup, Policy, Request, Tag, Trigger, Value,
};
use brisk_domain::{ManualClock, Timestamp};
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Notify;

#[derive(Debug, Clone, PartialEq)]
struct Text(String);

impl Value for Text {
    fn size(&self) -> usize {
        self.0.len()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the database said no")]
struct Refused;

struct World {
    cache: Cache<Text>,
    clock: Arc<ManualClock>,
    loads: Arc<AtomicU32>,
}

fn world(config: Config) -> World {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_000_000)));
    let cache = Cache::in_memory(config, clock.clone());
    World { cache, clock, loads: Arc::default() }
}

fn request(name: &str) -> Request {
    Request {
        fingerprint: Fingerprint::of([name]),
        tags: [tag("table:orders")].into(),
        policy: Policy::default(),
        label: name.into(),
    }
}

fn tag(text: &str) -> Tag {
    Tag::parse(text).unwrap()
}

type Loader = Box<dyn FnOnce() -> BoxFuture<'static, Result<Text, Refused>> + Send>;

impl World {
    fn loader(&self, text: &str) -> Loader {
        let (loads, text) = (Arc::clone(&self.loads), text.to_owned());
        Box::new(move || {
            async move {
                loads.fetch_add(1, Ordering::SeqCst);
                Ok(Text(text))
            }
            .boxed()
        })
    }

    async fn load(&self, name: &str, text: &str) -> String {
        let loader = self.loader(text);
        self.cache.load(&request(name), Trigger::View, loader).await.unwrap().value.0
    }

    async fn lookup(&self, name: &str) -> (&'static str, String) {
        match self.cache.lookup(&[request(name)], Trigger::View).await.pop() {
            Some(Lookup::Fresh(entry)) => ("fresh", entry.value.0),
            Some(Lookup::Stale(entry)) => ("stale", entry.value.0),
            Some(Lookup::Previous(entry)) => ("previous", entry.value.0),
            _ => ("missing", String::new()),
        }
    }

    fn loads(&self) -> u32 {
        self.loads.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn an_entry_is_fresh_then_stale_then_gone() {
    let world = world(Config { jitter: 0.0, ..Config::default() });
    assert_eq!(world.lookup("a").await.0, "missing");
    world.load("a", "one").await;
    assert_eq!(world.lookup("a").await, ("fresh", "one".into()));
    world.clock.advance(299);
    assert_eq!(world.lookup("a").await.0, "fresh");
    world.clock.advance(1);
    assert_eq!(world.lookup("a").await, ("stale", "one".into()));
    world.clock.advance(3600);
    assert_eq!(world.lookup("a").await.0, "missing");
}

#[tokio::test]
async fn jitter_spreads_expiry_by_a_tenth() {
    let world = world(Config::default());
    for i in 0..200 {
        world.load(&i.to_string(), "x").await;
    }
    let fresh = async || {
        let requests: Vec<Request> = (0..200).map(|i| request(&i.to_string())).collect();
        let found = world.cache.lookup(&requests, Trigger::View).await;
        found.iter().filter(|lookup| matches!(lookup, Lookup::Fresh(_))).count()
    };
    world.clock.advance(269);
    assert_eq!(fresh().await, 200);
    world.clock.advance(31);
    let half_way = fresh().await;
    assert!((40..160).contains(&half_way), "{half_way}");
    world.clock.advance(31);
    assert_eq!(fresh().await, 0);
}

#[tokio::test]
async fn generation_first_a_load_that_began_before_an_invalidation_is_never_current() {
    let world = world(Config::default());
    let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let loader = {
        let (begun, finish) = (Arc::clone(&begun), Arc::clone(&finish));
        move || {
            async move {
                begun.notify_one();
                finish.notified().await;
                Ok::<_, Refused>(Text("old".into()))
            }
            .boxed()
        }
    };
    let (cache, old) = (world.cache.clone(), request("a"));
    let load = tokio::spawn(async move { cache.load(&old, Trigger::View, loader).await });
    begun.notified().await;
    world.cache.invalidate(&[tag("table:orders")]).await;
    finish.notify_one();
    assert_eq!(load.await.unwrap().unwrap().value.0, "old");
    assert_ne!(world.lookup("a").await.0, "fresh");
    assert_eq!(world.load("a", "new").await, "new");
    assert_eq!(world.lookup("a").await, ("fresh", "new".into()));
}

#[tokio::test]
async fn previous_value_is_offered_after_an_invalidation_unless_strict() {
    let world = world(Config::default());
    world.load("a", "one").await;
    world.cache.invalidate(&[tag("table:orders")]).await;
    assert_eq!(world.lookup("a").await, ("previous", "one".into()));
    let mut strict = request("a");
    strict.policy.strict = true;
    let found = world.cache.lookup(&[strict], Trigger::View).await;
    assert!(matches!(found[0], Lookup::Missing));
    world.cache.invalidate(&[tag("table:customers")]).await;
    world.load("a", "two").await;
    world.cache.invalidate(&[tag("table:customers")]).await;
    assert_eq!(world.lookup("a").await, ("fresh", "two".into()));
}

#[tokio::test]
async fn single_flight_runs_one_load_for_a_thousand_readers() {
    let world = world(Config::default());
    let answers = join_all((0..1000).map(|_| world.load("a", "one"))).await;
    assert!(answers.iter().all(|answer| answer == "one"));
    assert_eq!(world.loads(), 1);
    let figures = world.cache.statistics().of_readers();
    assert_eq!((figures.loads, figures.joins), (1, 999));
}

#[tokio::test]
async fn a_reader_who_leaves_ends_nobody_elses_load() {
    let world = world(Config::default());
    let finish = Arc::new(Notify::new());
    let loader = {
        let finish = Arc::clone(&finish);
        move || {
            async move {
                finish.notified().await;
                Ok::<_, Refused>(Text("one".into()))
            }
            .boxed()
        }
    };
    let leader = request("a");
    let mut first = Box::pin(world.cache.load(&leader, Trigger::View, loader));
    assert!((&mut first).now_or_never().is_none());
    let cache = world.cache.clone();
    let other = world.loader("never run");
    let second = tokio::spawn(async move { cache.load(&request("a"), Trigger::View, other).await });
    tokio::task::yield_now().await;
    drop(first);
    finish.notify_one();
    assert_eq!(second.await.unwrap().unwrap().value.0, "one");
    assert_eq!(world.loads(), 0);
}

#[tokio::test]
async fn a_leader_that_panics_frees_the_others() {
    let world = world(Config::default());
    let panics = || async { std::panic::panic_any("on purpose") }.boxed();
    let result =
        world.cache.load::<_, Refused>(&request("a"), Trigger::View, panics).await.map(|e| e.value);
    assert!(matches!(result, Err(LoadError::Abandoned)));
    assert_eq!(world.load("a", "one").await, "one");
}

#[tokio::test]
async fn errors_are_not_values() {
    let world = world(Config::default());
    let fails = || async { Err(Refused) }.boxed();
    let error = world.cache.load(&request("a"), Trigger::View, fails).await.unwrap_err();
    assert!(error.downcast_ref::<Refused>().is_some());
    let again = world.loader("one");
    assert!(world.cache.load(&request("a"), Trigger::View, again).await.is_err());
    assert_eq!(world.loads(), 0, "a failure is remembered for two seconds");
    world.clock.advance(3);
    assert_eq!(world.load("a", "one").await, "one");
}

#[tokio::test]
async fn memory_is_bounded_and_large_values_are_served_but_not_stored() {
    let config = Config { max_bytes: 20_000, max_value_bytes: 5_000, ..Config::default() };
    let world = world(config);
    for i in 0..100 {
        world.load(&i.to_string(), &"x".repeat(1_000)).await;
    }
    assert!(world.cache.bytes().await <= 20_000);
    assert_eq!(world.load("large", &"x".repeat(6_000)).await.len(), 6_000);
    assert_eq!(world.lookup("large").await.0, "missing");
    assert_eq!(world.cache.statistics().of_readers().too_large, 1);
}

#[tokio::test]
async fn warming_is_not_counted_into_the_hit_rate() {
    let world = world(Config::default());
    world.cache.lookup(&[request("a")], Trigger::Warm).await;
    let loader = world.loader("one");
    world.cache.load(&request("a"), Trigger::Warm, loader).await.unwrap();
    world.lookup("a").await;
    let readers = world.cache.statistics().of_readers();
    assert_eq!((readers.hits, readers.misses, readers.loads), (1, 0, 0));
}

#[tokio::test]
async fn purged_and_switched_off_entries_load_again() {
    let world = world(Config::default());
    world.load("a", "one").await;
    world.cache.purge(&request("a")).await;
    assert_eq!(world.load("a", "two").await, "two");
    let mut off = request("b");
    off.policy.off = true;
    for _ in 0..2 {
        let loader = world.loader("b");
        world.cache.load(&off, Trigger::View, loader).await.unwrap();
    }
    assert_eq!(world.loads(), 4);
}
