//! How a server stops: within its time, whatever its clients do.

use super::process::{Process, rest, status, until};
use brisk_test_waiting::{LIMIT, eventually_blocking};
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;

#[test]
fn half_sent_and_silent_requests_do_not_keep_a_server_from_stopping() {
    let mut brisk = Process::start("[connections]\nheaders = \"1h\"\nidle = \"1h\"\n");
    let half = brisk.send("GET / HTTP/1.1\r\nHo");
    let silent = brisk.connect();
    let http2 = brisk.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    let mut idle = brisk.send("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    until(&mut idle, "ok\n");
    brisk.signal("TERM");
    assert_eq!(brisk.ended().code(), Some(0), "{}", brisk.log());
    drop((half, silent, http2));
}

#[test]
fn what_is_in_flight_is_answered_and_nobody_else_is_let_in() {
    let mut brisk = Process::start("");
    let mut form = brisk.form();
    brisk.signal("INT");
    eventually_blocking("nobody is let in any more", || {
        TcpStream::connect(("127.0.0.1", brisk.port)).is_err()
    });
    form.write_all(b"theme=dark").unwrap();
    let answer = rest(&mut form);
    assert_eq!(status(&answer), 303, "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert_eq!(brisk.ended().code(), Some(0));
}

#[test]
fn requests_that_wait_to_be_accepted_are_answered() {
    let mut brisk = Process::start("");
    brisk.signal("STOP");
    let request = "GET /d/sales HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut waiting: Vec<TcpStream> = (0..10).map(|_| brisk.send(request)).collect();
    brisk.signal("TERM");
    brisk.signal("CONT");
    for stream in &mut waiting {
        let answer = rest(stream);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer:.80} {}", brisk.log());
    }
    assert_eq!(brisk.ended().code(), Some(0));
}

#[test]
fn live_streams_are_told_to_come_back() {
    let mut brisk = Process::start("");
    let mut live = brisk.send("GET /d/sales/live HTTP/1.1\r\nhost: localhost\r\n\r\n");
    until(&mut live, "retry: 2000");
    brisk.signal("TERM");
    assert!(rest(&mut live).ends_with("0\r\n\r\n"), "the stream was cut off");
    assert_eq!(brisk.ended().code(), Some(0));
}

#[test]
fn what_does_not_end_is_cut_off() {
    let mut brisk = Process::start("[connections]\nbody = \"1h\"\nstop = \"300ms\"\n");
    let form = brisk.form();
    brisk.signal("TERM");
    assert_eq!(brisk.ended().code(), Some(0));
    assert!(brisk.log().contains("cut off"), "{}", brisk.log());
    drop(form);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    for (first, second, code) in [("TERM", "TERM", 143), ("TERM", "INT", 130), ("INT", "TERM", 143)]
    {
        let mut brisk = Process::start("[connections]\nbody = \"1h\"\nstop = \"1h\"\n");
        let form = brisk.form();
        brisk.signal(first);
        eventually_blocking("it is about to stop", || {
            TcpStream::connect(("127.0.0.1", brisk.port)).is_err()
        });
        brisk.signal(second);
        assert_eq!(brisk.ended().code(), Some(code), "{first} {second}");
        drop(form);
    }
}

#[test]
fn systemd_is_told_that_it_is_ready_lives_and_stops() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    let said = || {
        let mut buffer = [0; 256];
        let count = socket.recv(&mut buffer).expect("systemd is told something");
        String::from_utf8_lossy(&buffer[..count]).trim().to_owned()
    };
    let path = path.to_str().unwrap();
    let variables = [("NOTIFY_SOCKET", path), ("WATCHDOG_USEC", "200000")];
    let mut brisk = Process::start_with("", &variables, None);
    let first = [said(), said(), said()];
    assert_eq!(first.iter().filter(|said| *said == "READY=1").count(), 1, "{first:?}");
    assert_eq!(first.iter().filter(|said| *said == "WATCHDOG=1").count(), 2, "{first:?}");
    brisk.signal("TERM");
    while said() != "STOPPING=1" {}
    assert_eq!(brisk.ended().code(), Some(0));
}
