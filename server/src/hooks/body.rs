//! The body of a delivery, which asks for tags: a Standard Webhooks payload with them in its `data`, or
//! `data` alone; or what dbt wrote about a run (`dbt`).

use super::dbt::{self, Run};
use brisk_domain::sentence::plain;
use brisk_domain::tag::Slip;
use brisk_domain::{SourceName, Tag, TagError, TagKind};
use serde::Deserialize;
use serde_json::Value;

/// The largest body but for those of dbt; no list of tags needs more.
pub const MAX_BODY: usize = 64 * 1024;

/// The most tags of one delivery: each is a key in Redis.
const MOST: usize = 1_000;

/// The most characters of a sentence about a body, which may quote it: it goes into the log of deliveries.
const LONGEST_SAID: usize = 500;

/// The `type` of a payload that only asks what would be invalidated. It is signed with the rest of the
/// body: nobody on the way can turn a delivery into a test.
pub const TEST: &str = "brisk.test";

/// What a delivery asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    /// The tags to invalidate.
    pub tags: Vec<Tag>,
    /// Whether it only asks what would be invalidated.
    pub is_test: bool,
}

/// `data`; whatever else it holds is the sender's own business.
#[derive(Debug, Deserialize)]
struct Data {
    #[serde(default)]
    tags: Vec<String>,
    source: Option<String>,
    #[serde(default)]
    tables: Vec<String>,
}

/// What `body` asks for, or a sentence that says what is wrong with it. `is_own` recognises the tags
/// that dashboards and panels have of their own, which may look like anything; `source` is where a dbt
/// run of this sender writes to.
pub fn read(
    body: &[u8],
    source: Option<&SourceName>,
    is_own: impl Fn(&Tag) -> bool,
) -> Result<Asked, String> {
    asked(body, source, is_own).map_err(|said| {
        let said = plain(&said);
        let short: String = said.chars().take(LONGEST_SAID).collect();
        if short.len() < said.len() { short + "…" } else { short }
    })
}

fn asked(
    body: &[u8],
    source: Option<&SourceName>,
    is_own: impl Fn(&Tag) -> bool,
) -> Result<Asked, String> {
    if let Some(run) = dbt::run(body, source) {
        let Run { tags, kind } = run?;
        few(&tags)?;
        return Ok(Asked { tags, is_test: kind.as_deref() == Some(TEST) });
    }
    if body.len() > MAX_BODY {
        let most = MAX_BODY / 1024;
        return Err(format!("the body is no run of dbt, and others have at most {most} KiB"));
    }
    let mut payload: Value =
        serde_json::from_slice(body).map_err(|error| format!("the body is not JSON: {error}"))?;
    let is_test = payload.get("type").and_then(Value::as_str) == Some(TEST);
    let data = match payload.get_mut("data") {
        Some(data) if !data.is_null() => data.take(),
        _ => payload,
    };
    if !data.is_object() {
        return Err("the body must be a JSON object, and so must its \"data\"".into());
    }
    let data: Data =
        serde_json::from_value(data).map_err(|error| format!("\"data\" is not valid: {error}"))?;
    let tags = data.named()?;
    for tag in &tags {
        check(tag, &is_own)?;
    }
    few(&tags)?;
    match tags.is_empty() {
        true => Err("the body names nothing to invalidate: give \"tags\", or \"source\" with or \
                     without \"tables\", in \"data\" or at the top"
            .into()),
        false => Ok(Asked { tags, is_test }),
    }
}

fn few(tags: &[Tag]) -> Result<(), String> {
    match tags.len() {
        count if count > MOST => Err(format!(
            "the body names {count} tags, more than {MOST}: invalidate the whole source, or \
             send several deliveries"
        )),
        _ => Ok(()),
    }
}

impl Data {
    fn named(self) -> Result<Vec<Tag>, String> {
        let said = |error: TagError| error.to_string();
        let tags = self.tags.iter().map(|tag| Tag::parse(tag));
        let mut tags: Vec<Tag> = tags.collect::<Result<_, _>>().map_err(said)?;
        match self.source {
            None if self.tables.is_empty() => {}
            None => return Err("\"tables\" needs a \"source\"".into()),
            Some(source) => {
                let source = SourceName::parse(&source).map_err(|error| error.to_string())?;
                if self.tables.is_empty() {
                    tags.push(Tag::Source(source.to_string()));
                }
                for table in &self.tables {
                    tags.push(Tag::parse(&format!("table:{source}.{table}")).map_err(said)?);
                }
            }
        }
        Ok(tags)
    }
}

/// Refuses a tag that nothing can have: a typing error would be answered with "invalidated", and nothing
/// would be.
fn check(tag: &Tag, is_own: impl Fn(&Tag) -> bool) -> Result<(), String> {
    match tag.slip() {
        None => Ok(()),
        Some(Slip::UnknownKind(_)) if is_own(tag) => Ok(()),
        Some(Slip::UnknownKind(kind)) => Err(format!(
            "tag \"{tag}\": there is no kind \"{kind}\", and no dashboard has this tag of its own; \
             kinds are {}, and \"all\" is everything",
            TagKind::ALL.map(TagKind::word).join(", ")
        )),
        Some(Slip::Incomplete(kind)) => {
            Err(format!("tag \"{tag}\" is incomplete: write {}", kind.form()))
        }
    }
}

#[cfg(test)]
mod tests {
    fn read(body: &str) -> Result<Vec<String>, String> {
        let asked = super::read(body.as_bytes(), None, |tag| tag.to_string() == "etl:nightly")?;
        Ok(asked.tags.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_type_tells_a_test() {
        let is_test = |body: &str| super::read(body.as_bytes(), None, |_| false).unwrap().is_test;
        assert!(is_test(r#"{"type": "brisk.test", "data": {"tags": ["all"]}}"#));
        assert!(!is_test(r#"{"type": "brisk.tests", "data": {"tags": ["all"]}}"#));
        assert!(!is_test(r#"{"data": {"type": "brisk.test", "tags": ["all"]}}"#));
    }

    #[test]
    fn tags_are_in_the_data_or_at_the_top() {
        let tags = |body| read(body).unwrap();
        let whole = r#"{"type": "orders.loaded", "timestamp": "2026-11-25T10:00:00Z",
            "data": {"tags": ["table:shop.public.orders", "stock"], "rows": 12}}"#;
        assert_eq!(tags(whole), ["table:shop.public.orders", "stock"]);
        assert_eq!(tags(r#"{"tags": ["all"]}"#), ["all"]);
        assert_eq!(tags(r#"{"type": "x", "data": null, "tags": ["all"]}"#), ["all"]);
        assert_eq!(tags(r#"{"tags": ["etl:nightly"]}"#), ["etl:nightly"]);
        assert_eq!(tags(r#"{"data": {"source": "shop"}}"#), ["source:shop"]);
        assert_eq!(
            tags(r#"{"data": {"source": "shop", "tables": ["orders", "public.lines"]}}"#),
            ["table:shop.orders", "table:shop.public.lines"]
        );
        assert_eq!(
            tags(r#"{"source": "shop", "tables": ["a"], "tags": ["rollup:shop.daily"]}"#),
            ["rollup:shop.daily", "table:shop.a"]
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (body, words) in [
            ("", "not JSON"),
            ("{", "not JSON"),
            ("[]", "JSON object"),
            ("\"all\"", "JSON object"),
            (r#"{"data": ["all"]}"#, "JSON object"),
            ("{}", "names nothing"),
            (r#"{"data": {"tag": ["all"]}}"#, "names nothing"),
            (r#"{"data": {"tags": "all"}}"#, "expected a sequence"),
            (r#"{"tags": [1]}"#, "expected a string"),
            (r#"{"tables": ["orders"]}"#, "needs a \"source\""),
            (r#"{"source": "Shop"}"#, "lower-case"),
            (r#"{"source": "shop", "tables": ["a b"]}"#, "without blanks"),
            (r#"{"tags": ["tabel:shop.orders"]}"#, "no kind \"tabel\""),
            (r#"{"tags": ["table:orders"]}"#, "table:SOURCE.TABLE"),
            (r#"{"tags": ["panel:sales"]}"#, "panel:DASHBOARD/PANEL"),
            (r#"{"tags": ["source:"]}"#, "source:NAME"),
        ] {
            let said = read(body).unwrap_err();
            assert!(said.contains(words), "{body}: {said}");
        }
        let said = read(r#"{"tags": ["a\u0000\u001b[2J"]}"#).unwrap_err();
        assert!(said.contains("a\\u{0}\\u{1b}[2J") && !said.contains('\0'), "{said}");
        let said = read(&format!("{{\"tags\": \"{}\"}}", "x".repeat(5_000))).unwrap_err();
        assert!(said.len() < 600 && said.ends_with('…'), "{said}");
        let many = format!("{{\"tags\": [{}]}}", vec!["\"a\""; 1_001].join(","));
        assert!(read(&many).unwrap_err().contains("1001 tags"));
    }
}
