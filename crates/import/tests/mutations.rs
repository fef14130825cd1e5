//! Mutated CSV files and plans: what is guessed about a file is a plan that reads it, every line is a row
//! or rejected, and problems are a few lines of text.

use brisk_import::{Dialect, NoProgress, Options, Plan, Settings, Target, guess, import};
use brisk_test_mutations::Inputs;
use std::path::Path;

/// The most bytes of what is wrong with a file.
const LONGEST: usize = 8 << 10;

fn path(of: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(of)
}

const WORDS: &[&str] = &[
    "\"",
    "\"\"",
    "\n",
    "\r\n",
    "\r",
    ",",
    ";",
    "\t",
    "|",
    " ",
    "\u{feff}",
    "\0",
    "NULL",
    "N/A",
    "-",
    "true",
    "1e5",
    "1,5",
    "1.234,56",
    "00",
    "2021-03-28",
    "28/03/2021",
    "03/28/2021 01:30",
    "2021-03-28T02:30:00Z",
    "99/99/9999",
    "24:00",
    "12:00 AM",
    "\u{a0}",
];

#[test]
fn mutations_of_csv_files_are_imported_by_the_plan_that_is_guessed_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (file, database) = (folder.path().join("file.csv"), folder.path().join("t.sqlite"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let inputs =
        Inputs::new("CSV files").folder(path("corpus/files")).words(WORDS).longest(8 << 10);
    inputs.count(1_500).bytes(|bytes| {
        std::fs::write(&file, bytes).unwrap();
        for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql] {
            let guess = match guess("t", &file, &Settings::default(), dialect) {
                Ok(guess) => guess,
                Err(error) => {
                    assert!(
                        error.to_string().len() <= LONGEST,
                        "{} bytes",
                        error.to_string().len()
                    );
                    return false;
                }
            };
            let written = guess.plan.to_toml();
            assert_eq!(Plan::from_toml("plan", &written).unwrap(), guess.plan, "{written}");
            assert!(guess.to_string().len() <= LONGEST + 40 * bytes.len());
        }
        let guess = guess("t", &file, &Settings::default(), Dialect::Sqlite).unwrap();
        let options = Options { max_rejected: u64::MAX, dry_run: true, ..Options::default() };
        let target = Target::sqlite(&database);
        let read = import(&guess.plan, &file, &target, &options, &NoProgress);
        match runtime.block_on(read) {
            Ok(report) => {
                let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
                assert!(report.rows + report.rejected <= lines as u64, "{report:?}");
                // What was asked may be anything; a plan without questions reads every line but those with too
                // few or too many fields, or with what no text may have.
                let mut reasons = report.first_rejected.iter().map(|rejected| &rejected.reason);
                let is_read = reasons.all(|reason| {
                    reason.contains(" fields, the first line has ")
                        || reason.contains("NUL character")
                });
                assert!(is_read || !guess.questions.is_empty(), "{report:?}\n{guess}");
                guess.questions.is_empty()
            }
            Err(error) => {
                assert!(error.to_string().len() <= LONGEST, "{} bytes", error.to_string().len());
                false
            }
        }
    });
}

#[test]
fn mutations_of_plans_are_read_or_refused_in_a_few_lines() {
    let demo = std::fs::read_to_string(path("../../demo/online-retail.toml")).unwrap();
    let words = [
        "[[column]]\n",
        "type = ",
        "\"timestamp\"",
        "\"numeric\"",
        "scale = ",
        "from = ",
        "format = ",
        "\"%m/%d/%Y %H:%M\"",
        "%",
        "\"\"\"",
        "nulls = ",
        "[",
        "]",
        "table = ",
        "\"t\"",
        "length = ",
        "0",
    ];
    let inputs = Inputs::new("import plans").seed(demo).words(&words).longest(32 << 10);
    inputs.count(1_000).texts(|text| match Plan::from_toml("plan.toml", text) {
        Ok(plan) => {
            assert!(!plan.columns.is_empty());
            true
        }
        Err(error) => {
            assert!(error.to_string().len() <= LONGEST, "{} bytes", error.to_string().len());
            false
        }
    });
}
