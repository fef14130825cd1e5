//! Malformed, odd and interrupted files: all or nothing, and every line accounted for.

use brisk_import::{ImportError, NoProgress, Options, Plan, Progress, Report, Target};
use futures::FutureExt;
use sqlx::{Connection, Row};
use std::io::Write;
use std::path::Path;

const PLAN: &str = r#"
table = "orders"
line_column = "line"
[[column]]
name = "at"
from = "Date"
type = "timestamp"
[[column]]
name = "amount"
from = "Amount"
type = "decimal"
scale = 2
[[column]]
name = "who"
from = "Who"
type = "text"
nullable = true
"#;

async fn import(directory: &Path, bytes: &[u8], allowed: u64) -> Result<Report, ImportError> {
    let file = directory.join("file.csv");
    std::fs::write(&file, bytes).unwrap();
    let plan = Plan::from_toml("plan.toml", PLAN).unwrap();
    let database = directory.join("test.sqlite");
    let rejected_to = Some(directory.join("rejected.csv"));
    let options = Options { max_rejected: allowed, rejected_to, ..Options::default() };
    brisk_import::import(&plan, &file, &Target::sqlite(database), &options, &NoProgress).await
}

async fn rows(directory: &Path) -> Vec<(i64, i64, Option<String>)> {
    let url = format!("sqlite://{}", directory.join("test.sqlite").display());
    let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let rows = sqlx::query("select line, amount, who from orders order by line");
    let rows = rows.fetch_all(&mut db).await.unwrap_or_default();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

const GOOD: &str = "Date,Amount,Who\n2011-01-01,1.5,ann\n";

#[tokio::test]
async fn quotes_line_breaks_crlf_and_bom_are_read() {
    let directory = tempfile::tempdir().unwrap();
    let text = "\u{feff}Date,Who,Amount\r\n2011-01-01,\"a, \"\"b\"\"\nc\",1\r\n2011-01-02T10:00:00,,-2.50\r\n";
    import(directory.path(), text.as_bytes(), 0).await.unwrap();
    let expected = vec![(2, 100, Some("a, \"b\"\nc".into())), (4, -250, None)];
    assert_eq!(rows(directory.path()).await, expected);
}

#[tokio::test]
async fn compressed_files_are_detected_by_their_first_bytes() {
    let pack = |kind: &str| -> Vec<u8> {
        let mut out = Vec::new();
        match kind {
            "gzip" => {
                let mut encoder =
                    flate2::write::GzEncoder::new(&mut out, flate2::Compression::fast());
                encoder.write_all(GOOD.as_bytes()).unwrap();
                encoder.finish().unwrap();
            }
            "zstd" => out = zstd::encode_all(GOOD.as_bytes(), 1).unwrap(),
            _ => {
                let mut encoder = liblzma::write::XzEncoder::new(&mut out, 1);
                encoder.write_all(GOOD.as_bytes()).unwrap();
                encoder.finish().unwrap();
            }
        }
        out
    };
    for kind in ["gzip", "zstd", "xz"] {
        let directory = tempfile::tempdir().unwrap();
        let packed = pack(kind);
        import(directory.path(), &packed, 0).await.unwrap();
        assert_eq!(rows(directory.path()).await.len(), 1, "{kind}");
        // A truncated file is an error, and the table is unchanged.
        let cut = import(directory.path(), &packed[..packed.len() - 6], 0).await;
        assert!(matches!(cut, Err(ImportError::File { .. })), "{kind}: {cut:?}");
        assert_eq!(rows(directory.path()).await.len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn rejected_lines_are_reported_and_nothing_is_imported() {
    let directory = tempfile::tempdir().unwrap();
    import(directory.path(), GOOD.as_bytes(), 0).await.unwrap();
    let text = "Date,Amount,Who\n2011-01-01,1.234,a\n2011-01-02,2,b\nsoon,3,c\n2011-01-03,4\n,5,e\n2011-01-04,6,";
    let mut bytes = text.as_bytes().to_vec();
    bytes.extend(b"\xff\n");
    let error = import(directory.path(), &bytes, 0).await.unwrap_err().to_string();
    for line in ["line 2:", "line 4:", "line 5:", "line 6:", "line 7:"] {
        assert!(error.contains(line), "{line} in {error}");
    }
    assert!(!error.contains("line 3:"));
    assert_eq!(rows(directory.path()).await.len(), 1, "the table stays as it was");
    let report = import(directory.path(), &bytes, 5).await.unwrap();
    assert_eq!((report.rows, report.rejected), (1, 5));
}

#[tokio::test]
async fn every_rejected_line_is_listed_even_if_there_are_too_many() {
    let directory = tempfile::tempdir().unwrap();
    let mut text = String::from("Date,Amount,Who\n");
    for i in 0..2_000 {
        text.push_str(if i % 2 == 0 { "2011-01-01,1,a\n" } else { "2011-01-01,\"1,5\",b\n" });
    }
    import(directory.path(), text.as_bytes(), 0).await.unwrap_err();
    let mut listed = csv::Reader::from_path(directory.path().join("rejected.csv")).unwrap();
    let listed: Vec<(u64, String)> = listed.deserialize().map(Result::unwrap).collect();
    assert_eq!(listed.len(), 1_000);
    assert_eq!(listed[999].0, 2_001);
    assert!(listed[0].1.contains("\"1,5\" is not a decimal"), "{}", listed[0].1);
}

#[tokio::test]
async fn a_missing_column_and_an_empty_file_are_errors() {
    let directory = tempfile::tempdir().unwrap();
    for text in ["Date,Amount\n2011-01-01,1\n", ""] {
        let error = import(directory.path(), text.as_bytes(), 0).await.unwrap_err();
        assert!(matches!(error, ImportError::MissingColumn { .. }), "{error}");
    }
}

/// Notifies when the first rows have been inserted.
struct Inserted(tokio::sync::Notify);

impl Progress for Inserted {
    fn advance(&self, _: u64, _: u64, _: u64) {
        self.0.notify_one();
    }
    fn stage(&self, _: &str) {}
    fn finish(&self) {}
}

#[tokio::test]
async fn an_interrupted_import_leaves_nothing_half_done() {
    let directory = tempfile::tempdir().unwrap();
    import(directory.path(), GOOD.as_bytes(), 0).await.unwrap();
    let mut text = String::from("Date,Amount,Who\n");
    for i in 0..50_000 {
        text.push_str(&format!("2011-01-01,{i},x\n"));
    }
    let file = directory.path().join("file.csv");
    std::fs::write(&file, text).unwrap();
    let plan = Plan::from_toml("plan.toml", PLAN).unwrap();
    let database = directory.path().join("test.sqlite");
    let inserted = Inserted(tokio::sync::Notify::new());
    let options = Options::default();
    let target = Target::sqlite(database);
    let import = brisk_import::import(&plan, &file, &target, &options, &inserted).boxed();
    tokio::select! {
        _ = import => panic!("the import was too quick to interrupt"),
        () = inserted.0.notified() => {}
    }
    assert_eq!(rows(directory.path()).await.len(), 1);
}
