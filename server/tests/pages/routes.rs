//! Every route: its status, its policy, and what it must never do.

use axum::Router;
use axum::body::Body;
use brisk_app::Assets;
use brisk_cache::{Cache, Config, RedisConfig};
use brisk_domain::{Clock, ManualClock, Timestamp};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Cached, Catalog, Engine};
use brisk_server::router::router;
use brisk_server::service::EngineService;
use brisk_server::state::AppState;
use http::{HeaderValue, Request, StatusCode};
use http_body_util::BodyExt;
use std::sync::Arc;
use tower::ServiceExt;

const FILE: &str = r#"
title = "Sales"
source = "nowhere"
range = "last 7 days"
[[panel]]
id = "one"
title = "One"
kind = "stat"
sql = "select 1 as one"
"#;

fn app(directory: &tempfile::TempDir) -> Router {
    app_over(directory, |clock| Cache::in_memory(Config::default(), clock))
}

fn app_over(
    directory: &tempfile::TempDir,
    cache: impl FnOnce(Arc<dyn Clock>) -> Cache<Cached>,
) -> Router {
    std::fs::write(directory.path().join("sales.toml"), FILE).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_seconds(1_321_444_800)));
    let cache = cache(Arc::clone(&clock));
    let catalog = Arc::new(Catalog::open(directory.path()));
    let engine = Engine::new(catalog, Loader::new(cache, Sources::new()), Arc::clone(&clock));
    let service = Arc::new(EngineService::new(engine, clock));
    router(AppState::new(service, Assets::default()), directory.path())
}

async fn ask(request: Request<Body>) -> (StatusCode, http::HeaderMap, String) {
    let directory = tempfile::tempdir().unwrap();
    let response = app(&directory).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
}

async fn get(path: &str) -> (StatusCode, http::HeaderMap, String) {
    ask(Request::get(path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn pages_are_never_shown_without_asking_and_run_only_our_scripts() {
    for path in ["/", "/d/sales", "/d/sales/p/one", "/api", "/nowhere", "/d/sales?range=soon"] {
        let (_, headers, body) = get(path).await;
        // What has a tag may be stored and revalidated: see live.rs.
        let kept = if headers.contains_key("etag") { "private, no-cache" } else { "no-store" };
        assert_eq!(headers["cache-control"], kept, "{path}");
        assert_eq!(
            headers.contains_key("etag"),
            path.starts_with("/d/sales") && !path.contains('?')
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        // Nothing streams here, so nothing inline runs.
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{path}: {policy}");
        assert!(!body.contains("<script>") && !body.contains("<script nonce"), "{path}");
        assert!(policy.contains("style-src 'self';") && !policy.contains("inline"), "{policy}");
        // A browser would ignore them.
        assert!(!body.contains("<style") && !body.contains(" style="), "{path}: {body}");
        assert!(body.starts_with("<!DOCTYPE html>"), "{path}");
    }
}

#[tokio::test]
async fn bad_addresses_are_pages_with_a_sentence_never_panics() {
    let long = format!("/d/sales?range={}", "9".repeat(5_000));
    let cases = [
        ("/nowhere", 404),
        ("/d/", 404),
        ("/d/Sales", 404),
        ("/d/%ff%00", 404),
        ("/d/sales/p/two", 404),
        ("/d/sales?range=soon", 400),
        ("/d/sales?range=last-0-days", 400),
        ("/d/sales?range=last-65535-years", 400),
        ("/d/sales?from=2011-01-01", 400),
        ("/d/sales?from=x&to=y", 400),
        ("/d/sales?from=0000-01-01&to=9999-01-01", 400),
        ("/d/sales?interval=%00", 400),
        ("/d/sales?interval=minute&range=last-2-years", 400),
        (long.as_str(), 400),
        ("/d/sales?utm_source=x&&&=&%", 200),
    ];
    for (path, status) in cases {
        let (got, _, body) = get(path).await;
        assert_eq!(got.as_u16(), status, "{path}: {body}");
        assert!(body.contains("</html>"), "{path}");
    }
}

#[tokio::test]
async fn a_panel_whose_source_is_missing_says_so_in_its_card() {
    let (status, _, body) = get("/d/sales").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("is not declared"), "{body}");
}

#[tokio::test]
async fn forms_of_other_sites_change_nothing() {
    let post = |headers: &[(&str, &str)]| {
        let request = Request::post("/theme").header("host", "127.0.0.1:3000");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
        });
        request.body(Body::from("theme=dark&back=/d/sales")).unwrap()
    };
    let (site, origin) = ("sec-fetch-site", "origin");
    let (own, evil) = ("http://127.0.0.1:3000", "https://evil.example");
    for headers in [
        &[(site, "cross-site"), (origin, evil)][..],
        &[(site, "same-site"), (origin, "http://127.0.0.1:8080")],
        &[(site, "cross-site")],
        &[(site, "cross-site"), (origin, own)],
        &[(site, "anything")],
        &[(site, "same-origin"), (site, "same-origin")],
        &[(site, "same-\u{f6}rigin")],
        &[(origin, evil)],
        &[(origin, "http://127.0.0.1:8080")],
        &[(origin, "null")],
        &[(site, "same-origin"), (origin, "null")],
        &[(origin, own), (origin, own)],
        &[(site, "same-origin"), (origin, own), (origin, evil)],
        &[(origin, "http://127.0.0.1:3000/")],
        &[(origin, "http://127.0.0.1:3000\u{e9}")],
        &[(origin, "")],
    ] {
        let (status, headers_sent, body) = ask(post(headers)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{headers:?}");
        assert!(!headers_sent.contains_key("set-cookie") && body.contains("Brisk"), "{body}");
    }
    for headers in [
        &[(site, "same-origin"), (origin, own)][..],
        // A proxy may hide the address that readers see; the browser has compared.
        &[(site, "same-origin"), (origin, "https://dash.example")],
        &[(site, "none")],
        &[(origin, own)],
        &[(origin, "HTTP://127.0.0.1:3000")],
        &[],
    ] {
        let (status, headers, _) = ask(post(headers)).await;
        assert_eq!(
            (status, &headers["location"]),
            (StatusCode::SEE_OTHER, &"/d/sales".parse().unwrap())
        );
        assert!(headers["set-cookie"].to_str().unwrap().starts_with("theme=dark;"));
    }
    let (status, _, body) = ask(post(&[(origin, "https://dash.example")])).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(body.contains("public_url"), "{body}");
}

#[tokio::test]
async fn other_sites_can_open_pages_and_start_nothing_else() {
    let get = |path: &str, site: &str, mode: &str, dest: &str| {
        Request::get(path)
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", mode)
            .header("sec-fetch-dest", dest)
            .body(Body::empty())
            .unwrap()
    };
    let panel = "/fn/panel?slug=sales&panel=one&query=";
    for path in ["/d/sales", panel, "/api/v1/dashboards/sales/data", "/d/sales/live"] {
        for (mode, dest) in [
            ("no-cors", "image"),
            ("no-cors", "script"),
            ("cors", "empty"),
            ("navigate", "iframe"),
            ("navigate", "embed"),
            ("navigate", "object"),
            ("no-cors", "document"),
        ] {
            for site in ["cross-site", "same-site"] {
                let (status, _, body) = ask(get(path, site, mode, dest)).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{path} {site} {mode} {dest}: {body}");
            }
        }
        for (site, mode, dest) in [
            ("cross-site", "navigate", "document"),
            ("same-origin", "cors", "empty"),
            ("same-origin", "navigate", "iframe"),
            ("none", "navigate", "document"),
        ] {
            let (directory, request) = (tempfile::tempdir().unwrap(), get(path, site, mode, dest));
            let answer = app(&directory).oneshot(request).await.unwrap();
            assert_ne!(answer.status(), StatusCode::FORBIDDEN, "{path} {site} {mode} {dest}");
        }
    }
    let older = Request::get("/d/sales").header("sec-fetch-site", "cross-site");
    let older = older.header("sec-fetch-mode", "navigate").body(Body::empty()).unwrap();
    assert_eq!(ask(older).await.0, StatusCode::OK, "a link, followed by an older browser");
    // Browsers without `sec-fetch-site` send the origin of what a script requests.
    for (origin, status) in [
        ("https://evil.example", StatusCode::FORBIDDEN),
        ("null", StatusCode::FORBIDDEN),
        ("http://localhost", StatusCode::OK),
    ] {
        let older = Request::get("/d/sales").header("host", "localhost").header("origin", origin);
        assert_eq!(ask(older.body(Body::empty()).unwrap()).await.0, status, "{origin}");
    }
    let mut ahead = get("/d/sales", "cross-site", "navigate", "document");
    ahead.headers_mut().insert("sec-purpose", "prefetch;prerender".parse().unwrap());
    assert_eq!(ask(ahead).await.0, StatusCode::FORBIDDEN);
    let health = get("/healthz", "cross-site", "no-cors", "image");
    assert_eq!(ask(health).await.0, StatusCode::OK);
}

#[tokio::test]
async fn going_back_leads_only_to_our_own_pages() {
    let disguised =
        ["/%09/evil.example", "/%0a/evil.example", "%09//evil.example", "/%5cevil.example"];
    let open = ["https://evil.example", "//evil.example", "/\\evil.example", "x", "/\r\nx: y"];
    for back in open.into_iter().chain(disguised) {
        let body = format!("theme=light&back={back}");
        let (status, headers, _) =
            ask(Request::post("/theme").body(Body::from(body)).unwrap()).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(headers["location"], "/", "{back:?}");
    }
}

#[tokio::test]
async fn server_functions_only_read_and_say_what_is_wrong() {
    let (status, _, body) = get("/fn/panel?slug=sales&panel=two&query=").await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{body}");
    let (status, ..) = get("/fn/panel?slug=sales&panel=one&query=range%3Dsoon").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    for path in [
        "/fn/panel?slug=sales",
        "/fn/panel",
        "/fn/cards?slug=sales&panels=one&query=&large=x&wait=true",
    ] {
        for accept in ["*/*", "text/html"] {
            let request = Request::get(path).header("accept", accept).header("referer", "/d/sales");
            let (status, headers, body) = ask(request.body(Body::empty()).unwrap()).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path}: {body}");
            assert_eq!(headers["cache-control"], "no-store");
            assert_eq!(
                body,
                "The arguments in this address are missing or wrong. Reload the page.\n"
            );
        }
    }
    let (status, _, body) = get("/fn/nothing").await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::NOT_FOUND, "There is nothing at this address.\n")
    );
    let (status, ..) = ask(Request::post("/fn/panel").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn health_and_readiness_are_told() {
    assert_eq!(get("/healthz").await.0, StatusCode::OK);
    assert_eq!(get("/favicon.ico").await.0, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(get("/readyz").await.0, StatusCode::OK);
}

#[tokio::test]
async fn readiness_says_that_redis_is_not_there_before_any_reader_notices() {
    let directory = tempfile::tempdir().unwrap();
    let nowhere = RedisConfig::parse("redis://:hunter2@127.0.0.1:1/");
    let app =
        app_over(&directory, |clock| Cache::with_redis(Config::default(), clock, nowhere).unwrap());
    let response = app.oneshot(Request::get("/readyz").body(Body::empty()).unwrap()).await;
    let (parts, body) = response.unwrap().into_parts();
    let said = body.collect().await.unwrap().to_bytes();
    let said = String::from_utf8_lossy(&said);
    assert_eq!(parts.status, StatusCode::OK, "degraded is ready: {said}");
    assert!(said.starts_with("ready\ndegraded: the shared cache"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn metrics_are_text_that_prometheus_reads() {
    let (status, headers, body) = get("/metrics").await;
    assert_eq!(
        (status, headers["content-type"].to_str().unwrap()),
        (StatusCode::OK, "text/plain; version=0.0.4")
    );
    let values: Vec<&str> = body.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(
        values.iter().all(|line| line.split_once(' ').unwrap().1.parse::<f64>().is_ok()),
        "{body}"
    );
    assert!(values.contains(&"brisk_open_pages 0"), "{body}");
}
