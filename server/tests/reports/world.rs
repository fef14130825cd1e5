//! Servers with reports, over one store and one clock.

use crate::fixture;
use brisk_domain::{Clock, ManualClock, ReportName, Timestamp};
use brisk_engine::Engine;
use brisk_engine::load::Sources;
use brisk_server::config::{Environment, Flags, Settings};
use brisk_server::reports::channels::Channels;
use brisk_server::reports::landings;
use brisk_server::reports::worker::Worker;
use brisk_source::Limits;
use brisk_store::{ReportRun, Store};
use brisk_test_stores::TestStore;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// 2026-11-27, a Friday, 05:30:00 UTC.
const BEFORE_SIX: Timestamp = Timestamp::from_seconds(1_795_757_400);
pub(super) const HOUR: i64 = 3_600;

const PANELS: &str = "[[panel]]\nid = \"one\"\ntitle = \"One\"\nkind = \"table\"\n\
    sql = \"select 'open' as word, 9007199254740993 as n\"\n\
    [[panel]]\nid = \"n\"\ntitle = \"N\"\nkind = \"stat\"\nsql = \"select 9007199254740993 as n\"\n";

pub(super) struct World {
    folder: tempfile::TempDir,
    pub(super) clock: Arc<ManualClock>,
    test: TestStore,
    /// The settings of mail, if there is a server.
    mail: String,
}

/// A server.
pub(super) struct Replica {
    worker: Worker,
    pub(super) engine: Arc<Engine>,
    noted: Arc<Notify>,
    follower: JoinHandle<()>,
}

/// A message in the archive.
#[derive(Debug)]
pub(super) struct Archived {
    pub(super) name: String,
    pub(super) files: Vec<(String, Vec<u8>)>,
}

impl World {
    pub(super) async fn new(reports: &[(&str, &str)]) -> Self {
        Self::mailing(reports, "").await
    }

    pub(super) async fn mailing(reports: &[(&str, &str)], mail: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let head = |title: &str, access: &str| {
            format!("title = \"{title}\"\nsource = \"shop\"\nrange = \"last 7 days\"\n{access}\n")
        };
        let public = "access = \"public\"";
        // The stat comes last: the CSV of the report is that of the table.
        write("dashboards/sales.toml", &format!("{}{PANELS}", head("Sales", public)));
        let broken = PANELS.replace("'open' as word", "missing");
        write("dashboards/broken.toml", &format!("{}{broken}", head("Broken", public)));
        let tenant = "[[panel]]\nid = \"one\"\ntitle = \"One\"\nkind = \"table\"\n\
            sql = \"select :user.tenant as tenant\"\n";
        write("dashboards/tenant.toml", &format!("{}{tenant}", head("Tenant", "")));
        for (name, text) in reports {
            write(&format!("dashboards/reports/{name}.toml"), text);
        }
        std::fs::create_dir(folder.path().join("archive")).unwrap();
        fixture::write(&folder.path().join("shop.sqlite"), "create table t (x)").await;
        let clock = Arc::new(ManualClock::at(BEFORE_SIX));
        Self { folder, clock, test: TestStore::sqlite().await, mail: mail.to_owned() }
    }

    pub(super) async fn store(&self) -> Store {
        self.test.again().await
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) async fn replica(&self) -> Replica {
        let directory = self.folder.path().join("dashboards");
        let source =
            fixture::source("shop", &self.folder.path().join("shop.sqlite"), Limits::default());
        let clock: Arc<dyn Clock> = self.clock.clone();
        let state = fixture::state(&directory, Sources::from([source]), Arc::clone(&clock));
        let problems = state.service.engine().catalog().contents().problems.clone();
        assert!(problems.is_empty(), "{problems:?}");
        let store = self.test.again().await;
        let channels = channels(self.folder.path(), &self.mail, &clock);
        let engine = Arc::clone(state.service.engine());
        let service = Arc::clone(&state.service);
        let worker = Worker::new(store.clone(), service, channels, "https://brisk.example".into());
        let noted = Arc::new(Notify::new());
        let follower = tokio::spawn({
            let (engine, noted) = (Arc::clone(&engine), Arc::clone(&noted));
            let following = engine.loader().cache().follow();
            async move {
                match landings::follow(&store, &engine, clock.as_ref(), &noted, following).await {}
            }
        });
        Replica { worker, engine, noted, follower }
    }

    /// The messages in the archive, by name.
    pub(super) fn archived(&self) -> Vec<Archived> {
        let folder = self.folder.path().join("archive");
        let messages = std::fs::read_dir(folder).unwrap().map(|entry| {
            let entry = entry.unwrap();
            let files = std::fs::read_dir(entry.path()).unwrap().map(|file| {
                let file = file.unwrap();
                let name = file.file_name().into_string().unwrap();
                (name, std::fs::read(file.path()).unwrap())
            });
            let name = entry.file_name().into_string().unwrap();
            Archived { name, files: files.collect() }
        });
        messages.collect()
    }

    /// Removes the file of a report.
    pub(super) fn remove(&self, name: &str, replica: &Replica) {
        let path = self.folder.path().join(format!("dashboards/reports/{name}.toml"));
        std::fs::remove_file(path).unwrap();
        replica.engine.catalog().reload();
    }

    /// The runs of a report, newest first.
    pub(super) async fn history(&self, name: &str) -> Vec<ReportRun> {
        let name = ReportName::parse(name).unwrap();
        self.store().await.report_history(&name, 20).await.unwrap()
    }
}

impl Replica {
    /// One round; how many due times it made.
    pub(super) async fn look(&self) -> usize {
        self.worker.look_once().await.unwrap()
    }

    /// Completes when a landing is noted.
    pub(super) async fn landed(&self) {
        self.noted.notified().await;
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

impl Archived {
    /// The text of the file whose name ends like that.
    pub(super) fn file(&self, ending: &str) -> String {
        let found = self.files.iter().find(|(name, _)| name.ends_with(ending));
        let (_, bytes) = found.unwrap_or_else(|| {
            panic!("no {ending}: {:?}", self.files.iter().map(|(name, _)| name).collect::<Vec<_>>())
        });
        String::from_utf8(bytes.clone()).unwrap()
    }
}

/// The mail server and the archive, as an operator configures them.
fn channels(folder: &Path, mail: &str, clock: &Arc<dyn Clock>) -> Channels {
    let config = folder.join("brisk.toml");
    let text = format!("{mail}\n[channel.archive]\nfolder = \"archive\"\n");
    std::fs::write(&config, text).unwrap();
    let flags = Flags { config: Some(config), ..Flags::default() };
    let settings = Settings::read(&flags, &Environment::default()).unwrap();
    Channels::of(&settings, clock).unwrap()
}
