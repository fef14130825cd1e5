//! Many pages that follow their data, each over a connection of its own or as a stream of HTTP/2.

use super::dashboards::COUNTER;
use crate::open_pages::current_edition;
use crate::raw::request;
use crate::servers::brisk::Brisk;
use anyhow::{Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// What all pages have heard together.
#[derive(Default)]
pub(super) struct Followers {
    /// Pages that know an edition of the counter.
    open: AtomicUsize,
    /// Pages that have heard of the current change, and editions that pages heard of in total.
    heard: AtomicUsize,
    all: AtomicUsize,
    /// When the first and the last page heard of the current change.
    times: Mutex<Option<(Instant, Instant)>>,
}

const PAUSE: Duration = Duration::from_millis(20);

impl Followers {
    /// Waits until so many pages are open.
    pub(super) async fn open(&self, pages: usize, patience: Duration) -> Result<()> {
        until(&self.open, pages, patience, "pages are open").await
    }

    /// Begins with another change.
    pub(super) fn next(&self) {
        self.heard.store(0, Ordering::SeqCst);
        *self.times.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Waits until so many pages have heard of it.
    pub(super) async fn heard(&self, pages: usize, patience: Duration) -> Result<()> {
        until(&self.heard, pages, patience, "pages have heard of a change").await
    }

    /// How long after `since` the first and the last page heard of it.
    pub(super) fn times(&self, since: Instant) -> (Duration, Duration) {
        let times = *self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let after = |time: Instant| time.saturating_duration_since(since);
        times.map(|(first, last)| (after(first), after(last))).unwrap_or_default()
    }

    /// How many times a page has not heard of one of `changes`.
    pub(super) fn behind(&self, changes: usize) -> usize {
        let expected = self.open.load(Ordering::SeqCst) * changes;
        expected.saturating_sub(self.all.load(Ordering::SeqCst))
    }

    fn note(&self, is_first: bool) {
        if is_first {
            self.open.fetch_add(1, Ordering::SeqCst);
            return;
        }
        let now = Instant::now();
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        *times = Some((times.map_or(now, |(first, _)| first), now));
        self.all.fetch_add(1, Ordering::SeqCst);
        self.heard.fetch_add(1, Ordering::SeqCst);
    }
}

async fn until(count: &AtomicUsize, all: usize, patience: Duration, what: &str) -> Result<()> {
    let begun = Instant::now();
    while count.load(Ordering::SeqCst) < all {
        if begun.elapsed() > patience {
            bail!("{} of {all} {what} after {patience:?}", count.load(Ordering::SeqCst));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// What one page knows: the end of what has come, and the counter's edition.
#[derive(Default)]
struct Known {
    text: String,
    edition: String,
}

impl Known {
    fn read(&mut self, bytes: &[u8], followers: &Followers) {
        self.text.push_str(&String::from_utf8_lossy(bytes));
        while let Some((event, rest)) = self.text.split_once("\n\n") {
            let panel = format!("\"{COUNTER}\":");
            if let Some(edition) = current_edition(event, &panel).filter(|new| *new != self.edition)
            {
                followers.note(self.edition.is_empty());
                self.edition = edition.to_owned();
            }
            self.text = rest.to_owned();
        }
    }
}

/// A page with a connection of its own.
pub(super) struct Follower(TcpStream);

impl Follower {
    /// Connects from one of the machine's addresses.
    pub(super) async fn connect(replica: &Brisk, address: usize, path: &str) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        let own = [127, 1, (address / 250) as u8, 1 + (address % 250) as u8];
        socket.bind(SocketAddr::from((own, 0)))?;
        let mut stream = socket.connect(replica.address().parse()?).await?;
        stream.write_all(&request(path, "")).await?;
        Ok(Self(stream))
    }

    /// Reads what comes, to the end.
    pub(super) async fn follow(mut self, followers: Arc<Followers>) {
        let (mut known, mut bytes) = (Known::default(), vec![0; 2 << 10]);
        while let Ok(count @ 1..) = self.0.read(&mut bytes).await {
            known.read(&bytes[..count], &followers);
        }
    }
}

/// A connection that pages share.
pub(super) struct Http2(SendRequest<Empty<Bytes>>);

/// A page on it.
pub(super) struct Stream {
    body: Incoming,
    /// Without it the connection would end.
    _connection: SendRequest<Empty<Bytes>>,
}

impl Http2 {
    pub(super) async fn connect(replica: &Brisk) -> Result<Self> {
        let stream = TcpStream::connect(replica.address()).await?;
        let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    /// Opens a page; `None` if the replica has too many.
    pub(super) async fn open(&mut self, replica: &Brisk, path: &str) -> Result<Option<Stream>> {
        self.0.ready().await?;
        let request = Request::get(replica.url(path)).body(Empty::new())?;
        let answer = self.0.send_request(request).await?;
        match answer.status().as_u16() {
            200 => Ok(Some(Stream { body: answer.into_body(), _connection: self.0.clone() })),
            503 => Ok(None),
            status => bail!("{path} was answered with {status}"),
        }
    }
}

impl Stream {
    /// Reads what comes, to the end.
    pub(super) async fn follow(mut self, followers: Arc<Followers>) {
        let mut known = Known::default();
        while let Some(Ok(frame)) = self.body.frame().await {
            if let Some(bytes) = frame.data_ref() {
                known.read(bytes, &followers);
            }
        }
    }
}
