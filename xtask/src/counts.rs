//! How many tests passed and failed, read from what cargo and Playwright report.

use anyhow::{Context, Result};

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
    }

    /// Adds what a line of `cargo test` says, if it is the last one of a test program:
    /// `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
    pub(crate) fn read_cargo(&mut self, line: &str) {
        let Some(result) = line.trim_start().strip_prefix("test result: ") else { return };
        let number = |of: &str| {
            let words = result[..result.find(of)?].trim_end();
            words.rsplit(' ').next()?.parse().ok()
        };
        if let (Some(passed), Some(failed)) = (number("passed;"), number("failed;")) {
            self.add(Self { passed, failed });
        }
    }

    /// Adds Playwright's JSON report. A test that passed on a second try counts as passed.
    pub(crate) fn read_playwright(&mut self, report: &[u8]) -> Result<()> {
        let report: serde_json::Value =
            serde_json::from_slice(report).context("Playwright's report is not JSON")?;
        let stat = |name: &str| {
            let value = report["stats"][name].as_u64();
            value.with_context(|| format!("Playwright's report has no stats.{name}"))
        };
        let passed = stat("expected")? + stat("flaky")?;
        self.add(Self { passed, failed: stat("unexpected")? });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_test_programs_are_added_up() {
        let mut counts = Counts::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
            "test a_test ... FAILED",
            "test result: FAILED. 10 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out",
        ] {
            counts.read_cargo(line);
        }
        assert_eq!(counts, Counts { passed: 13, failed: 2 });
    }

    #[test]
    fn a_playwright_report_gives_its_figures_or_an_error() {
        let mut counts = Counts::default();
        let report = br#"{"stats":{"expected":4,"skipped":1,"unexpected":2,"flaky":1}}"#;
        counts.read_playwright(report).unwrap();
        assert_eq!(counts, Counts { passed: 5, failed: 2 });
        assert!(counts.read_playwright(b"{}").is_err());
    }
}
