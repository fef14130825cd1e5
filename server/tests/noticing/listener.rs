//! Which changes PostgreSQL notifies of, and what is out of date then.

use super::world::World;
use brisk_server::noticing::reports::ListenerState;
use brisk_source::{TableKind, Tells, removal_sql, trigger_sql};
use brisk_test_waiting::eventually;

/// The connections of listeners.
const CONNECTIONS: &str = "select count(*) from pg_stat_activity where datname = current_database() \
                           and application_name = 'brisk, listening'";

#[tokio::test]
async fn every_kind_of_change_is_heard_and_only_what_reads_it_loads_again() {
    let Some(world) = World::new().await else { return };
    world.listen().await;
    for (sql, panels) in [
        ("insert into orders values (3, 4)", &["orders", "view"][..]),
        ("update orders set amount = 9 where id = 1", &["orders", "view"]),
        (
            "merge into orders using (values (4, 7)) as new (id, amount) on orders.id = new.id \
          when not matched then insert values (new.id, new.amount)",
            &["orders", "view"],
        ),
        ("insert into orders values (4, 8) on conflict (id) do update set amount = 8", &["orders"]),
        ("delete from orders where id = 1", &["orders", "lines", "view"]),
        ("insert into measures values (12, 3)", &["measures", "part"]),
        ("insert into measures_b values (13, 5)", &["measures", "part"]),
        ("update measures set at = 14, amount = 101 where at = 1", &["measures", "part"]),
        ("truncate measures_b", &["measures", "part"]),
        ("truncate orders cascade", &["orders", "lines", "view"]),
        (
            "begin; insert into orders values (1, 1); insert into lines values (1, 2); commit",
            &["orders", "lines", "view"],
        ),
    ] {
        let mut before = Vec::new();
        for panel in panels {
            before.push(world.shown(panel).await);
        }
        world.write(sql).await;
        for (panel, before) in panels.iter().zip(before) {
            assert_ne!(world.truth(panel).await, before, "{sql} changes {panel}");
            world.until_true(panel).await;
        }
    }
    // A change that is rolled back was never notified, and one of a table that nothing reads does no
    // harm.
    let (before, heard) = (world.shown("measures").await, world.report().heard);
    world.write("begin; insert into measures values (2, 1000); rollback").await;
    world.write("insert into orders values (50, 1)").await;
    world.until_true("orders").await;
    assert!(world.report().heard > heard);
    assert_eq!(world.shown("measures").await, before);
}

#[tokio::test]
async fn replicated_rows_are_heard_by_triggers_of_rows() {
    let Some(world) = World::new().await else { return };
    world.listen().await;
    world.shown("orders").await;
    // Logical replication fires no statement triggers.
    world.write("drop trigger brisk_tells on orders").await;
    world.write("set session_replication_role = replica; insert into orders values (8, 64)").await;
    world.until_heard(1).await;
    world.until_true("orders").await;
    // The row trigger costs other sessions nothing: it does not fire.
    world.write("set session_replication_role = origin; insert into orders values (9, 81)").await;
    world.write("insert into measures values (3, 1)").await;
    world.until_heard(2).await;
    let report = world.report();
    let (_, tables) = report.latest.unwrap();
    assert_eq!((report.heard, tables), (2, vec!["public.measures".to_owned()]));
}

#[tokio::test]
async fn the_sql_can_be_run_again_and_taken_back_and_the_page_says_what_is_told() {
    let Some(world) = World::new().await else { return };
    let before = world.told_tables().await;
    let names: Vec<String> = before.iter().map(brisk_source::ToldTable::path).collect();
    let expected = ["daily", "lines", "measures", "measures_a", "measures_b", "orders"];
    assert_eq!(names, expected.map(|name| format!("public.{name}")), "also behind views");
    assert!(before.iter().all(|table| table.tells == Tells::Nothing));
    let page = world.page("/admin/invalidation/sources/shop").await;
    assert!(page.contains("create trigger brisk_tells after insert"), "{page}");
    assert!(page.contains("refreshing it fires no trigger"), "{page}");
    assert!(world.page("/admin/invalidation").await.contains("0 of 5 tables"), "none yet");
    for _ in 0..2 {
        world.write(&trigger_sql(&world.told_tables().await)).await;
        let told = world.told_tables().await;
        let can_tell = told.iter().filter(|table| table.kind != TableKind::Materialized);
        assert!(can_tell.clone().count() == 5 && can_tell.clone().all(|table| table.is_told()));
    }
    world.until_listening().await;
    assert!(world.page("/admin/invalidation").await.contains("5 of 5 tables"), "all of them");
    // A partition that is added later has no trigger of its own.
    world.write("create table measures_c partition of measures for values from (20) to (30)").await;
    assert!(world.page("/admin/invalidation").await.contains("5 of 6 tables"), "the new one");
    world.write(&removal_sql(&world.told_tables().await)).await;
    assert!(world.told_tables().await.iter().all(|table| table.tells == Tells::Nothing));
    assert_eq!(
        world.number("select count(*) from pg_namespace where nspname = 'brisk_changes'").await,
        0
    );
}

#[tokio::test]
async fn a_listener_connects_once_there_are_triggers_and_invalidates_what_it_missed() {
    let Some(world) = World::new().await else { return };
    let waits = async || world.report().state == ListenerState::Idle;
    eventually("the listener waits for triggers", waits).await;
    assert_eq!(world.number(CONNECTIONS).await, 0);
    let before = world.shown("orders").await;
    world.make_triggers().await;
    // Nothing is listening to this.
    world.write("insert into orders values (20, 500)").await;
    assert_eq!(world.shown("orders").await, before);
    world.until_listening().await;
    world.until_true("orders").await;
    assert_eq!(world.number(CONNECTIONS).await, 1, "one, outside of the pool");
}

#[tokio::test]
async fn a_source_that_an_admin_replaces_or_removes_is_listened_to_as_long_as_it_is_there() {
    let Some(world) = World::new().await else { return };
    world.listen().await;
    world.write("insert into orders values (399, 3)").await;
    world.until_heard(1).await;
    world.replace(Some("2"));
    // The listener of the previous source ends; the new one has heard nothing yet.
    eventually("the listener begins anew", async || world.report().heard == 0).await;
    world.until_listening().await;
    world.shown("orders").await;
    world.write("insert into orders values (400, 3)").await;
    world.until_true("orders").await;
    world.replace(None);
    let is_gone = async || world.number(CONNECTIONS).await == 0;
    eventually("nobody listens to a source that is gone", is_gone).await;
    assert_eq!(world.noticing.reports().of(&world.name), None);
}
