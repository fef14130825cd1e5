//! A private MariaDB, with the database `brisk` and a user who may do everything.

use super::{Home, Kind};
use crate::process;
use anyhow::{Context, Result};
use rustix::process::Signal;
use std::io::Read;
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;

pub(super) struct MariaDb;

impl Kind for MariaDb {
    const NAME: &'static str = "MariaDB";
    const VARIABLE: &'static str = "BRISK_TEST_MYSQL_URL";
    const ACCOUNTS: &'static [&'static str] = &["mysql", "nobody"];
    const STOP: Signal = Signal::TERM;

    fn prepare(home: &Home) -> Result<()> {
        let password = &home.password;
        home.write(
            "first.sql",
            &format!(
                "create database if not exists brisk character set utf8mb4;\n\
                 create user if not exists brisk@'127.0.0.1' identified by '{password}';\n\
                 grant all on *.* to brisk@'127.0.0.1' with grant option;\n\
                 alter user root@localhost identified by '{password}';\n"
            ),
        )?;
        let mut install = home.command("mariadb-install-db")?;
        install
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
            .arg(option("datadir", home));
        process::run_quietly(&mut install, &home.path("install.log"))
            .context("MariaDB could not make its files")
    }

    fn command(home: &Home, port: u16) -> Result<Command> {
        let mut mariadbd = home.command("mariadbd")?;
        // First of all: nothing from /etc, which is about other servers.
        mariadbd.arg("--no-defaults").arg(option("datadir", home));
        for (name, file) in
            [("socket", "socket"), ("pid-file", "pid"), ("init-file", "first.sql"), ("tmpdir", "")]
        {
            mariadbd.arg(format!("--{name}={}", home.path(file).display()));
        }
        mariadbd.args([
            &format!("--port={port}"),
            "--bind-address=127.0.0.1",
            "--skip-networking=off",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--performance-schema=off",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=off",
            "--innodb-buffer-pool-size=64M",
        ]);
        Ok(mariadbd)
    }

    /// A MariaDB that takes connections greets first, with version 10 of the protocol. By then it
    /// has run its first statements.
    fn answers(_home: &Home, port: u16) -> std::io::Result<bool> {
        let mut greeting = [0; 5];
        TcpStream::connect((Ipv4Addr::LOCALHOST, port))?.read_exact(&mut greeting)?;
        Ok(greeting[4] == 10)
    }

    fn url(home: &Home, port: u16) -> String {
        format!("mysql://brisk:{}@127.0.0.1:{port}/brisk", home.password)
    }
}

fn option(name: &str, home: &Home) -> String {
    format!("--{name}={}", home.path("data").display())
}
