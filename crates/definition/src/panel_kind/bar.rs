//! `kind = "bar"`.

use super::empty_bucket;
use brisk_domain::panel_kind::Bar;
use brisk_toml_reader::{Fields, Problems};

pub(super) const KEYS: [&str; 3] = ["stacked", "horizontal", empty_bucket::KEY];

pub(super) fn read(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Bar {
    Bar {
        stacked: fields.flag("stacked", problems),
        horizontal: fields.flag("horizontal", problems),
        empty: empty_bucket::read(fields, problems),
    }
}
