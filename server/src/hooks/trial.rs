//! "Send a test": a delivery that is signed and takes the webhook's own route, like any other, but only
//! asks what would be invalidated. The type that marks it as a test is signed with the rest.

use super::body::TEST;
use super::{Hooks, routes};
use axum::body::Body;
use brisk_domain::WebhookName;
use brisk_signature::{ID, SIGNATURE, TIMESTAMP};
use http::{Request, StatusCode, header};
use std::sync::Arc;
use tower::ServiceExt as _;

/// The outcome of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The body that was sent.
    pub sent: String,
    /// The status of the answer.
    pub status: u16,
    /// The answer.
    pub answer: String,
}

/// The most bytes of an answer that are read.
const MOST: usize = 256 * 1024;

/// Sends a test to the webhook `name` with these tags; none if it has no secret to sign with.
pub async fn send(hooks: &Arc<Hooks>, name: &WebhookName, tags: &[String]) -> Option<Tried> {
    let all = hooks.all();
    let key = all.get(name)?.keys.first()?;
    let payload = serde_json::json!({ "type": TEST, "data": { "tags": tags } });
    let sent = payload.to_string();
    let id = format!("msg_{:032x}", rand::random::<u128>());
    let at = hooks.clock.now().seconds().to_string();
    let request = Request::post(format!("/hooks/{name}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, sent.len())
        .header(ID, &id)
        .header(TIMESTAMP, &at)
        .header(SIGNATURE, key.sign(&id, &at, sent.as_bytes()))
        .body(Body::from(sent.clone()))
        .ok()?;
    let Ok(response) = routes(Arc::clone(hooks)).oneshot(request).await;
    let status: StatusCode = response.status();
    let answer = axum::body::to_bytes(response.into_body(), MOST).await.unwrap_or_default();
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap_or_default();
    let answer = serde_json::to_string_pretty(&answer).unwrap_or_default();
    Some(Tried { sent, status: status.as_u16(), answer })
}
