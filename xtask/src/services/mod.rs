//! Private database servers for tests: each on a free port of 127.0.0.1, in a temporary folder,
//! with a password of its own, and gone with the value that stands for it. A server that we did
//! not start is never touched.
//!
//! To add a kind: a file beside this one that implements `Kind`, a line in `Services::start`, its
//! packages in `apt.rs`, and a test in `tests.rs`.

mod account;
mod home;
mod mariadb;
pub(crate) mod port;
mod postgres;
mod redis;
#[cfg(test)]
mod tests;

use crate::process::{self, Guarded};
use crate::step::note;
use anyhow::{Result, bail};
use home::Home;
use rustix::process::Signal;
use std::process::Command;
use std::time::{Duration, Instant};

const START_LIMIT: Duration = Duration::from_secs(60);

/// A kind of server.
trait Kind {
    const NAME: &'static str;
    /// How tests learn the address.
    const VARIABLE: &'static str;
    /// The accounts it may run as when we are root, best first.
    const ACCOUNTS: &'static [&'static str];
    /// What makes it stop at once.
    const STOP: Signal;

    /// Makes its files, once.
    fn prepare(home: &Home) -> Result<()>;
    fn command(home: &Home, port: u16) -> Result<Command>;
    /// Whether it answers in its own protocol, as one that is up does.
    fn answers(home: &Home, port: u16) -> std::io::Result<bool>;
    fn url(home: &Home, port: u16) -> String;
}

/// A server that runs until this goes.
struct Service {
    name: &'static str,
    variable: &'static str,
    url: String,
    // The order matters: fields go from top to bottom, the server before its folder.
    process: Guarded,
    home: Home,
}

impl Service {
    fn start<K: Kind>() -> Result<Self> {
        let start = Instant::now();
        let home = Home::make(K::NAME, K::ACCOUNTS)?;
        K::prepare(&home)?;
        // Between finding a port free and using it somebody else may take it.
        let mut tries = 3;
        loop {
            tries -= 1;
            let port = port::free()?;
            let mut command = K::command(&home, port)?;
            let mut process = Guarded::start(process::log_to(&mut command, &home.log())?, K::STOP)?;
            match wait::<K>(&home, port, &mut process) {
                Ok(()) => {
                    let took = crate::step::took(start.elapsed());
                    note(format!("{} on port {port} after {took}", K::NAME));
                    let url = K::url(&home, port);
                    return Ok(Self { name: K::NAME, variable: K::VARIABLE, url, process, home });
                }
                Err(error) if tries == 0 || process::interrupted() => return Err(error),
                Err(_) => {}
            }
        }
    }

    /// Stops it, and says so if something of it is left.
    fn stop(self) -> Result<()> {
        let Self { name, process, home, .. } = self;
        drop(process);
        home.remove(name)
    }
}

fn wait<K: Kind>(home: &Home, port: u16, process: &mut Guarded) -> Result<()> {
    let start = Instant::now();
    while !K::answers(home, port).unwrap_or(false) {
        process::go_on()?;
        if process.has_ended() || start.elapsed() > START_LIMIT {
            let said = process::tail(&home.log(), 20);
            bail!("{} did not start; it said:\n{said}", K::NAME);
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    Ok(())
}

/// All the servers that tests may use.
pub(crate) struct Services(Vec<Service>);

impl Services {
    /// Starts them side by side.
    pub(crate) fn start() -> Result<Self> {
        let starts = [
            Service::start::<postgres::Postgres>,
            Service::start::<redis::Redis>,
            Service::start::<mariadb::MariaDb>,
        ];
        let started: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = starts.map(|start| scope.spawn(start)).into_iter().collect();
            threads.into_iter().map(|thread| thread.join()).collect()
        });
        let mut services = Vec::new();
        for service in started {
            match service {
                Ok(service) => services.push(service?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(Self(services))
    }

    /// The environment that tells tests where they are.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|service| (service.variable, service.url.as_str()))
    }

    pub(crate) fn stop(self) -> Result<()> {
        // All are stopped, even if one of them complains.
        let stopped: Vec<_> = self.0.into_iter().map(Service::stop).collect();
        stopped.into_iter().collect()
    }
}
