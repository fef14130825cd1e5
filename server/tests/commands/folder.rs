//! `brisk serve` over a folder of dashboards that is replaced, switched, removed, or full of things that
//! are no files.

use crate::fixture::{ask, get};
use brisk_app::Assets;
use brisk_bench::client::Client;
use brisk_bench::servers::free_port;
use brisk_bench::servers::guarded::Guarded;
use brisk_cache::{Cache, Config};
use brisk_domain::Clock;
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine};
use brisk_server::http::reading;
use brisk_server::router::router;
use brisk_server::service::EngineService;
use brisk_server::state::AppState;
use brisk_server::system_clock;
use brisk_test_waiting::{LIMIT, eventually, wait_for};
use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

const DASHBOARD: &str = "title = \"T\"\nsource = \"shop\"\n\
    [[panel]]\nid = \"p\"\ntitle = \"P\"\nkind = \"stat\"\nsql = \"select 1 as n\"\n";

/// A server over `folder/dashboards`, which may be anything; it ends with this.
struct Server {
    port: u16,
    log: PathBuf,
    _process: Guarded,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let manifest = r#"{"brisk.css":"/b.css","brisk.js":"/b.js","brisk_bg.wasm":"/b.wasm","loader.js":"/l.js"}"#;
        std::fs::write(folder.join("manifest.json"), manifest).unwrap();
        std::fs::write(folder.join("shop.sqlite"), "").unwrap();
        let (port, log) = (free_port().unwrap(), folder.join("log"));
        let listen = format!("127.0.0.1:{port}");
        let words = [
            env!("CARGO_BIN_EXE_brisk"),
            "serve",
            "--data-dir",
            "data",
            "--assets",
            ".",
            "--dashboards",
            "dashboards",
            "--source",
            "shop=shop.sqlite",
            "--listen",
            &listen,
        ];
        let words: Vec<OsString> = words.map(OsString::from).into();
        let process = Guarded::start(&words, folder, &log, "KILL", &[]).unwrap();
        Self { port, log, _process: process }
    }

    /// The status of `path`, or 0 while nobody listens.
    async fn status(&self, path: &str) -> u16 {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        Client::default().get(&url, LIMIT).await.map_or(0, |answer| answer.status)
    }

    async fn answers(&self, path: &str, expected: u16) {
        let has = async || self.status(path).await == expected;
        eventually(format!("{path} is {expected}"), has).await;
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

fn write(folder: &Path, name: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(name), DASHBOARD).unwrap();
}

#[tokio::test]
async fn a_folder_that_is_replaced_moved_or_gone_for_a_while_is_followed() {
    let world = tempfile::tempdir().unwrap();
    let folder = world.path().join("dashboards");
    write(&folder, "a.toml");
    let server = Server::start(world.path());
    server.answers("/d/a", 200).await;
    std::fs::rename(&folder, world.path().join("old")).unwrap();
    write(&folder, "b.toml");
    server.answers("/d/b", 200).await;
    write(&folder, "c.toml");
    server.answers("/d/c", 200).await;
    std::fs::remove_file(folder.join("b.toml")).unwrap();
    server.answers("/d/b", 404).await;
    // What happens in the old one is ignored.
    write(&world.path().join("old"), "d.toml");
    // When it is gone, the last good state stays.
    std::fs::remove_dir_all(&folder).unwrap();
    let said = async || server.log().contains("the directory cannot be read");
    eventually("the log says that the folder is gone", said).await;
    assert_eq!((server.status("/d/c").await, server.status("/d/d").await), (200, 404));
    write(&folder, "e.toml");
    server.answers("/d/e", 200).await;
    server.answers("/d/c", 404).await;
    // Rollups may come later.
    std::fs::create_dir(folder.join("rollups")).unwrap();
    std::fs::write(folder.join("rollups/broken.toml"), "").unwrap();
    let said = async || server.log().contains("rollups/broken.toml");
    eventually("the log says what is wrong with the rollup", said).await;
    write(&folder, "f.toml");
    server.answers("/d/f", 200).await;
}

#[tokio::test]
async fn links_that_are_switched_are_followed_within_the_folder_and_on_the_way_to_it() {
    let world = tempfile::tempdir().unwrap();
    let switch = |to: &str, link: &Path| {
        let new = link.with_file_name("new-link");
        symlink(to, &new).unwrap();
        std::fs::rename(&new, link).unwrap();
    };
    // As git-sync has it.
    for (version, file) in [("one", "a.toml"), ("two", "b.toml")] {
        write(&world.path().join("trees").join(version).join("dashboards"), file);
    }
    let current = world.path().join("current");
    switch("trees/one", &current);
    symlink("current/dashboards", world.path().join("dashboards")).unwrap();
    let server = Server::start(world.path());
    server.answers("/d/a", 200).await;
    switch("trees/two", &current);
    server.answers("/d/b", 200).await;
    server.answers("/d/a", 404).await;
    // As a ConfigMap has it.
    let mounted = world.path().join("trees/two/dashboards");
    write(&mounted.join("..v1"), "c.toml");
    write(&mounted.join("..v2"), "c.toml");
    let second = DASHBOARD.replace("id = \"p\"", "id = \"second\"");
    std::fs::write(mounted.join("..v2/c.toml"), second).unwrap();
    switch("..v1", &mounted.join("..data"));
    symlink("..data/c.toml", mounted.join("c.toml")).unwrap();
    server.answers("/d/c/p/p", 200).await;
    switch("..v2", &mounted.join("..data"));
    server.answers("/d/c/p/second", 200).await;
}

#[tokio::test]
async fn what_is_no_file_of_the_folder_neither_blocks_the_server_nor_fills_its_memory() {
    let world = tempfile::tempdir().unwrap();
    let folder = world.path().join("dashboards");
    write(&folder, "a.toml");
    let made = Command::new("mkfifo").arg(folder.join("fifo.toml")).status().unwrap();
    assert!(made.success());
    let _socket = UnixListener::bind(folder.join("socket.toml")).unwrap();
    symlink("/dev/zero", folder.join("endless.toml")).unwrap();
    let server = Server::start(world.path());
    server.answers("/d/a", 200).await;
    symlink("/dev/urandom", folder.join("random.toml")).unwrap();
    symlink("/etc/passwd", folder.join("passwd.toml")).unwrap();
    write(&folder, "b.toml");
    server.answers("/d/b", 200).await;
    let log = server.log();
    for (name, words) in [
        ("fifo.toml", "this is a FIFO"),
        ("socket.toml", "this is a socket"),
        ("endless.toml", "leads out of the dashboards' folder"),
        ("random.toml", "leads out of the dashboards' folder"),
        ("passwd.toml", "leads out of the dashboards' folder"),
    ] {
        let line = |line: &&str| line.contains(name) && line.contains(words);
        assert!(log.lines().any(|l| line(&l)), "{name}: {log}");
    }
}

#[tokio::test]
async fn the_server_answers_about_itself_before_the_dashboards_are_read_and_pages_wait() {
    let world = tempfile::tempdir().unwrap();
    write(world.path(), "a.toml");
    let clock: Arc<dyn Clock> = system_clock::clock(None, None).unwrap();
    let catalog = Arc::new(Catalog::unread(world.path()));
    let cache = Cache::in_memory(Config::default(), Arc::clone(&clock));
    let loader = Loader::new(cache, Sources::default());
    let engine = Engine::new(Arc::clone(&catalog), loader, Arc::clone(&clock));
    let service = Arc::new(EngineService::new(engine, clock));
    let state = AppState::new(service, Assets::default());
    let app = reading::waiting(router(state, world.path()), Arc::clone(&catalog));
    let (status, _, body) = ask(&app, get("/readyz", &[])).await;
    let said = String::from_utf8(body).unwrap();
    assert_eq!((status, said.as_str()), (503, "the dashboards are being read\n"));
    assert_eq!(ask(&app, get("/healthz", &[])).await.0, 200);
    let mut page = Box::pin(ask(&app, get("/d/a", &[])));
    assert!(futures::poll!(&mut page).is_pending(), "it waits");
    catalog.reload();
    assert_eq!(wait_for("the page comes", page).await.0, 200);
    assert_eq!(ask(&app, get("/readyz", &[])).await.0, 200);
}
