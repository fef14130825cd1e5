//! `empty`, shared by the kinds that draw time buckets.

use brisk_domain::panel_kind::EmptyBucket;
use brisk_toml_reader::{Fields, Problems};

/// The key.
pub(super) const KEY: &str = "empty";

/// Reads the key.
pub(super) fn read(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<EmptyBucket> {
    fields.word(KEY, &EmptyBucket::WORDS, problems)
}
