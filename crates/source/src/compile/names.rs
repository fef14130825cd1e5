//! Everything in a statement that may call a function, going by its words: calls, fields (`t.f` calls
//! `f(t)` on PostgreSQL), operators, and names, any of which may be a view's or a type's. Pure.
//!
//! The executors look these up in the servers' catalogs. Words yield too much rather than too little: a
//! name that is no function there is ignored.

use super::lexemes::{self, Kind, Lexeme};
use super::outline::{MACRO, Outline};
use super::template::Piece;
use crate::dialect::Dialect;
use crate::error::StatementError;
use brisk_domain::Query;
use std::collections::BTreeSet;

/// Everything in a statement that may call a function, each with its first offset in the author's
/// text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Names {
    pub(crate) calls: Vec<Call>,
    /// Parts of names after a dot.
    pub(crate) fields: Vec<Name>,
    /// Operators, including those that keywords such as `like` stand for.
    pub(crate) operators: Vec<Name>,
    /// All names, the last two parts of each.
    pub(crate) words: Vec<Name>,
    /// Names that may be the type of a cast.
    pub(crate) casts: Vec<Name>,
}

/// A name before an opening parenthesis.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) name: Name,
    /// How many arguments it has, if they can be counted.
    pub(crate) arguments: Option<u16>,
    /// Whether the name is quoted and so is no keyword.
    pub(crate) is_quoted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name {
    /// Empty if there is none.
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) at: usize,
}

/// In place of the schema of an operator that names one: any schema.
pub(crate) const ANY_SCHEMA: &str = "*";

/// In place of a field's schema: what precedes its dot is a row, not a value of another type.
pub(crate) const OF_A_ROW: &str = "row";

/// Operators that a statement may use without a sign.
const BY_KEYWORDS: [&str; 12] =
    ["=", "<>", "<", "<=", ">", ">=", "~~", "!~~", "~~*", "!~~*", "~", "!~"];

/// The first words of types whose names have several.
const LONG_TYPES: [&str; 8] =
    ["bit", "char", "character", "double", "interval", "national", "time", "timestamp"];

/// The characters that operators consist of.
const OPERATOR: &str = "+-*/<>=~!@#%^&|`?";
/// One of these lets an operator end with `+` or `-`.
const LETS_END_WITH_A_SIGN: &str = "~!@#%^&|`?";

impl Names {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The names in the author's statement.
    pub(crate) fn of(outline: &Outline<'_>, dialect: Dialect) -> Result<Self, StatementError> {
        let lexemes = lexemes::of(outline, dialect)?;
        // A macro's stand-in is not a name.
        let is_macro = |lexeme: &Lexeme| {
            !outline.is_authors(lexeme.at)
                && lexeme.name().is_some_and(|name| name.starts_with(MACRO))
        };
        let place = |at| outline.authors_offset_of(at);
        let results = BTreeSet::new();
        let mut finder =
            Finder { lexemes: &lexemes, dialect, is_macro: &is_macro, place: &place, results };
        finder.results = finder.results_of_functions();
        Ok(finder.found())
    }
}

impl Names {
    /// The names in SQL that the database wrote itself, if it can be split into words; their offsets
    /// mean nothing.
    pub(crate) fn of_text(sql: &str, dialect: Dialect) -> Option<Self> {
        let query = Query::new(sql);
        let pieces = [Piece::Sql { text: sql.to_owned(), offset: 0 }];
        Self::of(&Outline::of(&query, &pieces, dialect), dialect).ok()
    }
}

struct Finder<'a> {
    lexemes: &'a [Lexeme],
    dialect: Dialect,
    is_macro: &'a dyn Fn(&Lexeme) -> bool,
    place: &'a dyn Fn(usize) -> usize,
    /// The possible names of the results of functions in `from`.
    results: BTreeSet<String>,
}

impl Finder<'_> {
    /// Any name after parentheses may be that of a function's result, whose row may be of any type;
    /// without a name, the result has the function's.
    fn results_of_functions(&self) -> BTreeSet<String> {
        let is = |at: usize, word: &str| self.lexemes.get(at).is_some_and(|lexeme| lexeme.is(word));
        let (mut results, mut open) = (BTreeSet::new(), Vec::new());
        for (i, lexeme) in self.lexemes.iter().enumerate() {
            if lexeme.is_symbol('(') {
                // Parentheses around a query hold rows.
                let first = self.lexemes.get(i + 1);
                let is_query = first.is_some_and(|l| {
                    l.is_any(&["select", "with", "values", "table"]) || l.is_symbol('(')
                });
                open.push(is_query);
                results.extend(i.checked_sub(1).and_then(|before| self.part(before)));
            }
            if lexeme.is_symbol(')') && open.pop() != Some(true) {
                let is_numbered = is(i + 1, "with") && is(i + 2, "ordinality");
                let next = if is_numbered { i + 3 } else { i + 1 };
                results.extend(self.part(if is(next, "as") { next + 1 } else { next }));
            }
        }
        results
    }

    /// Whether the name from `start` to `end` may be the type of a cast: `x::a`, `cast(x as a)`, `a(x)`.
    fn is_cast(&self, start: usize, end: usize) -> bool {
        let is_symbol = |at: Option<usize>, symbol| {
            at.and_then(|at| self.lexemes.get(at)).is_some_and(|l| l.is_symbol(symbol))
        };
        let before = |back: usize| start.checked_sub(back);
        if is_symbol(Some(end), '(') || is_symbol(before(1), ':') && is_symbol(before(2), ':') {
            return true;
        }
        let word = before(1).and_then(|at| self.lexemes.get(at));
        // A type of several words: `double precision`.
        let is_long = self.lexemes[start].is_any(&LONG_TYPES);
        let ends = [')', '[', ','].iter().any(|symbol| is_symbol(Some(end), *symbol));
        word.is_some_and(|word| word.is_any(&["as", "returning", "setof"])) && (ends || is_long)
    }

    fn found(&self) -> Names {
        let mut names = Names::default();
        let mut i = 0;
        while let Some(first) = self.lexemes.get(i) {
            if matches!(first.kind, Kind::Symbol(_)) {
                i = self.operator(i, &mut names);
                continue;
            }
            let parts = self.chain(i);
            let Some(last) = parts.last() else {
                i += 1;
                continue;
            };
            let end = i + 2 * parts.len() - 1;
            if !(self.is_macro)(first) {
                self.name(i, &parts, last, end, &mut names);
            }
            i = end;
        }
        if self.dialect == Dialect::Postgres {
            names.add_other_cases();
            names.operators.extend(BY_KEYWORDS.map(|sign| Name::at(0, "", sign)));
        }
        names.sort();
        names
    }

    /// The parts of the name that starts at `i`: `a.b.c`.
    fn chain(&self, i: usize) -> Vec<String> {
        let mut parts: Vec<String> = self.part(i).into_iter().collect();
        let is_dot = |at: usize| self.lexemes.get(at).is_some_and(|lexeme| lexeme.is_symbol('.'));
        while !parts.is_empty() && is_dot(i + 2 * parts.len() - 1) {
            let Some(next) = self.part(i + 2 * parts.len()) else { break };
            parts.push(next);
        }
        parts
    }

    /// A part of a name, as the database looks it up. MySQL's functions ignore case; its tables may not.
    fn part(&self, at: usize) -> Option<String> {
        match &self.lexemes.get(at)?.kind {
            // PostgreSQL leaves other letters as they are, if they have more than one byte.
            Kind::Word(name) if self.dialect == Dialect::Postgres => {
                Some(name.to_ascii_lowercase())
            }
            Kind::Name(name) | Kind::Word(name) => Some(name.clone()),
            _ => None,
        }
    }

    fn name(&self, start: usize, parts: &[String], last: &str, end: usize, names: &mut Names) {
        let at = (self.place)(self.lexemes[start].at);
        let schema = parts.len().checked_sub(2).map_or("", |i| parts[i].as_str());
        let name = Name::at(at, schema, last);
        let follows_a_dot = start > 0 && self.lexemes[start - 1].is_symbol('.');
        if self.lexemes.get(end).is_some_and(|next| next.is_symbol('(')) {
            let is_quoted = matches!(self.lexemes[end - 1].kind, Kind::Name(_));
            let arguments = self.arguments(end);
            let call = Call { name: name.clone(), arguments, is_quoted };
            let is_none = self.dialect == Dialect::MySql && self.cannot_call(start, end);
            if !is_none && !self.lists_columns(start, end, &call) {
                names.calls.push(call);
            }
        }
        if self.is_cast(start, end) {
            names.casts.push(name.clone());
        }
        if follows_a_dot {
            names.fields.extend(parts.iter().map(|field| Name::at(at, "", field)));
        } else {
            names.fields.extend(parts.windows(2).map(|pair| {
                let of = if self.results.contains(&pair[0]) { "" } else { OF_A_ROW };
                Name::at(at, of, &pair[1])
            }));
        }
        names.words.push(name);
    }

    /// The number of arguments in the parentheses that open at `opening`.
    fn arguments(&self, opening: usize) -> Option<u16> {
        let (mut depth, mut commas) = (0_u32, 0_u16);
        for (i, lexeme) in self.lexemes.iter().enumerate().skip(opening) {
            match lexeme.kind {
                Kind::Symbol('(' | '[' | '{') => depth += 1,
                Kind::Symbol(')' | ']' | '}') => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(if i == opening + 1 { 0 } else { commas.saturating_add(1) });
                    }
                }
                Kind::Symbol(',') if depth == 1 => commas = commas.saturating_add(1),
                // The order of an aggregate's rows follows.
                Kind::Word(_) if depth == 1 && lexeme.is("order") => {
                    return Some(commas.saturating_add(1));
                }
                Kind::Word(_) if depth == 1 && lexeme.is("variadic") => return None,
                _ => {}
            }
        }
        None
    }

    /// Whether no call is possible: `start` follows an operand, as in `match (a) against ('x')`, or a query
    /// opens at `opening`, as in `lateral (select …)`.
    fn cannot_call(&self, start: usize, opening: usize) -> bool {
        let before = start.checked_sub(1).map(|before| &self.lexemes[before].kind);
        let follows_an_operand = matches!(
            before,
            Some(Kind::Symbol(')') | Kind::Literal | Kind::Number | Kind::Value(_))
        );
        let first = self.lexemes.get(opening + 1);
        follows_an_operand || first.is_some_and(|l| l.is_any(&["select", "with", "values"]))
    }

    /// Whether the parentheses hold the columns of a common table expression or of an alias.
    fn lists_columns(&self, start: usize, opening: usize, call: &Call) -> bool {
        if !call.name.schema.is_empty() {
            return false;
        }
        let mut depth = 0_u32;
        let end = self.lexemes.iter().skip(opening).position(|lexeme| {
            match lexeme.kind {
                Kind::Symbol('(') => depth += 1,
                Kind::Symbol(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        let Some(end) = end.map(|end| opening + end) else { return false };
        let only_names = self.lexemes[opening + 1..end]
            .iter()
            .all(|lexeme| lexeme.name().is_some() || lexeme.is_symbol(','));
        let before = start.checked_sub(1).map(|before| &self.lexemes[before]);
        let is_before = |words: &[&str], symbol| {
            before.is_some_and(|lexeme| lexeme.is_any(words) || lexeme.is_symbol(symbol))
        };
        let follows = |at: usize, word: &str| self.lexemes.get(at).is_some_and(|l| l.is(word));
        // `with a (b, c) as (…)`; `(select …) as a (b, c)`.
        let is_named_query = is_before(&["with", "recursive"], ',') && follows(end + 1, "as");
        only_names && (is_named_query || is_before(&["as"], ')'))
    }

    /// Takes the adjacent signs at `i`; returns where they end.
    fn operator(&self, i: usize, names: &mut Names) -> usize {
        let mut sign = String::new();
        let mut end = i;
        while let Some(lexeme) = self.lexemes.get(end) {
            let Kind::Symbol(symbol) = lexeme.kind else { break };
            let touches = end == i || self.lexemes[end - 1].end == lexeme.at;
            if !OPERATOR.contains(symbol) || !touches {
                break;
            }
            sign.push(symbol);
            end += 1;
        }
        if sign.is_empty() {
            return i + 1;
        }
        if self.dialect != Dialect::Postgres {
            return end;
        }
        let at = (self.place)(self.lexemes[i].at);
        // `operator(schema.+)`.
        let is_named = i > 0 && self.lexemes[i - 1].is_symbol('.');
        let schema = if is_named { ANY_SCHEMA } else { "" };
        // `a =-1` is `=` and `-`.
        let mut rest = sign.as_str();
        names.operators.push(Name::at(at, schema, rest));
        while rest.len() > 1
            && rest.ends_with(['+', '-'])
            && !rest.contains(|c| LETS_END_WITH_A_SIGN.contains(c))
        {
            let (before, last) = rest.split_at(rest.len() - 1);
            names.operators.push(Name::at(at, schema, last));
            names.operators.push(Name::at(at, schema, before));
            rest = before;
        }
        end
    }
}

impl Name {
    fn at(at: usize, schema: &str, name: &str) -> Self {
        Self { schema: schema.to_owned(), name: name.to_owned(), at }
    }

    /// `schema.name`.
    pub(crate) fn written(&self) -> String {
        match self.schema.as_str() {
            "" => self.name.clone(),
            schema => format!("{schema}.{}", self.name),
        }
    }
}

impl Names {
    /// In single-byte encodings PostgreSQL also lower-cases letters outside ASCII.
    fn add_other_cases(&mut self) {
        let small = |name: &Name| {
            let other = Name {
                schema: name.schema.to_lowercase(),
                name: name.name.to_lowercase(),
                at: name.at,
            };
            let is_ascii = name.schema.is_ascii() && name.name.is_ascii();
            (!is_ascii && other != *name).then_some(other)
        };
        let calls = self
            .calls
            .iter()
            .filter_map(|call| small(&call.name).map(|name| Call { name, ..call.clone() }));
        let calls: Vec<Call> = calls.collect();
        self.calls.extend(calls);
        for names in [&mut self.fields, &mut self.words, &mut self.casts] {
            let others: Vec<Name> = names.iter().filter_map(small).collect();
            names.extend(others);
        }
    }

    /// Keeps each once, at its first offset.
    fn sort(&mut self) {
        let mut seen = BTreeSet::new();
        self.calls.retain(|call| {
            let Name { schema, name, .. } = &call.name;
            seen.insert((schema.clone(), name.clone(), call.arguments, call.is_quoted))
        });
        let all = [&mut self.fields, &mut self.operators, &mut self.words, &mut self.casts];
        for names in all {
            let mut seen = BTreeSet::new();
            names.retain(|name| seen.insert((name.schema.clone(), name.name.clone())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::template;

    fn names(dialect: Dialect, sql: &str) -> Names {
        let query = Query::new(sql);
        let pieces = template::parse(&query, dialect).unwrap();
        Names::of(&Outline::of(&query, &pieces, dialect), dialect).unwrap()
    }

    fn calls(dialect: Dialect, sql: &str) -> Vec<(String, Option<u16>)> {
        let names = names(dialect, sql);
        names.calls.iter().map(|call| (call.name.written(), call.arguments)).collect()
    }

    #[test]
    fn calls_are_found_with_their_arguments_counted() {
        let found = calls(
            Dialect::Postgres,
            "select now(), s.F(a, (b), g(1, 2)), \"H i\" (x), string_agg(a, ',' order by b, c)
             from t where $range(k(at))",
        );
        let expected: [(&str, Option<u16>); 6] = [
            ("now", Some(0)),
            ("s.f", Some(3)),
            ("g", Some(2)),
            ("H i", Some(1)),
            ("string_agg", Some(2)),
            ("k", Some(1)),
        ];
        for (name, count) in expected {
            assert!(found.contains(&(name.to_owned(), count)), "{name}: {found:?}");
        }
    }

    #[test]
    fn columns_of_aliases_are_no_calls() {
        let sql = "with d (day, n) as (select 1, 2), e(x) as (select f(3))
                   select * from d join (select 1) as z (y) on y in (1)";
        let names: Vec<String> =
            calls(Dialect::MySql, sql).into_iter().map(|(name, _)| name).collect();
        assert!(names.contains(&"f".to_owned()), "{names:?}");
        assert!(!names.iter().any(|name| ["d", "e", "z"].contains(&name.as_str())), "{names:?}");
    }

    #[test]
    fn operators_are_split_as_the_server_does() {
        let of = |sql: &str| {
            let names = names(Dialect::Postgres, sql);
            let own = names.operators.into_iter().filter(|name| name.at > 0);
            own.map(|name| name.written()).collect::<Vec<_>>()
        };
        assert_eq!(of("select a @> b"), ["@>"]);
        assert_eq!(of("select a *- b"), ["*-", "-", "*"]);
        assert_eq!(of("select a @- b"), ["@-"]);
        assert_eq!(of("select a operator(s.##) b"), ["*.##"]);
    }

    #[test]
    fn what_follows_a_dot_is_a_field() {
        let names = names(
            Dialect::Postgres,
            "select ('/etc/passwd'::text).pg_read_file, o.x.y, g.z, n.w
             from o, lateral f(1) as g, h(2) with ordinality n",
        );
        let of_rows: Vec<&str> = names
            .fields
            .iter()
            .filter(|field| field.schema == OF_A_ROW)
            .map(|field| field.name.as_str())
            .collect();
        assert_eq!(of_rows, ["x", "y"], "others may be of any type");
        let fields: Vec<&str> = names.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(fields, ["pg_read_file", "x", "y", "z", "w"]);
    }

    #[test]
    fn types_of_casts_are_found() {
        let sql = "select a::date, cast(b as s.flag), cast(c as numeric(9, 2)), cast(d as double precision),
                     flag(e), f as money, g::\"Odd\"[], array[h]::int8[] from orders as o, stock";
        let names = names(Dialect::Postgres, sql);
        let casts: Vec<String> = names.casts.iter().map(Name::written).collect();
        for name in ["date", "s.flag", "numeric", "double", "flag", "Odd", "int8"] {
            assert!(casts.contains(&name.to_owned()), "{name}: {casts:?}");
        }
        assert!(!casts.iter().any(|name| name == "orders" || name == "stock"), "{casts:?}");
    }
}
