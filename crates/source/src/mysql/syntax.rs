//! The SQL of MySQL and MariaDB. Instants are `datetime` or `timestamp`, read in UTC; wall-clock
//! times are `datetime`.

use super::clock::MySqlClock;
use super::denied_functions::DENIED_FUNCTIONS;
use crate::compile::lexer::{Token, block_comment, line_comment, quoted, surroundings};
use crate::compile::offset_steps::OffsetSteps;
use crate::syntax::{CalendarUnit, Clock, Syntax, TimeEncoding};
use brisk_domain::{ZoneName, ZoneOffsets};
use sqlparser::dialect::MySqlDialect;

pub(crate) struct MySqlSyntax;

/// From the start of the calendar, the year 0, to 1970-01-01, in seconds.
const EPOCH: i64 = 62_167_219_200;

impl Syntax for MySqlSyntax {
    fn grammar(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &MySqlDialect {}
    }

    fn token(&self, text: &str, at: usize) -> Option<Token> {
        let rest = &text[at..];
        let (_, first, second) = surroundings(text, at);
        match (first?, second) {
            // In MySQL, `a--1` is a double minus.
            ('-', Some('-')) if rest[2..].starts_with(|c: char| !c.is_whitespace()) => {
                Some(Token::Invalid("write a space after --, or a - (-b)"))
            }
            ('-', Some('-')) | ('#', _) => Some(line_comment(rest)),
            ('/', Some('*')) if rest.starts_with("/*!") || rest.starts_with("/*M!") => {
                Some(Token::Invalid(
                    "comments that MySQL executes are not allowed: write the SQL itself",
                ))
            }
            ('/', Some('*')) => Some(block_comment(rest)),
            (quote @ ('\'' | '"'), _) => Some(quoted(rest, 0, quote, true)),
            ('`', _) => Some(quoted(rest, 0, '`', false)),
            _ => None,
        }
    }

    fn denied_functions(&self) -> &'static [&'static str] {
        DENIED_FUNCTIONS
    }

    fn name_quote(&self) -> char {
        '`'
    }

    fn double_quotes_are_literals(&self) -> bool {
        true
    }

    fn hides_tables(&self, list: &mut dyn FnMut() -> String) -> String {
        let mut among = |name: &str| format!("{name} in ({})", list());
        let (views, schemas) = (among("table_name"), among("table_schema"));
        let (functions, schemas_of_functions) = (among("routine_name"), among("routine_schema"));
        format!(
            "select (select count(*) from information_schema.views \
             where {views} and (table_schema = database() or {schemas})) + \
             (select count(*) from information_schema.routines \
             where {functions} and (routine_schema = database() or {schemas_of_functions})) + \
             ({})",
            among("'information_schema'")
        )
    }

    fn placeholder(&self, _number: usize) -> String {
        "?".into()
    }

    fn numbers_placeholders(&self) -> bool {
        false
    }

    // Whole seconds since the year 0, rounded down; a difference would be rounded towards its
    // start, which is wrong for earlier instants.
    fn seconds(&self, expr: &str) -> String {
        format!("(to_seconds({expr}) - {EPOCH})")
    }

    fn instant(&self, seconds: &str) -> String {
        format!("(timestamp'1970-01-01 00:00:00' + interval ({seconds}) second)")
    }

    fn quotient(&self, dividend: &str, divisor: i64) -> String {
        format!("({dividend} div {divisor})")
    }

    fn calendar_start(&self, wall: &str, unit: CalendarUnit) -> String {
        let wall = self.instant(wall);
        self.seconds(&match unit {
            CalendarUnit::Month => format!("date_format({wall}, '%Y-%m-01')"),
            CalendarUnit::Quarter => {
                format!("makedate(year({wall}), 1) + interval quarter({wall}) - 1 quarter")
            }
            CalendarUnit::Year => format!("makedate(year({wall}), 1)"),
        })
    }

    fn calendar_part(&self, wall: &str, unit: CalendarUnit) -> String {
        let wall = self.instant(wall);
        match unit {
            CalendarUnit::Month => format!("month({wall})"),
            CalendarUnit::Quarter => format!("quarter({wall})"),
            CalendarUnit::Year => format!("year({wall})"),
        }
    }

    fn step_value(&self, steps: &OffsetSteps, seconds: &str) -> String {
        let passed = format!("interval({seconds}, {})", steps.starts());
        steps.looked_up(&passed, |values| format!("cast(elt(({passed}) + 1, {values}) as signed)"))
    }

    fn clock<'a>(&self, zone: &'a ZoneName, offsets: &'a ZoneOffsets) -> Box<dyn Clock + 'a> {
        Box::new(MySqlClock::new(zone, offsets))
    }

    fn decoded_time(&self, encoding: TimeEncoding, expr: &str) -> String {
        match encoding {
            TimeEncoding::Seconds => {
                format!("(timestamp'1970-01-01 00:00:00' + interval ({expr}) second)")
            }
            TimeEncoding::Milliseconds => {
                format!("(timestamp'1970-01-01 00:00:00' + interval ({expr}) * 1000 microsecond)")
            }
            // The server's own notation has neither the `T` nor the `Z` of ISO 8601.
            TimeEncoding::Text => {
                format!("cast(replace(trim(trailing 'Z' from ({expr})), 'T', ' ') as datetime(6))")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_names_and_comments_are_tokens() {
        let cases = [
            (r"'a\' b' x", Some(Token::Quoted(7))),
            ("`a``b`", Some(Token::Quoted(6))),
            ("-- a", Some(Token::Comment(4))),
            ("# a\nb", Some(Token::Comment(3))),
        ];
        for (text, expected) in cases {
            assert_eq!(MySqlSyntax.token(text, 0), expected, "{text}");
        }
        for text in ["--1", "/*!50000 drop table t */", "/*M! x */"] {
            let found = MySqlSyntax.token(text, 0);
            assert!(matches!(found, Some(Token::Invalid(_))), "{text}");
        }
    }
}
