//! What a source's server is, and whether the role that reads could write: asked once at the start,
//! to warn. What panels run only reads all the same.

use crate::mysql_session::CONNECT;
use sqlx::mysql::MySqlPool;
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use sqlx::{Executor as _, Row as _};

/// A source's server, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its name and version: `PostgreSQL 15.18`.
    pub version: String,
    /// What the role may do besides reading, in words: `may insert into public.orders`.
    pub may_write: Option<String>,
}

/// Waits for a server no longer than for a connection.
pub(crate) async fn in_time<T>(
    asked: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(CONNECT, asked).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

pub(crate) async fn sqlite(pool: &SqlitePool) -> Result<About, sqlx::Error> {
    let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(pool).await?;
    // The file is opened for reading only.
    Ok(About { version: format!("SQLite {version}"), may_write: None })
}

/// By the standard's own tables, which databases that speak PostgreSQL's protocol have as well.
pub(crate) async fn postgres(pool: &PgPool) -> Result<About, sqlx::Error> {
    let version: String = sqlx::query_scalar("select version()").fetch_one(pool).await?;
    // "PostgreSQL 15.18 (Debian …) on x86_64…", "CockroachDB CCL v24.1.0 (…)".
    let version = version.split(" on ").next().unwrap_or_default();
    let version = version.split(" (").next().unwrap_or_default().to_owned();
    let superuser = "select count(*) from pg_roles where rolname = current_user and rolsuper";
    let is_superuser = sqlx::query_scalar::<_, i64>(superuser).fetch_one(pool).await? > 0;
    // The grants of the role and of all roles that it belongs to.
    let writes = "select lower(privilege_type) || ' in ' || table_schema || '.' || table_name
         from information_schema.role_table_grants
         where privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
           and table_schema not in ('pg_catalog', 'information_schema')
         order by 1 limit 1";
    let writes: Option<String> = sqlx::query_scalar(writes).fetch_optional(pool).await?;
    let may_write = match (is_superuser, writes) {
        (true, _) => Some("is a superuser".into()),
        (false, writes) => writes.map(|what| format!("may {what}")),
    };
    Ok(About { version, may_write })
}

pub(crate) async fn mysql(pool: &MySqlPool) -> Result<About, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let row = connection.fetch_one("select version()").await?;
    let version: String = row.try_get_unchecked(0)?;
    let name = if version.to_lowercase().contains("mariadb") { "MariaDB" } else { "MySQL" };
    let number = version.split('-').next().unwrap_or_default();
    let mut may_write = None;
    for row in connection.fetch_all("show grants").await? {
        let grant: String = row.try_get_unchecked(0)?;
        may_write = may_write.or_else(|| written(&grant));
    }
    Ok(About { version: format!("{name} {number}"), may_write })
}

/// What of `grant` (`GRANT SELECT, INSERT ON …`) is more than reading.
fn written(grant: &str) -> Option<String> {
    /// None of them changes data or a schema.
    const READS: [&str; 12] = [
        "SELECT",
        "USAGE",
        "SHOW VIEW",
        "SHOW DATABASES",
        "PROCESS",
        "LOCK TABLES",
        "REFERENCES",
        "PROXY",
        "REPLICATION CLIENT",
        "BINLOG MONITOR",
        "REPLICATION SLAVE",
        "SLAVE MONITOR",
    ];
    let (privileges, rest) = grant.strip_prefix("GRANT ")?.split_once(" ON ")?;
    let place = rest.split(" TO ").next().unwrap_or_default().replace('`', "");
    // A fresh server lets everybody write into these.
    if ["test.*", "test\\_%.*"].contains(&place.as_str()) {
        return None;
    }
    // Columns stand in parentheses: `SELECT (a, b), UPDATE (a)`.
    let mut depth = 0;
    let bare: String = privileges
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0 && *c != ')'
        })
        .collect();
    let more = bare.split(',').map(str::trim).find(|one| !READS.contains(one))?;
    Some(format!("may {} in {place}", more.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_more_than_reading_is_found_in_a_grant() {
        for reads in [
            "GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD 'x'",
            "GRANT SELECT, SHOW VIEW ON `shop`.* TO `r`@`%`",
            "GRANT SELECT (`a`, `b`) ON `shop`.`orders` TO `r`@`%`",
            "GRANT `reader` TO `r`@`%`",
            "GRANT SELECT, INSERT ON `test`.* TO PUBLIC",
            "GRANT SELECT, INSERT ON `test\\_%`.* TO PUBLIC",
        ] {
            assert_eq!(written(reads), None, "{reads}");
        }
        let writes = |grant| written(grant).unwrap();
        assert_eq!(writes("GRANT ALL PRIVILEGES ON *.* TO `a`@`%`"), "may all privileges in *.*");
        assert_eq!(
            writes("GRANT SELECT (`a`), UPDATE (`a`, `b`) ON `shop`.`orders` TO `r`@`%`"),
            "may update in shop.orders"
        );
    }
}
