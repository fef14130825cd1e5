//! Values: senders change a row, deliver an invalidation, and repeat it until it is acknowledged; readers check
//! what both replicas show.

use super::figures::ROWS;
use super::history::Component;
use super::http::{Request, ask};
use super::settings::REPLICAS;
use super::world::{SECRET, World};
use crate::check::panel_value;
use crate::client::panel_path;
use crate::wall_clock::since_epoch;
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brisk_domain::Freshness;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use ring::hmac;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const READERS: usize = 6;
/// The most deliveries of a run that the log is sure to hold: it keeps 2,000.
const MOST: f64 = 1_500.0;
/// How long a replica may take to write what it has acknowledged to the log: a second, and the write.
const LOGGED: Duration = Duration::from_secs(3);
/// Enough for a process that is not disturbed.
const ANSWER: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(100);

/// Starts senders and readers.
pub(super) fn start(world: &Arc<World>, load: &mut JoinSet<Result<()>>) {
    for row in 0..ROWS {
        load.spawn(send(Arc::clone(world), row));
    }
    for reader in 0..READERS {
        load.spawn(read(Arc::clone(world), reader));
    }
}

async fn send(world: Arc<World>, row: usize) -> Result<()> {
    let mut random = StdRng::seed_from_u64(world.seed ^ (20_000 + row as u64));
    let pace = (world.length.as_secs_f64() * ROWS as f64 / MOST).max(0.3);
    while !world.has_ended() {
        tokio::time::sleep(Duration::from_secs_f64(pace * random.random_range(0.5..1.5))).await;
        // The pipeline has a connection of its own to the database; while that is away it waits.
        let value = world.values.written[row].load(Ordering::SeqCst) + 1;
        world.values.written[row].store(value, Ordering::SeqCst);
        let update = format!("update counter_{row} set value = {value}");
        while world.source.0.execute(update.clone()).await.is_err() {
            tokio::time::sleep(PAUSE).await;
        }
        loop {
            let number = random.random_range(0..REPLICAS);
            if deliver(&world, row, value, number).await {
                break;
            }
            world.values.refused.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(())
}

/// Delivers once; whether it is acknowledged.
async fn deliver(world: &World, row: usize, value: i64, number: usize) -> bool {
    let body =
        format!("{{\"tags\":[\"{}\",\"table:bench.public.counter_{row}\"]}}", mark(row, value));
    let (id, at) = (format!("msg_{row}_{value}"), since_epoch().as_secs());
    let key = hmac::Key::new(hmac::HMAC_SHA256, &SECRET);
    let signature = STANDARD.encode(hmac::sign(&key, format!("{id}.{at}.{body}").as_bytes()));
    let headers = format!(
        "webhook-id: {id}\r\nwebhook-timestamp: {at}\r\nwebhook-signature: v1,{signature}\r\n\
         content-type: application/json\r\n"
    );
    let request = Request {
        method: "POST",
        path: "/hooks/pipeline",
        headers: &headers,
        body: &body,
        ..Request::default()
    };
    let begun = Instant::now();
    match ask(world.replicas[number].port, &request).await {
        Ok(answer) if answer.status == 200 => {
            let mut delivered =
                world.values.delivered.lock().unwrap_or_else(PoisonError::into_inner);
            delivered.push((row, value, number, Instant::now()));
            world.values.acknowledged[row].fetch_max(value, Ordering::SeqCst);
            true
        }
        Ok(answer) => {
            // A replica that was not running has not noticed yet that Redis is back.
            let parts = [Component::Redis, Component::Replica(number)];
            let is_excused = answer.status == 503
                && parts.iter().any(|part| world.is_disturbed_since(*part, begun));
            if !is_excused {
                let said = answer.text.lines().last().unwrap_or_default();
                world.broken(format!("a delivery was answered with {}: {said}", answer.status));
            }
            false
        }
        Err(error) => {
            if !world.is_disturbed_since(Component::Replica(number), begun) {
                world.broken(format!("replica {number} did not answer a delivery: {error:#}"));
            }
            false
        }
    }
}

/// The tag that a delivery is found by in the log.
fn mark(row: usize, value: i64) -> String {
    format!("chaos-{row}-{value}")
}

async fn read(world: Arc<World>, reader: usize) -> Result<()> {
    let mut random = StdRng::seed_from_u64(world.seed ^ (30_000 + reader as u64));
    let values = &world.values;
    while !world.has_ended() {
        let (row, number) = (random.random_range(0..ROWS), random.random_range(0..REPLICAS));
        let url = world.replicas[number].url(&panel_path("counters", &format!("c{row}"), ""));
        let least = values.acknowledged[row].load(Ordering::SeqCst);
        let begun = Instant::now();
        match world.client.panel(&url, ANSWER).await {
            Ok(data) => {
                let (value, most) =
                    (panel_value(&data)?, values.written[row].load(Ordering::SeqCst));
                let is_old = value < least && data.freshness != Freshness::Unverified;
                if is_old || value > most || value < 0 {
                    world.broken(format!(
                        "replica {number} showed {value} of row {row} as {:?}: {least} was acknowledged, \
                         {most} is the last that was written",
                        data.freshness
                    ));
                }
                let count = match data.freshness {
                    Freshness::Unverified => &values.unverified,
                    _ => &values.checked,
                };
                count.fetch_add(1, Ordering::SeqCst);
            }
            Err(error) => {
                values.unanswered.fetch_add(1, Ordering::SeqCst);
                let parts = [Component::Replica(number), Component::Source];
                if !parts.iter().any(|part| world.is_disturbed_since(*part, begun)) {
                    world.broken(format!(
                        "replica {number} did not show row {row}, though it and the source were well: {error:#}"
                    ));
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(2..60))).await;
    }
    Ok(())
}

/// Both replicas show the last value of each row, and the log has what was acknowledged.
pub(super) async fn settle(world: &World) -> Result<()> {
    for row in 0..ROWS {
        let last = world.values.acknowledged[row].load(Ordering::SeqCst);
        for (number, brisk) in world.replicas.iter().enumerate() {
            let url = brisk.url(&panel_path("counters", &format!("c{row}"), ""));
            match world.client.panel(&url, ANSWER).await {
                Ok(data) => {
                    let (value, shown) = (panel_value(&data)?, data.freshness);
                    if value < last || shown == Freshness::Unverified {
                        world.broken(format!(
                            "at the end replica {number} shows {value} of row {row} as {shown:?}, not {last}"
                        ));
                    }
                }
                Err(error) => {
                    world.broken(format!(
                        "at the end replica {number} does not show row {row}: {error:#}"
                    ));
                }
            }
        }
    }
    tokio::time::sleep(LOGGED).await;
    let sql = "select coalesce(string_agg(tags, ' '), '') from deliveries where refused is null";
    let log = world.store.0.text(sql).await?;
    let logged: BTreeSet<&str> = log.split_ascii_whitespace().collect();
    let delivered = world.values.delivered.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for (row, value, number, at) in delivered {
        if logged.contains(mark(row, value).as_str()) {
            continue;
        }
        let until = written_by(world, number, at);
        if world.history.is_killed(Component::Replica(number), at, until) {
            world.values.lost_at_once.fetch_add(1, Ordering::SeqCst);
        } else {
            world.broken(format!("delivery {value} of row {row} was acknowledged by replica {number}, and is not in the log"));
        }
    }
    Ok(())
}

/// When a replica had the time to write a delivery to the log, at the latest.
fn written_by(world: &World, number: usize, at: Instant) -> Instant {
    let (mut from, now) = (at, Instant::now());
    let parts = [Component::Store, Component::Replica(number)];
    while from < now
        && parts.iter().any(|part| world.history.is_disturbed(*part, from, from + LOGGED))
    {
        from += Duration::from_millis(200);
    }
    from + LOGGED
}
