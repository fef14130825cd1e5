//! Open pages that share a connection of HTTP/2.

use super::proxy::upstream;
use super::world::{MOST, world};
use brisk_test_waiting::{eventually, wait_for};
use http::Request;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

type Http2 = Client<HttpConnector, Empty<axum::body::Bytes>>;

/// A client that sends all of its requests over one connection.
fn client() -> Http2 {
    Client::builder(TokioExecutor::new()).http2_only(true).build_http()
}

/// Follows a page; the answer's status, and its stream.
async fn follow(client: &Http2, port: u16) -> (u16, hyper::body::Incoming) {
    let address = format!("http://127.0.0.1:{port}/d/sales/live");
    let request = Request::get(address).body(Empty::new()).unwrap();
    let answer = wait_for("an answer", client.request(request)).await.unwrap();
    (answer.status().as_u16(), answer.into_body())
}

#[tokio::test]
async fn pages_that_share_a_connection_count_as_one_among_those_that_are_kept() {
    let world = world().await;
    let port = upstream(&world).await;
    let shared = client();
    let mut pages = Vec::new();
    for _ in 0..2 * MOST {
        let (status, mut body) = follow(&shared, port).await;
        assert_eq!(status, 200);
        wait_for("the greeting", body.frame()).await.unwrap().unwrap();
        pages.push(body);
    }
    assert_eq!(world.hub().open_pages(), 2 * MOST);
    // Beside that one, as many fit as without it, less one.
    let mut others = Vec::new();
    for _ in 1..MOST {
        let other = client();
        let (status, body) = follow(&other, port).await;
        assert_eq!(status, 200);
        others.push((other, body));
    }
    assert_eq!(follow(&client(), port).await.0, 503);
    drop(pages);
    let have_gone = async || world.hub().open_pages() == MOST - 1;
    eventually("the pages of the shared connection have gone", have_gone).await;
    assert_eq!(follow(&client(), port).await.0, 200);
}
