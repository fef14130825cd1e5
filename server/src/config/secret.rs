//! Texts that nobody shall print: URLs, which hold passwords, and secrets of webhooks. And where the
//! file says they are.

use super::environment::Environment;
use brisk_toml_reader::{Fields, Place, Problem, Problems, quoted};
use std::fmt;
use std::path::{Path, PathBuf};

/// A text that nobody shall print.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for whoever connects with it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Whether `text` looks like an address, or a secret itself.
pub(super) fn may_hold_password(text: &str) -> bool {
    text.contains("://") || text.contains('@') || text.contains("whsec_")
}

/// `text` in quotes for a message, unless it may hold a password.
pub(super) fn shown(text: &str) -> String {
    quoted(text, may_hold_password)
}

/// A secret, or where it is.
#[derive(Debug, Clone)]
pub(super) struct Located {
    /// Where this is written.
    pub(super) at: Place,
    kept: Kept,
}

#[derive(Debug, Clone)]
enum Kept {
    Here(Secret, PathBuf),
    Variable(String),
    File(PathBuf),
}

impl Located {
    /// The secret itself; a relative path in it is relative to the working directory.
    pub(super) fn given(at: Place, secret: Secret) -> Self {
        Self { at, kept: Kept::Here(secret, PathBuf::new()) }
    }

    /// The value of the environment variable `name`.
    pub(super) fn variable(at: Place, name: &str) -> Self {
        Self { at, kept: Kept::Variable(name.to_owned()) }
    }

    /// What the file at `path` holds; a relative path in it is relative to the file's folder.
    pub(super) fn file(at: Place, path: &Path) -> Self {
        Self { at, kept: Kept::File(path.to_owned()) }
    }

    /// Reads `url`, `url_env` or `url_file` of `table`; `base` is the folder of the file.
    pub(super) fn read(
        table: &Fields<'_>,
        base: &Path,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        Self::read_keys(["url", "url_env", "url_file"], table, base, problems)
    }

    /// The same under other names: of the secret itself, of its variable, of its file.
    pub(super) fn read_keys(
        keys: [&'static str; 3],
        table: &Fields<'_>,
        base: &Path,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let [_, in_variable, in_file] = keys;
        let given = keys.map(|key| table.text(key, problems).map(|text| (key, text)));
        let mut given = given.into_iter().flatten();
        let (key, text) = given.next()?;
        if let Some((other, _)) = given.next() {
            let message = format!("{} has both \"{key}\" and \"{other}\"", table.title());
            problems.add(table.place(other), message);
        }
        if text.trim().is_empty() {
            problems.add(table.place(key), format!("\"{key}\" of {} is empty", table.title()));
        }
        let text = text.trim();
        let kept = match key {
            key if key == in_variable => Kept::Variable(text.to_owned()),
            key if key == in_file => Kept::File(base.join(text)),
            _ => Kept::Here(text.into(), base.to_owned()),
        };
        Some(Self { at: problems.place(table.place(key)), kept })
    }

    /// The secret.
    pub(super) fn resolve(&self, environment: &Environment) -> Result<Secret, Problem> {
        let wrong = |message: String| self.at.problem(message);
        match &self.kept {
            Kept::Here(secret, _) => Ok(secret.clone()),
            Kept::Variable(name) if may_hold_password(name) => Err(self.at.problem_with_help(
                "this must be the name of an environment variable, not what it holds",
                "what holds that itself has the same name without \"env\"",
            )),
            Kept::Variable(name) => environment.get(name).map(Secret::from).ok_or_else(|| {
                wrong(format!("the environment variable {} is not set, or empty", shown(name)))
            }),
            Kept::File(path) => {
                let name = shown(&path.display().to_string());
                let text = std::fs::read_to_string(path)
                    .map_err(|error| wrong(format!("the file {name} cannot be read: {error}")))?;
                let secret = Secret::from(text.trim());
                if secret.is_empty() {
                    return Err(wrong(format!("the file {name} is empty")));
                }
                Ok(secret)
            }
        }
    }

    /// What relative paths in the secret are relative to.
    pub(super) fn base(&self) -> &Path {
        match &self.kept {
            Kept::Here(_, base) => base,
            Kept::Variable(_) => Path::new(""),
            Kept::File(path) => path.parent().unwrap_or(Path::new("")),
        }
    }
}
