//! [`Template`]: a subject or an introduction with places for the report's words. Data, not a language: there
//! are names in braces, and nothing else.
//!
//! ```
//! use brisk_delivery::template::{Facts, Template};
//!
//! let template = Template::parse("{title}: {range}").unwrap();
//! let facts = Facts { title: "Sales", range: "last week", as_of: "06:00", due: "Monday" };
//! assert_eq!(template.fill(&facts), "Sales: last week");
//! let wrong = Template::parse("{titel}").unwrap_err();
//! assert_eq!(wrong.to_string(), "{titel} is no placeholder: did you mean \"title\"?");
//! ```

use crate::text;
use brisk_toml_reader::suggestion;

/// What placeholders stand for.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The dashboard's title.
    pub title: &'a str,
    /// The range in words.
    pub range: &'a str,
    /// How current the data are.
    pub as_of: &'a str,
    /// When the report was due, in words.
    pub due: &'a str,
}

/// A checked template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Fact(Fact),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    Title,
    Range,
    AsOf,
    Due,
}

const NAMES: [(&str, Fact); 4] =
    [("title", Fact::Title), ("range", Fact::Range), ("as_of", Fact::AsOf), ("due", Fact::Due)];

/// The longest template, in bytes, and the most characters that it may become.
const LONGEST: usize = 4000;
const LONGEST_FILLED: usize = 4000;

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongTemplate {
    /// A name that is none.
    #[error("{{{name}}} is no placeholder: {}", suggestion(.name, &NAMES.map(|name| name.0)))]
    Unknown {
        /// What is in the braces, cut if it is long.
        name: String,
    },
    /// A brace without its other one.
    #[error("a \"{0}\" alone: write \"{0}{0}\" for the character itself")]
    Alone(char),
    /// Too long.
    #[error("a template has at most {LONGEST} bytes")]
    Long,
}

impl Template {
    /// Reads a template. `{{` and `}}` are the characters themselves.
    pub fn parse(text: &str) -> Result<Self, WrongTemplate> {
        if text.len() > LONGEST {
            return Err(WrongTemplate::Long);
        }
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
                plain.push_str(&brace[..1]);
                rest = after;
                continue;
            }
            let inside = brace.strip_prefix('{').ok_or(WrongTemplate::Alone('}'))?;
            let (name, after) = inside.split_once('}').ok_or(WrongTemplate::Alone('{'))?;
            let fact = NAMES.iter().find(|known| known.0 == name);
            let fact = fact.ok_or_else(|| WrongTemplate::Unknown { name: text::line(name, 40) })?;
            parts.push(Part::Text(std::mem::take(&mut plain)));
            parts.push(Part::Fact(fact.1));
            rest = after;
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Ok(Self(parts))
    }

    /// The text with all words in their places. What the words say is not read as a template.
    pub fn fill(&self, facts: &Facts<'_>) -> String {
        let filled: String = self
            .0
            .iter()
            .map(|part| match part {
                Part::Text(text) => text,
                Part::Fact(Fact::Title) => facts.title,
                Part::Fact(Fact::Range) => facts.range,
                Part::Fact(Fact::AsOf) => facts.as_of,
                Part::Fact(Fact::Due) => facts.due,
            })
            .collect();
        text::lines(&filled, LONGEST_FILLED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: Facts<'_> =
        Facts { title: "{due} {x}", range: "last week", as_of: "06:00", due: "Monday" };

    #[test]
    fn placeholders_are_replaced_once_and_words_are_not_read() {
        for (text, filled) in [
            ("", ""),
            ("Weekly", "Weekly"),
            ("{title}", "{due} {x}"),
            ("{range}, {as_of}, {due}", "last week, 06:00, Monday"),
            ("{{title}} }}{{", "{title} }{"),
            ("{{{range}}}", "{last week}"),
            ("a\nb\r\n{due}", "a\nb\nMonday"),
        ] {
            assert_eq!(Template::parse(text).unwrap().fill(&FACTS), filled, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_write() {
        for (text, said) in [
            ("{titel}", "{titel} is no placeholder: did you mean \"title\"?"),
            ("{as-of}", "{as-of} is no placeholder: did you mean \"as_of\"?"),
            ("{Range}", "{Range} is no placeholder: did you mean \"range\"?"),
            ("{}", "{} is no placeholder: allowed: title, range, as_of, due"),
            (
                "{title|upper(1+1)}",
                "{title|upper(1+1)} is no placeholder: allowed: title, range, as_of, due",
            ),
            ("{title", "a \"{\" alone: write \"{{\" for the character itself"),
            ("a } b", "a \"}\" alone: write \"}}\" for the character itself"),
            (&"x".repeat(4001), "a template has at most 4000 bytes"),
        ] {
            assert_eq!(Template::parse(text).unwrap_err().to_string(), said);
        }
        let long = Template::parse(&"{title}".repeat(500)).unwrap();
        let title = "x".repeat(10_000);
        let filled = long.fill(&Facts { title: &title, ..FACTS });
        assert_eq!(filled.chars().count(), 4000);
    }
}
