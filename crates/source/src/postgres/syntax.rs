//! PostgreSQL's SQL. Instants are `timestamptz`; wall-clock times are `timestamp`.

use super::clock::PostgresClock;
use super::denied_functions::DENIED_FUNCTIONS;
use crate::compile::lexer::{
    Token, UNCLOSED_QUOTE, line_comment, nested_block_comment, quoted, surroundings,
};
use crate::compile::offset_steps::OffsetSteps;
use crate::syntax::{CalendarUnit, Clock, Syntax, TimeEncoding};
use brisk_domain::{ZoneName, ZoneOffsets};
use sqlparser::dialect::PostgreSqlDialect;

pub(crate) struct PostgresSyntax;

impl Syntax for PostgresSyntax {
    fn grammar(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &PostgreSqlDialect {}
    }

    fn token(&self, text: &str, at: usize) -> Option<Token> {
        let rest = &text[at..];
        let (before, first, second) = surroundings(text, at);
        // PostgreSQL counts everything beyond ASCII as letters.
        let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_' || !c.is_ascii());
        match (first?, second) {
            ('-', Some('-')) => Some(line_comment(rest)),
            ('/', Some('*')) => Some(nested_block_comment(rest)),
            ('e' | 'E', Some('\'')) if !in_word => Some(quoted(rest, 1, '\'', true)),
            // Its escapes could spell any name, which the check would not recognize.
            ('u' | 'U', _) if rest[1..].starts_with("&\"") => {
                Some(Token::Invalid("write the name itself in double quotes, without U&"))
            }
            ('$', _) if !in_word => dollar_quoted(rest),
            (quote @ ('\'' | '"'), _) => Some(quoted(rest, 0, quote, false)),
            _ => None,
        }
    }

    fn denied_functions(&self) -> &'static [&'static str] {
        DENIED_FUNCTIONS
    }

    fn denied_tables(&self) -> &'static [&'static str] {
        &["pg_hba_file_rules", "pg_ident_file_mappings", "pg_file_settings"]
    }

    // An immutable function reads no tables, and one in C or of the server itself reads no users'
    // tables.
    fn hides_tables(&self, list: &mut dyn FnMut() -> String) -> String {
        let names = list();
        let named =
            |name: &str| format!("({name}::text in ({names}) or lower({name}::text) in ({names}))");
        format!(
            "select (select count(*) from pg_catalog.pg_class c \
             join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where c.relkind = 'v' and {} \
             and (pg_catalog.pg_table_is_visible(c.oid) or {})) + \
             (select count(*) from pg_catalog.pg_proc p \
             join pg_catalog.pg_namespace n on n.oid = p.pronamespace \
             join pg_catalog.pg_language l on l.oid = p.prolang \
             where l.lanname not in ('internal', 'c') and p.provolatile <> 'i' \
             and n.nspname <> 'pg_catalog' and {} \
             and (pg_catalog.pg_function_is_visible(p.oid) or {}))",
            named("c.relname"),
            named("n.nspname"),
            named("p.proname"),
            named("n.nspname")
        )
    }

    fn placeholder(&self, number: usize) -> String {
        format!("${number}")
    }

    fn numbers_placeholders(&self) -> bool {
        true
    }

    // Otherwise the value would have the type of the column, which may be narrower.
    fn bound_integer(&self, placeholder: &str) -> String {
        format!("{placeholder}::bigint")
    }

    // `date_part` returns a float, which holds microseconds for centuries around today; `extract`
    // returns a numeric, which is slow to calculate with.
    fn seconds(&self, expr: &str) -> String {
        format!("floor(date_part('epoch', ({expr})))::bigint")
    }

    fn instant(&self, seconds: &str) -> String {
        format!("to_timestamp(({seconds})::bigint)")
    }

    fn calendar_start(&self, wall: &str, unit: CalendarUnit) -> String {
        let unit = unit_name(unit);
        format!("extract(epoch from date_trunc('{unit}', {}))::bigint", timestamp(wall))
    }

    fn calendar_part(&self, wall: &str, unit: CalendarUnit) -> String {
        format!("extract({} from {})::integer", unit_name(unit), timestamp(wall))
    }

    fn step_value(&self, steps: &OffsetSteps, seconds: &str) -> String {
        let passed = format!("width_bucket({seconds}, array[{}]::bigint[])", steps.starts());
        steps.looked_up(&passed, |values| format!("(array[{values}])[{passed} + 1]"))
    }

    fn decoded_time(&self, encoding: TimeEncoding, expr: &str) -> String {
        match encoding {
            TimeEncoding::Seconds => format!("to_timestamp(({expr})::double precision)"),
            TimeEncoding::Milliseconds => {
                format!("to_timestamp(({expr})::double precision / 1000)")
            }
            // Text without an offset is in UTC, whatever the session's zone.
            TimeEncoding::Text => format!(
                "(({expr}) || case when ({expr}) ~ '[zZ]$|:.*[-+]' then '' else ' UTC' end)::timestamptz"
            ),
        }
    }

    fn clock<'a>(&self, _zone: &'a ZoneName, offsets: &'a ZoneOffsets) -> Box<dyn Clock + 'a> {
        Box::new(PostgresClock::new(offsets))
    }

    fn wall_range(&self, expr: &str, from: &str, to: &str) -> String {
        let wall = |seconds| timestamp(&format!("({seconds})::bigint"));
        format!("(({expr}) >= {} and ({expr}) < {})", wall(from), wall(to))
    }
}

/// The wall-clock time `wall` as a `timestamp`.
fn timestamp(wall: &str) -> String {
    format!("(to_timestamp({wall}) at time zone 'UTC')")
}

fn unit_name(unit: CalendarUnit) -> &'static str {
    match unit {
        CalendarUnit::Month => "month",
        CalendarUnit::Quarter => "quarter",
        CalendarUnit::Year => "year",
    }
}

/// `$$…$$` or `$tag$…$tag$`.
fn dollar_quoted(text: &str) -> Option<Token> {
    let tag = text[1..].find('$')?;
    let fits = |c: char| c.is_alphanumeric() || c == '_';
    if !text[1..=tag].chars().all(fits) || text[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (mark, body) = text.split_at(tag + 2);
    Some(match body.find(mark) {
        Some(end) => Token::Quoted(end + 2 * mark.len()),
        None => UNCLOSED_QUOTE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_names_and_comments_are_tokens() {
        let cases = [
            (r"e'a\' b' x", Some(Token::Quoted(8))),
            (r"'a\' b'", Some(Token::Quoted(4))),
            ("[1:n]", None),
            ("$$a :b$$ x", Some(Token::Quoted(8))),
            ("$q$a $$ b$q$ x", Some(Token::Quoted(12))),
            ("$range(a) $x$", None),
            ("`a`", None),
            ("$$a$", Some(UNCLOSED_QUOTE)),
            ("# a", None),
            ("/* /* */ */ x", Some(Token::Comment(11))),
            ("/*/ */", Some(Token::Comment(6))),
        ];
        for (text, expected) in cases {
            assert_eq!(PostgresSyntax.token(text, 0), expected, "{text}");
        }
        // The e of a name is no prefix of a literal, nor is the $ of one, whatever its letters.
        assert_eq!(PostgresSyntax.token("name'a'", 3), None);
        assert_eq!(PostgresSyntax.token("\u{1f600}$$a$$", 4), None);
        assert!(matches!(PostgresSyntax.token("U&\"a\"", 0), Some(Token::Invalid(_))));
        assert_eq!(PostgresSyntax.token("U&'a'", 0), None);
    }
}
