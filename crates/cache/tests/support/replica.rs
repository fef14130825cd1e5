//! Replicas for tests: caches over one Redis, each with its own connection, like processes.

use brisk_cache::{
    Cache, Config, Event, Fingerprint, Follower, Hit, Policy, RedisConfig, Request, State, Tag,
    Trigger,
};
use brisk_domain::{ManualClock, Timestamp};
use brisk_test_waiting::{eventually, wait_for};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub type Text = Arc<str>;
pub type Loader = Box<dyn FnOnce() -> BoxFuture<'static, Result<Text, Refused>> + Send>;

#[derive(Debug, thiserror::Error)]
#[error("the database refused")]
pub struct Refused;

pub fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::from_seconds(1_000_000)))
}

pub fn replica(config: &RedisConfig) -> Cache<Text> {
    replica_at(config, clock())
}

pub fn replica_at(config: &RedisConfig, clock: Arc<ManualClock>) -> Cache<Text> {
    let exact = Config { jitter: 0.0, early: 0.0, ..Config::default() };
    Cache::with_redis(exact, clock, config.clone()).unwrap()
}

pub fn request(name: &str) -> Request {
    Request {
        fingerprint: Fingerprint::of([name]),
        tags: [tag("table:orders")].into(),
        policy: Policy::default(),
        label: name.into(),
        lane: "shop".into(),
    }
}

pub fn tag(text: &str) -> Tag {
    Tag::parse(text).unwrap()
}

pub fn gives(text: &str, loads: &Arc<AtomicU32>) -> Loader {
    let (text, loads) = (Text::from(text), Arc::clone(loads));
    Box::new(move || {
        async move {
            loads.fetch_add(1, Ordering::SeqCst);
            Ok(text)
        }
        .boxed()
    })
}

pub async fn get(cache: &Cache<Text>, name: &str, text: &str) -> Hit<Text> {
    cache.get(&request(name), Trigger::View, gives(text, &Arc::default())).await.unwrap()
}

pub async fn lookup(cache: &Cache<Text>, name: &str) -> Option<(State, String)> {
    let hit = cache.lookup(&[request(name)], Trigger::View).await.pop().unwrap().hit?;
    Some((hit.state, hit.entry.value.to_string()))
}

pub fn some(state: State, text: &str) -> Option<(State, String)> {
    Some((state, text.to_owned()))
}

/// The next event a follower receives.
pub async fn heard(follower: &mut Follower) -> Option<Event> {
    wait_for("a follower receives an event", follower.next()).await
}

/// Waits until the entry is in Redis, which may be after the answer.
pub async fn stored(cache: &Cache<Text>, count: u64) {
    let is_stored = async || cache.statistics().tiers.stored >= count;
    eventually(format!("{count} entries are in Redis"), is_stored).await;
}
