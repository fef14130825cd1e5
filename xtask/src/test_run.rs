//! Runs test programs, measures each test, and ends one that hangs.
//!
//! The programs report each test as it begins and ends (libtest's JSON, which needs unstable
//! options).

use crate::process::{self, Guarded};
use crate::summary::Counts;
use crate::test_build::TestProgram;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use rustix::process::Signal;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Each test ends on its own within a minute and reports what it waited for. This limit is for
/// those that do not, and generous for a busy machine.
const LIMIT: Duration = Duration::from_secs(180);

/// The outcome of a run.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How many passed and failed.
    pub(crate) counts: Counts,
    /// How long each test took, by its program and name.
    pub(crate) times: Vec<(Duration, String)>,
    /// What failed, by its program and name.
    pub(crate) failed: Vec<String>,
}

/// Runs `program` as set up in `command`; only tests whose names contain one of `filters`, if there
/// are any.
pub(crate) fn run(
    workspace: &Workspace,
    program: &TestProgram,
    filters: &[String],
    environment: &[(&str, String)],
    outcome: &mut Outcome,
) -> Result<()> {
    let mut command = workspace.command(&program.path);
    command.current_dir(&program.directory);
    command.args(["-Z", "unstable-options", "--format", "json", "--report-time"]).args(filters);
    command.env("RUSTC_BOOTSTRAP", "1").env("CARGO_MANIFEST_DIR", &program.directory);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    let begun = Instant::now();
    let mut run = Run { program: &program.name, running: BTreeMap::new(), outcome };
    let before = run.outcome.counts;
    let ended = run.follow(&mut command)?;
    let Counts { passed, failed } = run.outcome.counts - before;
    if passed + failed > 0 || filters.is_empty() {
        let (name, took) = (&program.name, crate::step::took(begun.elapsed()));
        println!("    {name:<20} {passed:>4} passed, {failed} failed, {took}");
    }
    if !ended && failed == 0 {
        run.fail("(the program ended early)", "");
    }
    Ok(())
}

struct Run<'a> {
    program: &'a str,
    running: BTreeMap<String, Instant>,
    outcome: &'a mut Outcome,
}

impl Run<'_> {
    /// Reads the program's output until it ends; the answer is whether it ran to completion.
    fn follow(&mut self, command: &mut Command) -> Result<bool> {
        let mut child = Guarded::start(command.stdout(Stdio::piped()), Signal::KILL)?;
        let output = child.output().context("a test program has no output to read")?;
        let (sender, lines) = channel();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
            }
        });
        let mut is_whole = false;
        loop {
            process::go_on()?;
            match lines.recv_timeout(Duration::from_millis(500)) {
                Ok(line) => is_whole |= self.read(&line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    // A process started by a test may hold the program's output open.
                    if is_whole && child.has_ended() {
                        return Ok(true);
                    }
                    if self.end_hanging() {
                        return Ok(false);
                    }
                }
            }
        }
        let _ = reader.join();
        let _ = child.has_succeeded();
        Ok(is_whole)
    }

    /// Reads one line; the answer is whether it was the program's last report.
    fn read(&mut self, line: &str) -> bool {
        let Some(event) = event(line) else {
            if !line.is_empty() {
                println!("{line}");
            }
            return false;
        };
        match event {
            Event::Started(name) => {
                self.running.insert(name, Instant::now());
            }
            Event::Passed(name, took) => {
                self.running.remove(&name);
                self.outcome.counts.passed += 1;
                self.outcome.times.push((took, format!("{}: {name}", self.program)));
            }
            Event::Failed(name, output) => {
                self.running.remove(&name);
                self.fail(&name, &output);
            }
            Event::Other => {}
            Event::End => return true,
        }
        false
    }

    fn fail(&mut self, name: &str, output: &str) {
        let name = format!("{}: {name}", self.program);
        println!("FAILED {name}\n{output}");
        self.outcome.counts.failed += 1;
        self.outcome.failed.push(name);
    }

    /// Whether a test has run for too long; its program is then killed.
    fn end_hanging(&mut self) -> bool {
        let late = |(_, begun): &(&String, &Instant)| begun.elapsed() > LIMIT;
        let hanging: Vec<String> =
            self.running.iter().filter(late).map(|(n, _)| n.clone()).collect();
        for name in &hanging {
            let limit = LIMIT.as_secs();
            self.fail(name, &format!("did not end within {limit} s, and its program was ended"));
        }
        !hanging.is_empty()
    }
}

#[derive(Debug, PartialEq)]
enum Event {
    Started(String),
    Passed(String, Duration),
    Failed(String, String),
    Other,
    End,
}

/// Parses a line of libtest's; `None` for output that a test printed itself.
fn event(line: &str) -> Option<Event> {
    if !line.starts_with('{') {
        return None;
    }
    let line: Value = serde_json::from_str(line).ok()?;
    let word = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let seconds = || Duration::from_secs_f64(line["exec_time"].as_f64().unwrap_or(0.0).max(0.0));
    Some(match (line["type"].as_str()?, line["event"].as_str()?) {
        ("test", "started") => Event::Started(word("name")),
        ("test", "ok") => Event::Passed(word("name"), seconds()),
        ("test", "failed") => Event::Failed(word("name"), word("stdout") + &word("message")),
        ("suite", "ok" | "failed") => Event::End,
        _ => Event::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_and_prints_are_none() {
        let ok = r#"{ "type": "test", "name": "a::b", "event": "ok", "exec_time": 0.25 }"#;
        assert_eq!(event(ok), Some(Event::Passed("a::b".into(), Duration::from_millis(250))));
        let failed = r#"{ "type": "test", "name": "c", "event": "failed", "stdout": "why\n" }"#;
        assert_eq!(event(failed), Some(Event::Failed("c".into(), "why\n".into())));
        assert_eq!(event(r#"{ "type": "suite", "event": "ok", "passed": 3 }"#), Some(Event::End));
        assert_eq!(event("listening on 127.0.0.1"), None);
        assert_eq!(event("{ no json"), None);
    }
}
