//! Reports the progress of an import.

use indicatif::{ProgressBar, ProgressStyle};

/// Receives the progress of an import.
pub trait Progress: Send + Sync {
    /// `read` of the file's `total` bytes have been read, and `rows` rows inserted.
    fn advance(&self, read: u64, total: u64, rows: u64);
    /// The next stage begins.
    fn stage(&self, name: &str);
    /// The import has ended, successfully or not.
    fn finish(&self);
}

/// Ignores the progress.
pub struct NoProgress;

impl Progress for NoProgress {
    fn advance(&self, _: u64, _: u64, _: u64) {}
    fn stage(&self, _: &str) {}
    fn finish(&self) {}
}

/// A progress bar with rate and remaining time; silent without a terminal.
pub struct TerminalProgress(ProgressBar);

impl TerminalProgress {
    /// A bar that starts now.
    pub fn new() -> Self {
        let bar = ProgressBar::new(0);
        let template = "  {msg} [{bar:30}] {percent}% {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self(bar)
    }
}

impl Default for TerminalProgress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for TerminalProgress {
    fn advance(&self, read: u64, total: u64, rows: u64) {
        self.0.set_length(total);
        self.0.set_position(read);
        let seconds = self.0.elapsed().as_secs_f64().max(0.001);
        let rate = rows as f64 / seconds;
        self.0.set_message(format!("{rows} rows, {rate:.0} rows/s"));
    }

    fn stage(&self, name: &str) {
        self.0.set_message(name.to_owned());
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}
