//! What depends on who asks, and how.

use crate::fake::{Fake, SIGN_IN, answer, code, sent};
use brisk_graphql::{Endpoint, Problem, Request, Sent};
use std::sync::Arc;

async fn asked(query: &str, sent: &Sent, backend: &Arc<Fake>) -> (u16, serde_json::Value) {
    let request = Request { query: Some(query.into()), ..Request::default() };
    answer(&Endpoint::default(), backend, request, sent).await
}

/// As tools ask about a schema, with all levels of types within types.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { queryType { name } mutationType { name }
    subscriptionType { name } types { ...FullType } directives { name description locations args { ...InputValue } } } }
    fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description
      args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
      inputFields { ...InputValue } interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
      ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

#[tokio::test]
async fn the_schema_is_for_those_who_may_see_it() {
    let stranger =
        Sent { sees_schema: Err(Problem::new(&SIGN_IN, "Sign in, or send a token.")), ..sent() };
    let backend = Arc::new(Fake::default());
    for query in [
        INTROSPECTION,
        "{ __type(name: \"Query\") { name } }",
        "{ a: __schema { queryType { name } } }",
        "{ ...a } fragment a on Query { ... on Query { __schema { queryType { name } } } }",
        "query a { dashboards { slug } } query b { __schema { queryType { name } } }",
    ] {
        let (status, body) = asked(query, &stranger, &backend).await;
        assert_eq!((status, code(&body)), (401, "sign-in"), "{query}");
    }
    let (_, body) = asked(INTROSPECTION, &sent(), &backend).await;
    assert!(body["errors"].is_null(), "{}", body["errors"]);
    assert!(body["data"]["__schema"]["types"].as_array().unwrap().len() > 20);
    let (_, body) = asked("{ __typename dashboards { __typename } }", &stranger, &backend).await;
    assert_eq!(body["data"]["__typename"], "Query");
}

#[tokio::test]
async fn what_a_viewer_may_not_see_is_an_error_of_that_field_alone() {
    let query = "{ cache { memoryBytes } dashboard(slug: \"sales\") { title cache { panel } } }";
    let (status, body) = asked(query, &sent(), &Arc::new(Fake::default())).await;
    assert_eq!(status, 200);
    assert_eq!(
        body["data"],
        serde_json::json!({"cache": null, "dashboard": {"title": "Sales", "cache": null}})
    );
    let codes: Vec<&str> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["extensions"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["sign-in", "sign-in"]);
}

#[tokio::test]
async fn nothing_is_changed_by_what_only_reads() {
    let reading = Sent { is_read: true, ..sent() };
    let backend = Arc::new(Fake::default());
    let mutation = "mutation { invalidate(tags: [\"all\"]) { invalidated } }";
    let (status, body) = asked(mutation, &reading, &backend).await;
    assert_eq!((status, code(&body)), (405, "method-not-allowed"));
    assert!(backend.called().is_empty());
    let both = format!(
        "query a {{ dashboards {{ slug }} }} {}",
        mutation.replace("mutation", "mutation b")
    );
    for (name, expected) in [("a", 200), ("b", 405), ("c", 400)] {
        let request = Request {
            query: Some(both.clone()),
            operation_name: Some(name.into()),
            ..Request::default()
        };
        assert_eq!(answer(&Endpoint::default(), &backend, request, &reading).await.0, expected);
    }
    assert!(backend.called().is_empty());
    assert_eq!(asked(&both, &sent(), &backend).await.0, 400, "which one?");
}

/// What tools make of the schema must not change by accident: names are promises.
#[test]
fn the_schema_names_each_type_once() {
    let sdl = Endpoint::default().sdl();
    for line in [
        "type Dashboard {",
        "type Panel {",
        "scalar Cell",
        "values(first: Int, skip: Int): [Cell]",
        "type Subscription {",
        "type Mutation {",
        "refresh(slug: String!, view: ViewInput): View",
    ] {
        assert!(sdl.contains(line), "{line}\n{sdl}");
    }
}
