//! Tokens: what programs show instead of signing in. The text begins with `brisk_`, so that whoever finds
//! one in a repository knows what it is.

use crate::secret::{self, Secret, SecretHash};
use brisk_domain::{Slug, Tag};
use std::fmt;

/// What every token begins with.
pub const PREFIX: &str = "brisk_";

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Reading these dashboards, or all of them where none is named.
    Read(Vec<Slug>),
    /// Invalidating these tags, or any where none is named. One that ends in `*` names all that begin so.
    Invalidate(Vec<String>),
    /// What its owner may look after.
    Admin,
    /// The figures of `/metrics`.
    Metrics,
}

/// What a token is for, altogether.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Scopes(pub Vec<Scope>);

/// The text names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no scope: write read, read:DASHBOARD, invalidate, invalidate:TAG, admin or metrics"
)]
pub struct NoScope(String);

/// A new token's text, which is shown once, and its hash.
pub fn random() -> (String, SecretHash) {
    let token = format!("{PREFIX}{}", Secret::random().expose());
    let hash = secret::hash(&token);
    (token, hash)
}

/// The hash of what a request shows as a token; none where it cannot be one.
pub fn hash(text: &str) -> Option<SecretHash> {
    let rest = text.strip_prefix(PREFIX)?;
    let is_token = rest.len() == 43
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_token.then(|| secret::hash(text))
}

impl Scopes {
    /// Reads words with blanks between them, as [`Scopes`] are written. Words of one kind add up.
    pub fn parse(text: &str) -> Result<Self, NoScope> {
        let mut scopes: Vec<Scope> = Vec::new();
        for word in text.split_whitespace() {
            let wrong = || NoScope(word.chars().take(80).collect());
            let (kind, of) = word.split_once(':').map_or((word, None), |(k, of)| (k, Some(of)));
            match (kind, of) {
                ("admin", None) => scopes.push(Scope::Admin),
                ("metrics", None) => scopes.push(Scope::Metrics),
                ("read", None) => scopes.push(Scope::Read(Vec::new())),
                ("invalidate", None) => scopes.push(Scope::Invalidate(Vec::new())),
                ("read", Some(slug)) => {
                    let slug = Slug::parse(slug).map_err(|_| wrong())?;
                    let known = scopes.iter_mut().find_map(|scope| match scope {
                        Scope::Read(only) if !only.is_empty() => Some(only),
                        _ => None,
                    });
                    match known {
                        Some(only) => only.push(slug),
                        None => scopes.push(Scope::Read(vec![slug])),
                    }
                }
                ("invalidate", Some(tag)) if !tag.is_empty() => {
                    let known = scopes.iter_mut().find_map(|scope| match scope {
                        Scope::Invalidate(only) if !only.is_empty() => Some(only),
                        _ => None,
                    });
                    match known {
                        Some(only) => only.push(tag.to_owned()),
                        None => scopes.push(Scope::Invalidate(vec![tag.to_owned()])),
                    }
                }
                _ => return Err(wrong()),
            }
        }
        Ok(Self(scopes))
    }

    /// Whether it may invalidate `tag`.
    pub fn invalidate(&self, tag: &Tag) -> bool {
        // Who may invalidate a dashboard may invalidate a part of it.
        let whole = match tag {
            Tag::Panel { dashboard, .. } => Some(Tag::Dashboard(dashboard.clone()).to_string()),
            _ => None,
        };
        let tags = [Some(tag.to_string()), whole];
        let is_named = |only: &String| {
            tags.iter().flatten().any(|tag| match only.strip_suffix('*') {
                Some(start) => tag.starts_with(start),
                None => tag == only,
            })
        };
        self.0.iter().any(|scope| match scope {
            Scope::Invalidate(only) => only.is_empty() || only.iter().any(is_named),
            Scope::Admin => true,
            Scope::Read(_) | Scope::Metrics => false,
        })
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.iter().flat_map(|scope| match scope {
            Scope::Read(only) if only.is_empty() => vec!["read".to_owned()],
            Scope::Read(only) => only.iter().map(|slug| format!("read:{slug}")).collect(),
            Scope::Invalidate(only) if only.is_empty() => vec!["invalidate".to_owned()],
            Scope::Invalidate(only) => only.iter().map(|tag| format!("invalidate:{tag}")).collect(),
            Scope::Admin => vec!["admin".to_owned()],
            Scope::Metrics => vec!["metrics".to_owned()],
        });
        f.write_str(&words.collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_test_mutations::Inputs;

    #[test]
    fn tokens_are_recognised_by_their_form() {
        let (token, kept) = random();
        assert!(token.starts_with("brisk_") && token.len() == 49);
        assert_eq!(hash(&token), Some(kept));
        for other in
            ["", "brisk_", "brisk_x", &token[1..], &format!("{token}x"), &token.replace('_', " ")]
        {
            assert_eq!(hash(other), None, "{other}");
        }
    }

    #[test]
    fn scopes_are_written_as_they_are_read() {
        for text in
            ["", "read", "read:sales read:stock", "invalidate:table:shop.orders admin metrics"]
        {
            assert_eq!(Scopes::parse(text).unwrap().to_string(), text);
        }
        for bad in ["write", "read:Not A Slug", "read:", "admin:x", "invalidate:", "READ"] {
            assert!(Scopes::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_token_invalidates_what_it_names() {
        let tag = |text: &str| Tag::parse(text).unwrap();
        let some = Scopes::parse("invalidate:table:shop.orders invalidate:table:shop.line* read");
        let some = some.unwrap();
        assert!(some.invalidate(&tag("table:shop.orders")));
        assert!(some.invalidate(&tag("table:shop.lines")));
        assert!(!some.invalidate(&tag("table:shop.orders2")));
        assert!(!some.invalidate(&tag("all")));
        let shop = Scopes::parse("invalidate:dashboard:shop").unwrap();
        assert!(shop.invalidate(&tag("dashboard:shop")));
        assert!(shop.invalidate(&tag("panel:shop/revenue")), "a part of it");
        for other in
            ["all", "dashboard:shops", "panel:shops/revenue", "table:shop.t", "source:shop"]
        {
            assert!(!shop.invalidate(&tag(other)), "{other}");
        }
        assert!(Scopes::parse("invalidate").unwrap().invalidate(&tag("all")));
        assert!(!Scopes::parse("read metrics").unwrap().invalidate(&tag("all")));
    }

    #[test]
    fn mutations_of_tokens_and_scopes_are_no_others() {
        let (token, kept) = random();
        Inputs::new("tokens").seed(&token).words(&["brisk_", "_", "-"]).texts(|text| {
            let Some(hash) = hash(text) else { return false };
            assert_eq!(hash == kept, text == token, "{text:?}");
            true
        });
        let words =
            ["read", "invalidate", "admin", "metrics", ":", "*", " ", "read:sales", "table:"];
        let seeds = ["read:sales invalidate:table:shop.* admin metrics", "read invalidate"];
        Inputs::new("scopes").seeds(seeds).words(&words).texts(|text| match Scopes::parse(text) {
            Ok(scopes) => {
                assert_eq!(Scopes::parse(&scopes.to_string()), Ok(scopes));
                true
            }
            Err(error) => {
                assert!(error.to_string().len() < 600, "{error}");
                false
            }
        });
    }
}
