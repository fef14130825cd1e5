//! Heads and bodies that servers could read in different ways, or that are too long, over raw sockets.

use super::process::{Process, rest, status, until};
use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

const FORM: &str = "POST /theme HTTP/1.1\r\nhost: localhost\r\n\
    content-type: application/x-www-form-urlencoded\r\n";

/// A server that has read its dashboards.
fn ready() -> Process {
    let brisk = Process::start("");
    assert_eq!(status(&brisk.get("/d/sales")), 200);
    brisk
}

/// The answer to `text`, until the connection ends.
fn ask(brisk: &Process, text: &str) -> String {
    rest(&mut brisk.send(text))
}

#[test]
fn what_servers_read_in_different_ways_is_refused_and_nothing_behind_it_is_answered() {
    let brisk = Process::start("");
    let get = "GET /d/sales HTTP/1.1\r\nhost: localhost\r\n";
    for bad in [
        format!("{FORM}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("{FORM}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n"),
        format!("{FORM}content-length: 5\r\ncontent-length: 6\r\n\r\n12345"),
        format!("{FORM}content-length: 5, 6\r\n\r\n12345"),
        format!("{FORM}content-length: +5\r\n\r\n12345"),
        format!("{FORM}content-length: 5x\r\n\r\n12345"),
        format!("{FORM}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n"),
        format!("{FORM}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        format!("{get}x: y\r\n folded: z\r\n\r\n"),
        format!("{get}x: a\0b\r\n\r\n"),
        format!("{get}x: a\rb\r\n\r\n"),
        format!("{get}x : y\r\n\r\n"),
        "GET /d/sales HTTP/1.1\nhost: localhost\n\n".to_owned(),
        format!("{get}x: y\nz: a\r\n\r\n"),
        "GET /d/sales\r\n\r\n".to_owned(),
        "GET /d/sales HTTP/3.0\r\nhost: localhost\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\r\n\r\n".to_owned(),
    ] {
        // After it comes what another server may have taken for a part of it.
        let answer = ask(&brisk, &format!("{bad}GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n"));
        assert_eq!(status(&answer), 400, "{bad:?}: {answer}");
        assert!(answer.contains("connection: close\r\n"), "{bad:?}: {answer}");
        assert!(answer.contains("\r\n\r\nA") || answer.contains("\r\n\r\nThe request"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{bad:?}: {answer}");
        assert!(!answer.contains("ready"), "{bad:?}: {answer}");
    }
}

#[test]
fn what_was_asked_before_a_head_that_is_refused_is_answered_first() {
    let brisk = ready();
    let get = "GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let answer = ask(&brisk, &format!("{get}{get}GET / HTTP/1.1\nhost: localhost\r\n\r\n{get}"));
    let statuses: Vec<&str> = answer.matches("HTTP/1.1 200 OK").collect();
    assert_eq!(statuses.len(), 2, "{answer}");
    assert!(answer.contains("HTTP/1.1 400 Bad Request"), "{answer}");
}

#[test]
fn a_body_that_is_too_long_is_refused_before_it_comes() {
    // It is not waited for: with such a limit, that would be noticed.
    let brisk = Process::start("[connections]\nbody = \"1h\"\n");
    for head in [
        format!("{FORM}content-length: 65537\r\n\r\n"),
        format!("{FORM}content-length: 18446744073709551615\r\n\r\n"),
        format!("{FORM}content-length: 65537\r\nexpect: 100-continue\r\n\r\n"),
        "GET /d/sales HTTP/1.1\r\nhost: localhost\r\ncontent-length: 65537\r\n\r\n".to_owned(),
    ] {
        let answer = ask(&brisk, &head);
        assert_eq!(status(&answer), 413, "{head}: {answer}");
        assert!(
            answer.contains("connection: close\r\n") && answer.contains("65536 bytes"),
            "{answer}"
        );
    }
    // The limit of webhooks, some of which accept files of 4 MiB, and that of other routes.
    let delivery = |length: u32| {
        let head = "POST /hooks/shop HTTP/1.1\r\nhost: localhost\r\n";
        ask(&brisk, &format!("{head}content-length: {length}\r\n\r\n"))
    };
    for length in [65_537, 4 << 20, (4 << 20) + 1, u32::MAX] {
        let answer = delivery(length);
        assert_eq!(status(&answer), 413, "{length}: {answer}");
    }
    // A body without a length is refused as soon as it is too long; even for a client that goes on
    // sending.
    let mut endless = brisk.send(&format!("{FORM}transfer-encoding: chunked\r\n\r\n"));
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    for _ in 0..5 {
        endless.write_all(chunk.as_bytes()).unwrap();
    }
    let answer = until(&mut endless, "is longer than 65536 bytes.\n");
    assert_eq!(status(&answer), 413, "{answer}");
    // The longest body is read.
    let body = format!("theme=dark&x={}", "y".repeat(65_536 - 13));
    let all =
        ask(&brisk, &format!("{FORM}connection: close\r\ncontent-length: 65536\r\n\r\n{body}"));
    assert_eq!(status(&all), 303, "{all}");
    let chunks = format!("{FORM}transfer-encoding: chunked\r\n\r\na\r\ntheme=dark\r\n0\r\n\r\n");
    let all = ask(&brisk, &chunks);
    assert!(status(&all) == 303 && all.contains("connection: close\r\n"), "{all}");
}

#[test]
fn a_client_that_is_still_sending_gets_the_answer_that_refuses_it() {
    let brisk = Process::start("");
    let mut sending = brisk.send(&format!("{FORM}content-length: 10000000\r\n\r\n"));
    // More than the system's buffers hold: unread, it would take the answer back.
    let part = vec![b'x'; 256 << 10];
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(300) {
        if sending.write_all(&part).is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    sending.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[test]
fn addresses_and_headers_that_are_too_long_are_answered_with_a_sentence() {
    let brisk = Process::start("");
    let long = "x".repeat(65_534);
    let target = ask(&brisk, &format!("GET /{long} HTTP/1.1\r\nhost: localhost\r\n\r\n"));
    assert_eq!(status(&target), 414, "{target}");
    assert!(target.contains("The address is longer than"), "{target}");
    let endless = ask(&brisk, &format!("GET /{long}{long}"));
    assert_eq!(status(&endless), 414, "{endless}");
    let header = format!("x: {long}\r\n");
    let head = format!("GET / HTTP/1.1\r\nhost: localhost\r\n{header}{header}{header}\r\n");
    let head = ask(&brisk, &head);
    assert_eq!(status(&head), 431, "{head}");
    let many = (0..100).map(|n| format!("x{n}: y\r\n")).collect::<String>();
    let many = ask(&brisk, &format!("GET / HTTP/1.1\r\nhost: localhost\r\n{many}\r\n"));
    assert_eq!(status(&many), 431, "{many}");
    assert!(many.contains("more than 100 headers"), "{many}");
    // The longest possible address is looked up.
    let longest =
        format!("GET /{} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", &long[1..]);
    assert_eq!(status(&ask(&brisk, &longest)), 404);
}

#[test]
fn thousands_of_requests_in_a_row_are_answered_in_their_order() {
    let brisk = ready();
    let mut stream = brisk.connect();
    let mut reading = stream.try_clone().unwrap();
    let asking = std::thread::spawn(move || {
        let get = "GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(100);
        for _ in 0..100 {
            stream.write_all(get.as_bytes()).unwrap();
        }
        let last = "GET /nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(last.as_bytes()).unwrap();
        stream
    });
    let answers = rest(&mut reading);
    drop(asking.join().unwrap());
    assert_eq!(answers.matches("HTTP/1.1 200 OK\r\n").count(), 10_000);
    assert_eq!(answers.matches("HTTP/1.1 404 Not Found\r\n").count(), 1);
}

#[test]
fn what_only_proxies_do_is_not_done() {
    let brisk = ready();
    let end = "host: localhost\r\nconnection: close\r\n\r\n";
    for head in [
        "CONNECT localhost:80 HTTP/1.1\r\nhost: localhost:80\r\n\r\n".to_owned(),
        format!("TRACE /d/sales HTTP/1.1\r\n{end}"),
    ] {
        let answer = ask(&brisk, &head);
        assert_eq!(status(&answer), 405, "{head}: {answer}");
        assert!(answer.contains("allow: GET, HEAD, POST\r\n"), "{answer}");
    }
    let upgrade = "upgrade: websocket\r\nconnection: upgrade\r\n";
    let answer = ask(&brisk, &format!("GET /readyz HTTP/1.1\r\n{upgrade}{end}"));
    assert_eq!(status(&answer), 200, "{answer}");
    let h2c = "upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\nconnection: upgrade, http2-settings\r\n";
    let answer = ask(&brisk, &format!("GET /readyz HTTP/1.1\r\n{h2c}{end}"));
    assert_eq!(status(&answer), 200, "{answer}");
}

#[test]
fn lists_that_are_as_long_as_they_may_be_are_read_to_their_ends() {
    let settings = "trusted_proxies = [\"127.0.0.0/8\", \"10.0.0.0/8\"]\n";
    let brisk = Process::start(settings);
    let page = brisk.get("/d/sales");
    let tag = page.lines().find_map(|line| line.strip_prefix("etag: ")).map(str::trim);
    let numbered = |text: fn(usize) -> String| (0..8_000).map(text).collect::<String>();
    let lists = [
        ("if-none-match", numbered(|at| format!("\"{at:08}\", ")) + tag.unwrap_or("\"x\"")),
        ("accept-encoding", numbered(|at| format!("x{at};q=0.5, ")) + "gzip;q=0"),
        ("accept", numbered(|at| format!("a/{at};q=0.1, ")) + "*/*"),
        ("accept-language", numbered(|at| format!("x{at};q=0.1, ")) + "en"),
        ("cookie", numbered(|at| format!("brisk{at}=x; ")) + "theme=dark"),
        (
            "x-forwarded-for",
            numbered(|at| format!("10.0.{}.{}, ", at / 250, at % 250)) + "192.0.2.1",
        ),
    ];
    for (name, list) in &lists {
        let ask = |path: &str| {
            let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
            ask(&brisk, &format!("{head}{name}: {list}\r\n\r\n"))
        };
        let expected = if *name == "if-none-match" && tag.is_some() { 304 } else { 200 };
        assert_eq!(status(&ask("/d/sales")), expected, "{name}");
        assert_eq!(status(&ask("/api/v1/dashboards/sales/data")), 200, "{name}");
    }
    for query in ["a&", "range=last-7-days&", "sort=rows:desc:a&", "page=rows:2&", "%00=%00&", "=&"]
    {
        let path = format!("/d/sales?{}", query.repeat(60_000 / query.len()));
        assert_eq!(status(&brisk.get(&path)), 200, "{query}");
    }
}
