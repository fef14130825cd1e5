//! How each database spells what all of them can say: instants, whole-number arithmetic, parts of
//! the calendar. Pure.
//!
//! Time zones are not asked of the database: some have none, others carry an older edition of
//! the IANA tables than Brisk does. Expansions see instants as whole seconds since the epoch
//! ([`Dialect::seconds`]), calculate, and give back what the database stores ([`Dialect::instant`]).

use sqlparser::dialect::{MySqlDialect, PostgreSqlDialect, SQLiteDialect};

/// How a database spells SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite; instants are whole seconds since the epoch.
    Sqlite,
    /// PostgreSQL; instants are `timestamptz`.
    Postgres,
    /// MySQL and MariaDB; instants are `datetime` or `timestamp`, read in UTC.
    MySql,
}

/// From the start of MySQL's calendar, the year 0, to 1970-01-01, in seconds.
const MYSQL_EPOCH: i64 = 62_167_219_200;

/// A calendar unit that has no fixed length, so that the database's own calendar cuts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CalendarUnit {
    Month,
    Quarter,
    Year,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::MySql];

    /// The parser's rules for it.
    pub(crate) fn grammar(self) -> &'static dyn sqlparser::dialect::Dialect {
        match self {
            Self::Sqlite => &SQLiteDialect {},
            Self::Postgres => &PostgreSqlDialect {},
            Self::MySql => &MySqlDialect {},
        }
    }

    /// The place of the bound value `number` (from 1). MySQL counts places itself, so its values
    /// must be given in the order of the text, once for each place.
    pub(crate) fn place(self, number: usize) -> String {
        match self {
            Self::Sqlite => format!("?{number}"),
            Self::Postgres => format!("${number}"),
            Self::MySql => "?".into(),
        }
    }

    /// A name between the quotes that names have.
    pub(crate) fn quoted(self, name: &str) -> String {
        let quote = if self == Self::MySql { '`' } else { '"' };
        format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")))
    }

    /// The instant `expr` as whole seconds since the epoch.
    pub(crate) fn seconds(self, expr: &str) -> String {
        match self {
            Self::Sqlite if is_plain_name(expr) => expr.to_owned(),
            Self::Sqlite => format!("({expr})"),
            // `date_part` gives a float, which holds microseconds for centuries around today;
            // `extract` gives a numeric, which is slow to calculate with.
            Self::Postgres => format!("floor(date_part('epoch', ({expr})))::bigint"),
            // Whole seconds since the year 0, rounded down; a difference would be rounded towards
            // its start, which is wrong for what lies before it.
            Self::MySql => format!("(to_seconds({expr}) - {MYSQL_EPOCH})"),
        }
    }

    /// Whole seconds since the epoch as an instant, as columns hold it.
    pub(crate) fn instant(self, seconds: &str) -> String {
        match self {
            Self::Sqlite => seconds.to_owned(),
            Self::Postgres => format!("to_timestamp(({seconds})::bigint)"),
            Self::MySql => {
                format!("(timestamp'1970-01-01 00:00:00' + interval ({seconds}) second)")
            }
        }
    }

    /// `dividend` by `divisor`, both whole and not negative, rounded down.
    pub(crate) fn quotient(self, dividend: &str, divisor: i64) -> String {
        match self {
            Self::Sqlite | Self::Postgres => format!("({dividend} / {divisor})"),
            Self::MySql => format!("({dividend} div {divisor})"),
        }
    }

    /// The start of the calendar unit in which the wall clock reads `wall`. Readings are seconds,
    /// as if the wall stood in UTC.
    pub(crate) fn calendar_start(self, wall: &str, unit: CalendarUnit) -> String {
        use CalendarUnit::{Month, Quarter, Year};
        let wall_time = self.wall_time(wall);
        match (self, unit) {
            (Self::Sqlite, Month | Year) => {
                let unit = if unit == Month { "month" } else { "year" };
                format!("cast(strftime('%s', {wall}, 'unixepoch', 'start of {unit}') as integer)")
            }
            (Self::Sqlite, Quarter) => format!(
                "cast(strftime('%s', {wall}, 'unixepoch', 'start of month', \
                 '-' || ((strftime('%m', {wall}, 'unixepoch') - 1) % 3) || ' months') as integer)"
            ),
            (Self::Postgres, _) => {
                let unit = match unit {
                    Month => "month",
                    Quarter => "quarter",
                    Year => "year",
                };
                format!("extract(epoch from date_trunc('{unit}', {wall_time}))::bigint")
            }
            (Self::MySql, _) => {
                let start = match unit {
                    Month => format!("date_format({wall_time}, '%Y-%m-01')"),
                    Quarter => format!(
                        "makedate(year({wall_time}), 1) + interval quarter({wall_time}) - 1 quarter"
                    ),
                    Year => format!("makedate(year({wall_time}), 1)"),
                };
                self.seconds(&start)
            }
        }
    }

    /// The year or the month (1 to 12) that the wall clock's reading `wall` falls into.
    pub(crate) fn calendar_part(self, wall: &str, unit: CalendarUnit) -> String {
        let wall_time = self.wall_time(wall);
        let name = match unit {
            CalendarUnit::Month => "month",
            CalendarUnit::Quarter => "quarter",
            CalendarUnit::Year => "year",
        };
        match (self, unit) {
            (Self::Sqlite, CalendarUnit::Year) => {
                format!("cast(strftime('%Y', {wall}, 'unixepoch') as integer)")
            }
            (Self::Sqlite, CalendarUnit::Month) => {
                format!("cast(strftime('%m', {wall}, 'unixepoch') as integer)")
            }
            (Self::Sqlite, CalendarUnit::Quarter) => {
                format!("((strftime('%m', {wall}, 'unixepoch') + 2) / 3)")
            }
            (Self::Postgres, _) => format!("extract({name} from {wall_time})::integer"),
            (Self::MySql, _) => format!("{name}({wall_time})"),
        }
    }

    /// The reading `wall` as the database's own date and time without a zone.
    fn wall_time(self, wall: &str) -> String {
        match self {
            Self::Sqlite => wall.to_owned(),
            Self::Postgres => format!("(to_timestamp({wall}) at time zone 'UTC')"),
            Self::MySql => self.instant(wall),
        }
    }

    /// Whether common table expressions see each other whatever their order.
    pub(crate) fn sees_later_ctes(self) -> bool {
        self == Self::Sqlite
    }
}

/// `at`, `l.at`: nothing around it can tear it apart.
fn is_plain_name(expr: &str) -> bool {
    expr.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}
