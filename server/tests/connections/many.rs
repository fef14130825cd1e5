//! More connections than are allowed.

use super::process::{Process, rest, status, until};
use brisk_test_waiting::eventually_blocking;
use std::net::TcpStream;

const LIVE: &str = "GET /d/sales/live HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[test]
fn silent_connections_give_way_to_readers() {
    let brisk = Process::start("[connections]\nmost = 20\nheaders = \"1h\"\n");
    let mut silent: Vec<TcpStream> = Vec::new();
    for round in 0..10 {
        silent.extend((0..20).map(|_| brisk.send("GET / HT")));
        assert_eq!(status(&brisk.get("/d/sales")), 200, "round {round}");
        assert_eq!(status(&brisk.get("/healthz")), 200, "round {round}");
    }
    assert!(brisk.figure("connections_gave_way_total") >= 180);
    assert!(brisk.figure("open_connections") <= 30);
    // The first ones are gone.
    assert_eq!(rest(&mut silent[0]), "");
}

#[test]
fn while_all_connections_are_busy_health_is_told_and_others_are_sent_away() {
    let brisk = Process::start("[connections]\nmost = 4\n");
    let busy: Vec<TcpStream> = (0..4).map(|_| brisk.form()).collect();
    let refused = brisk.get("/d/sales");
    assert_eq!(status(&refused), 503, "{refused}");
    assert!(refused.contains("retry-after: 5\r\n") && refused.contains("connection: close\r\n"));
    for _ in 0..100 {
        assert_eq!(status(&brisk.get("/healthz")), 200);
    }
    let ready = brisk.get("/readyz");
    assert_eq!(status(&ready), 200, "{ready}");
    assert!(ready.contains("connection: close\r\n"), "it keeps no place");
    drop(busy);
    eventually_blocking("there is room again", || status(&brisk.get("/d/sales")) == 200);
}

#[test]
fn open_pages_leave_room_for_others() {
    let brisk = Process::start("[connections]\nmost = 10\n");
    let mut live: Vec<TcpStream> = (0..8).map(|_| brisk.send(LIVE)).collect();
    for stream in &mut live {
        until(stream, "retry: 2000");
    }
    let refused = rest(&mut brisk.send(&LIVE.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n")));
    assert!(status(&refused) == 503 && refused.contains("Too many pages are open"), "{refused}");
    assert_eq!(status(&brisk.get("/d/sales")), 200);
}

#[test]
fn a_server_without_files_left_neither_ends_nor_stays_deaf() {
    // 80 % of the limit are more than it has left beside its own files.
    let brisk = Process::start_with("[connections]\nheaders = \"1h\"\n", &[], Some(64));
    let crowd: Vec<TcpStream> = (0..300).map(|_| brisk.connect()).collect();
    eventually_blocking("health is told among the crowd", || {
        let mut asking =
            brisk.send("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        rest(&mut asking).contains("200 OK")
    });
    drop(crowd);
    eventually_blocking("pages are there again", || {
        brisk.get("/d/sales").starts_with("HTTP/1.1 200")
    });
}
