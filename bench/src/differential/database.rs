//! The three databases: where they are, and how a person writes values and times for their clients.

use std::fmt;

/// A database that panels read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Database {
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    MariaDb,
    /// SQLite.
    Sqlite,
}

impl Database {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Postgres, Self::MariaDb, Self::Sqlite];

    /// The name of its source.
    pub(super) fn source(self) -> &'static str {
        match self {
            Self::Postgres => "pg",
            Self::MariaDb => "maria",
            Self::Sqlite => "lite",
        }
    }

    /// The table of samples.
    pub(super) fn samples(self) -> &'static str {
        match self {
            Self::Postgres | Self::MariaDb => "differential.samples",
            Self::Sqlite => "samples",
        }
    }

    /// The table of the zones' offsets.
    pub(super) fn offsets(self) -> &'static str {
        match self {
            Self::Postgres | Self::MariaDb => "differential.offsets",
            Self::Sqlite => "offsets",
        }
    }

    /// `text` as a literal.
    pub(super) fn quoted(self, text: &str) -> String {
        let text = text.replace('\'', "''");
        match self {
            Self::MariaDb => format!("'{}'", text.replace('\\', "\\\\")),
            Self::Postgres | Self::Sqlite => format!("'{text}'"),
        }
    }

    /// Microseconds since the epoch of a column of [`Self::seen`] that holds instants.
    pub(super) fn micros(self, expression: &str) -> String {
        match self {
            Self::Postgres => format!("(extract(epoch from {expression}) * 1000000)::bigint"),
            Self::MariaDb => {
                format!("timestampdiff(microsecond, '1970-01-01 00:00:00', {expression})")
            }
            Self::Sqlite => format!("({expression}) * 1000000"),
        }
    }

    /// Whether `at` is at or after the second `from`, and before `to`.
    pub(super) fn range(self, from: i64, to: i64) -> String {
        match self {
            Self::Postgres => format!("at >= to_timestamp({from}) and at < to_timestamp({to})"),
            Self::MariaDb => {
                let at = "timestampdiff(microsecond, '1970-01-01 00:00:00', at)";
                format!("{at} >= {from} * 1000000 and {at} < {to} * 1000000")
            }
            Self::Sqlite => format!("at >= {from} and at < {to}"),
        }
    }

    /// The samples with what the clock of `zone` reads, by plain arithmetic: the parts `y`, `m`, `wd`
    /// and `hh`, and `bk`, the start of the bucket of width `unit`: the reading is truncated, and looked up
    /// in the table of offsets.
    pub(super) fn seen(self, zone: &str, unit: &str) -> String {
        match self {
            Self::Postgres => {
                // Its own `date_trunc` with a zone begins a day at the second of two midnights.
                let start = match unit {
                    "hour" => format!("date_trunc('hour', at, '{zone}')"),
                    _ => format!("to_timestamp({})", instant("differential.offsets", zone, "rs")),
                };
                format!(
                    "(select r.*, {start} as bk from (select s.*, \
                     extract(epoch from date_trunc('{unit}', s.at at time zone '{zone}'))::bigint as rs, \
                     extract(year from s.at at time zone '{zone}')::int as y, \
                     extract(month from s.at at time zone '{zone}')::int as m, \
                     extract(isodow from s.at at time zone '{zone}')::int as wd, \
                     extract(hour from s.at at time zone '{zone}')::int as hh \
                     from differential.samples s) r) s"
                )
            }
            Self::MariaDb => {
                let floor = match unit {
                    "hour" => "null",
                    "day" => "date(lw)",
                    "week" => "date(lw) - interval weekday(lw) day",
                    "month" => "date(lw) - interval dayofmonth(lw) - 1 day",
                    "quarter" => "makedate(year(lw), 1) + interval quarter(lw) - 1 quarter",
                    _ => "makedate(year(lw), 1)",
                };
                let start = match unit {
                    "hour" => "es - minute(lw) * 60 - second(lw)".to_owned(),
                    _ => instant("differential.offsets", zone, "rs"),
                };
                let moment = "'1970-01-01 00:00:00' + interval bs second";
                format!(
                    "(select t.*, cast({moment} as datetime) as bk from (select r.*, {start} as bs \
                     from (select w.*, timestampdiff(second, '1970-01-01 00:00:00', \
                     cast({floor} as datetime)) as rs from (select s.*, \
                     timestampdiff(second, '1970-01-01 00:00:00', s.at) as es, \
                     s.at + interval o.ahead second as lw, year(s.at + interval o.ahead second) as y, \
                     month(s.at + interval o.ahead second) as m, \
                     weekday(s.at + interval o.ahead second) + 1 as wd, \
                     hour(s.at + interval o.ahead second) as hh from differential.samples s \
                     left join differential.offsets o on o.zone = '{zone}' \
                     and timestampdiff(second, '1970-01-01 00:00:00', s.at) >= o.since \
                     and timestampdiff(second, '1970-01-01 00:00:00', s.at) < o.until) w) r) t) s"
                )
            }
            Self::Sqlite => {
                let floor = match unit {
                    "hour" => "null",
                    "day" => "date(lw)",
                    "week" => "date(lw, 'weekday 0', '-6 days')",
                    "month" => "date(lw, 'start of month')",
                    "quarter" => {
                        "date(lw, 'start of month', '-' || ((strftime('%m', lw) - 1) % 3) || ' months')"
                    }
                    _ => "date(lw, 'start of year')",
                };
                let start = match unit {
                    "hour" => "at - strftime('%M', lw) * 60 - strftime('%S', lw)".to_owned(),
                    _ => instant("offsets", zone, "rs"),
                };
                format!(
                    "(select r.*, {start} as bk from (select w.*, \
                     cast(strftime('%s', {floor}) as integer) as rs, \
                     cast(strftime('%Y', lw) as integer) as y, cast(strftime('%m', lw) as integer) as m, \
                     (strftime('%w', lw) + 6) % 7 + 1 as wd, cast(strftime('%H', lw) as integer) as hh \
                     from (select s.*, datetime(s.at + o.ahead, 'unixepoch') as lw from samples s \
                     left join offsets o on o.zone = '{zone}' and s.at >= o.since and s.at < o.until) w) \
                     r) s"
                )
            }
        }
    }

    /// The seconds since the epoch at which a clock in UTC reads `reading`.
    fn as_utc(self, reading: &str) -> String {
        match self {
            Self::Postgres => format!("extract(epoch from {reading})::bigint"),
            Self::MariaDb => {
                format!("timestampdiff(second, '1970-01-01 00:00:00', cast({reading} as datetime))")
            }
            Self::Sqlite => format!("cast(strftime('%s', {reading}) as integer)"),
        }
    }

    /// The samples with what their readings mean on the clock of `zone`: `li`, the second at which the
    /// clock reads `wall`, `lb`, that at which the bucket of width `unit` starts, and `lh`, the hour.
    pub(super) fn read(self, zone: &str, unit: &str) -> String {
        let floor = match (self, unit) {
            (Self::Postgres, unit) => format!("date_trunc('{unit}', s.wall)"),
            (Self::MariaDb, "day") => "date(s.wall)".into(),
            (Self::MariaDb, "week") => "date(s.wall) - interval weekday(s.wall) day".into(),
            (Self::MariaDb, "month") => "date(s.wall) - interval dayofmonth(s.wall) - 1 day".into(),
            (Self::MariaDb, "quarter") => {
                "makedate(year(s.wall), 1) + interval quarter(s.wall) - 1 quarter".into()
            }
            (Self::MariaDb, _) => "makedate(year(s.wall), 1)".into(),
            (Self::Sqlite, "day") => "date(s.wall)".into(),
            (Self::Sqlite, "week") => "date(s.wall, 'weekday 0', '-6 days')".into(),
            (Self::Sqlite, "month") => "date(s.wall, 'start of month')".into(),
            (Self::Sqlite, "quarter") => "date(s.wall, 'start of month', \
                 '-' || ((strftime('%m', s.wall) - 1) % 3) || ' months')"
                .into(),
            (Self::Sqlite, _) => "date(s.wall, 'start of year')".to_owned(),
        };
        let hour = match self {
            Self::Postgres => "extract(hour from s.wall)::int",
            Self::MariaDb => "hour(s.wall)",
            Self::Sqlite => "cast(strftime('%H', s.wall) as integer)",
        };
        let at = |reading: &str| instant(self.offsets(), zone, reading);
        format!(
            "(select r.*, {} as li, {} as lb from (select s.*, {} as ws, {} as fs, {hour} as lh \
             from {} s) r) s",
            at("ws"),
            at("fs"),
            self.as_utc("s.wall"),
            self.as_utc(&floor),
            self.samples()
        )
    }
}

/// The second at which the clock of `zone` reads `wall`: the first of two; the instant of the change
/// if it skips it.
fn instant(offsets: &str, zone: &str, wall: &str) -> String {
    format!(
        "(select coalesce(min(case when {wall} - f.ahead >= f.since and {wall} - f.ahead < f.until \
         then {wall} - f.ahead end), min(case when f.since + f.earlier <= {wall} \
         and {wall} < f.since + f.ahead then f.since end)) from {offsets} f where f.zone = '{zone}')"
    )
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB",
            Self::Sqlite => "SQLite",
        })
    }
}
