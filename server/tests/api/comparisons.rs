//! Comparisons follow the clock, not the position of rows. The panels are those of
//! `figures/comparisons.toml`; the expected values were counted on a calendar.

use crate::fixture::{self, get};
use brisk_domain::{ManualClock, SourceName, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::{Limits, Source};
use serde_json::Value;
use std::sync::Arc;

/// 28 November 2026, 05:50 in Berlin.
const NOW: i64 = 1_795_841_400;

async fn panel(path: &str) -> Option<Value> {
    let Ok(url) = std::env::var("BRISK_TEST_POSTGRES_URL") else {
        assert!(std::env::var_os("BRISK_TEST_QUICK").is_some(), "there is no PostgreSQL");
        return None;
    };
    let directory = tempfile::tempdir().unwrap();
    // The database's own clock would make the figures of this quarter those of another.
    let file = include_str!("../figures/comparisons.toml")
        .replace("now()", "timestamptz '2026-11-28 05:50 Europe/Berlin'");
    std::fs::write(directory.path().join("comparisons.toml"), file).unwrap();
    let name = SourceName::parse("pg").unwrap();
    let source = Source::postgres(name.clone(), &url, 2, Limits::default()).unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOW)));
    let state = fixture::state(directory.path(), Sources::from([(name, source)]), clock);
    let app = router(state, directory.path());
    let path = format!("/api/v1/dashboards/comparisons/panels/{path}");
    let (status, _, body) = fixture::ask(&app, get(&path, &[])).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    Some(serde_json::from_slice::<Value>(&body).unwrap()["panel"].clone())
}

fn cells(frame: &Value, column: usize) -> Vec<Value> {
    frame["columns"][column]["cells"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_month_stands_beside_the_whole_month_before() {
    let path = "rows?from=2026-03-01&to=2026-03-31&interval=month";
    let Some(panel) = panel(path).await else { return };
    assert_eq!(cells(&panel["frame"], 1), [31]);
    assert_eq!(cells(&panel["previous"]["frame"], 1), [28]);
    assert_eq!(panel["previous"]["beside"], panel["frame"]["columns"][0]["cells"]);
}

#[tokio::test]
async fn each_hour_of_a_day_of_25_stands_beside_the_same_hour_of_the_day_before() {
    let path = "hours?from=2026-10-25&to=2026-10-25&interval=hour";
    let Some(panel) = panel(path).await else { return };
    let (now, before) = (&panel["frame"], &panel["previous"]["frame"]);
    // Decimals, because that is what PostgreSQL's `extract` gives.
    let decimals = |hours: &[i64]| hours.iter().map(ToString::to_string).collect::<Vec<_>>();
    let day: Vec<i64> = (0..24).collect();
    let doubled: Vec<i64> = [0, 1, 2].into_iter().chain(2..24).collect();
    assert_eq!(cells(now, 1), decimals(&doubled));
    assert_eq!(cells(before, 1), decimals(&day));
    let (times, hours) = (cells(now, 0), cells(now, 1));
    for (at, hour) in panel["previous"]["beside"].as_array().unwrap().iter().zip(cells(before, 1)) {
        let place = times.iter().position(|time| time == at).unwrap();
        assert_eq!(hours[place], hour, "{at}");
    }
}

#[tokio::test]
async fn this_quarter_runs_until_today_and_is_compared_with_as_much_of_the_last() {
    let Some(panel) = panel("rows?range=this-quarter").await else { return };
    // 31 days of October and 27 of November; today's row is of noon. 31 of July and 27 of August.
    let total = |frame: &Value| cells(frame, 1).iter().filter_map(Value::as_i64).sum::<i64>();
    assert_eq!(total(&panel["frame"]), 58);
    assert_eq!(total(&panel["previous"]["frame"]), 58);
    let bounds = &panel["previous"]["bounds"];
    assert_eq!(bounds["from"], "2026-06-30T22:00:00Z");
    assert_eq!(bounds["to"], "2026-08-28T04:00:00Z", "06:00 in Berlin: the end of this hour");
}
