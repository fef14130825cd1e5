//! The arguments of a command: flags, values and what follows `--`. Each command interprets its
//! own; any it leaves unused is an error that shows its usage.

use anyhow::{Result, bail};

pub(crate) struct Arguments {
    usage: &'static str,
    words: Vec<String>,
    after_dashes: Vec<String>,
}

impl Arguments {
    pub(crate) fn new(usage: &'static str, mut words: Vec<String>) -> Self {
        let after_dashes = match words.iter().position(|word| word == "--") {
            Some(at) => {
                let after = words.split_off(at + 1);
                words.pop();
                after
            }
            None => Vec::new(),
        };
        Self { usage, words, after_dashes }
    }

    /// Whether `name` (with its dashes) was given.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.words.len();
        self.words.retain(|word| word != name);
        self.words.len() < before
    }

    /// The value of `name value` or `name=value`.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<String>> {
        let joined = |word: &String| word.strip_prefix(name)?.strip_prefix('=').map(String::from);
        if let Some((at, value)) =
            self.words.iter().enumerate().find_map(|(at, word)| Some((at, joined(word)?)))
        {
            self.words.remove(at);
            return Ok(Some(value));
        }
        let Some(at) = self.words.iter().position(|word| word == name) else {
            return Ok(None);
        };
        if at + 1 >= self.words.len() {
            bail!("{name} wants a value: cargo xtask {}", self.usage);
        }
        self.words.remove(at);
        Ok(Some(self.words.remove(at)))
    }

    /// The positional arguments; call it after the flags and values were taken.
    pub(crate) fn words(&mut self) -> Vec<String> {
        let (flags, words) =
            std::mem::take(&mut self.words).into_iter().partition(|word| word.starts_with('-'));
        self.words = flags;
        words
    }

    /// The arguments after `--`, for the program to start.
    pub(crate) fn pass_on(&mut self) -> Vec<String> {
        std::mem::take(&mut self.after_dashes)
    }

    /// Fails if any argument was not used.
    pub(crate) fn finish(self) -> Result<()> {
        match self.words.first().or(self.after_dashes.first()) {
            Some(word) => bail!("`{word}` is not understood here: cargo xtask {}", self.usage),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Arguments {
        Arguments::new("serve", line.split_whitespace().map(String::from).collect())
    }

    #[test]
    fn flags_values_and_words_come_in_any_order() {
        let mut given = arguments("--port 4000 --dev --host=h -- --demo x");
        assert!(given.flag("--dev"));
        assert_eq!(given.value("--port").unwrap().as_deref(), Some("4000"));
        assert_eq!(given.value("--host").unwrap().as_deref(), Some("h"));
        assert_eq!(given.pass_on(), ["--demo", "x"]);
        given.finish().unwrap();
    }

    #[test]
    fn a_leftover_or_a_missing_value_is_an_error_that_shows_the_usage() {
        let error = arguments("--prot 1").finish().unwrap_err().to_string();
        assert!(error.contains("`--prot`") && error.contains("cargo xtask serve"), "{error}");
        assert!(arguments("--port").value("--port").is_err());
    }
}
