//! Databases that are added in the app: tested first, read by all replicas, and gone when they are removed.

use super::world::{EDIT, NOW, folder, replica};
use axum::body::Body;
use brisk_store::AuditFilter;
use brisk_test_stores::TestStore;
use brisk_test_waiting::{eventually, wait_for};
use http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

fn form(url: &str, what: &str, is_there: bool) -> String {
    let is_there = if is_there { "&is_there=1" } else { "" };
    format!(
        "do={what}&name=extra&url={url}&connections=4&seconds=20&rows=100&wall_clock={is_there}"
    )
}

#[tokio::test]
async fn a_source_is_added_changed_and_removed_on_all_replicas_without_a_restart() {
    for test in TestStore::each().await {
        let folder = folder().await;
        let one = replica(folder.path(), test.again().await).await;
        let two = replica(folder.path(), test.again().await).await;
        assert!(one.shown().await.contains("is not declared"));
        // An open page of the other replica is told.
        let request = Request::get("/d/extra/live").body(Body::empty()).unwrap();
        let mut stream = two.app.clone().oneshot(request).await.unwrap().into_body();
        let mut said = String::new();
        let mut until = async |words: &str| {
            while !said.contains(words) {
                let frame = wait_for(format!("{words} in the stream"), stream.frame()).await;
                said += &String::from_utf8_lossy(frame.unwrap().unwrap().data_ref().unwrap());
            }
            said.clear();
        };
        until("\"failed\"").await;
        let (status, body) = one.post(EDIT, &form("first.sqlite", "save", false)).await;
        assert_eq!(status, 303, "{body}");
        assert!(one.shown().await.contains("first word"), "on this replica at once");
        until("\"edition\"").await;
        eventually("the other shows it", async || two.shown().await.contains("first word")).await;
        // Another database under the same name: nothing of the one before is shown.
        assert_eq!(one.post(EDIT, &form("second.sqlite", "save", true)).await.0, 303);
        let shown = one.shown().await;
        assert!(shown.contains("second word") && !shown.contains("first"), "{shown}");
        eventually("the other follows", async || two.shown().await.contains("second word")).await;
        // What is not typed stays as it was.
        let (status, body) = one.post(EDIT, &form("", "save", true)).await;
        assert_eq!(status, 303, "{body}");
        assert!(one.shown().await.contains("second word"));
        let (_, asked) = one.get("/admin/sources/remove?name=extra").await;
        assert!(asked.contains("/d/extra") && asked.contains("not declared"), "{asked}");
        assert_eq!(one.post("/admin/sources/remove", "name=extra").await.0, 303);
        assert!(one.shown().await.contains("is not declared"));
        eventually("the other too", async || two.shown().await.contains("is not declared")).await;
        assert_eq!(one.post("/admin/sources/remove", "name=extra").await.0, 404);
        let log = test.store.audit(&AuditFilter::default(), 50).await.unwrap();
        let actions: Vec<&str> = log.iter().rev().map(|one| one.record.action.as_str()).collect();
        let of = |action: &str| actions.iter().filter(|known| **known == action).count();
        assert_eq!((of("source added"), of("source changed"), of("source removed")), (1, 2, 1));
        assert_eq!(of("source tested"), 3);
    }
}

#[tokio::test]
async fn what_does_not_work_is_not_saved_and_says_why() {
    let test = TestStore::sqlite().await;
    let folder = folder().await;
    let one = replica(folder.path(), test.again().await).await;
    std::fs::write(folder.path().join("sources/text.sqlite"), "no database ".repeat(500)).unwrap();
    for (typed, said) in [
        (form("missing.sqlite", "save", false), "There is no such file"),
        (form("../declared.sqlite", "save", false), "There is no such file"),
        (form("text.sqlite", "save", false), "is no SQLite database"),
        (form("postgres://u:hunter2@127.0.0.1:1/x", "save", false), "It refuses connections"),
        (form("postgres://u:hunter2@169.254.169.254/x", "save", false), "link-local"),
        (form("ftp://u:hunter2@host/x", "save", false), "no database that Brisk reads"),
        (form("", "save", false), "Type the URL"),
        (
            form("first.sqlite", "save", false).replace("name=extra", "name=declared"),
            "configuration",
        ),
        (
            form("first.sqlite", "save", false).replace("seconds=20", "seconds=9999"),
            "from 1 to 300",
        ),
        (form("first.sqlite", "save", false).replace("wall_clock=", "wall_clock=Mars"), "clock"),
    ] {
        let (status, body) = one.post(EDIT, &typed).await;
        assert!(status == 422 && body.contains(said), "{typed}: {status} {body}");
        assert!(!body.contains("hunter2"), "{body}");
    }
    let (status, body) = one.post(EDIT, &form("first.sqlite", "test", false)).await;
    assert!(status == 200 && body.contains("It works: ") && body.contains("SQLite 3."), "{body}");
    assert!(body.contains("4 statements run at a time"), "{body}");
    assert!(test.store.app_sources().await.unwrap().is_empty(), "nothing was saved");
    assert!(!one.engine.loader().sources().keys().any(|name| name.as_str() == "extra"));
    let log = test.store.audit(&AuditFilter::default(), 50).await.unwrap();
    assert!(!format!("{log:?}").contains("hunter2"));
}

#[tokio::test]
async fn connections_are_asked_for_of_servers_only() {
    let test = TestStore::sqlite().await;
    let folder = folder().await;
    let one = replica(folder.path(), test.again().await).await;
    let asks = |page: &str| page.contains("name=\"connections\"");
    let (_, page) = one.get(EDIT).await;
    assert!(asks(&page) && page.contains("Without effect on a SQLite file"), "{page}");
    let typed = form("first.sqlite", "save", false).replace("connections=4", "connections=99");
    assert_eq!(one.post(EDIT, &typed).await.0, 303);
    let name = brisk_domain::SourceName::parse("extra").unwrap();
    let kept = test.store.app_source(&name).await.unwrap().unwrap();
    assert_eq!(kept.connections, brisk_source::SQLITE_CONNECTIONS);
    let (_, page) = one.get("/admin/sources/edit?name=extra").await;
    assert!(page.contains("name=\"seconds\"") && !asks(&page), "{page}");
    // Its form does not send the field.
    let typed = form("", "test", true).replace("&connections=4", "");
    let (status, page) = one.post(EDIT, &typed).await;
    assert!(status == 200 && !asks(&page) && !page.contains("connections at most"), "{page}");
}

#[tokio::test]
async fn urls_are_sealed_and_shown_nowhere() {
    let Some(url) = brisk_test_stores::database().await else { return };
    let test = TestStore::sqlite().await;
    let folder = folder().await;
    let one = replica(folder.path(), test.again().await).await;
    let typed = form(&url.replace('&', "%26"), "save", false);
    let (status, body) = one.post(EDIT, &typed).await;
    // The tests' user may be a superuser, which is refused as in the configuration.
    assert!(status == 303 || status == 422 && body.contains("superuser"), "{status} {body}");
    assert!(!body.contains("allow_superuser"), "there is no file to write it into: {body}");
    let secret = url.split_once('@').map(|(user, _)| user.to_owned()).unwrap_or(url.clone());
    assert!(!body.contains(&secret), "{body}");
    let (_, page) = one.get("/admin/sources").await;
    assert!(!page.contains(&secret), "{page}");
    let mut actor = brisk_store::Actor { name: "anna".into(), address: String::new() };
    actor.name.push('!');
    let source = brisk_store::AppSource {
        name: brisk_domain::SourceName::parse("sealed").unwrap(),
        url: "postgres://u:hunter2@db/x".into(),
        shown: "PostgreSQL on db".into(),
        connections: 1,
        seconds: 1,
        rows: 1,
        rollup_url: None,
        wall_clock: String::new(),
        revision: "1".into(),
        changed_by: actor.name.clone(),
        changed_at: NOW,
    };
    test.store.set_app_source(&source, &actor).await.unwrap();
    let bytes = std::fs::read(test.folder().join("brisk.sqlite")).unwrap();
    let wal = std::fs::read(test.folder().join("brisk.sqlite-wal")).unwrap_or_default();
    for bytes in [bytes, wal] {
        assert!(!bytes.windows(7).any(|window| window == b"hunter2"));
    }
    assert!(!format!("{source:?}{source}").contains("hunter2"));
}

#[tokio::test]
async fn sources_of_the_configuration_say_that_they_are_not_changed_here() {
    let test = TestStore::sqlite().await;
    let folder = folder().await;
    let one = replica(folder.path(), test.again().await).await;
    let (_, page) = one.get("/admin/sources").await;
    assert!(page.contains("Declared in the configuration, which alone can change it"), "{page}");
    assert!(!page.contains("/admin/sources/edit?name=declared"), "{page}");
    assert_eq!(one.get("/admin/sources/edit?name=declared").await.0, 404);
    assert_eq!(one.get("/admin/sources/remove?name=declared").await.0, 404);
    assert_eq!(one.post("/admin/sources/remove", "name=declared").await.0, 404);
    // Statements that ran are listed by their text.
    one.post(EDIT, &form("first.sqlite", "save", false)).await;
    one.shown().await;
    let (_, page) = one.get("/admin/sources").await;
    assert!(page.contains("Slowest statements") && page.contains("select word from t"), "{page}");
    assert!(page.contains("SQLite file first.sqlite") && page.contains("name=extra"), "{page}");
}
