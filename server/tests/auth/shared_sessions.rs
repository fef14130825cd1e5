//! Sessions and counts of wrong tries in Redis: what they cost, who is signed in where, and what happens
//! when Redis fails, comes back empty, or comes back with old records.

use super::world::{PASSWORD, World};
use brisk_accounts::{AccountId, LoginName, Role};
use brisk_bench::servers::redis::Redis;
use brisk_store::AccountChange;
use brisk_test_stores::TestStore;
use brisk_test_waiting::eventually;

fn redis() -> Redis {
    Redis::start(&[]).unwrap()
}

fn trips(world: &World) -> u64 {
    world.records.as_ref().unwrap().round_trips()
}

async fn id_of(world: &World, name: &str) -> AccountId {
    let name = LoginName::parse(name).unwrap();
    world.store.account_named(&name).await.unwrap().unwrap().id
}

#[tokio::test]
async fn a_session_costs_one_round_trip_once_and_nothing_on_hot_pages() {
    let redis = redis();
    for test in TestStore::each().await {
        let world = World::sharing(test, &redis).await;
        let ann = world.person("ann", Role::Viewer, &["sales"]).await;
        let cookie = world.sign_in("ann").await;
        assert_eq!(world.store.sessions_of(&ann).await.unwrap(), [], "the store has none");
        let other = world.replica(&redis).await;
        let before = trips(&other);
        assert_eq!(other.get("/d/team", &cookie).await.status, 200, "it is signed in there, too");
        assert_eq!(trips(&other) - before, 1);
        let calls = redis.calls().unwrap();
        for _ in 0..50 {
            assert_eq!(other.get("/d/team", &cookie).await.status, 200);
        }
        assert_eq!(trips(&other) - before, 1);
        let after = redis.calls().unwrap();
        let of = |calls: &std::collections::BTreeMap<String, u64>, name: &str| {
            calls.get(name).copied().unwrap_or_default()
        };
        for name in ["get", "set", "evalsha", "eval"] {
            assert_eq!(of(&after, name), of(&calls, name), "{name}");
        }
        // Whatever changes in anybody's rights, Redis is not asked again who this is.
        other.person("new", Role::Viewer, &[]).await;
        assert_eq!(other.get("/d/team", &cookie).await.status, 200);
        assert_eq!(trips(&other) - before, 1);
    }
}

#[tokio::test]
async fn what_ends_a_session_ends_it_on_every_replica_also_without_redis() {
    let redis = redis();
    for test in TestStore::each().await {
        let world = World::sharing(test, &redis).await;
        let ann = world.person("ann", Role::Viewer, &["sales"]).await;
        let other = world.replica(&redis).await;
        let is_in = async |world: &World, cookie: &str| {
            world.auth.refresh().await.unwrap();
            world.get("/d/team", cookie).await.status == 200
        };
        for end in ["sign-out", "password", "profile", "all"] {
            let (cookie, own) = (world.sign_in("ann").await, world.sign_in("ann").await);
            assert!(is_in(&world, &cookie).await && is_in(&other, &cookie).await, "{end}");
            match end {
                "sign-out" => drop(other.post("/sign-out", &cookie, "").await),
                "password" => {
                    let kept = world.store.account(&ann).await.unwrap().unwrap().password;
                    world.change(&ann, AccountChange::Password(kept)).await;
                }
                "profile" => {
                    let hash = brisk_accounts::secret::hash(cookie.split_once('=').unwrap().1);
                    let form = format!("do=session-end&id={}", &hash[..16]);
                    assert_eq!(other.post("/profile", &own, &form).await.status, 200);
                }
                _ => drop(other.post("/profile", &own, "do=sessions-end").await),
            }
            assert!(!is_in(&world, &cookie).await && !is_in(&other, &cookie).await, "{end}");
            let goes_on = matches!(end, "sign-out" | "profile");
            assert_eq!(is_in(&world, &own).await, goes_on, "{end}");
            world.post("/profile", &own, "do=sessions-end").await;
        }
        let cookie = world.sign_in("ann").await;
        assert!(is_in(&world, &cookie).await && is_in(&other, &cookie).await);
        redis.kill();
        assert_eq!(world.post("/sign-out", &cookie, "").await.status, 303);
        assert!(!is_in(&other, &cookie).await, "it has ended all the same");
        redis.run().unwrap();
    }
}

#[tokio::test]
async fn without_redis_who_is_known_stays_and_nobody_is_signed_in_by_mistake() {
    let redis = redis();
    let world = World::sharing(TestStore::sqlite().await, &redis).await;
    let ann = world.person("ann", Role::Viewer, &["sales"]).await;
    let cookie = world.sign_in("ann").await;
    assert_eq!(world.get("/d/team", &cookie).await.status, 200);
    redis.kill();
    assert_eq!(world.get("/d/team", &cookie).await.status, 200, "no page fails for it");
    world.person("new", Role::Viewer, &[]).await;
    assert_eq!(world.get("/d/team", &cookie).await.status, 200, "nor after a change of rights");
    world.change(&ann, AccountChange::Teams(Default::default())).await;
    assert_eq!(world.get("/d/team", &cookie).await.status, 404, "which holds at once");
    // Somebody never seen here is unknown: that is neither yes nor no.
    let other = world.replica(&redis).await;
    assert_eq!(other.get("/d/everyone", &cookie).await.status, 503);
    assert_eq!(other.get("/d/public", "").await.status, 200);
    let refused = other.post("/sign-in", "", &format!("name=ann&password={PASSWORD}")).await;
    assert_eq!(refused.status, 503, "a session that cannot be kept is none");
    assert!(refused.cookie().is_none());
    redis.run().unwrap();
    // What Redis has forgotten it does not know: people sign in again.
    eventually("the other asks it again", async || {
        other.get("/d/everyone", &cookie).await.status != 503
    })
    .await;
    assert_eq!(other.get("/d/everyone", &cookie).await.status, 303);
    let again = other.sign_in("ann").await;
    assert_eq!(other.get("/d/everyone", &again).await.status, 200);
}

#[tokio::test]
async fn a_redis_that_comes_back_with_old_records_brings_no_session_back() {
    let redis = redis();
    for test in TestStore::each().await {
        let world = World::sharing(test, &redis).await;
        let ann = world.person("ann", Role::Viewer, &["sales"]).await;
        let kept = world.store.account(&ann).await.unwrap().unwrap().password;
        let (out, all) = (world.sign_in("ann").await, world.sign_in("ann").await);
        let keys: Vec<String> = redis.command(&["KEYS", "brisk:session*"]).unwrap();
        assert_eq!(keys.len(), 3, "two sessions, and which there are");
        let texts: Vec<(String, String)> = keys
            .into_iter()
            .map(|key| (redis.command(&["GET", &key]).unwrap(), key))
            .map(|(text, key)| (key, text))
            .collect();
        for (_, text) in &texts {
            assert!(!text.contains("ann") && !text.contains(ann.as_str()), "encrypted: {text}");
        }
        world.post("/sign-out", &out, "").await;
        world.change(&ann, AccountChange::Password(kept)).await;
        for (key, text) in &texts {
            redis.command::<String>(&["SET", key, text]).unwrap();
        }
        let other = world.replica(&redis).await;
        for cookie in [&out, &all] {
            assert_eq!(other.get("/d/team", cookie).await.status, 303);
        }
        // Write access to Redis makes no session either, and puts none in another's place.
        let live = world.sign_in("ann").await;
        let live_hash = brisk_accounts::secret::hash(live.split_once('=').unwrap().1);
        let text: String = redis.command(&["GET", &format!("brisk:session:{live_hash}")]).unwrap();
        let forged = brisk_accounts::secret::hash("BQAAAAAAAAAAAAAAAAAAAA");
        redis.command::<String>(&["SET", &format!("brisk:session:{forged}"), &text]).unwrap();
        let forged = other.get("/d/team", "brisk_session=BQAAAAAAAAAAAAAAAAAAAA").await;
        assert_eq!(forged.status, 303);
        assert_eq!(other.get("/d/team", &live).await.status, 200);
        redis.command::<String>(&["FLUSHALL"]).unwrap();
    }
}

/// A session's id that nobody was given.
fn made_up(n: usize) -> String {
    format!("Z{n:03}{}", "A".repeat(18))
}

#[tokio::test]
async fn ids_that_nobody_was_given_end_nothing_and_do_not_fill_the_store() {
    let redis = redis();
    let world = World::without_admin().await;
    world.person("root", Role::Admin, &[]).await;
    let before = world.store.access_state().await.unwrap();
    for n in 0..50 {
        let left = world.post("/sign-out", &format!("brisk_session={}", made_up(n)), "").await;
        assert_eq!(left.status, 303);
    }
    // What each process knows stays known.
    assert_eq!(world.store.access_state().await.unwrap(), before);
    for test in TestStore::each().await {
        let world = World::sharing(test, &redis).await;
        let ann = world.person("ann", Role::Viewer, &["sales"]).await;
        let (mine, other) = (world.sign_in("ann").await, world.sign_in("ann").await);
        for n in 0..200 {
            world.post("/sign-out", &format!("brisk_session={}", made_up(n)), "").await;
        }
        let mut noted = 0;
        for n in 0..200 {
            let hash = brisk_accounts::secret::hash(&made_up(n));
            let holds = world.store.holds_session(&hash, &ann, 0).await.unwrap();
            noted += usize::from(!holds);
        }
        assert_eq!(noted, 20, "each would be kept for as long as a session may last");
        // Somebody who has a session signs out all the same.
        assert_eq!(world.post("/sign-out", &mine, "").await.status, 303);
        assert_eq!(world.get("/d/team", &mine).await.status, 303);
        assert_eq!(world.get("/d/team", &other).await.status, 200);
        // One that Redis has lost ends as well: at once where it is known.
        let elsewhere = world.replica(&redis).await;
        let unknown = elsewhere.sign_in("ann").await;
        assert_eq!(elsewhere.get("/d/team", &unknown).await.status, 200);
        redis.command::<String>(&["FLUSHALL"]).unwrap();
        assert_eq!(world.get("/d/team", &other).await.status, 200, "it is known here");
        assert_eq!(world.post("/sign-out", &other, "").await.status, 303);
        assert_eq!(world.get("/d/team", &other).await.status, 303);
        // And a minute later at the latest where it is not.
        assert_eq!(world.post("/sign-out", &unknown, "").await.status, 503);
        world.clock.advance(60);
        assert_eq!(world.post("/sign-out", &unknown, "").await.status, 303);
        elsewhere.auth.refresh().await.unwrap();
        assert_eq!(elsewhere.get("/d/team", &unknown).await.status, 303);
    }
}

#[tokio::test]
async fn sessions_in_redis_end_by_themselves_and_are_seen() {
    let redis = redis();
    let world = World::sharing(TestStore::sqlite().await, &redis).await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let cookie = world.sign_in("ann").await;
    world.clock.advance(6 * 86_400);
    assert_eq!(world.get("/d/team", &cookie).await.status, 200);
    world.auth.note_used().await;
    // Another replica knows of a use only what is written down.
    let other = world.replica(&redis).await;
    world.clock.advance(6 * 86_400);
    assert_eq!(other.get("/d/team", &cookie).await.status, 200, "it was used on the sixth day");
    let page = other.get("/profile", &cookie).await;
    assert!(page.body.contains("this browser"), "{}", page.body);
    world.clock.advance(8 * 86_400);
    assert_eq!(other.get("/d/team", &cookie).await.status, 303, "idle for too long");
    let ttl: i64 = redis
        .command::<Vec<String>>(&["KEYS", "brisk:session:*"])
        .unwrap()
        .iter()
        .map(|key| redis.command::<i64>(&["PTTL", key]).unwrap())
        .min()
        .unwrap();
    assert!(ttl > 0, "every record expires");
}

#[tokio::test]
async fn replicas_count_wrong_tries_together_in_redis_and_without_it() {
    let redis = redis();
    let world = World::sharing(TestStore::sqlite().await, &redis).await;
    world.person("ann", Role::Viewer, &[]).await;
    let other = world.replica(&redis).await;
    let form = "name=ann&password=another+one+here";
    let slowed = async |how: &str| {
        let mut looked_at = 0;
        for turn in 0..12 {
            let replica = if turn % 2 == 0 { &world } else { &other };
            match replica.post("/sign-in", "", form).await.status {
                401 => looked_at += 1,
                429 => {}
                status => panic!("{how}: {status}"),
            }
        }
        assert_eq!(looked_at, 5, "{how}: four are free, and the one that makes others wait");
    };
    slowed("in Redis").await;
    let keys: Vec<String> = redis.command(&["KEYS", "brisk:tries:*"]).unwrap();
    assert_eq!(keys.len(), 2, "of the account and of the address");
    redis.kill();
    slowed("without it").await;
    redis.run().unwrap();
    world.clock.advance(3_600);
    assert_eq!(id_of(&world, "ann").await, id_of(&other, "ann").await);
}
