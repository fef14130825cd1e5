//! The data: rows with values that are easily mangled, and times around clock changes.

use super::database::Database;
use super::zones::{Segment, Zones, civil};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Texts that are easily mistaken for something else.
pub(super) const WORDS: [&str; 22] = [
    "",
    "(none)",
    "O'Brien",
    "\"quoted\"",
    "Zürich",
    "日本",
    "007",
    "7",
    "7.0",
    "=1+1",
    "-5",
    "a,b",
    "two\nlines",
    "😀",
    "<b>&amp;</b>",
    "1e5",
    "NULL",
    "\\N",
    "true",
    "a\\b",
    "naïve",
    "20230x",
];
/// Names of series.
pub(super) const KINDS: [&str; 5] = ["alpha", "Beta", "γ", "", "(none)"];
/// Exact decimals.
pub(super) const EXACT: [&str; 11] = [
    "0.1",
    "0.10",
    "2.675",
    "-0.00001",
    "12345678901234567890.123456789",
    "99999999999999999999.999999999",
    "-1234.5",
    "0",
    "1.005",
    "1000000",
    "0.285",
];
/// Floats that every database takes as written.
pub(super) const FLOATS: [&str; 15] = [
    "0.1",
    "2.675",
    "1.005",
    "1e300",
    "-1e-7",
    "123456789.125",
    "0.30000000000000004",
    "-2.5",
    "0",
    "9007199254740993",
    "1e21",
    "5e-9",
    "999999.9995",
    "100",
    "-0.0005",
];
/// Whole numbers up to the ends of 64 bits.
pub(super) const BIG: [i64; 9] =
    [i64::MAX, -i64::MAX, 9_007_199_254_740_993, -9_007_199_254_740_993, 0, 1, -1, 2024, 1_000_000];
/// Whole numbers of 16 bits.
pub(super) const SMALL: [i64; 6] = [32_767, -32_768, 0, 7, -7, 2023];
/// Dates.
pub(super) const DAYS: [&str; 7] = [
    "1900-01-01",
    "1999-12-31",
    "2024-02-29",
    "2024-03-01",
    "2026-03-29",
    "2026-10-25",
    "2100-12-31",
];

/// The dashboards' values of now, on their zone's clock.
pub(super) const NOWS: [&str; 9] = [
    "2026-03-30T14:35",
    "2026-03-29",
    "2025-11-03T09:10",
    "2026-04-05T12:00",
    "2018-11-04T23:59",
    "2019-02-17T08:00",
    "1999-12-31",
    "2024-02-29T17:45",
    "1984-07-14T06:30",
];

/// The number of rows.
const ROWS: u32 = 420;

/// A random one of `choices`.
pub(super) fn pick<T: Copy>(random: &mut StdRng, choices: &[T]) -> T {
    choices[random.random_range(0..choices.len())]
}

/// An identifier of row `k`.
pub(super) fn reference(k: u32) -> String {
    format!("{k:08x}-1111-4222-8333-44445555666f")
}

/// The statements that make and fill the tables.
pub(super) fn setup(database: Database, zones: &Zones, seed: u64) -> String {
    let mut random = StdRng::seed_from_u64(seed);
    let changes: Vec<i64> =
        zones.segments().map(|(_, s)| s.since).filter(|s| *s > -10_000_000_000).collect();
    let rows: Vec<String> = (1..=ROWS).map(|k| row(database, k, &changes, &mut random)).collect();
    let (begin, types) = match database {
        Database::Postgres => (
            "drop schema if exists differential cascade; create schema differential;",
            "k int, n int, small smallint, big bigint, exact numeric, r4 real, f8 double precision, \
             flag boolean, word text, kind text, day date, ref uuid, at timestamptz, wall timestamp",
        ),
        Database::MariaDb => (
            "drop database if exists differential; create database differential \
             character set utf8mb4;",
            "k int, n int, small smallint, big bigint, exact decimal(40, 10), f8 double, \
             flag boolean, word varchar(40), kind varchar(40), day date, ref uuid, \
             at timestamp(6) null, wall datetime",
        ),
        Database::Sqlite => (
            "drop table if exists samples; drop table if exists offsets;",
            "k integer, n integer, small integer, big integer, f8 real, flag integer, word text, \
             kind text, day text, ref text, at integer, wall text",
        ),
    };
    let table = database.samples();
    format!(
        "{begin}\n{}create table {table} ({types});\ninsert into {table} values {};\n",
        offsets(database, zones),
        rows.join(",\n")
    )
}

/// The statements that make and fill the table of offsets.
fn offsets(database: Database, zones: &Zones) -> String {
    let row = |(zone, s): (&str, &Segment)| {
        format!("('{zone}', {}, {}, {}, {})", s.since, s.until, s.ahead, s.before)
    };
    let rows: Vec<String> = zones.segments().map(row).collect();
    format!(
        "create table {0} (zone varchar(40), since bigint, until bigint, ahead int, earlier int);\n\
         insert into {0} values {1};\n",
        database.offsets(),
        rows.join(", ")
    )
}

fn row(database: Database, k: u32, changes: &[i64], random: &mut StdRng) -> String {
    let is_null = |random: &mut StdRng| random.random_range(0..12) == 0;
    let mut cells = vec![k.to_string()];
    let mut add = |random: &mut StdRng, text: String| {
        cells.push(if is_null(random) { "null".into() } else { text });
    };
    let n = random.random_range(-5..100).to_string();
    add(random, n);
    let small = pick(random, &SMALL).to_string();
    add(random, small);
    let big = pick(random, &BIG).to_string();
    add(random, big);
    let odd = |random: &mut StdRng, of: &[&str]| format!("'{}'", pick(random, of));
    if database != Database::Sqlite {
        let exact = match random.random_range(0..12) {
            0 if database == Database::Postgres => odd(random, &["NaN", "Infinity", "-Infinity"]),
            _ => pick(random, &EXACT).to_owned(),
        };
        add(random, exact);
    }
    let finite = |random: &mut StdRng| pick(random, &FLOATS).to_owned();
    if database == Database::Postgres {
        let r4 = match random.random_range(0..8) {
            0 => odd(random, &["NaN", "Infinity", "-Infinity", "-0"]),
            _ => pick(random, &["0.1", "2.675", "16777217", "-1e-7", "3.4e38"]).to_owned(),
        };
        add(random, r4);
    }
    let f8 = match (database, random.random_range(0..10)) {
        (Database::Postgres, 0) => odd(random, &["NaN", "Infinity", "-Infinity", "-0", "5e-324"]),
        (Database::Sqlite, 0) => pick(random, &["9e999", "-9e999"]).to_owned(),
        _ => finite(random),
    };
    add(random, f8);
    let flag = pick(random, &["true", "false"]).to_owned();
    add(random, flag);
    let word = database.quoted(pick(random, &WORDS));
    add(random, word);
    let kind = database.quoted(pick(random, &KINDS));
    add(random, kind);
    let day = format!("'{}'", pick(random, &DAYS));
    add(random, day);
    cells.push(format!("'{}'", reference(k)));
    let at = instant(database, changes, random);
    cells.push(if is_null(random) { "null".into() } else { at });
    // The reading of some wall clock, to the second; nothing tells which.
    let wall = reading(seconds(database, changes, random), " ");
    cells.push(if is_null(random) { "null".into() } else { format!("'{wall}'") });
    format!("({})", cells.join(", "))
}

/// Half of the instants lie before one of [`NOWS`], a quarter near a change, the others anywhere from
/// 1900 to 2100, as far as the database's type goes.
fn seconds(database: Database, changes: &[i64], random: &mut StdRng) -> i64 {
    const FIRST: i64 = -2_208_988_800;
    const LAST: i64 = 4_102_444_800;
    let ends = [
        1_774_900_000,
        1_762_200_000,
        1_541_390_000,
        1_550_420_000,
        946_700_000,
        1_709_250_000,
        458_700_000,
    ];
    let (first, last) = match database {
        Database::MariaDb => (86_400, 2_147_000_000),
        Database::Postgres | Database::Sqlite => (FIRST, LAST),
    };
    let around = match random.random_range(0..8) {
        0..4 => {
            let back = 10_i64.pow(random.random_range(3..8));
            pick(random, &ends) - random.random_range(0..back)
        }
        4 | 5 => pick(random, changes) + random.random_range(-90_000..90_000),
        6 => pick(random, changes) + pick(random, &[-3600, -1800, -1, 0, 1, 1799, 3599, 3600]),
        _ => random.random_range(first..last),
    };
    around.clamp(first, last)
}

/// An instant as the database's literal.
fn instant(database: Database, changes: &[i64], random: &mut StdRng) -> String {
    let second = seconds(database, changes, random);
    if database == Database::Sqlite {
        return second.to_string();
    }
    let fraction = match random.random_range(0..4) {
        0 => format!(".{:06}", random.random_range(0..1_000_000)),
        _ => String::new(),
    };
    let zone = if database == Database::Postgres { "+00" } else { "" };
    format!("'{}{fraction}{zone}'", reading(second, " "))
}

/// `2024-02-29 01:00:00`.
fn reading(second: i64, between: &str) -> String {
    let (year, month, day) = civil(second.div_euclid(86_400));
    let clock = second.rem_euclid(86_400);
    format!(
        "{year:04}-{month:02}-{day:02}{between}{:02}:{:02}:{:02}",
        clock / 3600,
        clock / 60 % 60,
        clock % 60
    )
}
