//! Test counts, parsed from the output of the runners.

use anyhow::{Context, Result};
use std::ops::{AddAssign, Sub};
use std::path::Path;

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Counts {
    /// Parses a line of cargo: `test result: ok. 3 passed; 0 failed; …`.
    pub(crate) fn of_cargo_line(line: &str) -> Option<Self> {
        let counts = line.trim().strip_prefix("test result: ")?;
        let number = |word: &str| -> Option<u64> {
            let part = counts.split([';', '.']).find(|part| part.trim().ends_with(word))?;
            part.trim().split(' ').next()?.parse().ok()
        };
        Some(Self { passed: number("passed")?, failed: number("failed")? })
    }

    /// Parses Playwright's report; a test that passed on a retry counts as passed.
    pub(crate) fn of_playwright(report: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(report).context("Playwright wrote no report")?;
        let report: serde_json::Value = serde_json::from_str(&text)?;
        let number = |name: &str| report["stats"][name].as_u64().unwrap_or(0);
        Ok(Self { passed: number("expected") + number("flaky"), failed: number("unexpected") })
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self { passed: self.passed - before.passed, failed: self.failed - before.failed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_lines_are_counted() {
        let line =
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 1 filtered out";
        assert_eq!(Counts::of_cargo_line(line), Some(Counts { passed: 12, failed: 3 }));
        assert_eq!(Counts::of_cargo_line("running 3 tests"), None);
    }
}
