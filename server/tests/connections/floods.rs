//! HTTP/2 as attackers speak it: frame by frame.

use super::process::{Process, status};
use brisk_test_waiting::{LIMIT, eventually_blocking};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread::{JoinHandle, sleep};
use std::time::Duration;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const PRIORITY: u8 = 2;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), contents].concat()
}

/// The headers of `GET path`, without a table.
fn get(path: &str) -> Vec<u8> {
    headers(0x82, path)
}

fn headers(method: u8, path: &str) -> Vec<u8> {
    let text = |name: u8, value: &str| [&[name, value.len() as u8], value.as_bytes()].concat();
    // `:method`, `:scheme http`, `:path`, `:authority`.
    [vec![method, 0x86], text(0x04, path), text(0x01, "localhost")].concat()
}

/// Reads until headers of that stream have come; whether they have.
fn is_answered(stream: &mut TcpStream, number: u32) -> bool {
    let mut head = [0; 9];
    while stream.read_exact(&mut head).is_ok() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut contents = vec![0; length as usize];
        let of = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        match stream.read_exact(&mut contents) {
            Ok(()) if (head[3], of) == (HEADERS, number) => return true,
            Ok(()) => {}
            Err(_) => return false,
        }
    }
    false
}

/// A connection of HTTP/2 that has these settings.
fn connect(brisk: &Process, settings: &[u8]) -> TcpStream {
    let mut stream = brisk.connect();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, settings)).unwrap();
    stream
}

/// Sends `frames` for as long as the server reads them; whether it ended the connection.
fn is_ended_by(mut stream: TcpStream, frames: &[u8], times: usize) -> bool {
    let reading = reading(&stream);
    let ended = (0..times).any(|_| stream.write_all(frames).is_err());
    let _ = stream.shutdown(Shutdown::Both);
    drop(reading.join());
    ended
}

/// Reads and discards what comes.
fn reading(stream: &TcpStream) -> JoinHandle<()> {
    let mut stream = stream.try_clone().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 64 << 10];
        while stream.read(&mut buffer).is_ok_and(|count| count > 0) {}
    })
}

/// Reads what comes, and answers pings: a client that does not is ended as a whole.
fn answering_pings(stream: &TcpStream) -> JoinHandle<()> {
    let mut stream = stream.try_clone().unwrap();
    std::thread::spawn(move || {
        let mut head = [0; 9];
        while stream.read_exact(&mut head).is_ok() {
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut contents = vec![0; length as usize];
            if stream.read_exact(&mut contents).is_err() {
                return;
            }
            if (head[3], head[4] & ACK) == (PING, 0) {
                // The server may have ended it meanwhile.
                let _ = stream.write_all(&frame(PING, ACK, 0, &contents));
            }
        }
    })
}

#[test]
fn a_client_without_a_window_holds_no_answer() {
    let brisk = Process::start("[connections]\nwrite = \"500ms\"\nidle = \"1h\"\n");
    // The windows of streams begin empty.
    let mut stream = connect(&brisk, &[0, 4, 0, 0, 0, 0]);
    for (at, path) in
        ["/d/sales", "/api/v1/dashboards/sales/data", "/d/sales/live"].iter().enumerate()
    {
        let number = 2 * at as u32 + 1;
        let head = frame(HEADERS, END_HEADERS | END_STREAM, number, &get(path));
        stream.write_all(&head).unwrap();
    }
    let reading = answering_pings(&stream);
    eventually_blocking("all three are ended", || brisk.figure("connections_write_total") >= 3);
    eventually_blocking("nothing is held", || brisk.figure("unsent_bytes") == 0);
    assert_eq!(status(&brisk.get("/d/sales")), 200);
    let _ = stream.shutdown(Shutdown::Both);
    drop(reading.join());
}

#[test]
fn requests_that_are_taken_back_at_once_end_the_connection() {
    let brisk = Process::start("");
    let mut stream = connect(&brisk, &[]);
    let reading = reading(&stream);
    let mut is_ended = false;
    for at in 0..20_000_u32 {
        let number = 2 * at + 1;
        let asked = frame(HEADERS, END_HEADERS | END_STREAM, number, &get("/d/sales"));
        let back = frame(RESET, 0, number, &[0, 0, 0, 8]);
        if stream.write_all(&[asked, back].concat()).is_err() {
            is_ended = true;
            break;
        }
    }
    assert!(is_ended, "it goes on");
    drop(reading.join());
    assert_eq!(status(&brisk.get("/d/sales")), 200);
}

#[test]
fn headers_without_end_end_the_connection() {
    let brisk = Process::start("[connections]\nheaders = \"1h\"\n");
    let mut stream = connect(&brisk, &[]);
    stream.write_all(&frame(HEADERS, END_STREAM, 1, &get("/d/sales"))).unwrap();
    // A header that is not in the table, again and again; and nothing, again and again.
    let more = [&[0, 1, b'x', 100][..], &[b'y'; 100]].concat().repeat(100);
    let before = brisk.memory();
    assert!(is_ended_by(stream, &frame(CONTINUATION, 0, 1, &more), 10_000));
    let mut stream = connect(&brisk, &[]);
    stream.write_all(&frame(HEADERS, END_STREAM, 1, &get("/d/sales"))).unwrap();
    assert!(is_ended_by(stream, &frame(CONTINUATION, 0, 1, &[]), 1_000_000));
    assert!(brisk.memory() < before + (32 << 20), "{before}");
    assert_eq!(status(&brisk.get("/d/sales")), 200);
}

#[test]
fn answers_to_pings_and_settings_that_nobody_reads_take_no_memory() {
    let brisk = Process::start("[connections]\nwrite = \"1s\"\n");
    let before = brisk.memory();
    for frames in [
        frame(PING, 0, 0, b"12345678").repeat(1_000),
        frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100]).repeat(1_000),
    ] {
        let mut stream = connect(&brisk, &[]);
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        let mut most = before;
        // Until its own buffer is full, and then until the connection is ended.
        for _ in 0..20_000 {
            match stream.write_all(&frames) {
                Ok(()) => most = most.max(brisk.memory()),
                Err(error) => {
                    assert_ne!(error.kind(), ErrorKind::WouldBlock, "it is not ended");
                    break;
                }
            }
        }
        assert!(most < before + (32 << 20), "{before} {most}");
    }
    assert_eq!(status(&brisk.get("/d/sales")), 200);
}

#[test]
fn pings_alone_keep_no_connection_open() {
    let brisk = Process::start("[connections]\nidle = \"1s\"\nheaders = \"1s\"\n");
    let mut stream = connect(&brisk, &[]);
    let reading = reading(&stream);
    eventually_blocking("the connection is ended", || {
        sleep(Duration::from_millis(50));
        stream.write_all(&frame(PING, 0, 0, b"12345678")).is_err()
    });
    drop(reading.join());
}

#[test]
fn more_requests_than_there_may_be_at_a_time_are_refused_one_by_one() {
    let brisk = Process::start("");
    let mut stream = connect(&brisk, &[]);
    let reading = reading(&stream);
    for at in 0..1_000_u32 {
        // Without their bodies, so that none of them ends.
        let head = frame(HEADERS, END_HEADERS, 2 * at + 1, &get("/d/sales/live"));
        if stream.write_all(&head).is_err() {
            break;
        }
    }
    assert_eq!(status(&brisk.get("/d/sales")), 200);
    assert!(brisk.figure("open_pages") <= 128);
    let _ = stream.write_all(&frame(DATA, END_STREAM, 1, b""));
    let _ = stream.shutdown(Shutdown::Both);
    drop(reading.join());
}

#[test]
fn a_byte_that_stands_for_a_long_header_is_not_unpacked_thousands_of_times() {
    let brisk = Process::start("");
    let mut stream = connect(&brisk, &[]);
    let reading = reading(&stream);
    let before = brisk.memory();
    // A header of 4,000 bytes goes into the table; from then on, it is a byte.
    let long = [&[0x40, 1, b'x', 0x7f, 0xa1, 0x1e][..], &[b'y'; 4_000]].concat();
    let first = [get("/readyz"), long].concat();
    stream.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &first)).unwrap();
    let mut most = 0;
    for at in 1..200_u32 {
        let bomb = [get("/d/sales"), vec![0xbe; 16_000]].concat();
        // 64 MB each.
        if stream.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, 2 * at + 1, &bomb)).is_err() {
            break;
        }
        most = brisk.memory().max(most);
    }
    assert!(most < before + (32 << 20), "{before} {most}");
    assert_eq!(status(&brisk.get("/d/sales")), 200);
    let _ = stream.shutdown(Shutdown::Both);
    drop(reading.join());
}

#[test]
fn frames_that_say_nothing_take_no_memory_and_keep_no_connection_open() {
    let brisk = Process::start("[connections]\nidle = \"1s\"\nheaders = \"1s\"\nbody = \"1s\"\n");
    let before = brisk.memory();
    let unknown = 0x42;
    for frames in [
        frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]),
        frame(PRIORITY, 0, 1, &[0, 0, 0, 3, 16]),
        frame(unknown, 0, 0, b"x"),
        frame(DATA, 0, 1, b""),
    ] {
        let mut stream = connect(&brisk, &[]);
        if frames[3] == DATA {
            // For a body that does not end.
            let head = frame(HEADERS, END_HEADERS, 1, &headers(0x83, "/theme"));
            stream.write_all(&head).unwrap();
        }
        let reading = reading(&stream);
        let many = frames.repeat(1_000);
        let mut most = before;
        eventually_blocking("the connection is ended", || {
            most = most.max(brisk.memory());
            stream.write_all(&many).is_err()
        });
        drop(reading.join());
        assert!(most < before + (32 << 20), "{before} {most}");
        assert_eq!(status(&brisk.get("/d/sales")), 200);
    }
}

#[test]
fn streams_whose_bodies_do_not_come_are_answered_and_make_room() {
    let brisk = Process::start("[connections]\nbody = \"500ms\"\n");
    let before = brisk.memory();
    let mut stream = connect(&brisk, &[]);
    for at in 0..128_u32 {
        let number = 2 * at + 1;
        let head = frame(HEADERS, END_HEADERS, number, &headers(0x83, "/theme"));
        let body = frame(DATA, 0, number, &[b'x'; 200]);
        stream.write_all(&[head, body].concat()).unwrap();
    }
    // Each of them is told that it is late, and the connection goes on.
    assert!(is_answered(&mut stream, 255), "the last of them");
    let last = frame(HEADERS, END_HEADERS | END_STREAM, 257, &get("/readyz"));
    stream.write_all(&last).unwrap();
    assert!(is_answered(&mut stream, 257));
    assert!(brisk.memory() < before + (32 << 20));
}

#[test]
fn streams_of_one_long_answer_that_nobody_reads_hold_it_once() {
    let brisk = Process::start("[connections]\nwrite = \"2s\"\n");
    let path = "/api/v1/dashboards/sales/panels/rows.csv";
    let length = brisk.get(path).len() as u64;
    // The windows of streams begin with nothing.
    let mut stream = connect(&brisk, &[0, 4, 0, 0, 0, 0]);
    for at in 0..100_u32 {
        let head = frame(HEADERS, END_HEADERS | END_STREAM, 2 * at + 1, &get(path));
        stream.write_all(&head).unwrap();
    }
    let reading = answering_pings(&stream);
    let mut most = 0;
    eventually_blocking("all of them are ended", || {
        most = brisk.figure("unsent_bytes").max(most);
        brisk.figure("connections_write_total") >= 100
    });
    assert!(most <= length, "{most} bytes of {length} are held");
    eventually_blocking("nothing is held", || brisk.figure("unsent_bytes") == 0);
    let _ = stream.shutdown(Shutdown::Both);
    drop(reading.join());
}
