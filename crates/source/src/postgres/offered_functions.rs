//! Which functions a statement may call on PostgreSQL, according to the server's catalog: functions
//! that only read, functions of extensions that are declared to depend on nothing but their arguments,
//! and those that the source allows by name.
//!
//! A read-only transaction protects tables from changes. It does not keep functions from the network,
//! from files, from running a text as a statement or from waiting, nor does it know what an extension
//! brings: a list of refused names can never be complete. So the catalog is queried for each name;
//! `denied_functions` remains in front of it for what must never run, and for `brisk check` without a
//! database.
//!
//! Column defaults, row policies, check constraints, and the functions that allowed functions call are
//! up to the database's owner.
//!
//! If the server has a function of the same name, the argument types decide which one is called:
//! `typed_calls` queries them.

use super::suspects::{Catalog, denied_patterns};
use super::typed_calls;
use crate::compile::denied_functions::is_denied;
use crate::compile::names::{Name, OF_A_ROW};
use crate::compile::statement::Statement;
use crate::dialect::Dialect;
use crate::gate::{Refused, Verdict};
use crate::rights::Rights;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};
use std::collections::BTreeMap;

/// How to make a role that only reads.
pub(super) const A_READER: &str = "create role brisk login password '…'; grant select on all tables \
     in schema public to brisk; alter default privileges in schema public grant select on tables to brisk";

/// The server's own volatile functions that only read.
const READ_ANEW: [&str; 41] = [
    "bernoulli",
    "clock_timestamp",
    "current_query",
    "gen_random_uuid",
    "pg_blocking_pids",
    "pg_collation_actual_version",
    "pg_control_checkpoint",
    "pg_control_init",
    "pg_control_recovery",
    "pg_control_system",
    "pg_current_wal_flush_lsn",
    "pg_current_wal_insert_lsn",
    "pg_current_wal_lsn",
    "pg_database_collation_actual_version",
    "pg_database_size",
    "pg_get_wal_replay_pause_state",
    "pg_indexes_size",
    "pg_is_in_recovery",
    "pg_is_wal_replay_paused",
    "pg_last_committed_xact",
    "pg_last_wal_receive_lsn",
    "pg_last_wal_replay_lsn",
    "pg_last_xact_replay_timestamp",
    "pg_lock_status",
    "pg_notification_queue_usage",
    "pg_partition_ancestors",
    "pg_partition_tree",
    "pg_prepared_xact",
    "pg_relation_size",
    "pg_sequence_last_value",
    "pg_stat_have_stats",
    "pg_table_size",
    "pg_tablespace_size",
    "pg_total_relation_size",
    "pg_xact_commit_timestamp",
    "pg_xact_status",
    "random",
    "random_normal",
    "system",
    "timeofday",
    "txid_status",
];

/// The same by the beginnings of their names.
const READ_ANEW_PREFIXES: [&str; 2] = ["pg_stat_get_", "uuidv"];

/// Functions of extensions that depend on more than their arguments, and only read: settings, random
/// numbers, figures about the server, or the extension's own needs.
const OF_EXTENSIONS: [(&str, &str); 31] = [
    ("pg_buffercache", "pg_buffercache_pages"),
    ("pg_freespacemap", "pg_freespace"),
    ("pg_stat_statements", "pg_stat_statements"),
    ("pg_stat_statements", "pg_stat_statements_info"),
    ("pg_trgm", "show_limit"),
    ("pg_visibility", "pg_visibility_map_summary"),
    ("pgcrypto", "gen_random_bytes"),
    ("pgcrypto", "gen_random_uuid"),
    ("pgstattuple", "pg_relpages"),
    ("pgstattuple", "pgstatindex"),
    ("pgstattuple", "pgstattuple"),
    ("pgstattuple", "pgstattuple_approx"),
    ("postgis", "postgis_full_version"),
    ("postgis", "st_asgeojson"),
    ("postgis", "st_bdmpolyfromtext"),
    ("postgis", "st_bdpolyfromtext"),
    ("postgis", "st_clusterkmeans"),
    ("postgis", "st_generatepoints"),
    ("postgis", "st_letters"),
    ("postgis", "st_symmetricdifference"),
    ("tablefunc", "normal_rand"),
    ("timescaledb", "interpolate"),
    ("timescaledb", "locf"),
    ("timescaledb", "time_bucket_gapfill"),
    ("unaccent", "unaccent"),
    ("uuid-ossp", "uuid_generate_v1"),
    ("uuid-ossp", "uuid_generate_v1mc"),
    ("uuid-ossp", "uuid_generate_v4"),
    ("sslinfo", "ssl_is_used"),
    ("sslinfo", "ssl_version"),
    ("xml2", "xml_valid"),
];

/// A function that a statement may call.
struct Reached {
    at: usize,
    how: String,
    schema: String,
    name: String,
    volatility: String,
    /// Whether it is one of the server's own.
    is_own: bool,
    extension: Option<String>,
    /// Whether it is an aggregate made of functions that are not of its extension.
    has_foreign_parts: bool,
    /// The view that calls it: its schema and its name.
    view: Option<(String, String)>,
    /// Whether it runs the server's own code, as the constructors of ranges do.
    is_internal: bool,
    id: i64,
    /// Whether the server has a function of the same name, which the statement may mean.
    has_namesake: bool,
}

/// Whether `statement` calls a function that it may not call.
pub(super) async fn verdict(
    connection: &mut PgConnection,
    catalog: &Catalog,
    statement: &Statement,
    rights: &Rights,
) -> Result<Verdict, sqlx::Error> {
    match catalog.clears(connection, statement).await {
        Ok(true) => return Ok(Verdict::Passes),
        Ok(false) => {}
        // The question itself says what the server lacks.
        Err(error) if has_no_such_catalog(&error) => {}
        Err(error) => return Err(error),
    }
    catalog.ask();
    let names = &statement.names;
    let calls = Columns::of(names.calls.iter().map(|call| &call.name));
    let counts: Vec<Option<i32>> =
        names.calls.iter().map(|call| call.arguments.map(i32::from)).collect();
    let fields = Columns::of(&names.fields);
    let operators = Columns::of(&names.operators);
    let of_rows: Vec<bool> = names.fields.iter().map(|field| field.schema == OF_A_ROW).collect();
    let words = Columns::of(&names.words);
    // Macros have casts of their own.
    let has_macros = statement.query.sql.contains('$');
    let tables = Columns::of(names.words.iter().filter(|word| statement.may_read(word)));
    let patterns = denied_patterns();
    let rows = sqlx::query(include_str!("reached_functions.sql"))
        .bind(calls.schemas)
        .bind(calls.names)
        .bind(counts)
        .bind(calls.places)
        .bind(fields.names)
        .bind(fields.places)
        .bind(operators.schemas)
        .bind(operators.names)
        .bind(operators.places)
        .bind(tables.schemas)
        .bind(tables.names)
        .bind(tables.places)
        .bind(words.names)
        .bind(patterns)
        .bind(of_rows)
        .bind(has_macros)
        .bind(Columns::of(&names.casts).names)
        .fetch_all(&mut *connection)
        .await;
    let rows = match rows {
        Err(error) if has_no_such_catalog(&error) => {
            tracing::warn!(%error, "a server does not tell which functions a statement calls");
            return Ok(Verdict::Passes);
        }
        rows => rows?,
    };
    let mut all = rows.iter().map(Reached::read).collect::<Result<Vec<_>, _>>()?;
    // Those without a position of their own come last.
    all.sort_by_key(|reached| reached.at == 0);
    let refused = all.iter().filter_map(|reached| Some((reached, reached.refusal(rights)?)));
    let refused: Vec<(&Reached, String)> = refused.collect();
    let mut callable: BTreeMap<&str, Option<Vec<i64>>> = BTreeMap::new();
    for (reached, why) in &refused {
        let name = reached.name.as_str();
        if reached.may_be_namesake() {
            if !callable.contains_key(name) {
                let named = refused.iter().filter(|(other, _)| other.name == name);
                let ids: Vec<i64> = named.map(|(other, _)| other.id).collect();
                let of_name = typed_calls::callable(connection, statement, name, &ids).await?;
                callable.insert(name, of_name);
            }
            let ids = callable.get(name).and_then(Option::as_ref);
            if ids.is_some_and(|ids| !ids.contains(&reached.id)) {
                continue;
            }
        }
        let (at, message) = (reached.at, reached.sentence(why));
        return Ok(Verdict::Refused(Refused { at, message }));
    }
    // In other statements, arguments of the same names may have other types.
    Ok(if refused.is_empty() { Verdict::Passes } else { Verdict::PassesAsWritten })
}

/// Names in the form of the query's parameters: each part is a list.
#[derive(Default)]
struct Columns {
    schemas: Vec<String>,
    names: Vec<String>,
    places: Vec<i64>,
}

impl Columns {
    fn of<'a>(names: impl IntoIterator<Item = &'a Name>) -> Self {
        let mut columns = Self::default();
        for Name { schema, name, at } in names {
            columns.schemas.push(schema.clone());
            columns.names.push(name.clone());
            columns.places.push(*at as i64);
        }
        columns
    }
}

impl Reached {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        let view: (Option<String>, Option<String>) = (row.try_get(8)?, row.try_get(9)?);
        Ok(Self {
            at: usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default(),
            how: row.try_get(1)?,
            schema: row.try_get(2)?,
            name: row.try_get(3)?,
            volatility: row.try_get(4)?,
            is_own: row.try_get(5)?,
            extension: row.try_get(6)?,
            has_foreign_parts: row.try_get(7)?,
            view: view.0.zip(view.1),
            is_internal: row.try_get(10)?,
            id: row.try_get(11)?,
            has_namesake: row.try_get(12)?,
        })
    }

    /// Whether the statement may mean one of the server's own functions instead.
    fn may_be_namesake(&self) -> bool {
        self.how == "call" && self.has_namesake && !self.is_own && self.view.is_none()
    }

    /// Why it is refused, if it is.
    fn refusal(&self, rights: &Rights) -> Option<String> {
        if self.view.as_ref().is_some_and(|(schema, name)| rights.name(schema, name)) {
            return None;
        }
        if self.is_own && is_denied(Dialect::Postgres, &self.name) {
            return Some("it does more than read".into());
        }
        if rights.name(&self.schema, &self.name) {
            return None;
        }
        let (name, is_immutable) = (self.name.as_str(), self.volatility == "i");
        if self.is_own {
            let only_reads = self.volatility != "v"
                || READ_ANEW.contains(&name)
                || READ_ANEW_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
            return (!only_reads).then(|| "it may do more than read".into());
        }
        match &self.extension {
            Some(_) if self.has_foreign_parts => {
                Some("it is made of functions that are not of its extension".into())
            }
            Some(_) if is_immutable => None,
            // Some depend on a setting, as pg_trgm's `%` does on its threshold.
            Some(_) if self.volatility == "s" && self.how == "operator" => None,
            Some(extension) if OF_EXTENSIONS.contains(&(extension.as_str(), name)) => None,
            Some(extension) => {
                let kind = if self.volatility == "s" { "stable" } else { "volatile" };
                Some(format!("it is a {kind} function of the extension {extension}"))
            }
            // Only superusers can create these.
            None if is_immutable && (self.is_internal || self.schema == "pg_catalog") => None,
            None => Some("Brisk cannot know whether it only reads".into()),
        }
    }

    /// The function, why it is refused, and how to allow it.
    fn sentence(&self, why: &str) -> String {
        let function = match self.is_own {
            true => self.name.clone(),
            false => format!("{}.{}", self.schema, self.name),
        };
        let whose = match (&self.view, self.how.as_str()) {
            (Some((schema, name)), _) => format!(", which the view {schema}.{name} calls,"),
            (None, "operator") => ", which an operator calls,".into(),
            (None, "cast") => ", which a cast calls,".into(),
            (None, _) => String::new(),
        };
        if self.is_own && is_denied(Dialect::Postgres, &self.name) {
            return format!("the function {function}{whose} is not allowed in panels: {why}");
        }
        format!(
            "the function {function}{whose} is not allowed in panels: {why}; to allow it, add \
             \"{}.{}\" to \"functions\" of the source",
            self.schema, self.name
        )
    }
}

/// Whether the server only speaks PostgreSQL's protocol: it lacks tables, columns, functions or syntax that
/// every PostgreSQL has. The list of refused functions still applies there.
fn has_no_such_catalog(error: &sqlx::Error) -> bool {
    const LACKING: [&str; 5] = ["42P01", "42703", "42883", "42601", "0A000"];
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| LACKING.contains(&code.as_ref()))
}

/// The power that lets the role do more than read, if there is one.
pub(super) async fn power(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    // A member may assume the role that it is a member of.
    let sql = "select session_user::text, r.rolname::text, r.rolsuper from pg_catalog.pg_roles r
         where (r.rolsuper or r.rolname in ('pg_execute_server_program', 'pg_read_server_files',
             'pg_write_server_files'))
           and pg_catalog.pg_has_role(session_user, r.oid, 'member')
         order by r.rolname <> session_user limit 1";
    let row = match connection.fetch_optional(AssertSqlSafe(sql.to_owned())).await {
        Err(error) if has_no_such_catalog(&error) => return Ok(None),
        row => row?,
    };
    let Some(row) = row else { return Ok(None) };
    let (user, role): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok(Some(match row.try_get::<bool, _>(2)? {
        true if user == role => format!("\"{user}\" is a superuser"),
        _ => format!("\"{user}\" is a member of \"{role}\", which can do more than read"),
    }))
}
