//! [`Rights`]: what a source's owner allows its panels beyond reading tables.

/// What a source's owner allows its panels beyond reading tables. By default nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights {
    /// Functions that panels may call although Brisk does not know them to only read, and views that
    /// may call any, each as `schema.name`; on MySQL and MariaDB `database.name`, or the bare name of a
    /// loadable function.
    pub functions: Vec<String>,
    /// Whether the reading user may be all-powerful.
    pub superuser: bool,
    /// Whether nobody can extend them, because the source is not one of brisk.toml: then no error says how
    /// to.
    pub are_fixed: bool,
}

impl Rights {
    /// How to allow an all-powerful user all the same; empty where that is not possible.
    pub(crate) fn otherwise(&self) -> &'static str {
        match self.are_fixed {
            true => "",
            false => "; or, for this source, write \"allow_superuser = true\" in brisk.toml",
        }
    }

    /// Whether the function or view is named in them.
    pub(crate) fn name(&self, schema: &str, name: &str) -> bool {
        let matches = |written: &String| match written.rsplit_once('.') {
            Some((of, last)) => of.eq_ignore_ascii_case(schema) && last.eq_ignore_ascii_case(name),
            None => schema.is_empty() && written.eq_ignore_ascii_case(name),
        };
        self.functions.iter().any(matches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_named_with_their_schema() {
        let functions = vec!["net.http_get".to_owned(), "Loaded".to_owned()];
        let rights = Rights { functions, ..Rights::default() };
        assert!(rights.name("net", "http_get") && rights.name("", "loaded"));
        assert!(!rights.name("public", "http_get") && !rights.name("", "http_get"));
        assert!(!rights.name("public", "loaded"));
    }
}
