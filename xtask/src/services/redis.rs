//! A private Redis that keeps nothing.

use super::{Home, Kind};
use anyhow::Result;
use rustix::process::Signal;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;

pub(super) struct Redis;

impl Kind for Redis {
    const NAME: &'static str = "Redis";
    const VARIABLE: &'static str = "BRISK_TEST_REDIS_URL";
    const ACCOUNTS: &'static [&'static str] = &["redis", "nobody"];
    const STOP: Signal = Signal::TERM;

    fn prepare(_home: &Home) -> Result<()> {
        Ok(())
    }

    /// The settings are in a file, because everybody can read the words of a command.
    fn command(home: &Home, port: u16) -> Result<Command> {
        let settings = home.write(
            "redis.conf",
            &format!(
                "bind 127.0.0.1\nport {port}\ndir .\nrequirepass {}\n\
                 save \"\"\nappendonly no\ndaemonize no\n",
                home.password
            ),
        )?;
        let mut redis = home.command("redis-server")?;
        redis.arg(settings);
        Ok(redis)
    }

    fn answers(home: &Home, port: u16) -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        write!(stream, "AUTH {}\r\nPING\r\n", home.password)?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer == *b"+OK\r\n+PONG\r\n")
    }

    fn url(home: &Home, port: u16) -> String {
        format!("redis://:{}@127.0.0.1:{port}/", home.password)
    }
}
