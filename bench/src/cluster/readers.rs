//! Readers of pages and of the API, through nginx. They check each answer: whether it is whole, and whether its
//! counter is at least what had been acknowledged before they asked.

use super::dashboards::{COUNTER, views};
use super::world::World;
use crate::check::{Shown, page_value};
use crate::client::CUT_OFF;
use crate::zipf::Zipf;
use anyhow::{Context, Result, bail};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// What readers saw.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// How long each answer took.
    pub(super) times: Vec<Duration>,
    /// Pages and answers that did not arrive, or not whole, or with a failed panel.
    pub(super) failed: u64,
    /// What was wrong with the first of them.
    pub(super) first_failure: Option<String>,
    /// Pages that had begun when their replica was killed, and were whole when they were loaded again.
    pub(super) cut_off: u64,
    /// Answers with an older counter than acknowledged.
    pub(super) stale: u64,
    /// Answers that say that they could not be verified: they make no claim.
    pub(super) unverified: u64,
}

const ANSWER: Duration = Duration::from_secs(20);
/// By how much the popularity of views decreases.
const EXPONENT: f64 = 1.1;
/// Every so many requests are the API's.
const API: u64 = 4;

impl Seen {
    /// Adds what others saw.
    pub(super) fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.failed += other.failed;
        self.first_failure = self.first_failure.take().or(other.first_failure);
        self.cut_off += other.cut_off;
        self.stale += other.stale;
        self.unverified += other.unverified;
    }

    /// What a share of the answers, as 0.95, took at most.
    pub(super) fn percentile(&self, share: f64) -> Duration {
        let mut times = self.times.clone();
        times.sort();
        let at = (times.len().saturating_sub(1) as f64 * share).round() as usize;
        times.get(at).copied().unwrap_or_default()
    }
}

/// Has `readers` readers ask `rate` times a second together until the world ends.
pub(super) async fn read(world: &Arc<World>, readers: u64, rate: f64) -> Result<Seen> {
    let mut tasks = JoinSet::new();
    for reader in 0..readers {
        let every = Duration::from_secs_f64(readers as f64 / rate);
        tasks.spawn(one(Arc::clone(world), reader, every));
    }
    let mut seen = Seen::default();
    while let Some(one) = tasks.join_next().await {
        seen.add(one?);
    }
    Ok(seen)
}

async fn one(world: Arc<World>, reader: u64, every: Duration) -> Seen {
    let (views, mut random) = (views(), StdRng::seed_from_u64(reader));
    let popularity = Zipf::new(views.len(), EXPONENT);
    let mut pace = interval(every);
    // A reader who had to wait does not hurry afterwards.
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut seen, mut count) = (Seen::default(), reader);
    while !world.is_over.load(Ordering::SeqCst) {
        pace.tick().await;
        count += 1;
        let view = &views[popularity.draw(&mut random)];
        let least = world.acknowledged.load(Ordering::SeqCst);
        let begun = Instant::now();
        let mut answer = ask(&world, view, count).await;
        if answer.as_ref().is_err_and(|error| error.chain().any(|why| why.to_string() == CUT_OFF)) {
            answer = ask(&world, view, count).await;
            seen.cut_off += u64::from(answer.is_ok());
        }
        seen.times.push(begun.elapsed());
        match answer {
            Ok(Shown { is_unverified: true, .. }) => seen.unverified += 1,
            Ok(Shown { value, .. }) => seen.stale += u64::from(value < least),
            Err(error) => {
                seen.failed += 1;
                seen.first_failure.get_or_insert_with(|| format!("{error:#}"));
            }
        }
    }
    seen
}

async fn ask(world: &World, view: &str, count: u64) -> Result<Shown> {
    match count % API {
        0 => api(world, view).await,
        _ => page(world, view).await,
    }
}

/// Opens a page, and finds the counter on it.
async fn page(world: &World, view: &str) -> Result<Shown> {
    let path = format!("/d/sales?{view}");
    let answer = world.client.get(&world.url(&path), ANSWER).await.context(path.clone())?;
    let text = String::from_utf8_lossy(&answer.body);
    if answer.status != 200 || text.contains("notice bad") || !text.contains("</html>") {
        let start = text.find("notice bad").unwrap_or_default();
        let some: String = text[start..].chars().take(300).collect();
        bail!("{path}: status {}: {some}", answer.status);
    }
    page_value(&text, COUNTER).with_context(|| format!("{path} has no counter"))
}

async fn api(world: &World, view: &str) -> Result<Shown> {
    let path = format!("/api/v1/dashboards/sales/panels/{COUNTER}?{view}");
    let answer = world.client.get(&world.url(&path), ANSWER).await.context(path.clone())?;
    let text = String::from_utf8_lossy(&answer.body);
    let json: Value = serde_json::from_str(&text).with_context(|| format!("{path}: {text}"))?;
    let cell = json.pointer("/panel/frame/columns/0/cells/0").and_then(Value::as_i64);
    let state = json.pointer("/panel/freshness/state").and_then(Value::as_str);
    match (answer.status, cell, state) {
        (200, Some(value), Some(state)) => {
            Ok(Shown { value, is_unverified: state == "unverified" })
        }
        (status, ..) => bail!("{path}: status {status}: {text}"),
    }
}
