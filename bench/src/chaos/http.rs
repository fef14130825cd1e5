//! Requests over connections of their own, from any address of the loopback network: forms, and what carries a
//! cookie.

use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

/// A request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'r> {
    /// `GET`, `POST`.
    pub method: &'r str,
    /// The path.
    pub path: &'r str,
    /// The cookie, if any.
    pub cookie: &'r str,
    /// More header lines, each with its end.
    pub headers: &'r str,
    /// The body.
    pub body: &'r str,
    /// Distinguishes clients: each number has an address of its own.
    pub client: usize,
}

/// A response.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The whole response, with its head.
    pub text: String,
}

/// The longest that an answer may take before it counts as none.
pub const PATIENCE: Duration = Duration::from_secs(20);

impl Answer {
    /// The cookie that it sets, as browsers send it back.
    pub fn cookie(&self) -> Option<&str> {
        let lines = self.text.lines().take_while(|line| !line.is_empty());
        let mut pairs = lines.filter_map(|line| line.split_once(": "));
        let (_, cookie) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))?;
        cookie.split(';').next().filter(|cookie| !cookie.ends_with('='))
    }
}

/// Sends a request to the server at that port; an error means that nobody answered.
pub async fn ask(port: u16, request: &Request<'_>) -> Result<Answer> {
    let whole = tokio::time::timeout(PATIENCE, send(port, request)).await;
    whole.context("no answer in time")?
}

async fn send(port: u16, request: &Request<'_>) -> Result<Answer> {
    let Request { method, path, cookie, headers, body, client } = request;
    let socket = TcpSocket::new_v4()?;
    let own = [
        127,
        1 + (client / 62_500 % 200) as u8,
        (client / 250 % 250) as u8,
        1 + (client % 250) as u8,
    ];
    socket.bind(SocketAddr::from((own, 0)))?;
    let mut stream = socket.connect(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    let cookie = match cookie.is_empty() {
        true => String::new(),
        false => format!("cookie: {cookie}\r\n"),
    };
    let kind = match headers.contains("content-type") || body.is_empty() {
        true => "",
        false => "content-type: application/x-www-form-urlencoded\r\n",
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n{cookie}{kind}{headers}\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.get(9..12).and_then(|status| status.parse().ok());
    Ok(Answer { status: status.context("the answer has no status")?, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_from_the_head_and_only_if_it_is_set() {
        let answer = |text: &str| Answer { status: 303, text: text.into() };
        let set = answer("HTTP/1.1 303 See Other\r\nSet-Cookie: brisk_session=abc; Path=/\r\n\r\n");
        assert_eq!(set.cookie(), Some("brisk_session=abc"));
        let cleared =
            answer("HTTP/1.1 303 See Other\r\nset-cookie: brisk_session=; Path=/\r\n\r\n");
        assert_eq!(cleared.cookie(), None);
        assert_eq!(answer("HTTP/1.1 200 OK\r\n\r\nset-cookie: a=b").cookie(), None);
    }
}
