//! A database that can do one thing at a time, and a page of twenty panels.

use super::world::READER;
use brisk_bench::servers::brisk::Deployment;
use brisk_bench::servers::postgres::Postgres;
use brisk_test_waiting::wait_for;
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn no_panel_of_a_page_fails_because_the_others_keep_the_database_busy() {
    let postgres = Postgres::start().await.unwrap();
    // As on a machine with one core: each takes half a second of the time shared by all.
    postgres
        .execute(
            "create function work(value bigint) returns bigint language plpgsql as \
             'begin perform pg_advisory_xact_lock(1); perform pg_sleep(0.5); return value; end'",
        )
        .await
        .unwrap();
    let mut dashboard = "title = \"Ten years\"\nsource = \"small\"\n".to_owned();
    for panel in 0..20 {
        let _ = write!(
            dashboard,
            "[[panel]]\nid = \"p{panel}\"\ntitle = \"{panel}\"\nkind = \"stat\"\n\
             sql = \"select work({panel}) as n\"\n"
        );
    }
    let deployment = Deployment {
        program: Path::new(env!("CARGO_BIN_EXE_brisk")).to_owned(),
        // Eight at a time would take four seconds each.
        configuration: format!(
            "[source.small]\nurl = \"{}\"\nconnections = 8\ntimeout = \"3s\"\n\
             functions = [\"public.work\"]\n",
            postgres.url()
        ),
        dashboards: vec![("years.toml".into(), dashboard)],
    };
    let brisk = deployment.start().unwrap();
    let path = "/api/v1/dashboards/years/data";
    let answer = super::world::ask(brisk.port, READER, path, "");
    let answer = wait_for("the whole page is loaded", answer).await;
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    let panels = answer["panels"].as_array().unwrap();
    let problems: Vec<&Value> =
        panels.iter().map(|panel| &panel["problem"]).filter(|problem| !problem.is_null()).collect();
    assert_eq!((panels.len(), problems.len()), (20, 0), "{problems:?}");
}
