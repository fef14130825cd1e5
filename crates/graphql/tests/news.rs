//! Subscriptions.

use crate::fake::{Call, Fake, sent};
use brisk_graphql::{Backend, Endpoint, Request, Sent};
use futures::StreamExt;
use serde_json::{Value, json};
use std::sync::Arc;

async fn followed(backend: &Arc<Fake>, query: &str) -> Vec<Value> {
    let endpoint = Endpoint::default();
    let request = Request { query: Some(query.into()), ..Request::default() };
    let prepared = match endpoint.prepare(request, &Sent { is_stream: true, ..sent() }) {
        Ok(prepared) => prepared,
        Err(refused) => return vec![serde_json::from_slice(&refused.json()).unwrap()],
    };
    let answers = endpoint.follow(prepared, Arc::clone(backend) as Arc<dyn Backend>);
    answers.map(|answer| serde_json::from_slice(&answer.json()).unwrap()).collect().await
}

#[tokio::test]
async fn news_are_followed_until_the_view_ends() {
    let backend = Arc::new(Fake::default());
    let query = "subscription { news(slug: \"sales\", view: {range: \"today\"}, panel: \"p1\") {
        outdated panels { id state edition asOf } } }";
    let all = followed(&backend, query).await;
    let editions: Vec<&Value> =
        all.iter().map(|one| &one["data"]["news"]["panels"][0]["edition"]).collect();
    assert_eq!(editions, [&json!("1"), &json!("2"), &Value::Null]);
    assert_eq!(all[2]["data"]["news"]["outdated"], true);
    assert!(matches!(backend.called().as_slice(), [Call::News(asked, Some(panel))]
        if asked.pairs[0].1 == "today" && panel == "p1"));
}

#[tokio::test]
async fn a_query_is_answered_once_on_a_stream() {
    let all = followed(&Arc::new(Fake::default()), "{ dashboards { slug } }").await;
    assert_eq!(all, [json!({"data": {"dashboards": [{"slug": "sales"}]}})]);
}

#[tokio::test]
async fn what_cannot_be_followed_says_so() {
    for (query, code) in [
        (
            "subscription { a: news(slug: \"sales\") { outdated } b: news(slug: \"sales\") { outdated } }",
            "invalid-query",
        ),
        (
            "subscription { ...a } fragment a on Subscription { news(slug: \"sales\") { outdated } }",
            "invalid-query",
        ),
        ("subscription { news(slug: \"sales\", panel: \"nowhere\") { outdated } }", "not-found"),
        (
            "subscription { news(slug: \"sales\", view: {tz: \"Asia/Tokyo\"}) { outdated } }",
            "wrong-parameter",
        ),
    ] {
        let backend = Arc::new(Fake::default());
        let all = followed(&backend, query).await;
        assert_eq!(all.len(), 1, "{query}");
        assert_eq!(crate::fake::code(&all[0]), code, "{query}");
        assert!(backend.called().is_empty(), "{query}");
    }
}
