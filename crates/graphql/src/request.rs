//! [`Request`]: what a client sends, as JSON in a body or as parameters of an address.

use crate::problem::{INVALID, Problem};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A request as it was sent.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The query; absent where its hash is sent in place of it.
    pub query: Option<String>,
    /// Which of its operations to run.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Option<Map<String, Value>>,
    /// What else clients agree upon with servers.
    pub extensions: Option<Extensions>,
}

/// What else clients agree upon with servers; the rest is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
    /// The query's hash.
    pub persisted_query: Option<PersistedQuery>,
}

/// A query by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersistedQuery {
    /// Of the protocol: 1.
    pub version: u32,
    /// The SHA-256 of the query, in hexadecimal digits.
    pub sha256_hash: String,
}

/// The most characters of a sentence about a body, which may quote it.
const LONGEST_SAID: usize = 200;

impl Request {
    /// From a body.
    pub fn from_json(body: &[u8]) -> Result<Self, Problem> {
        if body.trim_ascii_start().first() == Some(&b'[') {
            let detail = "Send one request at a time: one query may ask for many panels.";
            return Err(Problem::new(&INVALID, detail));
        }
        serde_json::from_slice(body).map_err(|error| invalid("The body", &error))
    }

    /// From the parameters of an address, where `variables` and `extensions` are JSON.
    pub fn from_pairs(pairs: &[(String, String)]) -> Result<Self, Problem> {
        let given = |name: &str| {
            let found = pairs.iter().find(|(n, v)| n == name && !v.is_empty());
            found.map(|(_, value)| value.as_str())
        };
        let variables = given("variables").map(serde_json::from_str).transpose();
        let extensions = given("extensions").map(serde_json::from_str).transpose();
        Ok(Self {
            query: given("query").map(str::to_owned),
            operation_name: given("operationName").map(str::to_owned),
            variables: variables.map_err(|error| invalid("`variables`", &error))?,
            extensions: extensions.map_err(|error| invalid("`extensions`", &error))?,
        })
    }
}

fn invalid(what: &str, error: &serde_json::Error) -> Problem {
    let said: String = error.to_string().chars().take(LONGEST_SAID).collect();
    Problem::new(&INVALID, format!("{what} cannot be read: {said}."))
}
