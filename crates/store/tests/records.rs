//! Counts and history: imports, requested views, runs of rollups.

use brisk_domain::{
    RequestedView, RollupName, RollupReport, RollupRun, Slug, SourceName, Timestamp,
};
use brisk_store::ImportRecord;
use brisk_test_stores::TestStore;

#[tokio::test]
async fn the_newest_import_is_remembered_across_restarts() {
    let record = |rows| ImportRecord {
        source: "retail".into(),
        table: "lines".into(),
        file: "lines.csv".into(),
        rows,
        rejected: 0,
        shift_weeks: 3,
        started_at: Timestamp(1),
        finished_at: Timestamp(2),
    };
    for test in TestStore::each().await {
        let store = &test.store;
        assert_eq!(store.latest_import("retail", "lines").await.unwrap(), None);
        store.record_import(&record(1)).await.unwrap();
        store.record_import(&record(5_000_000_000)).await.unwrap();
        let store = test.again().await;
        let newest = store.latest_import("retail", "lines").await.unwrap();
        assert_eq!(newest, Some(record(5_000_000_000)));
        assert_eq!(store.latest_import("retail", "other").await.unwrap(), None);
    }
}

#[tokio::test]
async fn requested_views_are_kept_across_restarts_and_replaced() {
    let view = |query: &str, count| {
        let dashboard = Slug::parse("sales").unwrap();
        RequestedView { dashboard, query: query.into(), count }
    };
    for test in TestStore::each().await {
        test.store.keep_requested_views(&[view("?old=1", 9)]).await.unwrap();
        let views = [view("", 1), view("?country=France", u32::MAX)];
        test.store.keep_requested_views(&views).await.unwrap();
        let kept = test.again().await.requested_views().await.unwrap();
        assert_eq!(kept, [view("?country=France", u32::MAX), view("", 1)]);
    }
}

fn run(rollup: &str, second: i64) -> RollupRun {
    let report = RollupReport { from: Some(Timestamp(-1)), written: 2, rows: 40 };
    RollupRun {
        rollup: RollupName::parse(rollup).unwrap(),
        source: SourceName::parse("shop").unwrap(),
        started_at: Timestamp::from_seconds(second),
        seconds: 0.5,
        outcome: Ok(report),
    }
}

#[tokio::test]
async fn the_newest_hundred_runs_of_each_rollup_are_kept_across_restarts() {
    for test in TestStore::each().await {
        let store = &test.store;
        store.record_rollup_run(&run("other", 0)).await.unwrap();
        for second in 1..=103 {
            store.record_rollup_run(&run("daily", second)).await.unwrap();
        }
        let failed = RollupRun { outcome: Err("it failed".into()), ..run("daily", 104) };
        store.record_rollup_run(&failed).await.unwrap();
        let store = test.again().await;
        let runs = store.rollup_runs(1_000).await.unwrap();
        assert_eq!(runs.len(), 101, "a hundred of one, and the only one of the other");
        assert_eq!(runs[0], failed);
        assert_eq!(runs[99], run("daily", 5));
        assert_eq!(store.latest_rollup_runs().await.unwrap(), [failed, run("other", 0)]);
    }
}
