//! How a worker process confines itself: it can take no more memory than allowed, leaves no core dump,
//! yields to the server, and ends with it.

#![expect(unsafe_code, reason = "nothing else closes files that whoever started us left open")]

use std::path::PathBuf;

use rustix::process::{Resource, Rlimit, Signal, getpid, kill_process, setrlimit};

/// The most files it may have open: its socket, the database, the rollups, their logs and indexes.
const FILES: u64 = 64;
/// Its niceness: it yields to the server, which answers everybody else.
const NICE: i32 = 5;
/// Memory of the process besides SQLite's and two copies of the result on its way.
const BESIDES: u64 = 64 << 20;

/// Confines the process before it reads anything.
pub(super) fn at_start() {
    close_inherited_files();
    // If a call fails, the worker keeps the server's limits.
    limit(Resource::Core, 0);
    limit(Resource::Nofile, FILES);
    let _ = rustix::process::nice(NICE);
    #[cfg(target_os = "linux")]
    {
        // When the server ends, its socket closes, which ends the worker as well.
        let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
        // If the machine runs out of memory, the worker goes first.
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    }
}

/// Rust opens no files that children inherit, but files that the server itself inherited may be.
fn close_inherited_files() {
    let files = std::fs::read_dir("/proc/self/fd").into_iter().flatten();
    let files = files.filter_map(|file| Some(file.ok()?.path()));
    let files: Vec<PathBuf> = files.collect();
    for file in files {
        let number = file.file_name().and_then(|name| name.to_str()?.parse::<i32>().ok());
        // The standard streams are its own. The one of the listing is closed already.
        if let Some(number) = number.filter(|number| *number > 2 && file.is_symlink()) {
            // SAFETY: the process has only just begun: nothing in it owns a file yet.
            unsafe { rustix::io::close(number) };
        }
    }
}

/// Limits what the process may take from now on.
pub(super) fn to_memory(memory: u64, result: u64) {
    let most = memory.saturating_add(2 * result).saturating_add(BESIDES);
    limit(Resource::Data, taken().saturating_add(most));
}

/// Ends the process, whatever its other threads do.
pub(super) fn end() {
    let _ = kill_process(getpid(), Signal::KILL);
}

fn limit(resource: Resource, most: u64) {
    let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
}

/// Bytes of data that the process already has.
fn taken() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kibibytes.unwrap_or(0_u64) << 10
}
