//! Parts of time buckets on pages, in CSV and in the API, on every dialect. The expected values were
//! counted on a calendar.

use super::dialects::{self, Site};
use serde_json::json;

/// 16 November 2026, 14:35 in Berlin.
const NOW: i64 = 1_794_836_100;

/// Orders at noon in Berlin: 20 August, 1 and 30 September, 15 October, 3 and 16 November.
const ORDERS: [(i64, i64); 6] = [
    (1_787_220_000, 1),
    (1_788_256_800, 1),
    (1_790_762_400, 1),
    (1_792_058_400, 1),
    (1_793_703_600, 1),
    (1_794_826_800, 1),
];

const BOARD: &str = r#"
title = "Parts"
source = "SOURCE"
timezone = "Europe/Berlin"
[[panel]]
id = "months"
title = "Orders"
kind = "bar"
interval = "month"
sql = "select $bucket(at) as t, count(*) as n from ORDERS where $range(at) group by 1 order by 1"
[[panel]]
id = "trimmed"
title = "Orders"
kind = "line"
interval = "month"
edges = "trim"
sql = "select $bucket(at) as t, count(*) as n from ORDERS where $range(at) group by 1 order by 1"
[[panel]]
id = "list"
title = "Orders"
kind = "table"
interval = "month"
sql = "select $bucket(at) as t, count(*) as complete from ORDERS where $range(at) group by 1 order by 1"
[[panel]]
id = "all"
title = "Orders"
kind = "area"
interval = "month"
sql = "select $bucket(at) as t, count(*) as n from ORDERS group by 1 order by 1"
"#;

const RANGE: &str = "from=2026-08-19&to=2026-11-30";

async fn sites() -> Vec<Site> {
    dialects::sites(BOARD, &ORDERS, NOW).await
}

#[tokio::test]
async fn a_part_is_a_part_everywhere() {
    for site in sites().await {
        let dialect = site.dialect;
        let csv = "t,n,complete\n\
            2026-08-01T00:00:00+02:00,1,false\n\
            2026-09-01T00:00:00+02:00,2,true\n\
            2026-10-01T00:00:00+02:00,1,true\n\
            2026-11-01T00:00:00+01:00,2,false\n";
        assert_eq!(site.csv("months", RANGE).await, csv, "{dialect}");
        let panel = site.json("months", RANGE).await;
        let buckets =
            json!({ "column": "t", "complete": [false, true, true, false], "left_out": 0 });
        assert_eq!(panel["frame"]["buckets"], buckets, "{dialect}");
        let page = site.page("months", RANGE).await;
        assert_eq!(page.matches("<rect class=\"s0 pt\"").count(), 2, "{dialect}: {page}");
        for said in ["August 2026, from 19 Aug", "\"September 2026\"", "November 2026, so far"] {
            assert!(page.contains(said), "{dialect}, {said}: {page}");
        }
        assert!(page.contains("1 Nov 2026 <small>so far</small>"), "{dialect}: {page}");
        // The range ends before the data do.
        let cut = site.page("months", "from=2026-09-01&to=2026-11-04").await;
        assert!(cut.contains("November 2026, to 4 Nov"), "{dialect}: {cut}");
        assert_eq!(cut.matches("<rect class=\"s0 pt\"").count(), 1, "{dialect}: {cut}");
    }
}

#[tokio::test]
async fn what_is_trimmed_is_nowhere_and_that_is_said() {
    for site in sites().await {
        let dialect = site.dialect;
        let csv =
            "t,n,complete\n2026-09-01T00:00:00+02:00,2,true\n2026-10-01T00:00:00+02:00,1,true\n";
        assert_eq!(site.csv("trimmed", RANGE).await, csv, "{dialect}");
        let panel = site.json("trimmed", RANGE).await;
        assert_eq!(panel["frame"]["rows"], 2, "{dialect}");
        assert_eq!(panel["frame"]["buckets"]["left_out"], 2, "{dialect}");
        let page = site.page("trimmed", RANGE).await;
        assert!(page.matches("2 partial months left out").count() >= 3, "{dialect}: {page}");
        assert!(!page.contains("\"November 2026"), "{dialect}: {page}");
    }
}

#[tokio::test]
async fn the_column_of_csv_has_a_name_of_its_own() {
    for site in sites().await {
        let csv = site.csv("list", RANGE).await;
        assert!(
            csv.starts_with("t,complete,complete (2)\n2026-08-01T00:00:00+02:00,1,false\n"),
            "{csv}"
        );
    }
}

#[tokio::test]
async fn a_statement_without_the_range_is_cut_by_the_clock_alone() {
    for site in sites().await {
        let panel = site.json("all", "range=last-7-days").await;
        let complete = &panel["frame"]["buckets"]["complete"];
        assert_eq!(*complete, json!([true, true, true, false]), "{}", site.dialect);
    }
}

#[tokio::test]
async fn buckets_of_the_authors_own_are_buckets_too() {
    for own in ["date_trunc('month', at)", "date_trunc('month', at)::date"] {
        let board = BOARD.replace("interval = \"month\"\n", "").replace("$bucket(at)", own);
        let sites = dialects::sites(&board, &ORDERS, NOW).await;
        for site in sites.into_iter().filter(|site| site.dialect == "pg") {
            let csv = site.csv("months", RANGE).await;
            let complete: Vec<&str> =
                csv.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
            assert_eq!(complete, ["false", "true", "true", "false"], "{own}: {csv}");
            let page = site.page("months", RANGE).await;
            assert!(page.contains("November 2026, so far"), "{own}: {page}");
        }
    }
}
