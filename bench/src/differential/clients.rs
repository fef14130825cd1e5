//! The databases' own command-line clients, and what they print.

use super::database::Database;
use crate::servers::program;
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A printed cell; nothing for NULL.
pub(super) type Cell = Option<String>;
/// What a statement printed.
pub(super) type Rows = Vec<Vec<Cell>>;

/// Where the databases are.
#[derive(Debug, Clone)]
pub struct Places {
    /// The URL of a PostgreSQL server whose user may create schemas.
    pub postgres: String,
    /// The URL of a MariaDB server whose user may create databases.
    pub maria: String,
    /// A SQLite file, which need not exist.
    pub sqlite: PathBuf,
}

/// Separates the outputs of two statements; no sample contains it.
const MARK: &str = "@@differential@@";

impl Places {
    /// Runs statements that print nothing.
    pub(super) fn execute(&self, database: Database, script: &str) -> Result<()> {
        self.print(database, script).map(drop)
    }

    /// Runs `statements` one after another in one client, and reads the output of each.
    pub(super) fn ask(&self, database: Database, statements: &[String]) -> Result<Vec<Rows>> {
        let mut script = String::new();
        for sql in statements {
            script.push_str(&match database {
                Database::Postgres => format!("copy ({sql}) to stdout;\n\\echo {MARK}\n"),
                Database::MariaDb => format!("{sql};\nselect '{MARK}';\n"),
                Database::Sqlite => format!("{sql};\n.print {MARK}\n"),
            });
        }
        let text = self.print(database, &script)?;
        let end = format!("{MARK}\n");
        let rows: Vec<Rows> = match database {
            Database::Postgres => {
                let outputs = text.split(&end).map(copied);
                outputs.take(statements.len()).collect()
            }
            // Each statement prints a result set, and so does each mark.
            Database::MariaDb => {
                let sets = text.split("<resultset ").skip(1);
                sets.filter(|set| !set.contains(&format!(">{MARK}<"))).map(sets_rows).collect()
            }
            Database::Sqlite => {
                let outputs = text.split(&end).map(quoted);
                outputs.take(statements.len()).collect()
            }
        };
        if rows.len() != statements.len() {
            bail!("{database} printed {} of {} results", rows.len(), statements.len());
        }
        Ok(rows)
    }

    fn print(&self, database: Database, script: &str) -> Result<String> {
        let mut command = match database {
            Database::Postgres => {
                let mut command = Command::new(program("psql")?);
                command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &self.postgres]);
                command.env("PGTZ", "UTC").env("PGCLIENTENCODING", "UTF8");
                command.env("PGOPTIONS", "-c client_min_messages=warning");
                command
            }
            Database::MariaDb => mariadb(&self.maria)?,
            Database::Sqlite => sqlite(&self.sqlite)?,
        };
        let script = match database {
            Database::MariaDb => format!("set time_zone = '+00:00';\n{script}"),
            _ => script.to_owned(),
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{command:?}"))?;
        let mut stdin = child.stdin.take().context("the client has no input")?;
        let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
        let output = child.wait_with_output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() || !error.is_empty() {
            bail!("{database}'s client says: {error}");
        }
        let written = writer.join().map_err(|_| anyhow::anyhow!("the client's input broke off"))?;
        written.context("writing to the client")?;
        String::from_utf8(output.stdout).context("what the client prints is no UTF-8")
    }
}

/// MariaDB's client, connecting to `url`.
fn mariadb(url: &str) -> Result<Command> {
    let (_, rest) = url.split_once("://").context("the URL has no scheme")?;
    let (user, rest) = rest.split_once('@').context("the URL has no user")?;
    let (server, _) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = server.split_once(':').context("the URL has no port")?;
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let mut command = Command::new(program("mariadb")?);
    command.args(["--no-defaults", "--default-character-set=utf8mb4", "--xml"]);
    command.args(["-h", host, "-P", port, "-u", user]).env("MYSQL_PWD", password);
    Ok(command)
}

fn sqlite(file: &Path) -> Result<Command> {
    let mut command = Command::new(program("sqlite3")?);
    command.args(["-batch", "-bail", "-quote", "-noheader"]).arg(file);
    Ok(command)
}

/// Reads what `copy` prints: tabs between cells, `\N` for NULL, escapes for text that could be
/// taken for either.
fn copied(text: &str) -> Rows {
    let cell = |cell: &str| {
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
    };
    text.lines().map(|line| line.split('\t').map(cell).collect()).collect()
}

/// Reads the rows of a result set in XML, where NULL is an attribute, not a word.
fn sets_rows(set: &str) -> Rows {
    let field = |text: &str| {
        let (head, body) = text.split_once('>')?;
        if head.ends_with("xsi:nil=\"true\" /") {
            return None;
        }
        let (body, _) = body.rsplit_once("</field>")?;
        let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
        Some(plain.iter().fold(body.to_owned(), |text, (from, to)| text.replace(from, to)))
    };
    let rows = set.split("<row>").skip(1);
    rows.map(|row| row.split("<field ").skip(1).map(field).collect()).collect()
}

/// Reads lines such as `1,'it''s',NULL`; quoted texts may hold line breaks.
fn quoted(text: &str) -> Rows {
    let (mut rows, mut row, mut cell) = (Rows::new(), Vec::new(), String::new());
    let (mut is_inside, mut is_quoted) = (false, false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\'' if is_inside && characters.next_if_eq(&'\'').is_some() => cell.push('\''),
            '\'' => (is_inside, is_quoted) = (!is_inside, true),
            ',' | '\n' if !is_inside => {
                let text = std::mem::take(&mut cell);
                let is_null = !std::mem::take(&mut is_quoted) && text == "NULL";
                row.push((!is_null).then_some(text));
                if c == '\n' {
                    rows.push(std::mem::take(&mut row));
                }
            }
            c => cell.push(c),
        }
    }
    rows
}
