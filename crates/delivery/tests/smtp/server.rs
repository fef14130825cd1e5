//! A mail server that does at each step what a test wants.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Where a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    Connect,
    Greeting,
    Ehlo,
    StartTls,
    Handshake,
    EhloAgain,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// In the middle of the message.
    Body,
    /// After its last line.
    Dot,
    Rset,
    Quit,
}

/// What it does there.
#[derive(Debug, Clone)]
pub(super) enum Does {
    Say(String),
    Drop,
    /// Nothing, for as long as the client waits.
    Silence,
}

/// What a server does at a point, with what was said to it.
pub(super) type Script = Arc<dyn Fn(Point, &str) -> Does + Send + Sync>;

/// What was sent to a server.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) commands: Vec<String>,
    /// Whole messages, without the dots that were added.
    pub(super) messages: Vec<String>,
    pub(super) connections: usize,
    pub(super) open: usize,
    pub(super) most_open: usize,
}

/// A server that is running.
pub(super) struct Server {
    pub(super) port: u16,
    seen: Arc<Mutex<Seen>>,
}

/// What a server does that takes everything.
pub(super) fn usual(point: Point, said: &str) -> Does {
    let text = match point {
        Point::Greeting => "220 mx.test ready",
        Point::Ehlo => {
            "250-mx.test\r\n250-SIZE 30000000\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME"
        }
        Point::EhloAgain => "250-mx.test\r\n250-SIZE 30000000\r\n250 AUTH PLAIN",
        Point::StartTls => "220 go ahead",
        Point::Auth if said == "AUTH LOGIN" || said.len() == "YnJpc2s=".len() => "334 more",
        Point::Auth => "235 welcome",
        Point::Data => "354 go ahead",
        Point::Quit => "221 bye",
        _ => "250 OK",
    };
    Does::Say(text.to_owned())
}

/// What a server does that takes everything but at one point.
pub(super) fn but_at(at: Point, does: Does) -> Script {
    Arc::new(move |point, said| if point == at { does.clone() } else { usual(point, said) })
}

impl Server {
    pub(super) async fn usual() -> Self {
        Self::plain(Arc::new(usual)).await
    }

    /// Without TLS.
    pub(super) async fn plain(script: Script) -> Self {
        Self::start(script, None, false).await
    }

    /// With TLS: from the first byte, or when it is asked for.
    pub(super) async fn start(script: Script, tls: Option<TlsAcceptor>, implicit: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Mutex<Seen>>::default();
        let server = Self { port, seen: Arc::clone(&seen) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                {
                    let mut seen = seen.lock().unwrap();
                    seen.connections += 1;
                    seen.open += 1;
                    seen.most_open = seen.most_open.max(seen.open);
                }
                let (script, tls, seen) = (Arc::clone(&script), tls.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    let mut conversation = Conversation { script, seen: Arc::clone(&seen) };
                    let _ = conversation.with(stream, tls, implicit).await;
                    seen.lock().unwrap().open -= 1;
                });
            }
        });
        server
    }

    pub(super) fn seen<T>(&self, read: impl FnOnce(&Seen) -> T) -> T {
        read(&self.seen.lock().unwrap())
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

struct Conversation {
    script: Script,
    seen: Arc<Mutex<Seen>>,
}

/// The connection ends.
struct End;

impl Conversation {
    async fn with(
        &mut self,
        stream: TcpStream,
        tls: Option<TlsAcceptor>,
        implicit: bool,
    ) -> Result<(), End> {
        if let Does::Drop = (self.script)(Point::Connect, "") {
            return Err(End);
        }
        if implicit {
            let mut stream = tls.unwrap().accept(stream).await.map_err(|_| End)?;
            self.act(&mut stream, Point::Greeting, "").await?;
            return self.commands(&mut stream, Point::Ehlo).await.map(|_| ());
        }
        let mut stream = stream;
        self.act(&mut stream, Point::Greeting, "").await?;
        if self.commands(&mut stream, Point::Ehlo).await? {
            if let Does::Drop = (self.script)(Point::Handshake, "") {
                return Err(End);
            }
            let mut stream = tls.unwrap().accept(stream).await.map_err(|_| End)?;
            self.commands(&mut stream, Point::EhloAgain).await?;
        }
        Ok(())
    }

    /// Does what the script says; the answer is whether that is the usual.
    async fn act(&self, stream: &mut impl Stream, point: Point, said: &str) -> Result<bool, End> {
        match (self.script)(point, said) {
            Does::Say(text) => {
                stream.write_all(format!("{text}\r\n").as_bytes()).await.map_err(|_| End)?;
                stream.flush().await.map_err(|_| End)?;
                Ok(text.starts_with(['2', '3']))
            }
            Does::Drop => Err(End),
            Does::Silence => {
                let _ = stream.read_to_end(&mut Vec::new()).await;
                Err(End)
            }
        }
    }

    /// Follows commands to the end, or to `STARTTLS`.
    async fn commands(&mut self, stream: &mut impl Stream, ehlo: Point) -> Result<bool, End> {
        loop {
            let line = line(stream).await?;
            self.seen.lock().unwrap().commands.push(line.clone());
            let verb = line.split(' ').next().unwrap_or_default();
            let point = match verb {
                "EHLO" => ehlo,
                "STARTTLS" => Point::StartTls,
                "MAIL" => Point::Mail,
                "RCPT" => Point::Rcpt,
                "DATA" => Point::Data,
                "RSET" => Point::Rset,
                "QUIT" => Point::Quit,
                _ => Point::Auth,
            };
            match (point, self.act(stream, point, &line).await?) {
                (Point::StartTls, true) => return Ok(true),
                (Point::Quit, _) => return Ok(false),
                (Point::Data, true) => self.message(stream).await?,
                _ => {}
            }
        }
    }

    async fn message(&mut self, stream: &mut impl Stream) -> Result<(), End> {
        if let Does::Drop = (self.script)(Point::Body, "") {
            let _ = stream.read(&mut [0; 512]).await;
            return Err(End);
        }
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n.\r\n") {
            let mut part = vec![0; 64 << 10];
            let count = stream.read(&mut part).await.map_err(|_| End)?;
            if count == 0 {
                return Err(End);
            }
            read.extend_from_slice(&part[..count]);
        }
        read.truncate(read.len() - 3);
        let text = String::from_utf8(read).expect("a message is ASCII");
        let text = text.strip_prefix('.').unwrap_or(&text).replace("\r\n.", "\r\n");
        self.seen.lock().unwrap().messages.push(text);
        self.act(stream, Point::Dot, "").await.map(|_| ())
    }
}

async fn line(stream: &mut impl Stream) -> Result<String, End> {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n") {
        read.push(stream.read_u8().await.map_err(|_| End)?);
    }
    read.truncate(read.len() - 2);
    Ok(String::from_utf8(read).unwrap())
}

/// A certificate authority, and what it has made for `mail.internal`.
pub(super) struct Authority {
    folder: TempDir,
    pub(super) acceptor: TlsAcceptor,
}

impl Authority {
    pub(super) fn for_name(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = certificate.signed_by(&key, &issuer).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (file, pem) in [
            ("ca.pem", issuer.pem()),
            ("cert.pem", certificate.pem()),
            ("key.pem", key.serialize_pem()),
        ] {
            std::fs::write(folder.path().join(file), pem).unwrap();
        }
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let algorithms = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(algorithms)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Self { folder, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
