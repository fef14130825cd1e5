//! A dbt run that is posted to a webhook: `target/run_results.json` as it is.

use super::{Delivery, SALES, World, settings};
use axum::body::Body;
use brisk_cache::{Cache, Config};
use brisk_server::hooks::dbt::MAX_BODY;
use http::StatusCode;
use serde_json::Value;

async fn world() -> World {
    let declared = settings(
        "[webhook.shop]\nsecret_env = \"SECRETS\"\nsource = \"shop\"\n\
         [webhook.narrow]\nsecret_env = \"SECRETS\"\nallow = [\"model:orders\"]\n",
    );
    let world =
        World::with(|clock| Cache::in_memory(Config::default(), clock), &declared, None).await;
    let dashboard = SALES.replace("etl:nightly", "model:revenue");
    std::fs::write(world.folder.path().join("sales.toml"), dashboard).unwrap();
    world
}

/// What dbt writes about a run of these models, each with its status; `more` bytes longer than
/// necessary.
fn results(models: &[(&str, &str)], more: usize) -> String {
    let results: Vec<String> = models
        .iter()
        .map(|(model, status)| {
            format!(
                "{{\"status\": \"{status}\", \"unique_id\": \"model.shop.{model}\", \"timing\": [], \
                 \"relation_name\": \"\\\"prod\\\".\\\"main\\\".\\\"{model}\\\"\", \
                 \"compiled_code\": \"{}\"}}",
                "x".repeat(more / models.len().max(1))
            )
        })
        .collect();
    format!(
        "{{\"metadata\": {{\"dbt_schema_version\": \
         \"https://schemas.getdbt.com/dbt/run-results/v6.json\"}}, \"results\": [{}]}}",
        results.join(", ")
    )
}

#[tokio::test]
async fn models_that_were_built_make_their_panels_load_again() {
    let world = world().await;
    assert_eq!(world.total().await, 1);
    world.change("insert into orders values (10)").await;
    for (models, total) in [
        (&[("orders", "error"), ("revenue", "skipped")][..], 1),
        (&[("orders", "success"), ("revenue", "error")], 11),
    ] {
        let (status, _, answer) = world.deliver(&results(models, 0)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(world.total().await, total, "{models:?}");
    }
    world.change("insert into orders values (100)").await;
    let (_, _, answer) = world.deliver(&results(&[("revenue", "success")], 0)).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let tags = ["table:shop.main.revenue", "table:shop.revenue", "model:revenue"];
    assert_eq!(answer["invalidated"], serde_json::json!(tags));
    let nothing = world.deliver(&results(&[], 0)).await;
    assert_eq!(nothing.0, StatusCode::OK, "a run that has built nothing is no mistake");
}

#[tokio::test]
async fn a_long_run_is_taken_where_its_source_is_known_and_bounded() {
    let world = world().await;
    let long = results(&[("orders", "success")], 300_000);
    assert_eq!(world.deliver(&long).await.0, StatusCode::OK);
    let narrow = |body: &str| Delivery { hook: "narrow", ..Delivery::of(body) }.request();
    assert_eq!(world.ask(narrow(&long)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let short = results(&[("orders", "success")], 0);
    assert_eq!(world.ask(narrow(&short)).await.0, StatusCode::OK, "a model tag needs no source");
    let other = results(&[("lines", "success")], 0);
    assert_eq!(world.ask(narrow(&other)).await.0, StatusCode::FORBIDDEN);
    // Long bodies are for dbt only, and limited for everybody.
    let tags = format!("{{\"tags\": [\"all\"], \"x\": \"{}\"}}", "x".repeat(100_000));
    assert_eq!(world.deliver(&tags).await.0, StatusCode::BAD_REQUEST);
    let too_long = results(&[("orders", "success")], MAX_BODY);
    let (status, _, answer) = world.deliver(&too_long).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{answer}");
    let mut unsigned = Delivery::of("").request();
    *unsigned.body_mut() = Body::from(vec![b'x'; MAX_BODY + 1]);
    assert_eq!(world.ask(unsigned).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}
