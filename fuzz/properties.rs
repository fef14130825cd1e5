//! What holds for every text that could be written as a statement, and for every value: no panic,
//! no endless work, values stay bound, and what compiles is one query with a placeholder for each
//! value, or begins like one where only the database can read it.

use brisk_domain::{
    Access, AttributeName, Bounds, Interval, Query, Selection, Timestamp, VariableName, ZoneName,
    ZoneOffsets,
};
use brisk_source::{Bind, Chosen, Context, Dialect, Statement, StatementError, compile};
use sqlparser::ast::Statement as Parsed;
use sqlparser::dialect::{MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Surrounds each value, and never occurs in a statement: wherever it turns up, a value does.
const MARK: char = '\u{e000}';
/// Separates the statement from a value in the fuzzer's input.
const VALUE: char = '\u{1f}';
/// Far more than any statement takes, even without optimisation on a busy machine.
const ENDLESS: Duration = Duration::from_secs(10);

static LONDON: LazyLock<(ZoneName, ZoneOffsets)> = LazyLock::new(|| {
    let zone = ZoneName::parse("Europe/London").expect("a zone");
    let at = Timestamp::from_seconds;
    let offsets = zone.offsets(at(0), at(3_155_760_000));
    (zone, offsets)
});

/// Checks one input; returns how many dialects it compiles in.
pub(crate) fn hold(input: &str) -> usize {
    let (sql, value) = input.split_once(VALUE).unwrap_or((input, "x' or 1 = 1 --"));
    let sql = sql.replace(MARK, "");
    let value = format!("{MARK}{value}{MARK}");
    let mut compiled = 0;
    for dialect in Dialect::ALL {
        let begun = Instant::now();
        match attempt(&sql, &value, dialect) {
            Ok(statement) => {
                is_whole(&statement, dialect);
                compiled += 1;
            }
            Err(error) => {
                assert!(!error.message.is_empty() && error.line > 0 && error.column > 0);
                assert!(!error.message.contains(MARK), "the error contains a value: {error}");
            }
        }
        assert!(begun.elapsed() < ENDLESS, "{dialect:?}: {:?}", begun.elapsed());
    }
    compiled
}

fn attempt(sql: &str, value: &str, dialect: Dialect) -> Result<Statement, StatementError> {
    let chosen = |values: &[&str]| Selection::of(values.iter().map(|v| (*v).to_owned()));
    let other = format!("{value}2");
    let name = |name| VariableName::parse(name).expect("a name");
    let variables = BTreeMap::from([
        (name("one"), chosen(&[value])),
        (name("two"), chosen(&[value, &other])),
        (name("none"), chosen(&[])),
    ]);
    let tenant = AttributeName::parse("tenant").expect("a name");
    let access = Access::of([(tenant, chosen(&[value]))]);
    let (zone, offsets) = &*LONDON;
    let at = Timestamp::from_seconds;
    let context = Context {
        bounds: Bounds { from: at(1_300_000_000), to: at(1_320_000_000) },
        interval: Interval::ALL[sql.len() % Interval::ALL.len()],
        zone,
        offsets,
        variables: &variables,
        access: &access,
    };
    compile(&Query::new(sql), dialect, &context)
}

/// One query, with as many placeholders as values, and without the text of any value.
fn is_whole(statement: &Statement, dialect: Dialect) {
    let Statement { sql, binds, .. } = statement;
    assert!(!sql.contains(MARK), "a value is in the SQL: {sql}");
    for bind in binds {
        match bind {
            Bind::Int(_) => {}
            // The zone's name or the interval's keyword.
            Bind::Text(text) => {
                let own = text == "Europe/London" || Interval::parse(text).is_some();
                assert!(own, "{text:?} is no value");
            }
            Bind::Chosen(Chosen { text, .. }) => assert!(text.starts_with(MARK), "{text:?}"),
        }
    }
    let grammar: &dyn sqlparser::dialect::Dialect = match dialect {
        Dialect::Sqlite => &SQLiteDialect {},
        Dialect::Postgres => &PostgreSqlDialect {},
        Dialect::MySql => &MySqlDialect {},
    };
    // The parser knows `interval` only as a duration, not as MySQL's function that searches a list.
    // Only macros write it like that.
    let searched = match dialect {
        Dialect::MySql => sql.replace("(interval((to_seconds(", "(greatest((to_seconds("),
        Dialect::Sqlite | Dialect::Postgres => sql.clone(),
    };
    if statement.unread.is_some() {
        // The parser does not know it; there is one statement all the same.
        let words = ["select", "with", "values", "table"];
        let start = sql.trim_start_matches(|c: char| c == '(' || c.is_ascii_whitespace());
        let first: String = start.chars().take_while(char::is_ascii_alphabetic).collect();
        assert!(words.contains(&first.to_lowercase().as_str()), "{sql}");
        return;
    }
    let tokens = Tokenizer::new(grammar, &searched).tokenize();
    let tokens = tokens.expect("compiled SQL tokenizes");
    let places = tokens.iter().filter_map(|token| match token {
        Token::Placeholder(place) => Some(place.as_str()),
        _ => None,
    });
    if dialect == Dialect::MySql {
        assert_eq!(places.count(), binds.len(), "{sql}");
    } else {
        let numbers: BTreeSet<usize> =
            places.map(|place| place[1..].parse().expect("a numbered placeholder")).collect();
        assert_eq!(numbers, (1..=binds.len()).collect(), "{sql}");
    }
    // Expansions nest deeper than authors may.
    let mut parser = Parser::new(grammar).with_recursion_limit(500).with_tokens(tokens);
    match parser.parse_statements().as_deref() {
        Ok([Parsed::Query(_)]) => {}
        other => panic!("{dialect:?}: {:?} is read as {other:?}: {sql}", statement.query.sql),
    }
}
