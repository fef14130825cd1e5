//! [`Request`]: what is asked.

use crate::target::Target;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

/// A request, with its body in memory.
#[derive(Debug, Clone)]
pub struct Request {
    /// Where it goes.
    pub target: Target,
    /// Its method.
    pub method: Method,
    /// Its headers; those that belong to the connection are the client's own.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// What the client decides itself, besides `Host`.
const OWN: [HeaderName; 8] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

impl Request {
    /// A request for what is at an address.
    pub fn get(target: Target) -> Self {
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        Self { target, method: Method::GET, headers, body }
    }

    /// A request that brings a body.
    pub fn post(target: Target, body: impl Into<Bytes>) -> Self {
        Self { method: Method::POST, body: body.into(), ..Self::get(target) }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The headers as they are sent to `host`.
    pub(crate) fn sent_headers(&self, host: HeaderValue) -> HeaderMap {
        let mut headers = self.headers.clone();
        for name in OWN {
            headers.remove(name);
        }
        headers.insert(header::HOST, host);
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        // Nothing is decoded, so that nothing small becomes large.
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static("Brisk"));
        headers
    }
}
