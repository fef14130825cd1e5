//! The processes in which statements on SQLite files run: this program again, with a command of its own.

use brisk_source::Program;
use std::process::ExitCode;
use std::sync::OnceLock;

/// What makes the program a worker.
const COMMAND: &str = "sqlite-worker";

/// None: statements run on threads of this process, as in programs that are not `brisk`.
static PROGRAM: OnceLock<Program> = OnceLock::new();

/// Whether this process was started as a worker.
pub fn is_worker() -> bool {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().is_some_and(|first| first == COMMAND) && arguments.next().is_none()
}

/// Runs a worker.
pub fn run() -> ExitCode {
    brisk_source::sqlite_worker()
}

/// Has workers started from this program, which calls [`is_worker`] first.
pub fn are_this_program() {
    match Program::this(COMMAND) {
        Ok(program) => _ = PROGRAM.set(program),
        Err(error) => eprintln!("brisk: SQLite statements run within the server: {error}"),
    }
}

/// The program of workers, if this one can be one.
pub(crate) fn program() -> Option<Program> {
    PROGRAM.get().cloned()
}
