//! Redis in trouble: flushed, killed, paused, slow, full, restored from an old backup, filled with
//! garbage. Pages keep working, and nothing old is ever current.

use crate::support;

use brisk_cache::{Cache, Event, RedisConfig, Request, State, Trigger};
use brisk_test_waiting::{eventually, eventually_blocking, wait_for};
use futures::FutureExt;
use futures::future::join_all;
use rustix::process::Signal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;
use support::Server;
use support::replica::{
    Loader, Text, clock, get, gives, heard, lookup, replica, replica_at, request, some, stored, tag,
};
use tokio::sync::{Notify, watch};

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

/// Found by the freshness proof: another process had invalidated it, which this one could not learn
/// of.
#[tokio::test]
async fn a_value_past_its_ttl_claims_no_more_than_a_fresh_one_while_redis_is_away() {
    let server = Server::start(&[]);
    let config = support::config(&server.url());
    let clock = clock();
    let cache = replica_at(&config, clock.clone());
    get(&cache, "a", "one").await;
    stored(&cache, 1).await;
    server.kill();
    clock.advance(301);
    let hit = cache.lookup(&[request("a")], Trigger::View).await.pop().unwrap().hit.unwrap();
    assert_eq!((hit.state, hit.refresh), (State::Unverified, true));
    // No reader waits, and what the refresh loads is served next.
    assert_eq!(&*get(&cache, "a", "two").await.entry.value, "one");
    let is_next = async || lookup(&cache, "a").await == some(State::Unverified, "two");
    eventually("the refreshed value is served", is_next).await;
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
    // And so is the old generation; but no process takes it for current.
    for cache in [replica(&config), a] {
        let mut shown = None;
        let is_back = async || {
            shown = lookup(&cache, "a").await.map(|(state, _)| state);
            shown != Some(State::Unverified)
        };
        eventually("the connection is back", is_back).await;
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

/// Looks up until the answer has the wanted state.
async fn until(cache: &Cache<Text>, name: &str, wanted: State) {
    let is_shown =
        async || lookup(cache, name).await.as_ref().is_some_and(|(state, _)| *state == wanted);
    eventually(format!("{name} is shown as {wanted:?}"), is_shown).await;
}

#[tokio::test]
async fn without_redis_memory_serves_unverified_and_redis_comes_back_by_itself() {
    let server = Server::start(&[]);
    let timeout = Duration::from_millis(500);
    let config = RedisConfig { timeout, ..support::config(&server.url()) };
    let cache = replica(&config);
    get(&cache, "a", "one").await;
    stored(&cache, 1).await;
    server.kill();
    assert_eq!(lookup(&cache, "a").await, some(State::Unverified, "one"));
    assert_eq!(get(&cache, "b", "two").await.state, State::Fresh, "a value loaded now is current");
    let error = cache.invalidate(&[tag("table:orders")]).await.unwrap_err();
    assert!(error.to_string().contains("try again"), "a webhook answers 503: {error}");
    assert_ne!(
        lookup(&cache, "a").await,
        some(State::Unverified, "one"),
        "at least this process drops it"
    );
    // Every operation now fails at once, with an error.
    for _ in 0..5 {
        lookup(&cache, "a").await;
    }
    let trouble = cache.health().trouble;
    assert!(trouble.is_some());
    let waits = cache.statistics().tiers.round_trips;
    for _ in 0..1_000 {
        lookup(&cache, "b").await;
    }
    assert_eq!(cache.statistics().tiers.round_trips, waits, "no reader waits for Redis");
    server.run();
    eventually("Redis is used again", async || cache.health().trouble.is_none()).await;
    cache.invalidate(&[tag("table:orders")]).await.unwrap();
    get(&cache, "a", "three").await;
    until(&cache, "a", State::Fresh).await;
}

#[tokio::test]
async fn an_entry_found_in_memory_by_a_load_without_redis_is_unverified() {
    let server = Server::start(&[]);
    let timeout = Duration::from_millis(500);
    let config = RedisConfig { timeout, ..support::config(&server.url()) };
    let cache = replica(&config);
    get(&cache, "a", "one").await;
    stored(&cache, 1).await;
    server.kill();
    let ticket = cache.tickets(&[request("a")]).await.remove(0);
    assert!(!ticket.verified);
    let never = gives("never run", &Arc::default());
    let hit = cache.load(&ticket, Trigger::View, never).await.unwrap();
    assert_eq!((hit.state, &*hit.entry.value), (State::Unverified, "one"));
    let ticket = cache.tickets(&[request("b")]).await.remove(0);
    let hit = cache.load(&ticket, Trigger::View, gives("two", &Arc::default())).await.unwrap();
    assert_eq!(hit.state, State::Fresh, "a value it loads itself is current");
}

#[tokio::test]
async fn an_invalidated_entry_stays_invalid_when_redis_fails_next() {
    let server = Server::start(&[]);
    let timeout = Duration::from_millis(500);
    let config = RedisConfig { timeout, ..support::config(&server.url()) };
    let (a, b) = (replica(&config), replica(&config));
    let mut follower = b.follow();
    heard(&mut follower).await;
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    assert_eq!(lookup(&b, "a").await, some(State::Fresh, "one"));
    a.invalidate(&[tag("table:orders")]).await.unwrap();
    assert!(matches!(heard(&mut follower).await, Some(Event::Invalidated(_))));
    server.kill();
    for cache in [&a, &b] {
        assert_eq!(lookup(cache, "a").await, some(State::Previous, "one"), "not even unverified");
    }
}

#[tokio::test]
async fn a_dropped_cache_leaves_no_task_behind() {
    let server = Server::start(&[]);
    let config = support::config(&server.url());
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let cache = replica(&config);
    get(&cache, "a", "one").await;
    stored(&cache, 1).await;
    server.kill();
    let is_open = async || {
        lookup(&cache, "a").await;
        cache.health().trouble.is_some()
    };
    eventually("the breaker is open", is_open).await;
    drop(cache);
    eventually("all tasks of the cache have ended", async || tasks() <= before).await;
}

#[tokio::test]
async fn a_paused_redis_costs_one_short_wait() {
    let server = Server::start(&[]);
    let timeout = Duration::from_secs(2);
    let config = RedisConfig { timeout, ..support::config(&server.url()) };
    let cache = replica(&config);
    get(&cache, "a", "one").await;
    stored(&cache, 1).await;
    server.signal(Signal::STOP);
    let waits = cache.statistics().tiers.round_trips;
    assert_eq!(lookup(&cache, "a").await, some(State::Unverified, "one"));
    let names: Vec<String> = (0..20).map(|i| i.to_string()).collect();
    let loads = names.iter().map(|name| get(&cache, name, "x"));
    assert_eq!(join_all(loads).await.len(), 20);
    let waits = cache.statistics().tiers.round_trips - waits;
    // Plus what follows the first load: giving its lease back, and publishing that it has landed.
    assert!(waits <= 1 + 2 * 20 + 2, "side by side, each for its lookup and its load: {waits}");
    server.signal(Signal::CONT);
    until(&cache, "a", State::Fresh).await;
}

#[tokio::test]
async fn a_lookup_whose_answer_was_late_still_loads_together_with_other_processes() {
    let server = Server::start(&[]);
    let timeout = Duration::from_secs(3);
    let config = RedisConfig { timeout, ..support::config(&server.url()) };
    let (a, b) = (replica(&config), replica(&config));
    // The generation of one table is known, that of the other is not.
    lookup(&b, "known").await;
    let new = Request { tags: [tag("table:new")].into(), ..request("new") };
    for request in [request("known"), new] {
        server.signal(Signal::STOP);
        let late = b.lookup(std::slice::from_ref(&request), Trigger::View).await.remove(0);
        server.signal(Signal::CONT);
        assert!(!late.ticket.verified && late.hit.is_none());
        let (loads, go) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let (counted, gone) = (Arc::clone(&loads), Arc::clone(&go));
        let slow: Loader = Box::new(move || {
            async move {
                counted.fetch_add(1, Ordering::SeqCst);
                gone.notified().await;
                Ok(Text::from("one"))
            }
            .boxed()
        });
        let (leader, led) = (a.clone(), request.clone());
        let leading = tokio::spawn(async move { leader.get(&led, Trigger::View, slow).await });
        eventually("one leads", async || loads.load(Ordering::SeqCst) > 0).await;
        let (joins, other) = (b.statistics().of_all().joins, gives("two", &loads));
        let joiner = b.clone();
        let joining =
            tokio::spawn(async move { joiner.load(&late.ticket, Trigger::View, other).await });
        let has_joined = async || {
            assert!(!joining.is_finished(), "it did not wait for the other process");
            b.statistics().of_all().joins > joins
        };
        eventually("the other process waits", has_joined).await;
        go.notify_one();
        for hit in [leading.await.unwrap().unwrap(), joining.await.unwrap().unwrap()] {
            assert_eq!((&*hit.entry.value, hit.state), ("one", State::Fresh));
        }
        assert_eq!(loads.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_full_redis_fails_no_page() {
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
    let is_full = async || cache.statistics().tiers.not_stored > 0;
    eventually("Redis is full", is_full).await;
    // Refuses even small values, however much of its buffers it frees meanwhile.
    server.command::<String>(&["CONFIG", "SET", "maxmemory", "1"]);
    assert!(lookup(&cache, "before").await.is_some());
    let mut refusal = None;
    // A write that succeeded just before may be recorded after the first refusal.
    let is_refused = async || {
        let recorded = cache.invalidate(&[tag("table:orders")]).await;
        assert!(recorded.is_err(), "not recorded, and reported so");
        refusal = cache.health().write_trouble;
        refusal.is_some()
    };
    eventually("the cache notices that Redis refuses entries", is_refused).await;
    assert!(cache.health().trouble.is_none(), "it still answers");
    let (_, why) = refusal.unwrap();
    assert!(why.contains("OOM"), "{why}");
    server.command::<String>(&["CONFIG", "SET", "maxmemory", "0"]);
    cache.invalidate(&[tag("table:orders")]).await.unwrap();
    let has_room = async || cache.health().write_trouble.is_none();
    eventually("the cache notices that Redis accepts entries again", has_room).await;
}

#[tokio::test]
async fn a_slow_redis_is_waited_for_up_to_the_timeout() {
    let server = Server::start(&[]);
    let (delay, delayed) = watch::channel(Some(Duration::ZERO));
    let port = proxy(server.port, delayed).await;
    let timeout = Duration::from_secs(2);
    let url = format!("redis://127.0.0.1:{port}/");
    let config = RedisConfig { timeout, ..support::config(&url) };
    let cache = replica(&config);
    get(&cache, "a", "one").await;
    stored(&cache, 1).await;
    delay.send_replace(Some(Duration::from_millis(20)));
    assert_eq!(lookup(&cache, "a").await, some(State::Fresh, "one"));
    // No answer arrives until the test releases it.
    delay.send_replace(None);
    let shown = wait_for("no reader waits for the answer", lookup(&cache, "a")).await;
    assert_eq!(shown, some(State::Unverified, "one"));
    delay.send_replace(Some(Duration::ZERO));
    until(&cache, "a", State::Fresh).await;
}

/// A proxy that holds back what Redis answers: for this long, or until there is a delay again.
async fn proxy(to: u16, delay: watch::Receiver<Option<Duration>>) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let mut delay = delay.clone();
            tokio::spawn(async move {
                let server = tokio::net::TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let asking = copy(&mut from_client, &mut to_server);
                let answering = async {
                    let mut bytes = vec![0; 65_536];
                    while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
                        let Ok(held) = delay.wait_for(Option::is_some).await.map(|held| *held)
                        else {
                            break;
                        };
                        tokio::time::sleep(held.unwrap_or_default()).await;
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

/// Writers, readers and a Redis that is flushed, killed and restored from old backups: once an
/// invalidation is acknowledged, no reader gets an older value as current.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acknowledged_invalidations_are_never_undone() {
    let server = Arc::new(Server::start(&[]));
    let timeout = Duration::from_secs(1);
    let config = RedisConfig { timeout, ..support::config(&server.url()) };
    let replicas: Vec<Cache<Text>> = (0..3).map(|_| replica(&config)).collect();
    let (version, acknowledged) = (Arc::new(AtomicU64::new(1)), Arc::new(AtomicU64::new(0)));
    let reads = Arc::new(AtomicU64::new(0));
    let has_ended = Arc::new(AtomicBool::new(false));
    let writer = {
        let (cache, version) = (replicas[0].clone(), Arc::clone(&version));
        let (acknowledged, has_ended) = (Arc::clone(&acknowledged), Arc::clone(&has_ended));
        tokio::spawn(async move {
            while !has_ended.load(Ordering::SeqCst) {
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
            let has_ended = Arc::clone(&has_ended);
            tokio::spawn(async move {
                while !has_ended.load(Ordering::SeqCst) {
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
    // The next fault comes whenever this many reads were checked since the last.
    let (checked, server) = (Arc::clone(&reads), Arc::clone(&server));
    let chaos = tokio::task::spawn_blocking(move || {
        for round in 1..=12 {
            let what = format!("reads are checked before round {round}");
            eventually_blocking(what, || checked.load(Ordering::SeqCst) > 50 * round);
            match round % 3 {
                0 => drop(server.command::<String>(&["SAVE"])),
                1 => {
                    server.kill();
                    server.run();
                }
                _ => drop(server.command::<String>(&["FLUSHALL"])),
            }
        }
    });
    chaos.await.unwrap();
    eventually("reads are checked", async || reads.load(Ordering::SeqCst) > 700).await;
    let are_acknowledged = async || acknowledged.load(Ordering::SeqCst) > 20;
    eventually("writes are acknowledged", are_acknowledged).await;
    has_ended.store(true, Ordering::SeqCst);
    wait_for("the writer ends", writer).await.unwrap();
    for reader in readers {
        wait_for("a reader ends", reader).await.unwrap();
    }
}
