//! A provider's claims about somebody, as rules read them: texts by name. A claim within a claim is
//! called `realm_access.roles`.

use brisk_accounts::Claims;
use serde_json::Value;

/// How deep nested claims are read.
const DEPTH: usize = 4;
/// Values that are read; of somebody in more groups, the rest are ignored.
const MOST: usize = 2_000;
/// The longest value, in bytes.
const LONGEST: usize = 1_000;

/// Adds the claims in `said` to `claims`; those that are there already stay.
pub(super) fn add(claims: &mut Claims, said: &serde_json::Map<String, Value>) {
    let mut more = Claims::new();
    for (name, value) in said {
        put(&mut more, name, value, DEPTH);
    }
    for (name, values) in more {
        claims.entry(name).or_insert(values);
    }
}

fn put(claims: &mut Claims, name: &str, value: &Value, depth: usize) {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        Value::Null => return,
        Value::Array(values) if depth > 0 => {
            return values.iter().for_each(|value| put(claims, name, value, depth - 1));
        }
        Value::Object(fields) if depth > 0 => {
            return fields.iter().for_each(|(field, value)| {
                put(claims, &format!("{name}.{field}"), value, depth - 1)
            });
        }
        Value::Array(_) | Value::Object(_) => return,
    };
    let count: usize = claims.values().map(std::collections::BTreeSet::len).sum();
    if text.len() <= LONGEST && count < MOST {
        claims.entry(name.to_owned()).or_default().insert(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_test_mutations::Inputs;
    use serde_json::json;

    fn of(said: Value) -> Claims {
        let mut claims = Claims::new();
        add(&mut claims, said.as_object().unwrap());
        claims
    }

    fn values(claims: &Claims, name: &str) -> Vec<String> {
        claims.get(name).into_iter().flatten().cloned().collect()
    }

    #[test]
    fn lists_numbers_and_what_is_within_are_texts() {
        let claims = of(json!({
            "groups": ["b", "a", 7, null, ["c"]],
            "realm_access": { "roles": ["admin"], "deep": { "er": { "est": { "x": 1 } } } },
            "email_verified": true,
        }));
        assert_eq!(values(&claims, "groups"), ["7", "a", "b", "c"]);
        assert_eq!(values(&claims, "realm_access.roles"), ["admin"]);
        assert_eq!(values(&claims, "email_verified"), ["true"]);
    }

    #[test]
    fn what_was_said_first_stays_and_what_is_too_much_is_left_out() {
        let mut claims = of(json!({ "groups": ["a"] }));
        add(&mut claims, json!({ "groups": ["admins"], "x": "y" }).as_object().unwrap());
        assert_eq!(values(&claims, "groups"), ["a"]);
        assert_eq!(values(&claims, "x"), ["y"]);
        let many: Vec<String> = (0..5_000).map(|n| n.to_string()).collect();
        assert_eq!(values(&of(json!({ "groups": many })), "groups").len(), MOST);
        assert!(of(json!({ "a": "x".repeat(1_001) })).is_empty());
    }

    #[test]
    fn mutations_of_claims_are_bounded_texts() {
        let seeds = [
            r#"{"groups": ["b", "a", 7, null, ["c"]], "email_verified": true, "sub": "248289761001"}"#,
            r#"{"realm_access": {"roles": ["admin"], "deep": {"er": {"est": {"x": 1}}}}, "name": "Ann"}"#,
        ];
        let words = ["[", "]", "{", "}", ",", ":", "\"groups\"", "null", "true", "1e999", "\"a\":"];
        Inputs::new("claims").seeds(seeds).words(&words).longest(64 << 10).texts(|text| {
            let Ok(Value::Object(said)) = serde_json::from_str(text) else { return false };
            let mut claims = Claims::new();
            add(&mut claims, &said);
            let values: Vec<&String> = claims.values().flatten().collect();
            assert!(values.len() <= MOST && values.iter().all(|value| value.len() <= LONGEST));
            let once = claims.clone();
            add(&mut claims, &said);
            assert_eq!(claims, once, "what was said first stays");
            !claims.is_empty()
        });
    }
}
