//! [`Syntax`]: what each database's module defines about its SQL. All dialect-specific SQL that a
//! compiled statement can hold is written by an implementation of this trait.
//!
//! Time zones are left to the database if its data were found to agree with Brisk's ([`Clock`]): some have
//! none, others have an older edition of the IANA tables. Elsewhere expansions turn instants into whole
//! seconds since the epoch ([`Syntax::seconds`]), calculate, and turn the result back into what columns hold
//! ([`Syntax::instant`]). A wall-clock time is also a number of seconds: those since the epoch if the clock
//! stood in UTC.

use crate::compile::lexer::Token;
use crate::compile::offset_steps::OffsetSteps;
use crate::compile::zones::ZoneClock;
use brisk_domain::{Interval, ZoneName, ZoneOffsets};

/// A calendar unit without a fixed length, which the database's own calendar has to truncate to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CalendarUnit {
    Month,
    Quarter,
    Year,
}

/// A part of a wall-clock time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The calendar year.
    Year,
    /// 1 to 12.
    Month,
    /// ISO 8601: 1 is Monday, 7 is Sunday.
    Weekday,
    /// 0 to 23.
    Hour,
}

impl Part {
    /// Reads the macro's name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "year" => Some(Self::Year),
            "month" => Some(Self::Month),
            "weekday" => Some(Self::Weekday),
            "hour" => Some(Self::Hour),
            _ => None,
        }
    }
}

/// How a column that is not of an instant type encodes instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeEncoding {
    /// Seconds since the epoch, possibly with a fraction.
    Seconds,
    /// Whole milliseconds since the epoch.
    Milliseconds,
    /// ISO 8601 text, in UTC unless it states an offset.
    Text,
}

/// The SQL of one dialect. Arguments called `expr` or `column` are SQL expressions; `seconds` and
/// `wall` are SQL expressions of whole numbers.
pub(crate) trait Syntax: Sync {
    /// The parser's dialect.
    fn grammar(&self) -> &'static dyn sqlparser::dialect::Dialect;

    /// The literal, quoted name or comment that starts at byte `at` of `text`, if one does.
    fn token(&self, text: &str, at: usize) -> Option<Token>;

    /// Functions that panels may not call, in lower case; a trailing `*` matches any suffix.
    fn denied_functions(&self) -> &'static [&'static str];

    /// The character around quoted names.
    fn name_quote(&self) -> char {
        '"'
    }

    /// Tables and views that expose what denied functions read; a trailing `*` matches any suffix.
    fn denied_tables(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether text in double quotes is a string literal rather than a name.
    fn double_quotes_are_literals(&self) -> bool {
        false
    }

    /// The placeholder of bound value `number`, from 1.
    fn placeholder(&self, number: usize) -> String;

    /// Whether a placeholder can be repeated. If not, values are bound in the order of the text,
    /// once for each placeholder.
    fn numbers_placeholders(&self) -> bool;

    /// A bound whole number, with a cast where the database would otherwise infer a narrower type
    /// from what it is compared with.
    fn bound_integer(&self, placeholder: &str) -> String {
        placeholder.to_owned()
    }

    /// Whether common table expressions may refer to later ones without `recursive`.
    fn sees_later_ctes(&self) -> bool {
        false
    }

    /// The instant `expr` as whole seconds since the epoch.
    fn seconds(&self, expr: &str) -> String;

    /// Whole seconds since the epoch as the instant that columns hold.
    fn instant(&self, seconds: &str) -> String;

    /// The larger of two numbers; NULL if one is.
    fn later(&self, one: &str, other: &str) -> String {
        format!("greatest({one}, {other})")
    }

    /// `dividend / divisor`, rounded down; neither is negative.
    fn quotient(&self, dividend: &str, divisor: i64) -> String {
        format!("({dividend} / {divisor})")
    }

    /// The start of the calendar unit that the wall-clock time `wall` falls into.
    fn calendar_start(&self, wall: &str, unit: CalendarUnit) -> String;

    /// The number of the year, quarter or month (from 1) that the wall-clock time `wall` falls
    /// into.
    fn calendar_part(&self, wall: &str, unit: CalendarUnit) -> String;

    /// The value of `steps`, which has at least one step, at `seconds`.
    fn step_value(&self, steps: &OffsetSteps, seconds: &str) -> String;

    /// How often [`Syntax::step_value`] repeats `seconds` at most.
    fn step_value_repeats(&self, _steps: &OffsetSteps) -> usize {
        1
    }

    /// The instant that `expr` encodes.
    fn decoded_time(&self, encoding: TimeEncoding, expr: &str) -> String;

    /// The wall-clock time that a column without a time zone holds.
    fn wall_seconds(&self, expr: &str) -> String {
        self.seconds(expr)
    }

    /// Whether `expr`, a column without a time zone, lies in the half-open range of the wall-clock
    /// times `from` to `to`. The bare column is compared, so that its index is used.
    fn wall_range(&self, expr: &str, from: &str, to: &str) -> String {
        let (from, to) = (self.instant(from), self.instant(to));
        format!("(({expr}) >= {from} and ({expr}) < {to})")
    }

    /// The time macros in the SQL of a database that knows `zone`, which has these offsets.
    fn clock<'a>(&self, zone: &'a ZoneName, offsets: &'a ZoneOffsets) -> Box<dyn Clock + 'a>;

    /// A query that counts the views, and the functions that may read tables, among names; each call of
    /// `list` writes the names as placeholders.
    fn hides_tables(&self, list: &mut dyn FnMut() -> String) -> String;

    /// The prefix of a statement that returns its query plan instead of its rows.
    fn explain(&self) -> &'static str {
        "explain"
    }

    /// The only column of a query plan that readers need; `None` if they need all.
    fn explain_column(&self) -> Option<&'static str> {
        None
    }
}

/// The parts of a statement that need the dashboard's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ZoneUse {
    /// All of it: the session is in the zone.
    Session,
    /// Its time macros, once the database was found to know the zone as Brisk does.
    Macros,
    /// The same, but the database always does: Brisk defines the zone for it.
    ToldMacros,
    /// Nothing: the zone's clock never changes.
    Nothing,
}

/// Time macros in the SQL of a database that knows the dashboard's zone.
pub(crate) trait Clock {
    /// What needs the zone.
    fn zone_use(&self) -> ZoneUse;

    /// `$bucket(expr)`: the start of the bucket that the instant `expr` falls into.
    fn bucket(&self, expr: &str, interval: Interval) -> String;

    /// `$bucket($local(expr))`; `None` if only the lookup can write it.
    fn wall_bucket(&self, expr: &str, interval: Interval) -> Option<String>;

    /// `$hour(expr)` and the like: a part of what the wall clock shows at the instant `expr`.
    fn part(&self, expr: &str, part: Part) -> String;

    /// `$hour($local(expr))` and the like: a part of the time as written.
    fn wall_part(&self, expr: &str, part: Part) -> String;

    /// `$local(expr)`: the instant at which the wall clock shows `expr`, or, if the session is in the
    /// zone, that reading.
    fn wall_time(&self, expr: &str) -> String;

    /// `$time(expr)`: the instant.
    fn time(&self, expr: &str) -> String {
        format!("({expr})")
    }

    /// The same for times that the clock of another zone showed, which the database must know as well: an
    /// argument given as an instant is then such a reading. `None` if only the lookup can write it.
    fn of_times_on<'b>(&'b self, _written: &'b ZoneClock) -> Option<Box<dyn Clock + 'b>> {
        None
    }
}

/// `expr` in parentheses, unless it is a name such as `at` or `l.at`.
pub(crate) fn enclosed(expr: &str) -> String {
    let is_name = expr.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    if is_name { expr.to_owned() } else { format!("({expr})") }
}

/// `name` in the quotes of `syntax`.
pub(crate) fn quoted(syntax: &dyn Syntax, name: &str) -> String {
    let quote = syntax.name_quote();
    format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")))
}
