//! `kind = "funnel"`.

use brisk_domain::panel_kind::Funnel;
use brisk_domain::panel_kind::funnel::Labels;
use brisk_toml_reader::{Fields, Problems};

pub(super) const KEYS: [&str; 1] = ["labels"];

pub(super) fn read(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Funnel {
    Funnel { labels: fields.word("labels", &Labels::WORDS, problems).unwrap_or_default() }
}
