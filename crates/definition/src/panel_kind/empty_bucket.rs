//! `empty`, which kinds that draw time buckets share.

use brisk_domain::panel_kind::EmptyBucket;
use brisk_toml_reader::{Fields, Problems};

/// Its key.
pub(super) const KEY: &str = "empty";

/// Reads it; where it is left out, it is as `usual` for the kind.
pub(super) fn read(
    fields: &Fields<'_>,
    usual: EmptyBucket,
    problems: &mut Problems<'_>,
) -> EmptyBucket {
    fields.word(KEY, &EmptyBucket::WORDS, problems).unwrap_or(usual)
}
