//! Several processes over one Redis: what they share, and what happens when one of them, or
//! Redis, is in trouble. Caches with a connection of their own stand for processes, except where
//! one has to be killed: that is a real one.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod support;

use brisk_cache::{
    Cache, Config, Event, Fingerprint, Hit, LoadError, Policy, RedisConfig, Request, State, Tag,
    Trigger,
};
use brisk_domain::{ManualClock, Timestamp};
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::Server;

type Text = Arc<str>;
type Loader = Box<dyn FnOnce() -> BoxFuture<'static, Result<Text, Refused>> + Send>;

#[derive(Debug, thiserror::Error)]
#[error("the database said no")]
struct Refused;

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::from_seconds(1_000_000)))
}

fn replica(config: &RedisConfig) -> Cache<Text> {
    let exact = Config { jitter: 0.0, early: 0.0, ..Config::default() };
    Cache::with_redis(exact, clock(), config.clone()).unwrap()
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

fn gives(text: &str, loads: &Arc<AtomicU32>) -> Loader {
    let (text, loads) = (Text::from(text), Arc::clone(loads));
    Box::new(move || {
        async move {
            loads.fetch_add(1, Ordering::SeqCst);
            Ok(text)
        }
        .boxed()
    })
}

async fn get(cache: &Cache<Text>, name: &str, text: &str) -> Hit<Text> {
    cache.get(&request(name), Trigger::View, gives(text, &Arc::default())).await.unwrap()
}

async fn lookup(cache: &Cache<Text>, name: &str) -> Option<(State, String)> {
    let hit = cache.lookup(&[request(name)], Trigger::View).await.pop().unwrap().hit?;
    Some((hit.state, hit.entry.value.to_string()))
}

fn some(state: State, text: &str) -> Option<(State, String)> {
    Some((state, text.to_owned()))
}

/// Waits until the entry is in Redis, which happens behind the answer.
async fn stored(cache: &Cache<Text>, count: u64) {
    while cache.statistics().tiers.stored < count {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn replicas_share_entries_and_invalidations() {
    let config = support::config(&support::shared_server().url());
    let (a, b) = (replica(&config), replica(&config));
    let mut follower = b.follow();
    assert_eq!(follower.next().await, Some(Event::Missed));
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    assert_eq!(lookup(&b, "a").await, some(State::Fresh, "one"));
    a.invalidate(&[tag("table:orders")]).await.unwrap();
    assert_eq!(lookup(&b, "a").await, some(State::Previous, "one"));
    assert_eq!(follower.next().await, Some(Event::Invalidated([tag("table:orders")].into())));
    get(&b, "a", "two").await;
    stored(&b, 1).await;
    assert_eq!(lookup(&a, "a").await, some(State::Fresh, "two"));
    let late = replica(&config);
    a.invalidate(&[tag("table:orders")]).await.unwrap();
    assert_eq!(lookup(&late, "a").await, some(State::Previous, "two"), "from Redis");
}

#[tokio::test]
async fn purged_entries_are_gone_for_all() {
    let config = support::config(&support::shared_server().url());
    let (a, b) = (replica(&config), replica(&config));
    let mut follower = b.follow();
    follower.next().await;
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    assert_eq!(lookup(&b, "a").await, some(State::Fresh, "one"));
    a.purge(&[request("a")]).await;
    // The event takes a moment.
    while lookup(&b, "a").await.is_some() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn single_flight_over_three_replicas_runs_one_load() {
    for url in [support::shared_server().url(), support::shared_cluster().url()] {
        let config = support::config(&url);
        let replicas = [replica(&config), replica(&config), replica(&config)];
        let loads = Arc::new(AtomicU32::new(0));
        let readers = (0..1000).map(|i| {
            let (cache, loads) = (replicas[i % 3].clone(), Arc::clone(&loads));
            async move {
                let loader: Loader = Box::new(move || {
                    async move {
                        loads.fetch_add(1, Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        Ok(Text::from("one"))
                    }
                    .boxed()
                });
                cache.get(&request("a"), Trigger::View, loader).await.unwrap().entry.value
            }
        });
        assert!(join_all(readers).await.iter().all(|value| &**value == "one"));
        assert_eq!(loads.load(Ordering::SeqCst), 1);
    }
}

/// Not a test of its own: a leader in a process of its own, which never finishes its load.
#[tokio::test]
#[ignore = "run by other tests, in a process of its own"]
async fn child_that_never_finishes_its_load() {
    let (url, prefix) =
        (std::env::var("CHILD_URL").unwrap(), std::env::var("CHILD_PREFIX").unwrap());
    let lease = Duration::from_millis(std::env::var("CHILD_LEASE").unwrap().parse().unwrap());
    let config = RedisConfig { prefix, lease, ..support::config(&url) };
    let loader: Loader = Box::new(|| {
        async {
            println!("begun");
            std::future::pending().await
        }
        .boxed()
    });
    let _ = replica(&config).get(&request("a"), Trigger::View, loader).await;
}

/// Starts the leader and waits until its load has begun.
fn leader(config: &RedisConfig) -> std::process::Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_never_finishes_its_load", "--ignored", "--nocapture"])
        .env("CHILD_URL", &config.urls[0])
        .env("CHILD_PREFIX", &config.prefix)
        .env("CHILD_LEASE", config.lease.as_millis().to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("begun")));
    child
}

async fn thousand_readers_after(signal: Signal) {
    let lease = Duration::from_millis(600);
    let config = RedisConfig { lease, ..support::config(&support::shared_server().url()) };
    let mut child = leader(&config);
    let replicas = [replica(&config), replica(&config), replica(&config)];
    let loads = Arc::new(AtomicU32::new(0));
    let readers: Vec<_> = (0..1000)
        .map(|i| {
            let (cache, loads) = (replicas[i % 3].clone(), Arc::clone(&loads));
            tokio::spawn(async move {
                cache.get(&request("a"), Trigger::View, gives("one", &loads)).await.unwrap()
            })
        })
        .collect();
    // They wait for the leader, which lives: longer than its lease, which it renews.
    tokio::time::sleep(lease * 2).await;
    assert_eq!(loads.load(Ordering::SeqCst), 0, "a living leader keeps its lease");
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
    let ended = Instant::now();
    for reader in readers {
        assert_eq!(&*reader.await.unwrap().entry.value, "one");
    }
    let waited = ended.elapsed();
    assert_eq!(loads.load(Ordering::SeqCst), 1, "one more load than the leader's");
    // Bounded by the lease; the rest is room for a busy machine.
    assert!(waited < lease + Duration::from_secs(5), "{waited:?}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn a_leader_that_is_killed_frees_the_others_when_its_lease_runs_out() {
    thousand_readers_after(Signal::KILL).await;
}

#[tokio::test]
async fn a_leader_that_hangs_frees_the_others_when_its_lease_runs_out() {
    thousand_readers_after(Signal::STOP).await;
}

#[tokio::test]
async fn a_refresh_that_fails_gives_its_lease_back() {
    let lease = Duration::from_secs(3600);
    let config = RedisConfig { lease, ..support::config(&support::shared_server().url()) };
    let (a, b) = (replica(&config), replica(&config));
    let fails: Loader = Box::new(|| async { Err(Refused) }.boxed());
    let error = a.get(&request("a"), Trigger::View, fails).await.unwrap_err();
    assert!(matches!(error, LoadError::Failed(_)));
    let panics: Loader = Box::new(|| async { std::panic::panic_any("on purpose") }.boxed());
    a.get(&request("p"), Trigger::View, panics).await.unwrap_err();
    // Would take an hour if a lease were left behind.
    assert_eq!(&*get(&b, "a", "one").await.entry.value, "one");
    assert_eq!(&*get(&b, "p", "two").await.entry.value, "two");
}

#[tokio::test]
async fn a_flushed_redis_never_brings_an_older_entry_back() {
    let server = Server::start(&[]);
    let config = support::config(&server.url());
    let (a, b) = (replica(&config), replica(&config));
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    assert_eq!(lookup(&b, "a").await, some(State::Fresh, "one"));
    server.command::<String>(&["FLUSHALL"]);
    for cache in [&a, &b] {
        assert_ne!(lookup(cache, "a").await.map(|(state, _)| state), Some(State::Fresh));
    }
    assert_eq!(&*get(&a, "a", "two").await.entry.value, "two");
}

#[tokio::test]
async fn a_redis_that_starts_again_from_a_backup_never_brings_an_older_entry_back() {
    let server = Server::start(&[]);
    let config = support::config(&server.url());
    let a = replica(&config);
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    server.command::<String>(&["SAVE"]);
    a.invalidate(&[tag("table:orders")]).await.unwrap();
    assert_eq!(lookup(&a, "a").await, some(State::Previous, "one"));
    server.kill();
    server.run();
    let keys: Vec<String> = server.command(&["KEYS", "*"]);
    assert!(keys.iter().any(|key| key.contains(":e:")), "the old entry is back: {keys:?}");
    // And with it the old generation; but nobody takes it for current.
    for cache in [replica(&config), a] {
        let shown = loop {
            match lookup(&cache, "a").await {
                // Until the connection is back.
                Some((State::Unverified, _)) => tokio::time::sleep(Duration::from_millis(5)).await,
                shown => break shown.map(|(state, _)| state),
            }
        };
        assert!(!matches!(shown, Some(State::Fresh | State::Due | State::Stale)), "{shown:?}");
    }
}

#[tokio::test]
async fn garbage_under_a_key_is_a_miss() {
    let server = Server::start(&[]);
    let config = support::config(&server.url());
    let a = replica(&config);
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    let keys: Vec<String> = server.command(&["KEYS", &format!("{}e:*", config.prefix)]);
    server.command::<String>(&["SET", &keys[0], "garbage", "EX", "100"]);
    let b = replica(&config);
    assert_eq!(lookup(&b, "a").await, None);
    assert_eq!(b.statistics().tiers.garbage, 1);
    assert_eq!(&*get(&b, "a", "two").await.entry.value, "two");
    // Another type, where generations, eras and entries are expected.
    for key in server.command::<Vec<String>>(&["KEYS", "*"]) {
        server.command::<i64>(&["DEL", &key]);
        server.command::<i64>(&["LPUSH", &key, "garbage"]);
    }
    let c = replica(&config);
    assert_eq!(&*get(&c, "a", "three").await.entry.value, "three");
}

/// Asks until the answer is in a state, for half a minute at most.
async fn until(cache: &Cache<Text>, name: &str, wanted: State) {
    let begun = Instant::now();
    loop {
        let shown = lookup(cache, name).await;
        if shown.as_ref().is_some_and(|(state, _)| *state == wanted) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{shown:?} instead of {wanted:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn without_redis_memory_goes_on_unverified_and_it_comes_back_by_itself() {
    let server = Server::start(&[]);
    let timeout = Duration::from_millis(500);
    let config = RedisConfig { timeout, ..support::config(&server.url()) };
    let cache = replica(&config);
    get(&cache, "a", "one").await;
    stored(&cache, 1).await;
    server.kill();
    assert_eq!(lookup(&cache, "a").await, some(State::Unverified, "one"));
    assert_eq!(get(&cache, "b", "two").await.state, State::Fresh, "what is loaded now is current");
    let error = cache.invalidate(&[tag("table:orders")]).await.unwrap_err();
    assert!(error.to_string().contains("try again"), "a webhook answers 503: {error}");
    assert_ne!(lookup(&cache, "a").await, some(State::Unverified, "one"), "this process moves on");
    // Every operation fails at once now, and says so.
    for _ in 0..5 {
        lookup(&cache, "a").await;
    }
    let trouble = cache.health().trouble;
    assert!(trouble.is_some());
    let begun = Instant::now();
    for _ in 0..1_000 {
        lookup(&cache, "b").await;
    }
    assert!(begun.elapsed() < timeout * 10, "nobody waits for Redis: {:?}", begun.elapsed());
    server.run();
    let begun = Instant::now();
    while cache.health().trouble.is_some() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not come back");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    cache.invalidate(&[tag("table:orders")]).await.unwrap();
    get(&cache, "a", "three").await;
    until(&cache, "a", State::Fresh).await;
}

#[tokio::test]
async fn a_paused_redis_costs_one_short_wait() {
    let server = Server::start(&[]);
    let timeout = Duration::from_millis(300);
    let config = RedisConfig { timeout, ..support::config(&server.url()) };
    let cache = replica(&config);
    get(&cache, "a", "one").await;
    stored(&cache, 1).await;
    server.signal(Signal::STOP);
    let begun = Instant::now();
    assert_eq!(lookup(&cache, "a").await, some(State::Unverified, "one"));
    let names: Vec<String> = (0..20).map(|i| i.to_string()).collect();
    let loads = names.iter().map(|name| get(&cache, name, "x"));
    assert_eq!(join_all(loads).await.len(), 20);
    // Twenty loads side by side wait as long as one; then the breaker is open.
    assert!(begun.elapsed() < timeout * 8, "{:?}", begun.elapsed());
    server.signal(Signal::CONT);
    until(&cache, "a", State::Fresh).await;
}

#[tokio::test]
async fn a_full_redis_is_no_failed_page() {
    let server = Server::start(&["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"]);
    let config = support::config(&server.url());
    let cache = replica(&config);
    get(&cache, "before", "one").await;
    stored(&cache, 1).await;
    // Texts that do not compress.
    for i in 0..60 {
        let noise: String = (0..100_000).map(|_| char::from(rand::random_range(33..127))).collect();
        let name = format!("n{i}");
        assert_eq!(get(&cache, &name, &noise).await.entry.value.len(), 100_000);
    }
    while cache.statistics().tiers.not_stored == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(lookup(&cache, "before").await.is_some());
    assert!(cache.invalidate(&[tag("table:orders")]).await.is_err(), "not recorded, and said so");
    server.command::<String>(&["CONFIG", "SET", "maxmemory", "0"]);
    cache.invalidate(&[tag("table:orders")]).await.unwrap();
}

#[tokio::test]
async fn a_slow_redis_is_waited_for_up_to_the_timeout() {
    let server = Server::start(&[]);
    let delay = Arc::new(AtomicU64::new(0));
    let port = proxy(server.port, Arc::clone(&delay)).await;
    let timeout = Duration::from_millis(400);
    let url = format!("redis://127.0.0.1:{port}/");
    let config = RedisConfig { timeout, ..support::config(&url) };
    let cache = replica(&config);
    get(&cache, "a", "one").await;
    stored(&cache, 1).await;
    delay.store(20, Ordering::SeqCst);
    assert_eq!(lookup(&cache, "a").await, some(State::Fresh, "one"));
    delay.store(2_000, Ordering::SeqCst);
    let begun = Instant::now();
    assert_eq!(lookup(&cache, "a").await, some(State::Unverified, "one"));
    assert!(begun.elapsed() < Duration::from_millis(1_900), "{:?}", begun.elapsed());
    delay.store(0, Ordering::SeqCst);
    until(&cache, "a", State::Fresh).await;
}

/// A proxy that holds back what Redis answers.
async fn proxy(to: u16, delay: Arc<AtomicU64>) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let delay = Arc::clone(&delay);
            tokio::spawn(async move {
                let server = tokio::net::TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let asking = copy(&mut from_client, &mut to_server);
                let answering = async {
                    let mut bytes = vec![0; 65_536];
                    while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
                        let held = Duration::from_millis(delay.load(Ordering::SeqCst));
                        tokio::time::sleep(held).await;
                        if to_client.write_all(&bytes[..count]).await.is_err() {
                            break;
                        }
                    }
                };
                tokio::join!(asking, answering)
            });
        }
    });
    port
}

#[tokio::test]
async fn every_key_expires_and_has_the_prefix() {
    let server = Server::start(&[]);
    let config = support::config(&server.url());
    let cache = replica(&config);
    for i in 0..5 {
        get(&cache, &i.to_string(), "x").await;
    }
    stored(&cache, 5).await;
    cache.invalidate(&[tag("table:orders"), tag("source:shop")]).await.unwrap();
    let keys: Vec<String> = server.command(&["KEYS", "*"]);
    assert!(keys.len() >= 5 + 5 + 3, "{keys:?}");
    for key in keys {
        assert!(key.starts_with(&config.prefix), "{key}");
        assert!(server.command::<i64>(&["TTL", &key]) > 0, "{key} would stay for ever");
    }
}

#[tokio::test]
async fn a_hot_dashboard_costs_two_round_trips_at_most() {
    let server = Server::start(&[]);
    let config = support::config(&server.url());
    let cache = replica(&config);
    let requests: Vec<Request> = (0..20).map(|i| request(&i.to_string())).collect();
    for i in 0..20 {
        get(&cache, &i.to_string(), "x").await;
    }
    stored(&cache, 20).await;
    let calls = || {
        let text: String = server.command(&["INFO", "commandstats"]);
        let calls = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(&format!("cmdstat_{name}:")));
            let count = line.and_then(|l| l.split_once("calls=")?.1.split_once(','));
            count.map_or(0, |(count, _)| count.parse::<u64>().unwrap())
        };
        // The script's own MGET is no round trip.
        (calls("evalsha"), calls("mget") - calls("evalsha"), calls("get") + calls("set"))
    };
    let (before, trips) = (calls(), cache.statistics().tiers.round_trips);
    let hot = cache.lookup(&requests, Trigger::View).await;
    assert!(hot.iter().all(|found| found.hit.is_some()));
    let (scripts, gets, others) = calls();
    let used = (scripts - before.0, gets - before.1, others - before.2);
    assert_eq!(used, (1, 0, 0), "one from memory");
    assert_eq!(cache.statistics().tiers.round_trips - trips, 1);
    let other = replica(&config);
    other.tickets(&requests).await;
    let (before, trips) = (calls(), other.statistics().tiers.round_trips);
    let warm = other.lookup(&requests, Trigger::View).await;
    assert!(warm.iter().all(|found| found.hit.is_some()));
    let (scripts, gets, others) = calls();
    let used = (scripts - before.0, gets - before.1, others - before.2);
    assert_eq!(used, (1, 1, 0), "two from Redis");
    assert_eq!(other.statistics().tiers.round_trips - trips, 2);
}

#[tokio::test]
async fn passwords_and_database_numbers_are_used_and_never_printed() {
    let server = Server::start(&[]);
    server.command::<String>(&["CONFIG", "SET", "requirepass", "s3cret"]);
    let url = format!("redis://:s3cret@127.0.0.1:{}/3", server.port);
    let config = support::config(&url);
    let cache = replica(&config);
    get(&cache, "a", "one").await;
    stored(&cache, 1).await;
    assert_eq!(lookup(&replica(&config), "a").await, some(State::Fresh, "one"));
    assert!(!format!("{config:?}").contains("s3cret"));
    let wrong = RedisConfig::parse(&url.replace("s3cret", "wr0ng"));
    let cache = replica(&wrong);
    assert_eq!(get(&cache, "a", "two").await.state, State::Fresh, "it goes on without");
    for _ in 0..5 {
        lookup(&cache, "a").await;
    }
    let (_, why) = cache.health().trouble.unwrap();
    assert!(!why.contains("wr0ng"), "{why}");
    let error = Cache::<Text>::with_redis(
        Config::default(),
        clock(),
        RedisConfig::parse("http://user:s3cret@host/"),
    );
    let error = error.err().unwrap().to_string();
    assert!(error.contains("redis://") && !error.contains("s3cret"), "{error}");
}

/// Writers, readers and a Redis that is flushed, killed and started again from old backups: once
/// an invalidation is acknowledged, no reader gets an older value as current.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acknowledged_invalidations_are_never_undone() {
    let server = Arc::new(Server::start(&[]));
    let timeout = Duration::from_millis(300);
    let config = RedisConfig { timeout, ..support::config(&server.url()) };
    let replicas: Vec<Cache<Text>> = (0..3).map(|_| replica(&config)).collect();
    let (version, acknowledged) = (Arc::new(AtomicU64::new(1)), Arc::new(AtomicU64::new(0)));
    let reads = Arc::new(AtomicU64::new(0));
    let until = Instant::now() + Duration::from_secs(6);
    let writer = {
        let (cache, version) = (replicas[0].clone(), Arc::clone(&version));
        let acknowledged = Arc::clone(&acknowledged);
        tokio::spawn(async move {
            while Instant::now() < until {
                let written = version.fetch_add(1, Ordering::SeqCst) + 1;
                if cache.invalidate(&[tag("table:orders")]).await.is_ok() {
                    acknowledged.fetch_max(written, Ordering::SeqCst);
                }
                let pause = Duration::from_millis(rand::random_range(0..15));
                tokio::time::sleep(pause).await;
            }
        })
    };
    let readers: Vec<_> = (0..12)
        .map(|i| {
            let (cache, version) = (replicas[i % 3].clone(), Arc::clone(&version));
            let (acknowledged, reads) = (Arc::clone(&acknowledged), Arc::clone(&reads));
            tokio::spawn(async move {
                while Instant::now() < until {
                    let floor = acknowledged.load(Ordering::SeqCst);
                    let version = Arc::clone(&version);
                    let loader: Loader = Box::new(move || {
                        async move {
                            let seen = version.load(Ordering::SeqCst);
                            tokio::time::sleep(Duration::from_millis(rand::random_range(0..10)))
                                .await;
                            Ok(Text::from(seen.to_string()))
                        }
                        .boxed()
                    });
                    let hit = cache.get(&request("a"), Trigger::View, loader).await.unwrap();
                    let value: u64 = hit.entry.value.parse().unwrap();
                    if hit.state != State::Unverified {
                        assert!(value >= floor, "{value} after {floor} was acknowledged");
                        reads.fetch_add(1, Ordering::SeqCst);
                    }
                    tokio::time::sleep(Duration::from_micros(rand::random_range(0..800))).await;
                }
            })
        })
        .collect();
    let chaos = tokio::task::spawn_blocking(move || {
        let mut round = 0;
        while Instant::now() + Duration::from_millis(1_200) < until {
            std::thread::sleep(Duration::from_millis(350));
            match round % 3 {
                0 => drop(server.command::<String>(&["SAVE"])),
                1 => {
                    server.kill();
                    server.run();
                }
                _ => drop(server.command::<String>(&["FLUSHALL"])),
            }
            round += 1;
        }
    });
    writer.await.unwrap();
    for reader in readers {
        reader.await.unwrap();
    }
    chaos.await.unwrap();
    let (reads, writes) = (reads.load(Ordering::SeqCst), acknowledged.load(Ordering::SeqCst));
    assert!(reads > 500 && writes > 20, "{reads} checked reads, {writes} writes");
}
