//! The cookie of a session. Over TLS its name begins with `__Host-`: then browsers accept it from this
//! host only, over TLS only, and for all paths.

use super::settings::AuthSettings;
use http::{HeaderMap, HeaderValue, header};
use std::time::Duration;
use tower_sessions::session::Id;

const OVER_TLS: &str = "__Host-brisk";
/// Without TLS, as on loopback, browsers would refuse the other.
const PLAIN: &str = "brisk_session";

fn name(settings: &AuthSettings) -> &'static str {
    if settings.is_secure() { OVER_TLS } else { PLAIN }
}

/// The session's id that a request shows.
pub fn read(settings: &AuthSettings, headers: &HeaderMap) -> Option<Id> {
    only(headers, name(settings))?.parse().ok()
}

/// The value of the cookie of that name. Two count as none: one of them may be somebody else's.
pub(super) fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(key, _)| key.trim() == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value.trim()),
        _ => None,
    }
}

/// The header that sets the cookie of the session with that id.
pub fn set(settings: &AuthSettings, id: &Id, age: Duration) -> HeaderValue {
    line(settings, name(settings), &id.to_string(), age.as_secs())
}

/// The header that removes it.
pub fn clear(settings: &AuthSettings) -> HeaderValue {
    line(settings, name(settings), "", 0)
}

/// The header that sets a cookie for `age` seconds; 0 removes it.
pub(super) fn line(settings: &AuthSettings, name: &str, value: &str, age: u64) -> HeaderValue {
    let secure = if settings.is_secure() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    // Letters, digits and signs.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(base: &str) -> AuthSettings {
        AuthSettings { base: base.into(), ..AuthSettings::default() }
    }

    fn shown(settings: &AuthSettings, cookies: &[&str]) -> Option<Id> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, cookie.parse().unwrap());
        }
        read(settings, &headers)
    }

    #[test]
    fn over_tls_the_cookie_belongs_to_this_host_alone() {
        let (tls, plain) = (settings("https://dash.example"), settings("http://127.0.0.1:3000"));
        let id = Id(5);
        let text = set(&tls, &id, Duration::from_secs(60)).to_str().unwrap().to_owned();
        let expected = "__Host-brisk=BQAAAAAAAAAAAAAAAAAAAA; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(text, expected);
        let text = set(&plain, &id, Duration::from_secs(60)).to_str().unwrap().to_owned();
        assert!(text.starts_with("brisk_session=") && !text.contains("Secure"), "{text}");
        assert!(clear(&tls).to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn only_one_session_can_be_shown() {
        let (settings, id) = (settings("http://localhost"), Id(-7));
        let own = format!("brisk_session={id}");
        assert_eq!(shown(&settings, &[&format!("theme=dark; {own}; x=y")]), Some(id));
        for cookies in [
            &[][..],
            &[""],
            &["brisk_session="],
            &["brisk_session=x"],
            &["Brisk_Session=BQAAAAAAAAAAAAAAAAAAAA"],
            &["__Host-brisk=BQAAAAAAAAAAAAAAAAAAAA"],
            &[&own, &own],
            &[&format!("{own}; brisk_session=BQAAAAAAAAAAAAAAAAAAAA")],
        ] {
            assert_eq!(shown(&settings, cookies), None, "{cookies:?}");
        }
    }
}
