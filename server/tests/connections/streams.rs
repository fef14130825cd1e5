//! HTTP/2 without TLS, as proxies and programs speak it.

use super::process::Process;
use brisk_test_waiting::{eventually, wait_for};
use bytes::Bytes;
use futures::FutureExt;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

type Http2 = Client<HttpConnector, Full<Bytes>>;

fn client() -> Http2 {
    Client::builder(TokioExecutor::new()).http2_only(true).build_http()
}

async fn ask(client: &Http2, request: Request<Full<Bytes>>) -> Response<hyper::body::Incoming> {
    wait_for("an answer over HTTP/2", client.request(request)).await.unwrap()
}

fn get(brisk: &Process, path: &str) -> Request<Full<Bytes>> {
    let url = format!("http://127.0.0.1:{}{path}", brisk.port);
    Request::get(url).body(Full::default()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_not_read_is_reset_and_the_others_go_on() {
    let brisk = Process::start("[connections]\nwrite = \"500ms\"\n");
    brisk.add_asset("long", 24 << 20);
    let client = client();
    let mut unread = ask(&client, get(&brisk, "/assets/long")).await;
    assert_eq!(unread.status(), 200);
    // The same connection has room for others, whose windows are their own.
    let mut live = ask(&client, get(&brisk, "/d/sales/live")).await;
    wait_for("it begins", live.body_mut().frame()).await.unwrap().unwrap();
    eventually("the unread one is reset", async || brisk.figure("connections_write_total") == 1)
        .await;
    let end = async { while let Some(Ok(_)) = unread.body_mut().frame().await {} };
    wait_for("what was sent before comes to an end", end).await;
    let answer = ask(&client, get(&brisk, "/healthz")).await;
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "ok\n");
    while let Some(frame) = live.body_mut().frame().now_or_never() {
        assert!(frame.is_some_and(|frame| frame.is_ok()), "the live stream has ended, too");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_arrive_is_answered_and_an_idle_connection_ended() {
    let brisk = Process::start("[connections]\nbody = \"300ms\"\nidle = \"500ms\"\n");
    let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
    let endless = http_body_util::StreamBody::new(futures::stream::pending());
    let endless: http_body_util::StreamBody<
        futures::stream::Pending<Result<hyper::body::Frame<Bytes>, std::convert::Infallible>>,
    > = endless;
    let request = Request::post(format!("http://127.0.0.1:{}/theme", brisk.port))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(endless)
        .unwrap();
    let answer = wait_for("an answer", client.request(request)).await.unwrap();
    assert_eq!(answer.status(), 408);
    drop(answer);
    eventually("the idle connection is ended", async || {
        brisk.figure("connections_idle_total") == 1
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_page_arrives_in_pieces_and_whole() {
    let brisk = Process::start("");
    let path = "/api/v1/dashboards/sales/data";
    let answer = ask(&client(), get(&brisk, path)).await;
    let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let body = wait_for("its body", answer.into_body().collect()).await.unwrap().to_bytes();
    assert_eq!(body.len(), length, "its length was said before");
    let whole = brisk.get(path);
    let plain = whole.split_once("\r\n\r\n").unwrap().1;
    assert_eq!(body.len(), plain.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn authority_is_the_name_that_is_asked_for() {
    let brisk = Process::start("own_names = [\"dash.example\"]\n");
    let url = format!("http://127.0.0.1:{}/d/sales", brisk.port);
    for (name, expected) in [("dash.example", 200), ("evil.example", 421), ("localhost", 200)] {
        // The `:authority` is that of the URL; where a Host header differs, both count.
        let words = [
            "--http2-prior-knowledge",
            "-s",
            "-o",
            "/dev/null",
            "-w",
            "%{http_version} %{http_code}",
        ];
        let host = format!("Host: {name}");
        let mut curl = std::process::Command::new("curl");
        let output = brisk_test_waiting::output(curl.args(words).args(["-H", &host, &url]));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(said, format!("2 {expected}"), "{name}");
    }
    let form = [
        "--http2-prior-knowledge",
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "-d",
        "theme=dark",
    ];
    for (site, expected) in [("same-origin", "303"), ("cross-site", "403")] {
        let mut curl = std::process::Command::new("curl");
        let site = format!("Sec-Fetch-Site: {site}");
        let url = format!("http://127.0.0.1:{}/theme", brisk.port);
        let output = brisk_test_waiting::output(curl.args(form).args(["-H", &site, &url]));
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{site}");
    }
}
