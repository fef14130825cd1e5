//! What messages say is there instead of what was expected.

use crate::problems::Problems;
use crate::quote::shortened;
use toml_edit::Item;

/// Whether the value of `key` is a secret, whatever it looks like.
pub(super) fn names_a_secret(key: &str) -> bool {
    ["url", "secret", "password", "token"].iter().any(|word| key.contains(word))
}

/// The value as it is written, shortened; of tables, and of lists where there may be secrets, what
/// they are.
pub(super) fn given(item: &Item, problems: &Problems<'_>) -> String {
    if let Some(text) = item.as_str().filter(|text| problems.hides(text)) {
        return problems.quoted(text);
    }
    let is_long = matches!(item, Item::Table(_) | Item::ArrayOfTables(_));
    let may_hold_one = item.is_array() || item.is_inline_table();
    let is_hidden = is_long || (may_hold_one && problems.may_hold_secrets());
    let written = item.span().and_then(|span| problems.text().get(span));
    written.filter(|_| !is_hidden).map_or_else(|| kind(item).to_owned(), shortened)
}

pub(super) fn kind(item: &Item) -> &'static str {
    match item.type_name() {
        "string" => "text",
        "integer" => "a whole number",
        "float" => "a number",
        "boolean" => "true or false",
        "array" | "array of tables" => "a list",
        "table" | "inline table" => "a table",
        _ => "a date",
    }
}
