//! Rights in GraphQL: field by field, whoever asks, and whatever was asked before.

use super::world::{World, request};
use axum::body::Body;
use brisk_accounts::Role;
use http::{Request, header};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

fn post(who: &str, body: &Value) -> Request<Body> {
    let mut posted = request("POST", "/api/graphql", who, "");
    posted.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    *posted.body_mut() = Body::from(body.to_string());
    posted
}

async fn asked(world: &World, who: &str, query: &str) -> Value {
    let answer = world.ask(post(who, &json!({"query": query}))).await;
    serde_json::from_str(&answer.body).unwrap()
}

/// The codes of the errors, in the order of the fields.
fn codes(body: &Value) -> Vec<&str> {
    let errors = body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_field_is_decided_about_by_itself() {
    let world = World::without_admin().await;
    let root = world.person("root", Role::Admin, &[]).await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    world.person("bob", Role::Viewer, &["stock"]).await;
    world.person("eve", Role::Editor, &["sales"]).await;
    world.give(Some("sales"), "team:sales").await;
    let query = "{ open: dashboard(slug: \"public\") { title }
        team: dashboard(slug: \"team\") { title cache { panel } data { panel(id: \"one\") { frame { columns { values } } } } }
        cache { batches } }";
    let read = world.token(&root, "read", DAY).await;
    let metrics = world.token(&root, "metrics", DAY).await;
    let of_one = world.token(&root, "read:everyone", DAY).await;
    let (ann, bob) = (world.sign_in("ann").await, world.sign_in("bob").await);
    let (eve, admin) = (world.sign_in("eve").await, world.sign_in("root").await);
    // Who sees the open one, the team's, its cache's figures, and all figures.
    for (who, shown, open, team, own, all) in [
        ("nobody", "", true, false, false, false),
        ("ann of sales", &ann, true, true, false, false),
        ("bob of stock", &bob, true, false, false, false),
        ("an editor", &eve, true, true, true, false),
        ("an admin", &admin, true, true, true, true),
        ("token read", &read, true, true, false, false),
        ("token read:everyone", &of_one, false, false, false, false),
        ("token metrics", &metrics, false, false, false, true),
    ] {
        let body = asked(&world, shown, query).await;
        let data = &body["data"];
        let seen = [
            &data["open"]["title"],
            &data["team"]["title"],
            &data["team"]["cache"],
            &data["cache"]["batches"],
        ];
        let seen = seen.map(|value| !value.is_null());
        assert_eq!(seen, [open, team, own, all], "{who}: {body}");
        let cell = &data["team"]["data"]["panel"]["frame"]["columns"][0]["values"][0];
        assert_eq!(cell == "secret", team, "{who}: {body}");
        assert_eq!(body.to_string().contains("secret"), team, "{who}");
        let expected = if shown.is_empty() { "sign-in" } else { "not-found" };
        assert!(codes(&body).iter().all(|code| *code == expected), "{who}: {body}");
        let missing = usize::from(!open) + usize::from(!team || !own) + usize::from(!all);
        assert_eq!(codes(&body).len(), missing, "{who}: {body}");
    }
    // The list is each viewer's own.
    let slugs =
        async |who: &str| asked(&world, who, "{ dashboards { slug } }").await["data"].to_string();
    assert!(slugs(&ann).await.contains("\"team\"") && !slugs(&bob).await.contains("\"team\""));
    assert_eq!(slugs("").await, r#"{"dashboards":[{"slug":"public"}]}"#);
}

#[tokio::test]
async fn a_hash_gives_no_rights_and_strangers_keep_nothing() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    world.person("bob", Role::Viewer, &["stock"]).await;
    let (ann, bob) = (world.sign_in("ann").await, world.sign_in("bob").await);
    let query = "{ dashboard(slug: \"team\") { title } }";
    let hash = "6bc61cbf3b025303b2e15801c684e7d437d76c6ca1f0bff6666c23a4b3efc050";
    let by_hash = |query: Option<&str>| json!({"query": query, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash}}});
    let answer = async |who: &str, body: Value| -> Value {
        serde_json::from_str(&world.ask(post(who, &body)).await.body).unwrap()
    };
    assert_eq!(codes(&answer("", by_hash(Some(query))).await), ["sign-in"]);
    assert_eq!(codes(&answer(&ann, by_hash(None)).await), ["PERSISTED_QUERY_NOT_FOUND"]);
    assert_eq!(answer(&ann, by_hash(Some(query))).await["data"]["dashboard"]["title"], "Team");
    assert_eq!(answer(&ann, by_hash(None)).await["data"]["dashboard"]["title"], "Team");
    assert_eq!(codes(&answer(&bob, by_hash(None)).await), ["not-found"]);
    assert_eq!(codes(&answer("", by_hash(None)).await), ["sign-in"]);
}

#[tokio::test]
async fn the_schema_is_for_those_who_have_signed_in() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &[]).await;
    let ann = world.sign_in("ann").await;
    let query = "{ __schema { queryType { name } } }";
    assert_eq!(codes(&asked(&world, "", query).await), ["sign-in"]);
    assert_eq!(asked(&world, &ann, query).await["data"]["__schema"]["queryType"]["name"], "Query");
    assert_eq!(asked(&world, "", "{ __typename }").await["data"]["__typename"], "Query");
}

#[tokio::test]
async fn mutations_need_what_their_routes_need() {
    let world = World::without_admin().await;
    let root = world.person("root", Role::Admin, &[]).await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    world.person("eve", Role::Editor, &["sales"]).await;
    world.give(Some("sales"), "team:sales").await;
    let (ann, eve, admin) =
        (world.sign_in("ann").await, world.sign_in("eve").await, world.sign_in("root").await);
    let read = world.token(&root, "read", DAY).await;
    let table = world.token(&root, "invalidate:table:shop.t", DAY).await;
    let invalidate =
        |tag: &str| format!("mutation {{ invalidate(tags: [\"{tag}\"]) {{ invalidated }} }}");
    let (own, all) = (invalidate("dashboard:team"), invalidate("table:shop.t"));
    let refresh = "mutation { refresh(slug: \"team\") { zone } }".to_owned();
    for (who, shown, query, expected) in [
        ("nobody", "", &own, Some("sign-in")),
        ("a viewer", &ann, &own, Some("not-found")),
        ("an editor", &eve, &own, None),
        ("an editor", &eve, &all, Some("tag-not-allowed")),
        ("an admin", &admin, &all, None),
        ("token read", &read, &all, Some("not-found")),
        ("token invalidate:table:shop.t", &table, &all, None),
        ("token invalidate:table:shop.t", &table, &own, Some("tag-not-allowed")),
        ("nobody", "", &refresh, Some("sign-in")),
        ("a viewer", &ann, &refresh, None),
        ("token read", &read, &refresh, None),
        ("token invalidate:table:shop.t", &table, &refresh, Some("not-found")),
    ] {
        let body = asked(&world, shown, query).await;
        assert_eq!(codes(&body), Vec::from_iter(expected), "{who}, {query}: {body}");
    }
}

/// Databases' own words are for those who look behind.
#[tokio::test]
async fn errors_hold_no_sql_and_no_names_of_tables() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &[]).await;
    let (ann, root) = (world.sign_in("ann").await, world.sign_in("root").await);
    let query = "{ dashboard(slug: \"broken\") { data { panel(id: \"one\") { problem { detail } frame { rows } } } } }";
    let of_ann = asked(&world, &ann, query).await.to_string();
    assert!(
        !of_ann.contains("salar") && of_ann.contains("The database refused to answer"),
        "{of_ann}"
    );
    assert!(asked(&world, &root, query).await.to_string().contains("hidden_salaries"));
}
