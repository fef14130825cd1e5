//! A server with a shop behind it, and pages that follow it.

use crate::fixture::{self, source, write};
use axum::Router;
use axum::body::{Body, BodyDataStream};
use brisk_cache::Tag;
use brisk_domain::{Clock, ManualClock, Timestamp};
use brisk_engine::Engine;
use brisk_engine::load::Sources;
use brisk_server::live::hub::Hub;
use brisk_server::router::router;
use brisk_server::state::AppState;
use brisk_source::Limits;
use futures::StreamExt;
use http::{HeaderMap, Request};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

const SALES: &str = r#"
title = "Sales"
source = "shop"
range = "last 7 days"
[[panel]]
id = "total"
title = "Total"
kind = "stat"
sql = "select sum(amount) as total from orders"
[[panel]]
id = "strict"
title = "Never old"
kind = "stat"
cache = "strict"
sql = "select count(*) as orders from orders"
[[panel]]
id = "fixed"
title = "Fixed"
kind = "stat"
sql = "select 1 as one"
"#;

/// Some tenths of a second: longer than it takes to draw a page, shorter than a page waits.
const STEADY: &str = r#"
title = "Steady"
source = "shop"
range = "last 7 days"
[[panel]]
id = "total"
title = "Total"
kind = "stat"
sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 800000) select sum(amount) as total, (select max(i) from n) as n from orders"
[[panel]]
id = "strict"
title = "Never old"
kind = "stat"
cache = "strict"
sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 800000) select count(*) as orders, (select max(i) from n) as n from orders"
"#;

/// Some seconds on a debug build.
const SLOW: &str = r#"
title = "Slow"
source = "shop"
range = "last 7 days"
[[panel]]
id = "quick"
title = "Quick"
kind = "stat"
sql = "select sum(amount) as total from orders"
[[panel]]
id = "slow"
title = "Slow"
kind = "stat"
sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 12000000) select max(i) as n, (select count(*) from orders) as m from n"
"#;

/// 2011-11-16 12:00 UTC.
pub(crate) const NOW: i64 = 1_321_444_800;
/// Pages that this server has open at most.
pub(crate) const MOST: usize = 20;
/// Nothing that is waited for takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    app: Router,
    state: AppState,
    engine: Arc<Engine>,
    database: PathBuf,
    directory: tempfile::TempDir,
}

/// A world whose clock stands still until it is told.
pub(crate) async fn world() -> World {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOW)));
    World { clock: Arc::clone(&clock), ..world_at(clock).await }
}

/// A world by another clock.
pub(crate) async fn world_at(clock: Arc<dyn Clock>) -> World {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("sales.toml"), SALES).unwrap();
    std::fs::write(directory.path().join("steady.toml"), STEADY).unwrap();
    std::fs::write(directory.path().join("slow.toml"), SLOW).unwrap();
    let database = directory.path().join("shop.sqlite");
    write(&database, "create table orders (amount int); insert into orders values (42)").await;
    let sources = Sources::from([source("shop", &database, Limits::default())]);
    let mut state = fixture::state(directory.path(), sources, clock.clone());
    let engine = Arc::clone(state.service.engine());
    let contents = engine.catalog().contents();
    assert!(contents.problems.is_empty(), "{:?}", contents.problems);
    state.hub = Hub::new(Arc::clone(&engine), clock.clone(), MOST);
    let app = router(state.clone(), directory.path());
    World { app, state, engine, clock: Arc::default(), database, directory }
}

/// Changes the shop.
pub(crate) async fn shop(world: &World, sql: &str) {
    write(&world.database, sql).await;
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    bytes: Vec<u8>,
    headers: HeaderMap,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn unpacked(&self) -> String {
        let mut text = String::new();
        let bytes = self.bytes.as_slice();
        match self.header("content-encoding") {
            "br" => drop(brotli::Decompressor::new(bytes, 4096).read_to_string(&mut text).unwrap()),
            "gzip" => drop(flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap()),
            _ => text = self.body.clone(),
        }
        text
    }
}

impl World {
    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(fixture::get(path, headers)).await
    }

    pub(crate) async fn post(&self, path: &str) -> Answer {
        self.ask(Request::post(path).body(Body::empty()).unwrap()).await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let (status, headers, bytes) = fixture::ask(&self.app, request).await;
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, headers, body, bytes }
    }

    /// The page when everything is there.
    pub(crate) async fn settle(&self, path: &str) -> Answer {
        let load = async {
            loop {
                let page = self.get(path, &[]).await;
                if !page.header("etag").is_empty() {
                    return page;
                }
            }
        };
        tokio::time::timeout(PATIENCE, load).await.unwrap()
    }

    pub(crate) async fn sell(&self, amount: i64) {
        write(&self.database, &format!("insert into orders values ({amount})")).await;
    }

    pub(crate) async fn invalidate(&self, tag: &str) {
        self.engine.invalidate(&[Tag::parse(tag).unwrap()]).await.unwrap();
    }

    pub(crate) fn loads(&self, label: &str) -> u64 {
        let statistics = self.engine.loader().cache().statistics();
        let own = statistics.of.iter().filter(|((known, _), _)| **known == *label);
        own.map(|(_, figures)| figures.loads).sum()
    }

    /// How often somebody looked at the panel of that label, for whatever reason.
    pub(crate) fn lookups(&self, label: &str) -> u64 {
        let statistics = self.engine.loader().cache().statistics();
        let own = statistics.of.iter().filter(|((known, _), _)| **known == *label);
        own.map(|(_, figures)| figures.hits + figures.misses).sum()
    }

    /// The server, to be put behind something.
    pub(crate) fn app(&self) -> Router {
        self.app.clone()
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.state.hub
    }

    /// Waits until `is` says so.
    pub(crate) async fn until(&self, is: impl Fn() -> bool) {
        let wait = async {
            while !is() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap();
    }

    /// The contents of panels' cards, by panel.
    pub(crate) async fn cards(&self, slug: &str, panels: &[&str]) -> BTreeMap<String, String> {
        let path = format!(
            "/fn/cards?slug={slug}&panels={}&query=&large=false&wait=true",
            panels.join(",")
        );
        let answer = self.get(&path, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let cards: Vec<Value> = serde_json::from_str(&answer.body).unwrap();
        let text = |card: &Value, name: &str| card[name].as_str().unwrap().to_owned();
        cards.iter().map(|card| (text(card, "panel"), text(card, "html"))).collect()
    }

    pub(crate) fn add_dashboard(&self, name: &str, text: &str) {
        std::fs::write(self.directory.path().join(format!("{name}.toml")), text).unwrap();
        let problems = &self.engine.catalog().reload().problems;
        assert!(problems.is_empty(), "{problems:?}");
    }

    pub(crate) fn change_dashboard(&self) {
        let changed = SALES.replace("title = \"Total\"", "title = \"Sum\"");
        std::fs::write(self.directory.path().join("sales.toml"), changed).unwrap();
        self.engine.catalog().reload();
    }

    pub(crate) async fn follow(&self, path: &str) -> Following {
        self.follow_with(Request::get(path)).await
    }

    pub(crate) async fn follow_from(&self, path: &str, last: &str) -> Following {
        self.follow_with(Request::get(path).header("last-event-id", last)).await
    }

    async fn follow_with(&self, request: http::request::Builder) -> Following {
        let request = request.body(Body::empty()).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Following { stream: response.into_body().into_data_stream(), text: String::new() }
    }
}

/// A page's live channel.
pub(crate) struct Following {
    stream: BodyDataStream,
    text: String,
}

impl Following {
    /// The next event: name, id, data.
    async fn event(&mut self) -> Option<(String, String, String)> {
        // Heartbeats come all the time.
        tokio::time::timeout(PATIENCE, self.whole_event()).await.unwrap()
    }

    async fn whole_event(&mut self) -> Option<(String, String, String)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    let lines = event.lines().find_map(|line| line.strip_prefix(name));
                    lines.unwrap_or_default().trim().to_owned()
                };
                if !field("event:").is_empty() {
                    return Some((field("event:"), field("id:"), field("data:")));
                }
                continue;
            }
            let more = self.stream.next().await?;
            self.text.push_str(std::str::from_utf8(&more.unwrap()).unwrap());
        }
    }

    pub(crate) async fn next_with_id(&mut self) -> (Value, String) {
        let (name, id, data) = self.event().await.unwrap();
        assert_eq!(name, "panels");
        (serde_json::from_str(&data).unwrap(), id)
    }

    pub(crate) async fn next(&mut self) -> Value {
        self.next_with_id().await.0
    }

    /// What is known of all panels of the first dashboard once they are current, and the last id.
    pub(crate) async fn until_all_current(&mut self) -> (Map<String, Value>, String) {
        let mut known = Map::new();
        loop {
            let (news, id) = self.next_with_id().await;
            known.extend(news.as_object().unwrap().clone());
            let is_current =
                |panel: &&str| known.get(*panel).is_some_and(|n| n["state"] == "current");
            if ["total", "strict", "fixed"].iter().all(is_current) {
                return (known, id);
            }
        }
    }

    async fn until_news(&mut self, panel: &str, is: impl Fn(&Map<String, Value>) -> bool) -> Value {
        loop {
            let news = self.next().await;
            if news[panel].as_object().is_some_and(&is) {
                return news;
            }
        }
    }

    /// The event that says that `panel` is in `state`.
    pub(crate) async fn until(&mut self, panel: &str, state: &str) -> Value {
        self.until_news(panel, |news| news["state"] == state).await
    }

    pub(crate) async fn until_edition_other_than(&mut self, panel: &str, known: &Value) -> Value {
        let is_other =
            |news: &Map<String, Value>| news.get("edition").is_some_and(|edition| edition != known);
        self.until_news(panel, is_other).await
    }

    pub(crate) async fn until_outdated(&mut self) {
        while self.event().await.unwrap().0 != "outdated" {}
    }

    pub(crate) async fn until_end(&mut self) {
        while self.event().await.is_some() {}
    }
}
