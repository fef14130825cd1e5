//! What a request shows of who sent it: a token, a session's cookie, or nothing.

use super::settings::AuthSettings;
use super::{cookie, sessions};
use brisk_accounts::token;
use http::{HeaderMap, header};

/// What a request shows.
pub(super) enum Shown {
    Nothing,
    /// A token that cannot be one.
    NoToken,
    /// The hash of one.
    Token(String),
    /// The hash of a session's id.
    Session(String),
}

pub(super) fn shown(settings: &AuthSettings, headers: &HeaderMap) -> Shown {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    if let Some(first) = given.next() {
        let text = first.to_str().unwrap_or_default().trim();
        let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            let hash = token::hash(rest.trim()).filter(|_| given.next().is_none());
            return hash.map_or(Shown::NoToken, Shown::Token);
        }
        // Basic credentials are for a proxy in front of us.
    }
    match cookie::read(settings, headers) {
        Some(id) => Shown::Session(sessions::hash(&id)),
        None => Shown::Nothing,
    }
}
