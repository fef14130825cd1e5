//! The databases that hostile statements run against, with all rights, and what is in them.

use crate::fixture::{allowing, url::url};
use brisk_domain::SourceName;
use brisk_source::{Dialect, Limits, Source};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection, Row};
use std::path::PathBuf;

/// Small, so that anything that escapes them shows; but more rows than the tables have.
pub(crate) const LIMITS: Limits =
    Limits { time: std::time::Duration::from_millis(250), rows: 2_000, bytes: 300_000 };

/// A database, and a way around the source to see what is in it.
pub(crate) enum Database {
    Sqlite { directory: tempfile::TempDir },
    Postgres { admin: PgConnection, url: String, name: &'static str },
    MySql { admin: MySqlConnection, url: String, name: &'static str },
}

/// The same tables everywhere; `many` has a million pairs of rows.
const TABLES: &[&str] = &[
    "create table t (a int, b int, name varchar(9000), at bigint)",
    "create table u (a int, b int, name varchar(9000), at bigint)",
    "create table many (a int)",
    "create table wide (name varchar(9000))",
    "insert into t values (1, 2, 'x', 0), (2, 3, 'y', 100000)",
    "insert into u values (1, 2, 'secret', 0)",
    "insert into many with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)
     select i from n",
];

impl Database {
    /// All of them; on the servers, the database is called `name`, and created anew.
    pub(crate) async fn all(name: &'static str) -> Vec<Self> {
        let mut all = vec![Self::sqlite().await];
        if let Some(url) = url("BRISK_TEST_POSTGRES_URL") {
            all.push(Self::postgres(&url, name).await);
        }
        if let Some(url) = url("BRISK_TEST_MYSQL_URL") {
            all.push(Self::mysql(&url, name).await);
        }
        all
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres { .. } => Dialect::Postgres,
            Self::MySql { .. } => Dialect::MySql,
        }
    }

    pub(crate) fn source(&self) -> Source {
        let name = SourceName::parse("hostile").unwrap();
        match self {
            Self::Sqlite { directory } => {
                Source::sqlite(name, &directory.path().join("file.sqlite"), LIMITS)
            }
            // The defences behind the list of names have to hold as well.
            Self::Postgres { url, .. } => Source::postgres(name, url, 2, LIMITS)
                .unwrap()
                .with_rights(allowing(&["public.writes", "public.loosens"])),
            Self::MySql { url, name: database, .. } => {
                let functions = ["writes", "loosens"].map(|name| format!("{database}.{name}"));
                Source::mysql(name, url, 2, LIMITS)
                    .unwrap()
                    .with_rights(allowing(&functions.each_ref().map(String::as_str)))
            }
        }
    }

    async fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(directory.path().join("file.sqlite"))
            .create_if_missing(true);
        let mut admin = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        for sql in TABLES {
            admin.execute(*sql).await.unwrap();
        }
        let wide = "insert into wide select printf('%9000d', a) from many limit 200";
        admin.execute(wide).await.unwrap();
        admin.close().await.unwrap();
        Self::Sqlite { directory }
    }

    async fn postgres(server: &str, name: &'static str) -> Self {
        let mut admin = PgConnection::connect(server).await.unwrap();
        let drop = format!("drop database if exists {name} with (force)");
        admin.execute(AssertSqlSafe(drop)).await.unwrap();
        admin.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        let url = in_database(server, name);
        let mut admin = PgConnection::connect(&url).await.unwrap();
        let own = [
            "insert into wide select repeat('x', 9000) from many limit 200",
            "create sequence s",
            "create function writes() returns int language sql volatile as
             $$ insert into t values (9, 9, 'written', 9) returning 1 $$",
            "create function loosens() returns text language sql as
             $$ select set_config('default_transaction_read_only', 'off', false)
                || set_config('statement_timeout', '0', false)
                || set_config('standard_conforming_strings', 'off', false) $$",
        ];
        for sql in TABLES.iter().chain(&own) {
            admin.execute(*sql).await.unwrap();
        }
        Self::Postgres { admin, url, name }
    }

    async fn mysql(server: &str, name: &'static str) -> Self {
        let mut admin = MySqlConnection::connect(server).await.unwrap();
        admin.execute(AssertSqlSafe(format!("drop database if exists {name}"))).await.unwrap();
        let create = format!("create database {name} character set utf8mb4");
        admin.execute(AssertSqlSafe(create)).await.unwrap();
        let url = in_database(server, name);
        let mut admin = MySqlConnection::connect(&url).await.unwrap();
        let own = [
            "insert into wide select repeat('x', 9000) from many limit 200",
            "create sequence s nocache",
            "create function writes() returns int modifies sql data
             begin insert into t values (9, 9, 'written', 9); return 1; end",
            "create function loosens() returns int
             begin set session max_statement_time = 0, sql_mode = 'NO_BACKSLASH_ESCAPES';
               return 1; end",
        ];
        for sql in TABLES.iter().chain(&own) {
            admin.execute(*sql).await.unwrap();
        }
        Self::MySql { admin, url, name }
    }

    /// Everything that a statement could have changed, as text.
    pub(crate) async fn contents(&mut self) -> Vec<String> {
        match self {
            Self::Sqlite { directory } => {
                let mut files: Vec<PathBuf> =
                    directory.path().read_dir().unwrap().map(|e| e.unwrap().path()).collect();
                files.sort();
                let file = std::fs::read(directory.path().join("file.sqlite")).unwrap();
                vec![format!("{files:?}"), format!("{:?}", file)]
            }
            Self::Postgres { admin, .. } => {
                const SEEN: [&str; 7] = [
                    "select string_agg(oid || ' ' || relname || ' ' || relfilenode || ' ' ||
                       coalesce(relacl::text, ''), ', ' order by oid)
                     from pg_class where relnamespace = 'public'::regnamespace",
                    "select string_agg(proname || prosrc, ', ' order by oid) from pg_proc
                     where pronamespace not in ('pg_catalog'::regnamespace,
                       'information_schema'::regnamespace)",
                    "select (select string_agg(t::text, ', ' order by t) from t)
                       || (select string_agg(u::text, ', ' order by u) from u)
                       || (select count(*) from many) || (select count(*) from wide)",
                    "select last_value || ' ' || is_called from s",
                    "select (select count(*) from pg_largeobject_metadata) || ' '
                       || (select count(*) from pg_replication_slots where slot_name ~ 'hostile')
                       || (select count(*) from pg_replication_origin where roname ~ 'hostile')
                       || (select count(*) from pg_roles where rolname ~ 'hostile')
                       || (select count(*) from pg_db_role_setting) || ' '
                       || (select count(*) from pg_collation)",
                    "select (select count(*) from pg_locks where locktype = 'advisory'
                        and objid = 4711) || ' ' || pg_postmaster_start_time()::text
                       || pg_conf_load_time()::text",
                    "select count(*)::text from pg_ls_dir('/tmp') f where f = 'hostile_x'",
                ];
                let mut seen = Vec::new();
                for sql in SEEN {
                    seen.push(admin.fetch_one(sql).await.unwrap().get::<String, _>(0));
                }
                seen
            }
            Self::MySql { admin, .. } => {
                const SEEN: [&str; 6] = [
                    "select group_concat(table_name, ' ', table_type, ' ', create_time
                       order by table_name) from information_schema.tables
                     where table_schema = database()",
                    "select group_concat(routine_name, routine_definition order by 1)
                     from information_schema.routines where routine_schema = database()",
                    "select concat(
                       (select group_concat(a, b, name, at order by a) from t),
                       (select group_concat(a, b, name, at order by a) from u),
                       (select count(*) from many), (select count(*) from wide))",
                    "select concat(next_not_cached_value, ' ', cycle_count) from s",
                    "select concat(is_free_lock('hostile'), @@global.read_only,
                       @@global.general_log, @@global.max_statement_time)",
                    "select concat(ifnull(load_file('/tmp/hostile_x'), 'no file'), ' ',
                       (select count(*) from mysql.user where user like 'hostile%'))",
                ];
                let mut seen = Vec::new();
                for sql in SEEN {
                    let row = admin.fetch_one(sql).await.unwrap();
                    let bytes: Vec<u8> = row.try_get_unchecked(0).unwrap();
                    seen.push(String::from_utf8(bytes).unwrap());
                }
                seen
            }
        }
    }

    /// How many statements of the source still run on the server.
    pub(crate) async fn running(&mut self) -> i64 {
        match self {
            Self::Sqlite { .. } => 0,
            Self::Postgres { admin, .. } => {
                let sql = "select count(*) from pg_stat_activity where state = 'active'
                           and datname = current_database() and pid <> pg_backend_pid()";
                admin.fetch_one(sql).await.unwrap().get(0)
            }
            Self::MySql { admin, .. } => {
                let sql = "select count(*) from information_schema.processlist
                           where db = database() and command in ('Query', 'Execute')
                             and id <> connection_id()";
                admin.fetch_one(sql).await.unwrap().get(0)
            }
        }
    }

    /// Drops the servers' database again.
    pub(crate) async fn remove(self) {
        match self {
            Self::Sqlite { .. } => {}
            Self::Postgres { admin, name, .. } => {
                drop(admin);
                let server = url("BRISK_TEST_POSTGRES_URL").unwrap();
                let mut admin = PgConnection::connect(&server).await.unwrap();
                let drop = format!("drop database if exists {name} with (force)");
                admin.execute(AssertSqlSafe(drop)).await.unwrap();
            }
            Self::MySql { mut admin, name, .. } => {
                let drop = format!("drop database if exists {name}");
                admin.execute(AssertSqlSafe(drop)).await.unwrap();
            }
        }
    }
}

/// The URL of the same server, with our own database.
fn in_database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}
