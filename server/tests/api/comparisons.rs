//! Comparisons follow the clock, not the position of rows. The panels are those of
//! `figures/comparisons.toml`; the expected values were counted on a calendar.

use super::dialects::{self, Site};
use crate::fixture::{self, get};
use crate::readout::legible;
use brisk_domain::{ManualClock, SourceName, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::{Limits, Source};
use serde_json::{Value, json};
use std::sync::Arc;

/// 28 November 2026, 05:50 in Berlin.
const NOW: i64 = 1_795_841_400;

async fn panel(path: &str) -> Option<Value> {
    let text = answer(&format!("/api/v1/dashboards/comparisons/panels/{path}")).await?;
    Some(serde_json::from_str::<Value>(&text).unwrap()["panel"].clone())
}

async fn answer(path: &str) -> Option<String> {
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
    let (status, _, body) = fixture::ask(&app, get(path, &[])).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    Some(String::from_utf8(body).unwrap())
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
    // 31 days of October and 27 of November, whose row of today is at noon. 31 of July and 27 of August.
    let total = |frame: &Value| cells(frame, 1).iter().filter_map(Value::as_i64).sum::<i64>();
    assert_eq!(total(&panel["frame"]), 58);
    assert_eq!(total(&panel["previous"]["frame"]), 58);
    let bounds = &panel["previous"]["bounds"];
    assert_eq!(bounds["from"], "2026-06-30T22:00:00Z");
    assert_eq!(bounds["to"], "2026-08-28T04:00:00Z", "06:00 in Berlin: the end of this hour");
}

#[tokio::test]
async fn pages_and_csv_of_the_three_say_the_same() {
    let page = |path: &'static str| answer(path);
    let path = "/d/comparisons/p/rows?from=2026-03-01&to=2026-03-31&interval=month";
    let Some(month) = page(path).await else { return };
    let month = legible(&month);
    assert!(month.contains(r#""v":["31"]"#) && month.contains(r#""v":["28"]"#), "{month}");
    let path = "/d/comparisons/p/rows?range=this-quarter&interval=month";
    let quarter = legible(&page(path).await.unwrap());
    assert!(quarter.contains(r#""v":["31","27"]"#), "October, and November so far: {quarter}");
    assert!(quarter.contains("November 2026, so far"), "{quarter}");
    let path = "/d/comparisons/p/hours?from=2026-10-25&to=2026-10-25&interval=hour";
    let hours = legible(&page(path).await.unwrap());
    // The doubled hour, and the same hour of the day before beside it both times.
    assert!(hours.matches(r#""v":["0","1","2","2","3","4""#).count() == 2, "{hours}");
    let csv = "/api/v1/dashboards/comparisons/panels/hours.csv?from=2026-10-25&to=2026-10-25&interval=hour";
    let csv = page(csv).await.unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 26, "{csv}");
    assert_eq!(
        lines[3..5],
        ["2026-10-25T02:00:00+02:00,2,2,true", "2026-10-25T02:00:00+01:00,2,2,true",]
    );
    assert_eq!(lines[0], "t,h,h (previous period),complete");
}

#[tokio::test]
async fn before_the_first_row_of_a_function_there_is_no_period() {
    let Some(first) = panel("rows?from=2024-01-01&to=2024-01-31&interval=month").await else {
        return;
    };
    assert_eq!((cells(&first["frame"], 1), &first["previous"]), (vec![json!(31)], &Value::Null));
    let second = panel("rows?from=2024-02-01&to=2024-02-29&interval=month").await.unwrap();
    assert_eq!(second["previous"]["covered"], true, "its first day counts from midnight");
    assert_eq!(cells(&second["previous"]["frame"], 1), [31]);
}

/// 16 November 2026, 14:35 in Berlin.
const NOVEMBER: i64 = 1_794_836_100;

/// Orders at noon in Berlin: 1 and 30 September, 15 October (of 2 pieces), 3 and 16 November.
const ORDERS: [(i64, i64); 5] = [
    (1_788_256_800, 1),
    (1_790_762_400, 1),
    (1_792_058_400, 2),
    (1_793_703_600, 1),
    (1_794_826_800, 1),
];

const BOARD: &str = r#"
title = "Where the data begin"
source = "SOURCE"
timezone = "Europe/Berlin"
[[panel]]
id = "count"
title = "Orders"
kind = "stat"
compare = "previous period"
sql = "select count(*) as n from ORDERS where $range(at)"
[[panel]]
id = "year"
title = "Orders"
kind = "stat"
compare = "previous year"
sql = "select count(*) as n from ORDERS where $range(at)"
[[panel]]
id = "pairs"
title = "Orders of two pieces"
kind = "stat"
compare = "previous period"
sql = "select count(*) as n from ORDERS where $range(at) and n = 2"
[[panel]]
id = "days"
title = "Orders by day"
kind = "line"
interval = "day"
compare = "previous period"
sql = "select $bucket(at) as t, count(*) as n from ORDERS where $range(at) group by 1 order by 1"
[[panel]]
id = "joined"
title = "Orders"
kind = "stat"
compare = "previous period"
sql = "select count(*) as n from ORDERS join (select 1 as one) ones on ones.one <= orders.n where $range(orders.at)"
"#;

async fn sites() -> Vec<Site> {
    dialects::sites(BOARD, &ORDERS, NOVEMBER).await
}

#[tokio::test]
async fn nothing_is_compared_with_what_lies_before_the_first_row() {
    for site in sites().await {
        let dialect = site.dialect;
        let september = "from=2026-09-01&to=2026-09-30";
        for panel in ["count", "year", "days", "joined"] {
            let answer = site.json(panel, september).await;
            assert_eq!(answer["previous"], Value::Null, "{dialect}, {panel}");
            let page = site.page(panel, september).await;
            let (figure, line) = (["count", "year", "joined"].contains(&panel), "Previous period");
            if figure {
                let said = if panel == "year" { "no previous year" } else { "no previous period" };
                assert!(page.contains(said), "{dialect}, {panel}: {page}");
            } else {
                assert!(!page.contains(&format!("\"n\":\"{line}\"")), "{dialect}: {page}");
            }
        }
    }
}

#[tokio::test]
async fn a_period_that_the_data_cover_in_part_gives_no_percentage() {
    for site in sites().await {
        let dialect = site.dialect;
        // 30 days, beside 17 August to 15 September.
        let range = "from=2026-09-16&to=2026-10-15";
        let answer = site.json("count", range).await;
        assert_eq!(answer["previous"]["covered"], false, "{dialect}");
        assert_eq!(cells(&answer["previous"]["frame"], 0), [1], "{dialect}");
        let page = site.page("count", range).await;
        assert!(page.contains("no full previous period"), "{dialect}: {page}");
        assert!(!page.contains("stat-change good") && !page.contains("% compared"), "{dialect}");
        // From 1 September on, beside 1 October: nothing is known of the days before it, and those
        // after it had none.
        let days = site.page("days", range).await;
        let before = days.split(r#""n":"Previous period""#).nth(1).unwrap();
        let values = before.split(r#""v":["#).nth(1).unwrap().split(']').next().unwrap();
        let on = |day: usize| match day {
            0..15 => "\"\"",
            15 => "\"1\"",
            _ => "\"0\"",
        };
        let expected: Vec<&str> = (0..30).map(on).collect();
        assert_eq!(values.split(',').collect::<Vec<_>>(), expected, "{dialect}");
    }
}

#[tokio::test]
async fn nothing_before_is_zero_and_no_missing_period() {
    for site in sites().await {
        let dialect = site.dialect;
        let october = "from=2026-10-01&to=2026-10-31";
        let pairs = site.json("pairs", october).await;
        assert_eq!(pairs["previous"]["covered"], true, "{dialect}: {pairs}");
        assert_eq!(cells(&pairs["previous"]["frame"], 0), [0], "{dialect}");
        let page = site.page("pairs", october).await;
        assert!(page.contains("from 0 in the previous period"), "{dialect}: {page}");
        let count = site.json("count", october).await;
        assert_eq!(cells(&count["previous"]["frame"], 0), [2], "{dialect}");
        // A month under way, beside as much of October.
        let november = site.json("count", "range=this-month").await;
        assert_eq!(cells(&november["frame"], 0), [2], "{dialect}");
        assert_eq!(cells(&november["previous"]["frame"], 0), [1], "{dialect}");
        assert_eq!(november["previous"]["bounds"]["to"], "2026-10-16T13:00:00Z", "{dialect}");
    }
}

/// The same orders, and one of 900 pieces on 3 October.
const COMPARED: [(i64, i64); 6] = [
    (1_788_256_800, 1),
    (1_790_762_400, 1),
    (1_791_021_600, 900),
    (1_792_058_400, 2),
    (1_793_703_600, 1),
    (1_794_826_800, 1),
];

const TABLES: &str = r#"
title = "The earlier period in tables"
source = "SOURCE"
timezone = "Europe/Berlin"
[[panel]]
id = "days"
title = "By day"
kind = "bar"
compare = "previous period"
columns = { n = { label = "Pieces", unit = "pieces" } }
computed = [{ name = "so_far", of = "n", kind = "running total" }]
sql = "select $bucket(at) as day, sum(n) as n, count(*) as orders from ORDERS where $range(at) group by 1 order by 1"
[[panel]]
id = "sizes"
title = "By size"
kind = "table"
compare = "previous period"
sql = "select case when n > 100 then 'large' when n > 1 then 'some' else 'single' end as size, sum(n) as n, count(*) as orders from ORDERS where $range(at) group by 1 order by 1"
[[panel]]
id = "single"
title = "All"
kind = "stat"
compare = "previous period"
sql = "select sum(n) as n from ORDERS where $range(at)"
[[panel]]
id = "means"
title = "Means"
kind = "bar"
compare = "previous period"
sql = "select $bucket(at) as day, avg(n) as mean from ORDERS where $range(at) group by 1 order by 1"
[[panel]]
id = "ring"
title = "Ring"
kind = "donut"
compare = "previous period"
sql = "select n, count(*) as orders from ORDERS where $range(at) group by 1 order by 1"
[[panel]]
id = "dial"
title = "Dial"
kind = "gauge"
max = 10
compare = "previous period"
sql = "select count(*) as orders from ORDERS where $range(at)"
[[panel]]
id = "squares"
title = "Squares"
kind = "heatmap"
compare = "previous period"
sql = "select $bucket(at) as day, n, count(*) as orders from ORDERS where $range(at) group by 1, 2 order by 1, 2"
[[panel]]
id = "lying"
title = "Lying"
kind = "bar"
horizontal = true
compare = "previous period"
sql = "select $bucket(at) as day, count(*) as orders from ORDERS where $range(at) group by 1 order by 1"
[[panel]]
id = "names"
title = "Names"
kind = "bar"
compare = "previous period"
sql = "select case when n > 1 then 'several' else 'single' end as size, count(*) as orders from ORDERS where $range(at) group by 1 order by 1"
"#;

#[tokio::test]
async fn csv_and_tables_have_the_earlier_period_beside_each_row() {
    for site in dialects::sites(TABLES, &COMPARED, NOVEMBER).await {
        let november = "from=2026-11-01&to=2026-11-30&interval=day";
        // 3 November beside 3 October; 16 November, which is under way, beside a day without orders.
        // Running totals stand over all days: 900 from 3 October on, 902 from 15 October on.
        let csv = site.csv("days", november).await;
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(
            lines[0],
            "day,n,orders,so_far,n (previous period),orders (previous period),\
             so_far (previous period),complete",
            "{}",
            site.dialect
        );
        assert_eq!(
            lines[3], "2026-11-03T00:00:00+01:00,1,1,1,900,1,900,true",
            "{}: {csv}",
            site.dialect
        );
        assert_eq!(
            lines[4], "2026-11-04T00:00:00+01:00,0,0,1,0,0,900,true",
            "{}: {csv}",
            site.dialect
        );
        assert_eq!(
            lines[15], "2026-11-15T00:00:00+01:00,0,0,1,2,1,902,true",
            "{}: {csv}",
            site.dialect
        );
        // The data begin on 1 September: what lies before it is not 0. 1 October stands beside it.
        let csv = site.csv("days", "from=2026-09-15&to=2026-10-14&interval=day").await;
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[16], "2026-09-30T00:00:00+02:00,1,1,1,,,,true", "{}: {csv}", site.dialect);
        assert_eq!(
            lines[17], "2026-10-01T00:00:00+02:00,0,0,1,1,1,1,true",
            "{}: {csv}",
            site.dialect
        );
        assert_eq!(
            lines[18], "2026-10-02T00:00:00+02:00,0,0,1,0,0,1,true",
            "{}: {csv}",
            site.dialect
        );

        let page = site.page("days", november).await;
        assert!(page.contains("Pieces (previous period)"), "{}: {page}", site.dialect);
        assert!(page.contains("900 pieces"), "{}: {page}", site.dialect);

        // PostgreSQL's averages have 16 decimals, which are not shown beside each other either.
        let means = site.page("means", november).await;
        assert!(means.contains("Mean (previous period)") && means.contains(">900"), "{means}");
        assert!(!means.contains(">900.0000000000000000<"), "{}: {means}", site.dialect);

        let sizes = site.csv("sizes", "from=2026-10-01&to=2026-10-31").await;
        let expected = "size,n,orders,n (previous period),orders (previous period)\n\
                        large,900,1,,\nsome,2,1,,\n";
        assert_eq!(sizes, expected, "{}: single ones are gone", site.dialect);
        let sizes = site.csv("sizes", "from=2026-11-01&to=2026-11-15").await;
        let expected = "size,n,orders,n (previous period),orders (previous period)\nsingle,1,1,,\n";
        assert_eq!(sizes, expected, "{}: 17 to 31 October had none", site.dialect);
        let sizes = site.csv("sizes", "from=2026-10-02&to=2026-10-31").await;
        assert!(sizes.contains("large,900,1,,\n"), "{}: {sizes}", site.dialect);

        let single = site.csv("single", "from=2026-11-01&to=2026-11-30").await;
        assert_eq!(single, "n,n (previous period)\n2,902\n", "{}", site.dialect);
        let august = site.csv("single", "from=2026-09-01&to=2026-09-30").await;
        assert_eq!(august, "n,n (previous period)\n2,\n", "{}: no data before", site.dialect);
        let ring = site.csv("ring", "from=2026-10-01&to=2026-10-31").await;
        let expected = "n,orders,orders (previous period)\n2,1,\n900,1,\n";
        assert_eq!(ring, expected, "{}: September had orders of one piece", site.dialect);
    }
}

#[tokio::test]
async fn a_chart_says_what_it_does_not_draw_of_the_earlier_period() {
    for site in dialects::sites(TABLES, &COMPARED, NOVEMBER).await {
        let november = "from=2026-11-01&to=2026-11-30&interval=day";
        for (panel, reason) in [
            ("ring", Some("a donut shows one period")),
            ("dial", Some("a gauge shows one period")),
            ("squares", Some("a heatmap shows one period")),
            ("names", Some("they are drawn along time, and the first column is none")),
            ("days", Some("they are drawn beside one series, and there are several")),
            ("means", None),
            ("lying", None),
            ("sizes", None),
            ("single", None),
        ] {
            let answer = site.json(panel, november).await;
            let notes = answer["notes"].as_array().cloned().unwrap_or_default();
            let sentence = "The values of the previous period are in the table only: ";
            let said: Vec<&str> = notes.iter().filter_map(Value::as_str).collect();
            let said = said.iter().find_map(|note| note.strip_prefix(sentence));
            match reason {
                Some(reason) => {
                    assert!(
                        said.is_some_and(|said| said.starts_with(reason)),
                        "{panel}: {notes:?}"
                    );
                    let page = site.page(panel, november).await;
                    assert!(page.contains(sentence), "{}, {panel}: {page}", site.dialect);
                    let drawn = page.contains(r#""n":"Previous period""#);
                    assert!(!drawn, "{}, {panel}", site.dialect);
                }
                None => {
                    assert_eq!(said, None, "{}, {panel}", site.dialect);
                    let is_chart = ["means", "lying"].contains(&panel);
                    let page = site.page(panel, november).await;
                    let is_drawn = page.contains(r#""n":"Previous period""#);
                    assert_eq!(is_drawn, is_chart, "{}, {panel}", site.dialect);
                }
            }
        }
    }
}
