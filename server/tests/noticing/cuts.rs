//! A listener whose connection is lost while rows change: nothing stays stale once it is back.

use super::world::World;
use brisk_bench::servers::proxy::Proxy;
use brisk_server::noticing::reports::ListenerState;
use brisk_test_waiting::eventually;
use std::time::Duration;

/// Ends the sessions of listeners; the result is how many there were.
const TERMINATE: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                         where datname = current_database() \
                         and application_name = 'brisk, listening'";

#[tokio::test]
async fn nothing_stays_stale_after_connections_that_end_while_rows_change() {
    let Some(world) = World::new().await else { return };
    world.listen().await;
    let mut id = 100;
    for _ in 0..5 {
        world.until_listening().await;
        world.shown("orders").await;
        let lost = world.report().lost;
        // Some of these are notified before the cut, some during it, some after it.
        for cut in [false, true, false] {
            id += 1;
            world.write(&format!("insert into orders values ({id}, 1)")).await;
            if cut {
                assert!(world.number(TERMINATE).await >= 1);
            }
        }
        let noticed = async || world.report().lost > lost;
        eventually("the lost connection is noticed", noticed).await;
        world.until_true("orders").await;
        world.until_true("view").await;
    }
}

#[tokio::test]
async fn a_connection_that_dies_silently_is_noticed_by_its_heartbeat() {
    let mut proxy = None;
    let world = World::listening_at(async |url| {
        let port = url.rsplit(':').next().unwrap().split('/').next().unwrap();
        let before = Proxy::before(port.parse().unwrap()).await.unwrap();
        let through = url.replace(port, &before.port.to_string());
        proxy = Some(before);
        through
    });
    let Some(world) = world.await else { return };
    let proxy = proxy.unwrap();
    world.listen().await;
    world.shown("orders").await;
    // Nothing comes through any more, and no end of the connection either.
    proxy.delay(Duration::from_secs(3_600));
    world.write("insert into orders values (200, 4000)").await;
    let lost = async || matches!(world.report().state, ListenerState::Lost(..));
    eventually("the heartbeat is not answered", lost).await;
    let page = world.page("/admin/invalidation").await;
    assert!(page.contains("does not listen"), "the page says so: {page}");
    proxy.delay(Duration::ZERO);
    world.until_listening().await;
    world.until_true("orders").await;
}
