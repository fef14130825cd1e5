//! [`Catalog`]: the few names of a database's catalog that a statement has to name before the catalog is asked what
//! its functions do. That question takes milliseconds, and each statement that comes for the first time would ask it.
//!
//! What `reached_functions.sql` may find is here by name: functions that are not the server's own, or that do more
//! than read, and operators over the server's types. They are read once, and again once definitions are others: a
//! signature of the catalog tells, which is asked with each statement, together with whether it names a view or a
//! value of a type of the owner's own, of which operators and casts may follow. Whoever names nothing of this reaches
//! nothing. Rather too much is asked than too little.

use super::denied_functions::DENIED_FUNCTIONS;
use crate::compile::names::Names;
use crate::compile::statement::Statement;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _, Row as _};
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// For how long the names are relied on at most: the signature does not see changes of the server's own functions.
const KNOWN: Duration = Duration::from_secs(600);
/// A database with more such names has its catalog asked about every statement.
const MOST: usize = 20_000;
/// The server cuts longer names, in bytes.
const LONGEST: usize = 63;

/// What of a database's catalog is known. One for each source.
#[derive(Default)]
pub(crate) struct Catalog {
    known: Mutex<Option<Arc<Suspects>>>,
    /// Held while the names are read, so that many statements at a time read them once.
    reading: tokio::sync::Mutex<()>,
    /// How often they were read, and how often the catalog was asked about a statement.
    reads: AtomicU64,
    questions: AtomicU64,
}

/// Names that a statement may not use without a look at the catalog.
struct Suspects {
    signature: String,
    since: Instant,
    functions: HashSet<String>,
    operators: HashSet<String>,
    /// Whether any statement may reach something, whatever it names.
    is_any: bool,
}

/// A signature of the functions, operators and casts that are not the server's own, and whether one of the names `$1`
/// is that of a view, of a type or of what has a column of such a type. By the catalog's own indexes.
const PRESENT: &str = "
select pg_catalog.concat_ws(' ',
  (select pg_catalog.concat(count(*), ':', sum(pg_catalog.hashtext(concat(p.oid, ' ', p.xmin))::bigint))
     from pg_catalog.pg_proc p where p.oid >= 16384),
  (select pg_catalog.concat(count(*), ':', sum(pg_catalog.hashtext(concat(o.oid, ' ', o.xmin))::bigint))
     from pg_catalog.pg_operator o where o.oid >= 16384),
  (select pg_catalog.concat(count(*), ':', sum(pg_catalog.hashtext(concat(k.oid, ' ', k.xmin))::bigint))
     from pg_catalog.pg_cast k where k.oid >= 16384)),
  exists (
    select from unnest($1::text[]) w(name)
    join pg_catalog.pg_class c on c.relname = w.name::name
    where c.relkind = 'v' or exists (
      select from pg_catalog.pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and a.atttypid >= 16384))
  or exists (
    select from unnest($1::text[]) w(name)
    join pg_catalog.pg_type t on t.typname = w.name::name
    where t.oid >= 16384 and not exists (
      select from pg_catalog.pg_class c where c.oid = t.typrelid and c.relkind <> 'c'))";

/// The names, each with what it is of; `$1` are the patterns of functions of the server that are refused.
const NAMES: &str = "
select 'function', p.proname::text
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where not (p.oid < 16384 and n.nspname in ('pg_catalog', 'information_schema')
  and p.provolatile <> 'v' and not p.proname::text like any ($1::text[]))
union
select 'operator', o.oprname::text
from pg_catalog.pg_operator o
where o.oid >= 16384
  and (o.oprleft < 16384 and o.oprright < 16384
    or not exists (select from pg_catalog.pg_operator q where q.oprname = o.oprname and q.oid < 16384))
union
select 'any', ''
from pg_catalog.pg_cast k
where k.oid >= 16384 and k.castfunc <> 0 and k.castsource < 16384 and k.casttarget < 16384
union
-- What takes the rows of a table is reached by naming the table.
select 'any', ''
from (
  select oprleft from pg_catalog.pg_operator where oid >= 16384
  union select oprright from pg_catalog.pg_operator where oid >= 16384
  union select castsource from pg_catalog.pg_cast where oid >= 16384
  union select casttarget from pg_catalog.pg_cast where oid >= 16384
) used(oid)
join pg_catalog.pg_type t on t.oid = used.oid
join pg_catalog.pg_class c on c.oid = t.typrelid and c.relkind <> 'c'";

impl Catalog {
    /// Whether `statement` names nothing of which the catalog has to be asked.
    pub(super) async fn clears(
        &self,
        connection: &mut PgConnection,
        statement: &Statement,
    ) -> Result<bool, sqlx::Error> {
        let names = &statement.names;
        let words = names.words.iter().chain(&names.casts);
        let words: Vec<&str> = words.map(|word| word.name.as_str()).collect();
        if all(names).any(|name| name.len() > LONGEST) {
            return Ok(false);
        }
        let row = sqlx::query(PRESENT).bind(words).fetch_one(&mut *connection).await?;
        let (signature, is_named): (String, bool) = (row.try_get(0)?, row.try_get(1)?);
        if is_named {
            return Ok(false);
        }
        let suspects = match self.known(&signature) {
            Some(known) => known,
            None => self.read(connection, signature).await?,
        };
        Ok(!suspects.has_one_of(names))
    }

    /// Notes that the catalog is asked about a statement.
    pub(super) fn ask(&self) {
        self.questions.fetch_add(1, Ordering::Relaxed);
    }

    /// How often the names were read, and how often the catalog was asked about a statement.
    pub(super) fn asked(&self) -> (u64, u64) {
        (self.reads.load(Ordering::Relaxed), self.questions.load(Ordering::Relaxed))
    }

    fn known(&self, signature: &str) -> Option<Arc<Suspects>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_current =
            |known: &&Arc<Suspects>| known.signature == signature && known.since.elapsed() < KNOWN;
        known.as_ref().filter(is_current).map(Arc::clone)
    }

    async fn read(
        &self,
        connection: &mut PgConnection,
        signature: String,
    ) -> Result<Arc<Suspects>, sqlx::Error> {
        let _reading = self.reading.lock().await;
        if let Some(known) = self.known(&signature) {
            return Ok(known);
        }
        self.reads.fetch_add(1, Ordering::Relaxed);
        let since = Instant::now();
        let sql = format!("{NAMES} limit {}", MOST + 1);
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(denied_patterns());
        let rows = connection.fetch_all(rows).await?;
        let mut suspects = Suspects {
            signature,
            since,
            functions: HashSet::new(),
            operators: HashSet::new(),
            is_any: rows.len() > MOST,
        };
        for row in rows.iter().take(MOST) {
            let (of, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            match of.as_str() {
                "function" => _ = suspects.functions.insert(name),
                "operator" => _ = suspects.operators.insert(name),
                _ => suspects.is_any = true,
            }
        }
        let suspects = Arc::new(suspects);
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&suspects));
        Ok(suspects)
    }
}

impl Suspects {
    fn has_one_of(&self, names: &Names) -> bool {
        let calls = names.calls.iter().map(|call| &call.name).chain(&names.fields);
        self.is_any
            || calls.into_iter().any(|call| self.functions.contains(&call.name))
            || names.operators.iter().any(|operator| self.operators.contains(&operator.name))
    }
}

/// Patterns for `like` of the server's functions that are refused.
pub(super) fn denied_patterns() -> Vec<String> {
    let pattern = |pattern: &&str| pattern.replace('_', "\\_").replace('*', "%");
    DENIED_FUNCTIONS.iter().map(pattern).collect()
}

fn all(names: &Names) -> impl Iterator<Item = &str> {
    let Names { calls, fields, operators, words, casts } = names;
    let calls = calls.iter().map(|call| &call.name);
    let all = calls.chain(fields).chain(operators).chain(words).chain(casts);
    all.map(|name| name.name.as_str())
}
