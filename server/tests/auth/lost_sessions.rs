//! Sessions that Redis has lost: who knows them writes them back, and nothing that has ended.

use super::world::World;
use brisk_accounts::Role;
use brisk_bench::servers::redis::Redis;
use brisk_store::AccountChange;
use brisk_test_stores::TestStore;
use brisk_test_waiting::eventually;

const TEAM: &str = "/d/team";
const DAY: i64 = 86_400;

fn empty(redis: &Redis) {
    redis.command::<String>(&["FLUSHALL"]).unwrap();
}

fn kept(redis: &Redis) -> usize {
    redis.command::<Vec<String>>(&["KEYS", "brisk:session:*"]).unwrap().len()
}

async fn is_in(world: &World, cookie: &str) -> bool {
    world.auth.refresh().await.unwrap();
    world.get(TEAM, cookie).await.status == 200
}

/// One that this process has seen.
async fn seen(world: &World, name: &str) -> String {
    let cookie = world.sign_in(name).await;
    assert!(is_in(world, &cookie).await, "{name}");
    cookie
}

#[tokio::test]
async fn sessions_that_redis_has_lost_are_written_back_by_who_knows_them_and_none_that_has_ended() {
    let redis = Redis::start(&[]).unwrap();
    for test in TestStore::each().await {
        let world = World::sharing(test, &redis).await;
        for name in ["ann", "ben", "cleo", "dora", "eve"] {
            world.person(name, Role::Viewer, &["sales"]).await;
        }
        let other = world.replica(&redis).await;
        let live = seen(&world, "ann").await;
        let (out, late) = (seen(&world, "ann").await, seen(&world, "ann").await);
        let changed =
            [seen(&world, "ben").await, seen(&world, "cleo").await, seen(&world, "dora").await];
        let all = seen(&world, "eve").await;
        for replica in [&world, &other] {
            assert_eq!(replica.auth.write_back().await.unwrap(), 0, "nothing is lost");
        }
        // All of it happens elsewhere; this process has the sessions in memory.
        assert_eq!(other.post("/sign-out", &out, "").await.status, 303);
        let changes = [
            AccountChange::Password(None),
            AccountChange::Disabled(true),
            AccountChange::Role(Role::Editor),
        ];
        for (name, to) in ["ben", "cleo", "dora"].into_iter().zip(changes) {
            let name = brisk_accounts::LoginName::parse(name).unwrap();
            let id = other.store.account_named(&name).await.unwrap().unwrap().id;
            other.change(&id, to).await;
        }
        assert_eq!(other.post("/profile", &all, "do=sessions-end").await.status, 303);
        empty(&redis);
        assert!(!is_in(&other, &live).await, "it is lost");
        // This one ends while it is.
        assert_eq!(world.post("/sign-out", &late, "").await.status, 303);
        assert_eq!(world.auth.write_back().await.unwrap(), 1);
        assert_eq!(kept(&redis), 1, "nothing that has ended is written");
        let third = world.replica(&redis).await;
        for replica in [&world, &other, &third] {
            assert!(is_in(replica, &live).await);
            for ended in changed.iter().chain([&out, &late, &all]) {
                assert!(!is_in(replica, ended).await);
            }
        }
        let page = third.get("/profile", &live).await.body;
        assert!(page.contains("this browser"), "it is listed again: {page}");
        for replica in [&world, &other, &third] {
            assert_eq!(replica.auth.write_back().await.unwrap(), 0, "it is there");
        }
        // It ends as any other does.
        assert_eq!(other.post("/sign-out", &live, "").await.status, 303);
        empty(&redis);
        for replica in [&world, &other, &third] {
            assert_eq!(replica.auth.write_back().await.unwrap(), 0);
            assert!(!is_in(replica, &live).await);
        }
        empty(&redis);
    }
}

#[tokio::test]
async fn what_would_have_ended_by_itself_is_not_written_back() {
    let redis = Redis::start(&[]).unwrap();
    let world = World::sharing(TestStore::sqlite().await, &redis).await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let idle = seen(&world, "ann").await;
    empty(&redis);
    world.clock.advance(8 * DAY);
    assert_eq!(world.auth.write_back().await.unwrap(), 0, "it was not used for too long");
    assert!(!is_in(&world, &idle).await);
    let old = seen(&world, "ann").await;
    for _ in 0..7 {
        world.clock.advance(4 * DAY);
        assert!(is_in(&world, &old).await);
    }
    empty(&redis);
    assert_eq!(world.auth.write_back().await.unwrap(), 1);
    let ttl = |key: &String| redis.command::<i64>(&["PTTL", key]).unwrap();
    let keys: Vec<String> = redis.command(&["KEYS", "brisk:session:*"]).unwrap();
    let longest = keys.iter().map(ttl).max().unwrap();
    assert!(longest > 0 && longest <= 2 * DAY * 1_000, "as long as it would have: {longest}");
    empty(&redis);
    world.clock.advance(2 * DAY);
    assert_eq!(world.auth.write_back().await.unwrap(), 0, "it lasts no longer for it");
    assert!(!is_in(&world, &old).await);
}

#[tokio::test]
async fn one_that_redis_alone_has_forgotten_is_written_back_when_it_is_used() {
    let redis = Redis::start(&[]).unwrap();
    let world = World::sharing(TestStore::sqlite().await, &redis).await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let other = world.replica(&redis).await;
    let cookie = seen(&world, "ann").await;
    assert_eq!(world.auth.write_back().await.unwrap(), 0);
    // As it evicts: the mark stays.
    let key = redis.command::<Vec<String>>(&["KEYS", "brisk:session:*"]).unwrap().remove(0);
    redis.command::<i64>(&["DEL", &key]).unwrap();
    assert!(!is_in(&other, &cookie).await);
    world.clock.advance(60);
    assert!(is_in(&world, &cookie).await);
    world.auth.note_used().await;
    assert!(is_in(&other, &cookie).await);
}

#[tokio::test]
async fn of_several_that_know_a_session_the_latest_use_counts() {
    let redis = Redis::start(&[]).unwrap();
    let world = World::sharing(TestStore::sqlite().await, &redis).await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let other = world.replica(&redis).await;
    let cookie = seen(&world, "ann").await;
    assert!(is_in(&other, &cookie).await);
    world.clock.advance(5 * DAY);
    assert!(is_in(&other, &cookie).await);
    empty(&redis);
    assert_eq!(world.auth.write_back().await.unwrap(), 1, "last used five days ago, it thinks");
    assert_eq!(other.auth.write_back().await.unwrap(), 0, "it is there");
    world.clock.advance(5 * DAY);
    let third = world.replica(&redis).await;
    assert!(is_in(&third, &cookie).await, "it was used five days ago");
}

#[tokio::test]
async fn a_redis_that_comes_back_with_what_it_had_long_ago_is_told_the_rest() {
    let redis = Redis::start(&[]).unwrap();
    let world = World::sharing(TestStore::sqlite().await, &redis).await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let other = world.replica(&redis).await;
    assert_eq!(world.auth.write_back().await.unwrap(), 0);
    let mark = redis.command::<Vec<String>>(&["KEYS", "brisk:mark:*"]).unwrap().remove(0);
    let text: String = redis.command(&["GET", &mark]).unwrap();
    let cookie = seen(&world, "ann").await;
    redis.kill();
    assert!(world.auth.write_back().await.is_err(), "nobody knows");
    redis.run().unwrap();
    redis.command::<String>(&["SET", &mark, &text]).unwrap();
    let mut count = 0;
    eventually("it answers again", async || match world.auth.write_back().await {
        Ok(written) => {
            count = written;
            true
        }
        Err(_) => false,
    })
    .await;
    assert_eq!(count, 1);
    eventually("the other asks it again", async || other.get(TEAM, &cookie).await.status == 200)
        .await;
}
