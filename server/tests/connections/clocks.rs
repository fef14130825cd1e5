//! How long each step of a connection may take.

use super::process::{Process, rest, status, until};
use brisk_test_waiting::eventually_blocking;
use std::io::Write;
use std::thread::sleep;
use std::time::Duration;

/// One short step, and the others too long to be the reason.
fn limits(step: &str) -> String {
    let steps = ["headers", "body", "idle", "write"];
    let lines = steps.map(|key| {
        let time = if key == step { "300ms" } else { "1h" };
        format!("{key} = \"{time}\"\n")
    });
    format!("[connections]\n{}", lines.concat())
}

#[test]
fn silent_connections_and_headers_that_do_not_end_are_ended() {
    let brisk = Process::start(&limits("headers"));
    let (mut silent, mut half) = (brisk.connect(), brisk.send("GET / HTTP/1.1\r\nHo"));
    assert_eq!(rest(&mut silent), "");
    assert_eq!(rest(&mut half), "");
    // A byte now and then gains no time, whatever it begins.
    let http2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\x3f\0\x01\0\0\0\0\x01";
    for beginning in ["GET / HTTP/1.1\r\nhost: localhost\r\nx: ", http2] {
        let mut slow = brisk.send(beginning);
        eventually_blocking("the server ends slow headers", || {
            sleep(Duration::from_millis(20));
            slow.write_all(b"x").is_err()
        });
    }
    // So do the headers of a second request.
    let mut second = brisk.send("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    until(&mut second, "ok\n");
    second.write_all(b"GET /healthz HT").unwrap();
    assert_eq!(rest(&mut second), "");
    eventually_blocking("they are counted", || brisk.figure("connections_headers_total") >= 5);
}

#[test]
fn a_connection_that_has_been_idle_for_too_long_is_ended_and_others_are_not() {
    let brisk = Process::start(&limits("idle"));
    let mut idle = brisk.send("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert!(rest(&mut idle).ends_with("ok\n"));
    let brisk = Process::start(&limits("headers"));
    let mut kept = brisk.connect();
    for _ in 0..3 {
        kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
        until(&mut kept, "ok\n");
        // Longer than headers may take: this is no header.
        sleep(Duration::from_millis(400));
    }
}

#[test]
fn a_body_that_does_not_arrive_is_answered_with_408() {
    let brisk = Process::start(&limits("body"));
    for head in ["content-length: 100", "transfer-encoding: chunked"] {
        let mut half = brisk.send(&format!(
            "POST /theme HTTP/1.1\r\nhost: localhost\r\n\
             content-type: application/x-www-form-urlencoded\r\n{head}\r\n\r\n5\r\nthe"
        ));
        let answer = rest(&mut half);
        assert_eq!(status(&answer), 408, "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
        assert!(answer.ends_with("did not arrive within 0.3 s.\n"), "{answer}");
    }
    // A body that is not read for the answer keeps nothing open either.
    let mut unread =
        brisk.send("GET /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nxx");
    assert!(rest(&mut unread).contains("200 OK"));
}

#[test]
fn a_body_that_arrives_in_time_has_as_long_as_it_takes_to_answer() {
    let brisk = Process::start("");
    let mut form = brisk.send(
        "POST /theme HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 26\r\n\r\ntheme=dark",
    );
    form.write_all(b"&back=/d/sales/x").unwrap();
    let answer = rest(&mut form);
    assert_eq!(status(&answer), 303, "{answer}");
    assert!(answer.contains("location: /d/sales/x\r\n"), "{answer}");
}

#[test]
fn readers_that_do_not_read_are_ended_and_leave_no_memory_behind() {
    let brisk = Process::start("[connections]\nwrite = \"2s\"\n");
    let path = "/api/v1/dashboards/sales/data";
    let whole = brisk.get(path).len() as u64;
    assert!(whole > 500_000, "{whole} bytes are too few to see");
    // A different one each time: the same answer would be in memory once.
    let request = |n: u32| {
        let range = format!("range=last-{}-days", n + 2);
        format!("GET {path}?{range} HTTP/1.1\r\nhost: localhost\r\n\r\n")
    };
    let before = brisk.memory();
    let readers: Vec<_> = (0..60).map(|n| brisk.send(&request(n))).collect();
    let mut most = 0;
    eventually_blocking("they are ended", || {
        most = brisk.memory().max(most);
        brisk.figure("connections_write_total") == 60
    });
    assert!(most > before + 10 * whole, "they were not served: {before} {most} {whole}");
    eventually_blocking("their memory is given back", || {
        brisk.memory() < before + (most - before) / 2
    });
    drop(readers);
}

#[test]
fn a_reader_that_reads_slowly_gets_everything() {
    let brisk = Process::start("[connections]\nwrite = \"5s\"\nidle = \"1s\"\n");
    brisk.add_asset("long", 8 << 20);
    let mut reader = brisk.send("GET /assets/long HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let mut come = 0;
    let mut buffer = vec![0; 64 << 10];
    while come < 8 << 20 {
        sleep(Duration::from_millis(15));
        let count = std::io::Read::read(&mut reader, &mut buffer).unwrap();
        assert!(count > 0, "it ended after {come} bytes");
        come += count;
    }
}
