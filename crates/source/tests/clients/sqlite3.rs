//! The `sqlite3` command-line client: what it prints for a file of SQL.

use std::path::Path;
use std::process::Command;

/// A printed cell: its text, or nothing for NULL.
pub(crate) type Cell = Option<String>;

/// Runs `files` one after another on `database`, with values for `:name`; returns all that they
/// print. Fractions are printed with 20 digits, texts quoted, so that no cell is ambiguous.
pub(crate) fn run(database: &Path, files: &[&Path], values: &[(&str, &str)]) -> Vec<Vec<Cell>> {
    let mut command = Command::new("sqlite3");
    command.args(["-batch", "-bail", "-readonly", "-quote", "-noheader"]).arg(database);
    command.args(["-cmd", ".parameter init"]);
    for (name, value) in values {
        command.args(["-cmd", &format!(".parameter set :{name} {value}")]);
    }
    for file in files {
        command.arg(format!(".read {}", file.display()));
    }
    let output = command.output().expect("sqlite3 is not installed: run cargo xtask test");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && error.is_empty(), "{files:?}: {error}");
    rows(&String::from_utf8(output.stdout).unwrap())
}

/// Reads `1,'it''s',NULL` lines; quoted texts may hold line breaks.
fn rows(text: &str) -> Vec<Vec<Cell>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut characters = text.chars().peekable();
    let (mut inside, mut quoted) = (false, false);
    while let Some(c) = characters.next() {
        match c {
            '\'' if inside && characters.next_if_eq(&'\'').is_some() => cell.push('\''),
            '\'' => (inside, quoted) = (!inside, true),
            ',' | '\n' if !inside => {
                let text = std::mem::take(&mut cell);
                row.push(if text == "NULL" && !quoted { None } else { Some(text) });
                quoted = false;
                if c == '\n' {
                    rows.push(std::mem::take(&mut row));
                }
            }
            c => cell.push(c),
        }
    }
    assert!(!inside && row.is_empty() && cell.is_empty(), "the client's answer is whole");
    rows
}
