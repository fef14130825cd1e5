//! Texts among which NULL may stand, for which TOML has no word.

use brisk_domain::parameter::NULL;
use toml_edit::{Item, Value};

/// The texts of a list, or one alone: `["", "EIRE", { is = "null" }]`. `None` if it is anything else.
pub fn nullable_texts(item: &Item) -> Option<Vec<Option<String>>> {
    match item.as_value()? {
        Value::Array(array) => array.iter().map(nullable_text).collect(),
        value => Some(vec![nullable_text(value)?]),
    }
}

fn nullable_text(value: &Value) -> Option<Option<String>> {
    if let Some(table) = value.as_inline_table() {
        // As in addresses: `country.is=null`.
        let is_null = table.get("is").and_then(Value::as_str) == Some(NULL);
        return (is_null && table.len() == 1).then_some(None);
    }
    Some(Some(value.as_str()?.to_owned()))
}
