//! A listener through PgBouncer: in session mode it works, in transaction mode it reports what is wrong.

use super::world::World;
use brisk_bench::servers::pgbouncer::PgBouncer;
use brisk_server::noticing::reports::ListenerState;
use brisk_test_waiting::eventually;

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
