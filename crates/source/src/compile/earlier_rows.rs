//! The statement that finds out whether anything that a statement limits by `$range` has a row in given
//! bounds: `select 1 from orders where $range(at) limit 1`. Pure.
//!
//! It works on the author's text, not on a parsed form: for each `$range`, or comparison with `:to`, it
//! finds the `from` of the surrounding `select`. Anything but a simple case has no such statement.

use super::earlier_bounds::{self, Bounded, word_length};
use super::lexer::Token;
use crate::dialect::Dialect;
use brisk_domain::Query;

/// The statement, in the author's words; `None` if there is none.
pub(crate) fn of(query: &Query, dialect: Dialect) -> Option<Query> {
    let mut text = without_comments(&query.sql, dialect)?;
    let mut conditions = Vec::new();
    if !text.contains("$range") {
        // Only the upper end counts, in the author's own words.
        Bounded { text, conditions } = earlier_bounds::of(&text, dialect)?;
    }
    let mut conditions = conditions.into_iter();
    let mut found: Vec<String> = Vec::new();
    for range in ranges(&text, dialect)? {
        let limit = match conditions.next() {
            Some((_, condition)) => condition,
            None => format!("$range({})", range.column),
        };
        let from = range.from?;
        let from = relation_of(from, range.column, dialect).unwrap_or(from).trim();
        // A `from` that is itself limited by the range says nothing about earlier rows.
        if from.contains("$range") || from.contains(":from") || from.contains(":to") {
            return None;
        }
        let select = format!("select 1 as found from {from} where {limit}");
        let with = if names_any(from, &range.named) { range.with } else { Some("") };
        let with = with?;
        if with.contains("$range") {
            return None;
        }
        let select = format!("{with}{select}");
        if !found.contains(&select) {
            found.push(select);
        }
    }
    match found.as_slice() {
        [] => None,
        [one] => Some(format!("{one} limit 1")),
        several if several.iter().all(|one| one.starts_with("select")) => {
            Some(format!("{} limit 1", several.join(" union all ")))
        }
        _ => None,
    }
    .map(Query::new)
}

/// One `$range`, and its surroundings.
struct Range<'a> {
    /// Its argument.
    column: &'a str,
    /// What the `select` around it reads: the text between `from` and what ends it.
    from: Option<&'a str>,
    /// The names that `with` gives, and its text if it is the statement's own.
    named: Vec<&'a str>,
    with: Option<&'a str>,
}

/// A `select` that is being read.
#[derive(Default, Clone, Copy)]
struct Select {
    from: Option<usize>,
    end: Option<usize>,
    depth: usize,
}

/// Words that end what a `select` reads.
const ENDS: [&str; 14] = [
    "where",
    "group",
    "having",
    "order",
    "limit",
    "window",
    "union",
    "intersect",
    "except",
    "fetch",
    "offset",
    "qualify",
    "minus",
    "for",
];

fn ranges<'a>(text: &'a str, dialect: Dialect) -> Option<Vec<Range<'a>>> {
    let (mut selects, mut open): (Vec<Select>, Vec<usize>) = (Vec::new(), Vec::new());
    // Each argument, and the select that it is in.
    let mut found: Vec<(&str, usize)> = Vec::new();
    let (mut depth, mut at, mut before) = (0_usize, 0, "");
    let (mut named, mut first_select) = (Vec::new(), None);
    let mut name = "";
    while let Some(next) = text[at..].chars().next() {
        if let Some(Token::Quoted(length)) = dialect.syntax().token(text, at) {
            (at, before) = (at + length, "");
            continue;
        }
        if let Some(rest) = text[at..].strip_prefix("$range(") {
            let start = text.len() - rest.len();
            let end = closing(text, start, dialect)?;
            found.push((text[start..end].trim(), *open.last()?));
            (at, before) = (end + 1, "");
            continue;
        }
        let length = word_length(&text[at..]);
        if length > 0 {
            let word = &text[at..at + length];
            let lower = word.to_lowercase();
            let innermost = open.last().copied().filter(|one| selects[*one].depth == depth);
            match (lower.as_str(), innermost) {
                ("select", current) => {
                    if let Some(current) = current {
                        selects[current].end.get_or_insert(at);
                        open.pop();
                    }
                    if depth == 0 && first_select.is_none() {
                        first_select = Some(at);
                    }
                    open.push(selects.len());
                    selects.push(Select { depth, ..Select::default() });
                }
                ("from", Some(current)) if before != "distinct" => {
                    selects[current].from.get_or_insert(at + length);
                }
                (ending, Some(current))
                    if ENDS.contains(&ending) && selects[current].from.is_some() =>
                {
                    selects[current].end.get_or_insert(at);
                }
                ("as", None) if depth == 0 && first_select.is_none() => named.push(name),
                _ => {}
            }
            if depth == 0 && first_select.is_none() {
                name = if lower == "as" { name } else { word };
            }
            before = match lower.as_str() {
                "distinct" => "distinct",
                _ => "",
            };
            at += length;
            continue;
        }
        match next {
            '(' => depth += 1,
            ')' => {
                while let Some(current) = open.last().copied()
                    && selects[current].depth == depth
                {
                    selects[current].end.get_or_insert(at);
                    open.pop();
                }
                depth = depth.checked_sub(1)?;
            }
            _ => {}
        }
        at += next.len_utf8();
    }
    let with = first_select.map(|end| &text[..end]);
    let of = |(column, select): (&'a str, usize)| {
        let Select { from, end, depth } = selects[select];
        let from = from.map(|from| &text[from..end.unwrap_or(text.len())]);
        let with = with.filter(|_| depth == 0);
        Range { column, from, named: named.clone(), with }
    };
    Some(found.into_iter().map(of).collect())
}

/// The relation that a qualified column belongs to, with its alias, if it is certain.
fn relation_of<'a>(from: &'a str, column: &str, dialect: Dialect) -> Option<&'a str> {
    let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || "_.\"`".contains(c));
    let (qualifier, _) = column.rsplit_once('.').filter(|_| plain(column))?;
    let unquoted = |name: &str| name.trim_matches(['"', '`']).to_lowercase();
    let qualifier = unquoted(qualifier);
    relations(from, dialect)?.into_iter().find(|relation| {
        // The last word is the alias, or the table's name itself.
        let name = relation.split_whitespace().next_back().unwrap_or_default();
        let table = name.rsplit('.').next().unwrap_or_default();
        plain(name) && unquoted(table) == qualifier
    })
}

/// The relations that commas and joins separate, without the conditions of joins.
fn relations(from: &str, dialect: Dialect) -> Option<Vec<&str>> {
    const BREAKS: [&str; 10] =
        ["join", "left", "right", "inner", "outer", "cross", "full", "natural", "on", "using"];
    let (mut relations, mut start, mut depth, mut at) = (Vec::new(), 0, 0_usize, 0);
    let mut is_condition = false;
    let mut close = |start: usize, end: usize, is_condition: bool| {
        let relation = from[start..end].trim();
        if !relation.is_empty() && !is_condition {
            relations.push(relation);
        }
    };
    while let Some(next) = from[at..].chars().next() {
        if let Some(Token::Quoted(length)) = dialect.syntax().token(from, at) {
            at += length;
            continue;
        }
        let length = word_length(&from[at..]);
        let word = from[at..at + length].to_lowercase();
        if depth == 0 && (next == ',' || BREAKS.contains(&word.as_str())) {
            close(start, at, is_condition);
            is_condition = matches!(word.as_str(), "on" | "using");
            at += length.max(1);
            start = at;
            continue;
        }
        match next {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += length.max(next.len_utf8());
    }
    close(start, from.len(), is_condition);
    Some(relations)
}

/// Whether one of the words of `text` is a name that `with` gives.
fn names_any(text: &str, named: &[&str]) -> bool {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.into_iter().any(|word| named.iter().any(|name| name.eq_ignore_ascii_case(word)))
}

/// Where the parenthesis closes that was opened before `start`.
fn closing(text: &str, start: usize, dialect: Dialect) -> Option<usize> {
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(next) = text[at..].chars().next() {
        if let Some(Token::Quoted(length)) = dialect.syntax().token(text, at) {
            at += length;
            continue;
        }
        match next {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
        at += next.len_utf8();
    }
    None
}

/// `sql` with blanks in place of comments.
fn without_comments(sql: &str, dialect: Dialect) -> Option<String> {
    let (mut text, mut at) = (String::with_capacity(sql.len()), 0);
    while let Some(next) = sql[at..].chars().next() {
        match dialect.syntax().token(sql, at) {
            Some(Token::Quoted(length)) => {
                text.push_str(&sql[at..at + length]);
                at += length;
            }
            Some(Token::Comment(length)) => {
                text.push(' ');
                at += length;
            }
            Some(Token::Invalid(_)) => return None,
            None => {
                text.push(next);
                at += next.len_utf8();
            }
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> Option<String> {
        super::of(&Query::new(sql), Dialect::Postgres).map(|query| query.sql)
    }

    fn asked(from: &str, column: &str) -> Option<String> {
        Some(format!("select 1 as found from {from} where $range({column}) limit 1"))
    }

    #[test]
    fn it_reads_what_the_select_around_the_range_reads() {
        for (sql, from, column) in [
            ("select count(*) from orders where $range(at) and x = :x", "orders", "at"),
            (
                "select $bucket(at) as d, sum(n) from shop.orders o where $range(o.at) group by 1",
                "shop.orders o",
                "o.at",
            ),
            ("select sum(case when $range(at) then 1 end) as n from orders", "orders", "at"),
            ("select count(*) filter (where $range(at)) from orders", "orders", "at"),
            (
                "select extract(year from at), n from orders where (a or $optional(b = :b)) and ($range(at))",
                "orders",
                "at",
            ),
            (
                "with w as (select * from orders where $range(at)) select count(*) from w",
                "orders",
                "at",
            ),
            ("select n from (select n from orders where $range(at)) d where n > 1", "orders", "at"),
            (
                "select a is distinct from b as c from orders where $range( at ) -- from nowhere",
                "orders",
                "at",
            ),
            (
                "select count(*) from orders where $range($epoch_ms(created)) limit 5",
                "orders",
                "$epoch_ms(created)",
            ),
            (
                "select $bucket(d) as t, count(*) as n from generate_series(timestamptz '2024-01-01 12:00', now(), interval '1 day') g(d) where $range(d) group by 1",
                "generate_series(timestamptz '2024-01-01 12:00', now(), interval '1 day') g(d)",
                "d",
            ),
            ("select 'from where' as x from \"from\" where $range(at)", "\"from\"", "at"),
            (
                "SELECT n FROM orders WHERE $range(at) UNION ALL SELECT n FROM orders WHERE $range(at)",
                "orders",
                "at",
            ),
        ] {
            assert_eq!(of(sql), asked(from, column), "{sql}");
        }
    }

    #[test]
    fn a_range_of_the_authors_own_is_asked_by_its_upper_end() {
        for (sql, expected) in [
            (
                "select count(*) from orders where at >= to_timestamp(:from) and at < to_timestamp(:to) and x = :x",
                "select 1 as found from orders where at < to_timestamp(:to) limit 1",
            ),
            (
                "select d, n from (select at as d, n from shop.orders o where o.at between :from and :to) t -- :to",
                "select 1 as found from shop.orders o where o.at <= :to limit 1",
            ),
            (
                "select 1 from orders o join lines l on l.o = o.id where l.at < :to",
                "select 1 as found from lines l where l.at < :to limit 1",
            ),
        ] {
            assert_eq!(of(sql).as_deref(), Some(expected), "{sql}");
        }
        assert_eq!(of("select 1 from f(:from, :to) f(at) where at < :to"), None);
    }

    #[test]
    fn of_several_relations_it_reads_the_one_with_the_column() {
        let joined = "orders o join customers c on c.id = o.customer and c.x in (1, 2)";
        let sql = |column: &str| format!("select 1 from {joined} where $range({column})");
        assert_eq!(of(&sql("o.at")), asked("orders o", "o.at"));
        assert_eq!(of(&sql("c.born")), asked("customers c", "c.born"));
        assert_eq!(of(&sql("at")), asked(joined, "at"), "nobody knows whose it is");
        let sql = "select 1 from shop.orders, lines l where $range(orders.at)";
        assert_eq!(of(sql), asked("shop.orders", "orders.at"));
        let sql = "select 1 from a left join b as x using (id) where $range(x.at)";
        assert_eq!(of(sql), asked("b as x", "x.at"));
    }

    #[test]
    fn names_of_with_come_along() {
        let sql = "with kept as (select * from orders where not gone) select count(*) from kept where $range(at)";
        let expected = "with kept as (select * from orders where not gone) \
                        select 1 as found from kept where $range(at) limit 1";
        assert_eq!(of(sql).as_deref(), Some(expected));
        let limited = "with w as (select * from orders where $range(at)) \
                       select count(*) from w where $range(at)";
        assert_eq!(of(limited), None, "what is limited already says nothing");
    }

    #[test]
    fn several_ranges_are_asked_together() {
        let sql = "select a from x where $range(at) union all select b from y where $range(t)";
        let expected = "select 1 as found from x where $range(at) union all \
                        select 1 as found from y where $range(t) limit 1";
        assert_eq!(of(sql).as_deref(), Some(expected));
    }

    #[test]
    fn without_a_range_there_is_nothing_to_ask() {
        assert_eq!(of("select count(*) from orders"), None);
        assert_eq!(of("select count(*) from orders where at >= to_timestamp(:from)"), None);
        assert_eq!(of("select count(*) from orders where at < :to and x = (:to)"), None);
        assert_eq!(of("select $range(at) as x"), None);
        assert_eq!(of("select 1 from f(:from, :to) f(at) where $range(at)"), None);
    }
}
