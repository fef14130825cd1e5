//! `kind = "multi"`.

use super::options;
use crate::fields::Fields;
use crate::problem::Problems;
use brisk_domain::SourceName;
use brisk_domain::variable_kind::Multi;

pub(super) const KEYS: [&str; 3] = options::KEYS;

pub(super) fn read(
    fields: &Fields<'_>,
    source: Option<&SourceName>,
    problems: &mut Problems<'_>,
) -> Option<Multi> {
    let (options, default) = options::read(fields, source, problems)?;
    Some(Multi { options, default })
}
