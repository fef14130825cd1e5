//! Puts the rooms together and serves.

use crate::cli::ServeArguments;
use crate::router::{AppState, router};
use crate::service::EngineService;
use crate::{assets, demo, system_clock, watch};
use anyhow::{Context, bail};
use brisk_cache::{Cache, Config, RedisConfig};
use brisk_domain::{Clock, SourceName};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Cached, Catalog, Engine};
use brisk_source::{Limits, Source};
use brisk_store::Store;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves until it is told to stop.
pub async fn serve(arguments: ServeArguments) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    if !arguments.listen.ip().is_loopback() {
        bail!(
            "{} is not a loopback address: there are no accounts yet, so Brisk listens on 127.0.0.1 only",
            arguments.listen
        );
    }
    let built = assets::manifest(&arguments.assets)?;
    std::fs::create_dir_all(&arguments.data_dir)
        .with_context(|| format!("making the data directory {}", arguments.data_dir.display()))?;
    let clock = system_clock::clock(arguments.now.as_deref())?;
    let store = Store::open(&arguments.data_dir.join("brisk.sqlite")).await?;
    let sources = sources(&arguments, &store, clock.as_ref()).await?;
    let catalog = Arc::new(Catalog::open(&arguments.dashboards));
    watch::report(&catalog.contents());
    let _watcher = watch::watch(Arc::clone(&catalog))
        .with_context(|| format!("watching {}", arguments.dashboards.display()))?;
    let cache = cache(&arguments, &clock)?;
    let engine = Engine::new(Arc::clone(&catalog), Loader::new(cache, sources), Arc::clone(&clock));
    let service = Arc::new(EngineService::new(engine, clock));
    let state = AppState { service, assets: Arc::new(built) };
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("listening on {}", arguments.listen))?;
    announce(&arguments, &listener, &catalog)?;
    axum::serve(listener, router(state, &arguments.assets))
        .with_graceful_shutdown(stop_signal())
        .await
        .context("serving")
}

fn cache(arguments: &ServeArguments, clock: &Arc<dyn Clock>) -> anyhow::Result<Cache<Cached>> {
    let (config, clock) = (Config::default(), Arc::clone(clock));
    match arguments.redis_url.as_deref().filter(|url| !url.trim().is_empty()) {
        None => Ok(Cache::in_memory(config, clock)),
        Some(url) => Ok(Cache::with_redis(config, clock, RedisConfig::parse(url))?),
    }
}

async fn sources(
    arguments: &ServeArguments,
    store: &Store,
    clock: &dyn Clock,
) -> anyhow::Result<Sources> {
    let mut sources = Sources::new();
    let mut declared: Vec<(String, PathBuf)> = Vec::new();
    for source in &arguments.sources {
        let Some((name, path)) = source.split_once('=') else {
            bail!("--source \"{source}\" is not NAME=PATH, for example shop=/var/lib/shop.sqlite");
        };
        declared.push((name.to_owned(), PathBuf::from(path)));
    }
    if arguments.demo {
        declared.push((demo::SOURCE.to_owned(), demo::database(arguments, store, clock).await?));
    }
    for (name, path) in declared {
        let name = SourceName::parse(&name)?;
        if !path.exists() {
            bail!("source \"{name}\": there is no file {}", path.display());
        }
        sources.insert(name.clone(), Source::sqlite(name, &path, Limits::default()));
    }
    Ok(sources)
}

#[allow(clippy::print_stdout)] // The person who started the server reads this.
fn announce(
    arguments: &ServeArguments,
    listener: &TcpListener,
    catalog: &Catalog,
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let shown = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let dashboards = catalog.contents().dashboards.len();
    println!("Brisk is ready:  http://{address}");
    println!("  dashboards     {} ({dashboards} read)", shown(&arguments.dashboards).display());
    println!("  own data       {}", shown(&arguments.data_dir.join("brisk.sqlite")).display());
    if arguments.demo {
        println!("  demo data      {}", shown(&arguments.data_dir.join("retail.sqlite")).display());
    }
    match arguments.redis_url {
        // The URL holds a password.
        Some(_) => println!("  cache          in this process's memory, and in Redis"),
        None => println!("  cache          in this process's memory"),
    }
    println!("  access         open to everybody on this machine; there are no accounts yet");
    Ok(())
}

/// Ctrl-C, or the signal that service managers send.
async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
