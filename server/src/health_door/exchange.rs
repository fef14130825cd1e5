//! Health checks on a connection: whether it asks for `/healthz`, and the answer. Bytes of anything else
//! are only peeked at.

use super::pulse::Pulse;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

/// How a health check begins.
const REQUESTS: [&[u8]; 2] = [b"GET /healthz HTTP/1.", b"HEAD /healthz HTTP/1."];
/// How long a connection is watched that has sent nothing decisive.
pub(super) const SILENT: Duration = Duration::from_secs(1);
/// The pause before the first bytes are read again that may become a health check.
pub(super) const AGAIN: Duration = Duration::from_millis(5);
/// How long a whole health check may take.
const EXCHANGE: Duration = Duration::from_secs(5);
/// What ends a head.
const END: &[u8] = b"\r\n\r\n";
/// The longest head of such a request.
const HEAD: usize = 16 << 10;

/// Answers a connection's health checks; gives it back when it asks for something else.
pub(super) async fn answered(
    mut stream: TcpStream,
    idle: Duration,
    pulse: &Pulse,
    hurry: &Notify,
) -> Option<TcpStream> {
    let mut is_answered = false;
    loop {
        let limit = if is_answered { idle } else { SILENT };
        tokio::select! {
            said = timeout(limit, stream.readable()) => match said {
                Ok(Ok(())) => {}
                // It may still send something, unless it has its answer.
                Err(_) if !is_answered => return Some(stream),
                Ok(Err(_)) | Err(_) => return None,
            },
            () = hurry.notified() => return Some(stream).filter(|_| !is_answered),
        }
        match timeout(SILENT, asks_for_health(&stream)).await {
            Ok(Ok(true)) => match timeout(EXCHANGE, answer(&mut stream, pulse)).await {
                Ok(Ok(true)) => is_answered = true,
                Ok(_) | Err(_) => return None,
            },
            Ok(Err(_)) => return None,
            Ok(Ok(false)) | Err(_) => return Some(stream),
        }
    }
}

async fn asks_for_health(stream: &TcpStream) -> io::Result<bool> {
    let mut bytes = [0; 32];
    loop {
        let count = stream.peek(&mut bytes).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let begun = &bytes[..count];
        if REQUESTS.iter().any(|request| begun.starts_with(request)) {
            return Ok(true);
        }
        if !REQUESTS.iter().any(|request| request.starts_with(begun)) {
            return Ok(false);
        }
        sleep(AGAIN).await;
    }
}

/// Answers one request; whether there may be another one. What follows the request is left in the
/// connection, except for a client that sends before it has its answer: that is answered and closed.
async fn answer(stream: &mut TcpStream, pulse: &Pulse) -> io::Result<bool> {
    let mut head = Vec::with_capacity(512);
    let end = loop {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(false);
        }
        if let Some(at) = head.windows(END.len()).position(|bytes| bytes == END) {
            break at + END.len();
        }
        if head.len() > HEAD {
            return Ok(false);
        }
    };
    let text = String::from_utf8_lossy(&head[..end]).to_ascii_lowercase();
    let is_kept = text.contains(" http/1.1\r\n")
        && head.len() == end
        && !["connection: close", "content-length:", "transfer-encoding:", "upgrade:"]
            .iter()
            .any(|word| text.contains(word));
    let (status, text) = match pulse.is_stalled() {
        false => ("200 OK", "ok\n"),
        true => ("503 Service Unavailable", "stalled\n"),
    };
    let body = if head.starts_with(b"HEAD") { "" } else { text };
    let connection = if is_kept { "keep-alive" } else { "close" };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: {connection}\r\n\r\n{body}",
        text.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    if !is_kept {
        stream.shutdown().await?;
    }
    Ok(is_kept)
}
