//! `kind = "single"`.

use super::options;
use brisk_domain::SourceName;
use brisk_domain::variable_kind::Single;
use brisk_toml_reader::{Fields, Problems};

pub(super) const KEYS: [&str; 3] = options::KEYS;

pub(super) fn read(
    fields: &Fields<'_>,
    source: Option<&SourceName>,
    problems: &mut Problems<'_>,
) -> Option<Single> {
    let (options, default) = options::read(fields, source, problems)?;
    if default.count() > 1 {
        problems.add(fields.place("default"), "a variable of kind \"single\" has one default");
    }
    Some(Single { options, default: default.choices().next() })
}
