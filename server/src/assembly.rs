//! Builds what the configuration names: sources, cache, engine. All commands come here, so that what
//! one of them loads the others find.

use crate::config::app_sources;
use crate::config::noticing::Listening;
use crate::config::{Location, Settings, SourceSettings};
use crate::sqlite_workers;
use anyhow::{Context, bail};
use brisk_cache::{Cache, Config, LaneLimits, Places, Records};
use brisk_domain::{Clock, SourceName};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Cached, Catalog, Engine, RunObserver, rollup_lane};
use brisk_source::{Source, SourceError};
use brisk_store::{Store, StoreError, StoreLocation};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How much longer than its time limit another process's statement may take, to wait for its turn and to
/// be stored.
const MARGIN: Duration = Duration::from_secs(30);

/// Rollups of a source that are refreshed at a time.
pub const ROLLUPS: usize = 2;

/// The engine over the dashboards, `sources`, and the cache.
pub fn engine(
    settings: &Settings,
    sources: Sources,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Engine> {
    let loader = Loader::new(cache(settings, clock)?, sources);
    let catalog = Catalog::open(&settings.dashboards_dir);
    Ok(engine_over(catalog, settings, loader, clock))
}

/// The same, with an observer of rollups' refreshes.
pub fn observed_engine(
    settings: &Settings,
    sources: Sources,
    clock: &Arc<dyn Clock>,
    observer: Arc<dyn RunObserver>,
) -> anyhow::Result<Engine> {
    let engine = unread_engine(settings, sources, clock, observer)?;
    engine.catalog().reload();
    Ok(engine)
}

/// The same before the dashboards are read.
pub fn unread_engine(
    settings: &Settings,
    sources: Sources,
    clock: &Arc<dyn Clock>,
    observer: Arc<dyn RunObserver>,
) -> anyhow::Result<Engine> {
    let loader = Loader::new(cache(settings, clock)?, sources).with_observer(observer);
    let catalog = Catalog::unread(&settings.dashboards_dir);
    Ok(engine_over(catalog, settings, loader, clock))
}

fn engine_over(
    catalog: Catalog,
    settings: &Settings,
    loader: Loader,
    clock: &Arc<dyn Clock>,
) -> Engine {
    let engine = Engine::new(Arc::new(catalog), loader, Arc::clone(clock));
    engine.with_policies(settings.policies())
}

/// The sources, which connect on first use.
pub fn sources(settings: &Settings) -> anyhow::Result<Sources> {
    let names = settings.sources.keys();
    names.map(|name| Ok((name.clone(), source(settings, name)?))).collect()
}

/// The source of that name.
pub fn source(settings: &Settings, name: &SourceName) -> anyhow::Result<Source> {
    let Some(source) = settings.sources.get(name) else {
        bail!("source \"{name}\" is not declared");
    };
    opened(name, source, &settings.rollup_file(name))
}

/// The source `name` as `source` describes it; rollups of a SQLite file are in `rollups`.
pub fn opened(
    name: &SourceName,
    source: &SourceSettings,
    rollups: &Path,
) -> anyhow::Result<Source> {
    let (connections, limits) = (source.connections, source.limits);
    let opened = match &source.location {
        Err(problem) => bail!("{problem}"),
        Ok(Location::Sqlite(path)) if !path.exists() => {
            bail!("source \"{name}\": there is no file {}", path.display());
        }
        Ok(Location::Sqlite(path)) => {
            let opened = Source::sqlite(name.clone(), path, limits);
            let workers = sqlite_workers::program().filter(|_| source.has_workers);
            let opened = match workers {
                Some(program) => opened.with_worker_processes(program, source.memory),
                None => opened,
            };
            Ok(opened.with_rollup_file(rollups, &folder_id(rollups), source.rollup_time))
        }
        Ok(Location::Postgres(url)) => {
            Source::postgres(name.clone(), url.expose(), connections, limits)
        }
        Ok(Location::MySql(url)) => Source::mysql(name.clone(), url.expose(), connections, limits),
    };
    let opened = opened.with_context(|| format!("source \"{name}\""))?;
    let opened = opened.with_revision(&source.revision);
    let opened = opened.with_wall_clocks(source.wall_clocks.clone());
    let opened = opened.with_rights(source.rights.clone());
    let opened = match &source.listening {
        Listening::There => opened,
        Listening::Off => opened.listening_at(None)?,
        Listening::At(Err(problem)) => bail!("{problem}"),
        Listening::At(Ok(url)) => opened
            .listening_at(Some(url.expose()))
            .with_context(|| format!("\"listen_url\" of source \"{name}\""))?,
    };
    match &source.rollup_url {
        None => Ok(opened),
        Some(Err(problem)) => bail!("{problem}"),
        Some(Ok(url)) => opened
            .with_rollup_url(url.expose(), source.rollup_time)
            .with_context(|| format!("\"rollup_url\" of source \"{name}\"")),
    }
}

/// What replicas share in Redis besides the cache, where there is one.
pub fn records(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Option<Arc<Records>>> {
    let Some(redis) = settings.redis()? else { return Ok(None) };
    Ok(Some(Arc::new(Records::new(redis, Arc::clone(clock))?)))
}

/// The store, where a server has made one.
pub async fn existing_store(location: &StoreLocation) -> Result<Option<Store>, StoreError> {
    match location {
        StoreLocation::Sqlite(path) if !path.exists() => Ok(None),
        there => Store::at(there).await.map(Some),
    }
}

/// Logs what each source is, and warns of roles that can write. Nothing waits for it: a source may be
/// down when Brisk starts.
pub async fn log_sources(sources: Sources) {
    for (name, source) in sources {
        match source.about().await {
            Ok(about) => {
                tracing::info!(source = %name, version = about.version, "connected to a source");
                if let Err(error) = source.check_user().await {
                    tracing::error!(source = %name, %error, "panels of this source will fail");
                } else if let Some(what) = about.may_write {
                    tracing::warn!(
                        source = %name,
                        "the role of this source {what}: Brisk only reads, so use a role that may \
                         do no more"
                    );
                }
            }
            Err(error) => tracing::warn!(source = %name, %error, "a source cannot be reached yet"),
        }
    }
}

/// Tells the folder of `file` from those of other machines, which may have the same name: a refresh in
/// one is none in another, even with a shared Redis. The first refresh writes the id down; until then,
/// or if it cannot, this process shares its rollups with no other, which is safe.
fn folder_id(file: &Path) -> String {
    let own = format!("{:032x}", rand::random::<u128>());
    let stored = file.parent().map(|folder| folder.join(Source::PLACE_FILE));
    let stored = stored.and_then(|stored| std::fs::read_to_string(stored).ok());
    stored.filter(|id| id.len() == own.len()).unwrap_or(own)
}

fn cache(settings: &Settings, clock: &Arc<dyn Clock>) -> anyhow::Result<Cache<Cached>> {
    let (config, clock) = (cache_config(settings), Arc::clone(clock));
    match settings.redis()? {
        None => Ok(Cache::in_memory(config, clock)),
        Some(redis) => Ok(Cache::with_redis(config, clock, redis)?),
    }
}

fn cache_config(settings: &Settings) -> Config {
    let default = Config::default();
    let lane = |name: &SourceName| Arc::from(name.as_str());
    let places = settings.sources.iter().flat_map(|(name, source)| {
        [(lane(name), source.places()), (rollup_lane(name), Places::Fixed(ROLLUPS))]
    });
    // A statement that queues behind another waits at least as long as that may take, and a process
    // that waits for another does not give up before its statement would.
    let longest = settings.sources.values().map(|source| source.limits.time).max();
    let longest = longest.unwrap_or_default();
    let lanes = LaneLimits {
        of: places.collect(),
        queue: settings.cache.queue,
        deadline: settings.cache.queue_time.max(longest),
        is_overload: |error| matches!(error.downcast_ref(), Some(SourceError::Timeout { .. })),
        ..default.lanes.clone()
    };
    // Others wait for a rollup's refresh, too, as it is a load; but no statement queues so long.
    let refresh = settings.sources.values().map(|source| source.rollup_time).max();
    // Sources are added in the app while the server runs.
    let longest = longest.max(refresh.unwrap_or_default()).max(app_sources::LONGEST);
    let patience = default.patience.max(longest + lanes.deadline + MARGIN);
    Config {
        max_bytes: settings.cache.memory,
        max_value_bytes: settings.cache.largest_frame,
        patience,
        lanes,
        ..default
    }
}
