//! `kind = "area"`.

use super::empty_bucket;
use brisk_domain::panel_kind::Area;
use brisk_toml_reader::{Fields, Problems};

pub(super) const KEYS: [&str; 2] = ["stacked", empty_bucket::KEY];

pub(super) fn read(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Area {
    Area { stacked: fields.flag("stacked", problems), empty: empty_bucket::read(fields, problems) }
}
