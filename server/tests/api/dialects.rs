//! The same rows on every dialect, and a dashboard over them: SQLite always, PostgreSQL and MariaDB
//! where tests have a server.

use crate::fixture::{self, get, source};
use crate::readout::legible;
use axum::Router;
use brisk_domain::{ManualClock, SourceName, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::{Limits, Source};
use serde_json::Value;
use std::sync::Arc;

/// A server with one dashboard, `board`, over one dialect.
pub(crate) struct Site {
    /// The source's name: `shop`, `pg` or `maria`.
    pub(crate) dialect: &'static str,
    app: Router,
    _directory: tempfile::TempDir,
}

/// Sites for each dialect at `now`, in seconds. In the dashboard's text, `ORDERS` is a subquery with the
/// instants `at` of these orders and a number `n` each, `SOURCE` the source.
pub(crate) async fn sites(dashboard: &str, orders: &[(i64, i64)], now: i64) -> Vec<Site> {
    let mut sites = Vec::new();
    for dialect in ["shop", "pg", "maria"] {
        let directory = tempfile::tempdir().unwrap();
        let rows = orders.iter().map(|(at, n)| match dialect {
            "shop" => format!("select {at} as at, {n} as n"),
            "pg" => format!("select to_timestamp({at}) as at, {n} as n"),
            _ => format!("select from_unixtime({at}) as at, {n} as n"),
        });
        let rows: Vec<String> = rows.collect();
        let text = dashboard
            .replace("ORDERS", &format!("({}) as orders", rows.join(" union all ")))
            .replace("SOURCE", dialect);
        std::fs::write(directory.path().join("board.toml"), text).unwrap();
        let name = SourceName::parse(dialect).unwrap();
        let source = match dialect {
            "shop" => {
                let database = directory.path().join("shop.sqlite");
                std::fs::write(&database, "").unwrap();
                source("shop", &database, Limits::default()).1
            }
            "pg" => match url("BRISK_TEST_POSTGRES_URL") {
                Some(url) => Source::postgres(name.clone(), &url, 2, Limits::default()).unwrap(),
                None => continue,
            },
            _ => match url("BRISK_TEST_MYSQL_URL") {
                Some(url) => Source::mysql(name.clone(), &url, 2, Limits::default()).unwrap(),
                None => continue,
            },
        };
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(now)));
        let state = fixture::state(directory.path(), Sources::from([(name, source)]), clock);
        let problems = &state.service.engine().catalog().contents().problems;
        assert!(problems.is_empty(), "{problems:?}");
        let app = router(state, directory.path());
        sites.push(Site { dialect, app, _directory: directory });
    }
    sites
}

fn url(variable: &str) -> Option<String> {
    let quick = std::env::var_os("BRISK_TEST_QUICK").is_some();
    (!quick).then(|| std::env::var(variable).expect("a server's URL: run cargo xtask test"))
}

impl Site {
    /// The panel's page, with the quotes in what it embeds unescaped.
    pub(crate) async fn page(&self, panel: &str, query: &str) -> String {
        legible(&self.text(&format!("/d/board/p/{panel}?{query}")).await)
    }

    /// The panel's CSV, with line feeds alone.
    pub(crate) async fn csv(&self, panel: &str, query: &str) -> String {
        let path = format!("/api/v1/dashboards/board/panels/{panel}.csv?{query}");
        self.text(&path).await.replace('\r', "")
    }

    /// The panel as the API has it.
    pub(crate) async fn json(&self, panel: &str, query: &str) -> Value {
        let path = format!("/api/v1/dashboards/board/panels/{panel}?{query}");
        let answer: Value = serde_json::from_str(&self.text(&path).await).unwrap();
        answer["panel"].clone()
    }

    async fn text(&self, path: &str) -> String {
        let (status, _, body) = fixture::ask(&self.app, get(path, &[])).await;
        let body = String::from_utf8(body).unwrap();
        assert_eq!(status, 200, "{}: {path}: {body}", self.dialect);
        body
    }
}
