//! How pages are presented, by their addresses: what the cache has, where a zoom leads back to, the
//! order of tables; and that nonsense there does no harm.

use crate::fixture::{self, source};
use axum::Router;
use axum::body::Body;
use brisk_domain::{Clock, ManualClock, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::Limits;
use http::{Request, StatusCode};
use std::sync::Arc;
use tower::ServiceExt;

const SALES: &str = r#"
title = "Sales"
source = "shop"
range = "last 7 days"
[[variable]]
name = "country"
kind = "multi"
options = ["France", "EIRE", "<b>"]
[[panel]]
id = "countries"
title = "Countries"
kind = "table"
filter = "country"
sql = "select 'France' as country, 1.5 as n union all select 'EIRE', 20 union all select '<b>', null"
[[panel]]
id = "target"
title = "Elsewhere"
kind = "stat"
link = "products"
sql = "select 1 as one"
[[panel]]
id = "nowhere"
title = "Nowhere"
kind = "stat"
link = "no-such-dashboard"
sql = "select 2 as two"
"#;

const PRODUCTS: &str = r#"
title = "Products"
source = "shop"
range = "last 30 days"
[[panel]]
id = "one"
title = "One"
kind = "stat"
sql = "select 3 as three"
"#;

struct Site {
    router: Router,
    _directory: tempfile::TempDir,
}

fn site() -> Site {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("sales.toml"), SALES).unwrap();
    std::fs::write(directory.path().join("products.toml"), PRODUCTS).unwrap();
    let database = directory.path().join("shop.sqlite");
    std::fs::write(&database, "").unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_seconds(1_321_444_800)));
    let sources = Sources::from([source("shop", &database, Limits::default())]);
    let router = router(fixture::state(directory.path(), sources, clock), directory.path());
    Site { router, _directory: directory }
}

impl Site {
    async fn get(&self, path: &str) -> (StatusCode, String) {
        let request = fixture::get(path, &[("accept", "application/json")]);
        let (status, _, bytes) = fixture::ask(&self.router, request).await;
        let status = StatusCode::from_u16(status).unwrap();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn page(&self, path: &str) -> String {
        let (status, body) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }
}

#[tokio::test]
async fn what_the_cache_has_is_on_the_panels_page_only_where_it_was_asked_for() {
    let site = site();
    assert!(!site.page("/d/sales/p/countries").await.contains("id=\"cache\""));
    let page = site.page("/d/sales/p/countries?cache=1").await;
    assert!(page.contains("id=\"cache\"") && page.contains("nothing that it depends on"), "{page}");
    assert!(page.contains("source:shop"));
    assert!(!site.page("/d/sales?cache=1").await.contains("id=\"cache\""));
}

#[tokio::test]
async fn what_the_cache_has_is_answered_as_markup_and_loads_nothing() {
    let site = site();
    for _ in 0..2 {
        let (status, body) = site.get("/fn/cache?slug=sales&panel=target&query=").await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let markup: String = serde_json::from_str(&body).unwrap();
        assert!(markup.contains("Nothing is stored"), "{markup}");
    }
    site.page("/d/sales/p/target").await;
    let (_, body) = site.get("/fn/cache?slug=sales&panel=target&query=").await;
    assert!(body.contains("fresh"), "{body}");
}

#[tokio::test]
async fn what_the_cache_has_of_nothing_is_a_sentence() {
    let site = site();
    let cases = [
        ("slug=nowhere&panel=one&query=", StatusCode::NOT_FOUND),
        ("slug=sales&panel=%3Cb%3E&query=", StatusCode::NOT_FOUND),
        ("slug=sales&panel=target&query=%3Frange%3Dsoon", StatusCode::BAD_REQUEST),
    ];
    for (query, expected) in cases {
        let (status, body) = site.get(&format!("/fn/cache?{query}")).await;
        assert_eq!(status, expected, "{query}: {body}");
    }
}

#[tokio::test]
async fn a_zoom_leads_back_and_keeps_what_was_chosen_since() {
    let site = site();
    let zoomed = "/d/sales?from=2011-11-10&to=2011-11-12&zoom=last-30-days%2Cweek&country=EIRE";
    let page = site.page(zoomed).await;
    let back = "href=\"/d/sales?range=last-30-days&amp;interval=week&amp;country=EIRE\"";
    assert!(page.contains("Reset zoom") && page.contains(back), "{page}");
    assert!(!site.page("/d/sales?from=2011-11-10&to=2011-11-12").await.contains("Reset zoom"));
    let other_range = "/d/sales?range=last-90-days&zoom=last-30-days%2Cweek";
    assert!(!site.page(other_range).await.contains("Reset zoom"));
}

#[tokio::test]
async fn tables_are_in_the_order_of_the_address() {
    let site = site();
    let order = |page: &str| {
        let of = |name: &str| page.find(&format!("title=\"{name}\"")).unwrap();
        let mut names = ["France", "EIRE", "&lt;b&gt;"];
        names.sort_by_key(|name| of(name));
        names.map(ToOwned::to_owned)
    };
    let page = site.page("/d/sales/p/countries").await;
    assert_eq!(order(&page), ["France", "EIRE", "&lt;b&gt;"]);
    let page = site.page("/d/sales/p/countries?sort=countries:desc:n").await;
    assert_eq!(order(&page), ["EIRE", "France", "&lt;b&gt;"], "NULL is last");
    let page = site.page("/d/sales/p/countries?sort=countries:asc:n").await;
    assert_eq!(order(&page), ["France", "EIRE", "&lt;b&gt;"]);
}

#[tokio::test]
async fn a_table_is_on_its_own_page_once_and_any_other_panel_has_a_table_of_its_data() {
    let site = site();
    // The second load streams nothing: all is in its place.
    let mut page = String::new();
    for _ in 0..2 {
        page = site.page("/d/sales/p/countries").await;
    }
    assert_eq!(page.matches("<table class=\"tb\"").count(), 1, "{page}");
    let (_, card) = page.split_once("id=\"data\"").expect("links lead there");
    let (head, _) = card.split_once("<table").unwrap();
    assert!(head.contains("<h2 id=\"chart-t\">Table</h2>"), "{head}");
    assert_eq!(page.matches("id=\"data\"").count(), 1);
    assert!(!page.contains("Show as table"), "it is one");
    for _ in 0..2 {
        page = site.page("/d/sales/p/target").await;
    }
    assert_eq!(
        (page.matches("<table class=\"tb\"").count(), page.matches("id=\"data\"").count()),
        (1, 1)
    );
    assert!(page.contains("/d/sales/p/target#data") && page.contains("Show as table"), "{page}");
    // An open page fetches both, or the one.
    for (panel, has_table) in [("countries", false), ("target", true)] {
        let path = format!("/fn/cards?slug=sales&panels={panel}&query=&large=true&wait=true");
        let (_, body) = site.get(&path).await;
        let cards: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(cards[0]["table"].is_string(), has_table, "{body}");
        assert_eq!(cards[0]["html"].as_str().unwrap().contains("<table"), !has_table, "{body}");
    }
}

#[tokio::test]
async fn nonsense_about_the_presentation_is_ignored() {
    let site = site();
    for query in [
        "sort=",
        "sort=countries",
        "sort=nowhere:asc:n",
        "sort=countries:up:n",
        "sort=countries:asc:%00%22%3E%3Cscript%3E",
        "page=countries:-1",
        "page=countries:99999999999999999999",
        "page=countries:0",
        "zoom=%22%3E%3Cscript%3E",
        "from=2011-11-10&to=2011-11-12&zoom=soon%2Cauto",
        "cache=yes",
    ] {
        let page = site.page(&format!("/d/sales/p/countries?{query}")).await;
        assert!(!page.contains("\"><script>"), "{query}");
    }
}

#[tokio::test]
async fn a_link_to_a_dashboard_that_is_not_there_is_left_out() {
    let page = site().page("/d/sales?from=2011-11-10&to=2011-11-12").await;
    assert!(page.contains("href=\"/d/products?from=2011-11-10&amp;to=2011-11-12\""), "{page}");
    assert!(!page.contains("no-such-dashboard"));
}

#[tokio::test]
async fn a_refresh_leads_back_to_where_it_was_asked_for_and_to_no_other_site() {
    let site = site();
    let refresh = async |back: &str| {
        let form = Request::post("/d/sales/refresh?country=France")
            .body(Body::from(format!("back={back}")))
            .unwrap();
        let answer = site.router.clone().oneshot(form).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        answer.headers()["location"].to_str().unwrap().to_owned()
    };
    let own = "/d/sales/p/countries?country=France";
    assert_eq!(refresh(&own.replace('/', "%2F").replace('?', "%3F")).await, own);
    for elsewhere in ["", "https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example"]
    {
        assert_eq!(refresh(elsewhere).await, "/d/sales?country=France", "{elsewhere}");
    }
}
