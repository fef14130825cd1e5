//! What somebody has written into the cache's Redis as it has to be: frames that no database gave.

use crate::fixture::{ask, get};
use crate::shared_cache::{Replica, write};
use brisk_bench::servers::redis::Redis;
use brisk_cache::{Entry, EntryKey, encoding};
use brisk_domain::{Column, Date, Frame, Timestamp, Values, WallTime};
use brisk_engine::encoding::Cached;
use brisk_test_waiting::eventually;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const KINDS: [&str; 10] =
    ["stat", "gauge", "table", "bar", "donut", "line", "area", "scatter", "heatmap", "histogram"];

fn frames() -> Vec<(&'static str, Frame)> {
    let frame = |columns: Vec<Values>| {
        let named = columns.into_iter().enumerate();
        Frame::new(named.map(|(at, values)| Column { name: format!("c{at}"), values }).collect())
            .unwrap()
    };
    let texts =
        |texts: &[&str]| Values::Text(texts.iter().map(|text| Some((*text).to_owned())).collect());
    let times = || Values::Time([i64::MIN, 0, i64::MAX].map(|at| Some(Timestamp(at))).into());
    let numbers = || Values::Int([i64::MIN, 0, i64::MAX].map(Some).into());
    let floats = || Values::Float([f64::NEG_INFINITY, f64::NAN, f64::MAX].map(Some).into());
    vec![
        ("no columns", frame(vec![])),
        ("no rows", frame(vec![Values::Int(vec![]), Values::Text(vec![])])),
        (
            "nothing",
            frame(vec![
                Values::Text(vec![None]),
                Values::Time(vec![None]),
                Values::Float(vec![None]),
            ]),
        ),
        ("texts", frame(vec![texts(&["a", "b"]), texts(&["", "c"]), texts(&["1", "2"])])),
        ("extremes", frame(vec![times(), numbers(), floats()])),
        ("extremes of another order", frame(vec![numbers(), floats(), times()])),
        (
            "dates",
            frame(vec![
                Values::Date([i32::MIN, 0, i32::MAX].map(|day| Some(Date(day))).into()),
                Values::WallTime([i64::MIN, 0, i64::MAX].map(|at| Some(WallTime(at))).into()),
            ]),
        ),
        (
            "booleans",
            frame(vec![
                Values::Bool(vec![Some(true), None]),
                Values::Bool(vec![None, Some(false)]),
            ]),
        ),
        ("many columns", frame((0..1_000).map(|at| Values::Int(vec![Some(at)])).collect())),
        ("a long text", frame(vec![texts(&[&"x".repeat(1 << 20)]), Values::Int(vec![Some(1)])])),
    ]
}

/// Writes bytes, as which texts do not go.
fn set(redis: &Redis, key: &str, bytes: &[u8]) {
    let mut stream = TcpStream::connect(("127.0.0.1", redis.port)).unwrap();
    let head = format!("*3\r\n$3\r\nSET\r\n${}\r\n{key}\r\n${}\r\n", key.len(), bytes.len());
    stream.write_all(&[head.as_bytes(), bytes, b"\r\n"].concat()).unwrap();
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+OK\r\n");
}

/// The key of an entry, from its name in Redis.
fn key(name: &str) -> EntryKey {
    let digits = name.rsplit(':').next().unwrap();
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    EntryKey::from_bytes(&(0..digits.len()).step_by(2).map(byte).collect::<Vec<u8>>()).unwrap()
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts panics of the program from now on, on whatever thread; tests have their own.
fn count_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let is_ours = |file: &str| file.contains("src/") && !file.contains("test-waiting");
        if info.location().is_some_and(|place| is_ours(place.file())) {
            PANICS.fetch_add(1, Ordering::SeqCst);
        }
        before(info);
    }));
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_no_database_gave_are_shown_or_refused_and_nothing_breaks() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let redis = Redis::start(&[]).unwrap();
    write(&folder, redis.port);
    let panels = KINDS.map(|kind| {
        let max = if kind == "gauge" { "max = 10.0\n" } else { "" };
        format!("[[panel]]\nid = \"{kind}\"\ntitle = \"A\"\nkind = \"{kind}\"\n{max}sql = \"select 1 as a, 2 as b, '{kind}' as c from visits\"\n")
    });
    let text = format!("title = \"Forged\"\nsource = \"shop\"\n{}", panels.concat());
    std::fs::write(folder.path().join("dashboards/forged.toml"), text).unwrap();
    let first = Replica::start(&folder);
    assert_eq!(ask(&first.app, get("/api/v1/dashboards/forged/data", &[])).await.0, 200);
    let is_stored = async || first.engine.loader().cache().statistics().tiers.stored >= 10;
    eventually("all frames are in Redis", is_stored).await;
    let names: Vec<String> = redis.command(&["KEYS", "test:e:*"]).unwrap();
    count_panics();
    let mut wrong: Vec<String> = Vec::new();
    for (what, frame) in frames() {
        for name in &names {
            let key = key(name);
            let at = Timestamp::from_seconds(1_260_363_600);
            let last = Timestamp(i64::MAX);
            let (load_time, value) = (Duration::MAX, Cached::from(frame.clone()));
            let entry = Entry {
                value,
                stored_at: at,
                load_time,
                fresh_until: last,
                usable_until: last,
                key,
            };
            set(&redis, name, &encoding::encode(&entry));
        }
        let next = Replica::start(&folder);
        let mut paths: Vec<String> = KINDS
            .iter()
            .flat_map(|kind| {
                [
                    format!("/d/forged/p/{kind}"),
                    format!("/d/forged/p/{kind}?cache=1"),
                    format!("/api/v1/dashboards/forged/panels/{kind}.csv"),
                ]
            })
            .collect();
        paths.push("/d/forged".to_owned());
        paths.push("/api/v1/dashboards/forged/data".to_owned());
        for path in &paths {
            let (status, _, body) = ask(&next.app, get(path, &[])).await;
            if ![200, 502].contains(&status) || body.len() > 64 << 20 {
                wrong.push(format!("{what} {path}: {status}, {} bytes", body.len()));
            }
        }
        let figures = next.engine.loader().cache().statistics();
        assert!(figures.tiers.shared_hits >= 10, "{what}: they were not taken: {figures:?}");
    }
    assert_eq!((PANICS.load(Ordering::SeqCst), wrong), (0, Vec::new()));
}
