//! The sources that admins have added in the app, for commands: they are read from the store, with the
//! key to its secrets. Nothing in it is changed, created or migrated. If it cannot be read, a command
//! reports that, and goes on with the sources of the configuration.

use crate::administration::app_source_rules::Places;
use crate::administration::app_sources::settings_of;
use crate::assembly;
use crate::config::Settings;
use anyhow::{Context, Result};
use brisk_domain::SourceName;
use brisk_store::{AppSource, Store, StoreError, StoreLocation};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long reading them from the store may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of the app's sources besides those that were added to the settings.
#[derive(Debug, Default)]
pub(super) struct Added {
    /// Messages about them.
    pub(super) notes: Vec<String>,
    /// Those that exist, but cannot be opened here.
    pub(super) unread: BTreeSet<SourceName>,
    /// Whether there may be others: the store could not be read.
    pub(super) may_be_more: bool,
}

/// Adds the sources of the app to those of `settings`, which take precedence.
pub(super) async fn join(settings: &mut Settings) -> Added {
    let stored = match stored(settings).await {
        Ok(stored) => stored,
        Err(error) => {
            let note = format!("sources that were added in the app are not known here: {error:#}");
            return Added { notes: vec![note], may_be_more: true, ..Added::default() };
        }
    };
    let places = Places::new(settings.app_sources.clone(), &settings.data_dir);
    let mut added = Added::default();
    for (name, source) in stored {
        if settings.sources.contains_key(&name) {
            continue;
        }
        let read = source.map_err(|error| error.to_string());
        let read = read.and_then(|source| settings_of(&source, &places, &settings.data_dir));
        let opened = read.and_then(|read| {
            let file = read.rollup_file.clone().unwrap_or_default();
            let opened = assembly::opened(&name, &read, &file);
            opened.map(|_| read).map_err(|error| format!("{error:#}"))
        });
        match opened {
            Ok(read) => _ = settings.sources.insert(name, read),
            Err(why) => {
                let note =
                    format!("source \"{name}\" was added in the app, and is not read: {why}");
                added.notes.push(note);
                added.unread.insert(name);
            }
        }
    }
    added
}

type Stored = Vec<(SourceName, Result<AppSource, StoreError>)>;

async fn stored(settings: &Settings) -> Result<Stored> {
    let location = settings.store()?;
    if let StoreLocation::Sqlite(path) = &location
        && !path.exists()
    {
        // No server has made one.
        return Ok(Vec::new());
    }
    let (key, before) = (settings.secret_key()?, settings.old_secret_key()?);
    let read = async {
        let store = Store::as_it_is(&location).await?;
        let store = store.readable(&key, before.as_ref()).await?;
        let stored = store.app_sources().await;
        store.close().await;
        stored
    };
    let read = tokio::time::timeout(PATIENCE, read).await;
    Ok(read.context("Brisk's own database does not answer")??)
}
