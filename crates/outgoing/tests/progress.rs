//! Of a request that is not answered in full it is known how far it got.

use crate::support::{Names, Piece, Server, client, settings};
use brisk_outgoing::{Failure, Reached, Request, Settings, Target};
use brisk_test_waiting::wait_for;
use http::StatusCode;
use std::time::Duration;
use tokio::net::TcpListener;

fn names() -> Names {
    Names::default()
        .with("here.internal", &[&["127.0.0.1"]])
        .with("gone.internal", &[&["127.0.0.3"]])
        .with("private.example", &[&["127.0.0.1"]])
}

async fn reached(settings: Settings, url: &str) -> (Failure, Reached) {
    let (client, _) = client(settings, names());
    let request = Request::post(Target::parse(url).unwrap(), "once");
    let answer = wait_for(url.to_owned(), client.send_once(request)).await;
    let unanswered = answer.unwrap_err();
    (unanswered.failure, unanswered.reached)
}

#[tokio::test]
async fn a_request_without_a_connection_reached_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // It takes a connection, and does not speak TLS.
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    for url in [
        "http://gone.internal",
        "https://private.example",
        "http://public.example",
        "https://missing.internal",
        "https://here.internal",
    ] {
        let (failure, reached) =
            reached(settings(&["*.internal"]), &format!("{url}:{port}/")).await;
        assert_eq!(reached, Reached::Nobody, "{url}: {failure}");
    }
}

#[tokio::test]
async fn a_request_that_was_sent_may_have_been_read() {
    let half = "HTTP/1.1 200 OK\r\ncontent-";
    for pieces in
        [vec![], vec![Piece::Once(b"what?\r\n\r\n".into())], vec![Piece::Once(half.into())]]
    {
        let server = Server::sending(pieces).await;
        let url = format!("http://here.internal:{}/", server.port());
        let (failure, reached) = reached(settings(&["*.internal"]), &url).await;
        assert_eq!(reached, Reached::Sent, "{failure}");
        assert!(server.requests()[0].ends_with("\r\n\r\nonce"));
    }
    let server = Server::sending(vec![Piece::Silence]).await;
    let url = format!("http://here.internal:{}/", server.port());
    // On a machine that takes longer to connect nothing is sent, and asked again.
    loop {
        let short = Settings { time: Duration::from_millis(300), ..settings(&["*.internal"]) };
        let (failure, reached) = reached(short, &url).await;
        assert_eq!(failure, Failure::Late(Duration::from_millis(300)));
        if !server.requests().is_empty() {
            assert_eq!(reached, Reached::Sent);
            return;
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_not_read_has_a_status_nevertheless() {
    let long = format!("HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n{}", "x".repeat(300_000));
    let cut = "HTTP/1.1 503 Busy\r\ncontent-length: 10\r\n\r\nx".to_owned();
    let away = "HTTP/1.1 302 Found\r\nlocation: https://evil.example\r\n\r\n".to_owned();
    for (text, status) in
        [(long, StatusCode::OK), (cut, StatusCode::SERVICE_UNAVAILABLE), (away, StatusCode::FOUND)]
    {
        let server = Server::saying(text).await;
        let url = format!("http://here.internal:{}/", server.port());
        let (failure, reached) = reached(settings(&["*.internal"]), &url).await;
        assert_eq!(reached, Reached::Answered(status), "{failure}");
    }
}
