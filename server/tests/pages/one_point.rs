//! Rows that fall on one point, from SQLite to pages, CSV and API: none of them vanishes.

use crate::fixture::{self, source};
use crate::readout::legible;
use axum::Router;
use brisk_domain::{Clock, ManualClock, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::Limits;
use std::sync::Arc;

/// A server with one dashboard over an empty database.
pub(super) struct Site {
    router: Router,
    _directory: tempfile::TempDir,
}

impl Site {
    pub(super) fn of(dashboard: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("cases.toml"), dashboard).unwrap();
        let database = directory.path().join("shop.sqlite");
        std::fs::write(&database, "").unwrap();
        let clock: Arc<dyn Clock> =
            Arc::new(ManualClock::at(Timestamp::from_seconds(1_780_228_800)));
        let sources = Sources::from([source("shop", &database, Limits::default())]);
        let router = router(fixture::state(directory.path(), sources, clock), directory.path());
        Self { router, _directory: directory }
    }

    pub(super) async fn get(&self, path: &str) -> String {
        let (status, _, bytes) = fixture::ask(&self.router, fixture::get(path, &[])).await;
        let body = String::from_utf8(bytes).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The panel's page, with the quotes in what it embeds unescaped.
    pub(super) async fn page(&self, panel: &str) -> String {
        legible(&self.get(&format!("/d/cases/p/{panel}")).await)
    }

    pub(super) async fn csv(&self, panel: &str) -> String {
        self.get(&format!("/api/v1/dashboards/cases/panels/{panel}.csv")).await
    }
}

fn site() -> Site {
    Site::of(include_str!("one-point.toml"))
}

/// Whether the page's readout has these labels and, for each series, these values.
async fn reads(site: &Site, panel: &str, labels: &str, series: &[(&str, &str)]) {
    let page = site.page(panel).await;
    assert!(page.contains(&format!("\"l\":{labels}")), "{panel}: {page}");
    for (name, values) in series {
        assert!(page.contains(&format!("\"n\":\"{name}\"")), "{panel}, {name}: {page}");
        assert!(page.contains(&format!("\"v\":{values}")), "{panel}, {values}: {page}");
    }
}

#[tokio::test]
async fn every_row_is_on_the_page() {
    let site = site();
    let years = [("2024", r#"["5","7"]"#), ("2025", r#"["6","8"]"#)];
    reads(&site, "years", r#"["Jan","Feb"]"#, &years).await;
    reads(&site, "cats", r#"["cats","dogs"]"#, &[("N", r#"["101","7"]"#)]).await;
    let none = r#"["(none)","“(none)”","(empty)"]"#;
    reads(&site, "none", none, &[("N", r#"["5","3","2"]"#)]).await;
    let bins: Vec<String> =
        (1..=9).map(|i| format!("\"{:.4}\"", 1.0 + f64::from(i) * 1e-4)).collect();
    let counts = r#"["1","2","3","4","5","6","7","8","9"]"#;
    reads(&site, "bins", &format!("[{}]", bins.join(",")), &[("N", counts)]).await;
    let to_scale = r#""x":[0.0,0.1111,0.4444,1.0]"#;
    reads(&site, "numx", r#"["1","2","5","10"]"#, &[("Y", r#"["1","2","5","10"]"#)]).await;
    assert!(site.page("numx").await.contains(to_scale));
    let shops = [("1", r#"["5"]"#), ("2", r#"["7"]"#)];
    reads(&site, "grouped", r#"["Jan"]"#, &shops).await;
}

#[tokio::test]
async fn text_alternative_table_and_csv_agree_with_what_is_drawn() {
    let site = site();
    let page = site.page("cats").await;
    assert!(page.contains("cats 94\u{202f}%") || page.contains("cats 93.5\u{202f}%"), "{page}");
    // The rows themselves are in the table and in CSV.
    assert_eq!(site.csv("cats").await, "k,n\r\ncats,100\r\ncats,1\r\ndogs,7\r\n");
    // NULL is an empty field, an empty text a quoted one.
    assert_eq!(site.csv("none").await, "k,n\r\n,5\r\n(none),3\r\n\"\",2\r\n");
}

#[tokio::test]
async fn averages_on_one_point_are_refused_with_what_to_write() {
    let page = site().page("averages").await;
    assert!(page.contains("Several rows are on one point (cats)"), "{page}");
    assert!(page.contains("group by k"), "{page}");
}

#[tokio::test]
async fn averages_and_distinct_counts_are_neither_stacked_nor_parts_of_a_ring() {
    let site = site();
    let refused = [
        ("stacked-averages", "\"mean\" of several series cannot be added up"),
        ("stacked-tenants", "\"tenants\" of several series cannot be added up"),
        ("ring-of-averages", "\"mean\" cannot be added up: use kind = \"bar\""),
    ];
    for (panel, reason) in refused {
        let page = site.page(panel).await.replace("&quot;", "\"");
        assert!(page.contains(reason), "{panel}: {page}");
    }
    reads(&site, "stacked-sums", r#"["Jan"]"#, &[("a", r#"["5"]"#), ("b", r#"["6"]"#)]).await;
    assert!(site.page("ring-of-shares").await.contains("cats 75\u{202f}%"));
}

#[tokio::test]
async fn numbers_near_zero_are_a_line() {
    let page = site().page("tiny").await;
    let ys = page.split("\"y\":[").nth(1).and_then(|rest| rest.split_once(']'));
    let ys: Vec<f64> = ys.unwrap().0.split(',').map(|y| y.parse().unwrap()).collect();
    assert!(ys.windows(2).all(|pair| pair[0] > pair[1]), "{ys:?}");
}
