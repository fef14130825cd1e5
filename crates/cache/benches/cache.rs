//! What the cache costs: a dashboard of twenty panels from memory, from Redis (compared with a bare
//! MGET of the same bytes), and under writers; encoding and decoding of entries.
//!
//! It starts its own Redis. Whatever waits for Redis runs in a task of the runtime, as in a server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "../tests/support/mod.rs"]
mod support;

use brisk_cache::{
    Cache, Config, DecodeError, Entry, Event, Fingerprint, LookupResult, Policy, Request, State,
    Tag, Trigger, Value, encoding,
};
use brisk_domain::{ManualClock, Timestamp};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures::FutureExt;
use futures::future::BoxFuture;
use rand::{Rng, SeedableRng};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use std::future::Future;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use support::Server;
use tokio::runtime::Runtime;

const PANELS: usize = 20;
const BYTES: usize = 4 << 10;
const WRITERS: usize = 8;

/// Bytes, like an encoded frame.
#[derive(Debug, Clone, PartialEq)]
struct Bytes(Arc<Vec<u8>>);

impl Value for Bytes {
    fn size(&self) -> usize {
        self.0.len()
    }

    fn encode(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn decode(bytes: &[u8], _most: usize) -> Result<Self, DecodeError> {
        Ok(Self(Arc::new(bytes.to_vec())))
    }
}

/// Columns of a frame: days and slowly changing numbers compress; noise does not.
fn bytes(length: usize, compressible: bool) -> Bytes {
    let mut random = rand::rngs::StdRng::seed_from_u64(7);
    let mut bytes = Vec::with_capacity(length + 16);
    let mut revenue = 100_000u64;
    while bytes.len() < length {
        if compressible {
            let row = bytes.len() as u64 / 16;
            revenue += random.random_range(0..2_000);
            bytes.extend((1_300_000_000_000_000 + row * 86_400_000_000).to_le_bytes());
            bytes.extend(revenue.to_le_bytes());
        } else {
            bytes.push(random.random());
        }
    }
    bytes.truncate(length);
    Bytes(Arc::new(bytes))
}

/// A panel's tags, as in a real dashboard: its own, and those of its table, dashboard and source.
fn request(panel: usize) -> Request {
    let tags = [
        format!("panel:sales/{panel}"),
        format!("table:shop.public.t{}", panel % 5),
        "dashboard:sales".into(),
        "source:shop".into(),
    ];
    Request {
        fingerprint: Fingerprint::of(["select", &panel.to_string()]),
        tags: tags.iter().map(|tag| Tag::parse(tag).unwrap()).collect(),
        policy: Policy::default(),
        label: format!("sales/{panel}").into(),
        lane: "shop".into(),
    }
}

fn dashboard() -> Vec<Request> {
    (0..PANELS).map(request).collect()
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::from_seconds(1_000_000)))
}

type Loader = Box<dyn FnOnce() -> BoxFuture<'static, Result<Bytes, std::io::Error>> + Send>;

fn gives(value: &Bytes) -> Loader {
    let value = value.clone();
    Box::new(move || async move { Ok(value) }.boxed())
}

async fn fill(cache: &Cache<Bytes>, value: &Bytes) {
    for found in cache.lookup(&dashboard(), Trigger::Warm).await {
        cache.load(&found.ticket, Trigger::Warm, gives(value)).await.unwrap();
    }
}

/// One page: a lookup, and concurrent loads of what is not current. The loader takes no time, so
/// that only the cache is measured.
async fn page(cache: &Cache<Bytes>, requests: &[Request], value: &Bytes) {
    let found = cache.lookup(requests, Trigger::View).await;
    let current = |found: &LookupResult<Bytes>| {
        found.hit.as_ref().is_some_and(|hit| hit.state == State::Fresh)
    };
    let loads = found
        .iter()
        .filter(|found| !current(found))
        .map(|found| cache.load(&found.ticket, Trigger::View, gives(value)));
    futures::future::try_join_all(loads).await.unwrap();
}

/// A cache over Redis that keeps nothing in memory, with its dashboard in Redis, and a bare MGET of
/// the same bytes.
struct OverRedis {
    cache: Cache<Bytes>,
    requests: Vec<Request>,
    bare: ConnectionManager,
    mget: redis::Cmd,
    events: tokio::sync::Mutex<brisk_cache::Follower>,
    forget: redis::Cmd,
}

impl OverRedis {
    async fn new(server: &Server, value: &Bytes) -> Self {
        let redis = support::config(&server.url());
        let config = Config { max_bytes: 0, ..Config::default() };
        let cache = Cache::with_redis(config, clock(), redis.clone()).unwrap();
        let mut events = cache.follow();
        assert_eq!(events.next().await, Some(Event::Missed));
        fill(&cache, value).await;
        while cache.statistics().tiers.stored < PANELS as u64 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let keys: Vec<String> = server.command(&["KEYS", &format!("{}e:*", redis.prefix)]);
        assert_eq!(keys.len(), PANELS);
        let mut mget = redis::cmd("MGET");
        mget.arg(keys);
        let config = ConnectionManagerConfig::new().set_number_of_retries(0);
        let client = redis::Client::open(server.url()).unwrap();
        let bare = ConnectionManager::new_with_config(client, config).await.unwrap();
        // The message a replica receives when another invalidates; here without an invalidation.
        let requests = dashboard();
        let tags: Vec<&str> =
            requests.iter().flat_map(|r| r.tags.iter()).map(Tag::as_str).collect();
        let mut forget = redis::cmd("PUBLISH");
        forget.arg(format!("{}events", redis.prefix)).arg(format!("i{}", tags.join("\n")));
        let events = tokio::sync::Mutex::new(events);
        Self { cache, requests, bare, mget, events, forget }
    }

    async fn batch(&self) {
        let found = self.cache.lookup(&self.requests, Trigger::View).await;
        assert!(found.iter().all(|found| found.hit.is_some()));
        black_box(found);
    }

    async fn mget(&self) {
        let mut connection = self.bare.clone();
        let found: Vec<Option<Vec<u8>>> = self.mget.query_async(&mut connection).await.unwrap();
        assert!(found.iter().all(Option::is_some));
        black_box(found);
    }

    /// Makes the cache forget the generations, so that it cannot prefetch entries.
    async fn forget_generations(&self) {
        let mut connection = self.bare.clone();
        self.forget.exec_async(&mut connection).await.unwrap();
        self.events.lock().await.next().await;
    }
}

async fn timed(work: impl Future<Output = ()>) -> Duration {
    let begun = Instant::now();
    work.await;
    begun.elapsed()
}

/// Measures in a task of the runtime.
fn in_task<F>(runtime: &Runtime, work: impl Fn() -> F + Send + 'static) -> Duration
where
    F: Future<Output = Duration> + Send + 'static,
{
    runtime.block_on(async { tokio::spawn(work()).await.unwrap() })
}

fn memory(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let cache = Cache::in_memory(Config::default(), clock());
    runtime.block_on(fill(&cache, &bytes(BYTES, true)));
    let requests = dashboard();
    let mut group = criterion.benchmark_group("memory");
    group.throughput(Throughput::Elements(PANELS as u64));
    group.bench_function("batch of 20", |bencher| {
        bencher.to_async(&runtime).iter(async || {
            let found = cache.lookup(&requests, Trigger::View).await;
            assert!(found.iter().all(|found| found.hit.is_some()));
            found
        });
    });
    group.finish();
}

fn redis_batch(criterion: &mut Criterion) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let server = Server::start(&[]);
    let mut ratios = Vec::new();
    for (kind, compressible) in [("compressible", true), ("noise", false)] {
        let value = bytes(BYTES, compressible);
        let over = Arc::new(runtime.block_on(OverRedis::new(&server, &value)));
        let mut group = criterion.benchmark_group(format!("redis, {kind}"));
        group.throughput(Throughput::Elements(PANELS as u64));
        group.bench_function("bare MGET of 20", |bencher| {
            bencher.iter_custom(|times| {
                let over = Arc::clone(&over);
                in_task(&runtime, move || {
                    let over = Arc::clone(&over);
                    async move {
                        timed(async {
                            for _ in 0..times {
                                over.mget().await;
                            }
                        })
                        .await
                    }
                })
            });
        });
        group.bench_function("batch of 20, generations known", |bencher| {
            bencher.iter_custom(|times| {
                let over = Arc::clone(&over);
                in_task(&runtime, move || {
                    let over = Arc::clone(&over);
                    async move {
                        timed(async {
                            for _ in 0..times {
                                over.batch().await;
                            }
                        })
                        .await
                    }
                })
            });
        });
        group.finish();
        if !std::env::args().any(|argument| argument == "--bench") {
            // When run as a test, it only has to run.
            continue;
        }
        // Alternating, so that other load on the machine affects all three equally.
        let over = Arc::clone(&over);
        let measured = runtime.block_on(async {
            tokio::spawn(async move {
                let [mut bare, mut known, mut unknown] = [const { Vec::new() }; 3];
                for _ in 0..3_000 {
                    bare.push(timed(over.mget()).await);
                    known.push(timed(over.batch()).await);
                    over.forget_generations().await;
                    unknown.push(timed(over.batch()).await);
                }
                [bare, known, unknown].map(median)
            })
            .await
            .unwrap()
        });
        ratios.push((kind, measured));
    }
    for (kind, [bare, known, unknown]) in ratios {
        let ratio = |of: Duration| of.as_secs_f64() / bare.as_secs_f64();
        println!(
            "Redis batch / bare MGET, 20 entries of 4 kB, {kind}: {:.2} with one wait ({known:?}), \
             {:.2} with two ({unknown:?}), bare {bare:?}",
            ratio(known),
            ratio(unknown)
        );
    }
}

fn median(mut of: Vec<Duration>) -> Duration {
    of.sort_unstable();
    of[of.len() / 2]
}

fn entries(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let cache = Cache::<Bytes>::in_memory(Config::default(), clock());
    let ticket = runtime.block_on(cache.tickets(&[request(0)])).remove(0);
    for (kind, compressible) in [("compressible", true), ("noise", false)] {
        let mut group = criterion.benchmark_group(format!("entry of 1 MB, {kind}"));
        let value = bytes(1 << 20, compressible);
        group.throughput(Throughput::Bytes(1 << 20));
        let entry = Entry {
            value,
            stored_at: Timestamp(0),
            load_time: Duration::ZERO,
            fresh_until: Timestamp(1),
            usable_until: Timestamp(2),
            key: ticket.key,
        };
        let encoded = encoding::encode(&entry);
        println!("an entry of 1 MB, {kind}, takes {} bytes", encoded.len());
        group.bench_function("encode", |bencher| bencher.iter(|| encoding::encode(&entry)));
        group.bench_function("decode", |bencher| {
            bencher.iter(|| encoding::decode::<Bytes>(&encoded, ticket.key, 2 << 20).unwrap());
        });
        group.finish();
    }
}

/// A reader of pages of 20, without writers, and while eight of them keep invalidating the tables
/// of all panels.
fn writers(criterion: &mut Criterion) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let server = Server::start(&[]);
    let redis = support::config(&server.url());
    let over_redis = {
        let _guard = runtime.enter();
        Cache::with_redis(Config::default(), clock(), redis).unwrap()
    };
    let in_memory = Cache::in_memory(Config::default(), clock());
    for (tier, cache) in [("memory", in_memory), ("redis", over_redis)] {
        let value = bytes(BYTES, true);
        runtime.block_on(fill(&cache, &value));
        let mut group = criterion.benchmark_group(format!("page of 20, {tier}"));
        group.throughput(Throughput::Elements(PANELS as u64));
        for count in [0, WRITERS] {
            let stop = Arc::new(AtomicBool::new(false));
            let written: Vec<_> = (0..count)
                .map(|writer| {
                    let (cache, stop) = (cache.clone(), Arc::clone(&stop));
                    runtime.spawn(async move {
                        let (tags, mut count) = (request(writer).tags, 0u64);
                        while !stop.load(Ordering::Relaxed) {
                            cache.invalidate(&tags[1..2]).await.unwrap();
                            count += 1;
                            // Eight thousand invalidations a second are more than any pipeline
                            // sends.
                            tokio::time::sleep(Duration::from_millis(1)).await;
                        }
                        count
                    })
                })
                .collect();
            let begun = Instant::now();
            group.bench_with_input(BenchmarkId::new("writers", count), &count, |bencher, _| {
                bencher.iter_custom(|times| {
                    let (cache, value) = (cache.clone(), value.clone());
                    in_task(&runtime, move || {
                        let (cache, value) = (cache.clone(), value.clone());
                        async move {
                            let requests = dashboard();
                            timed(async {
                                for _ in 0..times {
                                    page(&cache, &requests, &value).await;
                                }
                            })
                            .await
                        }
                    })
                });
            });
            stop.store(true, Ordering::Relaxed);
            let seconds = begun.elapsed().as_secs_f64();
            let written: u64 = written.into_iter().map(|w| runtime.block_on(w).unwrap()).sum();
            if count > 0 {
                println!("{tier}: {:.0} invalidations a second", written as f64 / seconds);
            }
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .nresamples(10_000)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = memory, redis_batch, entries, writers
}
criterion_main!(benches);
