//! The columns that arguments of time macros, and the columns of a result, come from. Pure.
//!
//! A name is resolved as in SQL, in the tables and subqueries of its `select` and of those around it;
//! a subquery's column has the origin of its expression. Only the database knows which of several
//! tables has a column, and its type.

use super::column_type::ColumnType;
use super::expected::placeholder;
use super::outline::{MACRO, Outline};
use super::tables::last_name;
use super::weekdays;
use crate::dialect::Dialect;
use brisk_domain::Weekdays;
use sqlparser::ast::{
    DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Query,
    Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, TableAlias, TableFactor,
    TableWithJoins, Value, Visit, Visitor,
};
use sqlparser::tokenizer::Location;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Where the value of an expression comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// A column of one of these tables, as the statement names them.
    Column {
        tables: Vec<String>,
        column: String,
    },
    /// Any of these.
    AnyOf(Vec<Origin>),
    /// An instant, whatever it was derived from.
    Instant,
    /// A date.
    Date,
    /// A literal text that looks like a time, where times are text.
    Text(ColumnType),
    /// A time derived from this one: the start of its bucket, or a time moved by some length.
    Like(Box<Origin>),
    /// This, cast to a time without a zone. `None` if it is a literal.
    Cast(Option<Box<Origin>>),
    /// What the clock of a zone shows at an instant, or the instant at which it shows a time:
    /// `at time zone`, with the zone if it is a literal.
    AtTimeZone(Box<Origin>, Option<String>),
    /// A day of the week as a number.
    Weekday(Weekdays),
    Unknown,
}

/// The origins in a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Origins {
    /// Those of the first argument of each time macro, by the macro's offset in the author's text.
    pub(crate) arguments: BTreeMap<usize, Origin>,
    /// Those of the named columns of the result.
    pub(crate) columns: Vec<(String, Origin)>,
    /// The columns of the result that are days of the week as numbers.
    pub(crate) weekdays: Vec<(String, Weekdays)>,
    /// Those of what each variable or attribute is compared with, by its offset in the author's
    /// text.
    pub(crate) compared: BTreeMap<usize, Origin>,
}

/// The most subqueries that are examined.
const MOST: usize = 500;
/// The depth to which expressions are followed.
const DEEPEST: usize = 40;

pub(crate) fn of(body: &Query, outline: &Outline<'_>, dialect: Dialect) -> Origins {
    let mut finder = Finder {
        outline,
        dialect,
        named: Vec::new(),
        scopes: Vec::new(),
        seen: BTreeSet::new(),
        arguments: BTreeMap::new(),
        compared: BTreeMap::new(),
    };
    let named = finder.query(body).named;
    let is_only = |name: &String| named.iter().filter(|(other, _)| other == name).count() == 1;
    let weekdays = named.iter().filter_map(|(name, origin)| match origin {
        Origin::Weekday(numbering) if is_only(name) => Some((name.clone(), *numbering)),
        _ => None,
    });
    let weekdays = weekdays.collect();
    let says_a_clock =
        |(_, origin): &(String, Origin)| !matches!(origin, Origin::Unknown | Origin::Weekday(_));
    let columns = named.into_iter().filter(says_a_clock).collect();
    Origins { columns, weekdays, arguments: finder.arguments, compared: finder.compared }
}

/// The columns of a table or a subquery.
#[derive(Debug, Clone, Default)]
struct Columns {
    /// Those with a known expression.
    named: Vec<(String, Origin)>,
    /// All others belong to one of these tables.
    tables: Vec<String>,
}

/// The tables and subqueries of a `select`, each with the name it has there.
type Scope = Vec<(String, Columns)>;

struct Finder<'a> {
    outline: &'a Outline<'a>,
    dialect: Dialect,
    /// The subqueries of `with`, the innermost last.
    named: Vec<(String, Columns)>,
    scopes: Vec<Scope>,
    /// The queries visited so far, for comparison only.
    seen: BTreeSet<*const Query>,
    arguments: BTreeMap<usize, Origin>,
    compared: BTreeMap<usize, Origin>,
}

impl Finder<'_> {
    fn query(&mut self, query: &Query) -> Columns {
        if self.seen.len() >= MOST {
            return Columns::default();
        }
        self.seen.insert(query);
        let outer = self.named.len();
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let columns = self.query(&cte.query);
            self.named.push((lower(&cte.alias.name), renamed(columns, &cte.alias)));
        }
        let (columns, scope) = self.body(&query.body);
        if let Some(order) = &query.order_by {
            self.scopes.push(scope);
            let _: ControlFlow<()> = order.visit(self);
            self.scopes.pop();
        }
        self.named.truncate(outer);
        columns
    }

    fn body(&mut self, body: &SetExpr) -> (Columns, Scope) {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => (self.query(query), Scope::new()),
            SetExpr::SetOperation { left, right, .. } => {
                let (mut left, scope) = self.body(left);
                let (right, _) = self.body(right);
                let same = left.named.len() == right.named.len();
                for (i, (_, origin)) in left.named.iter_mut().enumerate() {
                    let other = right.named.get(i).map(|(_, origin)| origin.clone());
                    let other = other.filter(|_| same).unwrap_or(Origin::Unknown);
                    *origin = any_of(vec![origin.clone(), other]);
                }
                left.tables.extend(right.tables);
                (left, scope)
            }
            SetExpr::Values(values) => {
                let mut columns: Vec<Vec<Origin>> = Vec::new();
                for row in &values.rows {
                    for (i, expr) in row.iter().enumerate() {
                        let origin = self.origin(expr, DEEPEST);
                        match columns.get_mut(i) {
                            Some(column) => column.push(origin),
                            None => columns.push(vec![origin]),
                        }
                    }
                }
                let named = columns.into_iter().map(|origins| (String::new(), any_of(origins)));
                (Columns { named: named.collect(), tables: Vec::new() }, Scope::new())
            }
            _ => (Columns::default(), Scope::new()),
        }
    }

    fn select(&mut self, select: &Select) -> (Columns, Scope) {
        let mut scope = Scope::new();
        for from in &select.from {
            self.joined(from, &mut scope);
        }
        self.scopes.push(scope);
        let _: ControlFlow<()> = select.visit(self);
        let mut columns = Columns::default();
        for item in &select.projection {
            match item {
                SelectItem::ExprWithAlias { expr, alias } => {
                    columns.named.push((lower(alias), self.origin(expr, DEEPEST)));
                }
                SelectItem::UnnamedExpr(expr) => {
                    let name = match expr {
                        Expr::Identifier(name) => lower(name),
                        Expr::CompoundIdentifier(parts) => {
                            parts.last().map_or_else(String::new, lower)
                        }
                        _ => String::new(),
                    };
                    columns.named.push((name, self.origin(expr, DEEPEST)));
                }
                SelectItem::Wildcard(_) => {
                    for (_, relation) in self.scopes.last().into_iter().flatten() {
                        columns.named.extend(relation.named.iter().cloned());
                        columns.tables.extend(relation.tables.iter().cloned());
                    }
                }
                SelectItem::QualifiedWildcard(
                    SelectItemQualifiedWildcardKind::ObjectName(of),
                    _,
                ) => {
                    let (of, _) = last_name(of);
                    let relations = self.scopes.last().into_iter().flatten();
                    for (_, relation) in relations.filter(|(name, _)| *name == of) {
                        columns.named.extend(relation.named.iter().cloned());
                        columns.tables.extend(relation.tables.iter().cloned());
                    }
                }
                _ => columns.named.push((String::new(), Origin::Unknown)),
            }
        }
        (columns, self.scopes.pop().unwrap_or_default())
    }

    fn joined(&mut self, from: &TableWithJoins, scope: &mut Scope) {
        let joined = from.joins.iter().map(|join| &join.relation);
        for factor in std::iter::once(&from.relation).chain(joined) {
            match factor {
                TableFactor::Table { name, alias, args: None, .. } => {
                    let (last, _) = last_name(name);
                    let is_bare = name.0.len() == 1;
                    let named =
                        self.named.iter().rev().find(|(named, _)| is_bare && *named == last);
                    let columns = named.map_or_else(
                        || Columns { named: Vec::new(), tables: vec![name.to_string()] },
                        |(_, columns)| columns.clone(),
                    );
                    scope.push(match alias {
                        Some(alias) => (lower(&alias.name), renamed(columns, alias)),
                        None => (last, columns),
                    });
                }
                TableFactor::Derived { subquery, alias, .. } => {
                    // A lateral subquery sees what precedes it.
                    self.scopes.push(scope.clone());
                    let columns = self.query(subquery);
                    self.scopes.pop();
                    scope.push(match alias {
                        Some(alias) => (lower(&alias.name), renamed(columns, alias)),
                        None => (String::new(), columns),
                    });
                }
                TableFactor::NestedJoin { table_with_joins, .. } => {
                    self.joined(table_with_joins, scope);
                }
                _ => {}
            }
        }
    }

    fn origin(&self, expr: &Expr, depth: usize) -> Origin {
        let Some(deeper) = depth.checked_sub(1) else { return Origin::Unknown };
        let of = |expr: &Expr| self.origin(expr, deeper);
        match expr {
            Expr::Nested(inner) => of(inner),
            Expr::Identifier(name) => self.column(None, name),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., table, name] => self.column(Some(&lower(table)), name),
                _ => Origin::Unknown,
            },
            Expr::Cast { data_type, expr, .. } => self.cast(data_type, || of(expr)),
            Expr::TypedString(literal) => self.cast(&literal.data_type, || Origin::Cast(None)),
            Expr::AtTimeZone { timestamp, time_zone } => {
                Origin::AtTimeZone(Box::new(of(timestamp)), literal(time_zone))
            }
            // A time plus or minus a length of time is a time.
            Expr::BinaryOp { left, op, right } => match (&**left, &**right) {
                (Expr::Interval(_), other) | (other, Expr::Interval(_)) => moved(of(other)),
                _ => match of(left) {
                    Origin::Weekday(days) => weekday(weekdays::moved(days, op, right)),
                    _ => Origin::Unknown,
                },
            },
            Expr::Extract { field, .. } => weekday(weekdays::of_field(field)),
            Expr::Case { conditions, else_result, .. } => {
                let results = conditions.iter().map(|when| &when.result);
                any_of(
                    results.chain(else_result.as_deref()).filter(|e| !is_null(e)).map(of).collect(),
                )
            }
            Expr::Function(function) => self.function(function, deeper),
            Expr::Value(_) if self.dialect == Dialect::Sqlite => literal(expr)
                .map_or(Origin::Unknown, |text| Origin::Text(ColumnType::of_text(&text))),
            _ => Origin::Unknown,
        }
    }

    fn cast(&self, to: &DataType, from: impl Fn() -> Origin) -> Origin {
        if weekdays::survive(to) {
            return match from() {
                days @ Origin::Weekday(_) => days,
                _ => Origin::Unknown,
            };
        }
        let to = to.to_string().to_lowercase();
        let with_zone = to.starts_with("timestamptz") || to.contains("with time zone");
        match to.split(['(', ' ']).next().unwrap_or_default() {
            "date" => Origin::Date,
            _ if with_zone => Origin::Instant,
            "timestamp" | "datetime" => Origin::Cast(Some(Box::new(from()))),
            _ => Origin::Unknown,
        }
    }

    fn function(&self, function: &Function, depth: usize) -> Origin {
        let (name, _) = last_name(&function.name);
        if let Some(name) = name.strip_prefix(MACRO) {
            return match name {
                "weekday" => Origin::Weekday(Weekdays::ISO),
                "year" | "month" | "hour" | "range" => Origin::Unknown,
                _ => Origin::Instant,
            };
        }
        let arguments = arguments(function);
        let of = |expr: &&Expr| self.origin(expr, depth);
        let first = || arguments.first().map_or(Origin::Unknown, of);
        let mysql = self.dialect == Dialect::MySql;
        match name.as_str() {
            "min" | "max" | "lag" | "lead" | "first_value" | "last_value" | "nth_value"
            | "nullif" | "any_value" => first(),
            "coalesce" | "ifnull" | "greatest" | "least" => {
                any_of(arguments.iter().filter(|expr| !is_null(expr)).map(of).collect())
            }
            "if" | "iif" => {
                let results = arguments.iter().skip(1).filter(|expr| !is_null(expr));
                any_of(results.map(of).collect())
            }
            "now"
            | "current_timestamp"
            | "to_timestamp"
            | "transaction_timestamp"
            | "statement_timestamp"
            | "clock_timestamp"
            | "from_unixtime"
            | "utc_timestamp"
            | "sysdate" => Origin::Instant,
            "date" | "curdate" | "current_date" | "utc_date" | "last_day" | "makedate"
            | "make_date" => Origin::Date,
            "date_add" | "date_sub" | "adddate" | "subdate" => moved(first()),
            // The bucket of a time is a time of the same kind.
            "date_trunc" => arguments.get(1).map_or(Origin::Unknown, |of_| moved(of(of_))),
            "timestamp" | "str_to_date" if mysql => Origin::Cast(Some(Box::new(first()))),
            "convert_tz" => {
                let to = arguments.get(2).and_then(|to| literal(to));
                match to.as_deref() {
                    Some("+00:00" | "UTC") => Origin::Instant,
                    _ => Origin::AtTimeZone(Box::new(Origin::Instant), to),
                }
            }
            "datetime" if self.dialect == Dialect::Sqlite => {
                Origin::Cast(Some(Box::new(Origin::Unknown)))
            }
            name => weekday(weekdays::of_function(name, &arguments, self.dialect)),
        }
    }

    /// The origin of `name`, in the innermost `select` that has it.
    fn column(&self, table: Option<&str>, name: &Ident) -> Origin {
        let column = lower(name);
        for scope in self.scopes.iter().rev() {
            let fits = |relation: &&(String, Columns)| table.is_none_or(|t| relation.0 == t);
            let relations: Vec<_> = scope.iter().filter(fits).collect();
            let named = relations.iter().flat_map(|(_, columns)| &columns.named);
            if let Some((_, origin)) = named.into_iter().find(|(named, _)| *named == column) {
                return origin.clone();
            }
            let tables = relations.iter().flat_map(|(_, columns)| columns.tables.iter().cloned());
            let tables: Vec<String> = tables.collect();
            if !tables.is_empty() {
                return Origin::Column { tables, column };
            }
        }
        Origin::Unknown
    }

    /// Records what `value` is compared with, if it is a variable or an attribute.
    fn compare(&mut self, value: &Expr, other: &Expr) {
        let offset = placeholder(value).and_then(|place| self.outline.chosen_at(place));
        if let Some(offset) = offset {
            let origin = self.origin(other, DEEPEST);
            self.compared.entry(offset).or_insert(origin);
        }
    }

    fn note(&mut self, place: Location, argument: &Expr) {
        let Some(offset) = self.outline.macro_at(place) else { return };
        let origin = self.origin(argument, DEEPEST);
        self.arguments.entry(offset).or_insert(origin);
    }
}

impl Visitor for Finder<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        // Those in a `from` have been visited before their `select`.
        if !self.seen.contains(&(query as *const Query)) {
            self.query(query);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) => {
                let (name, place) = last_name(&function.name);
                if name.starts_with(MACRO)
                    && let Some(argument) = arguments(function).first()
                {
                    self.note(place, argument);
                }
            }
            Expr::BinaryOp { left, right, .. }
            | Expr::IsDistinctFrom(left, right)
            | Expr::IsNotDistinctFrom(left, right) => {
                self.compare(left, right);
                self.compare(right, left);
            }
            Expr::InList { expr, list, .. } => {
                list.iter().for_each(|item| self.compare(item, expr))
            }
            Expr::Between { expr, low, high, .. } => {
                self.compare(low, expr);
                self.compare(high, expr);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// `columns` under the names that `alias` gives them.
fn renamed(mut columns: Columns, alias: &TableAlias) -> Columns {
    for (column, name) in columns.named.iter_mut().zip(&alias.columns) {
        column.0 = lower(&name.name);
    }
    // A table's own names are not known here.
    if !alias.columns.is_empty() && !columns.tables.is_empty() {
        return Columns::default();
    }
    columns
}

fn any_of(mut origins: Vec<Origin>) -> Origin {
    origins.dedup();
    match origins.len() {
        0 => Origin::Unknown,
        1 => origins.remove(0),
        _ => Origin::AnyOf(origins),
    }
}

fn moved(origin: Origin) -> Origin {
    match origin {
        Origin::Date => Origin::Date,
        Origin::Instant => Origin::Instant,
        Origin::Unknown | Origin::Weekday(_) => Origin::Unknown,
        other => Origin::Like(Box::new(other)),
    }
}

fn weekday(numbering: Option<Weekdays>) -> Origin {
    numbering.map_or(Origin::Unknown, Origin::Weekday)
}

fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Some(text.clone()),
            _ => None,
        },
        Expr::Nested(inner) => literal(inner),
        _ => None,
    }
}

fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if value.value == Value::Null)
}

fn lower(name: &Ident) -> String {
    name.value.to_lowercase()
}

fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else { return Vec::new() };
    let of_argument = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
        _ => None,
    };
    list.args.iter().filter_map(of_argument).collect()
}
