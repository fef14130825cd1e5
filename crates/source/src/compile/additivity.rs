//! Which columns of a statement add up, by the outermost aggregate of each. Pure.
//!
//! The names of subqueries and `with` are followed to where they come from. What cannot be known is not
//! added up, except a bare column of a table, but may be a part of a whole.

use super::aggregates::{self, Aggregate};
use super::column_additivity::{ColumnAdditivity, Known};
use super::outline::MACRO;
use brisk_domain::Additivity;
use sqlparser::ast::{
    BinaryOperator, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, GroupByExpr, Query, Select, SelectItem, SetExpr, TableAlias, TableFactor,
    TableWithJoins, UnaryOperator,
};

/// The columns of `body`.
pub(crate) fn of(body: &Query) -> ColumnAdditivity {
    query(body, &[])
}

/// Queries by the names that `with` and aliases give them.
type Queries = [(String, ColumnAdditivity)];

fn query(query: &Query, known: &Queries) -> ColumnAdditivity {
    let mut known = known.to_vec();
    for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
        let columns = self::query(&cte.query, &known);
        known.push(aliased(&cte.alias, columns));
    }
    body(&query.body, &known)
}

fn body(body: &SetExpr, known: &Queries) -> ColumnAdditivity {
    match body {
        SetExpr::Select(select) => self::select(select, known),
        SetExpr::Query(query) => self::query(query, known),
        SetExpr::SetOperation { left, right, .. } => {
            let mut columns = self::body(left, known);
            let other = self::body(right, known);
            for (one, other) in columns.columns.iter_mut().zip(other.columns) {
                one.additivity = joined(one.additivity, other.additivity);
                if one.aggregate != other.aggregate {
                    one.aggregate = Aggregate::No;
                }
            }
            columns
        }
        _ => ColumnAdditivity { is_open: true, ..ColumnAdditivity::default() },
    }
}

/// The weaker of two additivities.
fn joined(a: Additivity, b: Additivity) -> Additivity {
    use Additivity::{Distinct, Extreme, Plain, Single, Total, Unknown};
    match (a, b) {
        _ if a == b => a,
        (Single | Extreme, _) | (_, Single | Extreme) => Single,
        (Unknown, _) | (_, Unknown) => Unknown,
        (Total | Distinct, Distinct) | (Distinct, Total) => Distinct,
        (Distinct, _) | (_, Distinct) => Single,
        _ => Plain,
    }
}

fn aliased(alias: &TableAlias, mut columns: ColumnAdditivity) -> (String, ColumnAdditivity) {
    for (column, given) in columns.columns.iter_mut().zip(&alias.columns) {
        column.name = Some(given.name.value.to_lowercase());
    }
    (alias.name.value.to_lowercase(), columns)
}

/// The tables and subqueries that a select reads, as far as they are known.
fn read_by(from: &[TableWithJoins], known: &Queries) -> Vec<(String, Option<ColumnAdditivity>)> {
    let mut read = Vec::new();
    for table in from {
        add_factor(&table.relation, known, &mut read);
        for join in &table.joins {
            add_factor(&join.relation, known, &mut read);
        }
    }
    read
}

fn add_factor(
    factor: &TableFactor,
    known: &Queries,
    read: &mut Vec<(String, Option<ColumnAdditivity>)>,
) {
    match factor {
        TableFactor::Table { name, alias, .. } => {
            let name = name.to_string().to_lowercase();
            let columns = known.iter().rev().find(|one| one.0 == name).map(|one| one.1.clone());
            match alias {
                Some(alias) => {
                    let is_known = columns.is_some();
                    let (name, columns) = aliased(alias, columns.unwrap_or_default());
                    read.push((name, is_known.then_some(columns)));
                }
                None => read.push((name, columns)),
            }
        }
        TableFactor::Derived { subquery, alias, .. } => {
            let columns = query(subquery, known);
            let (name, columns) = match alias {
                Some(alias) => aliased(alias, columns),
                None => (String::new(), columns),
            };
            read.push((name, Some(columns)));
        }
        TableFactor::NestedJoin { table_with_joins, .. } => {
            read.extend(read_by(std::slice::from_ref(table_with_joins), known));
        }
        _ => read.push((String::new(), None)),
    }
}

fn select(select: &Select, known: &Queries) -> ColumnAdditivity {
    let scope = Scope { known, read: read_by(&select.from, known) };
    let items = select.projection.iter().filter_map(expression);
    let groups = match &select.group_by {
        GroupByExpr::All(_) => true,
        GroupByExpr::Expressions(expressions, _) => !expressions.is_empty(),
    };
    let is_aggregated = |item: &Expr| {
        matches!(
            scope.of(item),
            Role::Of(
                Additivity::Total
                    | Additivity::Distinct
                    | Additivity::Single
                    | Additivity::Extreme
                    | Additivity::Unknown,
                true
            )
        )
    };
    let is_grouped = groups || items.clone().any(is_aggregated);
    let mut columns = ColumnAdditivity::default();
    let of_aggregates = aggregates::of(select);
    for (at, item) in select.projection.iter().enumerate() {
        let Some(expr) = expression(item) else {
            for (_, from) in &scope.read {
                match from {
                    Some(from) => {
                        columns.columns.extend(from.columns.iter().cloned());
                        columns.is_open |= from.is_open;
                    }
                    None => columns.is_open = true,
                }
            }
            continue;
        };
        let name = match item {
            SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.to_lowercase()),
            _ => column(expr).map(|(_, name)| name),
        };
        let additivity = match scope.of(expr) {
            Role::Literal => Additivity::Plain,
            Role::Of(Additivity::Plain, false) if is_grouped => Additivity::Key,
            Role::Of(additivity, _) => additivity,
        };
        let aggregate = match scope.aggregate(expr) {
            // There its value is what rows are told apart by.
            _ if aggregates::is_grouped(select, at) => Aggregate::No,
            None => of_aggregates,
            Some(read) => read,
        };
        columns.columns.push(Known { name, additivity, aggregate });
    }
    columns
}

fn expression(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

/// The table and the name of a column.
fn column(expr: &Expr) -> Option<(Option<String>, String)> {
    match expr {
        Expr::Identifier(name) => Some((None, name.value.to_lowercase())),
        Expr::CompoundIdentifier(parts) => {
            let name = parts.last()?.value.to_lowercase();
            let table = parts.iter().rev().nth(1).map(|table| table.value.to_lowercase());
            Some((table, name))
        }
        _ => None,
    }
}

/// What an expression is: a value that is the same for all rows, or one that depends on rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Literal,
    /// Depends on rows; and whether it is aggregated here.
    Of(Additivity, bool),
}

const SINGLE: Role = Role::Of(Additivity::Single, true);
const UNKNOWN: Role = Role::Of(Additivity::Unknown, true);
const PLAIN: Role = Role::Of(Additivity::Plain, false);

struct Scope<'a> {
    known: &'a Queries,
    read: Vec<(String, Option<ColumnAdditivity>)>,
}

impl Scope<'_> {
    fn of(&self, expr: &Expr) -> Role {
        match expr {
            Expr::Value(_) | Expr::TypedString(_) | Expr::Interval(_) => Role::Literal,
            Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => self.of(inner),
            Expr::Ceil { expr: inner, .. } | Expr::Floor { expr: inner, .. } => self.of(inner),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.column(expr),
            Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => self.of(expr),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::Case { conditions, else_result, .. } => {
                let results = conditions.iter().map(|when| &when.result);
                self.one_of(results.chain(else_result.as_deref()))
            }
            Expr::Function(function) => self.function(function),
            Expr::Subquery(inner) => {
                let columns = query(inner, self.known);
                let first = columns.columns.first().map(|column| column.additivity);
                Role::Of(first.unwrap_or(Additivity::Unknown), false)
            }
            Expr::Extract { .. } | Expr::Substring { .. } | Expr::Trim { .. } => PLAIN,
            _ => UNKNOWN.unless(|| self.is_of_columns_alone(expr)),
        }
    }

    /// Conditions and the like without aggregates: not amounts, but values of single rows.
    fn is_of_columns_alone(&self, expr: &Expr) -> bool {
        match expr {
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => !self.is_aggregate(inner),
            Expr::AtTimeZone { timestamp, .. } => !self.is_aggregate(timestamp),
            Expr::UnaryOp { expr, .. } => !self.is_aggregate(expr),
            _ => false,
        }
    }

    fn is_aggregate(&self, expr: &Expr) -> bool {
        matches!(self.of(expr), Role::Of(_, true))
    }

    fn column(&self, expr: &Expr) -> Role {
        self.found(expr).map_or(PLAIN, |column| Role::Of(column.additivity, false))
    }

    /// The column of a subquery that `expr` is.
    fn found(&self, expr: &Expr) -> Option<&Known> {
        let (table, name) = column(expr)?;
        let of_table =
            self.read.iter().filter(|one| table.as_ref().is_none_or(|table| one.0 == *table));
        let mut columns = of_table.filter_map(|one| one.1.as_ref()).flat_map(|from| &from.columns);
        columns.find(|column| column.name.as_ref() == Some(&name))
    }

    /// What `expr` is by the subquery that it is read from; `None` if it is aggregated here.
    fn aggregate(&self, expr: &Expr) -> Option<Aggregate> {
        match expr {
            Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => self.aggregate(inner),
            Expr::Subquery(inner) => {
                let columns = query(inner, self.known).columns;
                Some(columns.first().map_or(Aggregate::No, |one| one.aggregate.passed_on()))
            }
            _ if aggregates::is_called_in(expr) => None,
            _ => Some(self.found(expr).map_or(Aggregate::No, |one| one.aggregate.passed_on())),
        }
    }

    fn binary(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Role {
        use Additivity::{Key, Plain, Total};
        let (left, right) = (self.of(left), self.of(right));
        match (op, left, right) {
            (_, Role::Literal, Role::Literal) => Role::Literal,
            (BinaryOperator::Plus | BinaryOperator::Minus, Role::Of(a, x), Role::Of(b, y))
                if a.adds() && b.adds() =>
            {
                Role::Of(joined(a, b), x || y)
            }
            // A sum plus something else is not a sum over the rows.
            (
                BinaryOperator::Plus | BinaryOperator::Minus,
                Role::Of(Plain | Key, false),
                Role::Literal,
            )
            | (
                BinaryOperator::Plus | BinaryOperator::Minus,
                Role::Literal,
                Role::Of(Plain | Key, false),
            )
            | (
                BinaryOperator::Multiply,
                Role::Of(Plain | Key, false),
                Role::Of(Plain | Key, false),
            ) => PLAIN,
            (BinaryOperator::Multiply, Role::Of(a @ (Total | Plain | Key), x), Role::Literal)
            | (BinaryOperator::Multiply, Role::Literal, Role::Of(a @ (Total | Plain | Key), x))
            | (
                BinaryOperator::Divide | BinaryOperator::MyIntegerDivide,
                Role::Of(a @ (Total | Plain | Key), x),
                Role::Literal,
            ) => Role::Of(a, x),
            (_, a, b) => {
                let is_aggregated = |role| matches!(role, Role::Of(_, true));
                let of =
                    if stand_alone(op, a, b) { Additivity::Single } else { Additivity::Unknown };
                Role::Of(of, is_aggregated(a) || is_aggregated(b))
            }
        }
    }

    /// One of several values, whichever applies; literal numbers and NULL among them change
    /// nothing.
    fn one_of<'e>(&self, results: impl Iterator<Item = &'e Expr>) -> Role {
        let mut role = Role::Literal;
        for result in results {
            role = match (role, self.of(result)) {
                (Role::Literal, other) | (other, Role::Literal) => other,
                (Role::Of(a, x), Role::Of(b, y)) => Role::Of(joined(a, b), x || y),
            };
        }
        role
    }

    fn function(&self, function: &Function) -> Role {
        let name = function.name.to_string().to_lowercase();
        if name.starts_with(MACRO) {
            return PLAIN;
        }
        let arguments = arguments(function);
        let is_distinct = matches!(&function.args, FunctionArguments::List(list)
            if list.duplicate_treatment == Some(DuplicateTreatment::Distinct));
        if function.over.is_some() {
            // A running total, a rank, a share: its value follows from other rows.
            return Role::Of(Additivity::Unknown, false);
        }
        match name.as_str() {
            "sum" | "total" | "count" | "count_if" | "countif" => {
                let is_count = name.starts_with("count");
                match (is_distinct, is_count) {
                    (false, _) => Role::Of(Additivity::Total, true),
                    (true, true) => Role::Of(Additivity::Distinct, true),
                    (true, false) => SINGLE,
                }
            }
            "min" | "max" => match arguments.first().map(|first| self.of(first)) {
                // With several arguments, the least or largest within one row, in SQLite.
                _ if arguments.len() > 1 => UNKNOWN,
                Some(Role::Of(
                    Additivity::Single | Additivity::Distinct | Additivity::Unknown,
                    _,
                )) => SINGLE,
                None => UNKNOWN,
                Some(_) => Role::Of(Additivity::Extreme, true),
            },
            "coalesce" | "ifnull" | "nvl" | "if" | "iif" => {
                let skipped = usize::from(matches!(name.as_str(), "if" | "iif"));
                self.one_of(arguments.into_iter().skip(skipped))
            }
            "nullif" | "round" | "trunc" | "truncate" | "floor" | "ceil" | "ceiling" | "cast"
            | "convert" | "to_number" => arguments.first().map_or(PLAIN, |first| self.of(first)),
            // A value of one row, whatever is derived: names, parts of times, lengths.
            "abs" | "length" | "char_length" | "octet_length" | "lower" | "upper" | "substr"
            | "substring" | "trim" | "concat" | "printf" | "format" | "to_char" | "strftime"
            | "date_format" | "date_trunc" | "date_part" | "date" | "datetime" | "year"
            | "month" | "day" | "hour" | "minute" | "weekday" | "dayname" | "monthname"
            | "replace"
                if !arguments.iter().any(|argument| self.is_aggregate(argument)) =>
            {
                PLAIN
            }
            "avg" | "mean" | "median" | "mode" | "percentile_cont" | "percentile_disc"
            | "stddev" | "stddev_pop" | "stddev_samp" | "std" | "variance" | "var_pop"
            | "var_samp" | "corr" => SINGLE,
            _ => UNKNOWN,
        }
    }
}

/// Whether what `op` makes of two values is known to be no part of a whole: more or less of what is none, or a
/// multiple of it, and the ratio of two sums of the same rows. Sums that are divided by something else may be
/// shares, and an average times a count is a sum.
fn stand_alone(op: &BinaryOperator, a: Role, b: Role) -> bool {
    let alone = |role| matches!(role, Role::Of(of, _) if of.stands_alone());
    let unknown = |role| matches!(role, Role::Of(Additivity::Unknown, _));
    let counted = |role| matches!(role, Role::Of(Additivity::Total | Additivity::Distinct, true));
    match op {
        BinaryOperator::Plus | BinaryOperator::Minus => {
            (alone(a) || alone(b)) && !unknown(a) && !unknown(b)
        }
        BinaryOperator::Multiply => {
            alone(a) && b == Role::Literal || a == Role::Literal && alone(b)
        }
        BinaryOperator::Divide | BinaryOperator::MyIntegerDivide => {
            alone(a) && b == Role::Literal || counted(a) && counted(b)
        }
        _ => false,
    }
}

impl Role {
    /// Plain if `is_plain` holds.
    fn unless(self, is_plain: impl Fn() -> bool) -> Self {
        if is_plain() { PLAIN } else { self }
    }
}

fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else { return Vec::new() };
    list.args.iter().filter_map(argument).collect()
}

fn argument(argument: &FunctionArg) -> Option<&Expr> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
