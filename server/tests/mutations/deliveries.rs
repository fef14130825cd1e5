//! Mutated deliveries to webhooks.

use super::corpus;
use brisk_domain::{SourceName, Tag, Timestamp};
use brisk_server::hooks::body;
use brisk_signature::{ID, SIGNATURE, SigningKey, TIMESTAMP, verify};
use brisk_test_mutations::Inputs;
use http::{HeaderMap, HeaderName, HeaderValue};

/// The most bytes of an answer's sentence.
const LONGEST: usize = 1_000;

#[test]
fn mutations_of_bodies_name_few_tags_or_are_refused_in_a_sentence() {
    let source = SourceName::parse("shop").unwrap();
    let words = [
        "\"tags\"",
        "\"data\"",
        "\"source\"",
        "\"tables\"",
        "\"results\"",
        "\"nodes\"",
        "\"metadata\"",
        "\"relation_name\"",
        "\"unique_id\"",
        "\"status\"",
        "\"success\"",
        ": ",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "null",
        "true",
        "1e999",
        "\\u0000",
        "\\ud800",
        "\"all\"",
        "\"table:shop.orders\"",
        "\"brisk.test\"",
        "\\\"",
        "`",
        ".",
    ];
    let inputs = Inputs::new("deliveries").folder(corpus("deliveries")).words(&words);
    inputs.longest(128 << 10).count(6_000).bytes(|bytes| {
        match body::read(bytes, Some(&source), |_| true) {
            Ok(asked) => {
                assert!(asked.tags.len() <= 1_000);
                for tag in &asked.tags {
                    assert_eq!(Tag::parse(&tag.to_string()).as_ref(), Ok(tag));
                }
                let names: Vec<String> = asked.tags.iter().map(Tag::to_string).collect();
                let plain = serde_json::json!({ "tags": names }).to_string();
                let again = body::read(plain.as_bytes(), None, |_| true);
                assert!(
                    names.is_empty() || again.map(|again| again.tags) == Ok(asked.tags),
                    "{plain}"
                );
                true
            }
            Err(said) => {
                assert!(said.len() <= LONGEST, "{} bytes: {said}", said.len());
                assert!(!said.chars().any(|c| c.is_control()), "{said:?}");
                false
            }
        }
    });
}

/// A delivery as a text: its id, its time and its signature, one a line, and its body.
fn headers(text: &str) -> Option<(HeaderMap, &str)> {
    let mut lines = text.splitn(4, '\n');
    let mut headers = HeaderMap::new();
    for name in [ID, TIMESTAMP, SIGNATURE] {
        let value = HeaderValue::from_str(lines.next()?).ok()?;
        headers.append(HeaderName::from_static(name), value);
    }
    Some((headers, lines.next()?))
}

#[test]
fn mutations_of_signed_deliveries_are_never_accepted() {
    let key = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let now = Timestamp::from_seconds(1_614_265_330);
    let bodies = ["{\"tags\":[\"all\"]}", "", "1614265330.{}"];
    let seeds: Vec<String> = bodies
        .iter()
        .flat_map(|body| {
            [("msg_1", "1614265330"), ("msg_2", "1614265300")].map(|(id, at)| {
                let signature = key.sign(id, at, body.as_bytes());
                format!("{id}\n{at}\nv1,AAAA {signature}\n{body}")
            })
        })
        .collect();
    let words = ["v1,", "v1a,", " ", ",", ".", "msg_1", "=", "-", "+1614265330", "01614265330"];
    let inputs = Inputs::new("signed deliveries").seeds(&seeds).words(&words).count(10_000);
    inputs.texts(|text| {
        let Some((headers, body)) = headers(text) else { return false };
        let keys = [(true, &key)];
        match verify(keys.into_iter(), &headers, body.as_bytes(), now) {
            Ok(signed) => {
                let signed_text = |text: &str| {
                    let parts: Vec<String> = text.splitn(4, '\n').map(str::to_owned).collect();
                    (parts[0].clone(), parts[1].clone(), parts[3].clone())
                };
                let is_own = seeds.iter().any(|seed| signed_text(seed) == signed_text(text));
                assert!(is_own && text.starts_with(signed.id), "it was altered: {text:?}");
                true
            }
            Err(refused) => {
                assert!(refused.to_string().len() <= LONGEST);
                false
            }
        }
    });
}
