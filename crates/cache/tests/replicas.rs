//! Several processes over one Redis, and what they share. Caches with connections of their own
//! stand in for processes, except where one has to be killed: that is a real one.

use crate::support;

use brisk_cache::{Cache, Config, Event, LoadError, RedisConfig, Request, State, Trigger};
use brisk_test_waiting::{eventually, wait_for};
use futures::FutureExt;
use futures::future::join_all;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use support::replica::{
    Loader, Refused, Text, clock, get, gives, heard, lookup, replica, request, some, stored, tag,
};
use support::{Cluster, Server};
use tokio::sync::Notify;

#[tokio::test]
async fn replicas_share_entries_and_invalidations() {
    let config = support::config(&support::shared_server().url());
    let (a, b) = (replica(&config), replica(&config));
    let mut follower = b.follow();
    assert_eq!(heard(&mut follower).await, Some(Event::Missed));
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    assert_eq!(lookup(&b, "a").await, some(State::Fresh, "one"));
    a.invalidate(&[tag("table:orders")]).await.unwrap();
    assert_eq!(lookup(&b, "a").await, some(State::Previous, "one"));
    assert_eq!(heard(&mut follower).await, Some(Event::Invalidated([tag("table:orders")].into())));
    get(&b, "a", "two").await;
    stored(&b, 1).await;
    assert_eq!(lookup(&a, "a").await, some(State::Fresh, "two"));
    let late = replica(&config);
    a.invalidate(&[tag("table:orders")]).await.unwrap();
    assert_eq!(lookup(&late, "a").await, some(State::Previous, "two"), "from Redis");
}

#[tokio::test]
async fn an_inspection_finds_entries_of_another_process_and_keeps_and_counts_nothing() {
    let server = Server::start(&[]);
    let config = support::config(&server.url());
    let (a, b) = (replica(&config), replica(&config));
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    let peek = async || b.inspect(&[request("a")]).await.remove(0);
    let before = b.statistics().of;
    for _ in 0..2 {
        let inspected = peek().await;
        let found = inspected.entry.as_ref().map(|entry| entry.value.clone());
        assert_eq!((found, inspected.is_previous()), (Some(Text::from("one")), false));
    }
    a.invalidate(&[tag("table:orders")]).await.unwrap();
    let inspected = peek().await;
    assert!(inspected.is_previous() && inspected.entry.is_some());
    assert_eq!((b.statistics().of, b.bytes()), (before, 0));
    assert_eq!(b.statistics().tiers.shared_hits, 0);
}

#[tokio::test]
async fn generations_are_read_again_only_after_an_invalidation() {
    let server = Server::start(&[]);
    let config = support::config(&server.url());
    let (a, b) = (replica(&config), replica(&config));
    let many: Vec<_> = (0..200).map(|i| tag(&format!("table:shop.public.t{i}"))).collect();
    let request = Request { tags: many.clone().into(), ..request("a") };
    let sent = || {
        let statistics: String = server.command(&["INFO", "stats"]);
        let line = statistics.lines().find_map(|line| line.strip_prefix("total_net_output_bytes:"));
        line.unwrap().trim().parse::<u64>().unwrap()
    };
    let of_a_lookup = async || {
        let before = sent();
        let found = a.lookup(std::slice::from_ref(&request), Trigger::View).await;
        (found[0].ticket.key, sent() - before)
    };
    let (first, all) = of_a_lookup().await;
    let mut least = u64::MAX;
    // Some read everything, so that generations do not expire.
    for _ in 0..8 {
        let (key, bytes) = of_a_lookup().await;
        assert_eq!(key, first);
        least = least.min(bytes);
    }
    // Both include the output of `INFO` itself.
    assert!(least + 200 * 16 < all, "{least} bytes of {all}");
    b.invalidate(&many[..1]).await.unwrap();
    assert_ne!(of_a_lookup().await.0, first, "known by the next lookup at the latest");
    b.invalidate(&[tag("table:elsewhere")]).await.unwrap();
    let (key, _) = of_a_lookup().await;
    assert_eq!(key, of_a_lookup().await.0, "another tag does not change the key");
}

#[tokio::test]
async fn purged_entries_are_gone_for_all() {
    let config = support::config(&support::shared_server().url());
    let (a, b) = (replica(&config), replica(&config));
    let mut follower = b.follow();
    heard(&mut follower).await;
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    assert_eq!(lookup(&b, "a").await, some(State::Fresh, "one"));
    a.purge(&[request("a")]).await;
    let is_gone = async || lookup(&b, "a").await.is_none();
    eventually("the other process has received it", is_gone).await;
}

#[tokio::test]
async fn single_flight_over_three_replicas_runs_one_load() {
    for url in [support::shared_server().url(), support::shared_cluster().url()] {
        let config = support::config(&url);
        let replicas = [replica(&config), replica(&config), replica(&config)];
        let (loads, go) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let readers = (0..1000).map(|i| {
            let (cache, loads) = (replicas[i % 3].clone(), Arc::clone(&loads));
            let go = Arc::clone(&go);
            async move {
                let loader: Loader = Box::new(move || {
                    async move {
                        loads.fetch_add(1, Ordering::SeqCst);
                        go.notified().await;
                        Ok(Text::from("one"))
                    }
                    .boxed()
                });
                cache.get(&request("a"), Trigger::View, loader).await.unwrap().entry.value
            }
        });
        let joins = || replicas.iter().map(|cache| cache.statistics().of_all().joins).sum::<u64>();
        let all_join = async {
            eventually("all readers but one have joined", async || joins() == 999).await;
            go.notify_one();
        };
        let all = async { futures::join!(join_all(readers), all_join).0 };
        let values = wait_for("all readers are answered", all).await;
        assert!(values.iter().all(|value| &**value == "one"));
        assert_eq!(loads.load(Ordering::SeqCst), 1);
    }
}

/// Not a test of its own, but a leader in a process of its own, which never finishes its load.
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
async fn leader(config: &RedisConfig) -> std::process::Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "replicas::child_that_never_finishes_its_load",
            "--ignored",
            "--nocapture",
        ])
        .env("CHILD_URL", &config.urls[0])
        .env("CHILD_PREFIX", &config.prefix)
        .env("CHILD_LEASE", config.lease.as_millis().to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let has_begun =
        tokio::task::spawn_blocking(move || lines.any(|line| line.unwrap().contains("begun")));
    assert!(wait_for("the leader's load has begun", has_begun).await.unwrap());
    child
}

async fn a_thousand_readers_after(signal: Signal) {
    let lease = Duration::from_secs(4);
    let config = RedisConfig { lease, ..support::config(&support::shared_server().url()) };
    let mut child = leader(&config).await;
    let leases = format!("{}l:*", config.prefix);
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
    // They wait for the leader, which is alive: longer than its lease, which it renews every third
    // of it.
    let mut left = vec![i64::MAX];
    let is_renewed = async || {
        let mut pttl: Vec<i64> = Vec::new();
        for key in support::shared_server().command::<Vec<String>>(&["KEYS", &leases]) {
            pttl.push(support::shared_server().command(&["PTTL", &key]));
        }
        left.extend(pttl);
        left.windows(2).filter(|pair| pair[0] < pair[1]).count() > 3
    };
    eventually("the leader has renewed its lease several times", is_renewed).await;
    assert_eq!(loads.load(Ordering::SeqCst), 0, "a living leader keeps its lease");
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
    let all = join_all(readers);
    for reader in wait_for("the lease expires, and all readers are answered", all).await {
        assert_eq!(&*reader.unwrap().entry.value, "one");
    }
    assert_eq!(loads.load(Ordering::SeqCst), 1, "one more load than the leader's");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn a_leader_that_is_killed_frees_the_others_when_its_lease_expires() {
    a_thousand_readers_after(Signal::KILL).await;
}

#[tokio::test]
async fn a_leader_that_hangs_frees_the_others_when_its_lease_expires() {
    a_thousand_readers_after(Signal::STOP).await;
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
    // This would take an hour if a lease were left behind.
    assert_eq!(&*get(&b, "a", "one").await.entry.value, "one");
    assert_eq!(&*get(&b, "p", "two").await.entry.value, "two");
    // The same for a refresh in the background.
    get(&a, "r", "one").await;
    let is_there = async || lookup(&b, "r").await.is_some();
    eventually("the other process finds the entry", is_there).await;
    let refresh = async |cache: &Cache<Text>, loader: Loader| {
        let found = cache.lookup(&[request("r")], Trigger::View).await.remove(0);
        cache.refresh(&found.ticket, &found.hit.unwrap().entry, Trigger::View, loader);
    };
    refresh(&a, Box::new(|| async { Err(Refused) }.boxed())).await;
    let has_failed = async || a.statistics().of_readers().errors >= 2;
    eventually("the refresh has failed", has_failed).await;
    let loads = Arc::default();
    refresh(&b, gives("two", &loads)).await;
    let is_loaded = async || loads.load(Ordering::SeqCst) > 0;
    eventually("the lease is free, and the other process loads", is_loaded).await;
}

#[tokio::test]
async fn generations_that_are_read_do_not_expire() {
    let server = support::shared_server();
    let config = support::config(&server.url());
    let cache = replica(&config);
    // This process has already renewed this hour; the tag of another dashboard is about to expire.
    get(&cache, "a", "one").await;
    let key = format!("{}{{g}}:table:orders", config.prefix);
    server.command::<i64>(&["EXPIRE", &key, "1000"]);
    for _ in 0..2_000 {
        lookup(&cache, "a").await;
    }
    assert!(server.command::<i64>(&["TTL", &key]) > 1_000);
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
        assert!(server.command::<i64>(&["TTL", &key]) > 0, "{key} never expires");
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
    let count = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("cmdstat_{name}:")));
        let count = line.and_then(|l| l.split_once("calls=")?.1.split_once(','));
        count.map_or(0, |(count, _)| count.parse::<u64>().unwrap())
    };
    let statistics = || server.command::<String>(&["INFO", "commandstats"]);
    // A load ends by publishing that it has landed, after it has answered.
    let have_ended = async || count(&statistics(), "publish") >= 20;
    eventually("all loads have ended", have_ended).await;
    let calls = || {
        let text = statistics();
        let calls = |name: &str| count(&text, name);
        // Each script has an MGET of its own, which is no round trip.
        (calls("evalsha"), calls("mget"), calls("get") + calls("set"))
    };
    let (before, trips) = (calls(), cache.statistics().tiers.round_trips);
    let hot = cache.lookup(&requests, Trigger::View).await;
    assert!(hot.iter().all(|found| found.hit.is_some()));
    let (scripts, gets, others) = calls();
    let used = (scripts - before.0, gets - before.1, others - before.2);
    assert_eq!(used, (1, 1, 0), "one from memory");
    assert_eq!(cache.statistics().tiers.round_trips - trips, 1);
    // A replica with nothing in memory that was last asked for something else; then one that knows
    // the generations and asks for everything at once.
    let untagged = Request { tags: [].into(), ..request("untagged") };
    for (known, waits) in [(std::slice::from_ref(&untagged), 2), (&requests, 1)] {
        let other = replica(&config);
        other.tickets(known).await;
        let (before, trips) = (calls(), other.statistics().tiers.round_trips);
        let warm = other.lookup(&requests, Trigger::View).await;
        assert!(warm.iter().all(|found| found.hit.is_some()));
        let (scripts, gets, others) = calls();
        let used = (scripts - before.0, gets - before.1, others - before.2);
        assert_eq!(used, (2, 2, 0), "two from Redis");
        assert_eq!(other.statistics().tiers.round_trips - trips, waits);
    }
}

#[tokio::test]
async fn prefetched_entries_are_used_under_current_generations_only() {
    let (server, cluster) = (Server::start(&[]), Cluster::start());
    for (url, servers) in [(server.url(), &[server][..]), (cluster.url(), &cluster.0)] {
        let config = support::config(&url);
        let (a, b) = (replica(&config), replica(&config));
        get(&a, "a", "one").await;
        stored(&a, 1).await;
        b.tickets(&[request("a")]).await;
        // It misses the invalidation, and so guesses the old key.
        for server in servers {
            server.command::<i64>(&["CLIENT", "KILL", "TYPE", "pubsub"]);
        }
        a.invalidate(&[tag("table:orders")]).await.unwrap();
        assert_eq!(lookup(&b, "a").await, some(State::Previous, "one"));
        get(&a, "a", "two").await;
        stored(&a, 2).await;
        assert_eq!(lookup(&b, "a").await, some(State::Fresh, "two"));
    }
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
    assert_eq!(get(&cache, "a", "two").await.state, State::Fresh, "it works without");
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
