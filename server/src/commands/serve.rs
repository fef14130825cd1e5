//! `brisk serve`: puts the parts of the server together and serves.

use super::demo::{self, DemoArguments};
use super::shared::SharedArguments;
use super::user::{auth, auth_settings};
use crate::administration::app_source_rules::Places;
use crate::administration::app_sources::AppSources;
use crate::administration::{access_settings, cache_settings};
use crate::auth::set_up;
use crate::auth::settings::AuthSettings;
use crate::auth::state::Auth;
use crate::config::{Environment, Flags, Location, Settings};
use crate::connections::listening::Server;
use crate::connections::registry::Registry;
use crate::connections::stop::Stop;
use crate::feeder::delivery::Delivery;
use crate::feeder::{self, Feeder, source};
use crate::hooks::{self, Hooks};
use crate::http::{assets, reading};
use crate::jobs::store_changes::{StoreChanges, Subscribers};
use crate::jobs::{
    audit_retention, cache_samples, dashboard_watch, job_workers, requested_views, rollup_runs,
    rollup_schedule, warming, warming_schedules,
};
use crate::noticing::Noticing;
use crate::reports::channels::Channels;
use crate::reports::landings as report_landings;
use crate::reports::worker::Worker as ReportWorker;
use crate::router::router;
use crate::service::EngineService;
use crate::state::AppState;
use crate::{assembly, logging, metrics, system_clock, systemd};
use anyhow::{Context, bail};
use brisk_domain::SourceName;
use brisk_engine::Engine;
use brisk_signature::SigningKey;
use brisk_store::{Actor, AuditRecord, Link, Store, StoreLocation, Topic};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// The arguments of `brisk serve`.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeArguments {
    /// The arguments that other commands have, too.
    #[command(flatten)]
    pub shared: SharedArguments,
    /// The address to listen on. Addresses beyond loopback need an admin account or --open [default:
    /// 127.0.0.1:3000].
    #[arg(long, env = "BRISK_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// A separate address that serves only /metrics, to anyone who can reach it.
    #[arg(long, env = "BRISK_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// Stop the clock until it is moved over this socket (for tests).
    #[arg(long, hide = true, conflicts_with_all = ["now", "clock_pace"], value_name = "FILE")]
    pub clock_socket: Option<PathBuf>,
    /// Listen beyond loopback without an admin account: until there is one, anyone who can reach the
    /// address sees all dashboards and administration pages.
    #[arg(long, env = "BRISK_OPEN")]
    pub open: bool,
    /// The directory with the built frontend [default: target/site].
    #[arg(long, env = "BRISK_ASSETS_DIR")]
    pub assets: Option<PathBuf>,
    /// How to load the demo.
    #[command(flatten)]
    pub demo: DemoArguments,
}

impl ServeArguments {
    /// Whether the demo goes on selling: not in the past, nor while the clock stands still.
    pub fn demo_lives(&self) -> bool {
        let DemoArguments { demo_unshifted, demo_still, .. } = self.demo;
        self.shared.demo && !demo_unshifted && !demo_still && self.shared.now.is_none()
    }

    /// The top layer of the configuration.
    pub fn flags(&self) -> Flags {
        Flags {
            listen: self.listen,
            metrics_listen: self.metrics_listen,
            assets_dir: self.assets.clone(),
            ..self.shared.flags()
        }
    }
}

/// How long the process may take to end once its connections have.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// Serves until it is told to stop.
pub async fn run(arguments: ServeArguments) -> anyhow::Result<ExitCode> {
    serve(arguments).await.map(|()| ExitCode::SUCCESS)
}

async fn serve(arguments: ServeArguments) -> anyhow::Result<()> {
    logging::start();
    let settings = Settings::read(&arguments.flags(), &Environment::of_process())?;
    std::fs::create_dir_all(&settings.data_dir)
        .with_context(|| format!("making the data directory {}", settings.data_dir.display()))?;
    let clock = match &arguments.clock_socket {
        Some(socket) => system_clock::moved_over(socket)?,
        None => arguments.shared.clock()?,
    };
    let (store, damaged) = Store::open_or_renew(&settings.store()?).await?;
    if let Some(damaged) = damaged {
        let kept = damaged.display();
        tracing::error!(%kept, "Brisk's own database was damaged: it begins anew, without its counts");
    }
    let old_key = settings.old_secret_key()?;
    let (store, sealed) = store.unlocked_after(&settings.secret_key()?, old_key.as_ref()).await?;
    if let Some(secrets) = sealed {
        tracing::info!(
            secrets,
            "the key of Brisk's own database was changed; all replicas need the new one"
        );
        let actor = Actor { name: "brisk serve".into(), address: String::new() };
        let record = AuditRecord {
            at: clock.now(),
            actor,
            action: "secret key changed".into(),
            subject: "the key of the secrets".into(),
            before: None,
            after: None,
        };
        store.record_audit(&record).await?;
    }
    let is_closed = store.access_state().await?.is_closed;
    if !settings.listen.ip().is_loopback() && !is_closed && !arguments.open {
        bail!(
            "{} is not a loopback address, and there is no admin yet: whoever reaches it would see \
             everything. Make one first (brisk user add NAME --role admin), or say that this is meant \
             (--open)",
            settings.listen
        );
    }
    let built = assets::manifest(&settings.assets_dir)?;
    let mut demo_lives = arguments.demo_lives();
    if arguments.shared.demo {
        let rollups = settings.rollup_file(&SourceName::parse(source::NAME)?);
        let (data, clock) = (&settings.data_dir, clock.as_ref());
        let is_moved = demo::load(&arguments.demo, data, &rollups, &store, clock).await?;
        demo_lives &= is_moved;
    }
    let mut hooks = settings.hooks()?;
    let key = SigningKey::random();
    if demo_lives {
        feeder::declare(&mut hooks, &key)?;
    }
    let (observer, mut runs) = rollup_runs::observer();
    let sources = assembly::sources(&settings)?;
    tokio::spawn(assembly::log_sources(sources.clone()));
    let places = Places::new(settings.app_sources.clone(), &settings.data_dir);
    let app_sources = Arc::new(AppSources::new(sources.clone(), places, &settings.data_dir));
    let engine = Arc::new(assembly::unread_engine(&settings, sources, &clock, observer)?);
    let shared = assembly::records(&settings, &clock)?;
    let hooks = Hooks::new(Arc::clone(&engine), Arc::clone(&clock), hooks);
    let hooks = Arc::new(hooks.with_store(store.clone()).sharing(shared.clone()));
    let subscribers = Subscribers::default().on(Topic::Webhooks, {
        let hooks = Arc::clone(&hooks);
        move || {
            let hooks = Arc::clone(&hooks);
            Box::pin(async move { hooks.reload().await })
        }
    });
    let subscribers = subscribers.on(Topic::Settings, {
        let (store, engine) = (store.clone(), Arc::clone(&engine));
        move || {
            let (store, engine) = (store.clone(), Arc::clone(&engine));
            Box::pin(async move {
                access_settings::apply(&store, &engine).await?;
                cache_settings::apply(&store, &engine).await
            })
        }
    });
    let subscribers = subscribers.on(Topic::Sources, {
        let (store, engine, sources) =
            (store.clone(), Arc::clone(&engine), Arc::clone(&app_sources));
        move || {
            let (store, engine) = (store.clone(), Arc::clone(&engine));
            let sources = Arc::clone(&sources);
            Box::pin(async move { sources.apply(&store, &engine).await })
        }
    });
    let workers = Arc::new(job_workers::workers(&store, &clock, &settings));
    let subscribers = job_workers::told_of_decisions(subscribers, &workers);
    let mut changes = StoreChanges::begin(&store, subscribers).await?;
    let catalog = Arc::clone(engine.catalog());
    let watches =
        settings.sources.iter().map(|(name, source)| (name.clone(), source.watches.clone()));
    let noticing = Arc::new(Noticing::new(
        Arc::clone(&engine),
        Arc::clone(&clock),
        Some(store.clone()),
        watches.collect(),
    ));
    let service = EngineService::new(Arc::clone(&engine), Arc::clone(&clock));
    let service = service.with_limits(settings.clients);
    let service = service.with_shared_account_limits(settings.account_limits, shared.clone());
    let service = Arc::new(service);
    let accounts = service.accounts().clone();
    let report_service = Arc::clone(&service);
    let signing_in = AuthSettings { provider: settings.provider()?, ..auth_settings(&settings) };
    let auth = auth(store.clone(), Arc::clone(&clock), signing_in, shared);
    let state = AppState::new(service, built)
        .with_auth(auth.clone())
        .with_store(store.clone())
        .with_app_sources(app_sources)
        .with_hooks(Arc::clone(&hooks))
        .with_noticing(Arc::clone(&noticing))
        .with_most_kept(settings.connections.most_kept())
        .with_own_names(settings.own_names.clone())
        .behind(settings.trusted_proxies.clone());
    let hub = state.hub.clone();
    let (cache_history, sampled) = (Arc::clone(&state.cache_history), Arc::clone(&clock));
    // Before anybody can connect: requests that have come are answered, whenever the signal comes.
    let stop = Stop::on_signals(settings.connections.stop + AFTERWARDS)?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("listening on {}", settings.listen))?;
    let address = listener.local_addr()?;
    let own = Delivery::to(address, source::HOOK, key, Arc::clone(&clock));
    let (names, connections) = (Arc::clone(&state.own_names), state.connections.clone());
    let figures = metrics_listener(&settings, state.clone(), stop.clone()).await?;
    let routes = router(state, &settings.assets_dir).merge(hooks::routes(Arc::clone(&hooks)));
    let routes = reading::waiting(routes, Arc::clone(&catalog));
    let server = Server::new(routes, names, settings.connections.clone(), connections)
        .behind(settings.trusted_proxies.clone());
    let serving = server.serve(listener, stop.clone());
    // By itself: it ends, or hands back, what it does while connections end.
    let mut told = stop.clone();
    let working = tokio::spawn(async move { workers.run(told.begun()).await });
    let mut closing = stop;
    tokio::spawn(async move {
        closing.begun().await;
        systemd::stopping();
        // Live streams would never end.
        hub.close();
    });
    // A folder may be large, or on a slow disk: requests meanwhile wait, or are refused.
    let reading = async {
        let seen = dashboard_watch::read(&catalog).await;
        requested_views::recall(&engine, &store).await;
        if let Err(error) = announce(&settings, address, &engine, demo_lives, &auth).await {
            tracing::warn!(error = format!("{error:#}"), "what is served cannot be said");
        }
        systemd::ready();
        tokio::select! {
            never = dashboard_watch::follow(&catalog, seen) => never,
            never = requested_views::record(&engine, &store) => never,
        }
    };
    let channels = Channels::of(&settings, &clock)?;
    let reports = ReportWorker::new(
        store.clone(),
        Arc::clone(&report_service),
        channels,
        auth.settings().base.clone(),
    );
    let report_clock = Arc::clone(&clock);
    let events = engine.loader().cache().follow();
    let landings =
        report_landings::follow(&store, &engine, report_clock.as_ref(), reports.landed(), events);
    let worker =
        warming_schedules::Worker::new(store.clone(), Arc::clone(&engine), Arc::clone(&clock));
    let audit_clock = Arc::clone(&clock);
    let log_clock = Arc::clone(&clock);
    let retention = audit_retention::run(&store, audit_clock.as_ref(), settings.audit_retention);
    // Readers who come meanwhile join its loads.
    let warming = async {
        catalog.until_read().await;
        if settings.cache.warm {
            warming::all(&engine).await;
        }
        std::future::pending::<Infallible>().await
    };
    let feeding = async {
        let database = source::path(&settings.data_dir);
        let lookups = || feeder::lookups(&engine);
        if demo_lives {
            match Feeder::open(&database, clock, lookups).await {
                Ok(feeder) => match feeder.run(&own).await {},
                Err(error) => tracing::warn!(
                    error = format!("{error:#}"),
                    "the demo's data cannot be written"
                ),
            }
        }
        std::future::pending::<Infallible>().await
    };
    let served = tokio::select! {
        served = serving => served.context("serving"),
        never = systemd::watchdog() => match never {},
        never = warming => match never {},
        never = feeding => match never {},
        never = reading => match never {},
        never = cache_samples::run(&engine, sampled.as_ref(), &cache_history) => match never {},
        never = rollup_schedule::run(&engine) => match never {},
        never = worker.run() => match never {},
        never = reports.run() => match never {},
        never = landings => match never {},
        never = auth.follow() => match never {},
        never = accounts.share() => match never {},
        never = figures => match never {},
        never = runs.record(&store) => match never {},
        never = changes.follow() => match never {},
        never = noticing.run() => match never {},
        never = hooks.deliveries().keep(log_clock.as_ref()) => match never {},
        never = retention => match never {},
    };
    if served.is_ok()
        && let Err(error) = working.await
    {
        tracing::warn!(%error, "background jobs were not ended");
    }
    runs.record_now(&store).await;
    auth.note_used().await;
    hooks.deliveries().write_now().await;
    // Before the dashboards are read, none of the views requested earlier is known.
    if catalog.is_read() {
        requested_views::record_now(&store, &engine.requested_views()).await;
    }
    served
}

/// Serves `/metrics` on an address of its own, if there is one; its connections are counted apart, so
/// that a crowd of clients does not block the figures.
async fn metrics_listener(
    settings: &Settings,
    state: AppState,
    stop: Stop,
) -> anyhow::Result<impl Future<Output = Infallible> + use<>> {
    let listening = match settings.metrics_listen {
        None => None,
        Some(address) => {
            let listener = TcpListener::bind(address);
            Some(listener.await.with_context(|| format!("listening on {address} for /metrics"))?)
        }
    };
    let (names, limits) = (Arc::clone(&state.own_names), settings.connections.clone());
    Ok(async move {
        if let Some(listener) = listening {
            let server = Server::new(metrics::alone(state), names, limits, Registry::default());
            if let Err(error) = server.serve(listener, stop).await {
                tracing::error!(error = format!("{error:#}"), "/metrics has no listener any more");
            }
        }
        std::future::pending().await
    })
}

#[allow(clippy::print_stdout)] // The person who started the server reads this.
async fn announce(
    settings: &Settings,
    address: SocketAddr,
    engine: &Engine,
    demo_lives: bool,
    auth: &Auth,
) -> anyhow::Result<()> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let shown = |path: &Path| absolute(path).display().to_string();
    let dashboards = engine.catalog().contents().dashboards.len();
    println!("Brisk is ready:  http://{address}");
    if let Some(address) = settings.metrics_listen {
        println!("  figures        http://{address}/metrics, for whoever reaches it");
    }
    if let Some(file) = &settings.file {
        println!("  configuration  {}", shown(file));
    }
    println!("  dashboards     {} ({dashboards} read)", shown(&settings.dashboards_dir));
    match settings.store()? {
        StoreLocation::Sqlite(path) => println!("  own data       {}", shown(&path)),
        StoreLocation::Postgres(_) => println!("  own data       in PostgreSQL"),
    }
    for (name, source) in &settings.sources {
        match &source.location {
            Ok(Location::Sqlite(path)) => println!("  source         {name}: {}", shown(path)),
            // The URL holds a password.
            Ok(Location::Postgres(_)) => println!("  source         {name}: PostgreSQL"),
            Ok(Location::MySql(_)) => println!("  source         {name}: MySQL or MariaDB"),
            Err(_) => println!("  source         {name}: not configured"),
        }
    }
    if demo_lives {
        println!("  demo           real invoices are replayed, more of them while somebody looks;");
        println!("                 --demo-still leaves the data as they are");
    }
    match settings.redis()? {
        // Here, too.
        Some(_) => println!("  cache          in this process's memory, and in Redis"),
        None => println!("  cache          in this process's memory"),
    }
    if auth.is_closed().await? {
        println!("  access         by accounts");
        return Ok(());
    }
    let who = match address.ip().is_loopback() {
        true => "everybody on this machine",
        false => "EVERYBODY WHO REACHES IT",
    };
    println!("  access         open to {who}: there is no admin yet");
    // Here, and nowhere else: whoever reads this terminal looks after the server.
    if let Some(link) = set_up::link(auth, &Link::FirstAdmin).await? {
        println!("  set-up         {link}");
        println!("                 makes the first admin, once; others then see what they may see");
    }
    Ok(())
}
