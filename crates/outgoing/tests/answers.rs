//! What a server may answer, and for how long.

use crate::support::{Names, OK, Piece, Server, client, get, settings};
use brisk_outgoing::{Failure, Request, Settings, Target};
use brisk_test_waiting::wait_for;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderValue, Response, header};
use std::io::Write as _;
use std::time::Duration;

const LONGEST: usize = 64 << 10;
/// What the system's buffers hold of an answer that nobody reads, and more.
const BUFFERS: usize = 32 << 20;

async fn ask(
    server: &Server,
    change: impl FnOnce(&mut Settings),
) -> Result<Response<Bytes>, Failure> {
    let mut settings = Settings { longest: LONGEST, ..settings(&["127.0.0.1"]) };
    change(&mut settings);
    let (client, _) = client(settings, Names::default());
    get(&client, &format!("http://{}/path?token=s3cret", server.address)).await
}

fn once(text: impl Into<Vec<u8>>) -> Piece {
    Piece::Once(text.into())
}

fn forever(text: impl Into<Vec<u8>>) -> Piece {
    Piece::Forever(text.into(), Duration::ZERO)
}

#[tokio::test]
async fn an_answer_is_read_so_far_and_no_further() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let long = |length: usize| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        [head.into_bytes(), vec![b'x'; length]].concat()
    };
    for (what, pieces) in [
        ("one byte more", vec![once(long(LONGEST + 1))]),
        (
            "it says that it is long",
            vec![once("HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n"), Piece::Silence],
        ),
        ("without a length", vec![once("HTTP/1.1 200 OK\r\n\r\n"), forever(vec![b'x'; 16 << 10])]),
        ("chunks", vec![once(chunked), forever(format!("4000\r\n{}\r\n", "x".repeat(0x4000)))]),
        ("chunks of a byte", vec![once(chunked), forever("1\r\nx\r\n".repeat(1_000))]),
        (
            "a chunk without end",
            vec![once(format!("{chunked}fffffffffffffff\r\n")), forever("x".repeat(9_999))],
        ),
    ] {
        let server = Server::sending(pieces).await;
        assert_eq!(ask(&server, |_| {}).await.unwrap_err(), Failure::Long(LONGEST), "{what}");
        assert!(server.sent() < BUFFERS, "{what}: {} bytes were sent", server.sent());
    }
    let server = Server::saying(long(LONGEST)).await;
    assert_eq!(ask(&server, |_| {}).await.unwrap().body().len(), LONGEST);
}

#[tokio::test]
async fn what_is_not_read_as_http_is_given_up() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for (what, pieces) in [
        ("a long header", vec![once("HTTP/1.1 200 OK\r\nx: "), forever("y".repeat(9_999))]),
        ("many headers", vec![once("HTTP/1.1 200 OK\r\n"), forever("x: y\r\n".repeat(50))]),
        ("a long status line", vec![once("HTTP/1.1 200 "), forever("y".repeat(9_999))]),
        ("long trailers", vec![once(format!("{chunked}0\r\nx: ")), forever("y".repeat(9_999))]),
        (
            "long extensions",
            vec![once(chunked), forever(format!("1;{}\r\nx\r\n", "y".repeat(9_999)))],
        ),
        ("a chunk's size", vec![once(format!("{chunked}ffffffffffffffffff\r\n")), forever("x")]),
        (
            "two lengths",
            vec![once("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx")],
        ),
        ("cut off", vec![once("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhi")]),
        ("cut off within its head", vec![once("HTTP/1.1 200 OK\r\ncontent-le")]),
        ("nothing", vec![]),
        ("HTTP/0.9", vec![once("hello\r\n")]),
        ("another protocol", vec![once("220 mail.example ESMTP\r\n")]),
        ("TLS", vec![once(*b"\x15\x03\x01\x00\x02\x02\x28")]),
    ] {
        let server = Server::sending(pieces).await;
        let said = ask(&server, |_| {}).await.unwrap_err();
        assert!(matches!(said, Failure::Broken { .. }), "{what}: {said}");
        let said = said.to_string();
        assert!(said.starts_with("127.0.0.1 did not answer in full: "), "{what}: {said}");
        assert!(!said.contains("s3cret") && !said.contains("path"), "{what}: {said}");
        assert!(server.sent() < BUFFERS, "{what}: {} bytes were sent", server.sent());
    }
}

#[tokio::test]
async fn everything_together_has_one_limit_of_time() {
    let slow = |text: &str| Piece::Forever(text.into(), Duration::from_millis(10));
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
    for (what, pieces) in [
        ("no answer", vec![Piece::Silence]),
        ("half a head", vec![once("HTTP/1.1 200 OK\r\nx"), Piece::Silence]),
        ("a head byte by byte", vec![once("HTTP/1.1 200 OK\r\nx:"), slow("y")]),
        ("no body", vec![once(head), Piece::Silence]),
        ("a body byte by byte", vec![once(head), slow("x")]),
        ("an end that does not come", vec![once("HTTP/1.1 200 OK\r\n\r\nhi"), Piece::Silence]),
        ("one announcement after another", vec![slow("HTTP/1.1 100 Continue\r\n\r\n")]),
        ("announcements without a pause", vec![forever("HTTP/1.1 103 Early Hints\r\n\r\n")]),
    ] {
        let server = Server::sending(pieces).await;
        let time = Duration::from_millis(400);
        let said = ask(&server, |settings| settings.time = time).await.unwrap_err();
        assert_eq!(said, Failure::Late(time), "{what}");
        assert_eq!(said.to_string(), "there was no answer within 400 ms");
    }
}

#[tokio::test]
async fn looking_a_name_up_is_within_the_time() {
    struct Never;
    #[async_trait::async_trait]
    impl brisk_outgoing::Resolve for Never {
        async fn addresses(&self, _: &str) -> std::io::Result<Vec<std::net::IpAddr>> {
            std::future::pending().await
        }
    }
    let time = Duration::from_millis(200);
    let settings = Settings { time, ..Settings::default() };
    let client = brisk_outgoing::Client::with_resolver(settings, std::sync::Arc::new(Never));
    assert_eq!(get(&client, "https://slow.example/").await.unwrap_err(), Failure::Late(time));
}

#[tokio::test]
async fn nothing_is_decoded() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![b'x'; 10 << 20]).unwrap();
    let packed = packed.finish().unwrap();
    assert!(packed.len() < LONGEST);
    let length = packed.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n");
    let server = Server::saying([head.into_bytes(), packed.clone()].concat()).await;
    let answer = ask(&server, |_| {}).await.unwrap();
    assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip");
    assert_eq!(answer.body(), &packed);
    let request = server.requests().pop().unwrap();
    assert!(request.contains("accept-encoding: identity\r\n"), "{request}");
}

#[tokio::test]
async fn answers_of_every_other_kind_are_what_they_are() {
    for (text, status, body) in [
        (OK, 200, "hi"),
        ("HTTP/1.1 200 OK\r\n\r\nto the end", 200, "to the end"),
        ("HTTP/1.0 200 OK\r\n\r\nold", 200, "old"),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n1;x=y\r\n!\r\n0\r\n\r\n",
            200,
            "hi!",
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        ("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx", 200, "x"),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\ngone", 404, "gone"),
        ("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n", 500, ""),
    ] {
        let server = Server::saying(text).await;
        let answer = ask(&server, |_| {}).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (status, body.as_bytes()));
    }
}

#[tokio::test]
async fn headers_of_the_connection_are_the_clients_own() {
    let server = Server::saying(OK).await;
    let target = Target::parse(&format!("http://{}/a b?c=d#e", server.address)).unwrap();
    let text = |text| HeaderValue::from_static(text);
    let request = Request::post(target, "news")
        .with(header::HOST, text("public.example"))
        .with(header::CONTENT_LENGTH, text("0"))
        .with(header::TRANSFER_ENCODING, text("chunked"))
        .with(header::CONNECTION, text("keep-alive, x-own"))
        .with(header::UPGRADE, text("websocket"))
        .with(header::EXPECT, text("100-continue"))
        .with(header::HeaderName::from_static("x-own"), text("kept"));
    let (client, _) = client(settings(&["127.0.0.1"]), Names::default());
    wait_for("an answer", client.send(request)).await.unwrap();
    let request = server.requests().pop().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<&str> = head.lines().collect();
    assert_eq!((lines.remove(0), body), ("POST /a%20b?c=d HTTP/1.1", "news"));
    lines.sort_unstable();
    let host = format!("host: {}", server.address);
    let expected = [
        "accept-encoding: identity",
        "connection: close",
        "content-length: 4",
        &host,
        "user-agent: Brisk",
        "x-own: kept",
    ];
    assert_eq!(lines, expected);
}
