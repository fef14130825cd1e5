//! Counters that processes share in Redis: never above the limit, and never kept for ever.

use crate::support::{self, Server};
use brisk_cache::{BucketSize, Records, RedisConfig};
use brisk_domain::{ManualClock, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);
const LIFE: Duration = Duration::from_secs(60);

fn records(server: &Server) -> Arc<Records> {
    Arc::new(Records::new(config(&server.url()), Arc::new(ManualClock::at(NOW))).unwrap())
}

fn config(url: &str) -> RedisConfig {
    RedisConfig { prefix: "brisk:".into(), ..support::config(url) }
}

#[tokio::test]
async fn of_many_at_the_same_moment_so_many_are_counted_and_no_more() {
    let server = Server::start(&[]);
    let (one, two) = (records(&server), records(&server));
    let mut asked = JoinSet::new();
    for n in 0..40 {
        let records = Arc::clone(if n % 2 == 0 { &one } else { &two });
        asked.spawn(async move { records.count(("hook", "shop@1"), 7, LIFE).await.unwrap() });
    }
    let counted = asked.join_all().await.into_iter().filter(|is_counted| *is_counted).count();
    assert_eq!(counted, 7);
    assert!(one.count(("hook", "shop@2"), 7, LIFE).await.unwrap(), "another minute");
    assert!(two.count(("hook", "stock@1"), 7, LIFE).await.unwrap(), "another webhook");
    let left: i64 = server.command(&["PTTL", "brisk:hook:shop@1"]);
    assert!(left > 0, "it is forgotten");
}

#[tokio::test]
async fn tokens_are_taken_by_all_owed_where_nobody_asked_and_come_back() {
    let server = Server::start(&[]);
    let (one, two) = (records(&server), records(&server));
    // So slowly that even the slowest machine sees none come back.
    let size = BucketSize { most: 10.0, each_second: 0.000_1 };
    let ann = ("views", "ann");
    let whole = |left: f64| left.round() as i64;
    assert_eq!(whole(one.take(ann, size, 0.0, false).await.unwrap()), 10, "only asked");
    assert_eq!(whole(one.take(ann, size, 4.0, true).await.unwrap()), 6);
    assert_eq!(whole(two.take(ann, size, 7.0, true).await.unwrap()), -1, "none of them is taken");
    assert_eq!(whole(two.take(ann, size, 7.0, false).await.unwrap()), -1, "all of them are owed");
    assert_eq!(whole(one.take(ann, size, 1_000.0, false).await.unwrap()), -10, "not for ever");
    assert_eq!(whole(one.take(("views", "ben"), size, 1.0, true).await.unwrap()), 9);
    // They come back by the clock; what is full is forgotten.
    let size = BucketSize { most: 10.0, each_second: 2.0 };
    let clock = Arc::new(ManualClock::at(NOW));
    let three = Records::new(config(&server.url()), clock.clone()).unwrap();
    assert_eq!(whole(three.take(("views", "eve"), size, 9.0, true).await.unwrap()), 1);
    clock.advance(2);
    assert_eq!(whole(three.take(("views", "eve"), size, 0.0, true).await.unwrap()), 5);
    // A clock that is behind takes nothing back.
    assert_eq!(whole(one.take(("views", "eve"), size, 1.0, true).await.unwrap()), 4);
    clock.advance(60);
    assert_eq!(whole(three.take(("views", "eve"), size, 0.0, true).await.unwrap()), 10);
    assert_eq!(server.command::<i64>(&["EXISTS", "brisk:views:eve"]), 0);
    let left: i64 = server.command(&["PTTL", "brisk:views:ann"]);
    assert!(left > 0, "it is forgotten when it would be full");
}

#[tokio::test]
async fn what_others_hold_is_added_up_and_a_process_that_has_died_holds_nothing() {
    let server = Server::start(&[]);
    let later = Arc::new(ManualClock::at(NOW));
    let one = Records::new(config(&server.url()), later.clone()).unwrap();
    let two = records(&server);
    let ann = ("pages", "ann");
    assert_eq!(one.hold(ann, "a", 3, LIFE).await.unwrap(), 0);
    assert_eq!(two.hold(ann, "b", 2, LIFE).await.unwrap(), 3);
    assert_eq!(two.hold(ann, "c", 1, Duration::from_secs(1)).await.unwrap(), 5);
    later.advance(2);
    assert_eq!(one.hold(ann, "a", 4, LIFE).await.unwrap(), 2, "c has said nothing since");
    assert_eq!(one.hold(ann, "a", 0, LIFE).await.unwrap(), 2);
    assert_eq!(two.hold(ann, "b", 2, LIFE).await.unwrap(), 0);
    assert_eq!(two.hold(ann, "b", 0, LIFE).await.unwrap(), 0);
    assert_eq!(server.command::<i64>(&["EXISTS", "brisk:pages:ann"]), 0);
}

#[tokio::test]
async fn the_highest_number_stays() {
    let server = Server::start(&[]);
    let (one, two) = (records(&server), records(&server));
    let store = ("access", "x");
    assert_eq!(one.highest(store, 9, LIFE).await.unwrap(), 9);
    assert_eq!(two.highest(store, 10, LIFE).await.unwrap(), 10);
    assert_eq!(one.highest(store, 9, LIFE).await.unwrap(), 10);
    let large = i64::MAX - 1;
    assert_eq!(one.highest(store, large, LIFE).await.unwrap(), large, "beyond Lua's numbers");
    assert_eq!(two.highest(store, large - 1, LIFE).await.unwrap(), large);
    assert_eq!(two.highest(store, large + 1, LIFE).await.unwrap(), large + 1);
}

#[tokio::test]
async fn a_user_who_may_use_records_may_count() {
    let acl = "user default on nopass ~brisk:* &brisk:* +ping +get +set +mget +del +unlink +expire \
               +pexpire +publish +subscribe +unsubscribe +eval +evalsha +script|load +multi +exec";
    let server = Server::start(&[]);
    let words: Vec<&str> =
        ["ACL", "SETUSER", "small"].into_iter().chain(acl.split(' ').skip(2)).collect();
    server.command::<String>(&words);
    let url = server.url().replace("redis://", "redis://small:any@");
    let records = Records::new(config(&url), Arc::new(ManualClock::at(NOW))).unwrap();
    assert!(records.count(("hook", "a@1"), 1, LIFE).await.unwrap());
    let size = BucketSize { most: 2.0, each_second: 1.0 };
    records.take(("views", "ann"), size, 1.0, false).await.unwrap();
    records.hold(("pages", "ann"), "a", 1, LIFE).await.unwrap();
    records.highest(("access", "x"), 1, LIFE).await.unwrap();
}

#[tokio::test]
async fn a_record_is_prolonged_where_it_is_and_not_made() {
    let server = Server::start(&[]);
    let (one, two) = (records(&server), records(&server));
    let mark = ("mark", "a");
    assert!(!one.prolong(mark, LIFE).await.unwrap(), "there is none");
    assert_eq!(server.command::<i64>(&["EXISTS", "brisk:mark:a"]), 0, "and still none");
    assert!(one.replace(mark, None, "", LIFE).await.unwrap());
    assert!(two.prolong(mark, 10 * LIFE).await.unwrap());
    let left: i64 = server.command(&["PTTL", "brisk:mark:a"]);
    assert!(left > 60_000, "{left}");
    let _: String = server.command(&["FLUSHALL"]);
    assert!(!two.prolong(mark, LIFE).await.unwrap(), "it was lost");
}
