//! What somebody else has written into Redis: of another kind, of any length, cut off. It is no entry, costs no
//! memory, and is written over.

use crate::support::replica::{Text, clock, get, lookup, some, stored};
use crate::support::{self, Server};
use brisk_cache::{Cache, Config, Records, RedisConfig, State};
use brisk_domain::{ManualClock, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// More than any value that the caches of these tests keep, as it takes a single command to write.
const HUGE: usize = 64 << 20;
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn replica(config: &RedisConfig) -> Cache<Text> {
    let small = Config { jitter: 0.0, early: 0.0, max_value_bytes: 100_000, ..Config::default() };
    Cache::with_redis(small, clock(), config.clone()).unwrap()
}

/// The bytes that Redis has sent so far.
fn sent(server: &Server) -> usize {
    let text = server.command::<String>(&["INFO", "stats"]);
    let mut lines = text.lines();
    let line = lines.find_map(|line| line.strip_prefix("total_net_output_bytes:"));
    line.unwrap().trim().parse().unwrap()
}

fn keys(server: &Server, config: &RedisConfig, kind: &str) -> Vec<String> {
    let mut keys: Vec<String> = server.command(&["KEYS", &format!("{}{kind}*", config.prefix)]);
    keys.sort();
    keys
}

fn make_huge(server: &Server, key: &str) {
    server.command::<i64>(&["UNLINK", key]);
    server.command::<i64>(&["SETRANGE", key, &(HUGE - 1).to_string(), "x"]);
}

fn make_list(server: &Server, key: &str) {
    server.command::<i64>(&["UNLINK", key]);
    server.command::<i64>(&["RPUSH", key, "x", "y"]);
}

#[tokio::test]
async fn what_is_no_entry_is_loaded_anew_and_never_sent_where_it_is_longer_than_any() {
    let server = Server::start(&[]);
    let config = support::config(&server.url());
    let first = replica(&config);
    for name in NAMES {
        get(&first, name, "one").await;
    }
    stored(&first, 4).await;
    let entries = keys(&server, &config, "e:");
    assert_eq!(entries.len(), 4);
    make_huge(&server, &entries[0]);
    make_list(&server, &entries[1]);
    server.command::<String>(&["SET", &entries[2], "garbage"]);
    let whole: i64 = server.command(&["STRLEN", &entries[3]]);
    // Nothing of an entry is as long as its checksum says.
    server.command::<i64>(&["SETRANGE", &entries[3], &(whole - 1).to_string(), "xyz"]);
    let pointers = keys(&server, &config, "n:");
    make_huge(&server, &pointers[0]);
    make_list(&server, &pointers[1]);
    // Somebody else seems to load it.
    let lease = entries[0].replacen("e:", "l:", 1);
    make_huge(&server, &lease);
    server.command::<i64>(&["PEXPIRE", &lease, "300"]);

    let before = sent(&server);
    let second = replica(&config);
    // Also in the batch that asks for generations at the same time.
    second.tickets(&[support::replica::request("a")]).await;
    for name in NAMES {
        assert_eq!(&*get(&second, name, "two").await.entry.value, "two", "{name}");
    }
    stored(&second, 4).await;
    let third = replica(&config);
    for name in NAMES {
        assert_eq!(lookup(&third, name).await, some(State::Fresh, "two"), "{name}");
    }
    let bytes = sent(&server) - before;
    assert!(bytes < HUGE / 16, "Redis has sent {bytes} bytes");
    assert!(third.health().trouble.is_none());
}

#[tokio::test]
async fn generations_stamps_and_eras_that_are_none_are_replaced() {
    for forge in [make_huge, make_list] {
        let server = Server::start(&[]);
        let config = support::config(&server.url());
        let first = replica(&config);
        get(&first, "a", "one").await;
        stored(&first, 1).await;
        let of_generations = keys(&server, &config, "{g}");
        assert!(of_generations.len() >= 3, "{of_generations:?}");
        of_generations.iter().for_each(|key| forge(&server, key));
        let before = sent(&server);
        let second = replica(&config);
        assert_eq!(&*get(&second, "a", "two").await.entry.value, "two", "they were other ones");
        stored(&second, 1).await;
        assert_eq!(get(&first, "a", "three").await.state, State::Fresh);
        let bytes = sent(&server) - before;
        assert!(bytes < HUGE / 16, "Redis has sent {bytes} bytes");
        second.invalidate(&[support::replica::tag("table:orders")]).await.unwrap();
        assert_ne!(lookup(&first, "a").await.map(|(state, _)| state), Some(State::Fresh));
    }
}

#[tokio::test]
async fn records_that_are_none_are_trouble_or_begin_anew() {
    let server = Server::start(&[]);
    let config = support::config(&server.url());
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_700_000_000)));
    let records = Records::new(config.clone(), clock).unwrap();
    let key = |name: &str| format!("{}{name}", config.prefix);
    make_huge(&server, &key("session:x"));
    let before = sent(&server);
    let error = records.get("session", "x").await.unwrap_err();
    assert!(error.to_string().contains("longer than any record"), "{error}");
    assert!(sent(&server) - before < HUGE / 16);
    let life = Duration::from_secs(60);
    for garbage in ["many", "", "-7", "1e999999", &"9".repeat(1_000)] {
        server.command::<String>(&["SET", &key("access:x"), garbage]);
        assert_eq!(records.highest(("access", "x"), 5, life).await, Ok(5), "{garbage:.10}");
        server.command::<String>(&["SET", &key("hook:a"), garbage]);
        // Whatever it is, it is a number or none: never an error of the script.
        assert!(records.count(("hook", "a"), 5, life).await.is_ok(), "{garbage:.10}");
    }
}
