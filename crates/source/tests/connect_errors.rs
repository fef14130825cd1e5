//! Why a source cannot be used, as those who look after it are told: one case for each cause.

use crate::fixture;

use brisk_domain::SourceName;
use brisk_source::{ConnectError, Dialect, Limits, Rights, Source};
use fixture::url::url;
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

async fn why(url: &str) -> ConnectError {
    let name = SourceName::parse("test").unwrap();
    let source = match url.starts_with("postgres") {
        true => Source::postgres(name, url, 1, Limits::default()),
        false => Source::mysql(name, url, 1, Limits::default()),
    };
    let error = source.unwrap().with_rights(Rights::default()).about().await.unwrap_err();
    assert!(!error.to_string().contains("s3cret"), "{error}");
    error
}

/// A server that sends `bytes` to whoever connects, and then ends the connection.
async fn answering(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // MySQL's servers speak first.
            stream.write_all(bytes).await.unwrap();
            let _ = stream.shutdown().await;
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
    });
    at
}

#[tokio::test]
async fn whatever_the_server_an_address_without_one_is_named() {
    for scheme in ["postgres", "mysql"] {
        let at = |place: &str| format!("{scheme}://user:s3cret@{place}/none");
        assert_eq!(why(&at("127.0.0.1:1")).await, ConnectError::Refused);
        assert_eq!(why(&at("nowhere.invalid")).await, ConnectError::UnknownHost);
        let plain = at(&answering(b"").await);
        let plain = if scheme == "postgres" { plain + "?sslmode=disable" } else { plain };
        assert_eq!(why(&plain).await, ConnectError::Ended);
    }
    // It accepts connections, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = silent.local_addr().unwrap();
    let error = why(&format!("mysql://user:s3cret@{place}/none")).await;
    assert_eq!(error, ConnectError::NoAnswer);
    let http = answering(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let error = why(&format!("postgres://user:s3cret@{http}/none")).await;
    assert!(matches!(error, ConnectError::OtherServer("PostgreSQL")), "{error:?}");
}

#[tokio::test]
async fn each_refusal_of_postgresql_is_told_from_the_others() {
    let Some(all) = url("BRISK_TEST_POSTGRES_URL") else { return };
    let mut admin = sqlx::PgConnection::connect(&all).await.unwrap();
    for sql in [
        "do $$ begin create role why_reader login; exception when duplicate_object then end $$",
        "do $$ begin create role why_none login connection limit 0;
            exception when duplicate_object then end $$",
        "drop database if exists why_closed",
        "create database why_closed",
        "revoke connect on database why_closed from public",
    ] {
        admin.execute(sql).await.unwrap();
    }
    let (_, place) = all.split_once('@').unwrap();
    let host = place.split_once('/').unwrap().0;
    let of = |user: &str, database: &str| format!("postgres://{user}:s3cret@{host}/{database}");
    assert_eq!(why(&of("why_unknown", "postgres")).await, ConnectError::Credentials);
    assert_eq!(why(&of("why_reader", "why_missing")).await, ConnectError::UnknownDatabase);
    let error = why(&of("why_reader", "why_closed")).await;
    assert!(matches!(error, ConnectError::NoRight(_)), "{error:?}");
    assert_eq!(why(&of("why_none", "postgres")).await, ConnectError::TooManyConnections);
    let error = why(&(of("why_reader", "postgres") + "?sslmode=require")).await;
    assert!(matches!(error, ConnectError::Tls(..)), "{error:?}");
    admin.execute("drop database why_closed").await.unwrap();

    let error = why(&all).await;
    assert!(matches!(error, ConnectError::TooPowerful { .. }), "{error:?}");
    let said = error.to_string();
    for words in ["is a superuser", "create role brisk", "allow_superuser = true"] {
        assert!(said.contains(words), "{said}");
    }
    // A source that brisk.toml does not declare has nothing to write that into.
    let fixed = Rights { are_fixed: true, ..Rights::default() };
    let name = SourceName::parse("test").unwrap();
    let source = Source::postgres(name, &all, 1, Limits::default()).unwrap().with_rights(fixed);
    let said = source.about().await.unwrap_err().to_string();
    assert!(said.contains("is a superuser") && !said.contains("allow_superuser"), "{said}");
    let said = source.check_user().await.unwrap_err().to_string();
    assert!(said.contains("is a superuser") && !said.contains("allow_superuser"), "{said}");
}

/// What these tests' server cannot be brought to say.
#[tokio::test]
async fn postgresqls_rarer_refusals_are_known_by_their_codes() {
    const HOST: &[u8] = b"E\0\0\0\x38SFATAL\0C28000\0Mno pg_hba.conf entry for host \"::1\"\0\0";
    const STARTING: &[u8] = b"E\0\0\0\x37SFATAL\0C57P03\0Mthe database system is starting up\0\0";
    const PASSWORD: &[u8] = b"E\0\0\0\x36SFATAL\0C28P01\0Mpassword authentication failed...\0\0";
    let at = async |bytes: &'static [u8]| {
        assert_eq!(bytes.len(), 1 + usize::from(bytes[4]), "its length is right");
        why(&format!("postgres://u:s3cret@{}/d?sslmode=disable", answering(bytes).await)).await
    };
    assert!(matches!(at(HOST).await, ConnectError::HostRefused(_)));
    assert_eq!(at(STARTING).await, ConnectError::Starting);
    assert_eq!(at(PASSWORD).await, ConnectError::Credentials);
}

#[tokio::test]
async fn each_refusal_of_mariadb_is_told_from_the_others() {
    let Some(all) = url(fixture::maria::VARIABLE) else { return };
    fixture::maria::set_up(&[
        "create or replace user why_reader identified by 's3cret'",
        "grant select on brisk.* to why_reader",
        "create or replace user why_locked identified by 's3cret' account lock",
        "create or replace user why_one identified by 's3cret' with max_user_connections 1",
        "grant select on brisk.* to why_one",
    ])
    .await;
    let (_, place) = all.split_once('@').unwrap();
    let host = place.split_once('/').unwrap().0;
    let of = |user: &str, database: &str| format!("mysql://{user}:s3cret@{host}/{database}");
    let wrong = format!("mysql://why_reader:no-s3cre@{host}/brisk");
    assert_eq!(why(&wrong).await, ConnectError::Credentials);
    assert_eq!(why(&of("why_unknown", "brisk")).await, ConnectError::Credentials);
    assert_eq!(why(&of("why_locked", "brisk")).await, ConnectError::Locked);
    assert!(matches!(why(&of("why_reader", "mysql")).await, ConnectError::NoRight(_)));
    let missing = format!("{}/why_missing", all.rsplit_once('/').unwrap().0);
    assert_eq!(why(&missing).await, ConnectError::UnknownDatabase);
    let held = sqlx::MySqlConnection::connect(&of("why_one", "brisk")).await.unwrap();
    assert_eq!(why(&of("why_one", "brisk")).await, ConnectError::TooManyConnections);
    held.close().await.unwrap();
    let untrusted = of("why_reader", "brisk") + "?ssl-mode=VERIFY_IDENTITY";
    assert!(matches!(why(&untrusted).await, ConnectError::Tls(..)));
    let error = why(&all).await;
    assert!(matches!(error, ConnectError::TooPowerful { .. }), "{error:?}");
    assert!(error.to_string().contains("ALL PRIVILEGES"), "{error}");
    // 1130 comes before anything else, and this server has users for every host.
    const HOST: &[u8] = b"\x2f\0\0\0\xff\x6a\x04Host '10.0.0.1' is not allowed to connect...";
    let error = why(&format!("mysql://u:s3cret@{}/d", answering(HOST).await)).await;
    assert!(matches!(error, ConnectError::HostRefused(_)), "{error:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told_from_one_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let about = async |path: &Path| {
        let name = SourceName::parse("test").unwrap();
        Source::sqlite(name, path, Limits::default()).about().await.unwrap_err()
    };
    let text = folder.path().join("text.sqlite");
    std::fs::write(&text, "no database ".repeat(500)).unwrap();
    assert_eq!(about(&text).await, ConnectError::NotADatabase);
    for path in [folder.path().join("missing.sqlite"), folder.path().to_owned()] {
        let error = about(&path).await;
        assert!(matches!(error, ConnectError::File(_)), "{error:?}");
        assert!(error.to_string().contains("cannot be read"), "{error}");
    }
}

#[tokio::test]
async fn a_full_pool_is_no_reason_to_call_a_source_down() {
    let Some(all) = url("BRISK_TEST_POSTGRES_URL") else { return };
    let mut admin = sqlx::PgConnection::connect(&all).await.unwrap();
    let setup =
        "do $$ begin create role why_busy login; exception when duplicate_object then end $$;
        create table if not exists why_held (a int); grant select on why_held to why_busy";
    admin.execute(AssertSqlSafe(setup)).await.unwrap();
    let mut holding = admin.begin().await.unwrap();
    holding.execute("lock table why_held in access exclusive mode").await.unwrap();
    let (_, place) = all.split_once('@').unwrap();
    let name = SourceName::parse("test").unwrap();
    let url = format!("postgres://why_busy@{place}");
    let source = Source::postgres(name, &url, 1, Limits::default()).unwrap();
    let waiting = {
        let source = source.clone();
        let statement = fixture::statement(Dialect::Postgres, "select a from why_held");
        tokio::spawn(async move { source.run(&statement, &[]).await })
    };
    brisk_test_waiting::eventually("its one connection is open", async || {
        source.connections().1 == 1
    })
    .await;
    let about = source.about().await.unwrap();
    assert!(about.version.starts_with("PostgreSQL"), "{}", about.version);
    holding.rollback().await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().rows(), 0);
}
