//! Announces the shop's changes through the server's public webhook: real requests to the server's
//! own address, as a pipeline would send them.

use super::source;
use crate::hooks::signature::{ID, SIGNATURE, SigningKey, TIMESTAMP};
use axum::body::Body;
use brisk_domain::Clock;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The timeout for a response.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The shortest and the longest delay before a retry, unless the response sets one.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// The most bytes of a response that are read.
const MAX_RESPONSE: usize = 64 * 1024;

/// Sends the demo's webhook deliveries.
pub struct Delivery {
    client: Client<HttpConnector, Body>,
    url: String,
    key: SigningKey,
    clock: Arc<dyn Clock>,
}

/// Why a delivery was not acknowledged.
struct Failure {
    why: String,
    /// When to retry, if the response says so.
    after: Option<Duration>,
}

impl Delivery {
    /// Delivers to the webhook `id` of the server that listens on `address`, signed with `key`.
    pub fn to(address: SocketAddr, id: &str, key: SigningKey, clock: Arc<dyn Clock>) -> Self {
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let url = format!("http://{}/hooks/{id}", SocketAddr::new(ip, address.port()));
        Self { client: Client::builder(TokioExecutor::new()).build_http(), url, key, clock }
    }

    /// Announces that the shop's tables have changed, and retries until that is acknowledged.
    pub async fn until_acknowledged(&self) {
        // The same message each time, with a new signature.
        let id = format!("msg_{:032x}", rand::random::<u128>());
        let (mut pause, mut attempts) = (RETRY.0, 0_u32);
        while let Err(Failure { why, after }) = self.attempt(&id).await {
            attempts += 1;
            if attempts == 1 {
                tracing::warn!(why, "the demo's webhook is not acknowledged; it is retried");
            }
            tokio::time::sleep(after.map_or(pause, |after| after.min(RETRY.1))).await;
            pause = (pause * 2).min(RETRY.1);
        }
        if attempts > 0 {
            tracing::info!(attempts, "the demo's webhook is acknowledged");
        }
    }

    async fn attempt(&self, id: &str) -> Result<(), Failure> {
        let failed = |why: String| Failure { why, after: None };
        let at = self.clock.now().seconds().to_string();
        let body = serde_json::json!({
            "type": "invoices.written",
            "data": { "source": source::NAME, "tables": source::TABLES },
        });
        let body = body.to_string();
        let request = Request::post(&self.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(ID, id)
            .header(TIMESTAMP, &at)
            .header(SIGNATURE, self.key.sign(id, &at, body.as_bytes()))
            .body(Body::from(body))
            .map_err(|error| failed(error.to_string()))?;
        let answered = tokio::time::timeout(TIMEOUT, self.client.request(request)).await;
        let answer = answered.map_err(|_| failed("no answer".into()))?;
        let answer = answer.map_err(|error| failed(error.to_string()))?;
        let (parts, body) = answer.into_parts();
        if parts.status == StatusCode::OK {
            return Ok(());
        }
        let after = parts.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = after.and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let text = tokio::time::timeout(TIMEOUT, Limited::new(body, MAX_RESPONSE).collect());
        let text = text.await.ok().and_then(Result::ok).map(|body| body.to_bytes());
        let text = String::from_utf8_lossy(text.as_deref().unwrap_or_default()).into_owned();
        Err(Failure { why: format!("{}: {text}", parts.status), after })
    }
}
