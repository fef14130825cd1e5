//! How people end their sessions: it is in the audit log, once, with the end.

use super::world::World;
use brisk_accounts::{Role, secret};
use brisk_bench::servers::redis::Redis;
use brisk_domain::Clock as _;
use brisk_store::{AuditFilter, AuditRecord};
use brisk_test_stores::TestStore;

/// What the audit log says of the account of that name, the first one first.
async fn log_of(world: &World, name: &str) -> Vec<AuditRecord> {
    let subject = Some(format!("account {name}"));
    let filter = AuditFilter { subject, ..AuditFilter::default() };
    let log = world.store.audit(&filter, 100).await.unwrap();
    log.into_iter().rev().map(|line| line.record).collect()
}

async fn ends_are_logged(world: &World) {
    world.person("ann", Role::Viewer, &[]).await;
    let (first, second) = (world.sign_in("ann").await, world.sign_in("ann").await);
    let hash = secret::hash(second.split_once('=').unwrap().1);
    let one = format!("do=session-end&id={}", &hash[..16]);
    for _ in 0..2 {
        assert_eq!(world.post("/profile", &first, &one).await.status, 200);
    }
    assert_eq!(world.get("/profile", &second).await.status, 401);
    for _ in 0..2 {
        assert_eq!(world.post("/sign-out", &first, "").await.status, 303);
    }
    // What nobody was given is nobody's end.
    let made_up = "brisk_session=BQAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(world.post("/sign-out", made_up, "").await.status, 303);
    let third = world.sign_in("ann").await;
    assert_eq!(world.post("/profile", &third, "do=sessions-end").await.status, 303);
    let log = log_of(world, "ann").await;
    let actions: Vec<&str> = log.iter().map(|record| record.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "account added",
            "signed in",
            "signed in",
            "session ended",
            "signed out",
            "signed in",
            "sessions ended"
        ]
    );
    for record in &log[3..] {
        assert_eq!((record.actor.name.as_str(), record.subject.as_str()), ("ann", "account ann"));
        assert_eq!((record.at, record.after.as_ref()), (world.clock.now(), None));
    }
    let which = log[3].before.as_deref().unwrap();
    assert!(!which.is_empty() && !which.contains(&hash[..16]), "{which}");
    // An admin's are under the account as well.
    let fourth = world.sign_in("ann").await;
    let root = world.sign_in("root").await;
    let people = world.get("/admin/people", &root).await.body;
    assert!(people.contains("ann"));
    let name = brisk_accounts::LoginName::parse("ann").unwrap();
    let id = world.store.account_named(&name).await.unwrap().unwrap().id;
    let path = format!("/admin/people/{}", id.as_str());
    assert_eq!(world.post(&path, &root, "do=sessions-end").await.status, 200);
    assert_eq!(world.get("/profile", &fourth).await.status, 401);
    let last = log_of(world, "ann").await.pop().unwrap();
    assert_eq!((last.actor.name.as_str(), last.action.as_str()), ("root", "sessions ended"));
}

#[tokio::test]
async fn who_ends_a_session_is_in_the_audit_log_once() {
    ends_are_logged(&World::new().await).await;
    let redis = Redis::start(&[]).unwrap();
    for test in TestStore::each().await {
        ends_are_logged(&World::sharing(test, &redis).await).await;
        redis.command::<String>(&["FLUSHALL"]).unwrap();
    }
}

#[tokio::test]
async fn who_is_there_all_the_time_is_seen_by_all_replicas() {
    let redis = Redis::start(&[]).unwrap();
    let world = World::sharing(TestStore::sqlite().await, &redis).await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let cookie = world.sign_in("ann").await;
    // Never away for as long as it takes to be noted.
    for _ in 0..30 {
        assert_eq!(world.get("/d/team", &cookie).await.status, 200);
        world.clock.advance(20);
    }
    world.auth.note_used().await;
    world.clock.advance(7 * 86_400 - 120);
    let other = world.replica(&redis).await;
    assert_eq!(other.get("/d/team", &cookie).await.status, 200, "it was used a week ago, not more");
}
