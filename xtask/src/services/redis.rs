//! Redis.

use super::server::{Service, directory, free_port, program};
use crate::process::{Guarded, log_to};
use crate::workspace::Workspace;
use anyhow::Result;
use rustix::process::Signal;

pub(super) fn start(workspace: &Workspace) -> Result<Service> {
    let directory = directory(None)?;
    let port = free_port()?;
    let log = directory.path().join("log");
    let mut command = workspace.command(program("redis-server")?);
    command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""]);
    command.args(["--appendonly", "no", "--dir"]).arg(directory.path());
    let server = Guarded::start(log_to(&mut command, &log)?, Signal::TERM)?;
    let url = format!("redis://127.0.0.1:{port}");
    Service::started(server, directory, port, url, "BRISK_TEST_REDIS_URL")
}
