//! What a statement may do, decided by SQLite's authorizer: it is called for everything that a
//! statement does, directly, by an operator, or through a view.
//!
//! The file is opened read-only in any case. This decides in addition which functions may be called,
//! and that nothing is attached, set or changed in a schema.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, Result};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Functions that are not pure calculations but may be called: clocks, random numbers, and those that
/// full-text search and geometry add for their own tables.
const ALLOWED: &[&str] = &[
    "bm25",
    "brisk_bucket",
    "brisk_file_state",
    "brisk_instant",
    "brisk_time",
    "brisk_time_form",
    "brisk_wall",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "geopoly_area",
    "geopoly_bbox",
    "geopoly_blob",
    "geopoly_ccw",
    "geopoly_contains_point",
    "geopoly_group_bbox",
    "geopoly_json",
    "geopoly_overlap",
    "geopoly_regular",
    "geopoly_svg",
    "geopoly_within",
    "geopoly_xform",
    "highlight",
    "julianday",
    "match",
    "matchinfo",
    "offsets",
    "random",
    "randomblob",
    "snippet",
    "sqlite_compileoption_get",
    "sqlite_compileoption_used",
    "sqlite_source_id",
    "sqlite_version",
    "strftime",
    "time",
    "timediff",
    "unixepoch",
];

/// Functions declared as pure calculations that are refused: they reach outside the database, or
/// expose the addresses of code.
const REFUSED: &[&str] = &[
    "edit",
    "fts3_tokenizer",
    "load_extension",
    "readfile",
    "sqlite_log",
    "sqlite_offset",
    "writefile",
    "zeroblob",
];

/// Pragmas that describe tables, for column types, and the one that full-text search uses itself.
const PRAGMAS: &[&str] = &["data_version", "table_info", "table_xinfo"];

/// SQLite's flag of scalar functions whose result depends on their arguments alone.
const DETERMINISTIC: i64 = 0x800;

/// Decides for one connection. Shared by clones.
#[derive(Clone)]
pub(super) struct Permissions(Arc<State>);

struct State {
    /// The functions that may be called, in lower case.
    functions: Arc<BTreeSet<String>>,
    writes_rollups: bool,
    /// Whether a statement is being prepared or run, as opposed to what the worker itself needs.
    is_on: AtomicBool,
    refused: Mutex<Option<String>>,
}

impl Permissions {
    /// Makes SQLite ask about every statement of `connection` from now on.
    pub(super) fn over(connection: &Connection, writes_rollups: bool) -> Result<Self> {
        let functions = functions(connection)?;
        let (is_on, refused) = (AtomicBool::new(false), Mutex::default());
        let state = Arc::new(State { functions, writes_rollups, is_on, refused });
        let asked = Arc::clone(&state);
        connection.authorizer(Some(move |context: AuthContext<'_>| asked.decide(&context)))?;
        Ok(Self(state))
    }

    /// A statement begins.
    pub(super) fn begin(&self) {
        *self.refused() = None;
        self.0.is_on.store(true, Ordering::Relaxed);
    }

    /// It is over; returns the function that was refused, if that is why.
    pub(super) fn end(&self) -> Option<String> {
        self.0.is_on.store(false, Ordering::Relaxed);
        self.refused().take()
    }

    fn refused(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.0.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn decide(&self, context: &AuthContext<'_>) -> Authorization {
        if !self.is_on.load(Ordering::Relaxed) {
            return Authorization::Allow;
        }
        let writes = || {
            let schema = context.database_name;
            self.writes_rollups && schema.is_some_and(|schema| ["brisk", "temp"].contains(&schema))
        };
        let is_allowed = match context.action {
            AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
            // Tables of R-trees prepare their own changes when they are opened; changes by the
            // statement itself SQLite reports for the statement as a whole.
            AuthAction::Insert { .. } | AuthAction::Update { .. } | AuthAction::Delete { .. } => {
                true
            }
            AuthAction::Function { function_name } => {
                let is_allowed = self.functions.contains(&function_name.to_ascii_lowercase());
                if !is_allowed {
                    let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
                    *refused = Some(function_name.to_owned());
                }
                is_allowed
            }
            AuthAction::Pragma { pragma_name, .. } => {
                PRAGMAS.contains(&pragma_name.to_ascii_lowercase().as_str())
            }
            AuthAction::Transaction { .. } => self.writes_rollups,
            AuthAction::CreateTable { .. }
            | AuthAction::CreateTempTable { .. }
            | AuthAction::CreateIndex { .. }
            | AuthAction::DropTable { .. }
            | AuthAction::DropTempTable { .. } => writes(),
            _ => false,
        };
        if is_allowed { Authorization::Allow } else { Authorization::Deny }
    }
}

/// The functions that a statement may call: SQLite's own pure calculations, except the refused ones, and
/// those allowed by name. Nobody can add others: extensions are never loaded.
fn functions(connection: &Connection) -> Result<Arc<BTreeSet<String>>> {
    static KNOWN: OnceLock<Arc<BTreeSet<String>>> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(Arc::clone(known));
    }
    let sql = "select distinct lower(name) from pragma_function_list where builtin \
               and (flags & ?1 or type <> 's')";
    let mut own = connection.prepare(sql)?;
    let own = own.query_map([DETERMINISTIC], |row| row.get::<_, String>(0))?;
    let mut functions = own.collect::<Result<BTreeSet<_>>>()?;
    functions.retain(|name| !REFUSED.contains(&name.as_str()));
    functions.extend(ALLOWED.iter().map(|name| (*name).to_owned()));
    Ok(Arc::clone(KNOWN.get_or_init(|| Arc::new(functions))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_this_sqlite_is_allowed_or_refused_on_purpose() {
        let connection = Connection::open_in_memory().unwrap();
        let allowed = functions(&connection).unwrap();
        let sql = "select distinct lower(name) from pragma_function_list order by 1";
        let mut all = connection.prepare(sql).unwrap();
        let all = all.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let refused: Vec<String> =
            all.map(Result::unwrap).filter(|name| !allowed.contains(name)).collect();
        // A newer SQLite may have more: read up on what they do.
        let on_purpose = [
            // About this connection, not about the data.
            "changes",
            "last_insert_rowid",
            "total_changes",
            // These expose addresses of code, or load it.
            "fts3_tokenizer",
            "fts5",
            "load_extension",
            // Internals of full-text search and R-trees; one of them changes a table, one reads any
            // table.
            "fts5_get_locale",
            "fts5_insttoken",
            "fts5_locale",
            "fts5_source_id",
            "optimize",
            "rtreecheck",
            "rtreedepth",
            "rtreenode",
            // Writes to the log of the process, or takes any amount of memory at once.
            "sqlite_log",
            "zeroblob",
        ];
        assert_eq!(
            refused.iter().collect::<BTreeSet<_>>(),
            on_purpose.map(String::from).iter().collect()
        );
    }
}
