//! `cargo xtask bench --only mutations`: new mutated inputs for every parser of outside input, a minute each.
//! The tests try a few of them, the same ones each time.

use crate::test_build::{self, Selection};
use crate::test_run::{self, Outcome};
use crate::workspace::Workspace;
use anyhow::{Result, bail};

/// Crates with such tests.
const CRATES: [&str; 9] = [
    "brisk-accounts",
    "brisk-cache",
    "brisk-definition",
    "brisk-engine",
    "brisk-import",
    "brisk-outgoing",
    "brisk-server",
    "brisk-source",
    "brisk-store",
];
/// What their names contain.
const NAME: &str = "mutations_of";
/// How long each kind of input is tried, in seconds; as `test-mutations` reads it.
const SECONDS: &str = "BRISK_MUTATION_SECONDS";
const USUAL: &str = "60";

/// Tries them; an error if one has failed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let programs = test_build::build(workspace, Selection::Packages(&CRATES.map(str::to_owned)))?;
    let seconds = std::env::var(SECONDS).unwrap_or_else(|_| USUAL.into());
    // None of them uses a server.
    let environment = [(SECONDS, seconds), ("BRISK_TEST_QUICK", "1".into())];
    let mut outcome = Outcome::default();
    for program in &programs {
        test_run::run(workspace, program, &[NAME.into()], &environment, &mut outcome)?;
    }
    match (outcome.counts.passed, outcome.counts.failed) {
        (0, 0) => bail!("there is no test whose name contains {NAME}"),
        (_, 0) => Ok(()),
        _ => bail!("these have failed: {}", outcome.failed.join(", ")),
    }
}
