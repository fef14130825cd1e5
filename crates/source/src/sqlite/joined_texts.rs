//! `group_concat` and `string_agg` as in SQLite, but for one thing: if their text grows longer than a value
//! may be, SQLite's own read all remaining rows before they fail. These fail at once.

use rusqlite::functions::{Aggregate, Context, FunctionFlags, WindowAggregate};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Error, Result, ffi};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::os::raw::c_int;
use std::sync::{Mutex, PoisonError};

/// Adds the functions to `connection`, whose values have at most `longest` bytes and which may take `memory`
/// bytes.
pub(super) fn add(connection: &Connection, longest: usize, memory: u64) -> Result<()> {
    // Views may call them.
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    let memory = usize::try_from(memory).unwrap_or(usize::MAX);
    for (name, values) in [("group_concat", 1), ("group_concat", 2), ("string_agg", 2)] {
        let joining = Joining { longest, memory, printing: Mutex::default() };
        connection.create_window_function(name, values, flags, joining)?;
    }
    Ok(())
}

/// Joins texts.
struct Joining {
    longest: usize,
    memory: usize,
    /// Writes numbers as SQLite does; made for the first one.
    printing: Mutex<Option<Connection>>,
}

/// The texts joined so far.
#[derive(Default)]
struct Joined {
    text: Vec<u8>,
    /// How many texts there are.
    count: usize,
    separators: Separators,
}

/// The lengths of the separators between texts.
enum Separators {
    /// All have the same length.
    Like(usize),
    Each(VecDeque<usize>),
}

impl Default for Separators {
    fn default() -> Self {
        Self::Like(0)
    }
}

impl Separators {
    /// Adds the length of one more to the `count` that there are.
    fn add(&mut self, length: usize, count: usize) {
        match self {
            Self::Like(all) if count == 0 => *all = length,
            Self::Like(all) if *all == length => {}
            Self::Like(all) => {
                let known = std::iter::repeat_n(*all, count);
                *self = Self::Each(known.chain([length]).collect());
            }
            Self::Each(lengths) => lengths.push_back(length),
        }
    }

    /// Takes the first.
    fn take(&mut self) -> usize {
        match self {
            Self::Like(all) => *all,
            Self::Each(lengths) => lengths.pop_front().unwrap_or_default(),
        }
    }
}

impl Joining {
    /// A value as SQLite converts it to text.
    fn text<'v>(&self, value: ValueRef<'v>) -> Result<Cow<'v, [u8]>> {
        Ok(match value {
            ValueRef::Null => Cow::Borrowed(&[]),
            ValueRef::Text(text) | ValueRef::Blob(text) => Cow::Borrowed(text),
            ValueRef::Integer(number) => Cow::Owned(number.to_string().into_bytes()),
            ValueRef::Real(number) => {
                let mut printing = self.printing.lock().unwrap_or_else(PoisonError::into_inner);
                let printing = match &mut *printing {
                    Some(printing) => printing,
                    none => none.insert(Connection::open_in_memory()?),
                };
                let mut print = printing.prepare_cached("select cast(?1 as text)")?;
                Cow::Owned(print.query_row([number], |row| row.get::<_, String>(0))?.into_bytes())
            }
        })
    }

    fn append(&self, text: &mut Vec<u8>, more: &[u8]) -> Result<()> {
        let length = text.len().saturating_add(more.len());
        if length > self.memory {
            return Err(failed(ffi::SQLITE_NOMEM));
        }
        if length > self.longest {
            return Err(failed(ffi::SQLITE_TOOBIG));
        }
        if length > text.capacity() {
            let most = self.longest.min(self.memory);
            let room = text.capacity().saturating_mul(2).clamp(length, most);
            let reserved = text.try_reserve_exact(room - text.len());
            reserved.map_err(|_| failed(ffi::SQLITE_NOMEM))?;
        }
        text.extend_from_slice(more);
        Ok(())
    }
}

impl Aggregate<Joined, Option<Text>> for Joining {
    fn init(&self, _: &mut Context<'_>) -> Result<Joined> {
        Ok(Joined::default())
    }

    fn step(&self, call: &mut Context<'_>, joined: &mut Joined) -> Result<()> {
        if call.get_raw(0) == ValueRef::Null {
            return Ok(());
        }
        if joined.count > 0 {
            let separator = match call.len() {
                1 => Cow::Borrowed(b",".as_slice()),
                _ => self.text(call.get_raw(1))?,
            };
            self.append(&mut joined.text, &separator)?;
            joined.separators.add(separator.len(), joined.count - 1);
        }
        joined.count += 1;
        self.append(&mut joined.text, &self.text(call.get_raw(0))?)
    }

    fn finalize(&self, _: &mut Context<'_>, joined: Option<Joined>) -> Result<Option<Text>> {
        Ok(joined.filter(|joined| joined.count > 0).map(|joined| Text(joined.text)))
    }
}

impl WindowAggregate<Joined, Option<Text>> for Joining {
    fn value(&self, joined: Option<&mut Joined>) -> Result<Option<Text>> {
        Ok(joined.filter(|joined| joined.count > 0).map(|joined| Text(joined.text.clone())))
    }

    fn inverse(&self, call: &mut Context<'_>, joined: &mut Joined) -> Result<()> {
        if call.get_raw(0) == ValueRef::Null {
            return Ok(());
        }
        joined.count = joined.count.saturating_sub(1);
        if joined.count == 0 {
            *joined = Joined::default();
            return Ok(());
        }
        let gone = self.text(call.get_raw(0))?.len() + joined.separators.take();
        joined.text.drain(..gone.min(joined.text.len()));
        Ok(())
    }
}

/// The error with that code, in SQLite's words.
fn failed(code: c_int) -> Error {
    Error::SqliteFailure(ffi::Error::new(code), None)
}

/// A text, which need not be UTF-8.
struct Text(Vec<u8>);

impl ToSql for Text {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(&self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "
        create table o (n int, t, s);
        insert into o values (1, 'a', '-'), (2, null, '+'), (3, 0.1, '<>'), (4, 1e300, ''), (5, x'4142', null),
          (6, '', '-'), (7, -9223372036854775808, '--'), (8, 'é', ','), (9, 2.0, 3), (10, 'z', '-')";

    fn rows(connection: &Connection, sql: &str) -> Vec<Option<Vec<u8>>> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| {
            let cell = row.get_ref(0)?;
            Ok(cell.as_bytes_or_null().unwrap().map(<[u8]>::to_vec))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn texts_are_joined_as_sqlite_joins_them() {
        let connections = [(); 2].map(|()| Connection::open_in_memory().unwrap());
        let [own, sqlites] = &connections;
        add(own, 1_000, 1_000).unwrap();
        for connection in &connections {
            connection.execute_batch(ROWS).unwrap();
        }
        for sql in [
            "select group_concat(t) from o",
            "select group_concat(t, s) from o",
            "select string_agg(t, s) from o",
            "select group_concat(t, '') from o",
            "select group_concat(t, null) from o",
            "select group_concat(distinct n % 3) from o",
            "select group_concat(t order by n desc) from o",
            "select group_concat(t, s order by n desc) from o",
            "select group_concat(t, '; ') filter (where n > 4) from o",
            "select group_concat(t) from o where n = 2",
            "select group_concat(t) from o where n > 99",
            "select group_concat(t) from o where n = 6",
            "select group_concat(t, s) from o group by n % 4 order by n % 4",
            "select group_concat(n) over (order by n) from o",
            "select group_concat(n, '-') over (order by n rows between 2 preceding and current row) from o",
            "select group_concat(t, s) over (order by n rows between 1 preceding and 1 following) from o
               where n <> 6",
            "select group_concat(t) over (order by n rows between 3 preceding and 2 preceding) from o
               where n <> 6",
            "select group_concat(t, s) over (partition by n % 2 order by n
               rows between current row and unbounded following) from o where n <> 6",
        ] {
            assert_eq!(rows(own, sql), rows(sqlites, sql), "{sql}");
        }
    }

    #[test]
    fn what_is_too_long_or_takes_too_much_memory_ends_where_it_does() {
        let endless = "with recursive r(i) as (select 1 union all select i + 1 from r)
                       select group_concat('0123456789') from r";
        for (longest, memory, code) in
            [(1_000, 2_000, ffi::SQLITE_TOOBIG), (2_000, 1_000, ffi::SQLITE_NOMEM)]
        {
            let connection = Connection::open_in_memory().unwrap();
            add(&connection, longest, memory).unwrap();
            let error = connection.query_row(endless, [], |_| Ok(())).unwrap_err();
            assert_eq!(error.sqlite_error().unwrap().extended_code, code, "{error}");
        }
    }
}
