//! Rollups of databases that are added in the app: on SQLite, PostgreSQL and MariaDB, while their URLs
//! are replaced, even in the middle of a refresh, and when they are removed.

use super::shops::{Shop, pairs};
use super::world::{EDIT, Replica, replica};
use brisk_test_stores::TestStore;
use brisk_test_waiting::eventually;
use std::path::Path;
use std::sync::Arc;

fn typed(shop: &Shop, seconds: u32, is_there: bool) -> String {
    let text = |text: &str| text.replace('%', "%25").replace('&', "%26").replace('+', "%2B");
    let (url, rollup_url) = (text(&shop.url), text(&shop.rollup_url));
    let is_there = if is_there { "&is_there=1" } else { "" };
    format!(
        "do=save&name=extra&url={url}&rollup_url={rollup_url}&connections=4&seconds={seconds}\
         &rows=100&wall_clock=UTC{is_there}"
    )
}

async fn save(replica: &Replica, shop: &Shop, seconds: u32, is_there: bool) {
    let (status, body) = replica.post(EDIT, &typed(shop, seconds, is_there)).await;
    assert_eq!(status, 303, "{body}");
}

fn declare(folder: &Path, shop: &Shop) {
    let rollups = folder.join("dashboards/rollups");
    let _ = std::fs::remove_dir_all(&rollups);
    std::fs::create_dir_all(&rollups).unwrap();
    std::fs::write(rollups.join(format!("{}.toml", shop.rollup)), shop.definition()).unwrap();
    std::fs::write(folder.join("dashboards/extra.toml"), shop.dashboard()).unwrap();
}

/// The figure that the panel shows.
async fn figure(replica: &Replica) -> String {
    replica.shown().await.lines().last().unwrap_or_default().trim().to_owned()
}

async fn shows(replica: &Replica, figure_shown: &str) {
    let what = format!("{figure_shown} visits are shown");
    eventually(what, async || figure(replica).await == figure_shown).await;
}

#[tokio::test]
async fn rollups_work_on_each_kind_of_database_and_follow_its_url() {
    for test in TestStore::each().await {
        let folder = super::world::folder().await;
        for [mut first, mut second] in pairs(folder.path()).await {
            declare(folder.path(), &first);
            let one = replica(folder.path(), test.again().await).await;
            let two = replica(folder.path(), test.again().await).await;
            first.visit(2).await;
            save(&one, &first, 20, false).await;
            assert_eq!(figure(&one).await, "2");
            shows(&two, "2").await;
            second.visit(5).await;
            let of_second = second.sum(5, 2);
            let (_, page) = one.get("/admin/sources").await;
            assert!(page.contains("up to date") && !page.contains(":w@"), "{page}");
            // The other database under the same name, rollups and all.
            save(&one, &second, 20, true).await;
            assert_eq!(figure(&one).await, of_second);
            shows(&two, &of_second).await;
            // What is not typed stays, and the next refresh goes there.
            let kept = Shop { url: String::new(), rollup_url: String::new(), ..second };
            save(&one, &kept, 25, true).await;
            assert_eq!(figure(&one).await, of_second);
            assert_eq!(one.post("/admin/sources/remove", "name=extra").await.0, 303);
            assert!(one.shown().await.contains("is not declared"));
            let gone = async || two.shown().await.contains("is not declared");
            eventually("the other replica follows", gone).await;
            let left = std::fs::read_dir(folder.path().join("rollups/added"));
            let files = left.into_iter().flatten().flatten();
            let files =
                files.filter(|file| file.file_name().to_string_lossy().ends_with(".sqlite"));
            // The files of the last revision go with the next change.
            assert!(files.count() <= 1);
        }
    }
}

#[tokio::test]
async fn a_refresh_that_runs_while_its_source_is_replaced_is_not_believed() {
    let test = TestStore::sqlite().await;
    let folder = super::world::folder().await;
    for [mut first, mut second] in pairs(folder.path()).await {
        declare(folder.path(), &first);
        let one = Arc::new(replica(folder.path(), test.again().await).await);
        let two = replica(folder.path(), test.again().await).await;
        first.visit(2).await;
        save(&one, &first, 20, false).await;
        assert_eq!(figure(&one).await, "2");
        shows(&two, "2").await;
        second.visit(5).await;
        if first.hold().await {
            // A rebuild of the first one begins on the other replica, and waits.
            let planned = two.engine.rollups().remove(0).1.unwrap();
            let engine = Arc::clone(&two.engine);
            let rebuilding = tokio::spawn(async move { engine.rebuild(&planned).await });
            let is_waiting = async || waits(&mut first).await;
            eventually("the refresh waits for the table", is_waiting).await;
            save(&one, &second, 20, true).await;
            let is_other = async || revision(&two) == revision(&one);
            eventually("the other replica has replaced the source", is_other).await;
            first.release().await;
            let why = rebuilding.await.unwrap().unwrap_err().to_string();
            assert!(why.contains("changed just now"), "{why}");
            // If both are in one place, as on MariaDB, it has overwritten what the second one had.
            let of_second = second.sum(5, 2);
            shows(&one, &of_second).await;
            shows(&two, &of_second).await;
            second.visit(1).await;
            let tags = [brisk_domain::Tag::parse("source:extra").unwrap()];
            for replica in [&*one, &two] {
                replica.engine.invalidate(&tags).await.unwrap();
                shows(replica, &second.sum(6, 2)).await;
            }
        }
        assert_eq!(one.post("/admin/sources/remove", "name=extra").await.0, 303);
    }
}

/// The source's revision.
fn revision(replica: &Replica) -> Option<Arc<str>> {
    let name = brisk_domain::SourceName::parse("extra").unwrap();
    replica.engine.loader().source(&name).map(|source| Arc::clone(source.revision()))
}

/// Whether a statement waits for the visits.
async fn waits(shop: &mut Shop) -> bool {
    shop.count_waiting().await > 0
}

#[tokio::test]
async fn where_rollups_are_written_is_tested_kept_secret_and_can_be_taken_back() {
    let test = TestStore::sqlite().await;
    let folder = super::world::folder().await;
    let one = replica(folder.path(), test.again().await).await;
    let mut all = pairs(folder.path()).await.into_iter();
    let [file, _] = all.next().unwrap();
    let refused = async |form: String, words: &str| {
        let (status, body) = one.post(EDIT, &form).await;
        assert!(status == 422 && body.contains(words), "{form}: {status} {body}");
        assert!(!body.contains("hunter2"), "{body}");
    };
    let other = Shop { rollup_url: "postgres://w:hunter2@127.0.0.1:1/x".into(), ..file };
    refused(typed(&other, 20, false), "leave their URL empty").await;
    let Some([server, working]) = all.next() else { return };
    let wrong = Shop { rollup_url: "mysql://w:hunter2@127.0.0.1:1/x".into(), ..server };
    refused(typed(&wrong, 20, false), "another kind of database").await;
    let away = Shop { rollup_url: "postgres://w:hunter2@127.0.0.1:1/x".into(), ..wrong };
    refused(typed(&away, 20, false), "Rollups could not be written").await;
    let socket = Shop { rollup_url: "postgres://w:hunter2@db/x?host=/run".into(), ..away };
    refused(typed(&socket, 20, false), "for sources in brisk.toml only").await;
    assert!(test.store.app_sources().await.unwrap().is_empty());
    save(&one, &working, 20, false).await;
    let (_, page) = one.get("/admin/sources/edit?name=extra").await;
    assert!(page.contains("Write no rollups any more") && !page.contains(":w@"), "{page}");
    let kept = test.store.app_sources().await.unwrap().remove(0).1.unwrap();
    assert_eq!(kept.rollup_url.as_deref(), Some(working.rollup_url.as_str()));
    let none = Shop { url: String::new(), rollup_url: String::new(), ..working };
    let (status, body) = one.post(EDIT, &(typed(&none, 20, true) + "&no_rollups=1")).await;
    assert_eq!(status, 303, "{body}");
    let kept = test.store.app_sources().await.unwrap().remove(0).1.unwrap();
    assert_eq!(kept.rollup_url, None);
    let log = test.store.audit(&brisk_store::AuditFilter::default(), 50).await.unwrap();
    let said = format!("{log:?}");
    assert!(!said.contains(":w@") && said.contains("with rollups"), "{said}");
}
