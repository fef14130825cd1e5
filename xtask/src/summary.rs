//! What a test run came to: a line for each step, then the sum that ends it.

use crate::counts::Counts;
use crate::{process, step};
use anyhow::Result;
use std::time::{Duration, Instant};

pub(crate) struct Summary {
    rows: Vec<Row>,
    start: Instant,
}

struct Row {
    name: &'static str,
    outcome: Outcome,
    counts: Counts,
    time: Duration,
}

#[derive(PartialEq)]
enum Outcome {
    Passed,
    Failed,
    /// Not done, and why.
    Skipped(&'static str),
}

impl Summary {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new(), start: Instant::now() }
    }

    /// Runs a step that has no tests of its own. Returns what it made, if it passed.
    pub(crate) fn step<T>(
        &mut self,
        name: &'static str,
        doing: &str,
        work: impl FnOnce() -> Result<T>,
    ) -> Option<T> {
        self.tests(name, doing, |_| work())
    }

    /// Runs a step whose tests are counted while it runs, so that they count if it fails too.
    pub(crate) fn tests<T>(
        &mut self,
        name: &'static str,
        doing: &str,
        work: impl FnOnce(&mut Counts) -> Result<T>,
    ) -> Option<T> {
        if process::interrupted() {
            self.skip(name, "interrupted");
            return None;
        }
        let start = Instant::now();
        let mut counts = Counts::default();
        let result = step::step(name, doing, || work(&mut counts));
        let outcome = match &result {
            Ok(_) => Outcome::Passed,
            Err(error) => {
                println!("    {error:#}");
                // A step that failed without a failing test is a failure all the same.
                counts.failed = counts.failed.max(1);
                Outcome::Failed
            }
        };
        self.rows.push(Row { name, outcome, counts, time: start.elapsed() });
        result.ok()
    }

    pub(crate) fn skip(&mut self, name: &'static str, why: &'static str) {
        let time = Duration::ZERO;
        self.rows.push(Row {
            name,
            outcome: Outcome::Skipped(why),
            counts: Counts::default(),
            time,
        });
    }

    /// Prints it; true when nothing failed.
    pub(crate) fn print(&self) -> bool {
        println!("\n{}", self.text());
        self.rows.iter().all(|row| row.outcome != Outcome::Failed)
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut sum = Counts::default();
        for row in &self.rows {
            let (passed, failed) = (row.counts.passed, row.counts.failed);
            let result = match row.outcome {
                Outcome::Passed if passed > 0 => format!("ok, {passed} tests"),
                Outcome::Passed => "ok".to_owned(),
                Outcome::Failed if passed + failed > 1 => {
                    format!("FAILED, {failed} of {}", passed + failed)
                }
                Outcome::Failed => "FAILED".to_owned(),
                Outcome::Skipped(why) => format!("skipped: {why}"),
            };
            text += &format!("{:<18} {:>14}  {result}\n", row.name, step::took(row.time));
            sum.add(row.counts);
        }
        text += &format!("{:<18} {:>14}\n\n", "all", step::took(self.start.elapsed()));
        text + &format!("{} passed, {} failed", sum.passed, sum.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    #[test]
    fn the_last_line_is_the_sum_of_all_tests() {
        let mut summary = Summary::new();
        summary.tests("one", "", |counts| {
            counts.add(Counts { passed: 7, failed: 0 });
            Ok(())
        });
        summary.tests("two", "", |counts| {
            counts.add(Counts { passed: 3, failed: 2 });
            bail!("two of five")
        }) as Option<()>;
        summary.skip("three", "for speed");
        let text = summary.text();
        assert_eq!(text.lines().last(), Some("10 passed, 2 failed"), "{text}");
        assert!(text.contains("FAILED, 2 of 5") && text.contains("skipped: for speed"), "{text}");
    }

    #[test]
    fn a_step_that_fails_without_a_test_counts_as_one_failure() {
        let mut summary = Summary::new();
        summary.step("format", "", || bail!("not formatted")) as Option<()>;
        assert!(summary.text().ends_with("0 passed, 1 failed"));
        assert!(!summary.print());
    }
}
