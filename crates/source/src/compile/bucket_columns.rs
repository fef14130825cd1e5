//! Which columns of a statement are time buckets, how wide they are, and which ends of the range it
//! reads. Pure.
//!
//! Buckets come from `$bucket`, or from a `date_trunc` of the author's own.

use super::instant_columns;
use super::outline::MACRO;
use super::template::Piece;
use crate::syntax::Part;
use brisk_domain::{Bounds, Interval};
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, Select, SelectItem,
    Value, Visit, Visitor,
};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Which ends of the range a statement reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RangeUse {
    /// Its beginning.
    pub from: bool,
    /// Its end.
    pub to: bool,
}

/// The ends of the range that `pieces` read.
pub(crate) fn range_use(pieces: &[Piece]) -> RangeUse {
    pieces.iter().fold(RangeUse::default(), |known, piece| {
        let more = match piece {
            Piece::Parameter { name, .. } => RangeUse { from: name == "from", to: name == "to" },
            Piece::Macro { name, .. } if name == "range" => RangeUse { from: true, to: true },
            Piece::Macro { arguments, .. } => {
                let each = arguments.iter().map(|argument| range_use(argument));
                each.fold(RangeUse::default(), RangeUse::or)
            }
            Piece::Sql { .. } | Piece::Attribute { .. } => RangeUse::default(),
        };
        known.or(more)
    })
}

/// Whether rows from before 1970 may be read: the range says so, or nothing limits what `$year`, `$month`,
/// `$weekday` or `$hour` read. Of buckets, the result tells.
pub(crate) fn may_read_before_1970(pieces: &[Piece], bounds: Bounds) -> bool {
    if range_use(pieces).from && bounds.from.seconds() < 0 {
        return true;
    }
    let (mut limited, mut parts) = (BTreeSet::new(), BTreeSet::new());
    arguments(pieces, &|name| name == "range", &mut limited);
    arguments(pieces, &|name| Part::parse(name).is_some(), &mut parts);
    !parts.is_subset(&limited)
}

/// The first arguments of the macros that `is_meant` names, as they are written.
fn arguments(pieces: &[Piece], is_meant: &dyn Fn(&str) -> bool, found: &mut BTreeSet<String>) {
    for piece in pieces {
        let Piece::Macro { name, arguments: given, .. } = piece else { continue };
        if let Some(first) = given.first().filter(|_| is_meant(name)) {
            found.insert(written(first));
        }
        for argument in given {
            arguments(argument, is_meant, found);
        }
    }
}

fn written(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Sql { text, .. } => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Piece::Parameter { name, .. } => format!(":{name}"),
        Piece::Attribute { name, .. } => format!(":user.{name}"),
        Piece::Macro { name, arguments, .. } => {
            let arguments: Vec<_> = arguments.iter().map(|argument| written(argument)).collect();
            format!("${name}({})", arguments.join(", "))
        }
    };
    pieces.iter().map(piece).collect()
}

impl RangeUse {
    fn or(self, other: Self) -> Self {
        Self { from: self.from || other.from, to: self.to || other.to }
    }
}

/// The names of the columns of `body` that hold the starts of buckets, sorted.
pub(crate) fn names(body: &Query) -> Vec<String> {
    instant_columns::buckets(body, |expr| {
        let Expr::Function(function) = expr else { return false };
        let called = function.name.to_string().to_lowercase();
        called.strip_prefix(MACRO) == Some("bucket") || called == "date_trunc"
    })
}

/// The width that every `$bucket` of `pieces` and every `date_trunc` among the columns of `body` names,
/// if they all name the same one.
pub(crate) fn width(pieces: &[Piece], body: &Query) -> Option<Interval> {
    let mut widths = Vec::new();
    of_macros(pieces, &mut widths);
    let _: ControlFlow<()> = body.visit(&mut Truncations(&mut widths));
    let first = *widths.first()?;
    first.filter(|_| widths.iter().all(|other| *other == first))
}

/// The width that every `$bucket` of `pieces` names, if they all name the same one.
pub(crate) fn width_of_macros(pieces: &[Piece]) -> Option<Interval> {
    let mut widths = Vec::new();
    of_macros(pieces, &mut widths);
    let first = *widths.first()?;
    first.filter(|_| widths.iter().all(|other| *other == first))
}

fn of_macros(pieces: &[Piece], widths: &mut Vec<Option<Interval>>) {
    for piece in pieces {
        let Piece::Macro { name, arguments, .. } = piece else { continue };
        if name == "bucket" {
            widths.push(match arguments.get(1).map(Vec::as_slice) {
                Some([Piece::Sql { text, .. }]) => Interval::parse(text.trim().trim_matches('\'')),
                _ => None,
            });
        }
        for argument in arguments {
            of_macros(argument, widths);
        }
    }
}

struct Truncations<'a>(&'a mut Vec<Option<Interval>>);

impl Visitor for Truncations<'_> {
    type Break = ();

    fn post_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { expr, .. } | SelectItem::UnnamedExpr(expr) = item
                && let Some(function) = truncation(expr)
            {
                self.0.push(first_text(function).and_then(|word| Interval::parse(&word)));
            }
        }
        ControlFlow::Continue(())
    }
}

/// The `date_trunc` that a column consists of, casts aside.
fn truncation(expr: &Expr) -> Option<&Function> {
    match expr {
        Expr::Function(function) => {
            function.name.to_string().eq_ignore_ascii_case("date_trunc").then_some(function)
        }
        Expr::Nested(inner)
        | Expr::Cast { expr: inner, .. }
        | Expr::AtTimeZone { timestamp: inner, .. } => truncation(inner),
        _ => None,
    }
}

fn first_text(function: &Function) -> Option<String> {
    let FunctionArguments::List(list) = &function.args else { return None };
    match list.args.first()? {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))) => match &value.value {
            Value::SingleQuotedString(text) => Some(text.to_lowercase()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::outline::Outline;
    use crate::compile::template;
    use crate::dialect::Dialect;
    use sqlparser::ast::Statement;
    use sqlparser::parser::Parser;

    fn of(sql: &str) -> (Vec<String>, Option<Interval>, RangeUse) {
        let (query, dialect) = (brisk_domain::Query::new(sql), Dialect::Postgres);
        let pieces = template::parse(&query, dialect).unwrap();
        let outline = Outline::of(&query, &pieces, dialect);
        let statements = Parser::parse_sql(dialect.syntax().grammar(), &outline.sql).unwrap();
        let [Statement::Query(body)] = statements.as_slice() else { panic!("{sql}") };
        (super::names(body), width(&pieces, body), range_use(&pieces))
    }

    fn names(sql: &str) -> Vec<String> {
        of(sql).0
    }

    #[test]
    fn buckets_are_followed_to_the_columns_that_hold_them() {
        assert_eq!(names("select $bucket(at) as day, at as t from a group by 1, 2"), ["day"]);
        assert_eq!(names("select coalesce($bucket(at), now()) as day from a"), ["day"]);
        let inner = "with w as (select $bucket(at, week) as week, count(*) as n from a group by 1)";
        assert_eq!(names(&format!("{inner} select week as w, n from w")), ["w"]);
        assert_eq!(names("select max($time(at)) as newest from a"), [""; 0]);
        assert_eq!(names("select lag($bucket(at)) over () as before from a"), [""; 0]);
        for own in [
            "date_trunc('month', at)",
            "date_trunc('month', at)::date",
            "cast(date_trunc('month', at) as date)",
            "date_trunc('month', at at time zone 'UTC') at time zone 'UTC'",
            "(date_trunc('month', at))",
        ] {
            assert_eq!(names(&format!("select {own} as m from a group by 1")), ["m"], "{own}");
        }
        assert_eq!(names("select date_trunc('month', at) from a group by 1"), ["date_trunc"]);
    }

    #[test]
    fn a_width_that_all_buckets_name_is_that_of_the_statement() {
        let width = |item: &str| of(&format!("select {item} from t group by 1")).1;
        assert_eq!(width("$bucket(at, month) as month"), Some(Interval::Month));
        assert_eq!(
            width("coalesce($bucket(at, day), $bucket(b, 'day')) as day"),
            Some(Interval::Day)
        );
        assert_eq!(width("$bucket(at) as day"), None);
        assert_eq!(width("$bucket(at, day) as day, $bucket(at) as t"), None);
        assert_eq!(width("count(*) as n"), None);
        assert_eq!(width("date_trunc('Month', at)::date as month"), Some(Interval::Month));
        assert_eq!(width("date_trunc(:interval, at) as t"), None);
        assert_eq!(width("date_trunc('decade', at) as t"), None);
        let sql = "select $bucket(at) as d from t where at > date_trunc('month', now()) group by 1";
        assert_eq!(of(sql).1, None, "not a column");
    }

    #[test]
    fn the_range_may_be_read_at_one_end_only() {
        let range = |condition: &str| {
            let RangeUse { from, to } = of(&format!("select 1 as n from t where {condition}")).2;
            (from, to)
        };
        assert_eq!(range("$range(at)"), (true, true));
        assert_eq!(range("at < to_timestamp(:to)"), (false, true));
        assert_eq!(range("at >= to_timestamp(:from)"), (true, false));
        assert_eq!(range("at > now()"), (false, false));
        assert_eq!(range("$bucket(to_timestamp(:from)) > at"), (true, false));
    }
}
