//! Redirects: not followed, or to the same origin only.

use crate::support::{Names, OK, Piece, Server, client, get, settings};
use brisk_outgoing::{Failure, Request, Settings, Target};
use http::{HeaderValue, Method, header};
use std::sync::Arc;

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

fn redirect(status: u16, location: &str) -> Vec<Piece> {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nlocation: {location}\r\n\r\n");
    vec![Piece::Once(head.into_bytes())]
}

/// A server that answers `/from` with a redirect, where `PORT` is its own.
async fn leading(status: u16, location: &str) -> Server {
    let location = location.to_owned();
    let answers = move |request: &str| {
        let port = request.lines().find_map(|line| line.strip_prefix("host: "));
        let port = port.and_then(|host| host.rsplit(':').next()).unwrap_or_default();
        match request.contains(" /from ") {
            true => redirect(status, &location.replace("PORT", port)),
            false => vec![Piece::Once(OK.into())],
        }
    };
    Server::answering(Arc::new(answers)).await
}

fn names() -> Names {
    Names::default().with("a.internal", &[&["127.0.0.1"]]).with("b.internal", &[&["127.0.0.1"]])
}

fn following(redirects: usize) -> Settings {
    Settings { redirects, ..settings(&["*.internal", "127.0.0.1", "localhost"]) }
}

#[tokio::test]
async fn no_redirect_leaves_its_origin() {
    let other = Server::saying(OK).await;
    let to_other = format!("http://127.0.0.1:{}/", other.port());
    let locations = [
        to_other.as_str(),
        "http://b.internal:PORT/",
        "//b.internal:PORT/",
        "http://a.internal.:PORT/",
        "http://127.0.0.1:PORT/",
        "http://localhost:PORT/",
        "https://a.internal:PORT/",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "gopher://a.internal:PORT/_x",
        "data:text/plain,x",
        "http://user:s3cret@a.internal:PORT/",
        "http://[::1",
        "http://",
    ];
    for status in STATUSES {
        for location in locations {
            for redirects in [0, 5] {
                let server = leading(status, location).await;
                let (client, names) = client(following(redirects), names());
                let url = format!("http://a.internal:{}/from", server.port());
                let said = get(&client, &url).await.unwrap_err();
                let what = format!("{status} {location} {redirects}: {said}");
                assert!(said.to_string().contains(&status.to_string()), "{what}");
                assert!(said.to_string().contains("not followed"), "{what}");
                assert!(!said.to_string().contains("s3cret"), "{what}");
                assert_eq!(names.asked(), ["a.internal"], "{what}");
                assert_eq!(server.connections().await, 1, "{what}");
            }
        }
    }
    assert_eq!(other.connections().await, 0);
}

#[tokio::test]
async fn redirects_are_not_followed_unless_that_is_set() {
    for status in STATUSES {
        let server = leading(status, "/to").await;
        for (redirects, is_followed) in [(0, false), (1, true)] {
            let (client, _) = client(following(redirects), names());
            let answer = get(&client, &format!("http://a.internal:{}/from", server.port())).await;
            match is_followed {
                true => assert_eq!(answer.unwrap().body(), "hi", "{status}"),
                false => assert_eq!(answer.unwrap_err(), Failure::Redirect(status)),
            }
        }
    }
}

#[tokio::test]
async fn the_same_origin_in_another_spelling_is_the_same() {
    let server = leading(302, "http://0x7f.1:PORT/to").await;
    let (client, _) = client(following(1), names());
    let answer = get(&client, &format!("http://127.0.0.1:{}/from", server.port())).await;
    assert_eq!(answer.unwrap().status(), 200);
    let host = format!("host: 127.0.0.1:{}\r\n", server.port());
    assert!(server.requests().iter().all(|request| request.contains(&host)));
}

#[tokio::test]
async fn a_redirect_goes_to_the_addresses_that_were_checked() {
    let server = leading(307, "/to").await;
    let names = Names::default().with("a.internal", &[&["127.0.0.1"], &["127.0.0.9"]]);
    let (client, names) = client(following(1), names);
    let url = format!("http://a.internal:{}/from", server.port());
    assert_eq!(get(&client, &url).await.unwrap().status(), 200);
    assert_eq!(names.asked(), ["a.internal"]);
}

#[tokio::test]
async fn redirects_that_lead_on_and_on_are_given_up() {
    let answers = |_: &str| redirect(302, "/again");
    let server = Server::answering(Arc::new(answers)).await;
    let (client, _) = client(following(3), names());
    let said = get(&client, &format!("http://a.internal:{}/", server.port())).await.unwrap_err();
    assert_eq!(said, Failure::Loop(3));
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_redirect_without_a_place_is_given_up() {
    for text in [
        "HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: \u{fc}\r\n\r\n",
        "HTTP/1.1 300 Multiple Choices\r\ncontent-length: 0\r\nlocation: /to\r\n\r\n",
        "HTTP/1.1 305 Use Proxy\r\ncontent-length: 0\r\nlocation: /to\r\n\r\n",
    ] {
        let server = Server::saying(text).await;
        let (client, _) = client(following(3), names());
        let answer = get(&client, &format!("http://a.internal:{}/", server.port())).await;
        assert!(matches!(answer.unwrap_err(), Failure::Redirect(300..=305)), "{text}");
        assert_eq!(server.requests().len(), 1, "{text}");
    }
}

#[tokio::test]
async fn what_was_sent_is_sent_again_only_by_the_statuses_that_say_so() {
    for status in STATUSES {
        let server = leading(status, "/to").await;
        let (client, _) = client(following(1), names());
        let target = format!("http://a.internal:{}/from", server.port());
        let request = Request::post(Target::parse(&target).unwrap(), "news")
            .with(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        assert_eq!(request.method, Method::POST);
        client.send(request).await.unwrap();
        let requests = server.requests();
        assert!(requests[0].starts_with("POST /from ") && requests[0].ends_with("\r\n\r\nnews"));
        let (is_again, second) = (status >= 307, &requests[1]);
        let method = if is_again { "POST" } else { "GET" };
        assert!(second.starts_with(&format!("{method} /to ")), "{status}: {second}");
        assert_eq!(second.ends_with("\r\n\r\nnews"), is_again, "{status}: {second}");
        assert_eq!(second.contains("content-type"), is_again, "{status}: {second}");
    }
}
