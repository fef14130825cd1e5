//! `public_url` and `own_names`: the names that the server answers to. `BRISK_PUBLIC_URL` and
//! `BRISK_OWN_NAMES` override the file.

use super::environment::Environment;
use super::error::ConfigError;
use crate::http::own_names::OwnNames;
use crate::http::public_url::{NoPublicUrl, PublicUrl};
use brisk_toml_reader::{Fields, Place, Problems};

const PUBLIC_URL: &str = "BRISK_PUBLIC_URL";
const OWN_NAMES: &str = "BRISK_OWN_NAMES";

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct NamesInFile {
    public: Option<PublicUrl>,
    names: Option<Vec<String>>,
}

impl NamesInFile {
    /// Reads both keys of the file's top level.
    pub(super) fn read(top: &Fields<'_>, problems: &mut Problems<'_>) -> Self {
        let public = top.text("public_url", problems).and_then(|text| {
            let wrong =
                |error: NoPublicUrl| problems.add(top.place("public_url"), error.to_string());
            text.parse().map_err(wrong).ok()
        });
        let names = top.texts("own_names", "a list of texts", problems).map(|texts| {
            let names = texts.into_iter().filter_map(|text| {
                let name = OwnNames::parse_name(text);
                if name.is_none() {
                    problems.add(top.place("own_names"), no_name("own_names", text));
                }
                name
            });
            names.collect()
        });
        Self { public, names }
    }

    /// The names in force.
    pub(super) fn layered(self, environment: &Environment) -> Result<OwnNames, ConfigError> {
        let public = match environment.get(PUBLIC_URL) {
            Some(text) => {
                let wrong =
                    |error: NoPublicUrl| Place::named(PUBLIC_URL).problem(error.to_string());
                Some(text.parse().map_err(wrong)?)
            }
            None => self.public,
        };
        let names = match environment.get(OWN_NAMES) {
            Some(texts) => {
                let texts = texts.split([',', ' ']).filter(|text| !text.is_empty());
                let name = |text| {
                    let wrong = || Place::named(OWN_NAMES).problem(no_name(OWN_NAMES, text));
                    OwnNames::parse_name(text).ok_or_else(wrong)
                };
                texts.map(name).collect::<Result<Vec<_>, _>>()?
            }
            None => self.names.unwrap_or_default(),
        };
        Ok(OwnNames::new(names, public))
    }
}

fn no_name(key: &str, text: &str) -> String {
    format!(
        "{key} are names of hosts without a port, such as \"dashboards.example.com\", not {text:?}"
    )
}
