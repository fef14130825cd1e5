//! The reference libraries of the Standard Webhooks specification, whose deliveries Brisk has to accept:
//! Python's in a private environment, Node.js's among the npm packages.

use crate::apt;
use crate::packages::{self, Packages};
use crate::process::run_quietly;
use crate::programs;
use crate::workspace::Workspace;
use anyhow::{Context, Result};

/// The environment variable that passes Python's interpreter to tests.
pub(crate) const PYTHON: &str = "BRISK_TEST_PYTHON";
/// What is installed into its environment.
const LIBRARY: &str = "standardwebhooks==1.1.0";

/// Installs what is missing; the answer is the path of the interpreter.
pub(crate) fn install(workspace: &Workspace) -> Result<String> {
    packages::install(workspace, Packages::All)?;
    let folder = workspace.target("tools/python");
    let stamp = folder.join("installed");
    let python = folder.join("bin/python3");
    if std::fs::read_to_string(&stamp).unwrap_or_default() != LIBRARY {
        let log = workspace.target("logs/python.log");
        let own = programs::find("python3").context("python3 is missing")?;
        let venv = || {
            let mut venv = workspace.command(&own);
            run_quietly(venv.args(["-m", "venv", "--clear"]).arg(&folder), &log)
        };
        // Debian packages that part of Python separately.
        if venv().is_err() {
            apt::install(workspace, &["python3-venv"])?;
            venv()?;
        }
        let mut pip = workspace.command(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", LIBRARY]);
        run_quietly(&mut pip, &log)?;
        std::fs::write(&stamp, LIBRARY)?;
    }
    Ok(python.display().to_string())
}
