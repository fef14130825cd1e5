//! A minimal client: one persistent connection, one request at a time. Any time it spends itself
//! would count for the server it measures.

use anyhow::{Context, Result, bail};
use std::io::{Read as _, Write as _};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection.
pub struct Raw {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Raw {
    /// Connects to `address`.
    pub async fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 256 << 10] })
    }

    /// Sends `request` and reads the whole response by its `content-length`; returns the status and
    /// the length of the body.
    pub async fn ask(&mut self, request: &[u8]) -> Result<(u16, usize)> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let (status, head, length) = loop {
            let count = self.stream.read(&mut self.buffer[filled..]).await?;
            if count == 0 {
                bail!("the connection ended");
            }
            filled += count;
            if let Some(found) = head(&self.buffer[..filled])? {
                break found;
            }
            if filled == self.buffer.len() {
                bail!("the head is too long");
            }
        };
        let mut rest = (head + length).saturating_sub(filled);
        while rest > 0 {
            let most = rest.min(self.buffer.len());
            let count = self.stream.read(&mut self.buffer[..most]).await?;
            if count == 0 {
                bail!("the connection ended");
            }
            rest -= count;
        }
        Ok((status, length))
    }

    /// Sends `request`, and returns the stream for reading the response.
    pub async fn open(mut self, request: &[u8]) -> Result<TcpStream> {
        self.stream.write_all(request).await?;
        Ok(self.stream)
    }
}

/// The same as a blocking client, for a thread of its own.
pub struct Blocking {
    stream: std::net::TcpStream,
    buffer: Vec<u8>,
}

impl Blocking {
    /// Connects to `address`.
    pub fn connect(address: &str) -> Result<Self> {
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 256 << 10] })
    }

    /// Sends `request` and reads the whole response; returns its status.
    pub fn ask(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        loop {
            let count = self.stream.read(&mut self.buffer[filled..])?;
            if count == 0 {
                bail!("the connection ended, or the answer is too long");
            }
            filled += count;
            if let Some((status, head, length)) = head(&self.buffer[..filled])?
                && filled >= head + length
            {
                return Ok(status);
            }
        }
    }
}

/// The request for `path`, with `more` header lines.
pub fn request(path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{more}\r\n").into_bytes()
}

/// Status, length of the head, length of the body; `None` while the head is incomplete.
fn head(bytes: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes[..end])?;
    let status = text.get(9..12).and_then(|status| status.parse().ok()).context("no status")?;
    let lengths = text.lines().filter_map(|line| line.split_once(": "));
    let length = lengths.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.filter_map(|(_, length)| length.parse().ok()).next();
    if length.is_none() && status != 304 {
        bail!("an answer of unknown length: {text}");
    }
    Ok(Some((status, end + 4, length.unwrap_or(0))))
}
