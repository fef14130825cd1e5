//! [`Template`]: a text with a few named gaps. There is no expression language: what is filled in is
//! never read again, so that no value can name another.

use std::fmt;

/// A text such as `{title}: {range}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(Field),
}

/// What may be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// `{title}`: the report's title.
    Title,
    /// `{range}`: the view's time range, for readers.
    Range,
    /// `{as_of}`: when the oldest of the data were loaded.
    AsOf,
    /// `{due}`: when it was due.
    Due,
}

/// The text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A name that nothing is filled in for.
    #[error("{{{0}}} is not known: use {{title}}, {{range}}, {{as_of}} or {{due}}")]
    Unknown(String),
    /// A brace that opens or closes nothing.
    #[error("a brace stands alone: write {{{{ or }}}} for the character itself")]
    Brace,
    /// It is longer than it may be.
    #[error("it has more than {0} characters")]
    TooLong(usize),
}

impl Field {
    /// All of them, with their names.
    pub const WORDS: [(&'static str, Self); 4] =
        [("title", Self::Title), ("range", Self::Range), ("as_of", Self::AsOf), ("due", Self::Due)];
}

impl Template {
    /// The longest subject, in characters.
    pub const LONGEST_SUBJECT: usize = 200;
    /// The longest introduction, in characters.
    pub const LONGEST_INTRODUCTION: usize = 4_000;

    /// The subject of a report that names none: its title.
    pub fn title() -> Self {
        Self(vec![Part::Field(Field::Title)])
    }

    /// Reads a template of at most `longest` characters. `{{` and `}}` stand for braces.
    pub fn parse(text: &str, longest: usize) -> Result<Self, TemplateError> {
        if text.chars().count() > longest {
            return Err(TemplateError::TooLong(longest));
        }
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..at + 1];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let end = rest.find(['{', '}']).filter(|end| rest[*end..].starts_with('}'));
            let end = end.filter(|_| brace == "{").ok_or(TemplateError::Brace)?;
            let name = &rest[..end];
            let field = Field::WORDS.iter().find(|(word, _)| *word == name);
            let (_, field) =
                field.ok_or_else(|| TemplateError::Unknown(name.chars().take(40).collect()))?;
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Field(*field));
            rest = &rest[end + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// The text with everything filled in.
    pub fn filled(&self, value: impl Fn(Field) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Field(field) => value(*field),
        };
        self.0.iter().map(part).collect()
    }

    /// The same as one line, for the head of a message: line breaks and other control characters become
    /// blanks.
    pub fn line(&self, value: impl Fn(Field) -> String) -> String {
        let filled = self.filled(value);
        let plain = filled.chars().map(|c| if is_break(c) { ' ' } else { c });
        plain.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Whether a character may begin a new line, or is a command to whoever shows it.
fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// As it is written in a file.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Text(text) => {
                    f.write_str(&text.replace('{', "{{").replace('}', "}}"))?;
                }
                Part::Field(field) => {
                    let word = Field::WORDS.iter().find(|(_, known)| known == field);
                    write!(f, "{{{}}}", word.map_or("", |(word, _)| word))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Template, TemplateError> {
        Template::parse(text, Template::LONGEST_SUBJECT)
    }

    fn value(field: Field) -> String {
        match field {
            Field::Title => "Sales {due}\r\nBcc: x@example.com".into(),
            Field::Range => "1 – 7 Dec".into(),
            Field::AsOf => "06:01".into(),
            Field::Due => "06:00".into(),
        }
    }

    #[test]
    fn gaps_are_filled_once_and_a_value_is_never_read_as_a_template() {
        let template = parse("{range}: {{{as_of}}} for {due}").unwrap();
        assert_eq!(template.filled(value), "1 – 7 Dec: {06:01} for 06:00");
        let title = parse("{title}!").unwrap();
        assert_eq!(title.line(value), "Sales {due} Bcc: x@example.com!", "one line");
        assert_eq!(parse("").unwrap().filled(value), "");
    }

    #[test]
    fn what_is_no_gap_is_refused() {
        for bad in ["{titel}", "{ title }", "{}", "{title", "title}", "{{title}", "{ti{tle}}", "{"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
        let said = parse("{total * 2}").unwrap_err().to_string();
        assert_eq!(said, "{total * 2} is not known: use {title}, {range}, {as_of} or {due}");
        assert_eq!(parse(&"x".repeat(201)), Err(TemplateError::TooLong(200)));
    }

    proptest! {
        #[test]
        fn templates_are_written_as_they_are_read(text in "([a-zé {}]|\\{\\{|\\{title\\}|\\{due\\}){0,12}") {
            if let Ok(template) = parse(&text) {
                prop_assert_eq!(parse(&template.to_string()), Ok(template));
            }
        }
    }
}
