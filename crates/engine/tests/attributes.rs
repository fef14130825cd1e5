//! An attribute of another type than a statement needs is forbidden, with a sentence, on every database.

use brisk_cache::{Cache, Config, Trigger};
use brisk_domain::{
    Access, AttributeName, FailureKind, ManualClock, Selection, Slug, SourceName, Timestamp,
    ViewState,
};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine, PanelState};
use brisk_source::{Limits, Source};
use std::path::Path;
use std::sync::Arc;

fn sources(directory: &Path) -> Vec<Source> {
    let name = SourceName::parse("shop").unwrap();
    let path = directory.join("shop.sqlite");
    std::fs::write(&path, "").unwrap();
    let mut all = vec![Source::sqlite(name.clone(), &path, Limits::default())];
    if std::env::var_os("BRISK_TEST_QUICK").is_none() {
        let url = |variable: &str| {
            let url = std::env::var(variable);
            url.unwrap_or_else(|_| panic!("{variable} names a server: run cargo xtask test"))
        };
        let (postgres, mariadb) = (url("BRISK_TEST_POSTGRES_URL"), url("BRISK_TEST_MYSQL_URL"));
        all.push(Source::postgres(name.clone(), &postgres, 2, Limits::default()).unwrap());
        all.push(Source::mysql(name, &mariadb, 2, Limits::default()).unwrap());
    }
    all
}

#[tokio::test]
async fn an_attribute_of_another_type_is_forbidden_and_its_value_told_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let file = "title = \"Mine\"\nsource = \"shop\"\n\
                [[panel]]\nid = \"sum\"\ntitle = \"Sum\"\nkind = \"stat\"\nsql = \"select 5 + :user.tenant as n\"\n\
                [[panel]]\nid = \"row\"\ntitle = \"Row\"\nkind = \"stat\"\n\
                sql = \"select t from (select 5 as t) as o where t = :user.tenant\"\n";
    std::fs::write(directory.path().join("mine.toml"), file).unwrap();
    for source in sources(directory.path()) {
        let dialect = source.dialect();
        let catalog = Arc::new(Catalog::open(directory.path()));
        assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_700_000_000)));
        let cache = Cache::in_memory(Config::default(), clock.clone());
        let sources = Sources::from([(SourceName::parse("shop").unwrap(), source)]);
        let dashboard = catalog.dashboard(&Slug::parse("mine").unwrap()).unwrap();
        let engine = Engine::new(catalog, Loader::new(cache, sources), clock);
        let shown = async |tenant: &str| {
            let tenant = Selection::of([tenant.to_owned()]);
            let access = Access::of([(AttributeName::parse("tenant").unwrap(), tenant)]);
            let view = ViewState::default_of(&dashboard);
            let view = engine.view(&dashboard, &view, &access, Trigger::Api).await.unwrap();
            futures::future::join_all(view.panels.into_iter().map(PanelState::current)).await
        };
        for (i, panel) in shown("7").await.into_iter().enumerate() {
            let panel = panel.unwrap_or_else(|error| panic!("{dialect:?}: {error}"));
            let expected = if i == 0 { Some("12".to_owned()) } else { None };
            let first = panel.frame.columns()[0].values.exact(0);
            assert_eq!(first, expected, "{dialect:?}, panel {i}");
        }
        for panel in shown("hunter2").await {
            let error = panel.unwrap_err();
            assert_eq!(error.kind, FailureKind::Forbidden, "{dialect:?}: {error}");
            let begins = "This panel shows what your \"tenant\" may see, and what your account has there is not a";
            assert!(error.message.starts_with(begins), "{dialect:?}: {error}");
            assert!(error.message.ends_with("Ask an administrator."), "{dialect:?}: {error}");
            assert!(!error.message.contains("hunter2"), "{dialect:?}: {error}");
        }
    }
}
