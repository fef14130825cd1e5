//! The `psql` and `mariadb` command-line clients: what they print for a file of SQL.

use super::sqlite3::Cell;
use std::path::Path;
use std::process::Command;

/// Runs `file` with values for `:'name'`; it prints with `copy`, whose text form marks NULL and
/// escapes every character that could be taken for a separator.
pub(crate) fn psql(url: &str, file: &Path, values: &[(&str, &str)]) -> Vec<Vec<Cell>> {
    let mut command = Command::new("psql");
    command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1"]).env("PGTZ", "UTC");
    command.env("PGCLIENTENCODING", "UTF8").env("PGOPTIONS", "-c client_min_messages=warning");
    for (name, value) in values {
        command.args(["-v", &format!("{name}={value}")]);
    }
    let text = answer(command.arg("-d").arg(url).arg("-f").arg(file));
    text.lines().map(|line| line.split('\t').map(copied).collect()).collect()
}

/// Undoes `copy`'s escapes.
fn copied(cell: &str) -> Cell {
    if cell == "\\N" {
        return None;
    }
    let mut text = String::new();
    let mut characters = cell.chars();
    while let Some(c) = characters.next() {
        text.push(match (c, if c == '\\' { characters.next() } else { None }) {
            ('\\', Some('n')) => '\n',
            ('\\', Some('r')) => '\r',
            ('\\', Some('t')) => '\t',
            ('\\', Some('b')) => '\u{8}',
            ('\\', Some('f')) => '\u{c}',
            ('\\', Some('v')) => '\u{b}',
            ('\\', Some(other)) => other,
            (c, _) => c,
        });
    }
    Some(text)
}

/// Runs `file` with values for `@name`. In XML, NULL is an attribute, not a word.
pub(crate) fn mariadb(url: &str, file: &Path, values: &[(&str, &str)]) -> Vec<Vec<Cell>> {
    let values: Vec<String> =
        values.iter().map(|(name, value)| format!("set @{name} = '{value}';")).collect();
    let script = std::fs::read_to_string(file).unwrap();
    let script = format!("set time_zone = '+00:00'; {} {script}", values.concat());
    let text = answer(mariadb_at(url).args(["--xml", "-e", &script]));
    let rows = text.split("<row>").skip(1);
    rows.map(|row| row.split("<field ").skip(1).map(field).collect()).collect()
}

/// The client, connecting to the URL.
pub(crate) fn mariadb_at(url: &str) -> Command {
    let rest = url.split_once("://").unwrap().1;
    let (user, rest) = rest.split_once('@').unwrap();
    let (server, database) = rest.split_once('/').unwrap();
    let (host, port) = server.split_once(':').unwrap();
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let mut command = Command::new("mariadb");
    command.args(["--no-defaults", "--default-character-set=utf8mb4", "-h", host, "-P", port]);
    command.args(["-u", user, "-D", database]).env("MYSQL_PWD", password);
    command
}

/// Reads `name="a">text</field>` or `name="a" xsi:nil="true" />`.
fn field(text: &str) -> Cell {
    let (head, body) = text.split_once('>').unwrap();
    if head.ends_with("xsi:nil=\"true\" /") {
        return None;
    }
    let (body, _) = body.rsplit_once("</field>").unwrap();
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    Some(plain.iter().fold(body.to_owned(), |text, (from, to)| text.replace(from, to)))
}

pub(crate) fn answer(command: &mut Command) -> String {
    let output = command.output().expect("a client is not installed: run cargo xtask test");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && error.is_empty(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}
