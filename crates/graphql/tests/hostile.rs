//! Queries that ask for more than anybody needs, each with what stops it.

use crate::fake::{Fake, answer, ask, code, sent};
use brisk_graphql::{Endpoint, Request};
use std::sync::Arc;

fn nested(depth: usize, open: &str, close: &str, inner: &str) -> String {
    format!("{{ {}{inner}{} }}", open.repeat(depth), close.repeat(depth))
}

fn repeated(count: usize, field: impl Fn(usize) -> String) -> String {
    (0..count).map(field).collect()
}

/// Each query, its code, and a word of the message.
fn hostile() -> Vec<(&'static str, String, &'static str, &'static str)> {
    let panel = "dashboard(slug: \"sales\") { data { panel(id: \"p1\") { frame { rows } } } }";
    let bomb =
        repeated(49, |at| format!("fragment f{at} on Query {{ ...f{} ...f{} }} ", at + 1, at + 1));
    vec![
        (
            "a long query",
            format!("{{ dashboards {{ slug }} }} #{}", "x".repeat(33_000)),
            "too-costly",
            "bytes",
        ),
        ("brackets", nested(10_000, "{a", "}", ""), "too-costly", "brackets"),
        ("brackets that do not close", "{a".repeat(10_000), "too-costly", "brackets"),
        (
            "lists in arguments",
            nested(1, &format!("dashboard(slug: {}", "[".repeat(5_000)), "}", ""),
            "too-costly",
            "brackets",
        ),
        (
            "types of variables",
            format!(
                "query($a: {}Int{}) {{ dashboards {{ slug }} }}",
                "[".repeat(9_000),
                "]".repeat(9_000)
            ),
            "too-costly",
            "brackets",
        ),
        ("deep nesting", nested(20, "a { ", "} ", "a"), "too-costly", "fields within fields"),
        (
            "a long alias",
            format!("{{ {}: dashboards {{ slug }} }}", "a".repeat(101)),
            "too-costly",
            "name",
        ),
        (
            "fields",
            format!("{{ dashboards {{ {} }} }}", "slug ".repeat(2_001)),
            "too-costly",
            "2002 fields",
        ),
        (
            "aliases",
            format!("{{ {} }}", repeated(201, |at| format!("a{at}: {panel} "))),
            "too-costly",
            "201 aliases",
        ),
        (
            "aliases of fields",
            format!("{{ dashboards {{ {} }} }}", repeated(201, |at| format!("a{at}: slug "))),
            "too-costly",
            "201 aliases",
        ),
        (
            "directives",
            format!("{{ dashboards {{ slug {} }} }}", "@skip(if: false) ".repeat(51)),
            "too-costly",
            "51 directives",
        ),
        (
            "directives that nobody knows",
            format!("{{ dashboards {{ slug {} }} }}", "@x".repeat(2_000)),
            "too-costly",
            "2000 directives",
        ),
        (
            "directives of an operation",
            format!("query {} {{ dashboards {{ slug }} }}", "@x".repeat(51)),
            "too-costly",
            "51 directives",
        ),
        (
            "operations",
            repeated(11, |at| format!("query q{at} {{ dashboards {{ slug }} }} ")),
            "too-costly",
            "11 operations",
        ),
        (
            "fragments",
            format!(
                "{{ ...f0 }} {}",
                repeated(51, |at| format!("fragment f{at} on Query {{ dashboards {{ slug }} }} "))
            ),
            "too-costly",
            "51 fragments",
        ),
        (
            "a fragment in itself",
            "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".into(),
            "invalid-query",
            "contains itself",
        ),
        (
            "an unused fragment in itself",
            "{ dashboards { slug } } fragment a on Query { ...a }".into(),
            "invalid-query",
            "contains itself",
        ),
        ("a fragment that does not exist", "{ ...a }".into(), "invalid-query", "no fragment"),
        (
            "fragments that double",
            format!("{{ ...f0 }} {bomb} fragment f49 on Query {{ dashboards {{ slug }} }}"),
            "too-costly",
            "fields, and may have 2000",
        ),
        (
            "all data of all dashboards",
            "{ dashboards { data { panels { frame { columns { name values } } } } } }".into(),
            "too-costly",
            "costs more",
        ),
        (
            "panels by the thousand",
            format!(
                "{{ dashboard(slug: \"sales\") {{ data {{ panels(ids: [{}]) {{ id title }} }} }} }}",
                "\"p1\",".repeat(1_000)
            ),
            "too-costly",
            "costs more",
        ),
        (
            "many views",
            format!(
                "{{ dashboard(slug: \"sales\") {{ {} }} }}",
                repeated(9, |at| format!(
                    "a{at}: data(view: {{from: \"2011-01-0{}\", to: \"2011-02-01\"}}) {{ zone }} ",
                    at + 1
                ))
            ),
            "too-costly",
            "different views",
        ),
        ("no query at all", String::new(), "invalid-query", "cannot be read"),
        ("no field", "{ nowhere }".into(), "invalid-query", "nowhere"),
        ("no GraphQL", "select * from orders".into(), "invalid-query", "cannot be read"),
        (
            "a subscription without a stream",
            "subscription { news(slug: \"sales\") { outdated } }".into(),
            "invalid-query",
            "text/event-stream",
        ),
    ]
}

#[tokio::test]
async fn hostile_queries_are_refused_and_nothing_is_loaded() {
    for (what, query, expected, word) in hostile() {
        let backend = Arc::new(Fake::default());
        let body = ask(&backend, &query).await;
        assert_eq!(code(&body), expected, "{what}: {body}");
        let message = body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(word), "{what}: {message}");
        assert!(body.to_string().len() < 2_000, "{what}: {body}");
        if what != "many views" {
            assert!(backend.called().is_empty(), "{what}");
        }
    }
}

#[tokio::test]
async fn what_is_refused_has_its_status() {
    for (query, expected) in [
        ("{ dashboards { slug } }", 200),
        ("{ dashboard(slug: \"sales\") { data { panel(id: \"nowhere\") { id } } } }", 200),
        ("{ nowhere }", 400),
        ("{", 400),
        ("{ dashboards { data { panels { frame { columns { name values } } } } } }", 400),
    ] {
        let request = Request { query: Some(query.into()), ..Request::default() };
        let (status, body) =
            answer(&Endpoint::default(), &Arc::new(Fake::default()), request, &sent()).await;
        assert_eq!(status, expected, "{query}: {body}");
    }
}

/// Errors by the thousand, or with long names, are not all repeated.
#[tokio::test]
async fn errors_are_bounded() {
    let query = format!("{{ {} }}", repeated(1_900, |at| format!("x{at} ")));
    let body = ask(&Arc::new(Fake::default()), &query).await;
    assert_eq!(body["errors"].as_array().unwrap().len(), 100);
    let failing = repeated(150, |at| format!("a{at}: data {{ panel(id: \"x{at}\") {{ id }} }} "));
    let query = format!("{{ dashboard(slug: \"sales\") {{ {failing} }} }}");
    let body = ask(&Arc::new(Fake::default()), &query).await;
    assert_eq!(body["errors"].as_array().unwrap().len(), 100);
}

/// The length of an answer is bounded, however often its columns are asked for.
#[tokio::test]
async fn cells_are_bounded_in_all() {
    let backend = Arc::new(Fake { long: Some(4 << 20), ..Fake::default() });
    let columns = repeated(20, |at| format!("c{at}: columns {{ values }} "));
    let query = format!(
        "{{ dashboard(slug: \"sales\") {{ data {{ panel(id: \"p1\") {{ frame {{ {columns} }} }} }} }} }}"
    );
    let body = ask(&backend, &query).await;
    let codes = body["errors"].as_array().unwrap().iter().map(|error| &error["extensions"]["code"]);
    assert!(codes.into_iter().all(|code| code == "answer-too-large"), "{}", body["errors"]);
    assert!(body.to_string().len() < 33 << 20);
}

#[tokio::test]
async fn variables_are_bounded() {
    let query = "query($slug: String!) { dashboard(slug: $slug) { title } }";
    let with = |json: &str| {
        let body = format!("{{\"query\": {query:?}, \"variables\": {json}}}");
        Request::from_json(body.as_bytes())
    };
    let endpoint = Endpoint::default();
    let asked = async |json: &str| {
        let request = with(json).unwrap();
        answer(&endpoint, &Arc::new(Fake::default()), request, &sent()).await.1
    };
    assert_eq!(asked("{\"slug\": \"sales\"}").await["data"]["dashboard"]["title"], "Sales");
    let long = format!("{{\"slug\": \"{}\"}}", "x".repeat(17_000));
    assert_eq!(code(&asked(&long).await), "too-costly");
    assert_eq!(code(&asked("{\"slug\": 7}").await), "invalid-query");
    let deep = format!("{{\"slug\": {}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(with(&deep).unwrap_err().name(), "invalid-query");
}

#[tokio::test]
async fn batches_and_other_bodies_are_refused() {
    for body in [
        "[{\"query\": \"{ dashboards { slug } }\"}]",
        " \n [ ]",
        "",
        "null",
        "7",
        "{\"query\": 7}",
        "{\"query\": \"{ dashboards { slug } }\", \"variables\": []}",
        "query=x",
    ] {
        let problem = Request::from_json(body.as_bytes()).and_then(|request| match request.query {
            Some(_) => Ok(()),
            None => Err(brisk_graphql::Problem::new(&brisk_graphql::problem::KINDS[0], "")),
        });
        assert_eq!(problem.unwrap_err().name(), "invalid-query", "{body}");
    }
    let pairs = [("query".to_owned(), "{a}".to_owned()), ("variables".to_owned(), "[".to_owned())];
    assert!(Request::from_pairs(&pairs).is_err());
}
