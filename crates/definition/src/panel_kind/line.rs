//! `kind = "line"`.

use super::empty_bucket;
use brisk_domain::panel_kind::Line;
use brisk_toml_reader::{Fields, Problems};

pub(super) const KEYS: [&str; 1] = [empty_bucket::KEY];

pub(super) fn read(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Line {
    Line { empty: empty_bucket::read(fields, problems) }
}
