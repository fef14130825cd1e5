//! The cache rules, each by name, in memory, with Redis, and with Redis Cluster: the same tests for
//! all three. Loads are counted, not assumed.

use crate::support;

use brisk_cache::{
    Cache, Config, Event, Fingerprint, Hit, LaneLimits, LoadError, LookupResult, Policy, Request,
    State, Tag, Trigger,
};
use brisk_domain::{Clock, ManualClock, Timestamp};
use brisk_test_waiting::wait_for;
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

type Text = Arc<str>;

#[derive(Debug, thiserror::Error)]
#[error("the database refused")]
struct Refused;

#[derive(Clone, Copy)]
enum Mode {
    Memory,
    Redis,
    Cluster,
}

struct World {
    cache: Cache<Text>,
    clock: Arc<ManualClock>,
    loads: Arc<AtomicU32>,
}

impl Mode {
    fn world(self, config: Config) -> World {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_000_000)));
        let url = match self {
            Self::Memory => {
                let cache = Cache::in_memory(config, clock.clone());
                return World { cache, clock, loads: Arc::default() };
            }
            Self::Redis => support::shared_server().url(),
            Self::Cluster => support::shared_cluster().url(),
        };
        let redis = support::config(&url);
        let cache = Cache::with_redis(config, clock.clone(), redis).unwrap();
        World { cache, clock, loads: Arc::default() }
    }
}

fn exact() -> Config {
    Config { jitter: 0.0, early: 0.0, ..Config::default() }
}

fn request(name: &str) -> Request {
    Request {
        fingerprint: Fingerprint::of([name]),
        tags: [tag("table:orders")].into(),
        policy: Policy::default(),
        label: name.into(),
        lane: "shop".into(),
    }
}

fn tag(text: &str) -> Tag {
    Tag::parse(text).unwrap()
}

type Loader = Box<dyn FnOnce() -> BoxFuture<'static, Result<Text, Refused>> + Send>;

impl World {
    fn loader(&self, text: &str) -> Loader {
        let (loads, text) = (Arc::clone(&self.loads), Text::from(text));
        Box::new(move || {
            async move {
                loads.fetch_add(1, Ordering::SeqCst);
                Ok(text)
            }
            .boxed()
        })
    }

    /// A loader that signals when it begins and waits until it may end.
    fn held(&self, text: &str) -> (Loader, Arc<Notify>, Arc<Notify>) {
        let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let inner = self.loader(text);
        let (says, waits) = (Arc::clone(&begun), Arc::clone(&finish));
        let loader: Loader = Box::new(move || {
            async move {
                says.notify_one();
                waits.notified().await;
                inner().await
            }
            .boxed()
        });
        (loader, begun, finish)
    }

    async fn found(&self, request: &Request) -> LookupResult<Text> {
        self.cache.lookup(std::slice::from_ref(request), Trigger::View).await.pop().unwrap()
    }

    async fn load_as(&self, request: &Request, loader: Loader) -> Result<Hit<Text>, LoadError> {
        let ticket = self.cache.tickets(std::slice::from_ref(request)).await.pop().unwrap();
        self.cache.load(&ticket, Trigger::View, loader).await
    }

    async fn load(&self, name: &str, text: &str) -> String {
        let hit = self.load_as(&request(name), self.loader(text)).await.unwrap();
        hit.entry.value.to_string()
    }

    async fn lookup(&self, name: &str) -> Option<(State, String)> {
        let hit = self.found(&request(name)).await.hit?;
        Some((hit.state, hit.entry.value.to_string()))
    }

    fn loads(&self) -> u32 {
        self.loads.load(Ordering::SeqCst)
    }

    async fn invalidate(&self, name: &str) {
        self.cache.invalidate(&[tag(name)]).await.unwrap();
    }
}

fn some(state: State, text: &str) -> Option<(State, String)> {
    Some((state, text.to_owned()))
}

async fn an_entry_is_fresh_then_stale_then_gone(mode: Mode) {
    let world = mode.world(exact());
    assert_eq!(world.lookup("a").await, None);
    world.load("a", "one").await;
    assert_eq!(world.lookup("a").await, some(State::Fresh, "one"));
    world.clock.advance(299);
    assert_eq!(world.lookup("a").await, some(State::Fresh, "one"));
    world.clock.advance(1);
    assert_eq!(world.lookup("a").await, some(State::Stale, "one"));
    world.clock.advance(3599);
    assert_eq!(world.lookup("a").await, some(State::Stale, "one"));
    world.clock.advance(1);
    assert_eq!(world.lookup("a").await, None, "the age of stale data is bounded");
}

async fn jitter_spreads_expiry_by_a_tenth(mode: Mode) {
    let world = mode.world(Config { early: 0.0, ..Config::default() });
    for i in 0..200 {
        world.load(&i.to_string(), "x").await;
    }
    let fresh = async || {
        let requests: Vec<Request> = (0..200).map(|i| request(&i.to_string())).collect();
        let found = world.cache.lookup(&requests, Trigger::View).await;
        found.iter().filter(|f| f.hit.as_ref().is_some_and(|h| h.state == State::Fresh)).count()
    };
    world.clock.advance(269);
    assert_eq!(fresh().await, 200);
    world.clock.advance(31);
    let half_way = fresh().await;
    assert!((40..160).contains(&half_way), "{half_way}");
    world.clock.advance(31);
    assert_eq!(fresh().await, 0);
}

async fn hot_entries_are_due_before_they_expire(mode: Mode) {
    let world = mode.world(Config { jitter: 0.0, ..Config::default() });
    world.load("a", "one").await;
    world.clock.advance(290);
    assert_eq!(world.lookup("a").await, some(State::Fresh, "one"));
    world.clock.advance(4);
    assert_eq!(world.lookup("a").await, some(State::Due, "one"), "its reader refreshes it");
    let found = world.found(&request("a")).await;
    let entry = found.hit.unwrap().entry;
    world.clock.advance(1);
    let (loader, begun, finish) = world.held("two");
    world.cache.refresh(&found.ticket, &entry, Trigger::View, loader);
    begun.notified().await;
    assert!(world.lookup("a").await.is_some_and(|(_, text)| text == "one"), "no reader waits");
    finish.notify_one();
    while world.lookup("a").await.is_some_and(|(_, text)| text == "one") {
        tokio::task::yield_now().await;
    }
    assert!(world.lookup("a").await.is_some_and(|(_, text)| text == "two"));
    assert_eq!(world.loads(), 2);
}

/// Six hours with a reader every five seconds and loads of twenty seconds: no reader ever waits or
/// is shown a stale value.
async fn an_entry_that_is_read_steadily_never_misses_and_never_goes_stale(mode: Mode) {
    let world = mode.world(Config::default());
    let (begun, done) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let ends = Arc::new(AtomicI64::new(i64::MAX));
    let loader = || -> Loader {
        let (clock, loads) = (Arc::clone(&world.clock), Arc::clone(&world.loads));
        let (begun, done, ends) = (Arc::clone(&begun), Arc::clone(&done), Arc::clone(&ends));
        Box::new(move || {
            async move {
                loads.fetch_add(1, Ordering::SeqCst);
                let end = clock.now().seconds() + 20;
                ends.store(end, Ordering::SeqCst);
                begun.fetch_add(1, Ordering::SeqCst);
                while clock.now().seconds() < end {
                    tokio::task::yield_now().await;
                }
                done.fetch_add(1, Ordering::SeqCst);
                Ok("x".into())
            }
            .boxed()
        })
    };
    let count = |of: &AtomicU32| of.load(Ordering::SeqCst);
    // The first reader has to wait.
    let (first, wanted) = (loader(), request("a"));
    let pass = async {
        while count(&begun) == 0 {
            tokio::task::yield_now().await;
        }
        world.clock.advance(20);
    };
    futures::join!(world.cache.get(&wanted, Trigger::View, first), pass).0.unwrap();
    let end = world.clock.now().seconds() + 6 * 3600;
    while world.clock.now().seconds() < end {
        let hit = world.cache.get(&wanted, Trigger::View, loader()).await.unwrap();
        // Loads take time on this clock: a requested one begins, and one whose time is up ends,
        // before the clock advances.
        while hit.state == State::Due && count(&begun) == count(&done) {
            tokio::task::yield_now().await;
        }
        world.clock.advance(5);
        let is_over = world.clock.now().seconds() >= ends.load(Ordering::SeqCst);
        while is_over && world.cache.statistics().of_readers().loads < count(&begun).into() {
            tokio::task::yield_now().await;
        }
    }
    let readers = world.cache.statistics().of_readers();
    assert_eq!((readers.misses, readers.stale, readers.previous), (1, 0, 0), "{readers:?}");
    assert_eq!(readers.hits, 6 * 3600 / 5);
    // At least one load per TTL, and always fewer than two.
    assert!((6 * 12..6 * 24).contains(&world.loads()), "{}", world.loads());
}

async fn generation_first_a_load_from_before_an_invalidation_is_never_current(mode: Mode) {
    let world = mode.world(exact());
    let (loader, begun, finish) = world.held("old");
    let ticket = world.cache.tickets(&[request("a")]).await.pop().unwrap();
    let cache = world.cache.clone();
    let load = tokio::spawn(async move { cache.load(&ticket, Trigger::View, loader).await });
    begun.notified().await;
    world.invalidate("table:orders").await;
    finish.notify_one();
    assert_eq!(&*load.await.unwrap().unwrap().entry.value, "old");
    assert_ne!(world.lookup("a").await.map(|(state, _)| state), Some(State::Fresh));
    assert_eq!(world.load("a", "new").await, "new");
    assert_eq!(world.lookup("a").await, some(State::Fresh, "new"));
}

async fn previous_value_is_offered_after_an_invalidation_unless_strict(mode: Mode) {
    let world = mode.world(exact());
    world.load("a", "one").await;
    world.invalidate("table:orders").await;
    assert_eq!(world.lookup("a").await, some(State::Previous, "one"));
    let mut strict = request("a");
    strict.policy.strict = true;
    assert!(world.found(&strict).await.hit.is_none());
    world.invalidate("table:customers").await;
    world.load("a", "two").await;
    world.invalidate("table:customers").await;
    assert_eq!(world.lookup("a").await, some(State::Fresh, "two"), "not one of its tags");
    world.invalidate("table:orders").await;
    world.clock.advance(300 + 3600);
    assert_eq!(world.lookup("a").await, None, "previous values end with their stale window");
}

async fn single_flight_runs_one_load_for_a_thousand_readers(mode: Mode) {
    let world = mode.world(exact());
    let answers = join_all((0..1000).map(|_| world.load("a", "one"))).await;
    assert!(answers.iter().all(|answer| answer == "one"));
    assert_eq!(world.loads(), 1);
    assert_eq!(world.cache.statistics().of_readers().loads, 1);
}

async fn when_an_entry_expires_one_refresh_runs_and_no_reader_waits(mode: Mode) {
    let world = mode.world(exact());
    world.load("a", "one").await;
    world.clock.advance(301);
    let wanted = request("a");
    let readers = join_all((0..500).map(|_| {
        let loader = world.loader("two");
        world.cache.get(&wanted, Trigger::View, loader)
    }))
    .await;
    assert!(readers.iter().all(|hit| {
        hit.as_ref().is_ok_and(|hit| &*hit.entry.value == "one" || &*hit.entry.value == "two")
    }));
    while world.lookup("a").await != some(State::Fresh, "two") {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.loads(), 2, "an expired entry is loaded only once more");
}

async fn the_same_chart_twice_on_a_page_is_queried_once(mode: Mode) {
    let world = mode.world(exact());
    let page = [request("a"), request("b"), request("a")];
    let found = world.cache.lookup(&page, Trigger::View).await;
    let loads = found.iter().map(|found| {
        let loader = world.loader("one");
        world.cache.load(&found.ticket, Trigger::View, loader)
    });
    assert!(join_all(loads).await.iter().all(Result::is_ok));
    assert_eq!(world.loads(), 2);
}

async fn stale_data_has_a_bound_on_its_age_even_if_every_refresh_fails(mode: Mode) {
    let world = mode.world(exact());
    world.load("a", "one").await;
    let refused = Arc::new(AtomicU32::new(0));
    let fails = || -> Loader {
        let refused = Arc::clone(&refused);
        Box::new(move || {
            async move {
                refused.fetch_add(1, Ordering::SeqCst);
                Err(Refused)
            }
            .boxed()
        })
    };
    world.clock.advance(300);
    for round in 1..=36 {
        let hit = world.cache.get(&request("a"), Trigger::View, fails()).await.unwrap();
        assert_eq!((hit.state, &*hit.entry.value), (State::Stale, "one"));
        while refused.load(Ordering::SeqCst) < round {
            tokio::task::yield_now().await;
        }
        world.clock.advance(100);
    }
    assert!(world.cache.get(&request("a"), Trigger::View, fails()).await.is_err());
}

async fn a_reader_who_leaves_cancels_no_other_readers_load(mode: Mode) {
    let world = mode.world(exact());
    let (loader, begun, finish) = world.held("one");
    let ticket = world.cache.tickets(&[request("a")]).await.pop().unwrap();
    let mut first = Box::pin(world.cache.load(&ticket, Trigger::View, loader));
    tokio::select! {
        _ = &mut first => panic!("it is held"),
        () = begun.notified() => {}
    }
    let other = world.loader("never run");
    let mut second = Box::pin(world.cache.load(&ticket, Trigger::View, other));
    assert!(futures::poll!(&mut second).is_pending());
    drop(first);
    finish.notify_one();
    assert_eq!(&*second.await.unwrap().entry.value, "one");
    assert_eq!(world.loads(), 1);
}

async fn when_the_last_reader_leaves_the_load_is_cancelled_and_the_next_reader_starts_another(
    mode: Mode,
) {
    /// Signals when it is dropped.
    struct Gone(Arc<Notify>);
    impl Drop for Gone {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let world = mode.world(exact());
    let (begun, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, held) = (Arc::clone(&begun), Gone(Arc::clone(&gone)));
    let never: Loader = Box::new(move || {
        async move {
            let _held = held;
            begins.notify_one();
            std::future::pending().await
        }
        .boxed()
    });
    let ticket = world.cache.tickets(&[request("a")]).await.pop().unwrap();
    {
        let mut readers = [
            Box::pin(world.cache.load(&ticket, Trigger::View, never)),
            Box::pin(world.cache.load(&ticket, Trigger::View, world.loader("never run"))),
        ];
        for reader in &mut readers {
            assert!(futures::poll!(reader).is_pending());
        }
        begun.notified().await;
    }
    gone.notified().await;
    // It left neither a flight nor a lease behind.
    assert_eq!(world.load("a", "two").await, "two");
}

async fn a_leader_that_panics_frees_the_others(mode: Mode) {
    let world = mode.world(exact());
    let panics: Loader = Box::new(|| async { std::panic::panic_any("on purpose") }.boxed());
    let result = world.load_as(&request("a"), panics).await;
    assert!(matches!(result, Err(LoadError::Abandoned)));
    assert_eq!(world.load("a", "one").await, "one");
}

async fn errors_are_not_values(mode: Mode) {
    let world = mode.world(exact());
    world.load("a", "one").await;
    world.invalidate("table:orders").await;
    let fails = || -> Loader { Box::new(|| async { Err(Refused) }.boxed()) };
    let error = world.load_as(&request("a"), fails()).await.unwrap_err();
    assert!(error.downcast_ref::<Refused>().is_some());
    assert!(world.load_as(&request("a"), world.loader("two")).await.is_err());
    assert_eq!(world.loads(), 1, "a failure is remembered for two seconds");
    assert_eq!(world.lookup("a").await, some(State::Previous, "one"), "it replaces no value");
    world.clock.advance(3);
    assert_eq!(world.load("a", "two").await, "two", "and it leaves no lease behind");
}

async fn memory_is_bounded_and_large_values_are_served_but_not_stored(mode: Mode) {
    let config = Config { max_bytes: 20_000, max_value_bytes: 5_000, ..exact() };
    let world = mode.world(config);
    for i in 0..100 {
        world.load(&i.to_string(), &"x".repeat(1_000)).await;
    }
    assert!(world.cache.bytes() <= 20_000);
    assert_eq!(world.load("large", &"x".repeat(6_000)).await.len(), 6_000);
    assert_eq!(world.lookup("large").await, None);
    assert_eq!(world.cache.statistics().of_readers().too_large, 1);
}

async fn warming_does_not_count_towards_the_hit_rate(mode: Mode) {
    let world = mode.world(exact());
    let found = world.cache.lookup(&[request("a")], Trigger::Warm).await.pop().unwrap();
    world.cache.load(&found.ticket, Trigger::Warm, world.loader("one")).await.unwrap();
    world.lookup("a").await;
    let statistics = world.cache.statistics();
    let readers = statistics.of_readers();
    assert_eq!((readers.hits, readers.misses, readers.loads), (1, 0, 0));
    assert_eq!(statistics.of_all().loads, 1);
}

async fn purged_and_switched_off_entries_load_again(mode: Mode) {
    let world = mode.world(exact());
    world.load("a", "one").await;
    world.cache.purge(&[request("a")]).await;
    assert_eq!(world.lookup("a").await, None);
    assert_eq!(world.load("a", "two").await, "two");
    let mut off = request("b");
    off.policy.off = true;
    for _ in 0..2 {
        world.load_as(&off, world.loader("b")).await.unwrap();
        assert!(world.found(&off).await.hit.is_none());
    }
    assert_eq!(world.loads(), 4);
}

async fn lanes_bound_how_much_runs_at_a_time(mode: Mode) {
    let lanes = LaneLimits {
        concurrency: 2,
        queue: 3,
        deadline: Duration::from_secs(60),
        ..LaneLimits::default()
    };
    let world = mode.world(Config { lanes, ..exact() });
    let (running, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let finish = Arc::new(tokio::sync::Semaphore::new(0));
    let wanted: Vec<Request> = (0..6).map(|i| request(&i.to_string())).collect();
    let tickets = world.cache.tickets(&wanted).await;
    let loads: Vec<_> = tickets
        .iter()
        .map(|ticket| {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            let finish = Arc::clone(&finish);
            let loader: Loader = Box::new(move || {
                async move {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    drop(finish.acquire().await.unwrap());
                    running.fetch_sub(1, Ordering::SeqCst);
                    Ok(Text::from("x"))
                }
                .boxed()
            });
            let (cache, ticket) = (world.cache.clone(), ticket.clone());
            tokio::spawn(async move { cache.load(&ticket, Trigger::View, loader).await })
        })
        .collect();
    // The sixth finds two running and three queued.
    let mut refused = 0;
    let mut done = Vec::new();
    let mut loads = futures::stream::FuturesUnordered::from_iter(loads);
    use futures::StreamExt;
    while let Some(result) = loads.next().await {
        let result = result.unwrap();
        refused += u32::from(matches!(result, Err(LoadError::Busy)));
        done.push(result);
        finish.add_permits(10);
    }
    assert_eq!((refused, done.len()), (1, 6));
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

async fn a_load_does_not_queue_forever(mode: Mode) {
    let lanes =
        LaneLimits { concurrency: 1, deadline: Duration::from_millis(50), ..LaneLimits::default() };
    let world = mode.world(Config { lanes, ..exact() });
    let (loader, begun, finish) = world.held("one");
    let ticket = world.cache.tickets(&[request("a")]).await.pop().unwrap();
    let cache = world.cache.clone();
    let first = tokio::spawn(async move { cache.load(&ticket, Trigger::View, loader).await });
    begun.notified().await;
    let second = world.load_as(&request("b"), world.loader("never run")).await;
    assert!(matches!(second, Err(LoadError::Busy)));
    finish.notify_one();
    first.await.unwrap().unwrap();
    assert_eq!(world.load("b", "b").await, "b", "being busy is not remembered");
}

async fn followers_receive_invalidations(mode: Mode) {
    let world = mode.world(exact());
    let mut follower = world.cache.follow();
    if !matches!(mode, Mode::Memory) {
        // The channel is connected.
        assert_eq!(follower.next().await, Some(Event::Missed));
    }
    world.invalidate("table:orders").await;
    let heard = follower.next().await;
    assert_eq!(heard, Some(Event::Invalidated([tag("table:orders")].into())));
}

async fn a_batch_answers_each_request_in_order(mode: Mode) {
    let world = mode.world(exact());
    for name in ["a", "b", "c"] {
        world.load(name, name).await;
    }
    let mut untagged = request("none");
    untagged.tags = [].into();
    world.load_as(&untagged, world.loader("untagged")).await.unwrap();
    let wanted = ["c", "missing", "a", "a", "b"].map(request).into_iter().chain([untagged]);
    let found = world.cache.lookup(&wanted.collect::<Vec<_>>(), Trigger::View).await;
    let texts: Vec<Option<String>> =
        found.into_iter().map(|f| f.hit.map(|hit| hit.entry.value.to_string())).collect();
    let expected = ["c", "-", "a", "a", "b", "untagged"];
    let expected = expected.map(|text| (text != "-").then(|| text.to_owned()));
    assert_eq!(texts, expected);
    assert!(world.cache.lookup(&[], Trigger::View).await.is_empty());
}

/// Rules wait for loads by yielding to the scheduler, so each has a time limit.
async fn ends(rule: &str, test: impl Future<Output = ()>) {
    wait_for(format!("the end of {rule}"), test).await;
}

macro_rules! in_every_mode {
    ($($rule:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test] async fn $rule() { super::ends(stringify!($rule), super::$rule(super::Mode::Memory)).await; })*
        }
        mod redis_server {
            $(#[tokio::test] async fn $rule() { super::ends(stringify!($rule), super::$rule(super::Mode::Redis)).await; })*
        }
        mod redis_cluster {
            $(#[tokio::test] async fn $rule() { super::ends(stringify!($rule), super::$rule(super::Mode::Cluster)).await; })*
        }
    };
}

in_every_mode!(
    an_entry_is_fresh_then_stale_then_gone,
    jitter_spreads_expiry_by_a_tenth,
    hot_entries_are_due_before_they_expire,
    an_entry_that_is_read_steadily_never_misses_and_never_goes_stale,
    generation_first_a_load_from_before_an_invalidation_is_never_current,
    previous_value_is_offered_after_an_invalidation_unless_strict,
    single_flight_runs_one_load_for_a_thousand_readers,
    when_an_entry_expires_one_refresh_runs_and_no_reader_waits,
    the_same_chart_twice_on_a_page_is_queried_once,
    stale_data_has_a_bound_on_its_age_even_if_every_refresh_fails,
    a_reader_who_leaves_cancels_no_other_readers_load,
    when_the_last_reader_leaves_the_load_is_cancelled_and_the_next_reader_starts_another,
    a_leader_that_panics_frees_the_others,
    errors_are_not_values,
    memory_is_bounded_and_large_values_are_served_but_not_stored,
    warming_does_not_count_towards_the_hit_rate,
    purged_and_switched_off_entries_load_again,
    lanes_bound_how_much_runs_at_a_time,
    a_load_does_not_queue_forever,
    followers_receive_invalidations,
    a_batch_answers_each_request_in_order,
);
