//! `brisk warm` and `brisk invalidate` over a real Redis, and what a server finds afterwards.

use brisk_bench::servers::redis::Redis;
use brisk_cache::Trigger;
use brisk_domain::{Access, Clock, ManualClock, Slug, Timestamp, ViewState};
use brisk_engine::Engine;
use brisk_server::assembly;
use brisk_server::config::{Environment, Flags, Settings};
use brisk_server::router::router;
use brisk_server::service::EngineService;
use brisk_server::state::AppState;
use brisk_test_waiting::{eventually, output};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt;

const NOW: &str = "2009-12-09T13:00";

/// A configuration over `redis`, with a dashboard of three statements and a variable's.
pub(crate) fn write(folder: &TempDir, port: u16) {
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("visits.csv", "Day,Count\n12/1/2009,1\n12/2/2009,2\n");
    let (done, said) =
        brisk(folder, &["import", "--into", "shop.sqlite", "--dates", "month-first", "visits.csv"]);
    assert!(done, "{said}");
    let redis = format!(
        "[redis]\nurl = \"redis://127.0.0.1:{port}/\"\nprefix = \"test:\"\ntimeout = \"5s\"\n"
    );
    let top = "dashboards_dir = \"dashboards\"\n".to_owned();
    write("brisk.toml", &(top + &redis + "[source.shop]\nurl = \"shop.sqlite\"\n"));
    std::fs::create_dir(folder.path().join("dashboards")).unwrap();
    let panels = ["sum", "min", "max"].map(|of| {
        format!("[[panel]]\nid = \"{of}\"\ntitle = \"A\"\nkind = \"stat\"\nsql = \"select {of}(count) as n from visits\"\n")
    });
    let top = "title = \"Visits\"\nsource = \"shop\"\n\
               [[variable]]\nname = \"day\"\noptions = \"select distinct count from visits\"\n";
    let off = "[[panel]]\nid = \"off\"\ntitle = \"A\"\nkind = \"stat\"\ncache = \"off\"\nsql = \"select 1 as n\"\n";
    write("dashboards/visits.toml", &(top.to_owned() + &panels.concat() + off));
}

fn brisk(folder: &TempDir, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
    let output = output(command.current_dir(folder.path()).args(arguments));
    let said =
        [&output.stdout, &output.stderr].map(|b| String::from_utf8_lossy(b).into_owned()).concat();
    (output.status.success(), said)
}

/// The engine of a server that starts now, and its clock.
fn engine(folder: &TempDir) -> (Engine, Arc<dyn Clock>) {
    let flags = Flags { config: Some(folder.path().join("brisk.toml")), ..Flags::default() };
    let settings = Settings::read(&flags, &Environment::default()).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_seconds(1_260_363_600)));
    (assembly::engine(&settings, assembly::sources(&settings).unwrap(), &clock).unwrap(), clock)
}

/// What a server that starts now finds: hits and loads of its first view.
async fn found(folder: &TempDir) -> (u64, u64) {
    let (engine, _) = engine(folder);
    let dashboard = engine.catalog().dashboard(&Slug::parse("visits").unwrap()).unwrap();
    let view = ViewState::default_of(&dashboard);
    let shown = engine.view(&dashboard, &view, &Access::anonymous(), Trigger::View).await.unwrap();
    for state in shown.panels {
        state.current().await.unwrap();
    }
    let figures = engine.loader().cache().statistics().of_readers();
    (figures.hits, figures.loads)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_warmed_is_a_hit_for_servers_until_it_is_invalidated() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let redis = Redis::start(&[]).unwrap();
    write(&folder, redis.port);
    let warm = ["warm", "--now", NOW];

    let (done, said) = brisk(&folder, &warm);
    assert!(done && said.contains("visits  1 view in ") && said.contains("frames: "), "{said}");
    assert_eq!(found(&folder).await, (4, 1), "only what is never stored is loaded");
    let (done, said) = brisk(&folder, &[&warm[..], &["visits"]].concat());
    assert!(done && said.contains("4 already there"), "{said}");
    let (done, said) = brisk(&folder, &[&warm[..], &["visit"]].concat());
    assert!(!done && said.contains("(there are: visits)"), "{said}");

    let (done, said) = brisk(&folder, &["invalidate", "table:shop.visits", "source:shopp"]);
    assert!(done && said.contains("invalidated table:shop.visits"), "{said}");
    assert!(said.contains("note: source:shopp: no such source"), "{said}");
    let (hits, loads) = found(&folder).await;
    assert!(hits == 0 && loads >= 4, "{hits} hits, {loads} loads");

    redis.kill();
    let (done, said) = brisk(&folder, &["invalidate", "source:shop"]);
    assert!(!done && said.contains("not recorded"), "{said}");
    let (done, said) = brisk(&folder, &warm);
    assert!(!done && said.contains("Redis does not answer"), "{said}");
}

/// A server's API, and its engine for counting.
pub(crate) struct Replica {
    pub(crate) app: axum::Router,
    pub(crate) engine: Arc<Engine>,
}

impl Replica {
    pub(crate) fn start(folder: &TempDir) -> Self {
        let (engine, clock) = engine(folder);
        let engine = Arc::new(engine);
        let service = Arc::new(EngineService::new(Arc::clone(&engine), clock));
        let app = router(AppState::new(service, brisk_app::Assets::default()), folder.path());
        Self { app, engine }
    }

    /// Status and tag of a whole dashboard's data for a client that has `known`, and the cost: loads and
    /// waits for Redis.
    async fn ask(&self, known: &str) -> (u16, String, (u64, u64)) {
        let request = http::Request::get("/api/v1/dashboards/hot/data");
        let request = request.header("if-none-match", known).body(axum::body::Body::empty());
        let before = self.costs();
        let response = self.app.clone().oneshot(request.unwrap()).await.unwrap();
        let (loads, round_trips) = self.costs();
        let etag = response.headers()["etag"].to_str().unwrap().to_owned();
        (response.status().as_u16(), etag, (loads - before.0, round_trips - before.1))
    }

    fn costs(&self) -> (u64, u64) {
        let statistics = self.engine.loader().cache().statistics();
        (statistics.of_all().loads, statistics.tiers.round_trips)
    }
}

/// Waits until so many loads are over. The last thing that each does, after its answer, is to report
/// that it has landed.
async fn landed(redis: &Redis, loads: u64) {
    let have_landed = async || redis.calls().unwrap().get("publish") == Some(&loads);
    eventually(format!("{loads} loads are over"), have_landed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_know_each_others_tags_and_a_whole_dashboard_is_one_batch() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let redis = Redis::start(&[]).unwrap();
    write(&folder, redis.port);
    let panels = (0..20).map(|n| {
        format!("[[panel]]\nid = \"p{n}\"\ntitle = \"A\"\nkind = \"stat\"\nsql = \"select sum(count) + {n} as n from visits\"\n")
    });
    let hot = "title = \"Hot\"\nsource = \"shop\"\n".to_owned() + &panels.collect::<String>();
    std::fs::write(folder.path().join("dashboards/hot.toml"), hot).unwrap();

    let first = Replica::start(&folder);
    let (status, etag, (loads, _)) = first.ask("").await;
    assert_eq!((status, loads), (200, 20));
    landed(&redis, 20).await;
    let (status, _, (loads, round_trips)) = first.ask(&etag).await;
    assert_eq!((status, loads), (304, 0));
    assert!(round_trips <= 2, "{round_trips} waits for 20 panels in memory");
    let second = Replica::start(&folder);
    let (status, same, (loads, round_trips)) = second.ask(&etag).await;
    assert_eq!((status, same, loads), (304, etag.clone(), 0));
    assert!(
        round_trips <= 4,
        "{round_trips} waits for 20 panels in Redis only, the script included"
    );
    let (done, said) = brisk(&folder, &["invalidate", "table:shop.visits"]);
    assert!(done && !said.contains("source:shop"), "{said}");
    let (status, changed, (loads, _)) = second.ask(&etag).await;
    assert_eq!((status, loads), (200, 20));
    assert_ne!(changed, etag);

    // Without its URL, it is not known which views read the table.
    let file = folder.path().join("brisk.toml");
    let without = std::fs::read_to_string(&file).unwrap();
    let without = without.replace("url = \"shop.sqlite\"", "url_env = \"NOWHERE_TO_BE_FOUND\"");
    std::fs::write(&file, without).unwrap();
    let (done, said) = brisk(&folder, &["invalidate", "table:shop.elsewhere"]);
    assert!(done && said.contains("note: source \"shop\" cannot be asked"), "{said}");
    assert!(said.contains("invalidated source:shop\n"), "{said}");
    let (status, _, (loads, _)) = second.ask(&changed).await;
    assert_eq!((status, loads), (200, 20));
}
