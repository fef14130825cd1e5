//! A server with a shop behind it, and answers of its API.

use crate::fixture::{self, source, write};
use axum::Router;
use axum::body::Body;
use brisk_cache::Figures;
use brisk_domain::{ManualClock, Tag, Timestamp};
use brisk_engine::Engine;
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::Limits;
use brisk_test_waiting::wait_for;
use http::{HeaderMap, Request};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const SALES: &str = r#"
title = "Sales"
description = "What we sell."
source = "shop"
timezone = "Europe/London"
range = "last 7 days"
cache = { ttl = "60s", stale = "600s" }
[[variable]]
name = "country"
label = "Country"
kind = "multi"
options = ["France", "EIRE", "Côte d'Ivoire"]
[[variable]]
name = "band"
label = "Price band"
options = "select distinct band from orders"
[[panel]]
id = "revenue"
title = "Revenue by {interval}"
description = "Net of returns."
kind = "line"
unit = "GBP"
compare = "previous period"
columns = { revenue = { label = "Net", scale = 2 }, orders = { unit = "orders" } }
computed = [
  { name = "part", of = "revenue", kind = "share" },
  { name = "so far", of = "revenue", kind = "running total" },
  { name = "change", of = "revenue", kind = "delta" },
  { name = "smooth", of = "revenue", kind = "moving average" },
]
sql = """
select $bucket(ordered_at) as day, sum(amount) as revenue, count(*) as orders
from orders
where $range(ordered_at) and $optional(country in :country)
group by 1 order by 1
"""
[[panel]]
id = "total"
title = "Revenue"
kind = "stat"
unit = "GBP"
sparkline = "select $bucket(ordered_at) as day, sum(amount) as amount from orders where $range(ordered_at) group by 1 order by 1"
sql = "select sum(amount) as revenue from orders where $range(ordered_at)"
[[panel]]
id = "oddities"
title = "Values that are hard to write"
kind = "table"
sql = """
select 9223372036854775807 as int, 1.5 as float, '=cmd|x' as text, null as missing, 9007199254740993 as beyond
union all
select -9223372036854775807, 1e999, '-1', null, -9007199254740993
"""
"#;

pub(crate) const BROKEN: &str = r#"
title = "Broken"
source = "shop"
[[panel]]
id = "fine"
title = "Fine"
kind = "stat"
sql = "select count(*) as n from orders"
[[panel]]
id = "no-table"
title = "A table that is not there"
kind = "stat"
sql = "select count(*) as n from nowhere"
[[panel]]
id = "own"
title = "Of my tenant"
kind = "stat"
sql = "select count(*) as n from orders where country = :user.tenant"
[[panel]]
id = "elsewhere"
title = "Of a source that nobody declared"
kind = "stat"
source = "elsewhere"
sql = "select 1 as one"
[[panel]]
id = "no-file"
title = "Of a database that is not there"
kind = "stat"
source = "gone"
sql = "select count(*) as n from orders"
[[panel]]
id = "endless"
title = "Of a statement that takes too long"
kind = "stat"
source = "hasty"
sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000000) select count(*) as n from n"
"#;

/// 2011-11-16 12:00 UTC.
pub(crate) const NOW: i64 = 1_321_444_800;

pub(crate) struct World {
    pub(crate) app: Router,
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) database: PathBuf,
    _directory: tempfile::TempDir,
}

pub(crate) async fn world() -> World {
    world_with(&[]).await
}

/// The same, with further files in the dashboards' folder.
pub(crate) async fn world_with(files: &[(&str, &str)]) -> World {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    std::fs::write(directory.path().join("sales.toml"), SALES).unwrap();
    std::fs::write(directory.path().join("broken.toml"), BROKEN).unwrap();
    let database = directory.path().join("shop.sqlite");
    write(
        &database,
        "create table orders (ordered_at int, amount int, country text, band text);
         insert into orders values
           (1321012800, 1050, 'France', 'low'), (1321099200, 250, 'EIRE', 'high'),
           (1321102800, -50, 'France', 'low'), (1320400000, 700, 'France', 'low')",
    )
    .await;
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOW)));
    // Long enough to open the file on a busy machine.
    let hasty = Limits { time: Duration::from_secs(1), ..Limits::default() };
    let sources = Sources::from([
        source("shop", &database, Limits::default()),
        source("gone", &directory.path().join("gone.sqlite"), Limits::default()),
        source("hasty", &database, hasty),
    ]);
    let state = fixture::state(directory.path(), sources, clock.clone());
    let engine = Arc::clone(state.service.engine());
    let contents = engine.catalog().contents();
    assert!(contents.problems.is_empty(), "{:?}", contents.problems);
    let app = router(state, directory.path());
    World { app, engine, clock, database, _directory: directory }
}

/// A response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn pretty(&self) -> String {
        serde_json::to_string_pretty(&self.json()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cells of a panel's column.
    pub(crate) fn cells(&self, column: &str) -> Value {
        let json = self.json();
        let columns = json["panel"]["frame"]["columns"].as_array().unwrap().clone();
        columns.into_iter().find(|c| c["name"] == column).unwrap()["cells"].clone()
    }

    pub(crate) fn state(&self) -> Value {
        self.json()["panel"]["freshness"]["state"].clone()
    }
}

impl World {
    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let (status, headers, body) = fixture::ask(&self.app, request).await;
        Answer { status, headers, body: String::from_utf8(body).unwrap() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(fixture::get(path, headers)).await
    }

    pub(crate) async fn invalidate(&self, tag: &str) {
        self.engine.invalidate(&[Tag::parse(tag).unwrap()]).await.unwrap();
    }

    pub(crate) fn figures(&self) -> Figures {
        self.engine.loader().cache().statistics().of_all()
    }

    /// How often frames were assembled.
    pub(crate) fn assembled(&self) -> u64 {
        self.engine.loader().assembled()
    }

    pub(crate) fn loads(&self) -> u64 {
        self.figures().loads
    }

    /// Waits for the loads that follow an answer.
    pub(crate) async fn loaded(&self, loads: u64) {
        let all = async {
            while self.loads() < loads {
                tokio::task::yield_now().await;
            }
        };
        wait_for(format!("{loads} loads have ended"), all).await;
    }
}

pub(crate) const REVENUE: &str = "/api/v1/dashboards/sales/panels/revenue";
pub(crate) const TOTAL: &str = "/api/v1/dashboards/sales/panels/total";
pub(crate) const DATA: &str = "/api/v1/dashboards/sales/data";
