//! What has to be proven of the cache, in short: real `brisk serve` processes over a real PostgreSQL and
//! a real Redis, which are killed, paused, flushed, slowed down and filled. `cargo xtask bench` runs the
//! same in full, on release builds.

use brisk_bench::{differential, faults, flight, freshness, leaving, replicas, round_trips};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};

/// They start many processes and stop the clock: one at a time. `None` with `--quick`.
async fn turn() -> Option<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::const_new(());
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return None;
    }
    Some(TURN.lock().await)
}

fn program() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_brisk")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_acknowledged_invalidation_no_reader_gets_an_older_value_as_current() {
    let Some(_turn) = turn().await else { return };
    let seed = rand::random();
    println!("seed {seed}; again: cargo xtask bench --only freshness -- --seed {seed}");
    let settings = freshness::Settings {
        program: program(),
        replicas: 2,
        reads: 6_000,
        seed,
        patience: Duration::from_secs(240),
    };
    let report = freshness::run(&settings).await.unwrap();
    println!("{report}");
    assert!(report.checked >= settings.reads && report.acknowledged > 100, "{report}");
}

/// Draws the statements of the differential test: the same ones each time, so that it fails because of a
/// change and not by chance. `cargo xtask bench --only differential` draws new ones.
const STATEMENTS: u64 = 7_021_281_457_679_313_986;

#[tokio::test(flavor = "multi_thread")]
async fn pages_api_and_csv_say_what_each_databases_own_client_prints() {
    let Some(_turn) = turn().await else { return };
    let url = |name| std::env::var(name).expect("a server's URL: run cargo xtask test");
    let given = |name| {
        let text = std::env::var(name).ok();
        text.map(|text| text.parse::<u64>().unwrap_or_else(|_| panic!("{name} is a number")))
    };
    let seed = given("BRISK_DIFFERENTIAL_SEED").unwrap_or(STATEMENTS);
    let statements = given("BRISK_DIFFERENTIAL_STATEMENTS").unwrap_or(150) as usize;
    println!("seed {seed}; again: BRISK_DIFFERENTIAL_SEED={seed}");
    let directory = tempfile::tempdir().unwrap();
    let settings = differential::Settings {
        program: program(),
        places: differential::Places {
            postgres: url("BRISK_TEST_POSTGRES_URL"),
            maria: url("BRISK_TEST_MYSQL_URL"),
            sqlite: directory.path().join("samples.sqlite"),
        },
        statements,
        seed,
    };
    let report = differential::run(&settings).await.unwrap();
    println!("{report}");
    report.check().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_over_three_processes_run_one_statement_and_two_if_the_leader_dies() {
    let Some(_turn) = turn().await else { return };
    let report = flight::run(&program(), flight::Times::LONG).await.unwrap();
    println!("{report}");
    report.check().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hot_dashboard_asks_redis_twice_at_most_and_its_sources_nothing() {
    let Some(_turn) = turn().await else { return };
    let report = round_trips::run(&program()).await.unwrap();
    println!("{report}");
    report.check().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_fails_while_its_data_can_be_had_by_any_way() {
    let Some(_turn) = turn().await else { return };
    let report = faults::run(&program(), Duration::from_millis(1_500)).await.unwrap();
    println!("{report}");
    report.check().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_who_leave_leave_no_statement_no_transaction_and_no_connection_behind() {
    let Some(_turn) = turn().await else { return };
    let report = leaving::run(&program(), 400, 1).await.unwrap();
    println!("{report}");
    report.check().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_admin_does_on_one_replica_the_other_follows() {
    let Some(_turn) = turn().await else { return };
    let usual = replicas::usual(&program());
    let places = vec![(true, true)];
    let settings = replicas::Settings { rounds: 1, places, ..usual };
    let report = replicas::run(&settings).await.unwrap();
    println!("{report}");
    // Only a release build shows how fast that is.
    assert!(report.lines.len() == 4 && report.lines.iter().all(|line| line.other.len() == 1));
}
