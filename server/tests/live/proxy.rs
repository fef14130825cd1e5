//! Pages and live channels through nginx with its defaults: it holds back answers until its buffers are
//! full, and compresses pages.

use super::world::{TOO_LATE, World, world};
use axum::extract::Request;
use axum::middleware::{self, Next};
use brisk_bench::servers::free_port;
use brisk_bench::servers::guarded::Guarded;
use brisk_server::connections::limits::Limits;
use brisk_server::connections::listening::Server;
use brisk_server::connections::registry::Registry;
use brisk_server::connections::stop::Stop;
use brisk_test_waiting::{eventually, output, wait_for};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// nginx in front of `upstream`; `None` with `--quick`.
struct Nginx {
    port: u16,
    /// Where it speaks HTTP/2, without TLS.
    http2: u16,
    /// Where it keeps its connections to the server for the next request, whoever's it is.
    kept: u16,
    _process: Guarded,
    _directory: tempfile::TempDir,
}

async fn nginx(upstream: u16, packs: bool) -> Option<Nginx> {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return None;
    }
    let directory = tempfile::tempdir().unwrap();
    let [port, http2, kept] = [(); 3].map(|()| free_port().unwrap());
    let root = directory.path().display();
    // As Debian ships it: `gzip on` compresses text/html.
    let gzip = if packs { "gzip on;" } else { "" };
    let text = format!(
        "daemon off; master_process off; pid {root}/pid; error_log stderr;\n\
         events {{}}\n\
         http {{\n access_log off; {gzip}\n client_body_temp_path {root}/body; proxy_temp_path {root}/proxy;\n\
         fastcgi_temp_path {root}/fastcgi; uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;\n\
         server {{ listen 127.0.0.1:{port}; listen 127.0.0.1:{http2} http2; location / {{ proxy_pass http://127.0.0.1:{upstream}; }} }}\n\
         upstream kept {{ server 127.0.0.1:{upstream}; keepalive 4; }}\n\
         server {{ listen 127.0.0.1:{kept}; proxy_http_version 1.1; proxy_set_header Connection \"\"; \
         proxy_request_buffering off; proxy_set_header Host localhost; location / {{ proxy_pass http://kept; }} }}\n}}\n"
    );
    let file = directory.path().join("nginx.conf");
    std::fs::write(&file, text).unwrap();
    // Debian installs it outside of the usual PATH of users.
    let known = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];
    let program = known.into_iter().find(|path| std::path::Path::new(path).exists());
    let program = program.expect("nginx is not installed; cargo xtask test installs it");
    let words = [program.into(), "-c".into(), file.into_os_string()];
    let log = directory.path().join("log");
    let process = Guarded::start(&words, directory.path(), &log, "KILL", &[]).unwrap();
    let listens = async || TcpStream::connect(("127.0.0.1", port)).await.is_ok();
    eventually("nginx listens", listens).await;
    Some(Nginx { port, http2, kept, _process: process, _directory: directory })
}

/// Serves as `brisk serve` does. nginx sends as Host what it connects to.
pub(super) async fn upstream(world: &World) -> u16 {
    upstream_of(world.app()).await
}

async fn upstream_of(app: axum::Router) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = Server::new(app, Arc::default(), Limits::default(), Registry::default());
    let running = watch::Sender::new(false);
    let stop = Stop::on(&running);
    tokio::spawn(async move {
        let _running = running;
        server.serve(listener, stop).await
    });
    port
}

/// An answer that is read as it comes.
struct Reading {
    stream: TcpStream,
    raw: Vec<u8>,
}

impl Reading {
    async fn get(port: u16, path: &str, more: &str) -> Self {
        let mut stream = wait_for("nginx", TcpStream::connect(("127.0.0.1", port))).await.unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{more}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        Self { stream, raw: Vec::new() }
    }

    /// Reads more; whether there was any.
    async fn read(&mut self) -> bool {
        let mut bytes = [0; 16 << 10];
        let count = self.stream.read(&mut bytes).await.unwrap();
        self.raw.extend_from_slice(&bytes[..count]);
        count > 0
    }

    async fn until(&mut self, text: &str) {
        self.until_after(0, text).await;
    }

    /// The same, in what comes after so many bytes.
    async fn until_after(&mut self, bytes: usize, text: &str) {
        let come = async {
            while !self.text().get(bytes..).is_some_and(|rest| rest.contains(text)) {
                assert!(self.read().await, "it ended without {text}: {}", self.text());
            }
        };
        wait_for(format!("{text} comes through nginx"), come).await;
    }

    /// Reads to the end.
    async fn whole(&mut self) -> String {
        let end = async { while self.read().await {} };
        wait_for("the end of what comes through nginx", end).await;
        self.text()
    }

    /// What has come so far, with chunks joined and decompressed.
    fn text(&self) -> String {
        let Some(end) = self.raw.windows(4).position(|window| window == b"\r\n\r\n") else {
            return String::new();
        };
        let head = String::from_utf8_lossy(&self.raw[..end]).to_lowercase();
        let mut body = self.raw[end + 4..].to_vec();
        if head.contains("transfer-encoding: chunked") {
            body = unchunked(&body);
        }
        if !head.contains("content-encoding: gzip") {
            return String::from_utf8_lossy(&body).into_owned();
        }
        let (mut text, mut unpack) = (Vec::new(), flate2::write::GzDecoder::new(Vec::new()));
        // Incomplete data still decompress as far as they go.
        if std::io::Write::write_all(&mut unpack, &body).is_ok() {
            let _ = std::io::Write::flush(&mut unpack);
            text.extend_from_slice(unpack.get_ref());
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end]).ok();
        let Some(size) = size.and_then(|size| usize::from_str_radix(size.trim(), 16).ok()) else {
            break;
        };
        let rest = &bytes[end + 2..];
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        if size == 0 || rest.len() < size + 2 {
            break;
        }
        bytes = &rest[size + 2..];
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_streams_through_nginx_packed_or_not_and_what_is_there_does_not_wait() {
    for (packs, accept) in
        [(false, ""), (true, "accept-encoding: gzip\r\n"), (false, "accept-encoding: gzip\r\n")]
    {
        let world = world().await;
        // What the page has at once is there.
        world.settle("/d/sales").await;
        let Some(nginx) = nginx(upstream(&world).await, packs).await else { return };
        let _held = world.hold("slow").await;
        let mut page = Reading::get(nginx.port, "/d/slow", accept).await;
        page.until("</main>").await;
        world.clock.advance(TOO_LATE);
        assert!(!page.text().contains("data-state=\"late\""), "it came only when it was complete");
        let text = page.whole().await;
        assert!(text.contains("data-state=\"late\""), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_channel_comes_through_nginx_event_by_event() {
    let world = world().await;
    let Some(nginx) = nginx(upstream(&world).await, true).await else { return };
    let mut live = Reading::get(nginx.port, "/d/sales/live", "accept-encoding: gzip\r\n").await;
    live.until("\"total\"").await;
    live.until("\"current\"").await;
    let before = live.text().len();
    world.sell(58).await;
    world.invalidate("table:shop.orders").await;
    // A late client may miss what is sent in between.
    live.until_after(before, "event: panels").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_page_is_not_sent_again_through_nginx() {
    let world = world().await;
    let tag = world.settle("/d/sales").await.header("etag").to_owned();
    let Some(nginx) = nginx(upstream(&world).await, true).await else { return };
    let more = format!("if-none-match: {tag}\r\naccept-encoding: br\r\n");
    let mut page = Reading::get(nginx.port, "/d/sales", &more).await;
    page.whole().await;
    let head = String::from_utf8_lossy(&page.raw).into_owned();
    assert!(head.starts_with("HTTP/1.1 304"), "{head}");
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_our_own_pages_pass_nginx_whatever_it_says_as_host_and_those_of_others_do_not() {
    let world = world().await;
    let Some(nginx) = nginx(upstream(&world).await, true).await else { return };
    let post = |headers: &[&str], (version, port): (&str, u16)| {
        let url = format!("http://127.0.0.1:{port}/d/sales/refresh");
        let mut curl = Command::new("curl");
        curl.args(["-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", version]);
        curl.args(headers.iter().flat_map(|header| ["-H", header]));
        let said = output(curl.args(["-d", "back=/d/sales?full=true", &url]));
        String::from_utf8_lossy(&said.stdout).into_owned()
    };
    let (own, cross) = ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site");
    let (public, evil) = ("Origin: https://dash.example", "Origin: https://evil.example");
    for version in [("--http1.1", nginx.port), ("--http2-prior-knowledge", nginx.http2)] {
        let answer = post(&[own, public], version);
        assert!(answer.starts_with("303 ") && answer.ends_with("/d/sales?full=true"), "{answer}");
        assert!(post(&[], version).starts_with("303 "), "curl by itself");
        for headers in [&[cross, evil][..], &[cross], &[evil], &[own, "Origin: null"]] {
            assert_eq!(post(headers, version), "403 ", "{headers:?}");
        }
    }
}

/// What another server may have taken for a request, and is the body of one.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn no_body_becomes_a_request_on_a_connection_that_nginx_keeps_for_others() {
    let world = world().await;
    world.settle("/d/sales").await;
    let smuggled = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&smuggled);
    let app = world.app().layer(middleware::from_fn(move |request: Request, next: Next| {
        let is_smuggled = request.uri().path().contains("smuggled");
        counted.fetch_add(usize::from(is_smuggled), Ordering::SeqCst);
        next.run(request)
    }));
    let Some(nginx) = nginx(upstream_of(app).await, false).await else { return };
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let length = format!("content-length: {}\r\n", SMUGGLED.len());
    let chunk = format!("{:x}\r\n{SMUGGLED}\r\n0\r\n\r\n", SMUGGLED.len());
    let mut bodies = Vec::new();
    for ask in [
        "POST /theme",
        "POST /nowhere",
        "GET /readyz",
        "HEAD /d/sales",
        "GET /d/sales",
        "PUT /d/sales",
    ] {
        bodies.push(format!("{ask} HTTP/1.1\r\nhost: x\r\n{form}{length}\r\n{SMUGGLED}"));
        bodies.push(format!(
            "{ask} HTTP/1.1\r\nhost: x\r\n{length}expect: 100-continue\r\n\r\n{SMUGGLED}"
        ));
        for coding in [
            "chunked",
            "Chunked",
            "xchunked",
            "chunked, identity",
            "\tchunked",
            "chunked\r\ncontent-length: 3",
        ] {
            bodies.push(format!(
                "{ask} HTTP/1.1\r\nhost: x\r\n{form}transfer-encoding: {coding}\r\n\r\n{chunk}"
            ));
        }
    }
    for body in &bodies {
        for _ in 0..2 {
            let connecting = TcpStream::connect(("127.0.0.1", nginx.kept));
            let mut stream = wait_for("nginx", connecting).await.unwrap();
            // It may have refused before all of it is there.
            let _ = stream.write_all(body.as_bytes()).await;
            let mut begun = [0; 9];
            wait_for("an answer", stream.read_exact(&mut begun)).await.unwrap();
            assert_eq!(&begun, b"HTTP/1.1 ", "{body}");
        }
        // Who comes next over such a connection has the answer to their own request.
        let next = Reading::get(nginx.kept, "/readyz", "").await.whole().await;
        assert_eq!(next, "ready\n", "after {body}");
    }
    assert_eq!(smuggled.load(Ordering::SeqCst), 0);
}
