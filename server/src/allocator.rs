//! What glibc's allocator does with memory that was freed.
//!
//! By default it takes the size of the largest freed block as the size from which blocks have pages of
//! their own, and keeps everything below: after a crowd of long answers the process stays as large as
//! they were. With a fixed size, it does not.
//!
//! Set by a call, because the environment variables that do the same are read before `main`: the program
//! would have to start itself anew with them, without end where the system removes them, as it does for
//! programs with capabilities. Another allocator (mimalloc, jemalloc) would be one more library in C for
//! every target, and needs the same setting.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the standard library has no name for it")]
mod glibc {
    use std::ffi::c_int;

    /// Blocks from this size on have pages of their own, which the system gets back at once; and that
    /// much unused memory at the end of the others is given back.
    const SIZE: c_int = 128 << 10;
    /// With any of these, whoever starts the program has configured the allocator.
    const VARIABLES: [&str; 3] =
        ["MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES"];

    pub(super) fn give_memory_back() {
        if VARIABLES.iter().any(|name| std::env::var_os(name).is_some()) {
            return;
        }
        for parameter in [libc::M_MMAP_THRESHOLD, libc::M_TRIM_THRESHOLD] {
            // SAFETY: it takes two numbers, and there are no other threads yet that allocate. If it
            // fails, all stays as it is.
            unsafe { libc::mallopt(parameter, SIZE) };
        }
    }
}

/// Lets the allocator give memory back, unless somebody has set it up already. Before there are threads.
pub fn give_memory_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::give_memory_back();
}
