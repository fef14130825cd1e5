//! What is asked next after a redirect. Pure.

use crate::failure::Failure;
use crate::request::Request;
use bytes::Bytes;
use http::{Method, Response, StatusCode, header};

/// Whether an answer leads elsewhere.
pub(crate) fn leads<B>(answer: &Response<B>) -> bool {
    answer.status().is_redirection()
}

/// The request that follows an answer that [`leads`] elsewhere: the same, at its own origin.
pub(crate) fn next<B>(mut request: Request, answer: &Response<B>) -> Result<Request, Failure> {
    let status = answer.status();
    let number = status.as_u16();
    let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let Some(location) = location.filter(|_| [301, 302, 303, 307, 308].contains(&number)) else {
        return Err(Failure::Redirect(number));
    };
    let target = request.target.join(location);
    let target =
        target.map_err(|error| Failure::Nowhere { status: number, why: error.to_string() })?;
    if !target.has_origin_of(&request.target) {
        return Err(Failure::Elsewhere { status: number, origin: target.origin() });
    }
    // As browsers do: 307 and 308 repeat what was sent, the others ask for what is there.
    let is_repeated = [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT];
    if !is_repeated.contains(&status) && request.method != Method::HEAD {
        request.method = Method::GET;
        request.body = Bytes::new();
        for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING] {
            request.headers.remove(name);
        }
    }
    Ok(Request { target, ..request })
}
