//! People: they sign in, use their sessions on either replica, and sign out.

use super::contents::{ACCOUNTS, person};
use super::history::Component;
use super::http::{Answer, Request, ask};
use super::sessions::Session;
use super::settings::REPLICAS;
use super::world::World;
use crate::sign_ins::PASSWORD;
use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Those who sign in and out, at a time.
const BUSY: usize = 3;
/// Sessions that are kept at a time.
const MOST: usize = 40;

/// Starts people.
pub(super) fn start(world: &Arc<World>, load: &mut JoinSet<Result<()>>) {
    for busy in 0..BUSY {
        load.spawn(act(Arc::clone(world), busy));
    }
}

async fn act(world: Arc<World>, busy: usize) -> Result<()> {
    let mut random = StdRng::seed_from_u64(world.seed ^ (50_000 + busy as u64));
    while !world.has_ended() {
        let number = random.random_range(0..REPLICAS);
        let some = {
            let sessions = world.sessions();
            let count = sessions.0.len();
            (count > 0).then(|| (sessions.0[random.random_range(0..count)].cookie.clone(), count))
        };
        match some {
            Some((cookie, count)) if count >= MOST || random.random_bool(0.1) => {
                sign_out(&world, &cookie, number).await;
            }
            Some((cookie, _)) if random.random_bool(0.7) => {
                is_in(&world, &cookie, number).await;
            }
            _ => {
                let who = person(random.random_range(0..ACCOUNTS));
                if let Some(cookie) = sign_in(&world, &who, number).await {
                    is_in(&world, &cookie, number).await;
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(20..600))).await;
    }
    Ok(())
}

/// Signs in; the session of an acknowledged sign-in has to last.
async fn sign_in(world: &World, who: &str, number: usize) -> Option<String> {
    let begun = Instant::now();
    let answer = post_sign_in(world, who, number).await;
    let cookie =
        answer.as_ref().ok().filter(|answer| answer.status == 303).and_then(Answer::cookie);
    let Some(cookie) = cookie else {
        world.people.refused.fetch_add(1, Ordering::SeqCst);
        let parts = [Component::Replica(number), Component::Redis, Component::Store];
        if !parts.iter().any(|part| world.is_disturbed_since(*part, begun)) {
            let said = answer.map(|answer| answer.status);
            world.broken(format!("{who} could not sign in at replica {number}: {said:?}"));
        }
        return None;
    };
    world.people.signed_in.fetch_add(1, Ordering::SeqCst);
    let mut sessions = world.sessions();
    // Redis may have lost it before it was known here.
    if !world.history.is_killed(Component::Redis, begun, Instant::now()) {
        sessions.0.push(Session::new(cookie.to_owned()));
    }
    Some(cookie.to_owned())
}

/// The answer to a sign-in, from an address of its own.
pub(super) async fn post_sign_in(world: &World, who: &str, number: usize) -> Result<Answer> {
    let form = format!("name={who}&password={}", PASSWORD.replace(' ', "+"));
    let client = world.people.number.fetch_add(1, Ordering::SeqCst);
    let request =
        Request { method: "POST", path: "/sign-in", body: &form, client, ..Request::default() };
    ask(world.replicas[number].port, &request).await
}

/// Whether a session is accepted; `None` without a verdict.
async fn is_in(world: &World, cookie: &str, number: usize) -> Option<bool> {
    let begun = Instant::now();
    let request = Request { method: "GET", path: "/profile", cookie, ..Request::default() };
    let answer = ask(world.replicas[number].port, &request).await;
    let own = Component::Replica(number);
    match answer {
        Ok(answer) if answer.status == 200 => {
            world.people.used.fetch_add(1, Ordering::SeqCst);
            let now = Instant::now();
            let mut sessions = world.sessions();
            if !world.history.is_killed(own, begun, now) {
                let is_certain = !world.history.is_disturbed(Component::Redis, begun, now);
                sessions.seen(cookie, number, is_certain);
            }
            Some(true)
        }
        // It may be lost for the moment; what counts is whether it is there in the end.
        Ok(answer) if answer.status == 401 || answer.status == 303 => {
            // Another replica may be about to write it back.
            let replicas = (0..REPLICAS).map(Component::Replica);
            let mut parts = replicas.chain([Component::Redis, Component::Store]);
            let is_well = !parts.any(|part| world.is_disturbed_since(part, begun));
            let is_promised = {
                let sessions = world.sessions();
                sessions.0.iter().any(|one| one.cookie == cookie && one.is_promised())
            };
            if is_well && is_promised {
                world.broken(format!(
                    "replica {number} no longer knows a session, and nothing was wrong"
                ));
            }
            Some(false)
        }
        Ok(answer) => {
            let parts = [own, Component::Redis, Component::Store];
            if !parts.iter().any(|part| world.is_disturbed_since(*part, begun)) {
                world.broken(format!("replica {number} answered a session with {}", answer.status));
            }
            None
        }
        Err(error) => {
            let parts = [own, Component::Redis, Component::Store];
            if !parts.iter().any(|part| world.is_disturbed_since(*part, begun)) {
                world.broken(format!("replica {number} did not answer a session: {error:#}"));
            }
            None
        }
    }
}

async fn sign_out(world: &World, cookie: &str, number: usize) {
    // From now on it may end at any moment, whether that is acknowledged or not.
    world.sessions().remove(cookie);
    let request = Request { method: "POST", path: "/sign-out", cookie, ..Request::default() };
    let answer = ask(world.replicas[number].port, &request).await;
    if answer.is_ok_and(|answer| answer.status == 303) {
        let mut ended = world.people.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.push(cookie.to_owned());
    }
}

/// Sessions that have to be there are, on both replicas, and those that were ended are not.
pub(super) async fn settle(world: &World) -> Result<()> {
    let sessions = world.sessions().0.clone();
    let ended = world.people.ended.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for number in 0..REPLICAS {
        for session in &sessions {
            let is_there = is_in(world, &session.cookie, number).await == Some(true);
            let count = match (is_there, session.is_promised()) {
                (true, _) => &world.people.kept,
                (false, false) => &world.people.lost,
                (false, true) => {
                    world.broken(format!("an acknowledged session is lost on replica {number}"));
                    continue;
                }
            };
            count.fetch_add(u64::from(number == 0), Ordering::SeqCst);
        }
        for cookie in &ended {
            if is_in(world, cookie, number).await == Some(true) {
                world.broken(format!("a session that was ended is accepted on replica {number}"));
            }
        }
    }
    Ok(())
}
