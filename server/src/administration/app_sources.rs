//! [`AppSources`]: the databases that admins have added in the app, beside those of the configuration. A
//! change is written to the store, and each replica's engine uses it within a second.

use super::app_source_rules::{Found, Places};
use super::rollup_files;
use crate::assembly;
use crate::config::SourceSettings;
use brisk_cache::Places as Lane;
use brisk_domain::sentence::sentence;
use brisk_domain::{Rollup, SourceName, Tag, WallClock, WallClocks};
use brisk_engine::load::Sources;
use brisk_engine::{Engine, rollup_lane};
use brisk_source::{About, Dialect, Limits, Rights, SQLITE_CONNECTIONS, Source};
use brisk_store::{AppSource, Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a database may take to answer while it is tested.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the limits of a source that is added in the app may be.
pub const CONNECTIONS: std::ops::RangeInclusive<u32> = 1..=100;
/// See [`CONNECTIONS`].
pub const SECONDS: std::ops::RangeInclusive<u32> = 1..=300;
/// See [`CONNECTIONS`].
pub const ROWS: std::ops::RangeInclusive<u32> = 1..=1_000_000;

/// The databases that were added in the app.
pub struct AppSources {
    /// Those of the configuration, which take precedence over those of the app.
    declared: Sources,
    places: Places,
    data_dir: PathBuf,
    /// Held while they are read and put in place, so that an older reading never replaces a newer one.
    applying: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

/// What the store says of each.
type Stored = Vec<(SourceName, Result<AppSource, StoreError>)>;

#[derive(Default)]
struct Known {
    /// Those that are open, by name.
    open: BTreeMap<SourceName, (AppSource, Source)>,
    /// Why others are not.
    problems: BTreeMap<SourceName, String>,
}

impl AppSources {
    /// Beside the sources of the configuration.
    pub fn new(declared: Sources, places: Places, data_dir: &Path) -> Self {
        let (applying, known) = (tokio::sync::Mutex::default(), Mutex::default());
        Self { declared, places, data_dir: data_dir.to_owned(), applying, known }
    }

    /// Where they may be.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Whether the configuration has a source of that name.
    pub fn is_declared(&self, name: &SourceName) -> bool {
        self.declared.contains_key(name)
    }

    /// The one of that name, as it is open.
    pub fn open(&self, name: &SourceName) -> Option<AppSource> {
        self.known().open.get(name).map(|(source, _)| source.clone())
    }

    /// Why some that were added are not there.
    pub fn problems(&self) -> BTreeMap<SourceName, String> {
        self.known().problems.clone()
    }

    /// Reads them in `store`, and has `engine` use them. One that is unchanged keeps its connections.
    pub async fn apply(&self, store: &Store, engine: &Engine) -> Result<(), StoreError> {
        let _applying = self.applying.lock().await;
        let stored = store.app_sources().await?;
        let changed = self.put_in_place(stored, engine);
        // A refresh that another replica began for the previous one may have ended last.
        let contents = engine.catalog().contents();
        let of_changed = contents.rollups.values().filter(|one| changed.contains(&one.source));
        let tags: Vec<Tag> = of_changed.map(|rollup| tag_of(rollup)).collect();
        if !tags.is_empty()
            && let Err(error) = engine.invalidate(&tags).await
        {
            tracing::warn!(%error, "the rollups of a source that was changed are not invalidated");
        }
        Ok(())
    }

    /// Has `engine` use those that are `stored`; the answer is which of them have changed.
    fn put_in_place(&self, stored: Stored, engine: &Engine) -> BTreeSet<SourceName> {
        let mut known = self.known();
        let before: BTreeMap<SourceName, String> = known
            .open
            .iter()
            .map(|(name, (source, _))| (name.clone(), source.revision.clone()))
            .collect();
        let (mut open, mut problems) = (BTreeMap::new(), BTreeMap::new());
        for (name, source) in stored {
            let opened = match source {
                Err(error) => Err(sentence(&error.to_string())),
                Ok(_) if self.declared.contains_key(&name) => {
                    Err("The configuration has a source of this name, which is read instead."
                        .to_owned())
                }
                Ok(source) => match known.open.remove(&name) {
                    Some((before, kept)) if before.revision == source.revision => {
                        Ok((source, kept))
                    }
                    _ => self.opened(&source).map(|opened| (source, opened)),
                },
            };
            match opened {
                Ok(opened) => _ = open.insert(name, opened),
                Err(why) => _ = problems.insert(name, why),
            }
        }
        let sources = open.iter().map(|(name, (_, source))| (name.clone(), source.clone()));
        let sources: Sources = self.declared.clone().into_iter().chain(sources).collect();
        let revisions = |sources: &Sources| -> Vec<(SourceName, Arc<str>)> {
            let revision = |source: &Source| Arc::clone(source.revision());
            sources.iter().map(|(name, source)| (name.clone(), revision(source))).collect()
        };
        if revisions(&sources) != revisions(&engine.loader().sources()) {
            let places = open.iter().flat_map(|(name, (source, opened))| {
                let places = match opened.dialect() {
                    Dialect::Sqlite => Lane::Fixed(SQLITE_CONNECTIONS as usize),
                    Dialect::Postgres | Dialect::MySql => Lane::UpTo(source.connections as usize),
                };
                let rollups = Lane::Fixed(assembly::ROLLUPS);
                [(Arc::from(name.as_str()), places), (rollup_lane(name), rollups)]
            });
            engine.replace_sources(sources, &places.collect::<Vec<_>>());
        }
        let now = |name: &SourceName| open.get(name).map(|(source, _)| source.revision.as_str());
        let is_other =
            |(name, revision): &(SourceName, String)| now(name) != Some(revision.as_str());
        let kept = open.values().map(|(source, _)| &source.revision).chain(before.values());
        rollup_files::tidy(&self.data_dir, &kept.map(String::as_str).collect());
        let changed = before.clone().into_iter().filter(is_other).map(|(name, _)| name).collect();
        *known = Known { open, problems };
        changed
    }

    /// Connects as a page would, and as a refresh of rollups where they are to be written, and looks at
    /// what is there; an error is a sentence.
    pub async fn test(&self, source: &AppSource) -> Result<About, String> {
        let opened = self.opened(source)?;
        let about = answered(opened.about()).await?;
        answered(opened.check_user()).await?;
        if source.rollup_url.is_some() {
            let why = |why| format!("Rollups could not be written. {why}");
            answered(opened.check_rollup_server()).await.map_err(why)?;
            answered(opened.rollup_records()).await.map_err(why)?;
        }
        Ok(about)
    }

    fn opened(&self, source: &AppSource) -> Result<Source, String> {
        let settings = settings_of(source, &self.places, &self.data_dir)?;
        let file = settings.rollup_file.clone().unwrap_or_default();
        let opened = assembly::opened(&source.name, &settings, &file);
        opened.map_err(|error| sentence(&format!("{error:#}")))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answered<T, E: Display>(asked: impl Future<Output = Result<T, E>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(|error| sentence(&error.to_string())),
        Err(_) => Err(format!("It did not answer within {} s.", PATIENCE.as_secs())),
    }
}

fn tag_of(rollup: &Rollup) -> Tag {
    Tag::Rollup { source: rollup.source.to_string(), rollup: rollup.name.to_string() }
}

/// The settings of a source of the app, as the configuration would have them; an error is a sentence.
pub fn settings_of(
    source: &AppSource,
    places: &Places,
    data_dir: &Path,
) -> Result<SourceSettings, String> {
    let Found { location, .. } = places.find(&source.url)?;
    let rollup_url = source.rollup_url.as_deref().map(|url| places.rollups(url, &location));
    let limits = Limits {
        time: Duration::from_secs(source.seconds.into()),
        rows: source.rows as usize,
        ..Limits::default()
    };
    let wall_clock = WallClock::parse(&source.wall_clock).ok();
    Ok(SourceSettings {
        connections: source.connections,
        limits,
        wall_clocks: WallClocks { source: wall_clock, ..WallClocks::default() },
        rights: Rights { are_fixed: true, ..Rights::default() },
        rollup_url: rollup_url.transpose()?.map(Ok),
        rollup_file: Some(rollup_files::of(data_dir, &source.name, &source.revision)),
        revision: source.revision.as_str().into(),
        ..SourceSettings::usual(location)
    })
}
