//! Warming schedules: what is due is done once among all replicas, even after a night without any, and
//! whatever clocks do.

use crate::fixture;
use axum::Router;
use brisk_domain::{Clock, ManualClock, Timestamp};
use brisk_engine::Engine;
use brisk_engine::load::Sources;
use brisk_server::administration::schedules::{self, TypedSchedule};
use brisk_server::jobs::warming_schedules::Worker;
use brisk_server::router::router;
use brisk_source::Limits;
use brisk_store::{Actor, ScheduleChange, Store};
use brisk_test_stores::TestStore;
use http::Request;
use std::sync::Arc;
use std::time::Duration;

/// 2026-11-27, a Friday, 05:59:00 UTC.
const BEFORE_SIX: Timestamp = Timestamp::from_seconds(1_795_759_140);
const HOUR: i64 = 3_600;

const SALES: &str = "title = \"Sales\"\nsource = \"shop\"\nrange = \"last 7 days\"\n\
    [[panel]]\nid = \"one\"\ntitle = \"One\"\nkind = \"stat\"\nsql = \"select count(*) as n from t\"\n\
    [[panel]]\nid = \"bad\"\ntitle = \"Bad\"\nkind = \"stat\"\nsql = \"select x from missing\"\n";

struct Replica {
    worker: Worker,
    engine: Arc<Engine>,
    app: Router,
}

struct World {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    test: TestStore,
}

fn anna() -> Actor {
    Actor { name: "anna".into(), address: String::new() }
}

impl World {
    async fn over(test: TestStore) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("dashboards")).unwrap();
        std::fs::write(folder.path().join("dashboards/sales.toml"), SALES).unwrap();
        fixture::write(&folder.path().join("shop.sqlite"), "create table t (x)").await;
        Self { folder, clock: Arc::new(ManualClock::at(BEFORE_SIX)), test }
    }

    async fn replica(&self) -> Replica {
        let source =
            fixture::source("shop", &self.folder.path().join("shop.sqlite"), Limits::default());
        let clock: Arc<dyn Clock> = self.clock.clone();
        let directory = self.folder.path().join("dashboards");
        let state = fixture::state(&directory, Sources::from([source]), Arc::clone(&clock));
        let store = self.test.again().await;
        let engine = Arc::clone(state.service.engine());
        let worker = Worker::new(store.clone(), Arc::clone(&engine), clock);
        let app = router(state.with_store(store), self.folder.path());
        Replica { worker, engine, app }
    }

    async fn schedule(&self, engine: &Engine, warms: &str, expression: &str, zone: &str) {
        let typed = TypedSchedule { name: "nightly", warms, expression, zone };
        let now = self.clock.now();
        schedules::set(&self.test.store, engine, typed, &anna(), now).await.unwrap();
    }

    fn store(&self) -> &Store {
        &self.test.store
    }
}

#[tokio::test]
async fn a_due_time_is_done_once_by_one_of_two_replicas() {
    for test in TestStore::each().await {
        let world = World::over(test).await;
        let (one, two) = (world.replica().await, world.replica().await);
        world.schedule(&one.engine, "dashboard:sales", "0 6 * * 1-5", "UTC").await;
        let look = async || {
            let (first, second) = tokio::join!(one.worker.look_once(), two.worker.look_once());
            first.unwrap() + second.unwrap()
        };
        assert_eq!(look().await, 0, "it is not due");
        world.clock.advance(60);
        assert_eq!(look().await, 1);
        assert_eq!(look().await, 0, "it is done");
        let runs = world.store().schedule_runs(10).await.unwrap();
        assert_eq!(runs.len(), 1);
        let run = &runs[0];
        assert_eq!((run.missed, run.warmed.loaded, run.warmed.failed), (0, 1, 1), "{run:?}");
        assert_eq!((run.started_at, run.ended_at), (Some(run.due_at), Some(run.due_at)));
        // Saturday and Sunday are no weekdays.
        world.clock.advance(48 * HOUR);
        assert_eq!(look().await, 0);
        world.clock.advance(24 * HOUR);
        assert_eq!(look().await, 1);
    }
}

#[tokio::test]
async fn what_was_missed_while_no_server_ran_is_done_once_and_said() {
    for test in TestStore::each().await {
        let world = World::over(test).await;
        let replica = world.replica().await;
        world.schedule(&replica.engine, "all", "0 * * * *", "UTC").await;
        // No replica checks for five due times.
        world.clock.advance(5 * HOUR);
        assert_eq!(replica.worker.look_once().await.unwrap(), 1);
        let runs = world.store().schedule_runs(10).await.unwrap();
        assert_eq!((runs.len(), runs[0].missed), (1, 4));
        let request = Request::get("/admin/schedules").body(axum::body::Body::empty()).unwrap();
        let (status, _, page) = fixture::ask(&replica.app, request).await;
        let page = String::from_utf8(page).unwrap();
        assert_eq!(status, 200);
        assert!(page.contains("4 more due times at which no server ran"), "{page}");
        assert!(page.contains("Fri 27 Nov 2026, 11:00 UTC"), "the next run in words: {page}");
    }
}

#[tokio::test]
async fn the_page_about_the_cache_says_when_what_is_warmed_next_and_how_it_went_last() {
    let world = World::over(TestStore::sqlite().await).await;
    let replica = world.replica().await;
    let page = async || {
        let request = Request::get("/admin/cache").body(axum::body::Body::empty()).unwrap();
        let (status, _, body) = fixture::ask(&replica.app, request).await;
        assert_eq!(status, 200);
        String::from_utf8(body).unwrap().replace("<!>", "")
    };
    assert!(page().await.contains("No schedule warms anything"));
    let add = async |name, warms, expression| {
        let typed = TypedSchedule { name, warms, expression, zone: "UTC" };
        let now = world.clock.now();
        schedules::set(world.store(), &replica.engine, typed, &anna(), now).await.unwrap();
    };
    add("a later one", "panel:sales/one", "0 7 * * *").await;
    add("the next one", "all", "0 6 * * *").await;
    let shown = page().await;
    let place = |text: &str| shown.find(text).unwrap_or_else(|| panic!("{text}: {shown}"));
    assert!(place("the next one") < place("a later one"));
    place(">in 1 min<small>Fri 27 Nov 2026, 06:00 UTC<");
    place("none yet");
    world.clock.advance(HOUR + 60);
    while replica.worker.look_once().await.unwrap() > 0 {}
    let off = ScheduleChange::Switch(false);
    let now = world.clock.now();
    world.store().change_schedule("a later one", &off, &anna(), now).await.unwrap();
    let shown = page().await;
    for text in [
        ">partly failed</b>",
        "1 failed",
        ">went well</b>",
        "switched off",
        "Sat 28 Nov 2026, 06:00 UTC",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_repeats_nothing_and_goes_on() {
    for test in TestStore::each().await {
        let world = World::over(test).await;
        let replica = world.replica().await;
        world.schedule(&replica.engine, "all", "0 * * * *", "UTC").await;
        let look = async || replica.worker.look_once().await.unwrap();
        world.clock.advance(60);
        assert_eq!(look().await, 1, "06:00");
        // Somebody set it a year ahead, and back.
        world.clock.advance(365 * 24 * HOUR);
        assert_eq!(look().await, 1);
        world.clock.advance(-365 * 24 * HOUR - 60);
        assert_eq!(look().await, 0);
        world.clock.advance(60);
        assert_eq!(look().await, 0, "06:00 is done already");
        world.clock.advance(HOUR);
        assert_eq!(look().await, 1, "07:00 is not");
    }
}

#[tokio::test]
async fn a_replica_that_dies_in_the_middle_is_succeeded() {
    for test in TestStore::each().await {
        let world = World::over(test).await;
        let replica = world.replica().await;
        world.schedule(&replica.engine, "all", "0 6 * * *", "UTC").await;
        world.clock.advance(60);
        let schedule = world.store().schedules().await.unwrap().remove(0);
        assert!(world.store().plan_run(&schedule, world.clock.now(), 0).await.unwrap());
        assert!(!world.store().plan_run(&schedule, world.clock.now(), 0).await.unwrap());
        let lease = Duration::from_secs(60);
        let claimed = world.store().begin_run("dead", world.clock.now(), lease).await.unwrap();
        let claimed = claimed.unwrap();
        assert_eq!(replica.worker.look_once().await.unwrap(), 0, "it may be alive");
        world.clock.advance(61);
        assert_eq!(replica.worker.look_once().await.unwrap(), 1);
        let warmed = brisk_store::Warmed { loaded: 99, ..Default::default() };
        let late = world.store().end_run(&claimed, "dead", world.clock.now(), &warmed);
        assert!(!late.await.unwrap(), "its word comes too late");
        assert_eq!(world.store().schedule_runs(1).await.unwrap()[0].warmed.loaded, 1);
    }
}

#[tokio::test]
async fn schedules_are_made_changed_switched_and_removed_by_forms_that_ask_first() {
    let world = World::over(TestStore::sqlite().await).await;
    let replica = world.replica().await;
    let send = async |path: &str, form: &str| {
        let request = Request::post(path).body(axum::body::Body::from(form.to_owned())).unwrap();
        let (status, _, body) = fixture::ask(&replica.app, request).await;
        (status, String::from_utf8(body).unwrap())
    };
    let get = async |path: &str| {
        let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
        let (status, _, body) = fixture::ask(&replica.app, request).await;
        assert_eq!(status, 200);
        String::from_utf8(body).unwrap()
    };
    for (form, said) in [
        ("do=set&name=a&warms=dashboard:none&expression=0+6+*+*+*", "No panel depends on"),
        ("do=set&name=a&warms=nonsense:x:y&expression=0+6+*+*+*", "tag"),
        ("do=set&name=a&warms=all&expression=0+6", "is no schedule"),
        ("do=set&name=a&warms=all&expression=0+6+*+*+*&zone=Mars", "IANA database"),
        ("do=set&name=%3Cb%3E&warms=all&expression=0+6+*+*+*", "The name must be"),
        ("do=on&name=none", "no such schedule"),
    ] {
        let (status, body) = send("/admin/schedules", form).await;
        assert!(status == 422 && body.contains(said), "{form}: {status} {body}");
    }
    let form =
        "do=set&name=early+bird&warms=panel:sales/one&expression=0+6+*+*+1-5&zone=Europe/Berlin";
    assert_eq!(send("/admin/schedules", form).await.0, 303);
    let page = get("/admin/schedules").await;
    for words in ["early bird", "Mon 30 Nov 2026, 06:00 CET", "panel:sales/one", "Switch off"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(send("/admin/schedules", "do=off&name=early+bird").await.0, 303);
    assert!(get("/admin/schedules").await.contains("Switch on"));
    world.clock.advance(72 * HOUR);
    assert_eq!(replica.worker.look_once().await.unwrap(), 0, "it is off");
    assert_eq!(send("/admin/schedules", "do=on&name=early+bird").await.0, 303);
    assert_eq!(
        replica.worker.look_once().await.unwrap(),
        0,
        "what it missed while off stays missed"
    );
    let asked = get("/admin/schedules/remove?name=early+bird").await;
    assert!(
        asked.contains("Remove the schedule")
            && world.store().schedules().await.unwrap().len() == 1
    );
    assert_eq!(send("/admin/schedules/remove", "name=early+bird").await.0, 303);
    assert!(world.store().schedules().await.unwrap().is_empty());
    let filter = brisk_store::AuditFilter::default();
    let log = world.store().audit(&filter, 10).await.unwrap();
    let actions: Vec<&str> = log.iter().rev().map(|one| one.record.action.as_str()).collect();
    let expected =
        ["schedule added", "schedule switched off", "schedule switched on", "schedule removed"];
    assert_eq!(actions, expected);
    let removed =
        world.store().change_schedule("x", &ScheduleChange::Remove, &anna(), BEFORE_SIX).await;
    assert!(!removed.unwrap());
}

#[tokio::test]
async fn schedules_hold_on_clocks_west_of_greenwich_on_the_page_and_in_files() {
    let world = World::over(TestStore::sqlite().await).await;
    let file = world.folder.path().join("dashboards/sales.toml");
    let own = "timezone = \"America/New_York\"\nwarm = \"0 1 * * *\"\n";
    std::fs::write(file, format!("{own}{SALES}")).unwrap();
    let replica = world.replica().await;
    world.schedule(&replica.engine, "dashboard:sales", "0 20 * * *", "Pacific/Honolulu").await;
    let page = fixture::ask(&replica.app, fixture::get("/d/sales", &[])).await;
    assert_eq!(page.0, 200, "the dashboard is served");
    assert_eq!(replica.worker.look_once().await.unwrap(), 0, "neither is due");
    // 01:00 in New York is 06:00 UTC in winter, and 20:00 in Honolulu, too.
    world.clock.advance(60);
    while replica.worker.look_once().await.unwrap() > 0 {}
    let runs = world.store().schedule_runs(10).await.unwrap();
    let mut names: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["nightly", "sales.toml: 0 1 * * * America/New_York"]);
}

#[tokio::test]
async fn a_run_skips_what_is_for_readers_with_attributes_and_names_what_fails() {
    let world = World::over(TestStore::sqlite().await).await;
    let own = "title = \"Own\"\nsource = \"shop\"\nrange = \"last 7 days\"\n\
        [[panel]]\nid = \"mine\"\ntitle = \"Mine\"\nkind = \"stat\"\n\
        sql = \"select count(*) as n from t where x = :user.tenant\"\n\
        [[panel]]\nid = \"all\"\ntitle = \"All\"\nkind = \"stat\"\n\
        sql = \"select count(*) as n from t\"\n\
        [[panel]]\nid = \"now\"\ntitle = \"Now\"\nkind = \"stat\"\ncache = \"off\"\n\
        sql = \"select sum(x) as n from t\"\n";
    std::fs::write(world.folder.path().join("dashboards/own.toml"), own).unwrap();
    let replica = world.replica().await;
    world.schedule(&replica.engine, "dashboard:own", "0 6 * * *", "UTC").await;
    world.clock.advance(60);
    assert_eq!(replica.worker.look_once().await.unwrap(), 1);
    let warmed = world.store().schedule_runs(1).await.unwrap().remove(0).warmed;
    assert_eq!((warmed.loaded, warmed.failed), (1, 0), "nothing is wrong: {warmed:?}");
    let skipped = "1 panel was skipped: it shows what its reader may see.";
    assert_eq!(warmed.note, format!("Not loaded, because their cache is off: own/now. {skipped}"));
    world.schedule(&replica.engine, "all", "0 7 * * *", "UTC").await;
    world.clock.advance(HOUR);
    assert_eq!(replica.worker.look_once().await.unwrap(), 1);
    let page = fixture::ask(&replica.app, fixture::get("/admin/schedules", &[])).await.2;
    let page = String::from_utf8(page).unwrap().replace("<!>", "");
    assert!(page.contains("1 failed"), "{page}");
    let note =
        "Failed: sales/bad. Not loaded, because their cache is off: own/now. 1 panel was skipped";
    assert!(page.contains(note), "{page}");
}

/// The dashboard with this `warm` in its file.
fn with_warm(world: &World, warm: &str) {
    let text = format!("warm = {warm}\n{SALES}");
    std::fs::write(world.folder.path().join("dashboards/sales.toml"), text).unwrap();
}

#[tokio::test]
async fn what_a_file_schedules_is_done_once_by_one_of_two_replicas_and_follows_the_file() {
    for test in TestStore::each().await {
        let world = World::over(test).await;
        with_warm(&world, "[\"0 6 * * 1-5\", \"30 7 * * *\"]");
        let (one, two) = (world.replica().await, world.replica().await);
        let look = async || {
            let (first, second) = tokio::join!(one.worker.look_once(), two.worker.look_once());
            first.unwrap() + second.unwrap()
        };
        assert_eq!(look().await, 0, "it is not due");
        world.clock.advance(60);
        assert_eq!((look().await, look().await), (1, 0));
        let run = world.store().schedule_runs(10).await.unwrap().remove(0);
        assert_eq!(run.name, "sales.toml: 0 6 * * 1-5 UTC");
        assert_eq!((run.warmed.loaded, run.warmed.failed), (1, 1), "{run:?}");
        // Another time in the file is another schedule, of which nothing was missed.
        with_warm(&world, "{ at = \"0 7 * * *\", timezone = \"Europe/London\" }");
        for replica in [&one, &two] {
            replica.engine.catalog().reload();
        }
        assert_eq!(look().await, 0);
        world.clock.advance(HOUR);
        assert_eq!(look().await, 1, "07:00 in London");
        world.clock.advance(HOUR / 2);
        assert_eq!(look().await, 0, "07:30 is not in the file any more");
        // A broken file keeps its schedule with its last good version, and a file without it has none.
        std::fs::write(world.folder.path().join("dashboards/sales.toml"), "titel = 1").unwrap();
        one.engine.catalog().reload();
        two.engine.catalog().reload();
        world.clock.advance(24 * HOUR);
        assert_eq!(look().await, 1);
        std::fs::write(world.folder.path().join("dashboards/sales.toml"), SALES).unwrap();
        one.engine.catalog().reload();
        two.engine.catalog().reload();
        world.clock.advance(24 * HOUR);
        assert_eq!(look().await, 0);
        let log = world.store().audit(&brisk_store::AuditFilter::default(), 10).await.unwrap();
        assert!(log.is_empty(), "nobody has decided anything here: {log:?}");
    }
}

#[tokio::test]
async fn what_a_file_schedules_is_shown_as_its_own_and_can_be_paused_but_not_changed() {
    for test in TestStore::each().await {
        let world = World::over(test).await;
        with_warm(&world, "\"0 6 * * *\"");
        let replica = world.replica().await;
        replica.worker.look_once().await.unwrap();
        let get = async |path: &str| {
            let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
            let (status, _, body) = fixture::ask(&replica.app, request).await;
            (status, String::from_utf8(body).unwrap())
        };
        let send = async |path: &str, form: &str| {
            let request = Request::post(path).body(axum::body::Body::from(form.to_owned()));
            fixture::ask(&replica.app, request.unwrap()).await.0
        };
        let (_, page) = get("/admin/schedules").await;
        for words in ["sales.toml: 0 6 * * * UTC", "the dashboard&#x27;s file", "Switch off"] {
            let plain = words.replace("&#x27;", "'");
            assert!(page.contains(words) || page.contains(&plain), "{words}: {page}");
        }
        assert!(!page.contains("Remove…") && !page.contains("Change…"), "{page}");
        let name = "name=sales.toml:+0+6+*+*+*+UTC";
        assert_eq!(get(&format!("/admin/schedules/remove?{name}")).await.0, 404);
        assert_eq!(send("/admin/schedules/remove", name).await, 404);
        let set = format!("do=set&{name}&warms=all&expression=*+*+*+*+*");
        assert_eq!(send("/admin/schedules", &set).await, 422);
        assert_eq!(send("/admin/schedules", &format!("do=off&{name}")).await, 303);
        world.clock.advance(24 * HOUR);
        assert_eq!(replica.worker.look_once().await.unwrap(), 0, "it is paused");
        assert_eq!(world.replica().await.worker.look_once().await.unwrap(), 0, "for all");
        assert_eq!(send("/admin/schedules", &format!("do=on&{name}")).await, 303);
        assert_eq!(replica.worker.look_once().await.unwrap(), 0, "what it missed stays missed");
        world.clock.advance(24 * HOUR);
        assert_eq!(replica.worker.look_once().await.unwrap(), 1);
    }
}
