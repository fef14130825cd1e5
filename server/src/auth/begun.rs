//! [`Begun`]: how and when a session began. It is kept with the session.

use brisk_domain::Timestamp;

/// How and when a session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Who vouched.
    pub by: By,
    /// When. A session that replaces another keeps the time of that one.
    pub at: Timestamp,
}

/// Who has authenticated somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// Brisk itself, by a password or a one-time link.
    #[default]
    Password,
    /// The OpenID provider.
    Provider,
    /// A proxy, with each request.
    Proxy,
}

/// The fields of a session's data.
pub(super) const BY: &str = "by";
pub(super) const AT: &str = "at";

impl By {
    const WORDS: [(&'static str, Self); 3] =
        [("password", Self::Password), ("provider", Self::Provider), ("proxy", Self::Proxy)];

    /// As a session's data have it.
    pub(super) fn word(self) -> &'static str {
        let known = Self::WORDS.iter().find(|(_, by)| *by == self);
        known.map_or("", |(word, _)| word)
    }
}

impl Begun {
    /// How a session with these data began, which has existed since `since`.
    pub(super) fn of(data: &str, since: Timestamp) -> Self {
        let data = serde_json::from_str::<serde_json::Value>(data).unwrap_or_default();
        let word = data.get(BY).and_then(serde_json::Value::as_str);
        let at = data.get(AT).and_then(serde_json::Value::as_i64);
        let at = at.map_or(since, Timestamp).min(since);
        let known = By::WORDS.iter().find(|(known, _)| Some(*known) == word);
        // Sessions of earlier releases do not record it.
        Self { by: known.map(|(_, by)| *by).unwrap_or_default(), at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_remembers_who_was_asked() {
        let at = Timestamp(7);
        for (_, by) in By::WORDS {
            let data = format!("{{\"{BY}\":\"{}\"}}", by.word());
            assert_eq!(Begun::of(&data, at), Begun { by, at });
        }
        assert_eq!(Begun::of("{}", at).by, By::Password);
        assert_eq!(Begun::of("nonsense", at).by, By::Password);
        assert_eq!(Begun::of("{\"at\":5}", at).at, Timestamp(5), "it took another's place");
        assert_eq!(Begun::of("{\"at\":9}", at).at, at);
    }
}
