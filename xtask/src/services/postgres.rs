//! PostgreSQL.

use super::server::{Service, command_as, directory, free_port, program, run, unprivileged};
use crate::process::{Guarded, log_to};
use crate::workspace::Workspace;
use anyhow::Result;
use rustix::process::Signal;

pub(super) fn start(_: &Workspace) -> Result<Service> {
    let user = unprivileged();
    let directory = directory(user)?;
    let data = directory.path().join("data");
    run(command_as(user, &program("initdb")?)
        .args(["--username=brisk", "--auth=trust", "--no-sync", "--encoding=UTF8", "-D"])
        .arg(&data)
        .current_dir(directory.path()))?;
    let port = free_port()?;
    let log = directory.path().join("log");
    let mut command = command_as(user, &program("postgres")?);
    command.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"]);
    command.arg(directory.path()).args(["-c", "fsync=off"]).current_dir(directory.path());
    // SIGINT is its fast shutdown, which does not wait for clients.
    let server = Guarded::start(log_to(&mut command, &log)?, Signal::INT)?;
    let url = format!("postgres://brisk@127.0.0.1:{port}/postgres");
    Service::started(server, directory, port, url, "BRISK_TEST_POSTGRES_URL")
}
