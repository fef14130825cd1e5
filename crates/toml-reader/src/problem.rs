//! A problem with a setting, and its position.

use brisk_domain::sentence::plain;
use std::fmt;

/// A problem at a position in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as passed in: `dashboards/sales.toml`. Or an environment variable, or a flag.
    pub file: String,
    /// The line, from 1; 0 if the problem concerns the whole file.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What is allowed, or a suggestion.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", short(&self.message))?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, " ({})", short(help)))
    }
}

/// The most characters of a message, whatever it quotes.
const LONGEST: usize = 450;

/// A text for a line in a terminal.
fn short(text: &str) -> String {
    let whole = plain(text);
    let short: String = whole.chars().take(LONGEST).collect();
    if short.len() < whole.len() { short + "…" } else { short }
}

/// Where a setting comes from: a position in a file, an environment variable, or a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `brisk.toml`, `BRISK_SOURCE_SHOP`, `--source`.
    pub file: String,
    /// From 1; 0 if there are no lines.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

impl Place {
    /// A whole file, an environment variable, or a flag.
    pub fn named(name: impl Into<String>) -> Self {
        Self { file: name.into(), line: 0, column: 0 }
    }

    /// The position of byte `offset` in `text`, the content of `file`, whose lines start at `lines`.
    pub(crate) fn at(file: &str, text: &str, lines: &[usize], offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = lines.partition_point(|line| *line <= offset);
        let line_start = line.checked_sub(1).map_or(0, |before| lines[before]);
        Self {
            file: file.to_owned(),
            line: line as u32,
            column: text[line_start..offset].chars().count() as u32 + 1,
        }
    }

    /// A problem at this place.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        let Self { file, line, column } = self.clone();
        Problem { file, line, column, message: message.into(), help: None }
    }

    /// A problem at this place, with what is allowed.
    pub fn problem_with_help(
        &self,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Problem {
        Problem { help: Some(help.into()), ..self.problem(message) }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn control_characters_of_a_file_are_written_out() {
        let place = Place::named("a.toml");
        let problem = place.problem_with_help("zone \"\u{1b}[2J\" is unknown", "not \r\n");
        let said = "a.toml: zone \"\\u{1b}[2J\" is unknown (not \\r\\n)";
        assert_eq!(problem.to_string(), said);
        let long = place.problem("x".repeat(5_000)).to_string();
        assert!(long.ends_with("x…") && long.chars().count() < 500, "{long}");
    }

    #[test]
    fn columns_count_characters() {
        let text = "a = 1\nbé = 2\n";
        let at = |offset| {
            let Place { line, column, .. } = Place::at("a.toml", text, &[0, 6, 14], offset);
            (line, column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(6), (2, 1));
        assert_eq!((at(7), at(8), at(9)), ((2, 2), (2, 2), (2, 3)), "within é, and after it");
        assert_eq!(at(usize::MAX), (3, 1));
    }
}
