//! Queries by their hash.

use crate::fake::{Fake, answer, code, sent};
use brisk_graphql::{Endpoint, Request, Sent};
use serde_json::Value;
use std::sync::Arc;

const QUERY: &str = "{ dashboards { slug } }";
/// `printf '{ dashboards { slug } }' | sha256sum`
const HASH: &str = "8ed6663575ca6c81cc9b5581e7b3cd6a9c47f9851d2e594edb7ebd34755b97d4";

async fn asked(endpoint: &Endpoint, query: Option<&str>, hash: &str, sent: &Sent) -> (u16, Value) {
    let query = query.map_or(Value::Null, Value::from);
    let persisted = serde_json::json!({"version": 1, "sha256Hash": hash});
    let body = serde_json::json!({"query": query, "extensions": {"persistedQuery": persisted}});
    let request = Request::from_json(body.to_string().as_bytes()).unwrap();
    answer(endpoint, &Arc::new(Fake::default()), request, sent).await
}

#[tokio::test]
async fn a_query_is_found_by_its_hash_once_it_was_sent() {
    let endpoint = Endpoint::default();
    let (status, body) = asked(&endpoint, None, HASH, &sent()).await;
    // In the words of the protocol.
    assert_eq!((status, code(&body)), (200, "PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(body["errors"][0]["message"], "PersistedQueryNotFound");
    for query in [Some(QUERY), None, None] {
        let (status, body) = asked(&endpoint, query, HASH, &sent()).await;
        assert_eq!(status, 200);
        assert_eq!(body["data"]["dashboards"][0]["slug"], "sales");
    }
    // Whoever uses it needs the rights of the query.
    let backend = Arc::new(Fake { is_stranger: true, ..Fake::default() });
    let request =
        serde_json::json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH}}});
    let request = Request::from_json(request.to_string().as_bytes()).unwrap();
    let (_, body) = answer(&endpoint, &backend, request, &sent()).await;
    assert_eq!(body["data"]["dashboards"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn nobody_keeps_a_query_under_the_hash_of_another_or_one_that_was_refused() {
    let endpoint = Endpoint::default();
    let (status, body) = asked(&endpoint, Some("{ dashboards { title } }"), HASH, &sent()).await;
    assert_eq!((status, code(&body)), (400, "invalid-query"));
    let (_, body) = asked(&endpoint, None, HASH, &sent()).await;
    assert_eq!(code(&body), "PERSISTED_QUERY_NOT_FOUND");
    for hash in ["", "12", &"x".repeat(64)] {
        let (status, body) = asked(&endpoint, Some(QUERY), hash, &sent()).await;
        assert_eq!((status, code(&body)), (400, "invalid-query"), "{hash}");
    }
    // Strangers are answered, and fill nothing.
    let stranger = Sent { is_kept: false, ..sent() };
    assert!(asked(&endpoint, Some(QUERY), HASH, &stranger).await.1["errors"].is_null());
    let (_, body) = asked(&endpoint, None, HASH, &stranger).await;
    assert_eq!(code(&body), "PERSISTED_QUERY_NOT_FOUND");
}
