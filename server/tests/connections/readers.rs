//! Readers who ask for much and take little or nothing of it.

use super::process::{Process, rest, status};
use brisk_test_waiting::eventually_blocking;
use std::io::{Read as _, Write as _};
use std::time::Duration;

/// Some 700 KB.
const CSV: &str = "/api/v1/dashboards/sales/panels/rows.csv";

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}

#[test]
fn a_table_that_is_taken_byte_by_byte_is_ended() {
    let brisk = Process::start("[connections]\nwrite = \"1s\"\nleast_rate = \"4 KiB\"\n");
    let length = brisk.get(CSV).len();
    let mut reader = brisk.send(&get(CSV));
    let mut one = [0];
    let mut come = 0;
    eventually_blocking("it is ended", || {
        std::thread::sleep(Duration::from_millis(5));
        come += reader.read(&mut one).unwrap_or(0);
        brisk.figure("connections_slow_total") + brisk.figure("connections_write_total") > 0
    });
    assert!(come < length / 2, "{come} of {length} bytes came");
    eventually_blocking("nothing is held", || brisk.figure("unsent_bytes") == 0);
}

#[test]
fn of_requests_in_a_row_whose_answers_nobody_reads_one_is_answered_at_a_time() {
    let brisk = Process::start("[connections]\nwrite = \"2s\"\n");
    let length = brisk.get(CSV).len() as u64;
    let before = brisk.memory();
    let mut readers: Vec<_> = (0..20).map(|_| brisk.connect()).collect();
    for reader in &mut readers {
        reader.write_all(get(CSV).repeat(500).as_bytes()).unwrap();
    }
    let (mut held, mut most) = (0, before);
    eventually_blocking("they are ended", || {
        held = brisk.figure("unsent_bytes").max(held);
        most = brisk.memory().max(most);
        brisk.figure("connections_write_total") >= 20
    });
    assert!(held <= length, "{held} bytes of {length} are held");
    assert!(most < before + (64 << 20), "{before} {most}");
}

#[test]
fn a_head_has_no_body_and_ranges_ask_for_no_more_than_there_is() {
    let brisk = Process::start("");
    brisk.add_asset("long", 1 << 20);
    let end = "host: localhost\r\nconnection: close\r\n";
    let csv = brisk.get(CSV);
    for path in [CSV, "/assets/long", "/d/sales"] {
        let mut head = brisk.send(&format!("HEAD {path} HTTP/1.1\r\n{end}\r\n"));
        let head = rest(&mut head);
        assert!(status(&head) == 200 && head.ends_with("\r\n\r\n"), "{path}: {head}");
    }
    let many = "0-,".repeat(10_000);
    let overlapping = (0..2_000).map(|at| format!("{at}-1000000,")).collect::<String>();
    for (path, whole) in [(CSV, csv.len() + 1_000), ("/assets/long", (1 << 20) + 1_000)] {
        for range in ["0-0", "0-", "-1", "5-1", "x", many.as_str(), overlapping.as_str()] {
            let range = range.trim_end_matches(',');
            let ask = format!("GET {path} HTTP/1.1\r\n{end}range: bytes={range}\r\n\r\n");
            let answer = rest(&mut brisk.send(&ask));
            let begun = range.chars().take(20).collect::<String>();
            assert!([200, 206, 416].contains(&status(&answer)), "{path} {begun}: {answer:.300}");
            assert!(answer.len() <= whole, "{path} {begun}: {} bytes", answer.len());
        }
    }
}
