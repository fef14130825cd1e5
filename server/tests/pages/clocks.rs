//! Dates, wall-clock times and instants from before 1970, in a zone west of Greenwich, and results in
//! another zone than the dashboard's: from each database to page, CSV and API.

use crate::fixture;
use axum::Router;
use brisk_domain::{Clock, ManualClock, SourceName, Timestamp, WallClock, WallClocks};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::{Limits, Source};
use std::sync::Arc;

const CLOCKS: &str = include_str!("clocks.toml");
const MARCH: &str = "from=2026-03-01&to=2026-03-31";

struct Site {
    router: Router,
    _directory: tempfile::TempDir,
}

impl Site {
    fn new(dashboard: &str, directory: tempfile::TempDir, source: Source) -> Self {
        std::fs::write(directory.path().join("clocks.toml"), dashboard).unwrap();
        let now = Timestamp::from_seconds(1_782_000_000);
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(now));
        let sources = Sources::from([(source.name().clone(), source)]);
        let router = router(fixture::state(directory.path(), sources, clock), directory.path());
        Self { router, _directory: directory }
    }

    async fn get(&self, path: &str) -> String {
        let (status, _, bytes) = fixture::ask(&self.router, fixture::get(path, &[])).await;
        let body = String::from_utf8(bytes).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn page(&self, panel: &str) -> String {
        self.get(&format!("/d/clocks/p/{panel}?{MARCH}")).await
    }

    /// The last table of a panel's page: its data.
    async fn table(&self, panel: &str) -> String {
        let page = self.page(panel).await;
        let table = page.rsplit("<table").next().and_then(|rest| rest.split("</table").next());
        table.unwrap_or_else(|| panic!("no table: {page}")).to_owned()
    }

    async fn csv(&self, panel: &str) -> String {
        self.get(&format!("/api/v1/dashboards/clocks/panels/{panel}.csv?{MARCH}")).await
    }

    async fn api(&self, panel: &str) -> String {
        self.get(&format!("/api/v1/dashboards/clocks/panels/{panel}?{MARCH}")).await
    }

    /// The panels of `clocks.toml`, on whichever database.
    async fn shows_dates_and_the_moon(&self) {
        let csv = self.csv("dates").await;
        assert!(csv.contains("2026-03-01T00:00:00-05:00,2"), "{csv}");
        assert_eq!(csv.lines().count(), 2, "{csv}");
        let api = self.api("dates").await;
        assert!(api.contains("\"2026-03-01T05:00:00Z\""), "{api}");
        let table = self.table("dates").await;
        assert!(table.contains("Mar") && !table.contains("Feb"), "{table}");
        let csv = self.csv("range").await;
        assert!(csv.contains("2026-03-01,1\r\n2026-03-15,1\r\n"), "{csv}");
        let api = self.api("range").await;
        assert!(api.contains("2026-03-01") && api.contains("2026-03-15"), "{api}");
        let csv = self.csv("moon").await;
        let moon = "1969-07-20T00:30:00-04:00,1969-07-20T00:00:00-04:00,0";
        assert!(csv.contains(moon), "{csv}");
        let api = self.api("moon").await;
        assert!(api.contains("\"1969-07-20T04:30:00Z\""), "{api}");
        assert!(api.contains("\"1969-07-20T04:00:00Z\""), "{api}");
        let table = self.table("moon").await;
        assert!(table.contains("20 Jul 1969"), "{table}");
        assert!(table.contains("00:30"), "{table}");
    }
}

fn name(name: &str) -> SourceName {
    SourceName::parse(name).unwrap()
}

#[tokio::test]
async fn every_panel_of_the_example_is_right_on_postgres() {
    let Ok(url) = std::env::var("BRISK_TEST_POSTGRES_URL") else { return };
    let source = Source::postgres(name("pg"), &url, 2, Limits::default()).unwrap();
    let site = Site::new(CLOCKS, tempfile::tempdir().unwrap(), source);
    site.shows_dates_and_the_moon().await;
    let csv = site.csv("trunc").await;
    assert!(csv.contains("2026-03-01T00:00:00,1"), "{csv}");
    let api = site.api("trunc").await;
    assert!(api.contains("\"2026-03-01T00:00:00\""), "{api}");
    let table = site.table("trunc").await;
    assert!(table.contains("1 Mar") && !table.contains("28 Feb"), "{table}");
}

/// `clocks.toml` without the panel that only PostgreSQL can express, with these rows.
fn dashboard(source: &str, days: &str, moon: &str) -> String {
    format!(
        r#"title = "Clocks"
source = "{source}"
timezone = "America/New_York"
[[panel]]
id = "dates"
title = "dates"
kind = "table"
sql = "select $bucket(d, month) as month, count(*) as n from ({days}) t group by 1 order by 1"
[[panel]]
id = "range"
title = "range"
kind = "table"
sql = "select d, 1 as n from ({days}) t where $range(d) order by 1"
[[panel]]
id = "moon"
title = "moon"
kind = "table"
sql = "select $time(at) as at, $bucket(at, day) as day, $hour(at) as hour from ({moon}) t"
"#
    )
}

#[tokio::test]
async fn dates_and_instants_before_1970_are_right_on_maria_db() {
    let Ok(url) = std::env::var("BRISK_TEST_MYSQL_URL") else { return };
    let days = "select date '2026-03-01' as d union all select date '2026-03-15'";
    let moon = "select timestamp '1969-07-20 04:30:00' as at";
    let source = Source::mysql(name("maria"), &url, 2, Limits::default()).unwrap();
    let site = Site::new(&dashboard("maria", days, moon), tempfile::tempdir().unwrap(), source);
    site.shows_dates_and_the_moon().await;
}

#[tokio::test]
async fn dates_and_instants_before_1970_are_right_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("clocks.sqlite");
    fixture::write(
        &database,
        "create table days (d text); insert into days values ('2026-03-01'), ('2026-03-15')",
    )
    .await;
    let moon = "select '1969-07-20 04:30:00' as at";
    let dashboard = dashboard("lite", "select d from days", moon);
    let (_, source) = fixture::source("lite", &database, Limits::default());
    Site::new(&dashboard, directory, source).shows_dates_and_the_moon().await;
}

const TRIPS: &str = r#"title = "Clocks"
source = "lite"
timezone = "Europe/Madrid"
[[panel]]
id = "trips"
title = "trips"
kind = "stat"
sql = "select count(*) as n from trips where $range(at)"
[[panel]]
id = "local"
title = "local"
kind = "stat"
sql = "select count(*) as n from trips where $range($local(at))"
[[panel]]
id = "list"
title = "list"
kind = "table"
sql = "select at from trips order by 1"
[[panel]]
id = "one"
title = "one"
kind = "stat"
sql = "select 1 as n"
"#;

async fn trips(said: Option<&str>) -> Site {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("clocks.sqlite");
    // On a clock in Madrid, two hours ahead of UTC: the first and the last belong to other days there.
    let rows = "create table trips (at text); insert into trips values ('2026-07-01 01:30:00'),
        ('2026-07-01 02:30:00'), ('2026-07-02 01:59:59'), ('2026-07-02 02:00:00')";
    fixture::write(&database, rows).await;
    let (_, source) = fixture::source("lite", &database, Limits::default());
    let clock = said.map(|clock| WallClock::parse(clock).unwrap());
    let clocks = WallClocks { source: clock, ..WallClocks::default() };
    Site::new(TRIPS, directory, source.with_wall_clocks(clocks))
}

#[tokio::test]
async fn the_zone_that_a_program_asks_for_is_not_the_zone_of_the_data() {
    let site = trips(Some("dashboard")).await;
    for panel in ["trips", "local"] {
        let count = async |query: &str| {
            let path = format!("/api/v1/dashboards/clocks/panels/{panel}.csv?{query}");
            site.get(&path).await.lines().nth(1).map(ToOwned::to_owned)
        };
        let day = "from=2026-07-01&to=2026-07-01";
        assert_eq!(count(day).await.as_deref(), Some("2"), "{panel}: the day in Madrid");
        let utc = count(&format!("{day}&tz=UTC")).await;
        assert_eq!(utc.as_deref(), Some("2"), "{panel}: 02:30 and 01:59:59 of the next day");
        let both = count("from=2026-07-01T00:00&to=2026-07-02T00:01&tz=UTC").await;
        assert_eq!(both.as_deref(), Some("3"), "{panel}");
        let none = count(&format!("{day}&tz=Asia/Tokyo")).await;
        // From 30 June 17:00 in Madrid for a day.
        assert_eq!(none.as_deref(), Some("2"), "{panel}");
    }
}

#[tokio::test]
async fn a_panels_page_says_what_was_assumed_where_nothing_is_said() {
    let sentence = "trips.at has no time zone and is read as UTC";
    let site = trips(None).await;
    for (panel, says) in [("trips", true), ("list", true), ("one", false)] {
        let page = site.get(&format!("/d/clocks/p/{panel}")).await;
        assert_eq!(page.contains(sentence), says, "{panel}: {page}");
    }
    assert!(!site.get("/d/clocks").await.contains(sentence));
    let site = trips(Some("UTC")).await;
    assert!(!site.get("/d/clocks/p/trips").await.contains(sentence));
    let csv = site.get("/api/v1/dashboards/clocks/panels/list.csv").await;
    assert!(csv.contains("2026-07-01T03:30:00+02:00"), "{csv}");
}
