//! `kind = "stat"`.

use brisk_domain::panel_kind::{Better, Stat};
use brisk_toml_reader::{Fields, Problems};

pub(super) const KEYS: [&str; 2] = ["sparkline", "better"];

pub(super) fn read(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Stat {
    Stat {
        sparkline: fields.item("sparkline").and_then(|_| fields.query("sparkline", problems)),
        better: fields.word("better", &Better::WORDS, problems).unwrap_or_default(),
    }
}
