//! Changes: an admin sets TTLs and makes webhooks.

use super::contents::ADMIN;
use super::history::Component;
use super::http::{Answer, Request, ask};
use super::people::post_sign_in;
use super::settings::REPLICAS;
use super::world::World;
use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const POLICY: &str = "/admin/cache/policy";
const HOOKS: &str = "/admin/invalidation";

/// Starts the admin.
pub(super) fn start(world: &Arc<World>, load: &mut JoinSet<Result<()>>) {
    load.spawn(act(Arc::clone(world)));
}

async fn act(world: Arc<World>) -> Result<()> {
    let mut random = StdRng::seed_from_u64(world.seed ^ 60_000);
    let mut cookie = String::new();
    let mut step = 0;
    while !world.has_ended() {
        let number = random.random_range(0..REPLICAS);
        tokio::time::sleep(Duration::from_millis(random.random_range(100..900))).await;
        if cookie.is_empty() {
            let answer = post_sign_in(&world, ADMIN, number).await;
            let given = answer.ok().as_ref().and_then(Answer::cookie).map(str::to_owned);
            cookie = given.unwrap_or_default();
            continue;
        }
        step += 1;
        let ttl = 100 + step;
        // Whole minutes would be written in another way.
        let (path, form) = match step % 8 == 0 || ttl % 60 == 0 {
            true => (HOOKS, format!("name=hook-{step}&allow=&per_minute=&source=")),
            false => (POLICY, format!("scope=dashboard:settings&ttl={ttl}s&stale=&mode=&early=")),
        };
        let begun = Instant::now();
        let request =
            Request { method: "POST", path, cookie: &cookie, body: &form, ..Request::default() };
        let answer = ask(world.replicas[number].port, &request).await;
        if answer.as_ref().is_ok_and(|answer| (200..400).contains(&answer.status)) {
            let mut done = world.changes.done.lock().unwrap_or_else(PoisonError::into_inner);
            match path {
                POLICY => done.0.push(ttl),
                _ => done.1.push(format!("hook-{step}")),
            }
            continue;
        }
        world.changes.refused.fetch_add(1, Ordering::SeqCst);
        if path == POLICY {
            world.changes.in_doubt.lock().unwrap_or_else(PoisonError::into_inner).push(ttl);
        }
        let is_out = answer.as_ref().is_ok_and(|answer| answer.status == 401);
        if is_out {
            cookie.clear();
        }
        let parts = [Component::Replica(number), Component::Redis, Component::Store];
        if !is_out && !parts.iter().any(|part| world.is_disturbed_since(*part, begun)) {
            let said = answer.map(|answer| answer.status);
            world.broken(format!("a change at replica {number} failed: {said:?}"));
        }
    }
    Ok(())
}

/// What was acknowledged is there, with its record in the audit log.
pub(super) async fn settle(world: &World) -> Result<()> {
    let (ttls, hooks) = world.changes.done.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let in_doubt = world.changes.in_doubt.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let store = &world.store.0;
    let words = async |sql: &str| -> Result<BTreeSet<String>> {
        let text = store.text(sql).await?;
        Ok(text.split_ascii_whitespace().map(str::to_owned).collect())
    };
    let set = words(
        "select coalesce(string_agg(value, ' '), '') from settings where scope = 'dashboard:settings'",
    );
    let set = set.await?;
    if let Some(last) = ttls.last() {
        let may_hold = in_doubt.iter().chain([last]).map(|ttl| format!("{ttl}s"));
        let may_hold: BTreeSet<String> = may_hold.collect();
        if set.is_disjoint(&may_hold) {
            world.broken(format!("the TTL is {set:?}, and has to be one of {may_hold:?}"));
        }
    }
    let recorded =
        words("select coalesce(string_agg(concat(after, ' ', subject), ' '), '') from audit");
    let recorded = recorded.await?;
    for ttl in ttls.into_iter().map(|ttl| format!("{ttl}s")) {
        if !recorded.iter().any(|word| word.contains(&ttl)) {
            world.broken(format!("the audit log has no record of the TTL {ttl}"));
        }
    }
    let made = words("select coalesce(string_agg(name, ' '), '') from webhooks").await?;
    for hook in hooks {
        if !made.contains(&hook) {
            world.broken(format!("the webhook {hook} was made, and is not there"));
        }
        if !recorded.contains(&hook) {
            world.broken(format!("the audit log has no record of the webhook {hook}"));
        }
    }
    Ok(())
}
