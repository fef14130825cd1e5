//! A step of a command: prints what it does before, and how long it took after.

use anyhow::Result;
use std::time::{Duration, Instant};

/// Runs `work` under a name that introduces its output.
pub(crate) fn step<T>(name: &str, doing: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {name}: {doing}");
    let start = Instant::now();
    let result = work();
    let word = if result.is_ok() { "done in" } else { "failed after" };
    println!("    {name} {word} {}", took(start.elapsed()));
    result
}

/// Prints a noteworthy line of a step.
pub(crate) fn note(text: impl AsRef<str>) {
    println!("    {}", text.as_ref());
}

/// A readable duration: `0.4 s`, `12.3 s`, `2 min 05 s`.
pub(crate) fn took(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// A readable size, in decimal kilobytes.
pub(crate) fn size(bytes: usize) -> String {
    format!("{:.1} kB", bytes as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_readable() {
        assert_eq!(took(Duration::from_millis(420)), "0.4 s");
        assert_eq!(took(Duration::from_secs(125)), "2 min 05 s");
        assert_eq!(size(1_234), "1.2 kB");
    }
}
