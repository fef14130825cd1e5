//! Hostile clients: connections that take their time, and requests that a browser sends for another
//! site.

use crate::servers::brisk::Brisk;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Hostile connections, and how many of them the server has closed.
pub(super) struct Sockets {
    _tasks: JoinSet<()>,
    ended: Arc<AtomicUsize>,
    all: usize,
}

/// How a connection behaves.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// Nothing.
    Silent,
    /// A byte of its head each second.
    SlowHead,
    /// A byte of its body each second.
    SlowBody,
    /// Requests a lot, and reads nothing.
    Unread,
    /// One request, and then nothing.
    Idle,
}

const MANNERS: [Manner; 5] =
    [Manner::Silent, Manner::SlowHead, Manner::SlowBody, Manner::Unread, Manner::Idle];

impl Sockets {
    /// Opens `count` connections, evenly split over the manners.
    pub(super) async fn open(brisk: &Brisk, count: usize) -> Result<Self> {
        let (mut tasks, ended) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
        for i in 0..count {
            let manner = MANNERS[i % MANNERS.len()];
            let (address, ended) = (brisk.address(), Arc::clone(&ended));
            tasks.spawn(async move {
                // A connection refused at once counts as closed, too.
                if let Ok(stream) = TcpStream::connect(&address).await {
                    behave(stream, manner, &address).await;
                }
                ended.fetch_add(1, Ordering::Relaxed);
            });
        }
        Ok(Self { _tasks: tasks, ended, all: count })
    }

    /// How many the server has closed, and of how many.
    pub(super) fn ended(&self) -> (usize, usize) {
        (self.ended.load(Ordering::Relaxed), self.all)
    }
}

/// Returns once the server has closed the connection.
async fn behave(mut stream: TcpStream, manner: Manner, host: &str) {
    let head = format!("host: {host}\r\n");
    let begun = match manner {
        Manner::Silent => String::new(),
        Manner::SlowHead => "GET /".into(),
        Manner::SlowBody => format!(
            "POST /theme HTTP/1.1\r\n{head}content-type: application/x-www-form-urlencoded\r\n\
             content-length: 4000\r\n\r\n"
        ),
        Manner::Unread => {
            format!("GET /api/v1/dashboards/warm/panels/many.csv HTTP/1.1\r\n{head}\r\n")
        }
        Manner::Idle => format!("GET /healthz HTTP/1.1\r\n{head}\r\n"),
    };
    // Many answers that nobody reads, so that they do not fit into the kernel's buffers.
    let times = if matches!(manner, Manner::Unread) { 20 } else { 1 };
    if stream.write_all(begun.repeat(times).as_bytes()).await.is_err() {
        return;
    }
    loop {
        match manner {
            Manner::SlowHead | Manner::SlowBody => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if stream.write_all(b"a").await.is_err() {
                    return;
                }
            }
            Manner::Unread => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                // Fails once the server has reset the connection; nothing is read.
                if stream.write_all(b"").await.is_err()
                    || stream.take_error().ok().flatten().is_some()
                {
                    return;
                }
                let ready = stream.ready(tokio::io::Interest::WRITABLE).await;
                if ready.is_ok_and(|ready| ready.is_write_closed()) {
                    return;
                }
            }
            Manner::Silent | Manner::Idle => {
                let mut buffer = [0; 512];
                if !matches!(stream.read(&mut buffer).await, Ok(1..)) {
                    return;
                }
            }
        }
    }
}

/// Requests that are not the reader's own: other names, other sites, forged forms.
pub(super) async fn forged(
    port: u16,
    end: Instant,
) -> Result<BTreeMap<&'static str, BTreeMap<u16, usize>>> {
    let own = format!("host: 127.0.0.1:{port}\r\n");
    let form = "content-type: application/x-www-form-urlencoded\r\ncontent-length: 10\r\n";
    let kinds = [
        ("another host", "GET /d/warm HTTP/1.1\r\nhost: evil.example\r\n\r\n".to_owned()),
        ("two hosts", format!("GET /d/warm HTTP/1.1\r\n{own}host: evil.example\r\n\r\n")),
        (
            "a form of another site",
            format!(
                "POST /theme HTTP/1.1\r\n{own}{form}origin: http://evil.example\r\n\
                 sec-fetch-site: cross-site\r\n\r\ntheme=dark"
            ),
        ),
        (
            "an image of another site",
            format!(
                "GET /d/warm HTTP/1.1\r\n{own}sec-fetch-site: cross-site\r\n\
                 sec-fetch-mode: no-cors\r\nsec-fetch-dest: image\r\n\r\n"
            ),
        ),
    ];
    let mut counts: BTreeMap<&'static str, BTreeMap<u16, usize>> = BTreeMap::new();
    while Instant::now() < end {
        for (kind, request) in &kinds {
            let status = status(port, request).await.unwrap_or(0);
            *counts.entry(kind).or_default().entry(status).or_default() += 1;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(counts)
}

async fn status(port: u16, request: &str) -> Result<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut line = [0; 12];
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_exact(&mut line));
    read.await.context("no answer")??;
    Ok(std::str::from_utf8(&line[9..])?.parse()?)
}
