//! One request and its answer over a connection of their own, HTTP/1.1.

use crate::progress::Progress;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::pin::pin;
use tokio::io::{AsyncRead, AsyncWrite};

/// The longest head of an answer in bytes, and its most headers; trailers may be as long.
const HEAD: usize = 32 << 10;
const HEADERS: usize = 100;

/// Why an answer was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// Its body is longer than it may be.
    Long,
    /// The connection was broken, or what came over it is not HTTP.
    Broken(String),
}

impl From<hyper::Error> for Unread {
    fn from(error: hyper::Error) -> Self {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        Self::Broken(format!("{error}{}", cause.unwrap_or_default()))
    }
}

/// Sends a request and reads the answer, whose body may have `longest` bytes. That of an answer which `leads`
/// elsewhere is not read.
pub(crate) async fn exchange<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    longest: usize,
    leads: impl Fn(&Response<Incoming>) -> bool,
    progress: &Progress,
) -> Result<Response<Bytes>, Unread>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.max_header_size(HEAD).max_headers(HEADERS);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
    let answer = async move {
        progress.is_sent();
        let answer = sender.send_request(request).await?;
        progress.is_answered(answer.status());
        let is_read = !leads(&answer);
        let (head, body) = answer.into_parts();
        let body = if is_read { read(body, longest).await? } else { Bytes::new() };
        Ok(Response::from_parts(head, body))
    };
    let (mut answer, mut connection) = (pin!(answer), pin!(connection));
    tokio::select! {
        answer = &mut answer => answer,
        // The connection has ended: its outcome is read.
        _ = &mut connection => answer.await,
    }
}

/// The bytes of a body, in one piece: kept as they came, each byte could hold on to a buffer.
async fn read(mut body: Incoming, longest: usize) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > longest as u64 {
        return Err(Unread::Long);
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if data.len() > longest - whole.len() {
            return Err(Unread::Long);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}
