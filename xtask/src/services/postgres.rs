//! A private PostgreSQL. It writes nothing to the disk that it need not: it is gone in minutes.

use super::{Home, Kind};
use crate::process;
use anyhow::{Context, Result};
use rustix::process::Signal;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;

pub(super) struct Postgres;

impl Kind for Postgres {
    const NAME: &'static str = "PostgreSQL";
    const VARIABLE: &'static str = "BRISK_TEST_POSTGRES_URL";
    const ACCOUNTS: &'static [&'static str] = &["postgres", "nobody"];
    /// A fast shutdown: it ends the sessions, and removes its shared memory.
    const STOP: Signal = Signal::INT;

    fn prepare(home: &Home) -> Result<()> {
        let password = home.write("password", &home.password)?;
        let mut initdb = home.command("initdb")?;
        initdb
            .args(["--username=brisk", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"])
            .arg("--no-sync")
            .arg("--pwfile")
            .arg(password)
            .arg("--pgdata")
            .arg(home.path("data"));
        process::run_quietly(&mut initdb, &home.path("initdb.log"))
            .context("PostgreSQL could not make its files")
    }

    fn command(home: &Home, port: u16) -> Result<Command> {
        let mut postgres = home.command("postgres")?;
        postgres.arg("-D").arg(home.path("data")).args(["-p", &port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=200",
        ] {
            postgres.args(["-c", setting]);
        }
        Ok(postgres)
    }

    /// Says hello (protocol 3.0). One that is up asks for the password (`R`); one that is still
    /// starting refuses (`E`).
    fn answers(_home: &Home, port: u16) -> std::io::Result<bool> {
        let hello = b"\0\x03\0\0user\0brisk\0database\0postgres\0\0";
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.write_all(&(hello.len() as u32 + 4).to_be_bytes())?;
        stream.write_all(hello)?;
        let mut kind = [0];
        stream.read_exact(&mut kind)?;
        Ok(kind == *b"R")
    }

    fn url(home: &Home, port: u16) -> String {
        format!("postgres://brisk:{}@127.0.0.1:{port}/postgres", home.password)
    }
}
