//! Listeners that answer as a test decides, and a resolver that says what a test wants.

use brisk_outgoing::{AllowedNames, Client, Failure, Plain, Request, Resolve, Settings, Target};
use brisk_test_waiting::{eventually, wait_for};
use bytes::Bytes;
use http::Response;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A part of what a server sends.
#[derive(Clone)]
pub(crate) enum Piece {
    Once(Vec<u8>),
    /// Again and again, with a pause before each.
    Forever(Vec<u8>, Duration),
    /// Nothing more, and the connection stays open.
    Silence,
}

/// What a server sends for a request, which it has read to the end.
pub(crate) type Answers = Arc<dyn Fn(&str) -> Vec<Piece> + Send + Sync>;

/// A server that records what it is asked.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    peers: Arc<Mutex<Vec<SocketAddr>>>,
    sent: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server that answers each request with the same text.
    pub(crate) async fn saying(text: impl Into<Vec<u8>>) -> Self {
        let text = text.into();
        Self::sending(vec![Piece::Once(text)]).await
    }

    pub(crate) async fn sending(pieces: Vec<Piece>) -> Self {
        Self::answering(Arc::new(move |_: &str| pieces.clone())).await
    }

    pub(crate) async fn answering(answers: Answers) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), answers).await.unwrap()
    }

    pub(crate) async fn at(address: SocketAddr, answers: Answers) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let server = Self {
            address: listener.local_addr()?,
            peers: Arc::default(),
            sent: Arc::default(),
            requests: Arc::default(),
        };
        let (peers, sent) = (Arc::clone(&server.peers), Arc::clone(&server.sent));
        let requests = Arc::clone(&server.requests);
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                peers.lock().unwrap().push(peer);
                let (answers, sent) = (Arc::clone(&answers), Arc::clone(&sent));
                let requests = Arc::clone(&requests);
                tokio::spawn(async move { serve(stream, &answers, &requests, &sent).await });
            }
        });
        Ok(server)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The requests so far: head and body of each.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The bytes that could be sent so far.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    /// How many connections have come. They are accepted in their order: one more, of the test's own, is
    /// waited for.
    pub(crate) async fn connections(&self) -> usize {
        let own = TcpStream::connect(self.address).await.unwrap();
        let own = own.local_addr().unwrap();
        let before = || self.peers.lock().unwrap().iter().position(|peer| *peer == own);
        eventually("the test's own connection", async || before().is_some()).await;
        let before = before().unwrap();
        self.peers.lock().unwrap().remove(before);
        before
    }
}

/// Reads one request and answers it; what fails is the client's going away.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    answers: &Answers,
    requests: &Mutex<Vec<String>>,
    sent: &AtomicUsize,
) {
    let Some(request) = request(&mut stream).await else { return };
    let pieces = answers(&request);
    requests.lock().unwrap().push(request);
    for piece in pieces {
        match piece {
            Piece::Once(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
                sent.fetch_add(bytes.len(), Ordering::SeqCst);
            }
            Piece::Forever(bytes, pause) => {
                while stream.write_all(&bytes).await.is_ok() && stream.flush().await.is_ok() {
                    sent.fetch_add(bytes.len(), Ordering::SeqCst);
                    tokio::time::sleep(pause).await;
                }
                return;
            }
            Piece::Silence => {
                let _ = stream.flush().await;
                let _ = stream.read(&mut [0]).await;
                return;
            }
        }
    }
    let _ = stream.shutdown().await;
}

async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => read.extend_from_slice(&part[..count]),
        }
    }
}

/// A resolver that says what a test wants, in turn; the last answer stays.
#[derive(Default)]
pub(crate) struct Names {
    answers: HashMap<String, Vec<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    pub(crate) fn with(mut self, name: &str, answers: &[&[&str]]) -> Self {
        let parsed = |texts: &&[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        self.answers.insert(name.to_owned(), answers.iter().map(parsed).collect());
        self
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl Resolve for Names {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut asked = self.asked.lock().unwrap();
        let before = asked.iter().filter(|asked| *asked == name).count();
        asked.push(name.to_owned());
        let answers = self.answers.get(name).ok_or_else(|| io::Error::other("no such name"))?;
        Ok(answers[before.min(answers.len() - 1)].clone())
    }
}

/// Settings of a client that may ask `allow`, also without TLS, with more time than anything takes.
pub(crate) fn settings(allow: &[&str]) -> Settings {
    Settings {
        allow: AllowedNames::parse(allow.iter().copied()).unwrap(),
        plain: Plain::Allowed,
        time: Duration::from_secs(40),
        ..Settings::default()
    }
}

pub(crate) fn client(settings: Settings, names: Names) -> (Client, Arc<Names>) {
    let names = Arc::new(names);
    let resolver = Arc::clone(&names) as Arc<dyn Resolve>;
    (Client::with_resolver(settings, resolver), names)
}

/// What a client makes of an address.
pub(crate) async fn get(client: &Client, url: &str) -> Result<Response<Bytes>, Failure> {
    wait_for(url.to_owned(), client.send(Request::get(Target::parse(url)?))).await
}

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
