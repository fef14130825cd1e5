//! The generator: a panel's statement, and the same question as a person writes it for the client.

use super::database::Database;
use super::predicates::{Condition, condition};
use super::ranges::{INTERVALS, Range};
use super::samples::pick;
use super::value::Type;
use rand::Rng;
use rand::rngs::StdRng;

/// A column as Brisk's statement and the client's have it.
#[derive(Debug, Clone)]
struct Item {
    ours: String,
    theirs: String,
    kind: Type,
}

/// A question, asked twice.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The panel's kind.
    pub(super) kind: &'static str,
    /// What else the panel's file says.
    pub(super) options: &'static str,
    /// The panel's statement.
    pub(super) ours: String,
    /// The client's.
    pub(super) theirs: String,
    /// The columns in order.
    pub(super) columns: Vec<(String, Type)>,
    /// The parameters of the view.
    pub(super) pairs: Vec<(String, String)>,
    /// If the first column has the starts of buckets that the statement groups by: their width, and the
    /// seconds of the range that it reads.
    pub(super) buckets: Option<(&'static str, Option<(i64, i64)>)>,
}

/// Kinds of panels with the shape of their statements.
const KINDS: [(&str, &str, Shape); 15] = [
    ("table", "", Shape::Rows),
    ("table", "", Shape::Rows),
    ("table", "", Shape::Groups),
    ("table", "", Shape::Parts),
    ("stat", "", Shape::Figure),
    ("stat", "", Shape::Figure),
    ("gauge", "max = 100000\n", Shape::Count),
    ("line", "", Shape::Buckets),
    ("area", "", Shape::Buckets),
    ("bar", "", Shape::Buckets),
    ("line", "", Shape::Series),
    ("bar", "stacked = true\n", Shape::Series),
    ("bar", "horizontal = true\n", Shape::Groups),
    ("donut", "", Shape::Groups),
    ("heatmap", "", Shape::Parts),
];
const MORE_KINDS: [(&str, &str, Shape); 5] = [
    ("histogram", "", Shape::Numbers),
    ("scatter", "", Shape::Points),
    ("table", "", Shape::Readings),
    ("line", "", Shape::ReadingBuckets),
    ("bar", "", Shape::ReadingBuckets),
];

#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Rows of the table.
    Rows,
    /// Names with a count.
    Groups,
    /// Parts of the clock with a count.
    Parts,
    /// One aggregate.
    Figure,
    /// One count.
    Count,
    /// Buckets of time with aggregates.
    Buckets,
    /// Buckets of time, names, a count.
    Series,
    /// Numbers with a count.
    Numbers,
    /// Two numbers.
    Points,
    /// Rows with what a wall clock read.
    Readings,
    /// Buckets of what a wall clock read, with a count.
    ReadingBuckets,
}

impl Case {
    /// A random one over `range`, whose ends are the seconds `bounds` in `zone`.
    pub(super) fn random(
        random: &mut StdRng,
        database: Database,
        zone: &str,
        range: &Range,
        bounds: (i64, i64),
    ) -> Self {
        let at = random.random_range(0..KINDS.len() + MORE_KINDS.len());
        let (kind, options, shape) =
            KINDS.get(at).copied().unwrap_or_else(|| MORE_KINDS[at.saturating_sub(KINDS.len())]);
        let explicit = random.random_bool(0.4).then(|| pick(random, &INTERVALS[1..]));
        // Without either, the width would follow from the range.
        let unit = explicit.or(range.interval).unwrap_or("month");
        let bucket = match range.interval {
            Some(interval) if explicit.is_none() || explicit == Some(interval) => {
                "$bucket(at)".into()
            }
            _ => format!("$bucket(at, {unit})"),
        };
        let is_read = matches!(shape, Shape::Readings | Shape::ReadingBuckets);
        let unit = if is_read && unit == "hour" { "day" } else { unit };
        let bucket = match is_read {
            true => Item {
                ours: format!("$bucket($local(wall), {unit})"),
                theirs: "lb * 1000000".into(),
                kind: Type::Time,
            },
            false => Item { ours: bucket, theirs: database.micros("bk"), kind: Type::Time },
        };
        let mut conditions = vec![];
        let mut pairs = range.pairs.clone();
        let is_ranged = random.random_bool(0.8);
        if is_ranged {
            let (ours, theirs) = match is_read {
                true => {
                    let (from, to) = bounds;
                    ("$range($local(wall))", format!("li >= {from} and li < {to}"))
                }
                false => ("$range(at)", database.range(bounds.0, bounds.1)),
            };
            conditions.push(Condition { ours: ours.into(), theirs, pairs: vec![] });
        }
        let mut used: Vec<String> = Vec::new();
        for _ in 0..random.random_range(0..3) {
            let one = condition(random, database);
            // The instant's parts are not there.
            if is_read && ["hh", "wd", "y"].contains(&one.theirs.split(' ').next().unwrap_or("")) {
                continue;
            }
            // A variable has one value.
            if one.pairs.iter().all(|(name, _)| !used.contains(name)) {
                used.extend(one.pairs.iter().map(|(name, _)| name.clone()));
                pairs.extend(one.pairs.clone());
                conditions.push(one);
            }
        }
        let (mut items, tail) = items(shape, random, database, bucket);
        let mut tail = tail.to_owned();
        let mut their_tail = tail.clone();
        if let Shape::Rows = shape {
            if random.random_bool(0.3) {
                let n = random.random_range(-40..40);
                let sign = pick(random, &["+", "-", "*"]);
                let (ours, theirs) = (format!("n {sign} :x"), format!("n {sign} ({n})"));
                items.push(Item { ours, theirs, kind: Type::Whole });
                pairs.push(("x".into(), n.to_string()));
            }
            if random.random_bool(0.3) {
                let n = random.random_range(0..30);
                tail.push_str(" limit :lim");
                their_tail.push_str(&format!(" limit {n}"));
                pairs.push(("lim".into(), n.to_string()));
            }
        } else if let Shape::Groups | Shape::Buckets = shape
            && random.random_bool(0.2)
        {
            let n = random.random_range(1..4);
            let having = |value: &str| format!(" having count(*) >= {value} order by");
            their_tail = their_tail.replace(" order by", &having(&n.to_string()));
            tail = tail.replace(" order by", &having(":least"));
            pairs.push(("least".into(), n.to_string()));
        }
        let list = |side: fn(&Item) -> &String| {
            let named = items.iter().enumerate().map(|(i, item)| format!("{} as c{i}", side(item)));
            named.collect::<Vec<_>>().join(", ")
        };
        let all = |side: fn(&Condition) -> &String| {
            let texts: Vec<&str> = conditions.iter().map(|one| side(one).as_str()).collect();
            if texts.is_empty() { String::new() } else { format!(" where {}", texts.join(" and ")) }
        };
        let ours = format!(
            "select {} from {}{}{tail}",
            list(|item| &item.ours),
            database.samples(),
            all(|one| &one.ours)
        );
        let theirs = format!(
            "select {} from {}{}{their_tail}",
            list(|item| &item.theirs),
            if is_read { database.read(zone, unit) } else { database.seen(zone, unit) },
            all(|one| &one.theirs)
        );
        let columns = items.iter().enumerate().map(|(i, item)| (format!("c{i}"), item.kind));
        let is_along = matches!(shape, Shape::Buckets | Shape::Series | Shape::ReadingBuckets);
        let buckets = is_along.then(|| (unit, is_ranged.then_some(bounds)));
        Self { kind, options, ours, theirs, columns: columns.collect(), pairs, buckets }
    }
}

/// The columns of a shape, and what follows the conditions.
fn items(
    shape: Shape,
    random: &mut StdRng,
    database: Database,
    bucket: Item,
) -> (Vec<Item>, &'static str) {
    let same = |sql: &str, kind| Item { ours: sql.into(), theirs: sql.into(), kind };
    let count = || same("count(*)", Type::Whole);
    let part = |name: &str, column: &str| Item {
        ours: format!("${name}(at)"),
        theirs: column.into(),
        kind: Type::Whole,
    };
    match shape {
        Shape::Rows => {
            let mut items = vec![same("k", Type::Whole)];
            let at = match database {
                Database::Sqlite => "$time(at)",
                Database::Postgres | Database::MariaDb => "at",
            };
            items.push(Item { ours: at.into(), theirs: database.micros("at"), kind: Type::Time });
            for (name, kind) in columns(database) {
                if random.random_bool(0.35) {
                    items.push(same(name, *kind));
                }
            }
            if random.random_bool(0.3) {
                items.push(bucket);
            }
            (items, " order by k")
        }
        Shape::Groups => {
            let by = [("word", Type::Text), ("kind", Type::Text), day(database), flag(database)];
            let (name, kind) = pick(random, &by);
            (vec![same(name, kind), count()], " group by 1 order by 2 desc, 1")
        }
        Shape::Parts => {
            let (first, second) = pick(
                random,
                &[
                    (("weekday", "wd"), ("hour", "hh")),
                    (("year", "y"), ("month", "m")),
                    (("month", "m"), ("weekday", "wd")),
                ],
            );
            let items = vec![part(first.0, first.1), part(second.0, second.1), count()];
            (items, " group by 1, 2 order by 1, 2")
        }
        Shape::Figure => {
            let (sql, kind) = pick(random, aggregates(database));
            (vec![same(sql, kind)], "")
        }
        Shape::Count => (vec![count()], ""),
        Shape::Buckets => {
            let (sql, kind) = pick(random, aggregates(database));
            let mut items = vec![bucket, same(sql, kind)];
            if random.random_bool(0.4) {
                items.push(count());
            }
            (items, " group by 1 order by 1")
        }
        Shape::Series => {
            let by = [("kind", Type::Text), flag(database)];
            let (name, kind) = pick(random, &by);
            (vec![bucket, same(name, kind), count()], " group by 1, 2 order by 1, 2")
        }
        Shape::Readings => {
            let instant = Item {
                ours: "$time($local(wall))".into(),
                theirs: "li * 1000000".into(),
                kind: Type::Time,
            };
            let hour =
                Item { ours: "$hour($local(wall))".into(), theirs: "lh".into(), kind: Type::Whole };
            let mut items = vec![same("k", Type::Whole), instant, hour, bucket];
            match database {
                Database::Postgres => items.push(same("wall", Type::Reading)),
                Database::Sqlite => items.push(same("wall", Type::Text)),
                // Which zone it is read in is the source's to say.
                Database::MariaDb => {}
            }
            (items, " order by k")
        }
        Shape::ReadingBuckets => (vec![bucket, count()], " group by 1 order by 1"),
        Shape::Numbers => (vec![same("n", Type::Whole), count()], " group by 1 order by 1"),
        Shape::Points => {
            let items = vec![same("k", Type::Whole), same("f8", Type::Float)];
            (items, " order by k")
        }
    }
}

fn flag(database: Database) -> (&'static str, Type) {
    match database {
        Database::Postgres => ("flag", Type::Bool),
        // Truth is a number there.
        Database::MariaDb | Database::Sqlite => ("flag", Type::Whole),
    }
}

fn day(database: Database) -> (&'static str, Type) {
    match database {
        Database::Postgres | Database::MariaDb => ("day", Type::Date),
        Database::Sqlite => ("day", Type::Text),
    }
}

fn columns(database: Database) -> &'static [(&'static str, Type)] {
    const POSTGRES: [(&str, Type); 11] = [
        ("n", Type::Whole),
        ("small", Type::Whole),
        ("big", Type::Whole),
        ("exact", Type::Decimal),
        ("r4", Type::Float),
        ("f8", Type::Float),
        ("flag", Type::Bool),
        ("word", Type::Text),
        ("kind", Type::Text),
        ("day", Type::Date),
        ("ref", Type::Text),
    ];
    const MARIA: [(&str, Type); 9] = [
        ("n", Type::Whole),
        ("small", Type::Whole),
        ("big", Type::Whole),
        ("exact", Type::Decimal),
        ("f8", Type::Float),
        ("flag", Type::Whole),
        ("word", Type::Text),
        ("day", Type::Date),
        ("ref", Type::Text),
    ];
    const SQLITE: [(&str, Type); 9] = [
        ("n", Type::Whole),
        ("small", Type::Whole),
        ("big", Type::Whole),
        ("f8", Type::Float),
        ("flag", Type::Whole),
        ("word", Type::Text),
        ("kind", Type::Text),
        ("day", Type::Text),
        ("ref", Type::Text),
    ];
    match database {
        Database::Postgres => &POSTGRES,
        Database::MariaDb => &MARIA,
        Database::Sqlite => &SQLITE,
    }
}

/// Aggregates that do not depend on the order of rows. SQLite refuses sums beyond 64 bits.
fn aggregates(database: Database) -> &'static [(&'static str, Type)] {
    const POSTGRES: [(&str, Type); 12] = [
        ("count(*)", Type::Whole),
        ("count(word)", Type::Whole),
        ("count(distinct word)", Type::Whole),
        ("sum(n)", Type::Whole),
        ("sum(big)", Type::Decimal),
        ("sum(exact)", Type::Decimal),
        ("min(big)", Type::Whole),
        ("max(f8)", Type::Float),
        ("min(r4)", Type::Float),
        ("avg(n)", Type::Single),
        ("max(exact)", Type::Decimal),
        ("sum(n) * 1.0 / count(*)", Type::Single),
    ];
    const MARIA: [(&str, Type); 9] = [
        ("count(*)", Type::Whole),
        ("count(word)", Type::Whole),
        ("count(distinct ref)", Type::Whole),
        ("sum(n)", Type::Whole),
        ("sum(big)", Type::Whole),
        ("sum(exact)", Type::Decimal),
        ("min(big)", Type::Whole),
        ("max(f8)", Type::Float),
        ("avg(n)", Type::Single),
    ];
    const SQLITE: [(&str, Type); 8] = [
        ("count(*)", Type::Whole),
        ("count(word)", Type::Whole),
        ("count(distinct word)", Type::Whole),
        ("sum(n)", Type::Whole),
        ("min(big)", Type::Whole),
        ("max(f8)", Type::Float),
        ("avg(n)", Type::Float),
        ("total(small)", Type::Float),
    ];
    match database {
        Database::Postgres => &POSTGRES,
        Database::MariaDb => &MARIA,
        Database::Sqlite => &SQLITE,
    }
}
