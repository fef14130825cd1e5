//! MariaDB.

use super::server::{Service, command_as, directory, free_port, program, run, unprivileged};
use crate::process::{Guarded, log_to};
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use rustix::process::Signal;

pub(super) fn start(_: &Workspace) -> Result<Service> {
    let user = unprivileged();
    let directory = directory(user)?;
    let data = directory.path().join("data");
    let data = data.to_str().context("the temporary directory's name is not text")?;
    let data = format!("--datadir={data}");
    run(command_as(user, &program("mariadb-install-db")?)
        .args([
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            &data,
        ])
        .current_dir(directory.path()))?;
    let (port, log) = (free_port()?, directory.path().join("log"));
    let setup = directory.path().join("setup.sql");
    // One statement per line. An anonymous local user takes precedence over brisk@'%', so that
    // localhost is named as well. Tests create users with fewer rights.
    let grants = [
        "create user brisk@localhost;",
        "grant all on *.* to brisk@localhost with grant option;",
        "create user brisk@'%';",
        "grant all on *.* to brisk@'%' with grant option;",
        "create database brisk;",
    ];
    std::fs::write(&setup, grants.join("\n"))?;
    let socket = directory.path().join("socket");
    let mut command = command_as(user, &program("mariadbd")?);
    command.args(["--no-defaults", "--bind-address=127.0.0.1", &data]);
    command.arg(format!("--port={port}")).arg(format!("--socket={}", socket.display()));
    command.arg(format!("--init-file={}", setup.display()));
    command.args(["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"]);
    command.arg(format!("--pid-file={}", directory.path().join("pid").display()));
    command.current_dir(directory.path());
    let server = Guarded::start(log_to(&mut command, &log)?, Signal::TERM)?;
    let url = format!("mysql://brisk@127.0.0.1:{port}/brisk");
    Service::started(server, directory, port, url, "BRISK_TEST_MYSQL_URL")
}
