//! A server with a shop behind it, and pages that follow it.

use crate::fixture::{self, source, write};
use axum::Router;
use axum::body::{Body, BodyDataStream};
use brisk_cache::{Fingerprint, LaneLimits, Policy, Request as CacheRequest, Trigger};
use brisk_domain::{Clock, ManualClock, Tag, Timestamp};
use brisk_engine::Engine;
use brisk_engine::load::Sources;
use brisk_server::live::hub::Hub;
use brisk_server::router::router;
use brisk_server::state::AppState;
use brisk_source::Limits;
use brisk_test_waiting::{LIMIT, eventually, wait_for};
use futures::{FutureExt, StreamExt};
use http::{HeaderMap, Request};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::oneshot;
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

/// Two panels that tests hold back together.
const STEADY: &str = r#"
title = "Steady"
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
"#;

/// One panel that tests hold back, see [`World::hold`], beside one that comes at once.
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
source = "slow"
sql = "select count(*) as m from orders"
"#;

/// 2011-11-16 12:00 UTC.
pub(crate) const NOW: i64 = 1_321_444_800;
/// Pages that this server may have open.
pub(crate) const MOST: usize = 20;
/// Longer, by the clock, than a page waits for its panels.
pub(crate) const TOO_LATE: i64 = 2;

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    app: Router,
    state: AppState,
    engine: Arc<Engine>,
    database: PathBuf,
    directory: tempfile::TempDir,
}

/// A world whose clock stands still until it is moved.
pub(crate) async fn world() -> World {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOW)));
    World { clock: Arc::clone(&clock), ..world_at(clock).await }
}

/// A world with another clock.
pub(crate) async fn world_at(clock: Arc<dyn Clock>) -> World {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("sales.toml"), SALES).unwrap();
    std::fs::write(directory.path().join("steady.toml"), STEADY).unwrap();
    std::fs::write(directory.path().join("slow.toml"), SLOW).unwrap();
    let database = directory.path().join("shop.sqlite");
    write(&database, "create table orders (amount int); insert into orders values (42)").await;
    // One at a time, and as long as tests hold them back.
    let lanes = LaneLimits { concurrency: 1, deadline: 2 * LIMIT, ..LaneLimits::default() };
    // The same shop under two names, each with a lane of its own.
    let sources = ["shop", "slow"].map(|name| source(name, &database, Limits::default()));
    let sources = Sources::from(sources);
    let state = fixture::state_with_lanes(directory.path(), sources, lanes, clock.clone());
    let engine = Arc::clone(state.service.engine());
    let contents = engine.catalog().contents();
    assert!(contents.problems.is_empty(), "{:?}", contents.problems);
    let hub = Hub::new(Arc::clone(&engine), clock.clone(), MOST);
    let state = state.with(|parts| parts.hub = hub);
    let app = router(state.clone(), directory.path());
    World { app, state, engine, clock: Arc::default(), database, directory }
}

/// Changes the shop.
pub(crate) async fn shop(world: &World, sql: &str) {
    write(&world.database, sql).await;
}

/// A response.
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

    /// A page that is read as it comes.
    pub(crate) async fn open(&self, path: &str) -> Opening {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let what = format!("the head of {path}");
        let response = wait_for(what, self.app.clone().oneshot(request)).await.unwrap();
        Opening { stream: response.into_body().into_data_stream(), text: String::new() }
    }

    /// Holds back all statements of a source, until the result is dropped.
    pub(crate) async fn hold(&self, source: &str) -> Held {
        let (held, begun) = self.hold_next(source);
        wait_for(format!("the lane of {source} is free"), begun).await.unwrap();
        held
    }

    /// The same for the next ones: what waits already runs first.
    pub(crate) fn hold_next(&self, source: &str) -> (Held, oneshot::Receiver<()>) {
        let ((release, released), (begin, begun)) = (oneshot::channel::<()>(), oneshot::channel());
        let cache = self.engine.loader().cache().clone();
        // It takes the only place in the source's lane.
        let request = CacheRequest {
            fingerprint: Fingerprint::of([rand::random::<u64>().to_string()]),
            tags: [].into(),
            policy: Policy::default(),
            label: "held back".into(),
            lane: source.into(),
        };
        tokio::spawn(async move {
            let hold = move || {
                async move {
                    let _ = begin.send(());
                    let _ = released.await;
                    Err(std::io::Error::other("released"))
                }
                .boxed()
            };
            cache.get(&request, Trigger::Api, hold).await
        });
        (Held { _release: release }, begun)
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
        wait_for(format!("{path} is there with everything"), load).await
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

    /// How often the panel of that label was looked up, for whatever reason.
    pub(crate) fn lookups(&self, label: &str) -> u64 {
        let statistics = self.engine.loader().cache().statistics();
        let own = statistics.of.iter().filter(|((known, _), _)| **known == *label);
        own.map(|(_, figures)| figures.hits + figures.misses).sum()
    }

    /// How many times the frames of a panel were put together.
    pub(crate) fn assembled(&self) -> u64 {
        self.engine.loader().assembled()
    }

    /// The server's routes, to be put behind a proxy.
    pub(crate) fn app(&self) -> Router {
        self.app.clone()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.state.hub
    }

    /// Waits until no view is followed any more: some seconds, by the clock, after its last page
    /// has gone.
    pub(crate) async fn until_unfollowed(&self) {
        let is_unfollowed = async || {
            self.clock.advance(1);
            self.hub().followed_views() == 0
        };
        eventually("no view is followed any more", is_unfollowed).await;
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
        let what = format!("{} answers", request.uri());
        let response = wait_for(what, self.app.clone().oneshot(request)).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Following { stream: response.into_body().into_data_stream(), text: String::new() }
    }
}

/// Statements of a source are held back for as long as this is there.
pub(crate) struct Held {
    _release: oneshot::Sender<()>,
}

/// A page that is being read.
pub(crate) struct Opening {
    stream: BodyDataStream,
    pub(crate) text: String,
}

impl Opening {
    /// Reads on until `text` has come.
    pub(crate) async fn until(&mut self, text: &str) {
        let read = async {
            while !self.text.contains(text) {
                let more = self.stream.next().await;
                let more = more.unwrap_or_else(|| panic!("it ended without {text}: {}", self.text));
                self.text.push_str(&String::from_utf8_lossy(&more.unwrap()));
            }
        };
        wait_for(format!("the page has {text}"), read).await;
    }

    /// All of it.
    pub(crate) async fn whole(mut self) -> String {
        let read = async {
            while let Some(more) = self.stream.next().await {
                self.text.push_str(&String::from_utf8_lossy(&more.unwrap()));
            }
        };
        wait_for("the end of the page", read).await;
        self.text
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

    async fn next_with_id(&mut self) -> (Value, String) {
        let (name, id, data) = self.event().await.unwrap();
        assert_eq!(name, "panels");
        (serde_json::from_str(&data).unwrap(), id)
    }

    pub(crate) async fn next(&mut self) -> Value {
        wait_for("the page hears something", self.next_with_id()).await.0
    }

    /// The status of all panels of the first dashboard once they are current, and the last id.
    pub(crate) async fn until_all_current(&mut self) -> (Map<String, Value>, String) {
        let mut known = Map::new();
        let all = async {
            loop {
                let (news, id) = self.next_with_id().await;
                known.extend(news.as_object().unwrap().clone());
                let is_current =
                    |panel: &&str| known.get(*panel).is_some_and(|n| n["state"] == "current");
                if ["total", "strict", "fixed"].iter().all(is_current) {
                    return id;
                }
            }
        };
        let id = wait_for("the page hears that all panels are current", all).await;
        (known, id)
    }

    async fn until_news(&mut self, panel: &str, is: impl Fn(&Map<String, Value>) -> bool) -> Value {
        loop {
            let news = self.next_with_id().await.0;
            if news[panel].as_object().is_some_and(&is) {
                return news;
            }
        }
    }

    /// The event in which `panel` is in `state`.
    pub(crate) async fn until(&mut self, panel: &str, state: &str) -> Value {
        let heard = self.until_news(panel, |news| news["state"] == state);
        wait_for(format!("the page hears that {panel} is {state}"), heard).await
    }

    pub(crate) async fn until_edition_other_than(&mut self, panel: &str, known: &Value) -> Value {
        let is_other =
            |news: &Map<String, Value>| news.get("edition").is_some_and(|edition| edition != known);
        let heard = self.until_news(panel, is_other);
        wait_for(format!("the page hears of another edition of {panel}"), heard).await
    }

    pub(crate) async fn until_outdated(&mut self) {
        let heard = async { while self.event().await.unwrap().0 != "outdated" {} };
        wait_for("the page hears that it is outdated", heard).await;
    }

    pub(crate) async fn until_end(&mut self) {
        let ended = async { while self.event().await.is_some() {} };
        wait_for("the live channel ends", ended).await;
    }
}
