//! The webhook over real routes: what is accepted, what is done, and the answers when something is
//! wrong.

mod dbt;
mod hostile;
mod libraries;
mod made;
mod restarts;

use axum::Router;
use axum::body::Body;
use brisk_app::Assets;
use brisk_bench::servers::brisk::Deployment;
use brisk_cache::{Cache, Config, RedisConfig};
use brisk_domain::{Clock, ManualClock, SourceName, Timestamp, WebhookName};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Cached, Catalog, Engine};
use brisk_server::config::{Environment, Flags, Settings};
use brisk_server::hooks::body::MAX_BODY;
use brisk_server::hooks::hook::Hook;
use brisk_server::hooks::{self, Hooks};
use brisk_server::router::router;
use brisk_server::service::EngineService;
use brisk_server::state::AppState;
use brisk_signature::{ID, SIGNATURE, SigningKey, TIMESTAMP};
use brisk_source::{Limits, Source};
use brisk_store::Store;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use sqlx::{Connection, Executor, SqliteConnection};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tower::ServiceExt;

const SALES: &str = r#"
title = "Sales"
source = "shop"
tags = ["etl:nightly"]
cache = { ttl = "1h" }
[[panel]]
id = "total"
title = "Total"
kind = "stat"
sql = "select sum(amount) as total from orders"
"#;

const NOW: i64 = 1_321_444_800;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEXT_SECRET: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl1/7QEgaFzEn5gqS0Bkw=";

/// A server with one dashboard, and the webhooks `shop` (which may do everything) and `narrow`.
struct World {
    app: Router,
    clock: Arc<ManualClock>,
    hooks: Arc<Hooks>,
    folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        Self::over(|clock| Cache::in_memory(Config::default(), clock)).await
    }

    async fn over(cache: impl FnOnce(Arc<dyn Clock>) -> Cache<Cached>) -> Self {
        Self::with(cache, &configured(), None).await
    }

    async fn with(
        cache: impl FnOnce(Arc<dyn Clock>) -> Cache<Cached>,
        settings: &Settings,
        store: Option<Store>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sales.toml"), SALES).unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOW)));
        let shop = SourceName::parse("shop").unwrap();
        let database = folder.path().join("shop.sqlite");
        let source = Source::sqlite(shop.clone(), &database, Limits::default());
        let loader = Loader::new(cache(clock.clone()), Sources::from([(shop, source)]));
        let catalog = Arc::new(Catalog::open(folder.path()));
        let engine = Arc::new(Engine::new(catalog, loader, clock.clone()));
        let service = Arc::new(EngineService::new(Arc::clone(&engine), clock.clone()));
        let state = AppState::new(service, Assets::default());
        let hooks = Hooks::new(engine, clock.clone(), settings.hooks().unwrap());
        let (hooks, state) = match store {
            Some(store) => (hooks.with_store(store.clone()), state.with_store(store)),
            None => (hooks, state),
        };
        let hooks = Arc::new(hooks);
        hooks.reload().await.unwrap();
        let state = state.with_hooks(Arc::clone(&hooks));
        let app = router(state, folder.path()).merge(hooks::routes(Arc::clone(&hooks)));
        let world = Self { app, clock, hooks, folder };
        world.change("create table orders (amount integer not null)").await;
        world.change("insert into orders values (1)").await;
        world
    }

    async fn change(&self, sql: &'static str) {
        self.change_file(&self.database(), sql).await;
    }

    async fn change_file(&self, file: &Path, sql: &'static str) {
        let url = format!("sqlite://{}?mode=rwc", file.display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("shop.sqlite")
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What the panel shows to programs.
    async fn total(&self) -> i64 {
        let path = "/api/v1/dashboards/sales/panels/total";
        let (status, _, body) = self.ask(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        answer["panel"]["frame"]["columns"][0]["cells"][0]
            .as_i64()
            .unwrap_or_else(|| panic!("{body}"))
    }

    /// Sends `body` to the webhook `shop` as it should be.
    async fn deliver(&self, body: &str) -> (StatusCode, HeaderMap, String) {
        self.ask(Delivery::of(body).request()).await
    }
}

/// The webhooks of a configuration file.
fn configured() -> Settings {
    settings(
        "[webhook.shop]\nsecret_env = \"SECRETS\"\n[webhook.narrow]\nsecret_env = \"SECRETS\"\n\
         allow = [\"table:shop.public.*\", \"stock\"]\n",
    )
}

/// The settings of a file, with both secrets in `SECRETS`.
fn settings(text: &str) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("brisk.toml");
    std::fs::write(&file, text).unwrap();
    let flags = Flags { config: Some(file), ..Flags::default() };
    let secrets = format!("{SECRET} {NEXT_SECRET}");
    Settings::read(&flags, &[("SECRETS", secrets.as_str())].into_iter().collect()).unwrap()
}

/// A delivery before it is sent.
struct Delivery {
    hook: &'static str,
    secret: &'static str,
    id: String,
    at: i64,
    body: String,
}

impl Delivery {
    fn of(body: &str) -> Self {
        Self { hook: "shop", secret: SECRET, id: "msg_1".into(), at: NOW, body: body.into() }
    }

    fn request(&self) -> Request<Body> {
        let at = self.at.to_string();
        let key = SigningKey::parse(self.secret).unwrap();
        let signature = key.sign(&self.id, &at, self.body.as_bytes());
        Request::post(format!("/hooks/{}", self.hook))
            .header("content-type", "application/json")
            .header(ID, &self.id)
            .header(TIMESTAMP, at)
            .header(SIGNATURE, signature)
            .body(Body::from(self.body.clone()))
            .unwrap()
    }
}

const ORDERS: &str = r#"{"type": "orders.loaded", "data": {"tags": ["table:shop.main.orders"]}}"#;

#[tokio::test]
async fn an_acknowledged_delivery_makes_panels_load_again() {
    let world = World::new().await;
    assert_eq!(world.total().await, 1);
    let mut expected = 1;
    for body in [
        ORDERS,
        r#"{"data": {"source": "shop", "tables": ["orders"]}}"#,
        r#"{"data": {"source": "shop"}}"#,
        r#"{"tags": ["etl:nightly"]}"#,
        r#"{"tags": ["panel:sales/total"]}"#,
    ] {
        world.change("insert into orders values (10)").await;
        assert_eq!(world.total().await, expected, "nobody has said anything yet");
        let (status, headers, answer) = world.deliver(body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        expected += 10;
        assert_eq!(world.total().await, expected, "{body}");
    }
}

#[tokio::test]
async fn after_a_delivery_a_file_that_was_replaced_is_read() {
    let world = World::new().await;
    assert_eq!(world.total().await, 1);
    let new = world.folder.path().join("new.sqlite");
    world.change_file(&new, "create table orders (amount integer not null)").await;
    world.change_file(&new, "insert into orders values (2)").await;
    std::fs::rename(&new, world.database()).unwrap();
    let (status, _, body) = world.deliver(r#"{"source": "shop"}"#).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(world.total().await, 2);
}

#[tokio::test]
async fn the_answer_says_what_is_out_of_date_now_and_what_looks_like_a_slip() {
    let world = World::new().await;
    let (_, _, answer) = world.deliver(r#"{"source": "shop", "tables": ["public.Orders"]}"#).await;
    let expected =
        serde_json::json!({ "invalidated": ["table:shop.orders", "table:shop.public.orders"] });
    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap(), expected);
    let (status, _, answer) = world.deliver(r#"{"tags": ["dashboard:sails"]}"#).await;
    assert_eq!(status, StatusCode::OK);
    let note = serde_json::from_str::<Value>(&answer).unwrap()["notes"][0].clone();
    assert_eq!(note["tag"], "dashboard:sails");
    assert!(note["note"].as_str().unwrap().contains("no such dashboard"), "{answer}");
}

#[tokio::test]
async fn admins_see_what_came_and_what_was_made_of_it() {
    let world = World::new().await;
    let page = async || {
        let request = Request::get("/admin/invalidation").body(Body::empty()).unwrap();
        let (status, _, page) = world.ask(request).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        page
    };
    let before = page().await;
    assert!(before.contains("None since this process started."), "{before}");
    assert!(
        before.contains("id=\"hook-narrow\"") && before.contains("id=\"hook-shop\""),
        "{before}"
    );
    world.deliver(r#"{"data": {"tags": ["table:shop.orders", "dashboard:sales"]}}"#).await;
    let forged = Request::post("/hooks/shop").body(Body::from("{}")).unwrap();
    assert_eq!(world.ask(forged).await.0, StatusCode::UNAUTHORIZED);
    let unknown = Request::post("/hooks/nothing").body(Body::from("{}")).unwrap();
    assert_eq!(world.ask(unknown).await.0, StatusCode::UNAUTHORIZED);
    let after = page().await;
    let rows: Vec<&str> = after.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), 3, "{after}");
    let done = rows.iter().find(|row| row.contains(">200<")).unwrap();
    assert!(done.contains("table:shop.orders, dashboard:sales"), "{done}");
    let refused: Vec<_> = rows.iter().filter(|row| row.contains(">401<")).collect();
    assert!(refused.iter().any(|row| row.contains("<td>shop</td>")), "{after}");
    assert!(refused.iter().any(|row| row.contains("no such webhook")), "{after}");
    assert!(!refused.iter().any(|row| row.contains(">0</td>")), "nothing to count: {after}");
    assert!(!after.contains(SECRET) && !after.contains(NEXT_SECRET), "secrets are told to nobody");
}

#[tokio::test]
async fn a_delivery_that_is_sent_again_is_answered_as_before() {
    let world = World::new().await;
    let first = world.deliver(ORDERS).await;
    assert_eq!(first.0, StatusCode::OK);
    world.clock.advance(60);
    assert_eq!(world.deliver(ORDERS).await, first);
    assert_eq!(world.total().await, 1);
}

#[tokio::test]
async fn while_a_secret_is_replaced_both_are_believed_and_no_others() {
    let world = World::new().await;
    let mut delivery = Delivery::of(ORDERS);
    delivery.secret = NEXT_SECRET;
    assert_eq!(world.ask(delivery.request()).await.0, StatusCode::OK);
    delivery.secret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let mine = delivery.request();
    assert_eq!(world.ask(delivery.request()).await.0, StatusCode::UNAUTHORIZED);
    // A sender in the middle of its own rotation signs twice.
    let mut request = Delivery::of(ORDERS).request();
    let ours = request.headers()[SIGNATURE].to_str().unwrap().to_owned();
    let both = format!("{} {ours}", mine.headers()[SIGNATURE].to_str().unwrap());
    request.headers_mut().insert(SIGNATURE, both.parse().unwrap());
    assert_eq!(world.ask(request).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_its_problem_and_changes_nothing() {
    let world = World::new().await;
    assert_eq!(world.total().await, 1);
    world.change("insert into orders values (10)").await;
    let delivery = Delivery::of;
    let without = |header: &str| {
        let mut request = delivery(ORDERS).request();
        request.headers_mut().remove(header);
        request
    };
    let mut tampered = delivery(ORDERS).request();
    *tampered.body_mut() = Body::from(ORDERS.replace("orders.loaded", "orders.lost"));
    let long = format!("{{\"tags\": [\"all\"], \"x\": \"{}\"}}", "x".repeat(MAX_BODY));
    let late = Delivery { at: NOW - 301, ..delivery(ORDERS) };
    let early = Delivery { at: NOW + 301, ..delivery(ORDERS) };
    let nobody = Delivery { hook: "nobody", ..delivery(ORDERS) };
    let no_name = Delivery { hook: "%ff", ..delivery(ORDERS) };
    let narrow = |tag: &str| {
        let body = format!("{{\"tags\": [\"{tag}\"]}}");
        Delivery { hook: "narrow", ..delivery(&body) }.request()
    };
    let unsigned = (401, "bad-signature");
    for (request, (status, kind), words) in [
        (without(ID), unsigned, "webhook-id"),
        (without(TIMESTAMP), unsigned, "webhook-timestamp"),
        (without(SIGNATURE), unsigned, "webhook-signature"),
        (tampered, unsigned, "over the body as it is sent"),
        (late.request(), unsigned, "301 seconds"),
        (early.request(), unsigned, "301 seconds"),
        (delivery("{").request(), (400, "bad-delivery"), "not JSON"),
        (delivery("{}").request(), (400, "bad-delivery"), "names nothing"),
        (delivery(r#"{"tags": ["tabel:a.b"]}"#).request(), (400, "bad-delivery"), "tabel"),
        (delivery(&long).request(), (413, "too-long"), "64 KiB"),
        (nobody.request(), (404, "unknown-webhook"), "declares no such webhook"),
        (no_name.request(), (404, "unknown-webhook"), "declares no such webhook"),
        (narrow("all"), (403, "tag-not-allowed"), "all"),
        (narrow("table:shop.main.orders"), (403, "tag-not-allowed"), "table:shop.main.orders"),
        (Request::get("/hooks/shop").body(Body::empty()).unwrap(), (405, "webhook-method"), "POST"),
    ] {
        let (got, headers, body) = world.ask(request).await;
        assert_eq!(got.as_u16(), status, "{words}: {body}");
        assert_eq!(headers["content-type"], "application/problem+json", "{words}");
        assert_eq!(headers.contains_key("www-authenticate"), status == 401, "{words}");
        assert_eq!(headers.contains_key("allow"), status == 405, "{words}");
        let problem: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(problem["type"], format!("/api#{kind}"), "{body}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{words}: {body}");
        assert!(!body.contains("MfKQ9r8"), "{body}");
    }
    assert_eq!(world.total().await, 1, "the entry is still current");
    assert_eq!(world.ask(narrow("table:shop.public.orders")).await.0, StatusCode::OK);
    assert_eq!(world.total().await, 11);
}

#[tokio::test]
async fn the_unsigned_learn_no_names() {
    let world = World::new().await;
    let ask = async |hook: &'static str, change: fn(&mut Request<Body>)| {
        let mut request = Delivery { hook, ..Delivery::of(ORDERS) }.request();
        change(&mut request);
        let (status, headers, body) = world.ask(request).await;
        (status, headers, body.replace(hook, "NAME"))
    };
    let changes: [fn(&mut Request<Body>); 5] = [
        |request| *request.body_mut() = Body::from("{}"),
        |request| *request.body_mut() = Body::from(vec![b'x'; MAX_BODY + 1]),
        |request| _ = request.headers_mut().remove(SIGNATURE),
        |request| _ = request.headers_mut().insert(TIMESTAMP, "1".parse().unwrap()),
        |request| *request.method_mut() = http::Method::GET,
    ];
    for change in changes {
        let known = ask("shop", change).await;
        assert!(known.0.is_client_error());
        // A name as long as the other, as it is in the answer.
        assert_eq!(ask("none", change).await, known);
        assert_eq!(ask("No_1", change).await, known);
    }
    // A sender with a secret of this server learns that the name is wrong.
    assert_eq!(ask("nobody", |_| {}).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_redis_has_not_recorded_is_not_acknowledged() {
    let nowhere = RedisConfig::parse("redis://:hunter2@127.0.0.1:1/");
    let world =
        World::over(|clock| Cache::with_redis(Config::default(), clock, nowhere).unwrap()).await;
    let (status, headers, body) = world.deliver(ORDERS).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert_eq!(headers["retry-after"], "5");
    assert!(body.contains("/api#not-recorded") && !body.contains("hunter2"), "{body}");
}

#[tokio::test]
async fn browsers_gain_nothing_by_it() {
    let world = World::new().await;
    let from_elsewhere = |mut request: Request<Body>| {
        let headers = request.headers_mut();
        headers.insert("host", "127.0.0.1:3000".parse().unwrap());
        headers.insert("origin", "https://evil.example".parse().unwrap());
        headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        request
    };
    // A form of another site has no signature, wherever its user is signed in.
    let form = Request::post("/hooks/shop").header("cookie", "session=1");
    let form = form.body(Body::from(ORDERS)).unwrap();
    assert_eq!(world.ask(from_elsewhere(form)).await.0, StatusCode::UNAUTHORIZED);
    // A sender with the secret may send any headers.
    let signed = Delivery::of(ORDERS).request();
    assert_eq!(world.ask(from_elsewhere(signed)).await.0, StatusCode::OK);
    // And a signature opens no other route.
    let mut other = Delivery::of(ORDERS).request();
    *other.uri_mut() = "/theme".parse().unwrap();
    assert_eq!(world.ask(from_elsewhere(other)).await.0, StatusCode::FORBIDDEN);
}

fn read(folder: &Path, file: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let path = folder.join("brisk.toml");
    std::fs::write(&path, file).unwrap();
    let flags = Flags { config: Some(path), ..Flags::default() };
    let environment: Environment = variables.iter().copied().collect();
    Settings::read(&flags, &environment).map_err(|error| error.to_string())
}

#[test]
fn secrets_are_in_the_file_in_a_variable_or_in_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("secrets"), format!("{SECRET}\n{NEXT_SECRET}\n")).unwrap();
    let here = format!("[webhook.shop]\nsecret = \"{SECRET}\"\n");
    for (file, variables, keys) in [
        (here.as_str(), vec![], 1),
        ("[webhook.shop]\nsecret_env = \"S\"\n", vec![("S", SECRET)], 1),
        ("[webhook.shop]\nsecret_file = \"secrets\"\n", vec![], 2),
        ("", vec![("BRISK_WEBHOOK_SHOP", SECRET)], 1),
        ("[webhook.shop]\nallow = [\"all\"]\n", vec![("BRISK_WEBHOOK_SHOP", SECRET)], 1),
        ("[webhook.shop]\nsecret_file = \"secrets\"\n", vec![("BRISK_WEBHOOK_SHOP", SECRET)], 1),
    ] {
        let settings = read(folder, file, &variables).unwrap();
        assert!(!format!("{settings:?}").contains("MfKQ9r8"), "{settings:?}");
        let hooks = settings.hooks().unwrap();
        let Hook { keys: known, allow, .. } = &hooks[&WebhookName::parse("shop").unwrap()];
        assert_eq!(known.len(), keys, "{file}");
        assert_eq!(allow.is_some(), file.contains("allow"), "{file}");
    }
}

#[test]
fn what_is_wrong_with_a_webhook_is_said_at_its_place_and_without_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let secret_as_name = format!("[webhook.shop]\nsecret_env = \"{SECRET}\"\n");
    let typo = format!("[webhook.shop]\nsecrets = \"{SECRET}\"\n");
    for (file, variables, words) in [
        ("[webhook.shop]\n", vec![], ["brisk.toml:1:", "BRISK_WEBHOOK_SHOP"]),
        ("[webhook.shop]\nsecret = \"MfKQ9r8\"\n", vec![], [":2:", "openssl rand"]),
        ("[webhook.shop]\nsecret_env = \"S\"\n", vec![], [":2:", "\"S\" is not set"]),
        (&secret_as_name, vec![], [":2:", "name of an environment variable"]),
        ("[webhook.shop]\nsecret_file = \"none\"\n", vec![], [":2:", "cannot be read"]),
        (&typo, vec![], [":2:1", "\"secret\"?"]),
        ("[webhook.Shop]\nsecret = \"x\"\n", vec![], [":1:", "lower-case"]),
        ("[webhook.shop]\nallow = \"all\"\n", vec![], [":2:", "a list of texts"]),
        ("[webhook.shop]\nallow = [\"a b\"]\n", vec![], [":2:", "is no tag"]),
        ("", vec![("BRISK_WEBHOOK_SHOP", "MfKQ9r8")], ["BRISK_WEBHOOK_SHOP", "openssl rand"]),
        ("", vec![("BRISK_WEBHOOK_shop", SECRET)], ["BRISK_WEBHOOK_SHOP", "upper case"]),
    ] {
        let hooks = read(folder, file, &variables)
            .and_then(|settings| settings.hooks().map_err(|error| error.to_string()));
        let said = hooks.unwrap_err();
        assert!(words.iter().all(|word| said.contains(word)), "{file}: {said}");
        assert!(!said.contains("MfKQ9r8"), "{said}");
    }
}

/// The code blocks of `language` in docs/webhooks.md.
fn examples(language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/webhooks.md");
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| Some(block.strip_prefix(language)?.to_owned())).collect()
}

#[test]
fn the_examples_of_the_documentation_are_believed_by_a_real_server() {
    let brisk = Deployment {
        program: env!("CARGO_BIN_EXE_brisk").into(),
        configuration: format!("[webhook.shop]\nsecret = \"{SECRET}\"\n"),
        dashboards: vec![("sales.toml".into(), SALES.into())],
    };
    let brisk = brisk.start().unwrap();
    let run = |program: &str, flag: &str, example: &str| {
        let example = example.replace("http://127.0.0.1:3000", &brisk.url(""));
        let output = Command::new(program).args([flag, &example]).env("SECRET", SECRET).output();
        let Ok(output) = output else {
            return eprintln!("{program} is not installed: its example was not tried");
        };
        let said = [&output.stdout, &output.stderr].map(|b| String::from_utf8_lossy(b));
        assert!(said[0].contains("invalidated"), "{program}: {said:?}");
        assert!(said[0].contains("table:shop.public.orders"), "{program}: {said:?}");
    };
    let (shell, python) = (examples("sh\n# Sends"), examples("python"));
    assert_eq!((shell.len(), python.len()), (1, 1));
    run("bash", "-c", &format!("# Sends{}", shell[0]));
    run("python3", "-c", &python[0]);
}
