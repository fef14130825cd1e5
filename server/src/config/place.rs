//! Where a setting is written, for messages.

use brisk_definition::Problem;
use std::fmt;

/// Where a setting is written: a place in the file, a variable, or a flag.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// `brisk.toml`, `BRISK_SOURCE_SHOP`, `--source`.
    pub(super) file: String,
    /// From 1; 0 where there are no lines.
    pub(super) line: u32,
    /// From 1.
    pub(super) column: u32,
}

impl Place {
    /// A variable or a flag.
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self { file: name.into(), line: 0, column: 0 }
    }

    /// What is wrong there.
    pub(super) fn problem(&self, message: impl Into<String>) -> Problem {
        let Self { file, line, column } = self.clone();
        Problem { file, line, column, message: message.into(), help: None }
    }

    /// What is wrong there, and what is allowed.
    pub(super) fn problem_with_help(
        &self,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Problem {
        Problem { help: Some(help.into()), ..self.problem(message) }
    }
}

/// All that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub Vec<Problem>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [only] => write!(f, "{only}"),
            several => {
                write!(f, "the configuration has {} problems:", several.len())?;
                several.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for ConfigError {}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}
