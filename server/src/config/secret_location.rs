//! [`SecretLocation`]: a secret in the file, or the variable or file where it is stored.

use super::environment::Environment;
use super::secret::{Secret, may_hold_password, shown};
use brisk_toml_reader::{Fields, Place, Problem, Problems};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A secret, or where it is stored.
#[derive(Debug, Clone)]
pub(super) struct SecretLocation {
    /// Where this is written.
    pub(super) at: Place,
    origin: Origin,
}

/// A longer file holds no secret, and may be one that never ends.
const LONGEST: u64 = 64 << 10;

/// What the file at `path` holds. It may be a FIFO: some keep secrets in those.
fn short_text(path: &Path) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(std::io::Error::other("it is longer than 64 KiB"));
    }
    String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is not UTF-8 text"))
}

#[derive(Debug, Clone)]
enum Origin {
    Inline(Secret, PathBuf),
    Variable(String),
    File(PathBuf),
}

impl SecretLocation {
    /// The secret itself; a relative path in it is relative to the working directory.
    pub(super) fn given(at: Place, secret: Secret) -> Self {
        Self { at, origin: Origin::Inline(secret, PathBuf::new()) }
    }

    /// The value of the environment variable `name`.
    pub(super) fn variable(at: Place, name: &str) -> Self {
        Self { at, origin: Origin::Variable(name.to_owned()) }
    }

    /// What the file at `path` holds; a relative path in it is relative to the file's folder.
    pub(super) fn file(at: Place, path: &Path) -> Self {
        Self { at, origin: Origin::File(path.to_owned()) }
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
        let origin = match key {
            key if key == in_variable => Origin::Variable(text.to_owned()),
            key if key == in_file => Origin::File(base.join(text)),
            _ => Origin::Inline(text.into(), base.to_owned()),
        };
        Some(Self { at: problems.place(table.place(key)), origin })
    }

    /// The secret.
    pub(super) fn resolve(&self, environment: &Environment) -> Result<Secret, Problem> {
        let wrong = |message: String| self.at.problem(message);
        match &self.origin {
            Origin::Inline(secret, _) => Ok(secret.clone()),
            Origin::Variable(name) if may_hold_password(name) => Err(self.at.problem_with_help(
                "this must be the name of an environment variable, not its value",
                "for the value itself, use the key without \"env\"",
            )),
            Origin::Variable(name) => environment.get(name).map(Secret::from).ok_or_else(|| {
                wrong(format!("the environment variable {} is not set, or empty", shown(name)))
            }),
            Origin::File(path) => {
                let name = shown(&path.display().to_string());
                let text = short_text(path)
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
        match &self.origin {
            Origin::Inline(_, base) => base,
            Origin::Variable(_) => Path::new(""),
            Origin::File(path) => path.parent().unwrap_or(Path::new("")),
        }
    }
}
