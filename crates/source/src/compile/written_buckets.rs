//! Which column of a statement names time buckets by text or number: `to_char(at, 'YYYY-MM')`,
//! `strftime('%Y-%m', at)`, `substr(at, 1, 7)`, `extract(year from at)`, `$year(at)`. Pure.

use super::instant_columns;
use super::outline::MACRO;
use super::text_prefix;
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
    let mut found = Found { dialect, made: Vec::new(), cut: Vec::new() };
    let _: ControlFlow<()> = body.visit(&mut found);
    let is_made = |expr: &Expr| made_part(expr, dialect).is_some();
    let is_cut = |expr: &Expr| text_prefix::of(expr).is_some();
    let (part, is_it): (&Part, &dyn Fn(&Expr) -> bool) = match (&*found.made, &*found.cut) {
        ([made], cut) if !cut.iter().any(|cut| has_words(&made.text, &cut.text)) => {
            (made, &is_made)
        }
        ([], [cut]) => (cut, &is_cut),
        _ => return None,
    };
    let column = column(body, dialect, is_it)?;
    let is_in_utc = part.clock == ReadOn::DatabasesClock && dialect != Dialect::Postgres;
    Some(WrittenBucket { column, width: part.width?, is_in_utc })
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

/// What of a statement's columns is a part of a time.
struct Found {
    dialect: Dialect,
    /// What functions make of a time.
    made: Vec<Part>,
    /// What is cut from a text, which may be a time.
    cut: Vec<Part>,
}

/// A part of a time.
struct Part {
    /// Its width if it alone names a bucket.
    width: Option<Interval>,
    clock: ReadOn,
    /// What it is made of, or cut from.
    text: String,
}

impl Visitor for Found {
    type Break = ();

    fn post_visit_select(&mut self, select: &sqlparser::ast::Select) -> ControlFlow<()> {
        for item in &select.projection {
            let (SelectItem::ExprWithAlias { expr, .. } | SelectItem::UnnamedExpr(expr)) = item
            else {
                continue;
            };
            let of = inner(expr);
            if let Some((width, clock)) = made_part(of, self.dialect) {
                let width = width.filter(|_| !is_moved(of, self.dialect));
                self.made.push(Part { width, clock, text: of.to_string() });
            } else if let Some((text, width)) = text_prefix::of(of) {
                let width = width.filter(|_| !is_moved(of, self.dialect));
                let text = text.to_string();
                self.cut.push(Part { width, clock: clock_of(&text), text });
            }
        }
        ControlFlow::Continue(())
    }
}

/// The name of the outermost column that is such a part, or comes from one.
fn column(body: &Query, dialect: Dialect, is_it: &dyn Fn(&Expr) -> bool) -> Option<String> {
    if let [name] = instant_columns::buckets(body, is_it).as_slice() {
        return Some(name.clone());
    }
    let SetExpr::Select(select) = &*body.body else { return None };
    let mut named = select.projection.iter().filter_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } => {
            is_it(inner(expr)).then(|| alias.value.clone())
        }
        SelectItem::UnnamedExpr(expr) => match inner(expr) {
            expr if dialect != Dialect::Postgres || !is_it(expr) => None,
            Expr::Extract { .. } => Some("extract".to_owned()),
            Expr::Substring { .. } => Some("substring".to_owned()),
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

/// Whether `words` stand in `text`, and not within longer ones.
fn has_words(text: &str, words: &str) -> bool {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(words).any(|(at, _)| {
        !text[..at].ends_with(is_of_word) && !text[at + words.len()..].starts_with(is_of_word)
    })
}

fn is_moved(expr: &Expr, dialect: Dialect) -> bool {
    expr.visit(&mut Moves { is_outermost: true, dialect }).is_break()
}

/// Finds functions that turn one time into another: a fiscal year begins in another bucket than the one
/// it is named after.
struct Moves {
    is_outermost: bool,
    dialect: Dialect,
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
                let modifiers = || arguments(function).into_iter().skip(1).collect::<Vec<_>>();
                let is_still = match (called.as_str(), self.dialect) {
                    ("date" | "datetime", Dialect::Sqlite) => are_plain(&modifiers()),
                    (called, _) => called.starts_with(MACRO) || STILL.contains(&called),
                };
                // What is written in full can be cut.
                let is_written = || {
                    of_function(function, self.dialect).is_some_and(|(width, _)| width.is_some())
                };
                !is_still && !is_written() && text_prefix::of(expr).is_none()
            }
            _ => false,
        };
        if moves { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// `None` if `expr` is nothing that a function makes of a time.
fn made_part(expr: &Expr, dialect: Dialect) -> Option<(Option<Interval>, ReadOn)> {
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
            ("substr(at, 1, 7)", Sqlite, Month, true),
            ("substring(at, 1, 10)", Sqlite, Day, true),
            ("substr(datetime(at, 'unixepoch'), 1, 13)", Sqlite, Hour, true),
            ("substr(strftime('%Y-%m-%d', at), 0, 8)", Sqlite, Month, true),
            ("substr(at, 1, 7) || '-01'", Sqlite, Month, true),
            ("left(at::text, 7)", Postgres, Month, false),
            ("substring(at::text from 1 for 4)", Postgres, Year, false),
            ("substr(cast(at as text), 1, 10)::date", Postgres, Day, false),
            ("concat(left(at, 7), '-01')", MySql, Month, true),
            ("left(convert_tz(at, 'UTC', 'Europe/Berlin'), 7)", MySql, Month, false),
        ] {
            let sql = format!("select {expr} as b, count(*) as n from t group by 1");
            assert_eq!(found(&sql, dialect), Some(("b".to_owned(), width, is_in_utc)), "{expr}");
            let inner = format!("with w as ({sql}) select n, b as c from w order by 1");
            let outer = found(&inner, dialect).map(|found| found.0);
            assert_eq!(outer.as_deref(), Some("c"), "{inner}");
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
            ("substr(at, 6, 2)", Dialect::Sqlite),
            ("substr(at, 1, 4) as y, substr(at, 6, 2)", Dialect::Sqlite),
            ("strftime('%Y', at) as y, substr(at, 6, 2)", Dialect::Sqlite),
            ("substr(at, 1, 7) as m, substr(name, 1, 4)", Dialect::Sqlite),
            ("substr(at, 1, 3)", Dialect::Sqlite),
            ("substr(at, 1)", Dialect::Sqlite),
            ("substr(datetime(at, '+1 month'), 1, 7)", Dialect::Sqlite),
            ("substr(upper(at), 1, 7)", Dialect::Sqlite),
            ("left((at + interval '1 month')::text, 7)", Dialect::Postgres),
            ("left(at, 7) as m, left(at, 4)", Dialect::MySql),
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
    fn what_is_cut_from_another_text_is_no_part_of_the_time() {
        let sql =
            "select substr(name, 1, 4) as who, strftime('%Y-%m', at) as m, count(*) as n from t";
        let month = (("m").to_owned(), Interval::Month, true);
        assert_eq!(found(&format!("{sql} group by 1, 2"), Dialect::Sqlite), Some(month));
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
