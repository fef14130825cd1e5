//! Finds the column of a statement that names time buckets by text or number: `to_char(at,
//! 'YYYY-MM')`, `strftime('%Y-%m', at)`, `extract(year from at)`, `$year(at)`. Pure.

use super::instant_columns;
use super::outline::MACRO;
use super::zones::ZoneClock;
use crate::dialect::Dialect;
use brisk_domain::{Interval, WallClock, ZoneName};
use sqlparser::ast::{
    BinaryOperator, DateTimeField, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    Query, SelectItem, SetExpr, Value, Visit, Visitor,
};
use std::ops::ControlFlow;

/// A column that names time buckets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WrittenBucket {
    /// Its name.
    pub column: String,
    /// The buckets' width.
    pub width: Interval,
    /// Whether it names them on UTC's clock instead of the view's.
    pub is_in_utc: bool,
}

/// The clock that an expression reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadOn {
    /// The view's, whatever the database is.
    ViewsClock,
    /// The one that the database's own functions read.
    DatabasesClock,
}

/// The column of `body` that names time buckets, before it is known on which clock its source's columns
/// were written; `None` if there is none, or if several parts of a time together name one.
pub(crate) fn of(body: &Query, dialect: Dialect) -> Option<WrittenBucket> {
    let mut found = Found { dialect, all: Vec::new() };
    let _: ControlFlow<()> = body.visit(&mut found);
    let [(width, clock)] = found.all[..] else { return None };
    let column = column(body, dialect)?;
    let is_in_utc = clock == ReadOn::DatabasesClock && dialect != Dialect::Postgres;
    Some(WrittenBucket { column, width: width?, is_in_utc })
}

impl WrittenBucket {
    /// The same if the source declares `said` for its columns without a zone, and results are shown on the
    /// clock of `zone`; `None` if its buckets are those of another clock.
    pub(crate) fn written_on(self, said: Option<&WallClock>, zone: &ZoneName) -> Option<Self> {
        match said {
            _ if !self.is_in_utc => Some(self),
            None => Some(self),
            Some(WallClock::Dashboard) => Some(Self { is_in_utc: false, ..self }),
            Some(WallClock::Zone(other)) if other == zone => {
                Some(Self { is_in_utc: false, ..self })
            }
            Some(WallClock::Zone(other)) => ZoneClock::of(other).is_utc().then_some(self),
        }
    }
}

/// The columns of a statement that are parts of a time, each with its width if it alone names a
/// bucket.
struct Found {
    dialect: Dialect,
    all: Vec<(Option<Interval>, ReadOn)>,
}

impl Visitor for Found {
    type Break = ();

    fn post_visit_select(&mut self, select: &sqlparser::ast::Select) -> ControlFlow<()> {
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { expr, .. } | SelectItem::UnnamedExpr(expr) = item {
                self.all.extend(part(expr, self.dialect));
            }
        }
        ControlFlow::Continue(())
    }
}

/// The name of the outermost column that is such a part, or comes from one.
fn column(body: &Query, dialect: Dialect) -> Option<String> {
    let is_part = |function: &Function| of_function(function, dialect).is_some();
    if let [name] = instant_columns::buckets(body, is_part).as_slice() {
        return Some(name.clone());
    }
    let SetExpr::Select(select) = &*body.body else { return None };
    let mut named = select.projection.iter().filter_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } => {
            part(expr, dialect).is_some().then(|| alias.value.clone())
        }
        SelectItem::UnnamedExpr(expr) => match inner(expr) {
            Expr::Extract { .. } if dialect == Dialect::Postgres => Some("extract".to_owned()),
            _ => None,
        },
        _ => None,
    });
    named.next()
}

/// The expression inside casts.
fn inner(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => self::inner(inner),
        _ => expr,
    }
}

/// The part of a time that `expr` is; `None` if it is none.
fn part(expr: &Expr, dialect: Dialect) -> Option<(Option<Interval>, ReadOn)> {
    let (width, clock) = part_of(inner(expr), dialect)?;
    let is_moved = inner(expr).visit(&mut Moves { is_outermost: true }).is_break();
    Some((width.filter(|_| !is_moved), clock))
}

/// Finds functions that turn one time into another: a fiscal year begins in another bucket than the one
/// it is named after.
struct Moves {
    is_outermost: bool,
}

/// Functions that leave a time as it is.
const STILL: [&str; 10] = [
    "coalesce",
    "convert_tz",
    "date",
    "datetime",
    "from_unixtime",
    "ifnull",
    "nullif",
    "timestamp",
    "timezone",
    "to_timestamp",
];

impl Visitor for Moves {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let is_outermost = std::mem::take(&mut self.is_outermost);
        let moves = match expr {
            Expr::BinaryOp { op, .. } => matches!(op, BinaryOperator::Plus | BinaryOperator::Minus),
            Expr::Function(function) if !is_outermost => {
                let called = function.name.to_string().to_lowercase();
                !called.starts_with(MACRO) && !STILL.contains(&called.as_str())
            }
            _ => false,
        };
        if moves { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn part_of(expr: &Expr, dialect: Dialect) -> Option<(Option<Interval>, ReadOn)> {
    match expr {
        Expr::Function(function) => of_function(function, dialect),
        Expr::Extract { field, expr, .. } => {
            let width = match field {
                DateTimeField::Year | DateTimeField::Years => Some(Interval::Year),
                DateTimeField::Custom(word) if word.value.eq_ignore_ascii_case("year_month") => {
                    Some(Interval::Month)
                }
                // A duration is not a time.
                DateTimeField::Epoch => return None,
                _ => None,
            };
            Some((width, clock_of(&expr.to_string())))
        }
        _ => None,
    }
}

fn of_function(function: &Function, dialect: Dialect) -> Option<(Option<Interval>, ReadOn)> {
    let called = function.name.to_string().to_lowercase();
    let arguments = arguments(function);
    if let Some(name) = called.strip_prefix(MACRO) {
        return match name {
            "year" => Some((Some(Interval::Year), ReadOn::ViewsClock)),
            "month" | "weekday" | "hour" => Some((None, ReadOn::ViewsClock)),
            _ => None,
        };
    }
    let all = || arguments.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let formatted = |at: usize, width: fn(&str) -> Option<Interval>| {
        let format = arguments.get(at).and_then(|format| text(format));
        Some((format.and_then(|format| width(&format)), clock_of(&all())))
    };
    match (called.as_str(), dialect) {
        ("to_char", Dialect::Postgres) => formatted(1, of_template),
        ("date_part", Dialect::Postgres) => {
            let field = arguments.first().and_then(|field| text(field))?.to_lowercase();
            (field != "epoch")
                .then(|| ((field == "year").then_some(Interval::Year), clock_of(&all())))
        }
        ("date_format", Dialect::MySql) => formatted(1, of_percents),
        ("year", Dialect::MySql) => Some((Some(Interval::Year), clock_of(&all()))),
        (
            "month" | "monthname" | "quarter" | "week" | "weekofyear" | "yearweek" | "day"
            | "dayofmonth" | "dayofweek" | "dayname" | "weekday" | "hour" | "minute",
            Dialect::MySql,
        ) => Some((None, ReadOn::DatabasesClock)),
        ("strftime", Dialect::Sqlite) => {
            let (width, clock) = formatted(0, of_percents)?;
            Some((width.filter(|_| are_plain(arguments.get(2..).unwrap_or_default())), clock))
        }
        ("date", Dialect::Sqlite) => {
            let is_plain = are_plain(arguments.get(1..).unwrap_or_default());
            Some((is_plain.then_some(Interval::Day), clock_of(&all())))
        }
        _ => None,
    }
}

/// The clock that a function over `arguments` reads: a time moved to another clock is assumed to be on the
/// view's.
fn clock_of(arguments: &str) -> ReadOn {
    match arguments.to_lowercase().contains("convert_tz") {
        true => ReadOn::ViewsClock,
        false => ReadOn::DatabasesClock,
    }
}

/// Whether SQLite's modifiers leave a time as it is.
fn are_plain(modifiers: &[&Expr]) -> bool {
    let is_plain = |word: String| {
        matches!(word.to_lowercase().as_str(), "unixepoch" | "auto" | "subsec" | "subsecond")
    };
    modifiers.iter().all(|modifier| text(modifier).is_some_and(is_plain))
}

fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else { return Vec::new() };
    let expression = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
        _ => None,
    };
    list.args.iter().filter_map(expression).collect()
}

fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The width of the buckets that PostgreSQL's template names.
fn of_template(template: &str) -> Option<Interval> {
    const FIELDS: [(&str, Field); 14] = [
        ("FMMonth", Field::Month),
        ("FMMON", Field::Month),
        ("IYYY", Field::WeeksYear),
        ("YYYY", Field::Year),
        ("Month", Field::Month),
        ("MONTH", Field::Month),
        ("month", Field::Month),
        ("HH24", Field::Hour),
        ("Mon", Field::Month),
        ("MON", Field::Month),
        ("MM", Field::Month),
        ("DD", Field::Day),
        ("IW", Field::Week),
        ("MI", Field::Minute),
    ];
    width_of(template, |rest| {
        if let Some(quoted) = rest.strip_prefix('"') {
            return quoted.find('"').map(|end| (end + 2, None));
        }
        let known = FIELDS.iter().find(|(word, _)| rest.starts_with(word));
        known
            .map(|(word, field)| (word.len(), Some(*field)))
            .or_else(|| rest.starts_with('Q').then_some((1, Some(Field::Quarter))))
    })
}

/// The width of the buckets that a format of `strftime` or `date_format` names.
fn of_percents(format: &str) -> Option<Interval> {
    width_of(format, |rest| {
        // PostgreSQL has patterns of these letters.
        if rest.starts_with(['T', 'W', 'Q']) {
            return Some((1, None));
        }
        let letter = rest.strip_prefix('%')?.chars().next()?;
        let field = match letter {
            'Y' => Field::Year,
            'G' | 'x' => Field::WeeksYear,
            'm' | 'b' | 'M' => Field::Month,
            'd' => Field::Day,
            'V' | 'v' => Field::Week,
            'H' => Field::Hour,
            'i' => Field::Minute,
            'F' => return Some((2, Some(Field::Date))),
            _ => return None,
        };
        Some((2, Some(field)))
    })
}

/// A part of what a format writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Year,
    WeeksYear,
    Quarter,
    Month,
    Week,
    Day,
    Date,
    Hour,
    Minute,
}

/// The width of the buckets that the fields of a `format` name; `field` finds the next one at the beginning
/// of the rest (its length, and which it is). `None` if they name none that Brisk can read.
fn width_of(
    format: &str,
    field: impl Fn(&str) -> Option<(usize, Option<Field>)>,
) -> Option<Interval> {
    let (mut fields, mut rest) = (Vec::new(), format);
    while let Some(first) = rest.chars().next() {
        let length = match field(rest) {
            Some((length, found)) => {
                fields.extend(found);
                length
            }
            // `-01` and `:00` begin the bucket.
            None if first.is_ascii_digit() || "-/.: ".contains(first) => 1,
            None => return None,
        };
        rest = rest.get(length..)?;
    }
    fields.sort_unstable();
    match fields.as_slice() {
        [Field::Year] => Some(Interval::Year),
        [Field::Year, Field::Quarter] => Some(Interval::Quarter),
        [Field::Year, Field::Month] => Some(Interval::Month),
        [Field::WeeksYear, Field::Week] => Some(Interval::Week),
        [Field::Year, Field::Month, Field::Day] | [Field::Date] => Some(Interval::Day),
        [Field::Year, Field::Month, Field::Day, Field::Hour] | [Field::Date, Field::Hour] => {
            Some(Interval::Hour)
        }
        [Field::Year, Field::Month, Field::Day, Field::Hour, Field::Minute]
        | [Field::Date, Field::Hour, Field::Minute] => Some(Interval::Minute),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::outline::Outline;
    use crate::compile::template;
    use sqlparser::ast::Statement;
    use sqlparser::parser::Parser;

    fn found(sql: &str, dialect: Dialect) -> Option<(String, Interval, bool)> {
        let query = brisk_domain::Query::new(sql);
        let pieces = template::parse(&query, dialect).unwrap();
        let outline = Outline::of(&query, &pieces, dialect);
        let statements = Parser::parse_sql(dialect.syntax().grammar(), &outline.sql).unwrap();
        let [Statement::Query(body)] = statements.as_slice() else { panic!("{sql}") };
        of(body, dialect).map(|found| (found.column, found.width, found.is_in_utc))
    }

    #[test]
    fn formats_and_fields_say_how_wide_their_buckets_are() {
        use Dialect::{MySql, Postgres, Sqlite};
        use Interval::{Day, Hour, Month, Quarter, Week, Year};
        for (expr, dialect, width, is_in_utc) in [
            ("to_char(at, 'YYYY-MM')", Postgres, Month, false),
            ("to_char(at, 'Mon YYYY')", Postgres, Month, false),
            ("to_char(at, 'YYYY-\"Q\"Q')", Postgres, Quarter, false),
            ("to_char(at, 'IYYY-\"W\"IW')", Postgres, Week, false),
            ("to_char(at, 'YYYY-MM-DD HH24:00')", Postgres, Hour, false),
            ("extract(year from at)::int", Postgres, Year, false),
            ("date_part('year', at)", Postgres, Year, false),
            ("$year(at)", Postgres, Year, false),
            ("date_format(at, '%Y-%m')", MySql, Month, true),
            ("date_format(at, '%x-W%v')", MySql, Week, true),
            (
                "date_format(convert_tz(at, 'UTC', 'Europe/Berlin'), '%Y-%m-01')",
                MySql,
                Month,
                false,
            ),
            ("year(at)", MySql, Year, true),
            ("$year(at)", MySql, Year, false),
            ("strftime('%Y-%m', at, 'unixepoch')", Sqlite, Month, true),
            ("cast(strftime('%Y', at) as integer)", Sqlite, Year, true),
            ("date(at, 'unixepoch')", Sqlite, Day, true),
        ] {
            let sql = format!("select {expr} as b, count(*) as n from t group by 1");
            assert_eq!(found(&sql, dialect), Some(("b".to_owned(), width, is_in_utc)), "{expr}");
            let inner = format!("with w as ({sql}) select n, b as c from w order by 1");
            if !expr.starts_with("extract") {
                assert_eq!(
                    found(&inner, dialect).map(|found| found.0).as_deref(),
                    Some("c"),
                    "{inner}"
                );
            }
        }
    }

    #[test]
    fn what_names_no_bucket_alone_is_none() {
        for (items, dialect) in [
            ("to_char(at, 'MM')", Dialect::Postgres),
            ("to_char(at, 'YYYY-WW')", Dialect::Postgres),
            ("to_char(n, '999D99')", Dialect::Postgres),
            ("extract(year from at) as y, extract(month from at)", Dialect::Postgres),
            ("extract(epoch from at)", Dialect::Postgres),
            ("$year(at) as y, $month(at)", Dialect::Sqlite),
            ("strftime('%Y-%W', at)", Dialect::Sqlite),
            ("strftime('%Y-%m', at, '+1 month')", Dialect::Sqlite),
            ("strftime('%Y-%m', at, 'unixepoch', 'localtime')", Dialect::Sqlite),
            ("strftime('%H', at)", Dialect::Sqlite),
            ("year(at) as y, month(at)", Dialect::MySql),
            ("date_format(at, '%Y-%u')", Dialect::MySql),
            ("substr(at, 1, 7)", Dialect::Sqlite),
            ("extract(year from at + interval '3 months')", Dialect::Postgres),
            ("to_char(at - interval '1 day', 'YYYY-MM')", Dialect::Postgres),
            ("$year(date_add(at, interval 3 month))", Dialect::MySql),
            ("strftime('%Y', at + 86400, 'unixepoch')", Dialect::Sqlite),
        ] {
            let sql = format!("select {items} as b, count(*) as n from t group by 1");
            assert_eq!(found(&sql, dialect), None, "{items}");
        }
    }

    #[test]
    fn what_is_said_of_a_source_decides_whose_clock_it_is() {
        let zone = |name| ZoneName::parse(name).unwrap();
        let utc = WrittenBucket { column: "b".into(), width: Interval::Month, is_in_utc: true };
        let on = |said: Option<WallClock>| {
            let found = utc.clone().written_on(said.as_ref(), &zone("Europe/Berlin"));
            found.map(|found| found.is_in_utc)
        };
        assert_eq!(on(None), Some(true));
        assert_eq!(on(Some(WallClock::Zone(zone("UTC")))), Some(true));
        assert_eq!(on(Some(WallClock::Dashboard)), Some(false));
        assert_eq!(on(Some(WallClock::Zone(zone("Europe/Berlin")))), Some(false));
        assert_eq!(on(Some(WallClock::Zone(zone("Asia/Tokyo")))), None);
    }
}
