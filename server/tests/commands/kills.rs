//! A server that is killed in the middle of an admin's action: it is done, or it is not.

use brisk_bench::servers::brisk::{Brisk, Deployment};
use brisk_domain::SourceName;
use brisk_store::{AuditFilter, DatabaseUrl, KeyOrigin, SecretKey, Store, StoreLocation};
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// How often it is killed.
const KILLS: u32 = 12;
/// The time within which it is killed, in microseconds: an action takes some milliseconds.
const WITHIN: u64 = 40_000;
const KEY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

const SALES: &str = "title = \"Sales\"\nsource = \"shop\"\nrange = \"last 7 days\"\n[[panel]]\n\
    id = \"n\"\ntitle = \"N\"\nkind = \"stat\"\nsql = \"select 1 as n\"\n";

/// Sends a form, and waits neither for the answer nor for other senders.
fn send(server: &Brisk, path: &str, form: &str) {
    let Ok(mut connection) = TcpStream::connect(server.address()) else { return };
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n",
        server.address(),
        form.len()
    );
    let _ = connection.write_all(format!("{head}{form}").as_bytes());
    std::thread::spawn(move || _ = connection.read(&mut [0]));
}

/// What admins do in round `n`, each of it several rows in the store.
fn actions(n: u32) -> [(&'static str, String); 6] {
    [
        ("/admin/cache/policy", format!("scope=dashboard:sales&ttl={n}m&stale={n}h&mode=normal")),
        ("/admin/folders", format!("do=access&scope=dashboard:sales&access=team:a{n}")),
        ("/admin/folders", format!("do=editors&folder=&editors=team:a{n}+team:b{n}")),
        (
            "/admin/schedules",
            format!("do=set&name=nightly&warms=all&expression={n}+6+*+*+*&zone=UTC"),
        ),
        (
            "/admin/sources/edit",
            format!("do=save&name=extra{n}&url=extra.sqlite&connections=1&seconds={n}&rows=10"),
        ),
        ("/admin/people", format!("do=invite&name=person{n}&role=viewer&teams=a{n}+b{n}")),
    ]
}

/// The present state of something by the log.
async fn logged(store: &Store, subject: &str) -> Option<String> {
    let filter = AuditFilter { subject: Some(subject.to_owned()), ..AuditFilter::default() };
    let log = store.audit(&filter, 100).await.unwrap();
    // The filter finds "source:extra12" for "source:extra1", and a test of a source changes nothing.
    let mut changes = log.into_iter().filter(|one| one.record.action != "source tested");
    let latest = changes.find(|one| one.record.subject == subject);
    latest.and_then(|one| one.record.after)
}

/// The store agrees with the log, and nothing is half done.
async fn is_whole(store: &Store, round: u32) {
    let settings = store.settings().await.unwrap();
    let value = |key: &str| {
        let found = settings.iter().find(|one| one.scope == "dashboard:sales" && one.key == key);
        found.map(|one| one.value.clone())
    };
    let number =
        |text: Option<String>| text.map(|text| text.trim_end_matches(['m', 'h']).to_owned());
    let ttl = value("cache.ttl");
    assert_eq!(number(ttl.clone()), number(value("cache.stale")), "half a policy in {round}");
    assert_eq!(ttl, logged(store, "dashboard:sales cache.ttl").await);
    assert_eq!(value("access"), logged(store, "dashboard:sales access").await);
    let editors = store.folder_editors().await.unwrap().remove(&None).unwrap_or_default();
    // Each round names other teams, so that the log has all of them.
    let editors: Vec<String> =
        editors.iter().map(|editor| editor.to_string().replace(':', " ")).collect();
    let said = logged(store, "dashboards in no folder").await.unwrap_or_default();
    assert_eq!(editors.join(", "), said);
    assert!(editors.is_empty() || editors.len() == 2, "half of the editors in {round}");
    let schedules = store.schedules().await.unwrap();
    // The log says what differs, which is when, in each round.
    let schedule = schedules.first().map(|one| format!("at {}", one.expression));
    let said = logged(store, "schedule nightly").await;
    let when = said.map(|said| {
        said.split(", ").find(|part| part.starts_with("at ")).unwrap_or_default().to_owned()
    });
    assert_eq!(schedule, when);
    for n in 1..=round {
        let name = SourceName::parse(&format!("extra{n}")).unwrap();
        let source = store.app_source(&name).await.unwrap().map(|source| source.to_string());
        assert_eq!(source, logged(store, &format!("source:extra{n}")).await);
    }
    let accounts = store.accounts().await.unwrap();
    for account in &accounts {
        assert_eq!(account.teams.len(), 2, "half an account in {round}");
    }
    let log = store.audit(&AuditFilter::default(), 1_000).await.unwrap();
    let said: BTreeSet<&str> =
        log.iter().filter_map(|one| one.record.subject.strip_prefix("account ")).collect();
    let there: BTreeSet<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(there, said);
}

async fn done_or_not_done(location: Option<&str>) {
    let server = Deployment {
        program: env!("CARGO_BIN_EXE_brisk").into(),
        configuration: String::new(),
        dashboards: vec![("sales.toml".into(), SALES.into())],
    };
    let mut variables = vec![("BRISK_SECRET_KEY".to_owned(), KEY.to_owned())];
    variables.extend(location.map(|url| ("BRISK_DATABASE_URL".to_owned(), url.to_owned())));
    let server = server.start_with(&variables).unwrap();
    let folder = server.dashboards().parent().unwrap().to_owned();
    let location = match location {
        None => StoreLocation::Sqlite(folder.join("data/brisk.sqlite")),
        Some(url) => StoreLocation::Postgres(DatabaseUrl::parse(url).unwrap()),
    };
    let sources = folder.join("data/sources");
    std::fs::create_dir_all(&sources).unwrap();
    crate::fixture::write(&sources.join("extra.sqlite"), "create table t (x)").await;
    let key = KeyOrigin::Given(SecretKey::parse(KEY).unwrap());
    for round in 1..=KILLS {
        for (path, form) in actions(round) {
            send(&server, path, &form);
        }
        let after = rand::random_range(0..WITHIN);
        tokio::time::sleep(Duration::from_micros(after)).await;
        server.kill();
        let store = Store::at(&location).await.unwrap().unlocked(&key).await.unwrap();
        is_whole(&store, round).await;
        store.close().await;
        server.run().unwrap();
    }
    // Undisturbed, everything is done.
    let last = KILLS + 1;
    for (path, form) in actions(last) {
        send(&server, path, &form);
    }
    let store = Store::at(&location).await.unwrap().unlocked(&key).await.unwrap();
    let done = async || {
        let name = SourceName::parse(&format!("extra{last}")).unwrap();
        let accounts = store.accounts().await.unwrap();
        let is_there = accounts.iter().any(|one| one.name.as_str() == format!("person{last}"));
        let schedules = store.schedules().await.unwrap();
        let is_set =
            schedules.first().is_some_and(|one| one.expression.starts_with(&last.to_string()));
        is_there && is_set && store.app_source(&name).await.unwrap().is_some()
    };
    brisk_test_waiting::eventually("all of it is done", done).await;
    store.close().await;
}

#[tokio::test]
async fn what_an_admin_does_is_done_or_not_done_when_the_server_is_killed_over_sqlite() {
    done_or_not_done(None).await;
}

#[tokio::test]
async fn what_an_admin_does_is_done_or_not_done_when_the_server_is_killed_over_postgres() {
    if let Some(url) = brisk_test_stores::database().await {
        done_or_not_done(Some(&url)).await;
    }
}
