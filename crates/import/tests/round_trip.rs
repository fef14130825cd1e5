//! A file's values print back the same from the database, whatever was guessed about the file.

use crate::fixture::{Cell, Database};
use brisk_import::plan::ColumnType;
use brisk_import::{Dialect, Plan, Settings, guess};
use chrono::{DateTime, Duration, NaiveDate};
use fastrand::Rng;

const FILES: usize = 25;

/// A field as it is written in the file, and what the database should print.
struct Field {
    written: String,
    expected: Cell,
}

#[tokio::test]
async fn every_value_prints_back_as_it_was_written() {
    let table = "import_round_trip";
    let seed = fastrand::u64(..);
    for database in Database::all(table).await {
        let mut random = Rng::with_seed(seed);
        for number in 0..FILES {
            let context = format!("{} seed {seed} file {number}", database.dialect);
            one_file(&database, table, &mut random, &context).await;
        }
    }
}

async fn one_file(database: &Database, table: &str, random: &mut Rng, context: &str) {
    let encoding = random.choice(["utf-8", "utf-8 with mark", "utf-16le", "windows-1252"]).unwrap();
    let delimiter = random.choice([',', ';', '\t', '|']).unwrap();
    let columns: Vec<Vec<Field>> = {
        let (width, length) = (random.usize(2..7), random.usize(1..20));
        (0..width).map(|_| column(random, length)).collect()
    };
    let mut text = String::from("first");
    (1..columns.len()).for_each(|i| text.push_str(&format!("{delimiter}col{i}")));
    for row in 0..columns[0].len() {
        text.push_str(random.choice(["\n", "\r\n"]).unwrap());
        let fields = columns.iter().map(|column| quoted(&column[row].written, delimiter));
        text.push_str(&fields.collect::<Vec<_>>().join(&delimiter.to_string()));
    }
    let bytes = encoded(&text, encoding);
    let file = database.file(&bytes);
    // Short columns may leave these undecided.
    let settings = Settings {
        header: Some(true),
        delimiter: Some(delimiter.into()),
        decimal: Some(".".into()),
        ..Settings::default()
    };
    let guess = guess(table, &file, &settings, database.dialect)
        .unwrap_or_else(|error| panic!("{context}: {error}\n{text}"));
    assert_eq!(guess.questions, Vec::<String>::new(), "{context}\n{text}");
    let plan = Plan::from_toml("plan", &guess.plan.to_toml()).unwrap();
    assert_eq!(plan, guess.plan, "{context}");
    let ordered = Plan { line_column: Some("line_no".into()), ..plan.clone() };
    let report = database.import(&ordered, &bytes, 0).await;
    let report = report.unwrap_or_else(|error| panic!("{context}: {error}\n{guess}\n{text}"));
    assert_eq!(report.rows, columns[0].len() as u64, "{context}");
    for (index, column) in columns.iter().enumerate() {
        let (name, kind) = (&plan.columns[index].name, plan.columns[index].kind);
        let sql = format!("select {} from {table} order by line_no", printed(database, name, kind));
        for (row, (found, field)) in database.cells(&sql).await.iter().zip(column).enumerate() {
            let expected = field.expected.as_deref();
            let same = match kind {
                ColumnType::Numeric => number(found[0].as_deref()) == number(expected),
                ColumnType::Timestamp => found[0].as_deref() == instant(expected).as_deref(),
                _ => found[0].as_deref() == expected,
            };
            let exact = database.dialect != Dialect::Postgres
                || kind != ColumnType::Numeric
                || found[0].as_deref() == expected;
            let found = &found[0];
            assert!(
                same && exact,
                "{context}, {name} {kind:?} row {row}: {found:?} is not {expected:?}\n{guess}\n{text}"
            );
        }
    }
}

/// The column as the database's client prints it; instants in UTC to the second.
fn printed(database: &Database, name: &str, kind: ColumnType) -> String {
    match (database.dialect, kind) {
        (Dialect::Sqlite, ColumnType::Timestamp) => format!("datetime({name}, 'unixepoch')"),
        (Dialect::Postgres, ColumnType::Timestamp) => {
            format!("to_char({name} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')")
        }
        (Dialect::MySql, ColumnType::Timestamp) => {
            format!("date_format({name}, '%Y-%m-%d %H:%i:%s')")
        }
        (Dialect::MySql, ColumnType::Text) => name.to_owned(),
        (Dialect::MySql, _) => format!("cast({name} as char)"),
        _ => format!("cast({name} as text)"),
    }
}

/// The number without trailing zeros, which a column's scale adds.
fn number(text: Option<&str>) -> Option<String> {
    text.map(|text| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    })
}

fn instant(text: Option<&str>) -> Option<String> {
    let text = text?;
    let at = DateTime::parse_from_rfc3339(text).map(|at| at.naive_utc());
    let at = at.unwrap_or_else(|_| format!("{text}T00:00:00").parse().unwrap());
    Some(at.format("%Y-%m-%d %H:%M:%S").to_string())
}

fn column(random: &mut Rng, length: usize) -> Vec<Field> {
    let kind = random.usize(..12);
    let scale = random.usize(1..6);
    let holes = random.bool();
    let texts = kind >= 10;
    let mut fields = Vec::new();
    for _ in 0..length {
        let value = value(random, kind, scale);
        let hole = holes && random.usize(..5) == 0;
        fields.push(match hole {
            true => Field { written: String::new(), expected: None },
            // Quoted by the writer, and so an empty text.
            false if texts && random.usize(..8) == 0 => {
                Field { written: "\"\"".into(), expected: Some(String::new()) }
            }
            false => Field { written: value.clone(), expected: Some(value) },
        });
    }
    fields
}

fn value(random: &mut Rng, kind: usize, scale: usize) -> String {
    let digits = |random: &mut Rng, count: usize| -> String {
        (0..count).map(|_| random.digit(10)).collect()
    };
    match kind {
        0 => random.i64(..).to_string(),
        1 => random.i64(-1_000..1_000).to_string(),
        2 => format!("{}.{}", random.i32(-9_999..9_999), digits(random, scale)),
        3 => format!("{}{}.{}", random.u64(1 << 62..), digits(random, 5), digits(random, scale)),
        4 => format!("+34{}", digits(random, 9)),
        5 => format!("{}E{}", random.u8(1..10), random.u8(..20)),
        6 => digits(random, 6),
        7 => format!("{}{}", random.u64(1 << 60..), digits(random, 9)),
        8 => {
            let day = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
            (day + Duration::days(random.i64(-20_000..40_000))).to_string()
        }
        9 => {
            let at =
                DateTime::from_timestamp(random.i64(-1_000_000_000..4_000_000_000), 0).unwrap();
            let east = chrono::FixedOffset::east_opt(random.i32(-12..14) * 3600).unwrap();
            at.with_timezone(&east).to_rfc3339()
        }
        10 => {
            random.choice(["NULL", "\\N", "NA", "a,b;c\td|e", "  ", "it's", "0x1F"]).unwrap().into()
        }
        _ => {
            let parts = ["é", "\"", "\n", ",", ";", " ", "x", "\\", "7", "ß"];
            let count = random.usize(1..6);
            let text: String = (0..count).map(|_| *random.choice(&parts).unwrap()).collect();
            format!("t{text}")
        }
    }
}

fn quoted(text: &str, delimiter: char) -> String {
    match text {
        "\"\"" => text.to_owned(),
        _ if text.contains([delimiter, '"', '\n', '\r']) => {
            format!("\"{}\"", text.replace('"', "\"\""))
        }
        _ => text.to_owned(),
    }
}

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "utf-8 with mark" => format!("\u{feff}{text}").into_bytes(),
        "utf-16le" => {
            let marked = format!("\u{feff}{text}");
            marked.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        "windows-1252" => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        _ => text.to_owned().into_bytes(),
    }
}
