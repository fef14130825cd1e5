//! GraphQL: the same data as the JSON API, from the same cache.

use super::world::{Answer, World, world, world_with};
use crate::fixture::{self, write};
use axum::Router;
use axum::body::Body;
use brisk_test_waiting::wait_for;
use http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::fmt::Write as _;
use tower::ServiceExt;

/// Everything of a panel that the JSON API has.
const PANEL: &str = "{ id title kind unit interval notes
    frame { ...Frame }
    previous { bounds { from to } covered beside frame { ...Frame } }
    sparkline { ...Frame }
    freshness { state asOf age }
    problem { type title status detail retryAfter } }";
const FRAGMENT: &str = " fragment Frame on Frame { rows buckets { column complete leftOut }
    columns { name label type unit computed { kind of } values } }";

fn post(body: &Value) -> Request<Body> {
    let request = Request::post("/api/graphql").header("content-type", "application/json");
    request.body(Body::from(body.to_string())).unwrap()
}

impl World {
    async fn query(&self, query: &str) -> Answer {
        self.ask(post(&json!({"query": query}))).await
    }
}

/// A key as GraphQL has it.
fn camel(key: &str) -> String {
    let mut words = key.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| all + &word[..1].to_uppercase() + &word[1..])
}

/// What the JSON API writes, with the names that GraphQL has.
fn renamed(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(renamed).collect(),
        Value::Object(object) => {
            let pairs = object.iter().filter(|(key, _)| *key != "instance").map(|(key, value)| {
                let key = if key == "cells" { "values".to_owned() } else { camel(key) };
                (key, renamed(value))
            });
            let mut all: serde_json::Map<String, Value> = pairs.collect();
            if all.contains_key("detail") {
                all.entry("retryAfter").or_insert(Value::Null);
            }
            all.into()
        }
        other => other.clone(),
    }
}

/// The body of an answer.
async fn body(app: &Router, request: Request<Body>) -> String {
    let (status, _, body) = fixture::ask(app, request).await;
    let body = String::from_utf8(body).unwrap();
    assert_eq!(status, 200, "{body}");
    body
}

/// Compares all panels of a dashboard for one view with what the JSON API says of them; the answer is how many
/// cells there are.
pub(crate) async fn agree(app: &Router, slug: &str, query: &str, view: &str) -> usize {
    let path = format!("/api/v1/dashboards/{slug}/data{query}");
    // Loaded first, so that both have the same age.
    body(app, fixture::get(&path, &[])).await;
    let rest = body(app, fixture::get(&path, &[])).await;
    let json: Value = serde_json::from_str(&rest).unwrap();
    let expected = renamed(&json);
    let asked = format!(
        "{{ dashboard(slug: \"{slug}\") {{ data(view: {view}) {{ zone interval bounds {{ from to }}
            variables {{ variable values }} panels {PANEL} }} }} }}{FRAGMENT}"
    );
    let own = body(app, post(&json!({"query": asked}))).await;
    let answer: Value = serde_json::from_str(&own).unwrap();
    let data = &answer["data"]["dashboard"]["data"];
    assert_eq!(data["panels"], expected["panels"], "{slug} {query}: {answer}");
    // A failed panel has the same problem, and is an error besides.
    let panels = data["panels"].as_array().unwrap();
    let failed = panels.iter().filter(|panel| !panel["problem"].is_null()).count();
    // Each for `frame`, `previous` and `sparkline`.
    assert_eq!(answer["errors"].as_array().map_or(0, Vec::len), 3 * failed, "{answer}");
    for name in ["zone", "interval", "bounds"] {
        assert_eq!(data[name], expected["view"][name], "{slug} {query}: {name}");
    }
    let chosen = json["view"]["variables"].as_object().unwrap().iter();
    let chosen: Value =
        chosen.map(|(variable, values)| json!({"variable": variable, "values": values})).collect();
    assert_eq!(data["variables"], chosen, "{slug} {query}");
    // Byte for byte, before any parser of JSON has looked at them.
    let cells = |text: &str, key: &str| -> Vec<String> {
        let key = format!("\"{key}\":[");
        let lists = text.split(&key).skip(1);
        lists.map(|rest| until_closed(rest).to_owned()).collect()
    };
    let own = cells(&own, "values").split_off(chosen.as_array().unwrap().len());
    assert_eq!(own, cells(&rest, "cells"), "{slug} {query}");
    own.iter().map(|column| column.split(',').count()).sum()
}

/// The cells up to the bracket that closes them, which may also be in texts.
fn until_closed(text: &str) -> &str {
    let mut in_text = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => in_text = !in_text,
            ']' if !in_text => return &text[..at],
            _ => {}
        }
    }
    text
}

#[tokio::test]
async fn graphql_and_the_json_api_agree_cell_by_cell() {
    let world = world().await;
    for (query, view) in [
        ("", "{}"),
        ("?range=last-30-days&interval=week", "{range: \"last-30-days\", interval: \"week\"}"),
        ("?from=2011-11-01&to=2011-11-15", "{from: \"2011-11-01\", to: \"2011-11-15\"}"),
        ("?tz=Asia/Tokyo", "{tz: \"Asia/Tokyo\"}"),
        (
            "?country=France&country=EIRE",
            "{variables: [{name: \"country\", values: [\"EIRE\", \"France\"]}]}",
        ),
        ("?band=low", "{variables: [{name: \"band\", values: [\"low\"]}]}"),
    ] {
        assert!(agree(&world.app, "sales", query, view).await > 20, "{query}");
    }
    agree(&world.app, "broken", "", "{}").await;
}

#[tokio::test]
async fn a_definition_is_that_of_the_json_api() {
    let world = world().await;
    let query = "{ dashboards { slug } dashboard(slug: \"sales\") { slug title description zone range interval outdated page
        variables { name label kind default options }
        panels { id title description kind unit compare interval columns { name label unit computed { kind of } } } } }";
    let own = world.query(query).await.json();
    let mut expected = world.get("/api/v1/dashboards/sales").await.json();
    expected.as_object_mut().unwrap().remove("data");
    for panel in expected["panels"].as_array_mut().unwrap() {
        panel.as_object_mut().unwrap().remove("data");
    }
    assert_eq!(own["data"]["dashboard"], expected);
    assert_eq!(own["data"]["dashboards"], json!([{"slug": "broken"}, {"slug": "sales"}]));
}

/// A dashboard of twenty panels.
fn twenty() -> String {
    let mut file = String::from("title = \"Twenty\"\nsource = \"shop\"\nrange = \"last 7 days\"\n");
    for at in 0..20 {
        let _ = write!(
            file,
            "[[panel]]\nid = \"p{at}\"\ntitle = \"P\"\nkind = \"stat\"\n\
             sql = \"select sum(amount) + {at} as n from orders where $range(ordered_at)\"\n"
        );
    }
    file
}

#[tokio::test]
async fn twenty_panels_are_one_batch_and_no_statement_when_hot() {
    let world = world_with(&[("twenty.toml", &twenty())]).await;
    let panel = "{ frame { columns { values } } freshness { state } }";
    let aliased = (0..20).fold(String::new(), |mut all, at| {
        let _ = write!(all, "a{at}: panel(id: \"p{at}\") {panel} ");
        all
    });
    let scattered = (0..20).fold(String::new(), |mut all, at| {
        let _ = write!(
            all,
            "a{at}: dashboard(slug: \"twenty\") {{ data {{ panel(id: \"p{at}\") {panel} }} }} "
        );
        all
    });
    let together = format!("{{ dashboard(slug: \"twenty\") {{ data {{ panels {panel} }} }} }}");
    let aliased = format!("{{ dashboard(slug: \"twenty\") {{ data {{ {aliased} }} }} }}");
    let scattered = format!("{{ {scattered} }}");
    let batches = || world.engine.loader().cache().statistics().batches;
    let before = batches();
    let cold = world.query(&together).await;
    assert!(cold.json()["errors"].is_null(), "{}", cold.body);
    assert_eq!((world.loads(), batches() - before), (20, 1));
    for query in [&together, &aliased, &scattered] {
        let (before, hits) = (batches(), world.figures().hits);
        let answer = world.query(query).await;
        assert!(answer.json()["errors"].is_null(), "{}", answer.body);
        assert_eq!(world.loads(), 20, "no statement ran");
        assert_eq!(batches() - before, 1, "{query}");
        assert_eq!(world.figures().hits - hits, 20, "each panel was looked up once");
    }
}

#[tokio::test]
async fn choices_come_with_the_data() {
    let world = world().await;
    let query = "{ dashboard(slug: \"sales\") { data { panel(id: \"total\") { title }
        choices { variable choices { value label } problem { code } } } } }";
    let body = world.query(query).await.json();
    let choices = &body["data"]["dashboard"]["data"]["choices"];
    let values = |at: usize| -> Vec<&str> {
        let all = choices[at]["choices"].as_array().unwrap();
        all.iter().map(|choice| choice["value"].as_str().unwrap()).collect()
    };
    assert_eq!(choices[0]["variable"], "country", "{body}");
    assert_eq!(values(0), ["France", "EIRE", "Côte d'Ivoire"]);
    let mut bands = values(1);
    bands.sort_unstable();
    assert_eq!(bands, ["high", "low"]);
}

#[tokio::test]
async fn problems_are_those_of_the_json_api() {
    let world = world().await;
    for (field, path) in [
        ("dashboard(slug: \"nowhere\") { title }", "/api/v1/dashboards/nowhere"),
        (
            "dashboard(slug: \"sales\") { data(view: {range: \"soon\"}) { zone } }",
            "/api/v1/dashboards/sales/data?range=soon",
        ),
        (
            "dashboard(slug: \"sales\") { data(view: {tz: \"Mars/Olympus\"}) { zone } }",
            "/api/v1/dashboards/sales/data?tz=Mars/Olympus",
        ),
        (
            "dashboard(slug: \"sales\") { data { panel(id: \"nowhere\") { id } } }",
            "/api/v1/dashboards/sales/panels/nowhere",
        ),
        (
            "dashboard(slug: \"broken\") { data { panel(id: \"no-table\") { frame { rows } } } }",
            "/api/v1/dashboards/broken/panels/no-table",
        ),
        (
            "dashboard(slug: \"broken\") { data { panel(id: \"own\") { frame { rows } } } }",
            "/api/v1/dashboards/broken/panels/own",
        ),
        (
            "dashboard(slug: \"broken\") { data { panel(id: \"elsewhere\") { frame { rows } } } }",
            "/api/v1/dashboards/broken/panels/elsewhere",
        ),
    ] {
        let rest = world.get(path).await;
        let answer = world.query(&format!("{{ {field} }}")).await;
        assert_eq!(answer.status, 200, "{field}");
        let (rest, body) = (rest.json(), answer.json());
        let error = &body["errors"][0];
        assert_eq!(body["errors"].as_array().unwrap().len(), 1, "{body}");
        assert_eq!(error["message"], rest["detail"], "{field}");
        for name in ["type", "title", "status"] {
            assert_eq!(error["extensions"][name], rest[name], "{field}");
        }
        let code = rest["type"].as_str().unwrap().trim_start_matches("/api#");
        assert_eq!(error["extensions"]["code"], code, "{field}");
    }
}

#[tokio::test]
async fn a_get_is_answered_conditionally_and_changes_nothing() {
    let world = world().await;
    let address = |query: &str| {
        let pairs = [("query".to_owned(), query.to_owned())];
        format!("/api/graphql{}", brisk_domain::view::query_string(&pairs))
    };
    let panel = address(
        "{ dashboard(slug: \"sales\") { data { panel(id: \"total\") { frame { columns { values } } } } } }",
    );
    let first = world.get(&panel).await;
    assert_eq!((first.status, first.header("content-type")), (200, "application/json"));
    let etag = first.header("etag").to_owned();
    let again = world.get_with(&panel, &[("if-none-match", &etag)]).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    write(&world.database, "update orders set amount = amount + 1").await;
    world.invalidate("table:shop.orders").await;
    let changed = world.get_with(&panel, &[("if-none-match", &etag)]).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.body, first.body);
    let failed = world.get(&address("{ dashboard(slug: \"nowhere\") { title } }")).await;
    assert_eq!(
        (failed.status, failed.header("etag"), failed.header("cache-control")),
        (200, "", "no-store")
    );
    let posted = world.query("{ dashboards { slug } }").await;
    assert_eq!((posted.header("etag"), posted.header("cache-control")), ("", "no-store"));
    let mutation = address("mutation { invalidate(tags: [\"all\"]) { invalidated } }");
    let refused = world.get(&mutation).await;
    assert_eq!((refused.status, refused.header("allow")), (405, "POST"));
    let accept = [("accept", "application/graphql-response+json")];
    let typed = world.get_with(&panel, &accept).await;
    assert_eq!(typed.header("content-type"), "application/graphql-response+json");
}

#[tokio::test]
async fn only_json_is_read() {
    let world = world().await;
    for (kind, body, expected) in [
        ("text/plain", "{\"query\": \"{ dashboards { slug } }\"}", 415),
        ("application/x-www-form-urlencoded", "query=%7Bdashboards%7Bslug%7D%7D", 415),
        ("multipart/form-data; boundary=x", "", 415),
        ("application/json; charset=utf-8", "{\"query\": \"{ dashboards { slug } }\"}", 200),
        ("application/json", "[{\"query\": \"{ dashboards { slug } }\"}]", 400),
        ("application/json", "{", 400),
    ] {
        let request = Request::post("/api/graphql").header("content-type", kind);
        let answer = world.ask(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, expected, "{kind}: {}", answer.body);
        assert!(answer.json().get("errors").is_some() == (expected != 200), "{}", answer.body);
    }
    let long = format!("{{\"query\": \"{{ dashboards {{ slug }} }}{}\"}}", " ".repeat(70_000));
    let request = Request::post("/api/graphql").header("content-type", "application/json");
    let answer = world.ask(request.body(Body::from(long)).unwrap()).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    // Another site's page cannot use a reader's session.
    for (header, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let body = json!({"query": "mutation { invalidate(tags: [\"all\"]) { invalidated } }"});
        let mut request = post(&body);
        request.headers_mut().insert(header, value.parse().unwrap());
        assert_eq!(world.ask(request).await.status, 403, "{header}");
    }
}

#[tokio::test]
async fn mutations_invalidate_and_load_again() {
    let world = world().await;
    let rows = "panel(id: \"total\") { frame { columns { values } } }";
    let query = format!("{{ dashboard(slug: \"sales\") {{ data {{ {rows} }} }} }}");
    let total = |body: &Value, of: &str| {
        let view = if of == "refresh" {
            &body["data"]["refresh"]
        } else {
            &body["data"]["dashboard"]["data"]
        };
        view["panel"]["frame"]["columns"][0]["values"][0].as_i64().unwrap()
    };
    let first = total(&world.query(&query).await.json(), "");
    write(&world.database, "update orders set amount = amount + 100").await;
    assert_eq!(
        total(&world.query(&query).await.json(), ""),
        first,
        "nobody has said that data have changed"
    );
    let tested = world.query("mutation { invalidate(tags: [\"table:shop.orders\"], test: true) { invalidated wouldInvalidate } }").await.json();
    assert_eq!(tested["data"]["invalidate"]["invalidated"], json!([]), "{tested}");
    assert!(!tested["data"]["invalidate"]["wouldInvalidate"].as_array().unwrap().is_empty());
    assert_eq!(total(&world.query(&query).await.json(), ""), first);
    let said = world
        .query(
            "mutation { invalidate(tags: [\"table:shop.orders\"]) { invalidated notes { tag } } }",
        )
        .await
        .json();
    assert!(said["errors"].is_null(), "{said}");
    let second = total(&world.query(&query).await.json(), "");
    assert!(second > first);
    write(&world.database, "update orders set amount = amount + 100").await;
    let refreshed =
        world.query(&format!("mutation {{ refresh(slug: \"sales\") {{ {rows} }} }}")).await.json();
    assert!(total(&refreshed, "refresh") > second, "{refreshed}");
    let wrong = world
        .query("mutation { invalidate(tags: [\"tabel:shop.orders\"]) { invalidated } }")
        .await
        .json();
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "bad-delivery", "{wrong}");
}

#[tokio::test]
async fn a_subscription_hears_of_an_invalidation() {
    let world = world().await;
    let query = "subscription { news(slug: \"sales\", panel: \"total\") { outdated panels { id state edition } } }";
    let mut request = post(&json!({"query": query}));
    request.headers_mut().insert("accept", "text/event-stream".parse().unwrap());
    let response = world.app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let mut text = String::new();
    let mut next = async |wanted: &dyn Fn(&Value) -> bool| -> Value {
        loop {
            if let Some((event, rest)) = text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                text = rest;
                let Some(data) = event.strip_prefix("event: next\ndata: ") else { continue };
                let news = serde_json::from_str::<Value>(data).unwrap()["data"]["news"].clone();
                if wanted(&news) {
                    return news;
                }
                continue;
            }
            let frame = body.frame().await.expect("the stream goes on").unwrap();
            text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    };
    let is_current = |news: &Value| news["panels"][0]["state"] == "current";
    let first = wait_for("the first edition", next(&is_current)).await;
    assert_eq!(first["panels"][0]["id"], "total");
    let edition = first["panels"][0]["edition"].clone();
    write(&world.database, "update orders set amount = amount + 1").await;
    world.invalidate("table:shop.orders").await;
    let is_other = |news: &Value| is_current(news) && news["panels"][0]["edition"] != edition;
    wait_for("another edition", next(&is_other)).await;
}

#[tokio::test]
async fn the_playground_is_a_page_of_its_own_assets() {
    let world = world().await;
    let page = world.get("/api/graphql/playground").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src 'self'") && policy.contains("script-src 'self' 'wasm"),
        "{policy}"
    );
    assert!(page.body.contains("action=\"/api/graphql\""));
    assert!(page.body.contains("type Dashboard {"), "the schema is beside it");
    assert!(
        !page.body.contains("https://") && !page.body.contains("http://"),
        "no foreign requests"
    );
    // Without scripts, the form opens the answer.
    let query = page.body.split("<textarea").nth(1).unwrap().split_once('>').unwrap().1;
    let query = query.split("</textarea>").next().unwrap();
    let query = query
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let pairs = [
        ("query".to_owned(), query),
        ("variables".to_owned(), "{\"view\": {\"range\": \"today\"}}".to_owned()),
    ];
    let answer =
        world.get(&format!("/api/graphql{}", brisk_domain::view::query_string(&pairs))).await;
    let body = answer.json();
    // The first dashboard is the broken one.
    assert_eq!(body["data"]["dashboard"]["title"], "Broken", "{body}");
}
