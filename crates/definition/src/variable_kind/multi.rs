//! `kind = "multi"`.

use super::options;
use brisk_domain::SourceName;
use brisk_domain::variable_kind::Multi;
use brisk_toml_reader::{Fields, Problems};

pub(super) const KEYS: [&str; 3] = options::KEYS;

pub(super) fn read(
    fields: &Fields<'_>,
    source: Option<&SourceName>,
    problems: &mut Problems<'_>,
) -> Option<Multi> {
    let (options, default) = options::read(fields, source, problems)?;
    Some(Multi { options, default })
}
