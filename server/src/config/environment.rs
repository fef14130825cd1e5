//! The environment variables as a value, so that tests can set them.

use std::collections::BTreeMap;

/// The environment variables.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of this process. Values that are not UTF-8 are left out: no setting is one.
    pub fn of_process() -> Self {
        let texts = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self(texts.collect())
    }

    /// The value of `name`. An empty one counts as unset: compose files and service units pass on
    /// variables that nobody has set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The variables whose names start with `prefix`: the rest of the name, and the value.
    pub fn starting_with<'e>(
        &'e self,
        prefix: &'static str,
    ) -> impl Iterator<Item = (&'e str, &'e str)> {
        let names = self.0.keys().filter_map(move |name| Some((name, name.strip_prefix(prefix)?)));
        names.filter_map(|(name, rest)| Some((rest, self.get(name)?)))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

// Values are passwords as often as not.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
