//! The views that are invalidated with a table: a statement that reads a view has only the view's
//! tag.

use crate::key;
use crate::load::Loader;
use brisk_domain::{SourceName, Tag};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long a source may take to name the views; after that, all of it is invalidated.
const PATIENCE: Duration = Duration::from_secs(2);

impl Loader {
    /// The tags of the views over the tables among `tags`; for a source that does not name them in time,
    /// its own tag. Undeclared sources are left out. Sorted, without duplicates.
    pub(crate) async fn tags_of_readers(&self, tags: &[Tag]) -> Vec<Tag> {
        let mut tables: BTreeMap<SourceName, Vec<String>> = BTreeMap::new();
        for tag in tags {
            let Tag::Table { source, table } = tag else { continue };
            let Ok(source) = SourceName::parse(&source.to_lowercase()) else { continue };
            tables.entry(source).or_default().push(table.to_lowercase());
        }
        let mut readers = BTreeSet::new();
        for (name, tables) in &tables {
            let Some(source) = self.source(name) else { continue };
            let asked = tokio::time::timeout(PATIENCE, source.readers_of(tables)).await;
            let why = match asked {
                Ok(Ok(views)) => {
                    let spelled = views.iter().flat_map(|view| key::spellings(name.as_str(), view));
                    readers.extend(spelled);
                    continue;
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => "it did not answer in time".to_owned(),
            };
            tracing::warn!(
                source = %name, %why,
                "a source does not say which views read a table: all of it is invalidated"
            );
            readers.insert(Tag::Source(name.to_string()));
        }
        readers.into_iter().collect()
    }
}
