//! A receiver of requests that answers as a test wants, and a client that may ask it.

use brisk_domain::{Clock, ManualClock};
use brisk_outgoing::{AllowedNames, Client, Plain, Settings};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A receiver that is running.
pub(crate) struct Receiver {
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// What was sent to it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> String {
        let start = format!("{name}: ");
        let mut found = self.head.lines().filter_map(|line| line.strip_prefix(start.as_str()));
        found.next().unwrap_or_else(|| panic!("{name}: {}", self.head)).to_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Receiver {
    /// A receiver that answers everything with the same bytes, and then closes.
    pub(crate) async fn saying(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let (seen, answer) = (Arc::clone(&requests), answer.to_owned());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                seen.lock().unwrap().push(request);
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { port, requests }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(Request { head: head.to_owned(), body: body.to_owned() });
            }
        }
        let mut part = vec![0; 64 << 10];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => read.extend_from_slice(&part[..count]),
        }
    }
}

/// A client that may ask 127.0.0.1 without TLS, and 127.0.0.3, where nobody listens.
pub(crate) fn client() -> Arc<Client> {
    Arc::new(Client::new(Settings {
        allow: AllowedNames::parse(["127.0.0.1", "127.0.0.3"]).unwrap(),
        plain: Plain::Loopback,
        time: Duration::from_secs(40),
        ..Settings::default()
    }))
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    let clock = ManualClock::default();
    clock.advance(1_796_018_405);
    Arc::new(clock)
}

/// What all receivers of requests have in common: which answer means what.
pub(crate) fn answers() -> Vec<(String, &'static str)> {
    let status = |line: &str| format!("HTTP/1.1 {line}\r\ncontent-length: 2\r\n\r\nok");
    vec![
        (status("200 OK"), "accepted"),
        (status("202 Accepted"), "accepted"),
        ("HTTP/1.1 204 No Content\r\n\r\n".into(), "accepted"),
        // That it is taken is said before the connection breaks.
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nok".into(), "accepted"),
        (status("400 Bad Request"), "refused"),
        (status("403 Forbidden"), "refused"),
        (status("404 Not Found"), "refused"),
        (status("410 Gone"), "refused"),
        ("HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\n\r\n".into(), "refused"),
        (status("408 Request Timeout"), "not sent"),
        (status("429 Too Many Requests\r\nretry-after: 30"), "not sent, 30"),
        (status("429 Too Many Requests"), "not sent"),
        (status("500 Internal Server Error"), "not sent"),
        (status("503 Unavailable\r\nretry-after: Mon, 30 Nov 2026 06:01:00 GMT"), "not sent, 55"),
        (status("502 Bad Gateway"), "unknown"),
        (status("504 Gateway Timeout"), "unknown"),
        (String::new(), "unknown"),
        ("what?".into(), "unknown"),
    ]
}

/// An outcome as [`answers`] names it.
pub(crate) fn named(outcome: &brisk_delivery::Outcome) -> String {
    use brisk_delivery::Outcome;
    match outcome {
        Outcome::Accepted => "accepted".into(),
        Outcome::Refused(_) => "refused".into(),
        Outcome::NotSent { after: Some(after), .. } => format!("not sent, {}", after.as_secs()),
        Outcome::NotSent { after: None, .. } => "not sent".into(),
        Outcome::Unknown(_) => "unknown".into(),
    }
}
