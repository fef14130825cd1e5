//! What tests need of PyPI, in a private environment: the reference library of the Standard Webhooks
//! specification, whose deliveries Brisk has to accept (Node.js's is among the npm packages), schemathesis,
//! which compares the API with its description, and aiosmtpd, a mail server.

use crate::apt;
use crate::packages::{self, Packages};
use crate::process::run_quietly;
use crate::programs;
use crate::workspace::Workspace;
use anyhow::{Context, Result};

/// The environment variable that passes Python's interpreter to tests.
pub(crate) const PYTHON: &str = "BRISK_TEST_PYTHON";
/// What is installed into its environment.
const PACKAGES: [&str; 3] = ["standardwebhooks==1.1.0", "schemathesis==4.32.5", "aiosmtpd==1.4.6"];

/// Installs what is missing; the answer is the path of the interpreter.
pub(crate) fn install(workspace: &Workspace) -> Result<String> {
    packages::install(workspace, Packages::All)?;
    let folder = workspace.target("tools/python");
    let stamp = folder.join("installed");
    let python = folder.join("bin/python3");
    let wanted = PACKAGES.join(" ");
    if std::fs::read_to_string(&stamp).unwrap_or_default() != wanted {
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
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES);
        run_quietly(&mut pip, &log)?;
        std::fs::write(&stamp, wanted)?;
    }
    Ok(python.display().to_string())
}
