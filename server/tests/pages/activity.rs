//! The page about what people did, and its CSV.

use crate::fixture::{self, ask, get};
use axum::Router;
use axum::body::Body;
use brisk_domain::{ManualClock, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_store::{Actor, AuditRecord};
use brisk_test_stores::TestStore;
use http::Request;
use std::sync::Arc;

/// 2023-11-14, 22:13:20 UTC.
const NOW: i64 = 1_700_000_000;

fn record(second: i64, name: &str, action: &str, subject: &str) -> AuditRecord {
    AuditRecord {
        at: Timestamp::from_seconds(NOW + second),
        actor: Actor { name: name.into(), address: "192.0.2.7".into() },
        action: action.into(),
        subject: subject.into(),
        before: Some("5m".into()),
        after: None,
    }
}

fn app(test: &TestStore) -> Router {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOW)));
    let state = fixture::state(test.folder(), Sources::new(), clock);
    router(state.with_store(test.store.clone()), test.folder())
}

async fn text(app: &Router, address: &str) -> (u16, String) {
    let (status, _, body) = ask(app, get(address, &[])).await;
    (status, String::from_utf8(body).unwrap())
}

/// The rows of the page's table.
fn rows(page: &str) -> usize {
    page.split("<tbody>").nth(1).map_or(0, |body| body.matches("<tr").count())
}

#[tokio::test]
async fn records_are_shown_filtered_and_turned_over_without_scripts() {
    for test in TestStore::each().await {
        for second in 0..102 {
            let record = record(second, "anna", "signed in", "account anna");
            test.store.record_audit(&record).await.unwrap();
        }
        let hostile = record(-86_400, "<script>alert(1)</script>", "sign-in failed", "account x");
        test.store.record_audit(&hostile).await.unwrap();
        let app = app(&test);
        let (status, page) = text(&app, "/admin/activity").await;
        assert_eq!((status, rows(&page)), (200, 100));
        assert!(page.contains("2023-11-14 22:14:59") && !page.contains("<script>alert"), "{page}");
        let older = page.split("/admin/activity?below=").nth(1).unwrap();
        let older = format!("/admin/activity?below={}", older.split('"').next().unwrap());
        let (_, page) = text(&app, &older).await;
        assert_eq!(rows(&page), 3);
        assert!(!page.contains(">Older<"), "{page}");
        let (_, page) = text(&app, "/admin/activity?action=sign-in+failed&actor=").await;
        assert_eq!(rows(&page), 1, "{page}");
        let (_, page) = text(&app, "/admin/activity?to=2023-11-13").await;
        assert_eq!(rows(&page), 1, "the last day is among them: {page}");
        let (status, page) = text(&app, "/admin/activity?from=yesterday&actor=%22%3E%3Cb%3E").await;
        assert_eq!((status, rows(&page)), (200, 0));
        assert!(page.contains("is no day") && !page.contains("\"><b>"), "{page}");
    }
}

#[tokio::test]
async fn what_was_and_what_is_are_read_in_one_column_and_are_two_of_the_csv() {
    let test = TestStore::sqlite().await;
    let changes = [
        (Some("1h <b>"), Some("5m")),
        (None, Some("viewer; teams sales")),
        (Some("team board"), None),
        (None, None),
    ];
    for (second, (before, after)) in (0..).zip(changes) {
        let record = AuditRecord {
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            ..record(second, "anna", "setting changed", "x")
        };
        test.store.record_audit(&record).await.unwrap();
    }
    let app = app(&test);
    let (_, page) = text(&app, "/admin/activity").await;
    assert!(page.contains("<th scope=\"col\">Before → after</th>"), "{page}");
    let cells = page.split("<tr>").skip(2).map(|row| row.rsplit("<td>").next().unwrap());
    let cells: Vec<&str> = cells.map(|cell| cell.split("</td>").next().unwrap()).collect();
    assert_eq!(
        cells,
        [
            "–",
            "<span class=\"was\">team board</span> → –",
            "<span class=\"was\">–</span> → viewer; teams sales",
            "<span class=\"was\">1h &lt;b&gt;</span> → 5m",
        ]
    );
    let (_, csv) = text(&app, "/admin/activity.csv").await;
    let changes: Vec<&str> = csv.lines().map(|line| line.split(",x,").last().unwrap()).collect();
    let expected = [",", "team board,", ",viewer; teams sales", "1h <b>,5m"];
    assert_eq!(changes[1..], expected);
}

#[tokio::test]
async fn csv_has_all_records_and_runs_nothing_in_a_spreadsheet() {
    for test in TestStore::each().await {
        for second in 0..1_001 {
            let record = record(second, "anna", "signed in", "account anna");
            test.store.record_audit(&record).await.unwrap();
        }
        let formula = "=HYPERLINK(\"http://evil.example\")";
        test.store.record_audit(&record(2_000, formula, "sign-in failed", "x")).await.unwrap();
        let app = app(&test);
        let (status, csv) = text(&app, "/admin/activity.csv").await;
        assert_eq!((status, csv.lines().count()), (200, 1 + 1_002));
        let mut lines = csv.lines();
        assert_eq!(lines.next(), Some("at,actor,address,action,subject,before,after"));
        let first = lines.next().unwrap();
        assert!(first.starts_with("2023-11-14T22:46:40.000000Z,\"'=HYPERLINK("), "{first}");
        let (_, csv) = text(&app, "/admin/activity.csv?actor=anna").await;
        assert_eq!(csv.lines().count(), 1 + 1_001);
        assert_eq!(text(&app, "/admin/activity.csv?from=yesterday").await.0, 400);
    }
}

#[tokio::test]
async fn what_administrators_do_to_the_cache_is_among_the_records() {
    let test = TestStore::sqlite().await;
    let app = app(&test);
    let purge = Request::post("/admin/cache/purge").body(Body::from("tag=all")).unwrap();
    assert_eq!(ask(&app, purge).await.0, 303);
    let (_, csv) = text(&app, "/admin/activity.csv").await;
    let record = csv.lines().nth(1).unwrap();
    assert!(record.starts_with("2023-11-14T22:13:20.000000Z,anybody,"), "{record}");
    assert!(record.ends_with(",purged,all,,"), "{record}");
}
