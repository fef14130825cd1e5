//! Positions of the items of lists.

use brisk_toml_reader::Fields;
use std::ops::Range;

/// The position of item `at` of the list under `key`.
pub(super) fn place_in(fields: &Fields<'_>, key: &'static str, at: usize) -> Option<Range<usize>> {
    let list = fields.item(key).and_then(|item| item.as_array());
    let one = list.and_then(|list| list.get(at)).and_then(|one| one.span());
    one.or_else(|| fields.place(key))
}
