//! Private database servers for the tests: started on free ports in a temporary directory, and
//! stopped by process id, never by name. No other server is touched.

mod mariadb;
mod postgres;
mod redis;
mod server;

use crate::workspace::Workspace;
use anyhow::Result;

pub(crate) use server::{Service, free_port, program};

/// Starts PostgreSQL, Redis and MariaDB.
pub(crate) fn start(workspace: &Workspace) -> Result<Vec<Service>> {
    Ok(vec![postgres::start(workspace)?, redis::start(workspace)?, mariadb::start(workspace)?])
}

/// Starts PostgreSQL alone.
pub(crate) fn postgres(workspace: &Workspace) -> Result<Service> {
    postgres::start(workspace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;
    use std::path::PathBuf;
    use std::process::Command;

    /// Each server answers a real query, and leaves nothing behind.
    #[test]
    fn servers_start_answer_and_leave_nothing_behind() {
        let workspace = Workspace::find().unwrap();
        let services = start(&workspace).unwrap();
        let answer = |name: &str, words: &[&str]| {
            let output = Command::new(program(name).unwrap()).args(words).output().unwrap();
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{name}: {error}");
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        let port = |url: &str| {
            let after = url.rsplit(':').next().unwrap();
            after.split('/').next().unwrap().to_owned()
        };
        let question = "select 6 * 7";
        assert_eq!(answer("psql", &[&services[0].url, "-Atc", question]), "42");
        assert_eq!(answer("redis-cli", &["-p", &port(&services[1].url), "ping"]), "PONG");
        let mysql = port(&services[2].url);
        let words = ["-h", "127.0.0.1", "-P", &mysql, "-u", "brisk", "-N", "-e", question];
        assert_eq!(answer("mariadb", &words), "42");
        let left: Vec<(PathBuf, u16)> = services
            .iter()
            .map(|s| (s.directory().to_owned(), port(&s.url).parse().unwrap()))
            .collect();
        drop(services);
        for (directory, port) in left {
            assert!(!directory.exists(), "{}", directory.display());
            assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
        }
    }
}
