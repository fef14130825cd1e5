//! Queries a PostgreSQL server for its version and for what the reading role may do.

use crate::about::About;
use sqlx::PgConnection;

/// Uses the standard's own catalog, which other databases that speak PostgreSQL's protocol also have.
pub(super) async fn about(connection: &mut PgConnection) -> Result<About, sqlx::Error> {
    let version: String =
        sqlx::query_scalar("select version()").fetch_one(&mut *connection).await?;
    // "PostgreSQL 15.18 (Debian …) on x86_64…", "CockroachDB CCL v24.1.0 (…)".
    let version = version.split(" on ").next().unwrap_or_default();
    let version = version.split(" (").next().unwrap_or_default().to_owned();
    let superuser = "select count(*) from pg_roles where rolname = current_user and rolsuper";
    let is_superuser =
        sqlx::query_scalar::<_, i64>(superuser).fetch_one(&mut *connection).await? > 0;
    // The grants of the role and of all roles that it is a member of.
    let writes = "select lower(privilege_type) || ' in ' || table_schema || '.' || table_name
         from information_schema.role_table_grants
         where privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
           and table_schema not in ('pg_catalog', 'information_schema')
         order by 1 limit 1";
    let writes: Option<String> = sqlx::query_scalar(writes).fetch_optional(connection).await?;
    let may_write = match (is_superuser, writes) {
        (true, _) => Some("is a superuser".into()),
        (false, writes) => writes.map(|what| format!("may {what}")),
    };
    Ok(About { version, may_write })
}
