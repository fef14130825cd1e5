//! Announces the shop's changes through the server's public webhook: real requests to the server's
//! own address, as a pipeline would send them.

use super::source;
use brisk_domain::Clock;
use brisk_outgoing::{Client, Plain, Request, Settings, Target};
use brisk_signature::{ID, SIGNATURE, SigningKey, TIMESTAMP};
use http::{HeaderName, HeaderValue, StatusCode, header};
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
    client: Client,
    url: String,
    key: SigningKey,
    clock: Arc<dyn Clock>,
}

/// Why a delivery was not acknowledged.
struct Unacknowledged {
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
        let client = Client::new(Settings {
            allow: ip.into(),
            plain: Plain::Allowed,
            time: TIMEOUT,
            longest: MAX_RESPONSE,
            ..Settings::default()
        });
        Self { client, url, key, clock }
    }

    /// Announces that the shop's tables have changed, and retries until that is acknowledged.
    pub async fn until_acknowledged(&self) {
        // The same message each time, with a new signature.
        let id = format!("msg_{:032x}", rand::random::<u128>());
        let (mut pause, mut attempts) = (RETRY.0, 0_u32);
        while let Err(Unacknowledged { why, after }) = self.attempt(&id).await {
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

    async fn attempt(&self, id: &str) -> Result<(), Unacknowledged> {
        let failed =
            |why: &dyn std::fmt::Display| Unacknowledged { why: why.to_string(), after: None };
        let at = self.clock.now().seconds().to_string();
        let body = serde_json::json!({
            "type": "invoices.written",
            "data": { "source": source::NAME, "tables": source::TABLES },
        });
        let body = body.to_string();
        let signature = self.key.sign(id, &at, body.as_bytes());
        let target = Target::parse(&self.url).map_err(|failure| failed(&failure))?;
        let mut request = Request::post(target, body)
            .with(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [(ID, id), (TIMESTAMP, &at), (SIGNATURE, &signature)] {
            let value = HeaderValue::from_str(value).map_err(|error| failed(&error))?;
            request = request.with(HeaderName::from_static(name), value);
        }
        let answer = self.client.send(request).await.map_err(|failure| failed(&failure))?;
        let (head, body) = answer.into_parts();
        if head.status == StatusCode::OK {
            return Ok(());
        }
        let after = head.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = after.and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let text = String::from_utf8_lossy(&body);
        Err(Unacknowledged { why: format!("{}: {text}", head.status), after })
    }
}
