//! Conditions on chosen values: variables in the panel's statement, literals in the client's.

use super::database::Database;
use super::samples::{BIG, DAYS, EXACT, FLOATS, KINDS, SMALL, WORDS, pick, reference};
use rand::Rng;
use rand::rngs::StdRng;

/// A condition, and the values chosen for it.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    /// With variables.
    pub(super) ours: String,
    /// With literals.
    pub(super) theirs: String,
    /// The variables with their values.
    pub(super) pairs: Vec<(String, String)>,
}

/// The variables of every dashboard: those that take one value, and those that take several.
pub(super) const SINGLE: [&str; 18] = [
    "word", "never", "kind", "num", "big", "small", "exact", "f", "day", "since", "until", "flag",
    "ref", "h", "yr", "x", "lim", "least",
];
/// See [`SINGLE`].
pub(super) const MULTI: [&str; 4] = ["words", "nums", "days", "wds"];

/// A random condition.
pub(super) fn condition(random: &mut StdRng, database: Database) -> Condition {
    let one = |ours: &str, theirs: String, name: &str, value: &str| Condition {
        ours: format!("$optional({ours})"),
        theirs,
        pairs: vec![(name.to_owned(), value.to_owned())],
    };
    let order = pick(random, &["=", "<>", "<=", "<", ">", ">="]);
    let text = |text: &str| database.quoted(text);
    match random.random_range(0..18) {
        0 => {
            let value = pick(random, &WORDS);
            one("word = :word", format!("word = {}", text(value)), "word", value)
        }
        1 => {
            let value = pick(random, &KINDS);
            one("kind <> :kind", format!("kind <> {}", text(value)), "kind", value)
        }
        2 => {
            let values = several(random, &WORDS);
            let literals: Vec<String> = values.iter().map(|value| text(value)).collect();
            list(random, "word", "words", &values, &literals)
        }
        3 => {
            let value = random.random_range(-5..100).to_string();
            let theirs = format!("n {order} {value}");
            one(&format!("n {order} :num"), theirs, "num", &value)
        }
        4 => {
            let all: Vec<String> = (-5..100).map(|n| n.to_string()).collect();
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            let values = several(random, &all);
            let literals: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            list(random, "n", "nums", &values, &literals)
        }
        5 => {
            let value = pick(random, &BIG).to_string();
            one(&format!("big {order} :big"), format!("big {order} {value}"), "big", &value)
        }
        6 => {
            let value = pick(random, &SMALL).to_string();
            one(&format!("small {order} :small"), format!("small {order} {value}"), "small", &value)
        }
        7 if database != Database::Sqlite => {
            let value = pick(random, &EXACT);
            let theirs = format!("exact {order} {value}");
            one(&format!("exact {order} :exact"), theirs, "exact", value)
        }
        8 => {
            let value = pick(random, &FLOATS);
            // A float is compared with a float, except in SQLite, which compares whole numbers exactly: no
            // float equals 9007199254740993.
            let literal = match database {
                Database::Postgres => format!("'{value}'::float8"),
                Database::MariaDb => format!("cast('{value}' as double)"),
                Database::Sqlite if value.parse::<i64>().is_ok() => value.to_owned(),
                Database::Sqlite => format!("cast('{value}' as real)"),
            };
            one(&format!("f8 {order} :f"), format!("f8 {order} {literal}"), "f", value)
        }
        9 => {
            let value = pick(random, &DAYS);
            one(&format!("day {order} :day"), format!("day {order} '{value}'"), "day", value)
        }
        10 => {
            let values = several(random, &DAYS);
            let literals: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
            list(random, "day", "days", &values, &literals)
        }
        11 => {
            let (mut first, mut last) = (pick(random, &DAYS), pick(random, &DAYS));
            if first > last {
                std::mem::swap(&mut first, &mut last);
            }
            Condition {
                ours: "$optional(day between :since and :until)".into(),
                theirs: format!("day between '{first}' and '{last}'"),
                pairs: vec![("since".into(), first.into()), ("until".into(), last.into())],
            }
        }
        12 => {
            let is = random.random_bool(0.5);
            let value = match database {
                Database::Postgres => is.to_string(),
                Database::MariaDb | Database::Sqlite => i32::from(is).to_string(),
            };
            one("flag = :flag", format!("flag = {value}"), "flag", &value)
        }
        13 => {
            let value = reference(random.random_range(1..400));
            one("ref = :ref", format!("ref = '{value}'"), "ref", &value)
        }
        14 => {
            let value = random.random_range(0..24).to_string();
            one(&format!("$hour(at) {order} :h"), format!("hh {order} {value}"), "h", &value)
        }
        15 => {
            let values = several(random, &["1", "2", "3", "4", "5", "6", "7"]);
            let literals: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            let mut condition = list(random, "wd", "wds", &values, &literals);
            condition.ours = condition.ours.replace("wd in", "$weekday(at) in");
            condition.ours = condition.ours.replace("wd not in", "$weekday(at) not in");
            condition
        }
        16 => {
            let value = random.random_range(1900..2100).to_string();
            one(&format!("$year(at) {order} :yr"), format!("y {order} {value}"), "yr", &value)
        }
        _ => Condition {
            // Nothing is chosen.
            ours: "$optional(word = :never)".into(),
            theirs: "1 = 1".into(),
            pairs: vec![],
        },
    }
}

fn several<'a>(random: &mut StdRng, of: &[&'a str]) -> Vec<&'a str> {
    let mut values: Vec<&str> = Vec::new();
    for _ in 0..random.random_range(1..6) {
        let value = pick(random, of);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn list(
    random: &mut StdRng,
    column: &str,
    name: &str,
    values: &[&str],
    literals: &[String],
) -> Condition {
    let word = pick(random, &["in", "in", "not in"]);
    Condition {
        ours: format!("$optional({column} {word} :{name})"),
        theirs: format!("{column} {word} ({})", literals.join(", ")),
        pairs: values.iter().map(|value| (name.to_owned(), (*value).to_owned())).collect(),
    }
}
