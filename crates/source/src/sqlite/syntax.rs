//! SQLite's SQL. Instants are whole seconds since the epoch; wall-clock times are text.

use super::clock::SqliteClock;
use super::denied_functions::DENIED_FUNCTIONS;
use crate::compile::lexer::{
    Token, UNCLOSED_QUOTE, block_comment, line_comment, quoted, surroundings,
};
use crate::compile::offset_steps::OffsetSteps;
use crate::syntax::{CalendarUnit, Clock, Syntax, TimeEncoding, enclosed};
use brisk_domain::{ZoneName, ZoneOffsets};
use sqlparser::dialect::SQLiteDialect;

pub(crate) struct SqliteSyntax;

impl Syntax for SqliteSyntax {
    fn grammar(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &SQLiteDialect {}
    }

    fn token(&self, text: &str, at: usize) -> Option<Token> {
        let rest = &text[at..];
        let (_, first, second) = surroundings(text, at);
        match (first?, second) {
            ('-', Some('-')) => Some(line_comment(rest)),
            ('/', Some('*')) => Some(block_comment(rest)),
            (quote @ ('\'' | '"' | '`'), _) => Some(quoted(rest, 0, quote, false)),
            ('[', _) => Some(rest.find(']').map_or(UNCLOSED_QUOTE, |i| Token::Quoted(i + 1))),
            _ => None,
        }
    }

    fn denied_functions(&self) -> &'static [&'static str] {
        DENIED_FUNCTIONS
    }

    // Functions that return tables may take the place of tables, with or without arguments.
    fn denied_tables(&self) -> &'static [&'static str] {
        DENIED_FUNCTIONS
    }

    // SQLite has no functions that read tables except the denied ones.
    fn hides_tables(&self, list: &mut dyn FnMut() -> String) -> String {
        format!(
            "select count(*) from sqlite_schema where type = 'view' and name collate nocase in ({})",
            list()
        )
    }

    fn placeholder(&self, number: usize) -> String {
        format!("?{number}")
    }

    fn numbers_placeholders(&self) -> bool {
        true
    }

    fn sees_later_ctes(&self) -> bool {
        true
    }

    fn seconds(&self, expr: &str) -> String {
        enclosed(expr)
    }

    fn instant(&self, seconds: &str) -> String {
        seconds.to_owned()
    }

    fn calendar_start(&self, wall: &str, unit: CalendarUnit) -> String {
        let start = match unit {
            CalendarUnit::Month => "'start of month'".to_owned(),
            CalendarUnit::Quarter => format!(
                "'start of month', \
                 '-' || ((strftime('%m', {wall}, 'unixepoch') - 1) % 3) || ' months'"
            ),
            CalendarUnit::Year => "'start of year'".to_owned(),
        };
        format!("cast(strftime('%s', {wall}, 'unixepoch', {start}) as integer)")
    }

    fn calendar_part(&self, wall: &str, unit: CalendarUnit) -> String {
        match unit {
            CalendarUnit::Month => format!("cast(strftime('%m', {wall}, 'unixepoch') as integer)"),
            CalendarUnit::Quarter => format!("((strftime('%m', {wall}, 'unixepoch') + 2) / 3)"),
            CalendarUnit::Year => format!("cast(strftime('%Y', {wall}, 'unixepoch') as integer)"),
        }
    }

    // SQLite has no function that searches a list.
    fn later(&self, one: &str, other: &str) -> String {
        format!("max({one}, {other})")
    }

    fn step_value(&self, steps: &OffsetSteps, seconds: &str) -> String {
        steps.nested_cases(seconds)
    }

    fn step_value_repeats(&self, steps: &OffsetSteps) -> usize {
        steps.len() * 2
    }

    fn clock<'a>(&self, zone: &'a ZoneName, _: &'a ZoneOffsets) -> Box<dyn Clock + 'a> {
        Box::new(SqliteClock { zone })
    }

    fn decoded_time(&self, encoding: TimeEncoding, expr: &str) -> String {
        match encoding {
            // Rounded down, like all instants here; a cast alone rounds towards 1970.
            TimeEncoding::Seconds => {
                format!("(cast(({expr}) as integer) - (({expr}) < cast(({expr}) as integer)))")
            }
            // SQLite's remainder has the sign of the dividend.
            TimeEncoding::Milliseconds => {
                format!("((({expr}) - ((({expr}) % 1000) + 1000) % 1000) / 1000)")
            }
            TimeEncoding::Text => format!("cast(strftime('%s', ({expr})) as integer)"),
        }
    }

    fn wall_seconds(&self, expr: &str) -> String {
        self.decoded_time(TimeEncoding::Text, expr)
    }

    // The text may be a date alone, and may hold a space or a `T`: an index on the column finds
    // the days, and the times are compared as numbers.
    fn wall_range(&self, expr: &str, from: &str, to: &str) -> String {
        let wall = self.wall_seconds(expr);
        format!(
            "(({expr}) >= date({from}, 'unixepoch') \
             and ({expr}) < date({to}, 'unixepoch', '+1 day') \
             and {wall} >= {from} and {wall} < {to})"
        )
    }

    fn explain(&self) -> &'static str {
        "explain query plan"
    }

    // The others number the plan's nodes.
    fn explain_column(&self) -> Option<&'static str> {
        Some("detail")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::lexer::UNCLOSED_COMMENT;

    #[test]
    fn literals_names_and_comments_are_tokens() {
        let cases = [
            ("'it''s' x", Some(Token::Quoted(7))),
            (r"'a\' b'", Some(Token::Quoted(4))),
            ("[a:b] x", Some(Token::Quoted(5))),
            ("$$a$$", None),
            ("'a", Some(UNCLOSED_QUOTE)),
            ("-- a\nb", Some(Token::Comment(4))),
            ("--a", Some(Token::Comment(3))),
            ("/* /* */ */", Some(Token::Comment(8))),
            ("/*/", Some(UNCLOSED_COMMENT)),
        ];
        for (text, expected) in cases {
            assert_eq!(SqliteSyntax.token(text, 0), expected, "{text}");
        }
    }
}
