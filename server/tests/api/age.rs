//! How old a value that a program gets may be.

use super::world::{TOTAL, world};
use crate::fixture::write;

#[tokio::test]
async fn a_program_waits_for_the_current_value_unless_it_takes_an_older_one() {
    for tag in [None, Some("table:shop.orders")] {
        let world = world().await;
        world.get(TOTAL).await;
        write(&world.database, "insert into orders values (1321012801, 10000, 'France', 'low')")
            .await;
        world.clock.advance(if tag.is_some() { 30 } else { 61 });
        if let Some(tag) = tag {
            world.invalidate(tag).await;
        }
        let state = if tag.is_some() { "previous" } else { "stale" };
        let old = serde_json::json!([1250]);
        // Not that old.
        let query = format!("{TOTAL}?max-stale=100");
        let stale = world.get(&query).await;
        assert_eq!((stale.state(), stale.cells("revenue")), (state.into(), old), "{tag:?}");
        let age = if tag.is_some() { 30 } else { 61 };
        assert_eq!(stale.json()["panel"]["freshness"]["age"], age);
        let line = format!("{state};as_of=\"2011-11-16T12:00:00Z\";age={age}");
        assert_eq!(stale.header("brisk-freshness"), line);
        // Both statements are loaded after the answer.
        world.loaded(4).await;
        let current = world.get(&query).await;
        assert_eq!(current.state(), "fresh");
        assert_eq!(current.cells("revenue"), serde_json::json!([11_250]));
        assert_ne!(current.header("etag"), stale.header("etag"));
        assert_eq!(world.loads(), 4);
    }
}

#[tokio::test]
async fn how_old_a_value_may_be_is_counted_in_seconds() {
    let cases = [
        ("", "", "fresh"),
        ("?max-stale=60", "", "fresh"),
        ("?max-stale=61", "", "stale"),
        ("", "max-stale=60", "fresh"),
        ("", "max-stale=61", "stale"),
        ("", "max-stale", "stale"),
        ("?max-stale=60", "max-stale", "fresh"),
    ];
    for (query, header, state) in cases {
        let world = world().await;
        world.get(TOTAL).await;
        world.clock.advance(61);
        let answer = world.get_with(&format!("{TOTAL}{query}"), &[("cache-control", header)]).await;
        assert_eq!(answer.state(), state, "{query} {header}");
    }
}
