//! A figure and its small line by one scan: if the line is the figure's own statement by bucket, PostgreSQL
//! returns both with `grouping sets`, each aggregated on its own. Pure.
//!
//! It works on the author's words as they are. Anything but a simple case has no such statement.

use super::lexer::Token;
use crate::dialect::Dialect;
use brisk_domain::Query;

/// The statement of `line` with one more row, whose bucket is NULL: what `figure` returns. `None` if there is
/// no such statement.
pub fn with_total(figure: &Query, line: &Query, dialect: Dialect) -> Option<Query> {
    if dialect != Dialect::Postgres {
        return None;
    }
    let (of_figure, of_line) = (words(&figure.sql, dialect)?, words(&line.sql, dialect)?);
    let (number, reads) = select(&of_figure)?;
    let (columns, rest) = select(&of_line)?;
    let comma = columns.iter().position(|word| word.is_at_top(","))?;
    let (bucket, same_number) = (columns.get(..comma)?, columns.get(comma + 1..)?);
    let group = rest.iter().position(|word| word.is_at_top("group"))?;
    let (same_reads, groups) = rest.split_at(group);
    let argument = bucket_of(bucket)?;
    let is_one = same(number, same_number)
        && is_aggregate(number)
        && same(reads, same_reads)
        && !reads.iter().any(|word| ENDS.iter().any(|end| word.is_at_top(end)))
        && is_limited(reads, argument);
    let key = groups.get(2)?;
    let order: Vec<&str> = groups.get(3..)?.iter().map(|word| word.text.as_str()).collect();
    let is_grouped = groups[1].text == "by" && key.text == "1";
    let is_ordered =
        matches!(order.as_slice(), [] | ["order", "by", "1"] | ["order", "by", "1", "asc"]);
    if !(is_one && is_grouped && is_ordered) {
        return None;
    }
    let (before, after) = (&line.sql[..key.at], &line.sql[key.at + 1..]);
    Some(Query { sql: format!("{before}grouping sets ((1), ()){after}"), line: line.line })
}

/// Words that end what a `select` reads and limits.
const ENDS: [&str; 11] = [
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
    "for",
];

/// A word, a literal or a symbol. Words are in lower case.
#[derive(Debug, PartialEq, Eq)]
struct Word {
    text: String,
    /// Where it begins, in bytes.
    at: usize,
    /// How many parentheses it is in.
    depth: usize,
}

impl Word {
    fn is_at_top(&self, text: &str) -> bool {
        self.depth == 0 && self.text == text
    }
}

fn words(sql: &str, dialect: Dialect) -> Option<Vec<Word>> {
    let (mut words, mut depth, mut at) = (Vec::new(), 0_usize, 0);
    while let Some(next) = sql[at..].chars().next() {
        let of_word = |c: char| c.is_alphanumeric() || "_$:".contains(c);
        let (length, text) = match dialect.syntax().token(sql, at) {
            Some(Token::Invalid(_)) => return None,
            Some(Token::Comment(length)) => {
                at += length;
                continue;
            }
            Some(Token::Quoted(length)) => (length, sql[at..at + length].to_owned()),
            None if next.is_whitespace() => {
                at += next.len_utf8();
                continue;
            }
            None if of_word(next) => {
                let length = sql[at..].find(|c| !of_word(c)).unwrap_or(sql.len() - at);
                (length, sql[at..at + length].to_lowercase())
            }
            None => (next.len_utf8(), next.to_string()),
        };
        if text == ")" {
            depth = depth.checked_sub(1)?;
        }
        let opens = text == "(";
        words.push(Word { text, at, depth });
        depth += usize::from(opens);
        at += length;
    }
    Some(words)
}

/// The columns of a `select`, and the rest from its `from` on.
fn select(words: &[Word]) -> Option<(&[Word], &[Word])> {
    let (first, words) = words.split_first()?;
    let from = words.iter().position(|word| word.is_at_top("from"))?;
    (first.text == "select").then(|| words.split_at(from))
}

fn same(a: &[Word], b: &[Word]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.text == b.text)
}

/// The first argument of the `$bucket` that a column consists of, under any name.
fn bucket_of(column: &[Word]) -> Option<&[Word]> {
    let [bucket, open, rest @ ..] = column else { return None };
    let close = rest.iter().position(|word| word.is_at_top(")"))?;
    let end = rest[..close].iter().position(|word| word.depth == 1 && word.text == ",");
    let is_named = matches!(&rest[close + 1..], [word, _] if word.text == "as");
    let is_it = bucket.text == "$bucket" && open.text == "(" && is_named;
    is_it.then(|| &rest[..end.unwrap_or(close)])
}

/// Whether the only column is aggregated over all rows: otherwise there would be a row for each of them.
fn is_aggregate(column: &[Word]) -> bool {
    const AGGREGATES: [&str; 5] = ["count", "sum", "avg", "min", "max"];
    let calls = column
        .windows(2)
        .any(|pair| AGGREGATES.contains(&pair[0].text.as_str()) && pair[1].text == "(");
    let is_plain =
        |word: &Word| !["select", "over", "distinct", "within"].contains(&word.text.as_str());
    let is_one = !column.iter().any(|word| word.is_at_top(","));
    let is_named = column.len() > 2 && column[column.len() - 2].text == "as";
    calls && is_one && is_named && column.iter().all(is_plain)
}

/// Whether the range limits all rows by `argument`, so that no row has NULL as its bucket.
fn is_limited(reads: &[Word], argument: &[Word]) -> bool {
    let Some(start) = reads.iter().position(|word| word.is_at_top("where")) else { return false };
    let conditions = &reads[start + 1..];
    let is_range = |condition: &[Word]| match condition {
        [range, open, inner @ .., close] => {
            range.text == "$range"
                && open.text == "("
                && close.is_at_top(")")
                && same(inner, argument)
        }
        _ => false,
    };
    !conditions.iter().any(|word| word.is_at_top("or"))
        && conditions.split(|word| word.is_at_top("and")).any(is_range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(figure: &str, line: &str) -> Option<String> {
        with_total(&Query::new(figure), &Query::new(line), Dialect::Postgres).map(|query| query.sql)
    }

    #[test]
    fn a_line_that_is_its_figure_by_bucket_has_a_total() {
        let sum = "SELECT sum(net) AS net\nFROM orders WHERE $range(at) and country = 'A  B'";
        let line = |tail: &str| {
            format!(
                "select $bucket(at) as week, sum( net ) as net from orders where $range(at) and country = 'A  B' {tail}"
            )
        };
        let expected = line("group by grouping sets ((1), ()) order by 1");
        assert_eq!(of(sum, &line("group by 1 order by 1")).as_deref(), Some(expected.as_str()));
        assert!(of(sum, &line("group by 1")).is_some());
        let local = "from t where not cancelled and $range($local(at)) and $optional(c in :c)";
        let total = of(
            &format!("select avg(a) / nullif(count(*), 0) as x {local}"),
            &format!(
                "select $bucket($local(at), day) as d, avg(a) / nullif(count(*), 0) as x {local} group by 1"
            ),
        );
        assert!(total.is_some_and(|total| total.ends_with("group by grouping sets ((1), ())")));
    }

    #[test]
    fn what_is_another_statement_has_none() {
        let sum = "select sum(net) as net from orders where $range(at)";
        let line = "select $bucket(at) as week, sum(net) as net from orders where $range(at) group by 1 order by 1";
        assert!(of(sum, line).is_some());
        for (figure, line) in [
            (sum, line.replace("net", "gross")),
            (sum, line.replace("as net", "as n")),
            (sum, line.replace("$range(at)", "$range(at) and net > 0")),
            (sum, line.replace("group by 1", "group by week")),
            (sum, line.replace("group by 1", "group by 1, 2")),
            (sum, line.replace("order by 1", "order by 1 limit 5")),
            (sum, line.replace("order by 1", "having sum(net) > 0")),
            (sum, line.replace("$bucket(at)", "$bucket(shipped)")),
            (sum, line.replace("$bucket(at)", "date_trunc('week', at)")),
            ("select net as net from orders where $range(at)", line.replace("sum(net)", "net")),
            (
                "select sum(net) as net from orders where $range(at) or true",
                line.replace("$range(at)", "$range(at) or true"),
            ),
            (
                "select sum(net) as net from orders where 'A b' = c and $range(at)",
                line.replace("where", "where 'A  b' = c and"),
            ),
            ("select sum(net) as net from orders where $range(at) limit 1", line.to_owned()),
        ] {
            assert_eq!(of(figure, &line), None, "{figure} | {line}");
        }
        let other = with_total(&Query::new(sum), &Query::new(line), Dialect::MySql);
        assert_eq!(other, None, "it sorts for it, or cannot");
    }
}
