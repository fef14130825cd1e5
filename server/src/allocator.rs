//! What glibc's allocator does with memory that was freed.
//!
//! By itself it takes the size of the largest block that was freed as the size from which blocks have
//! pages of their own, and keeps everything below: after a crowd of long answers the process stays
//! as large as they were. Its settings are read before `main`, so the program starts itself anew with
//! them; the process remains the same one.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Blocks from this size on have pages of their own, which the system gets back at once.
const SIZE: &str = "131072";
const SETTINGS: [&str; 2] = ["MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"];

/// Lets the allocator give memory back. Where somebody has set it up already, or the program cannot be
/// started again, it stays as it is. Before there are threads or files.
pub fn give_memory_back() {
    let is_set_up = SETTINGS.iter().any(|name| std::env::var_os(name).is_some())
        || std::env::var_os("GLIBC_TUNABLES").is_some();
    if cfg!(not(all(target_os = "linux", target_env = "gnu"))) || is_set_up {
        return;
    }
    // Not `/proc/self/exe`, under which `ps` would list it.
    let Ok(program) = std::env::current_exe() else { return };
    let (mut words, mut again) = (std::env::args_os(), Command::new(program));
    if let Some(name) = words.next() {
        again.arg0(name);
    }
    // Returns only if it fails.
    let _ = again.args(words).envs(SETTINGS.map(|name| (name, SIZE))).exec();
}
