//! The memory that an import takes: the same whatever the file's size.

use brisk_bench::csv_import::{Settings, run};
use std::path::PathBuf;

#[test]
fn an_import_takes_the_same_memory_whatever_the_files_size() {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_brisk"));
    let report = run(&Settings { program, sizes: vec![6, 16], postgres: None }).unwrap();
    // Less than the difference in size of the two files.
    report.check(5 << 20).unwrap_or_else(|error| panic!("{error}\n{report}"));
}
