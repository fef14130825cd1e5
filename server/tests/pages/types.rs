//! Values of PostgreSQL's types, from the server to page, CSV and API.

use crate::fixture;
use brisk_domain::{Clock, ManualClock, SourceName, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::{Limits, Source};
use std::sync::Arc;

const TYPES: &str = include_str!("types.toml");

#[tokio::test]
async fn every_type_and_statement_of_the_example_is_shown() {
    let Ok(url) = std::env::var("BRISK_TEST_POSTGRES_URL") else { return };
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("types.toml"), TYPES).unwrap();
    let name = SourceName::parse("pg").unwrap();
    let source = Source::postgres(name.clone(), &url, 2, Limits::default()).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_seconds(1_767_312_000)));
    let sources = Sources::from([(name, source)]);
    let router = router(fixture::state(directory.path(), sources, clock), directory.path());
    let get = async |path: String| {
        let (status, _, bytes) = fixture::ask(&router, fixture::get(&path, &[])).await;
        let body = String::from_utf8(bytes).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        body
    };
    // Panel, what its page holds, CSV, the cells in the API.
    let cases = [
        ("multirange", vec!["{[1,2)}"], "m\r\n\"{[1,2)}\"\r\n", r#"["{[1,2)}"]"#),
        ("slots", vec!["slots"], "slot_name,active\r\n", "[]"),
        ("nan", vec!["NaN"], "n\r\nNaN\r\n", r#"["NaN"]"#),
        ("names", vec!["count (2)"], "count,count (2)\r\n1,1\r\n", "[1]"),
        ("arrays", vec!["{1,2}", "1 day"], "a,i\r\n\"{1,2}\",1 day\r\n", r#"["1 day"]"#),
    ];
    for (panel, shown, csv, json) in cases {
        let page = get(format!("/d/types/p/{panel}")).await;
        for text in shown {
            assert!(page.contains(text), "{panel}: {text}: {page}");
        }
        let path = format!("/api/v1/dashboards/types/panels/{panel}");
        assert_eq!(get(format!("{path}.csv")).await, csv, "{panel}");
        let answer = get(path).await;
        assert!(answer.contains(json), "{panel}: {answer}");
    }
}
