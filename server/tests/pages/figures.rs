//! Figures as pages show them, from SQLite to markup: rounded exactly, told apart, to their full length
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
