//! Temporary files that cannot be made, or written to. Where they are, and how large files may be, holds for a
//! whole process, so these workbooks are written in processes of their own.

use crate::support::{data, export, london, table};
use brisk_domain::Values;
use brisk_xlsx::Error;
use std::process::Command;

/// The workbook of a table that needs more than a few blocks.
fn written() -> Result<Vec<u8>, Error> {
    let (panel, zone) = (table("Orders"), london());
    let data = data(vec![("n", Values::Int((0..20_000).map(Some).collect()))]);
    brisk_xlsx::workbook(&export(&zone, &[(&panel, &data)]))
}

/// Runs the ignored test called `name` after `setup`, in a process of its own.
fn passes(name: &str, setup: &str) {
    let own = std::env::current_exe().unwrap();
    let script = format!("{setup}; exec \"$0\" --exact failures::{name} --ignored");
    let output = Command::new("sh").arg("-c").arg(script).arg(own).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn without_a_directory_for_temporary_files_it_says_what_to_do() {
    passes("no_directory", "export TMPDIR=/nowhere");
}

#[test]
#[ignore = "run by the test before it"]
fn no_directory() {
    let error = written().unwrap_err();
    assert!(matches!(error, Error::NoTemporaryFile(_)), "{error}");
    assert!(
        error.to_string().ends_with("let TMPDIR name a directory that can be written"),
        "{error}"
    );
}

#[test]
fn without_room_for_the_rows_it_says_what_to_do() {
    // A file beyond the limit is an error only where its signal is ignored.
    passes("no_room", "trap '' XFSZ; ulimit -f 8");
}

#[test]
#[ignore = "run by the test before it"]
fn no_room() {
    let error = written().unwrap_err();
    assert!(matches!(error, Error::Interrupted), "{error}");
    assert!(error.to_string().contains("has no room: make room"), "{error}");
}
