//! Panels and a listener through PgBouncer: in session mode they work, in the others they say what is wrong.

use super::world::World;
use crate::fixture;
use brisk_bench::servers::pgbouncer::PgBouncer;
use brisk_domain::{ManualClock, SourceName, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::noticing::reports::ListenerState;
use brisk_server::router::router;
use brisk_source::{ConnectError, Limits, Source};
use brisk_store::{DatabaseUrl, Store, StoreError, StoreLocation};
use brisk_test_waiting::eventually;
use futures::future::join_all;
use std::sync::Arc;

/// PgBouncer in front of the server of `url`.
fn pgbouncer(url: &str, mode: &str) -> PgBouncer {
    let server = url.rsplit(':').next().unwrap().split('/').next().unwrap();
    PgBouncer::start(server.parse().unwrap(), mode, &["brisk"]).unwrap()
}

async fn world(mode: &str) -> Option<(World, PgBouncer)> {
    let mut pooler = None;
    let world = World::listening_at(async |url| {
        let server = url.rsplit(':').next().unwrap().split('/').next().unwrap().to_owned();
        let before = pgbouncer(url, mode);
        let through = url.replace(&server, &before.port.to_string());
        pooler = Some(before);
        through
    });
    let world = world.await?;
    Some((world, pooler?))
}

#[tokio::test]
async fn through_a_pooler_in_session_mode_changes_are_heard_also_after_a_cut() {
    let Some((world, _pooler)) = world("session").await else { return };
    world.listen().await;
    world.shown("orders").await;
    world.write("insert into orders values (300, 7)").await;
    world.until_true("orders").await;
    let lost = world.report().lost;
    let terminate = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                     where datname = current_database() \
                     and application_name = 'brisk, listening'";
    world.write("insert into orders values (301, 7)").await;
    assert!(world.number(terminate).await >= 1);
    world.write("insert into orders values (302, 7)").await;
    eventually("the cut is noticed", async || world.report().lost > lost).await;
    world.until_listening().await;
    world.until_true("orders").await;
}

#[tokio::test]
async fn a_pooler_in_transaction_mode_is_found_out_and_the_page_says_what_to_do() {
    let Some((world, _pooler)) = world("transaction").await else { return };
    world.make_triggers().await;
    let lost = async || {
        world.noticing.look_again();
        match world.report().state {
            ListenerState::Lost(_, why) => why.contains("listen_url"),
            _ => false,
        }
    };
    eventually("the listener finds that nothing comes through", lost).await;
    assert!(world.page("/admin/invalidation").await.contains("transaction mode"));
}

/// Forty panels at a time, each of which shows its own number.
const PANELS: usize = 40;

/// What the panels show over a source through PgBouncer: the status and the answer of each.
async fn shown_through(mode: &str) -> Option<(Vec<(u16, String)>, Result<(), ConnectError>)> {
    let url = brisk_test_stores::database().await?;
    let pooler = pgbouncer(&url, mode);
    let server = url.rsplit(':').next().unwrap().split('/').next().unwrap().to_owned();
    let through = url.replace(&server, &pooler.port.to_string());
    let folder = tempfile::tempdir().unwrap();
    let panels = (0..PANELS).map(|number| {
        format!(
            "[[panel]]\nid = \"p{number}\"\ntitle = \"P\"\nkind = \"stat\"\n\
             sql = \"select {number} + 700000 as n, (select count(*) from generate_series(1, 50000)) as counted\"\n"
        )
    });
    let top = "title = \"All\"\nsource = \"shop\"\n";
    let text = top.to_owned() + &panels.collect::<String>();
    std::fs::write(folder.path().join("all.toml"), text).unwrap();
    let name = SourceName::parse("shop").unwrap();
    let open = || Source::postgres(name.clone(), &through, 4, Limits::default()).unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(0)));
    let state = fixture::state(folder.path(), Sources::from([(name.clone(), open())]), clock);
    let app = router(state, folder.path());
    let asked = (0..PANELS).map(async |number| {
        let path = format!("/api/v1/dashboards/all/panels/p{number}");
        let (status, _, body) = fixture::ask(&app, fixture::get(&path, &[])).await;
        (status, String::from_utf8_lossy(&body).into_owned())
    });
    let shown = join_all(asked).await;
    Some((shown, open().about().await.map(|_| ())))
}

#[tokio::test]
async fn panels_through_a_pooler_in_session_mode_show_their_own_rows() {
    let Some((shown, about)) = shown_through("session").await else { return };
    for (number, (status, body)) in shown.into_iter().enumerate() {
        assert_eq!(status, 200, "{body}");
        assert!(body.contains(&format!("{}", number + 700_000)), "{number}: {body}");
    }
    assert_eq!(about, Ok(()));
}

/// They would get each other's rows: prepared statements of two clients have the same names.
#[tokio::test]
async fn a_source_through_a_pooler_that_shares_sessions_is_refused() {
    for mode in ["transaction", "statement"] {
        let Some((shown, about)) = shown_through(mode).await else { return };
        for (status, body) in shown {
            assert_eq!(status, 503, "{mode}: {body}");
        }
        assert_eq!(about, Err(ConnectError::SharedSessions), "{mode}");
        assert!(ConnectError::SharedSessions.to_string().contains("pool_mode = session"));
    }
}

/// Its records would be read through what another client has prepared.
#[tokio::test]
async fn a_store_through_a_pooler_that_shares_sessions_is_refused() {
    for mode in ["session", "transaction", "statement"] {
        let Some(url) = brisk_test_stores::database().await else { return };
        let pooler = pgbouncer(&url, mode);
        let server = url.rsplit(':').next().unwrap().split('/').next().unwrap().to_owned();
        let through = url.replace(&server, &pooler.port.to_string());
        let location = StoreLocation::Postgres(DatabaseUrl::parse(&through).unwrap());
        for opened in [Store::at(&location).await, Store::as_it_is(&location).await] {
            let error = opened.err();
            assert_eq!(error.is_none(), mode == "session", "{mode}: {error:?}");
            assert!(
                error.is_none_or(|error| matches!(error, StoreError::SharedSessions)),
                "{mode}"
            );
        }
    }
}
