//! What a worker process gives up: it can take no more memory than it may, leaves no core behind, makes
//! way for the server, and ends with it.

#![expect(unsafe_code, reason = "nothing else closes files that whoever started us left open")]

use std::path::PathBuf;

use rustix::process::{Resource, Rlimit, Signal, getpid, kill_process, setrlimit};

/// Files that it may have open: its socket, the database, the rollups, their logs and indexes.
const FILES: u64 = 64;
/// How much it yields to the server, which answers everybody else.
const NICE: i32 = 5;
/// Memory of the process besides what SQLite takes: the result on its way, twice, and its own.
const BESIDES: u64 = 64 << 20;

/// Before anything is read.
pub(super) fn at_start() {
    close_inherited_files();
    // What fails here leaves the worker with the limits that the server has.
    limit(Resource::Core, 0);
    limit(Resource::Nofile, FILES);
    let _ = rustix::process::nice(NICE);
    #[cfg(target_os = "linux")]
    {
        // The server's end closes the socket, which ends it, too.
        let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
        // If the machine runs out of memory, the worker goes first.
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    }
}

/// Rust opens no file that a child gets, but what the server was started with may be such.
fn close_inherited_files() {
    let files = std::fs::read_dir("/proc/self/fd").into_iter().flatten();
    let files = files.filter_map(|file| Some(file.ok()?.path()));
    let files: Vec<PathBuf> = files.collect();
    for file in files {
        let number = file.file_name().and_then(|name| name.to_str()?.parse::<i32>().ok());
        // The standard streams are its own. That of the list is closed already.
        if let Some(number) = number.filter(|number| *number > 2 && file.is_symlink()) {
            // SAFETY: the process has only begun: nothing in it owns a file yet.
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

/// Bytes of data that the process has already.
fn taken() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kibibytes.unwrap_or(0_u64) << 10
}
