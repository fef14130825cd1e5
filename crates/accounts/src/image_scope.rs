//! [`ImageScope`]: which panels a key for addresses of images may show.

use brisk_domain::{PanelId, Slug};
use std::collections::BTreeSet;
use std::fmt;

/// Dashboards, and panels of them: `sales`, `sales/revenue`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageScope(BTreeSet<(Slug, Option<PanelId>)>);

/// The most that one scope names.
pub const MOST: usize = 100;

/// The text is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoImageScope {
    /// A word names nothing.
    #[error("\"{0}\" names no dashboard and no panel: write sales, or sales/revenue")]
    Word(String),
    /// There is none.
    #[error("name a dashboard, or a panel as sales/revenue")]
    Empty,
    /// There are too many.
    #[error("at most {MOST} dashboards and panels can be named")]
    TooMany,
}

impl ImageScope {
    /// Reads words with blanks between them.
    pub fn parse(text: &str) -> Result<Self, NoImageScope> {
        let mut named = BTreeSet::new();
        for word in text.split_whitespace() {
            let wrong = || NoImageScope::Word(word.chars().take(80).collect());
            let (slug, panel) = match word.split_once('/') {
                Some((slug, panel)) => (slug, Some(panel)),
                None => (word, None),
            };
            let slug = Slug::parse(slug).map_err(|_| wrong())?;
            let panel = panel.map(PanelId::parse).transpose().map_err(|_| wrong())?;
            named.insert((slug, panel));
            if named.len() > MOST {
                return Err(NoImageScope::TooMany);
            }
        }
        if named.is_empty() { Err(NoImageScope::Empty) } else { Ok(Self(named)) }
    }

    /// Whether it names the panel, or its dashboard.
    pub fn shows(&self, dashboard: &Slug, panel: &PanelId) -> bool {
        let names = |panel| self.0.contains(&(dashboard.clone(), panel));
        names(None) || names(Some(panel.clone()))
    }

    /// The dashboards of which it names something.
    pub fn dashboards(&self) -> BTreeSet<&Slug> {
        self.0.iter().map(|(slug, _)| slug).collect()
    }

    /// Whether it names something of `dashboard`.
    pub fn names(&self, dashboard: &Slug) -> bool {
        self.0.iter().any(|(slug, _)| slug == dashboard)
    }
}

impl fmt::Display for ImageScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (slug, panel)) in self.0.iter().enumerate() {
            let blank = if i > 0 { " " } else { "" };
            match panel {
                Some(panel) => write!(f, "{blank}{slug}/{panel}")?,
                None => write!(f, "{blank}{slug}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_and_written_and_shows_what_it_names() {
        let scope = ImageScope::parse(" sales stock/fill\n stock/age sales ").unwrap();
        assert_eq!(scope.to_string(), "sales stock/age stock/fill");
        assert_eq!(ImageScope::parse(&scope.to_string()).unwrap(), scope);
        let shows =
            |slug, panel| scope.shows(&Slug::parse(slug).unwrap(), &PanelId::parse(panel).unwrap());
        assert!(shows("sales", "anything") && shows("stock", "fill"));
        assert!(!shows("stock", "other") && !shows("people", "fill"));
        assert!(scope.names(&Slug::parse("stock").unwrap()));
        assert!(!scope.names(&Slug::parse("people").unwrap()));
    }

    #[test]
    fn what_is_no_scope_is_refused_by_name() {
        for (text, words) in [
            ("", "name a dashboard"),
            ("  \n", "name a dashboard"),
            ("Sales!", "\"Sales!\""),
            ("sales/", "\"sales/\""),
            ("sales/a/b", "\"sales/a/b\""),
            ("../etc", "\"../etc\""),
        ] {
            let said = ImageScope::parse(text).unwrap_err().to_string();
            assert!(said.contains(words), "{text}: {said}");
        }
        let many: Vec<String> = (0..=MOST).map(|i| format!("d{i}")).collect();
        assert_eq!(ImageScope::parse(&many.join(" ")), Err(NoImageScope::TooMany));
    }
}
