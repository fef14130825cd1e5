//! Attributes as one text, in the form of a URL's query.

use brisk_accounts::account::Attributes;
use brisk_domain::view::{parse_query, query_string};
use brisk_domain::{AttributeName, Selection};
use std::collections::BTreeMap;

/// The text of attributes.
pub(crate) fn text(attributes: &Attributes) -> String {
    let pairs = attributes.iter().flat_map(|(name, selection)| {
        selection.values().iter().map(move |value| (name.to_string(), value.clone()))
    });
    let pairs: Vec<(String, String)> = pairs.collect();
    query_string(&pairs).trim_start_matches('?').to_owned()
}

/// Each value of attributes as people read it: `region=north`.
pub(crate) fn pairs(attributes: &Attributes) -> Vec<String> {
    let pairs = attributes.iter().flat_map(|(name, selection)| {
        selection.values().iter().map(move |value| format!("{name}={value}"))
    });
    pairs.collect()
}

/// The attributes of a text. Invalid names are skipped.
pub(crate) fn read(text: &str) -> Attributes {
    let mut values: BTreeMap<AttributeName, Vec<String>> = BTreeMap::new();
    for (name, value) in parse_query(text) {
        if let Ok(name) = AttributeName::parse(&name) {
            values.entry(name).or_default().push(value);
        }
    }
    values.into_iter().map(|(name, values)| (name, Selection::of(values))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_kept_whatever_their_values_are() {
        let name = |name: &str| AttributeName::parse(name).unwrap();
        let values = |values: &[&str]| Selection::of(values.iter().map(|v| (*v).to_owned()));
        let attributes = Attributes::from([
            (name("region"), values(&["a&b=c", "ö %", "?"])),
            (name("tenant"), values(&["acme"])),
        ]);
        assert_eq!(read(&text(&attributes)), attributes);
        assert_eq!(read(&text(&Attributes::new())), Attributes::new());
    }
}
