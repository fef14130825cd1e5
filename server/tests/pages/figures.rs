//! Figures as pages show them, from SQLite to markup: rounded exactly, distinguishable, at full length
//! in CSV and API.

use crate::fixture::{self, source};
use axum::Router;
use brisk_domain::{Clock, ManualClock, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::Limits;
use std::sync::Arc;

const FIGURES: &str = include_str!("figures.toml");

struct Site {
    router: Router,
    _directory: tempfile::TempDir,
}

fn site(dashboard: &str) -> Site {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("figures.toml"), dashboard).unwrap();
    let database = directory.path().join("shop.sqlite");
    std::fs::write(&database, "").unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_seconds(1_767_312_000)));
    let sources = Sources::from([source("shop", &database, Limits::default())]);
    let router = router(fixture::state(directory.path(), sources, clock), directory.path());
    Site { router, _directory: directory }
}

impl Site {
    async fn get(&self, path: &str) -> String {
        let (status, _, bytes) = fixture::ask(&self.router, fixture::get(path, &[])).await;
        let body = String::from_utf8(bytes).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn panel(&self, panel: &str) -> String {
        self.get(&format!("/d/figures/p/{panel}")).await
    }

    async fn csv(&self, panel: &str) -> String {
        self.get(&format!("/api/v1/dashboards/figures/panels/{panel}.csv")).await
    }
}

/// The texts of the elements that have `class`.
fn texts<'a>(markup: &'a str, class: &str) -> Vec<&'a str> {
    let begins = format!("class=\"{class}\"");
    let elements = markup.split(&begins).skip(1);
    elements
        .filter_map(|rest| rest.split_once('>')?.1.split_once('<'))
        .map(|(text, _)| text)
        .collect()
}

#[tokio::test]
async fn money_is_rounded_from_the_exact_value_and_exact_in_csv() {
    let site = site(FIGURES);
    let page = site.panel("money").await;
    assert_eq!(texts(&page, "n")[1..5], ["£1.01", "£2.68", "£0.29", "£1.12"], "{page}");
    assert_eq!(site.csv("money").await, "x\r\n1.005\r\n2.675\r\n0.285\r\n1.115\r\n");
}

#[tokio::test]
async fn what_is_not_finite_is_told_apart_from_null() {
    let site = site(
        r#"title = "Figures"
source = "shop"
[[panel]]
id = "odd"
title = "odd"
kind = "table"
sql = "select 1.5 as x union all select 9e999 union all select -9e999 union all select null"
[[panel]]
id = "stat"
title = "stat"
kind = "stat"
sql = "select 9e999 as x"
"#,
    );
    let page = site.panel("odd").await;
    assert_eq!(texts(&page, "n")[1..5], ["1.5", "∞", "−∞", "–"], "{page}");
    assert_eq!(site.csv("odd").await, "x\r\n1.5\r\nInfinity\r\n-Infinity\r\n\"\"\r\n");
    let answer = site.get("/api/v1/dashboards/figures/panels/odd").await;
    assert!(answer.contains(r#"[1.5,"Infinity","-Infinity",null]"#), "{answer}");
    let stat = site.panel("stat").await;
    assert_eq!(texts(&stat, "stat-figure"), ["∞"], "{stat}");
}

#[tokio::test]
async fn shares_add_up_and_say_the_same_in_legend_and_text() {
    let site = site(FIGURES);
    let page = site.panel("donut").await;
    for share in ["a 12.5\u{202f}%", "b 12.5\u{202f}%", "c 12.5\u{202f}%", "d 62.5\u{202f}%"] {
        assert!(page.contains(share), "{share}: {page}");
    }
    assert_eq!(page.matches("<b>12.5\u{202f}%</b>").count(), 3, "{page}");
    assert_eq!(page.matches("<b>62.5\u{202f}%</b>").count(), 1, "{page}");
}

#[tokio::test]
async fn the_smallest_numbers_have_a_line_and_labels_that_differ() {
    let site = site(FIGURES);
    let page = site.panel("tiny").await;
    let path = page.split("class=\"l s0\" d=\"").nth(1).and_then(|rest| rest.split('"').next());
    assert!(path.is_some_and(|path| path.contains('l')), "{page}");
    for label in [">0</text>", ">1×10⁻¹⁶</text>", ">2×10⁻¹⁶</text>", ">3×10⁻¹⁶</text>"]
    {
        assert!(page.contains(label), "{label}: {page}");
    }
    assert_eq!(site.csv("tiny").await.lines().nth(1), Some("a,0.0000000000000001"));
}

#[tokio::test]
async fn years_and_ids_have_no_separators_unless_their_column_says_so() {
    let page = site(FIGURES).panel("year").await;
    assert!(page.contains(">2024<") && page.contains(">17869259090142773<"), "{page}");
    assert!(!page.contains("2,024") && !page.contains("17,869"), "{page}");
    let said = "title = \"year\"\ncolumns = { year = { grouping = true } }";
    let page = site(&FIGURES.replace("title = \"year\"", said)).panel("year").await;
    assert!(page.contains(">2,024<"), "{page}");
}
