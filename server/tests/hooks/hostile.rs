//! Deliveries that are hostile, or went wrong on their way: they take no effect, or no second one.

use super::{Delivery, NOW, ORDERS, World};
use axum::body::Body;
use brisk_signature::SIGNATURE;
use futures::future::join_all;
use http::StatusCode;
use std::io::Write as _;

#[tokio::test]
async fn the_same_bytes_again_are_answered_as_before_and_take_no_second_effect() {
    let world = World::new().await;
    world.total().await;
    let first = world.deliver(ORDERS).await;
    assert_eq!((first.0, world.total().await), (StatusCode::OK, 1));
    world.change("insert into orders values (10)").await;
    for _ in 0..20 {
        assert_eq!(world.deliver(ORDERS).await, first);
    }
    assert_eq!(world.total().await, 1, "a replay invalidates nothing");
    // A sender with the secret signs anew, as the specification requires for each attempt.
    let again = Delivery { at: NOW + 1, ..Delivery::of(ORDERS) };
    assert_eq!(world.ask(again.request()).await.0, StatusCode::OK);
    assert_eq!(world.total().await, 11);
}

#[tokio::test]
async fn packed_nested_and_strange_bodies_are_refused_and_change_nothing() {
    let world = World::new().await;
    assert_eq!(world.total().await, 1);
    world.change("insert into orders values (10)").await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(ORDERS.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let at = NOW.to_string();
    let key = brisk_signature::SigningKey::parse(super::SECRET).unwrap();
    for encoding in ["gzip", "br", "deflate", "gzip, identity", "x"] {
        let mut request = Delivery::of(ORDERS).request();
        let headers = request.headers_mut();
        headers.insert(SIGNATURE, key.sign("msg_1", &at, &packed).parse().unwrap());
        headers.insert("content-encoding", encoding.parse().unwrap());
        *request.body_mut() = Body::from(packed.clone());
        let (status, _, body) = world.ask(request).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{encoding}: {body}");
        assert!(body.contains("not unpacked"), "{body}");
    }
    let deep = format!("{{\"tags\": {}{}}}", "[".repeat(30_000), "]".repeat(30_000));
    for body in [
        deep.as_str(),
        "\u{feff}{\"tags\": [\"all\"]}",
        "{\"tags\": [\"all\"]} {\"tags\": [\"all\"]}",
        "{\"tags\": [\"all\\u0000\"]}",
        "{\"tags\": [\"table:shop.orders\", \"table:shop. orders\"]}",
        "{\"tags\": {\"0\": \"all\"}}",
        "null",
        "\0",
    ] {
        let (status, _, answer) = world.deliver(body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body:.60}: {answer}");
    }
    assert_eq!(world.total().await, 1, "the entry is still current");
}

#[tokio::test]
async fn signatures_without_number_headers_twice_and_other_methods_are_no_way_in() {
    let world = World::new().await;
    let mut many = Delivery::of(ORDERS).request();
    let right = many.headers()[SIGNATURE].to_str().unwrap().to_owned();
    // The right one comes after more than are checked.
    let text = "v1,AAAA ".repeat(200) + &right;
    many.headers_mut().insert(SIGNATURE, text.parse().unwrap());
    assert_eq!(world.ask(many).await.0, StatusCode::UNAUTHORIZED);
    let mut twice = Delivery::of(ORDERS).request();
    twice.headers_mut().append(SIGNATURE, right.parse().unwrap());
    assert_eq!(world.ask(twice).await.0, StatusCode::UNAUTHORIZED, "one of them is whose?");
    for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"] {
        let mut request = Delivery::of(ORDERS).request();
        *request.method_mut() = method.parse().unwrap();
        assert_eq!(world.ask(request).await.0, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}

#[tokio::test]
async fn many_deliveries_at_once_are_all_done() {
    let world = World::new().await;
    assert_eq!(world.total().await, 1);
    world.change("insert into orders values (10)").await;
    let sent = (0..200).map(|i| {
        let delivery = Delivery { id: format!("msg_{i}"), ..Delivery::of(ORDERS) };
        world.ask(delivery.request())
    });
    for (status, _, body) in join_all(sent).await {
        assert_eq!(status, StatusCode::OK, "{body}");
    }
    assert_eq!(world.total().await, 11);
}
