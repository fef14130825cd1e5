//! Tags: what a cached frame depends on, and what an invalidation names.
//!
//! Their text is parsed and written only here. The cache merely compares it: to the cache a tag is
//! an opaque name.
//!
//! To add a kind, add a variant to [`Tag`] and to [`TagKind`]; the compiler then points at the
//! rest.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The tag that every entry has.
pub const ALL: &str = "all";
/// The longest tag, in bytes.
const LONGEST: usize = 200;

/// What a frame depends on. The parts are as written: a tag may name a source or dashboard that
/// does not exist.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Tag {
    /// `all`: everything.
    All,
    /// `table:shop.public.orders`.
    Table {
        /// `shop`.
        source: String,
        /// `public.orders`, or `orders`.
        table: String,
    },
    /// `source:shop`: everything read from it.
    Source(String),
    /// `rollup:shop.daily_sales`.
    Rollup {
        /// `shop`.
        source: String,
        /// `daily_sales`.
        rollup: String,
    },
    /// `dashboard:sales`: all of its panels.
    Dashboard(String),
    /// `panel:sales/revenue`.
    Panel {
        /// `sales`.
        dashboard: String,
        /// `revenue`.
        panel: String,
    },
    /// An author's own name: `nightly-load`. Also a malformed tag of another kind, which
    /// [`Tag::slip`] detects.
    Custom(String),
}

/// What comes before the colon of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagKind {
    /// `table:`
    Table,
    /// `source:`
    Source,
    /// `rollup:`
    Rollup,
    /// `dashboard:`
    Dashboard,
    /// `panel:`
    Panel,
}

/// How a custom tag may be a typo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip<'a> {
    /// It starts like a tag of this kind, but the rest does not fit.
    Incomplete(TagKind),
    /// What comes before its colon is not a kind.
    UnknownKind(&'a str),
}

/// The text is not a tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("tag \"{0}\" must be 1 to {LONGEST} bytes without blanks and control characters")]
pub struct TagError(String);

/// Whether `text` can be a tag at all.
pub fn check(text: &str) -> Result<(), TagError> {
    let fits = (1..=LONGEST).contains(&text.len())
        && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits { Ok(()) } else { Err(TagError(text.chars().take(80).collect())) }
}

impl Tag {
    /// Parses a tag.
    pub fn parse(text: &str) -> Result<Self, TagError> {
        check(text)?;
        if text == ALL {
            return Ok(Self::All);
        }
        let known = text.split_once(':').and_then(|(kind, name)| {
            let kind = TagKind::parse(kind)?;
            kind.tag(name)
        });
        Ok(known.unwrap_or_else(|| Self::Custom(text.to_owned())))
    }

    /// Its kind, even if the rest is [incomplete](Slip::Incomplete). `all` and custom tags have
    /// none.
    pub fn kind(&self) -> Option<TagKind> {
        match self {
            Self::All => None,
            Self::Table { .. } => Some(TagKind::Table),
            Self::Source(_) => Some(TagKind::Source),
            Self::Rollup { .. } => Some(TagKind::Rollup),
            Self::Dashboard(_) => Some(TagKind::Dashboard),
            Self::Panel { .. } => Some(TagKind::Panel),
            Self::Custom(text) => text.split_once(':').and_then(|(kind, _)| TagKind::parse(kind)),
        }
    }

    /// How a custom tag may be a typo; `None` for all other tags.
    pub fn slip(&self) -> Option<Slip<'_>> {
        let Self::Custom(text) = self else { return None };
        let (kind, _) = text.split_once(':')?;
        Some(TagKind::parse(kind).map_or(Slip::UnknownKind(kind), Slip::Incomplete))
    }

    /// The text to compare tags by: table names are case-insensitive.
    pub fn compared(&self) -> String {
        match self.kind() {
            Some(TagKind::Table) => self.to_string().to_lowercase(),
            _ => self.to_string(),
        }
    }
}

impl TagKind {
    /// Every kind, in the order in which messages list them.
    pub const ALL: [Self; 5] =
        [Self::Table, Self::Source, Self::Rollup, Self::Dashboard, Self::Panel];

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What comes before the colon.
    pub fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Source => "source",
            Self::Rollup => "rollup",
            Self::Dashboard => "dashboard",
            Self::Panel => "panel",
        }
    }

    /// The pattern of a tag of this kind.
    pub fn form(self) -> &'static str {
        match self {
            Self::Table => "table:SOURCE.TABLE",
            Self::Source => "source:NAME",
            Self::Rollup => "rollup:SOURCE.NAME",
            Self::Dashboard => "dashboard:NAME",
            Self::Panel => "panel:DASHBOARD/PANEL",
        }
    }

    /// The tag of this kind with `name` after the colon.
    fn tag(self, name: &str) -> Option<Tag> {
        let two = |between| {
            let (first, second) = name.split_once(between)?;
            let whole = !first.is_empty() && !second.is_empty();
            whole.then(|| (first.to_owned(), second.to_owned()))
        };
        let one = || (!name.is_empty()).then(|| name.to_owned());
        match self {
            Self::Table => two('.').map(|(source, table)| Tag::Table { source, table }),
            Self::Source => one().map(Tag::Source),
            Self::Rollup => two('.').map(|(source, rollup)| Tag::Rollup { source, rollup }),
            Self::Dashboard => one().map(Tag::Dashboard),
            Self::Panel => two('/').map(|(dashboard, panel)| Tag::Panel { dashboard, panel }),
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str(ALL),
            Self::Table { source, table } => write!(f, "table:{source}.{table}"),
            Self::Source(source) => write!(f, "source:{source}"),
            Self::Rollup { source, rollup } => write!(f, "rollup:{source}.{rollup}"),
            Self::Dashboard(dashboard) => write!(f, "dashboard:{dashboard}"),
            Self::Panel { dashboard, panel } => write!(f, "panel:{dashboard}/{panel}"),
            Self::Custom(text) => f.write_str(text),
        }
    }
}

impl TryFrom<String> for Tag {
    type Error = TagError;
    fn try_from(text: String) -> Result<Self, TagError> {
        Self::parse(&text)
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Tag {
        Tag::parse(text).unwrap()
    }

    #[test]
    fn each_kind_has_its_parts() {
        let table = |source: &str, table: &str| Tag::Table {
            source: source.to_owned(),
            table: table.to_owned(),
        };
        assert_eq!(parse("all"), Tag::All);
        assert_eq!(parse("table:shop.orders"), table("shop", "orders"));
        assert_eq!(parse("table:shop.public.orders"), table("shop", "public.orders"));
        assert_eq!(parse("source:shop"), Tag::Source("shop".into()));
        assert_eq!(
            parse("rollup:shop.daily"),
            Tag::Rollup { source: "shop".into(), rollup: "daily".into() }
        );
        assert_eq!(parse("dashboard:sales"), Tag::Dashboard("sales".into()));
        assert_eq!(
            parse("panel:sales/revenue"),
            Tag::Panel { dashboard: "sales".into(), panel: "revenue".into() }
        );
        assert_eq!(parse("nightly-load"), Tag::Custom("nightly-load".into()));
    }

    #[test]
    fn invalid_tags_are_refused() {
        let longest = "x".repeat(LONGEST);
        assert!(Tag::parse(&longest).is_ok());
        for bad in ["", " ", "a b", "table:shop. orders", "a\nb", "a\u{7f}", "a\u{a0}b"] {
            assert!(Tag::parse(bad).is_err(), "{bad:?}");
        }
        let error = Tag::parse(&(longest + "x")).unwrap_err().to_string();
        assert!(error.contains("1 to 200 bytes") && error.len() < 200, "{error}");
    }

    #[test]
    fn slips_are_told_from_custom_names() {
        for (text, slip) in [
            ("nightly-load", None),
            ("All", None),
            ("table:shop.orders", None),
            ("table:orders", Some(Slip::Incomplete(TagKind::Table))),
            ("table:shop.", Some(Slip::Incomplete(TagKind::Table))),
            ("table:.orders", Some(Slip::Incomplete(TagKind::Table))),
            ("source:", Some(Slip::Incomplete(TagKind::Source))),
            ("rollup:daily", Some(Slip::Incomplete(TagKind::Rollup))),
            ("dashboard:", Some(Slip::Incomplete(TagKind::Dashboard))),
            ("panel:sales", Some(Slip::Incomplete(TagKind::Panel))),
            ("panel:sales.revenue", Some(Slip::Incomplete(TagKind::Panel))),
            ("tabel:shop.orders", Some(Slip::UnknownKind("tabel"))),
            ("Table:shop.orders", Some(Slip::UnknownKind("Table"))),
            ("etl:nightly", Some(Slip::UnknownKind("etl"))),
            (":", Some(Slip::UnknownKind(""))),
        ] {
            assert_eq!(parse(text).slip(), slip, "{text}");
        }
    }

    #[test]
    fn only_table_names_are_case_insensitive() {
        assert_eq!(parse("table:Shop.Orders").compared(), "table:shop.orders");
        assert_eq!(parse("table:Sh*").compared(), "table:sh*");
        assert_eq!(parse("source:Shop").compared(), "source:Shop");
        assert_eq!(parse("Stock").compared(), "Stock");
    }

    proptest! {
        #[test]
        fn what_is_parsed_is_written_the_same(
            text in "(all|(table|source|rollup|dashboard|panel|etl)?:?[a-zA-Z0-9._/:é*-]{0,40})",
        ) {
            if let Ok(tag) = Tag::parse(&text) {
                prop_assert_eq!(tag.to_string(), text.as_str());
                prop_assert_eq!(Tag::parse(&tag.to_string()), Ok(tag.clone()));
                let json = serde_json::to_string(&tag).unwrap();
                prop_assert_eq!(serde_json::from_str::<Tag>(&json).unwrap(), tag);
            } else {
                prop_assert!(text.is_empty());
            }
        }
    }
}
