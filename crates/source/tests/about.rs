//! What sources report about themselves, and about how they run a statement.

use crate::fixture;

use brisk_domain::SourceName;
use brisk_source::{Dialect, Limits, Source};
use fixture::instants::Instants;
use fixture::url::url;
use sqlx::{AssertSqlSafe, Connection, Executor};

fn name() -> SourceName {
    SourceName::parse("test").unwrap()
}

#[tokio::test]
async fn a_role_that_could_write_is_told_from_one_that_only_reads_on_postgresql() {
    let Some(url) = url("BRISK_TEST_POSTGRES_URL") else { return };
    let mut admin = sqlx::PgConnection::connect(&url).await.unwrap();
    let setup = "drop table if exists about_orders; create table about_orders (a int);
        do $$ begin create role about_reader login; exception when duplicate_object then end $$;
        do $$ begin create role about_writer login; exception when duplicate_object then end $$;
        grant select on about_orders to about_reader;
        grant select, insert on about_orders to about_writer";
    admin.execute(setup).await.unwrap();
    let about = async |role: &str| {
        let (_, host) = url.split_once('@').unwrap();
        let url = format!("postgres://{role}@{host}");
        Source::postgres(name(), &url, 1, Limits::default()).unwrap().about().await.unwrap()
    };
    let reader = about("about_reader").await;
    assert!(reader.version.starts_with("PostgreSQL 1"), "{}", reader.version);
    assert!(!reader.version.contains("linux"), "{}", reader.version);
    assert_eq!(reader.may_write, None);
    let writer = about("about_writer").await;
    assert_eq!(writer.may_write.as_deref(), Some("may insert in public.about_orders"));
    let source = Source::postgres(name(), &url, 1, Limits::default()).unwrap();
    assert_eq!(source.about().await.unwrap().may_write.as_deref(), Some("is a superuser"));
}

#[tokio::test]
async fn a_role_that_could_write_is_told_from_one_that_only_reads_on_mariadb() {
    let Some(url) = url(fixture::maria::VARIABLE) else { return };
    let source = Source::mysql(name(), &url, 1, Limits::default()).unwrap();
    let about = source.about().await.unwrap();
    assert!(about.version.starts_with("MariaDB 1"), "{}", about.version);
    assert_eq!(about.may_write.as_deref(), Some("may all privileges in *.*"));
    fixture::maria::set_up(&[
        "create table if not exists about_orders (a int)",
        "create or replace user about_reader identified by 'r3ader'",
        "grant select on brisk.about_orders to about_reader",
    ])
    .await;
    let url = format!("mysql://about_reader:r3ader@{}", url.split_once('@').unwrap().1);
    let reader = Source::mysql(name(), &url, 1, Limits::default()).unwrap();
    assert_eq!(reader.about().await.unwrap().may_write, None);
}

#[tokio::test]
async fn every_database_explains_how_it_runs_a_statement_with_bound_values() {
    for database in Instants::everywhere("about_explain").await {
        if database.dialect == Dialect::Sqlite {
            let version = database.source.about().await.unwrap().version;
            assert!(version.starts_with("SQLite 3."), "{version}");
        }
        let sql = format!("select count(*) as n from {} where $range(at)", database.table);
        let statement = fixture::statement(database.dialect, &sql);
        let plan = database.source.explain(&statement).await.unwrap().join("\n");
        assert!(plan.to_lowercase().contains("about_explain"), "{:?}: {plan}", database.dialect);
    }
}

#[tokio::test]
async fn explaining_runs_nothing_that_writes() {
    let Some(url) = url("BRISK_TEST_POSTGRES_URL") else { return };
    let mut admin = sqlx::PgConnection::connect(&url).await.unwrap();
    let setup = "drop table if exists about_kept; create table about_kept as select 1 as a;
        create or replace function about_sneaky() returns int language sql volatile as
        'delete from about_kept returning a'";
    admin.execute(AssertSqlSafe(setup)).await.unwrap();
    let source = Source::postgres(name(), &url, 1, Limits::default()).unwrap();
    let source = source.with_rights(fixture::allowing(&["public.about_sneaky"]));
    let statement = fixture::statement(Dialect::Postgres, "select about_sneaky() as a");
    let plan = source.explain(&statement).await.unwrap().join("\n");
    assert!(plan.contains("Result"), "{plan}");
    let left: i64 =
        sqlx::query_scalar("select count(*) from about_kept").fetch_one(&mut admin).await.unwrap();
    assert_eq!(left, 1);
}
