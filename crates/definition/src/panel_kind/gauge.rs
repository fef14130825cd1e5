//! `kind = "gauge"`.

use brisk_domain::panel_kind::Gauge;
use brisk_toml_reader::{Fields, Problems};

pub(super) const KEYS: [&str; 1] = ["max"];

pub(super) fn read(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Gauge> {
    let max = fields.number("max", problems);
    // A value that is not a number has already been reported.
    if max.is_none() && fields.item("max").is_none_or(|item| item.is_float()) {
        problems.add(fields.span(), format!("{} is a gauge and needs \"max\"", fields.title()));
    }
    Some(Gauge { max: max? })
}
