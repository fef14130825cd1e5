//! Databases of each kind with a table of visits, which may be read by one user and aggregated by another.

use crate::fixture;
use brisk_test_waiting::servers;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, MySqlConnection, PgConnection, Row as _,
};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A database, and what to type to read it and to write rollups there.
pub(super) struct Shop {
    pub(super) url: String,
    pub(super) rollup_url: String,
    /// A name for a rollup that no other test has: MariaDB has one place for all.
    pub(super) rollup: String,
    pub(super) owner: Owner,
}

/// The user who may do everything there.
pub(super) enum Owner {
    Sqlite(PathBuf),
    Postgres(PgConnection),
    MariaDb(MySqlConnection),
}

/// Two of each available kind, which differ in their visits only; on MariaDB in their users.
pub(super) async fn pairs(folder: &Path) -> Vec<[Shop; 2]> {
    let mut pairs = vec![[sqlite(folder, "one").await, sqlite(folder, "two").await]];
    if let Some(url) = servers::url("BRISK_TEST_POSTGRES_URL") {
        pairs.push([postgres(&url).await, postgres(&url).await]);
    }
    if let Some(url) = servers::url("BRISK_TEST_MYSQL_URL") {
        // A rollup belongs to one database there: two users of the same one.
        let (database, rollup) = (name("shop"), name("visits"));
        let shop = async || maria_db(&url, &database, &rollup).await;
        pairs.push([shop().await, shop().await]);
    }
    pairs
}

impl Shop {
    pub(super) async fn write(&mut self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match &mut self.owner {
            Owner::Sqlite(path) => fixture::write(path, &sql.0).await,
            Owner::Postgres(owner) => _ = owner.execute(sql).await.unwrap(),
            Owner::MariaDb(owner) => _ = owner.execute(sql).await.unwrap(),
        }
    }

    /// Visits on one day in November 2023.
    pub(super) async fn visit(&mut self, count: usize) {
        let values = vec!["('2023-11-13 09:00:00')"; count].join(", ");
        self.write(&format!("insert into visits values {values}")).await;
    }

    /// How many visits there are if `own` were made here and `others` at the other one of the pair.
    pub(super) fn sum(&self, own: usize, others: usize) -> String {
        let is_shared = matches!(self.owner, Owner::MariaDb(_));
        (own + if is_shared { others } else { 0 }).to_string()
    }

    /// Locks the visits against readers, until [`Shop::release`]; false where that is not possible.
    pub(super) async fn hold(&mut self) -> bool {
        match self.owner {
            Owner::Sqlite(_) => return false,
            Owner::Postgres(_) => self.write("begin; lock table visits").await,
            Owner::MariaDb(_) => self.write("lock tables visits write").await,
        }
        true
    }

    /// How many statements wait for the visits to be released.
    pub(super) async fn count_waiting(&mut self) -> i64 {
        let sql = match &self.owner {
            Owner::Sqlite(_) => return 0,
            Owner::Postgres(_) => "select count(*) from pg_locks where not granted",
            Owner::MariaDb(_) => {
                "select count(*) from information_schema.processlist
                 where state like 'Waiting for table%'"
            }
        };
        match &mut self.owner {
            Owner::Sqlite(_) => 0,
            Owner::Postgres(owner) => owner.fetch_one(sql).await.unwrap().get(0),
            Owner::MariaDb(owner) => owner.fetch_one(sql).await.unwrap().get(0),
        }
    }

    pub(super) async fn release(&mut self) {
        match self.owner {
            Owner::Sqlite(_) => {}
            Owner::Postgres(_) => self.write("commit").await,
            Owner::MariaDb(_) => self.write("unlock tables").await,
        }
    }

    /// The definition of its rollup.
    pub(super) fn definition(&self) -> String {
        "source = \"extra\"\ngrain = \"day\"\ntime = \"day\"\n\
         sql = \"select $bucket(at) as day, count(*) as n from visits where $range(at) group by 1\"\n"
            .to_owned()
    }

    /// A dashboard with a panel that reads it.
    pub(super) fn dashboard(&self) -> String {
        format!(
            "title = \"Extra\"\nsource = \"extra\"\nrange = \"last 30 days\"\n[[panel]]\nid = \"one\"\n\
             title = \"One\"\nkind = \"stat\"\nsql = \"select sum(n) as n from brisk.{} where $range(day)\"\n",
            self.rollup
        )
    }
}

fn name(of: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{of}_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

async fn sqlite(folder: &Path, name: &str) -> Shop {
    let path = folder.join(format!("sources/{name}.sqlite"));
    fixture::write(&path, "create table visits (at text not null)").await;
    let (url, rollup_url) = (format!("{name}.sqlite"), String::new());
    Shop { url, rollup_url, rollup: "daily".into(), owner: Owner::Sqlite(path) }
}

async fn postgres(url: &str) -> Shop {
    let name = name("added");
    let mut server = PgConnection::connect(url).await.unwrap();
    for sql in [
        format!("create database {name}"),
        format!("create role {name}_r login password 'r'"),
        format!("create role {name}_w login password 'w'"),
        format!("grant create on database {name} to {name}_w"),
    ] {
        server.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let (scheme, rest) = url.split_once("://").unwrap();
    let (user, place) = rest.split_once('@').unwrap();
    let place = format!("{}/{name}", place.split_once('/').unwrap().0);
    let of = |user: &str| format!("{scheme}://{user}@{place}");
    let mut owner = PgConnection::connect(&of(user)).await.unwrap();
    let sql = format!(
        "create table visits (at timestamptz not null); grant select on visits to {name}_r, {name}_w"
    );
    owner.execute(AssertSqlSafe(sql)).await.unwrap();
    let (url, rollup_url) = (of(&format!("{name}_r:r")), of(&format!("{name}_w:w")));
    Shop { url, rollup_url, rollup: "daily".into(), owner: Owner::Postgres(owner) }
}

async fn maria_db(url: &str, database: &str, rollup: &str) -> Shop {
    let name = name("added");
    let (scheme, rest) = url.split_once("://").unwrap();
    let (user, place) = rest.split_once('@').unwrap();
    let place = place.split_once('/').unwrap().0.to_owned();
    let of = |user: &str, name: &str| format!("{scheme}://{user}@{place}/{name}");
    let mut owner = MySqlConnection::connect(&of(user, "")).await.unwrap();
    let mut setup = vec![
        format!("create database if not exists {database}"),
        "create database if not exists brisk".to_owned(),
        format!("create table if not exists {database}.visits (at datetime not null)"),
    ];
    for host in ["%", "localhost"] {
        setup.extend([
            format!("create user {name}_r@'{host}' identified by 'r'"),
            format!("create user {name}_w@'{host}' identified by 'w'"),
            format!("grant select on {database}.* to {name}_r@'{host}', {name}_w@'{host}'"),
            format!("grant select on brisk.* to {name}_r@'{host}'"),
            format!(
                "grant select, insert, update, delete, create, create temporary tables, alter, drop \
                 on brisk.* to {name}_w@'{host}'"
            ),
        ]);
    }
    setup.push(format!("use {database}"));
    for sql in setup {
        owner.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let (url, rollup_url) =
        (of(&format!("{name}_r:r"), database), of(&format!("{name}_w:w"), database));
    Shop { url, rollup_url, rollup: rollup.to_owned(), owner: Owner::MariaDb(owner) }
}
