//! The protection of readers: pages of other sites can make their browsers open our pages and nothing
//! else, and pages run only our own scripts.

use super::authority;
use super::own_names::{self, OwnNames};
use super::public_url::PublicUrl;
use super::refusal;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use leptos::nonce::Nonce;
use std::sync::Arc;

/// The largest body that a form may have, in bytes.
pub(crate) const MAX_FORM: usize = 64 * 1024;

/// Rejects what pages of other sites make browsers send: requests that change something, and those
/// that are no navigation, such as an image whose address is a dashboard, before they start anything.
pub(crate) async fn own_pages_only(
    State(names): State<Arc<OwnNames>>,
    request: Request,
    next: Next,
) -> Response {
    match sender(&names, &request) {
        Sender::Own => next.run(request).await,
        Sender::OtherSite => refusal::response(StatusCode::FORBIDDEN, OTHER_SITE),
        Sender::UnknownOrigin => refusal::response(StatusCode::FORBIDDEN, UNKNOWN_ORIGIN),
    }
}

const OTHER_SITE: &str = "This request was sent by another site. Open Brisk and try again.\n";
const UNKNOWN_ORIGIN: &str = "This form was sent by a page whose address is none of this server's. \
    If it is the address under which readers open Brisk, set public_url in brisk.toml to it.\n";

/// Who made the browser send a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    /// A page of this server, the reader, or a program that is no browser.
    Own,
    /// Another site's page.
    OtherSite,
    /// A page of an address that this server does not know.
    UnknownOrigin,
}

fn sender(names: &OwnNames, request: &Request) -> Sender {
    let (headers, uri) = (request.headers(), request.uri());
    if own_names::is_health(uri.path()) {
        return Sender::Own;
    }
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    if is_read && own_names::is_shared_image(uri.path()) {
        return Sender::Own;
    }
    // The token in its address is a secret, so that no page can send one by itself; mail programs that are pages,
    // or that name an origin of their own, do.
    if request.method() == Method::POST && own_names::is_unsubscribing(uri.path()) {
        return Sender::Own;
    }
    let site = only(headers, "sec-fetch-site");
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method()) {
        let is_own = match site {
            Header::Is("same-origin" | "none") => true,
            // Older browsers send only this, and only with requests of scripts of another origin.
            Header::None => match only(headers, "origin") {
                Header::None => true,
                Header::Is(origin) => names.is_own_origin(origin, headers, uri),
                Header::Unreadable => false,
            },
            _ => false,
        };
        return if is_own || is_navigation(headers) { Sender::Own } else { Sender::OtherSite };
    }
    let origin = only(headers, "origin");
    match (site, origin) {
        // No page may set such headers: whatever did is no browser.
        (_, Header::Unreadable) | (Header::Unreadable, _) => Sender::OtherSite,
        (_, Header::Is(origin)) if !authority::is_origin(origin) => Sender::OtherSite,
        // Browsers compare with the address that their reader sees, which a proxy may hide.
        (Header::Is("same-origin" | "none"), _) => Sender::Own,
        (Header::Is(_), _) => Sender::OtherSite,
        (Header::None, Header::Is(origin)) => match names.is_own_origin(origin, headers, uri) {
            true => Sender::Own,
            false => Sender::UnknownOrigin,
        },
        // Every browser sends one of them with a request that changes something: this is none.
        (Header::None, Header::None) => Sender::Own,
    }
}

/// Whether a reader follows a link, in the window itself and not ahead of time.
fn is_navigation(headers: &HeaderMap) -> bool {
    let is_ahead = headers.contains_key("sec-purpose") || headers.contains_key("purpose");
    matches!(only(headers, "sec-fetch-mode"), Header::Is("navigate"))
        // Older browsers do not send the destination.
        && matches!(only(headers, "sec-fetch-dest"), Header::None | Header::Is("document"))
        && !is_ahead
}

/// A header that is sent once, if at all.
#[derive(Debug, Clone, Copy)]
enum Header<'h> {
    None,
    Is(&'h str),
    Unreadable,
}

fn only<'h>(headers: &'h HeaderMap, name: &str) -> Header<'h> {
    let mut values = headers.get_all(name).iter();
    match (values.next().map(HeaderValue::to_str), values.next()) {
        (None, _) => Header::None,
        (Some(Ok(value)), None) => Header::Is(value),
        _ => Header::Unreadable,
    }
}

/// Tells browsers to come back over TLS only, where readers come over TLS.
pub(crate) async fn strict_transport(
    State(names): State<Arc<OwnNames>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if names.public().is_some_and(PublicUrl::is_secure) {
        let a_year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    response
}

/// Adds the headers that every response has, where the handler has not set them.
pub(crate) async fn default_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The content security policy of a page. A page that is complete has no inline scripts; one that
/// streams has a few, which move late panels into place and carry the page's `nonce`. No page has styles
/// of its own, neither as elements nor as attributes; the policy does not affect what scripts set
/// through the style object.
pub(crate) fn content_security_policy(nonce: Option<&Nonce>) -> HeaderValue {
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self'{nonce} 'wasm-unsafe-eval'; \
         style-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'self'"
    );
    // A nonce is base64, so this never fails; if it did, nothing would run.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
