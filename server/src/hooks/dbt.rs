//! What a dbt run built, from its `run_results.json`: a tag for each model, `model:orders`, and for its
//! table if its source is given. The manifest knows the tables that older results lack.

use brisk_domain::{SourceName, Tag};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The largest body with a dbt run: the results of some thousand models.
pub const MAX_BODY: usize = 4 * 1024 * 1024;

/// What identifies dbt's files.
const RUN_RESULTS: &str = "/dbt/run-results/";
const MANIFEST: &str = "/dbt/manifest/";

/// A file of dbt as it is, or in `data`. Whatever else it holds is skipped unread.
#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: Option<String>,
    metadata: Option<Metadata>,
    results: Option<Vec<ModelResult>>,
    nodes: Option<BTreeMap<String, Node>>,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    run_results: Option<File>,
    manifest: Option<File>,
    source: Option<String>,
}

#[derive(Deserialize)]
struct File {
    metadata: Option<Metadata>,
    results: Option<Vec<ModelResult>>,
    nodes: Option<BTreeMap<String, Node>>,
}

#[derive(Deserialize)]
struct Metadata {
    dbt_schema_version: Option<String>,
}

#[derive(Deserialize)]
struct ModelResult {
    unique_id: String,
    status: String,
    relation_name: Option<String>,
}

#[derive(Deserialize)]
struct Node {
    relation_name: Option<String>,
}

/// What a dbt run asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// `model:orders` for each model that was built, and its table if there is a source.
    pub(super) tags: Vec<Tag>,
    /// The payload's `type`.
    pub(super) kind: Option<String>,
}

impl File {
    fn is(&self, kind: &str) -> bool {
        let version = self.metadata.as_ref().and_then(|m| m.dbt_schema_version.as_ref());
        version.is_some_and(|version| version.contains(kind))
    }
}

/// The run in `body`, if it is dbt's; what is wrong with it is a sentence. `source` is where the models
/// are, unless the body says it.
pub(super) fn run(body: &[u8], source: Option<&SourceName>) -> Option<Result<Run, String>> {
    let Payload { kind, metadata, results, nodes, data } = serde_json::from_slice(body).ok()?;
    let file = File { metadata, results, nodes };
    let (results, manifest, said) = match data {
        Some(Data { run_results, manifest, source }) => {
            if run_results.is_none() && manifest.is_none() {
                return None;
            }
            (run_results, manifest, source)
        }
        None if file.is(RUN_RESULTS) => (Some(file), None, None),
        None if file.is(MANIFEST) => (None, Some(file), None),
        None => return None,
    };
    let Some(results) = results.and_then(|file| file.results) else {
        return Some(Err(
            "a manifest says which models there are, not which were built: send run_results.json, or \
             both as {\"data\": {\"run_results\": …, \"manifest\": …}}"
                .into(),
        ));
    };
    let said = match said.map(|name| SourceName::parse(&name)).transpose() {
        Ok(said) => said,
        Err(error) => return Some(Err(error.to_string())),
    };
    let nodes = manifest.and_then(|file| file.nodes).unwrap_or_default();
    let built = results.into_iter().filter(|result| result.status == "success");
    let tags = built.flat_map(|result| {
        let of_manifest = nodes.get(&result.unique_id).and_then(|node| node.relation_name.as_ref());
        let relation = result.relation_name.as_ref().or(of_manifest);
        let table = relation.zip(said.as_ref().or(source)).map(|(relation, source)| {
            let table = table(relation);
            // A name that makes no tag, or lacks a part, is on no entry: everything read from the source has
            // to go.
            let is_whole = table.split('.').all(|part| !part.is_empty());
            let tag = Tag::parse(&format!("table:{source}.{table}")).ok().filter(|_| is_whole);
            tag.unwrap_or_else(|| Tag::Source(source.to_string()))
        });
        // Tests and analyses build nothing.
        let model = model(&result.unique_id);
        let table = table.filter(|_| model.is_some());
        [model, table]
    });
    let mut tags: Vec<Tag> = tags.flatten().collect();
    tags.sort();
    tags.dedup();
    Some(Ok(Run { tags, kind }))
}

/// The tag of the node with that id, if it is a table or a view: `model.project.orders`.
fn model(unique_id: &str) -> Option<Tag> {
    let mut parts = unique_id.splitn(3, '.');
    let (kind, _, name) = (parts.next()?, parts.next()?, parts.next()?);
    let is_built = ["model", "seed", "snapshot"].contains(&kind);
    is_built.then(|| Tag::parse(&format!("{kind}:{name}")).ok())?
}

/// `schema.name` of a relation as dbt writes it: `"db"."schema"."name"`, in quotes of the database's kind.
fn table(relation: &str) -> String {
    let (mut parts, mut closing) = (vec![String::new()], None);
    for c in relation.chars() {
        match (closing, c) {
            (Some(end), c) if c == end => closing = None,
            (None, '"' | '`') => closing = Some(c),
            (None, '[') => closing = Some(']'),
            (None, '.') => parts.push(String::new()),
            (_, c) => {
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
        }
    }
    let from = parts.len().saturating_sub(2);
    parts[from..].join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESULTS: &str = r#"{
        "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json",
                     "dbt_version": "1.8.0", "env": {}},
        "results": [
          {"status": "success", "unique_id": "model.shop.orders", "timing": [], "failures": null,
           "relation_name": "\"prod\".\"sales\".\"Orders\"", "compiled": true},
          {"status": "error", "unique_id": "model.shop.broken", "relation_name": "\"prod\".\"sales\".\"broken\""},
          {"status": "skipped", "unique_id": "model.shop.after", "relation_name": null},
          {"status": "pass", "unique_id": "test.shop.unique_orders.1", "relation_name": null},
          {"status": "success", "unique_id": "seed.shop.countries", "relation_name": "`prod`.`sales`.`countries`"},
          {"status": "success", "unique_id": "model.shop.dim.v2", "relation_name": null}
        ], "elapsed_time": 1.5, "args": {"which": "run"}}"#;

    fn tags(body: &str, source: Option<&str>) -> Vec<String> {
        let source = source.map(|name| SourceName::parse(name).unwrap());
        let run = run(body.as_bytes(), source.as_ref()).unwrap().unwrap();
        run.tags.iter().map(Tag::to_string).collect()
    }

    #[test]
    fn models_that_were_built_become_tags_and_others_do_not() {
        assert_eq!(tags(RESULTS, None), ["model:dim.v2", "model:orders", "seed:countries"]);
        let with_tables = tags(RESULTS, Some("shop"));
        let tables: Vec<&String> =
            with_tables.iter().filter(|tag| tag.starts_with("table:")).collect();
        assert_eq!(tables, ["table:shop.sales.Orders", "table:shop.sales.countries"]);
    }

    #[test]
    fn the_manifest_knows_tables_and_alone_says_nothing_of_a_run() {
        let manifest = r#"{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"},
            "nodes": {"model.shop.dim.v2": {"relation_name": "[prod].[sales].[dim_v2]", "columns": {}}}}"#;
        let both = format!(
            "{{\"type\": \"dbt.run\", \"data\": {{\"source\": \"lake\", \"run_results\": {RESULTS}, \
             \"manifest\": {manifest}}}}}"
        );
        assert!(tags(&both, Some("shop")).contains(&"table:lake.sales.dim_v2".to_owned()));
        let alone = run(manifest.as_bytes(), None).unwrap();
        assert!(alone.unwrap_err().contains("run_results.json"));
    }

    #[test]
    fn a_relation_without_a_name_invalidates_all_of_its_source() {
        for relation in ["", "\\\"", "\\\"prod\\\".\\\"sales\\\".", "a..", "a b"] {
            let body = RESULTS.replace("\\\"prod\\\".\\\"sales\\\".\\\"Orders\\\"", relation);
            let tags = tags(&body, Some("shop"));
            assert!(tags.contains(&"source:shop".to_owned()), "{relation}: {tags:?}");
            assert!(tags.contains(&"model:orders".to_owned()), "{relation}: {tags:?}");
        }
    }

    #[test]
    fn what_is_not_of_dbt_is_left_to_others() {
        for body in [
            "",
            "{",
            "[]",
            r#"{"data": {"tags": ["all"]}}"#,
            r#"{"results": 5, "tags": ["all"]}"#,
            r#"{"results": [], "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/sources/v3.json"}}"#,
        ] {
            assert!(run(body.as_bytes(), None).is_none(), "{body}");
        }
    }

    #[test]
    fn names_are_unquoted_whatever_is_in_them() {
        for (relation, expected) in [
            ("\"db\".\"a.b\".\"c\"", "a.b.c"),
            ("db.schema.name", "schema.name"),
            ("`schema`.`name`", "schema.name"),
            ("name", "name"),
            ("", ""),
        ] {
            assert_eq!(table(relation), expected, "{relation}");
        }
    }
}
