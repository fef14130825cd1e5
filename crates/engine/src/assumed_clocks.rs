//! Which clock is assumed for columns without a time zone, as a sentence for readers.

use crate::load::Loader;
use crate::plan::PlannedStatement;
use brisk_source::{Dialect, Source, SourceError};
use std::sync::Arc;
use std::time::Duration;

/// A page does not wait longer than this for the types of columns.
const PATIENCE: Duration = Duration::from_millis(300);

/// The sentence about the columns that `planned` uses, if some of them have no declared clock.
pub async fn assumption(
    source: &Source,
    planned: &PlannedStatement,
) -> Result<Option<String>, SourceError> {
    let columns = source.unstated_columns(&planned.statement).await?;
    if columns.is_empty() {
        return Ok(None);
    }
    let (have, are) = if columns.len() == 1 { ("has", "is read") } else { ("have", "are read") };
    let clock = match source.dialect() {
        Dialect::Postgres => "on the dashboard's wall clock",
        Dialect::MySql | Dialect::Sqlite => "as UTC",
    };
    let name = &planned.source;
    Ok(Some(format!(
        "{} {have} no time zone and {are} {clock}: say so, or what holds, with \"wall_clock\" of \
         source \"{name}\" in brisk.toml.",
        columns.join(", ")
    )))
}

impl Loader {
    /// The sentences about all of `planned`, each once, as far as the sources answer in time.
    pub(crate) async fn assumptions(&self, planned: &[Arc<PlannedStatement>]) -> Vec<String> {
        let mut sentences = Vec::new();
        for planned in planned {
            let Some(source) = self.source(&planned.source) else { continue };
            let asked = tokio::time::timeout(PATIENCE, assumption(&source, planned)).await;
            let Ok(Ok(Some(sentence))) = asked else { continue };
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        sentences
    }
}
