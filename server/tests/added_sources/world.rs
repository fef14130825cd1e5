//! Replicas that read the sources in one store.

use crate::fixture;
use axum::Router;
use axum::body::Body;
use brisk_domain::{Clock, ManualClock, Timestamp};
use brisk_engine::Engine;
use brisk_engine::load::Sources;
use brisk_server::administration::app_source_rules::Places;
use brisk_server::administration::app_sources::AppSources;
use brisk_server::config::AppSourceRules;
use brisk_server::jobs::store_changes::{StoreChanges, Subscribers};
use brisk_server::router::router;
use brisk_source::Limits;
use brisk_store::{Store, Topic};
use http::Request;
use std::path::Path;
use std::sync::Arc;

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);
pub(super) const EDIT: &str = "/admin/sources/edit";

const EXTRA: &str = "title = \"Extra\"\nsource = \"extra\"\nrange = \"last 7 days\"\n[[panel]]\n\
    id = \"one\"\ntitle = \"One\"\nkind = \"table\"\nsql = \"select word from t\"\n";

pub(super) struct Replica {
    pub(super) app: Router,
    pub(super) engine: Arc<Engine>,
    pub(super) _following: tokio::task::JoinHandle<()>,
}

/// A folder with `sources/first.sqlite` and `sources/second.sqlite`, whose words differ.
pub(super) async fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["dashboards", "sources"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    std::fs::write(folder.path().join("dashboards/extra.toml"), EXTRA).unwrap();
    for word in ["first", "second"] {
        let sql = format!("create table t (word); insert into t values ('{word} word')");
        fixture::write(&folder.path().join(format!("sources/{word}.sqlite")), &sql).await;
    }
    fixture::write(&folder.path().join("declared.sqlite"), "create table t (word)").await;
    folder
}

/// One over the dashboards in `folder`, which is its data directory.
pub(super) async fn replica(folder: &Path, store: Store) -> Replica {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(NOW));
    let declared = fixture::source("declared", &folder.join("declared.sqlite"), Limits::default());
    let declared = Sources::from([declared]);
    let state = fixture::state(&folder.join("dashboards"), declared.clone(), clock);
    let places = Places::new(AppSourceRules::default(), folder);
    let added = Arc::new(AppSources::new(declared, places, folder));
    let engine = Arc::clone(state.service.engine());
    let subscribers = Subscribers::default().on(Topic::Sources, {
        let (store, engine, added) = (store.clone(), Arc::clone(&engine), Arc::clone(&added));
        move || {
            let (store, engine) = (store.clone(), Arc::clone(&engine));
            let added = Arc::clone(&added);
            Box::pin(async move { added.apply(&store, &engine).await })
        }
    });
    let mut changes = StoreChanges::begin(&store, subscribers).await.unwrap();
    let following = tokio::spawn(async move { match changes.follow().await {} });
    let app = router(state.with_store(store).with_app_sources(added), folder);
    Replica { app, engine, _following: following }
}

impl Replica {
    pub(super) async fn get(&self, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (status, _, body) = fixture::ask(&self.app, request).await;
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    pub(super) async fn post(&self, path: &str, form: &str) -> (u16, String) {
        let request = Request::post(path).body(Body::from(form.to_owned())).unwrap();
        let (status, _, body) = fixture::ask(&self.app, request).await;
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    /// What the panel shows; a problem's words where it shows none.
    pub(super) async fn shown(&self) -> String {
        self.get("/api/v1/dashboards/extra/panels/one.csv").await.1
    }
}
