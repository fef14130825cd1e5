//! Computed columns on pages, in CSV and in the API: along each series, over every bucket, exact.

use super::one_point::Site;
use crate::readout::legible;

const RANGE: &str = "from=2026-01-01&to=2026-05-31";

struct Cases(Site);

impl Cases {
    fn new() -> Self {
        Self(Site::of(include_str!("computed.toml")))
    }

    async fn page(&self, panel: &str) -> String {
        legible(&self.0.get(&format!("/d/cases/p/{panel}?{RANGE}")).await)
    }

    async fn csv(&self, panel: &str) -> String {
        self.0.get(&format!("/api/v1/dashboards/cases/panels/{panel}.csv?{RANGE}")).await
    }

    async fn cells(&self, panel: &str, column: &str) -> serde_json::Value {
        let path = format!("/api/v1/dashboards/cases/panels/{panel}?{RANGE}");
        let answer: serde_json::Value = serde_json::from_str(&self.0.get(&path).await).unwrap();
        let columns = answer["panel"]["frame"]["columns"].as_array().unwrap().clone();
        columns.into_iter().find(|one| one["name"] == column).unwrap()["cells"].clone()
    }
}

#[tokio::test]
async fn running_totals_stand_in_an_empty_month() {
    let cases = Cases::new();
    for panel in ["zero", "usual"] {
        let page = cases.page(panel).await;
        for drawn in [r#""v":["10","5","0","2","#, r#""v":["10","15","15","17","#] {
            assert!(page.contains(drawn), "{panel}, {drawn}: {page}");
        }
    }
    assert_eq!(cases.cells("zero", "net").await, serde_json::json!([10, 5, 0, 2]));
    assert_eq!(cases.cells("zero", "total").await, serde_json::json!([10, 15, 15, 17]));
    let csv = "m,net,total,complete\r\n2026-01-01T00:00:00+00:00,10,10,true\r\n2026-02-01T00:00:00+00:00,5,15,true\r\n\
               2026-03-01T00:00:00+00:00,0,15,true\r\n2026-04-01T00:00:00+00:00,2,17,true\r\n";
    assert_eq!(cases.csv("zero").await.replace('Z', "+00:00"), csv);
    // In the statement's own order, from the last month down.
    assert_eq!(cases.cells("usual", "total").await, serde_json::json!([17, 15, 15, 10]));
    assert_eq!(cases.cells("usual", "change").await, serde_json::json!([2, -5, -5, null]));
}

#[tokio::test]
async fn what_does_not_add_up_has_a_gap() {
    let cases = Cases::new();
    assert_eq!(cases.cells("mean", "net").await, serde_json::json!([10.5, 5.0, null, 2.0]));
    let smooth = serde_json::json!([10.5, 7.75, 7.75, 17.5 / 3.0]);
    assert_eq!(cases.cells("mean", "smooth").await, smooth);
    assert_eq!(cases.cells("mean", "change").await, serde_json::json!([null, -5.5, null, null]));
}

#[tokio::test]
async fn what_does_not_add_up_has_neither_a_share_nor_a_running_total() {
    let cases = Cases::new();
    for (panel, words) in [
        ("share-of-average", "part” is the share of “v”, which does not add up: it is an average"),
        ("share-of-maximum", "it is a minimum or a maximum"),
        ("share-of-distinct", "it is a count of distinct values"),
        ("share-of-ratio", "Compute it of a sum or a count"),
        ("total-of-average", "Take the running total of a sum or a count"),
    ] {
        let page = cases.page(panel).await.replace("&quot;", "\"");
        let words = words.replace(['“', '”'], "\"");
        assert!(page.contains(&words), "{panel}, {words}: {page}");
    }
    let percentages = cases.cells("share-of-percentages", "so_far").await;
    assert_eq!(percentages, serde_json::json!([0.75, 1.0]));
    assert_eq!(cases.cells("share-of-sum", "part").await, serde_json::json!([0.75, 0.25]));
}

#[tokio::test]
async fn each_series_has_its_own() {
    let cases = Cases::new();
    assert_eq!(cases.cells("series", "total").await, serde_json::json!([100, 150, 200, 300]));
    let page = cases.page("series").await;
    for (name, values) in [
        ("A", r#"["100","100"]"#),
        ("A · Total", r#"["100","200"]"#),
        ("B", r#"["150","150"]"#),
        ("B · Total", r#"["150","300"]"#),
    ] {
        let series = format!("\"n\":\"{name}\"");
        let rest = page.split(&series).nth(1);
        let rest = rest.unwrap_or_else(|| panic!("{name}: {page}"));
        let of_series = rest.split("\"n\":").next().unwrap_or_default();
        assert!(of_series.contains(&format!("\"v\":{values}")), "{name}: {of_series}");
    }
    let sparse = cases.cells("sparse", "total").await;
    // A: 10, 10, 10, 11; B: 5, 7, 7, 7.
    assert_eq!(sparse, serde_json::json!([10, 5, 7, 10, 10, 7, 11, 7]));
}

#[tokio::test]
async fn infinity_stays_and_rows_of_one_point_have_its_total() {
    let cases = Cases::new();
    let infinite = serde_json::json!(["Infinity", "Infinity"]);
    assert_eq!(cases.cells("inf", "total").await, infinite);
    assert_eq!(cases.csv("inf").await, "i,f,total\r\n1,Infinity,Infinity\r\n2,1.5,Infinity\r\n");
    assert_eq!(cases.cells("twice", "total").await, serde_json::json!([11, 11, 13]));
    let page = cases.page("twice").await;
    assert!(page.contains(r#""v":["11","2"]"#) && page.contains(r#""v":["11","13"]"#), "{page}");
}
