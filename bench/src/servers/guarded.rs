//! A child process that ends with this one.

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Prints the process's id, and ends it when stdin is closed: even if we are killed, nothing is
/// left behind.
const GUARD: &str = "log=$1; last=$2; shift 2; \"$@\" >>\"$log\" 2>&1 <&- & server=$!; \
                     echo $server; read nothing; kill -CONT $server; kill -$last $server; wait";

/// A process that is ended when the value is dropped, or when this program ends.
pub struct Guarded {
    shell: Child,
    pid: Pid,
}

impl Guarded {
    /// Starts `words` in `directory`, with its output in `log`. `last` is the signal that ends it.
    pub fn start(
        words: &[OsString],
        directory: &Path,
        log: &Path,
        last: &str,
        variables: &[(String, String)],
    ) -> Result<Self> {
        File::options().create(true).append(true).open(log)?;
        let mut command = Command::new("sh");
        command.args(["-c", GUARD, "sh"]).arg(log).arg(last).args(words).current_dir(directory);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = command.spawn().context("a shell could not be started")?;
        let said = shell.stdout.take().context("the shell has no output")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        let pid = line.trim().parse().ok().and_then(Pid::from_raw);
        let pid = pid.with_context(|| format!("{words:?} could not be started"))?;
        Ok(Self { shell, pid })
    }

    /// Its process id.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Its resident memory, in bytes.
    pub fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(self.proc().join("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        Ok(kilobytes.context("the kernel does not say")? * 1024)
    }

    /// What the kernel says of it.
    pub fn proc(&self) -> PathBuf {
        Path::new("/proc").join(self.pid.as_raw_nonzero().to_string())
    }

    /// Whether it has ended. It stays a zombie until its parent has waited for it.
    pub fn has_ended(&self) -> bool {
        let status = std::fs::read_to_string(self.proc().join("status")).unwrap_or_default();
        status.is_empty() || status.contains("\nState:\tZ")
    }

    /// Processor time of it and its children, including those that have exited.
    pub fn family_cpu_time(&self) -> Result<Duration> {
        let parent = self.pid.as_raw_nonzero().get();
        let mut ticks = 0;
        for entry in std::fs::read_dir("/proc")? {
            let Ok(entry) = entry else { continue };
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok())
            else {
                continue;
            };
            let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
            // The second field is a name in parentheses, which may contain anything.
            let Some((_, rest)) = stat.rsplit_once(") ") else { continue };
            let fields: Vec<i64> =
                rest.split(' ').map(|field| field.parse().unwrap_or(0)).collect();
            // From the third field on: state, parent, …, utime (14th), stime, cutime, cstime.
            if pid == parent {
                ticks += fields[11..15].iter().sum::<i64>();
            } else if fields[1] == i64::from(parent) {
                ticks += fields[11..13].iter().sum::<i64>();
            }
        }
        // Linux counts in hundredths of a second on all common machines.
        Ok(Duration::from_millis(u64::try_from(ticks)? * 10))
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(self.pid, signal).context("the process is gone")
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
