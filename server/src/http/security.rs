//! What protects readers: requests that change something come from our own pages only, and pages
//! run only our own scripts.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};
use leptos::nonce::Nonce;

/// The largest body that a form may have, in bytes.
pub(crate) const MAX_FORM: usize = 64 * 1024;

/// Rejects requests that change something when another site's page sent them.
pub(crate) async fn same_origin_only(request: Request, next: Next) -> Response {
    if is_same_origin(&request) {
        return next.run(request).await;
    }
    let message = "This form was sent by another site. Open Brisk and try again.\n";
    (StatusCode::FORBIDDEN, message).into_response()
}

fn is_same_origin(request: &Request) -> bool {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method()) {
        return true;
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let site = header("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let origin = header("origin").is_none_or(|origin| {
        let host = origin.split_once("://").map_or("", |(_, host)| host);
        header("host").is_some_and(|own| own == host)
    });
    site && origin
}

/// Adds the headers that every response has, where the handler has not set them.
pub(crate) async fn default_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The content security policy of a page. A page that is complete has no inline scripts; one that
/// streams has a few, which move late panels into place and carry the page's `nonce`.
pub(crate) fn content_security_policy(nonce: Option<&Nonce>) -> HeaderValue {
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self'{nonce} 'wasm-unsafe-eval'; \
         style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'self'"
    );
    // A nonce is base64, so this never fails; if it did, nothing would run.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
