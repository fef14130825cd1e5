//! Shows how far an import is.

use indicatif::{ProgressBar, ProgressStyle};

/// Who wants to know how far an import is.
pub trait Progress: Send + Sync {
    /// `read` of `total` bytes of the file have been read; `rows` lines have been inserted.
    fn advance(&self, read: u64, total: u64, rows: u64);
    /// The next part of the work begins.
    fn stage(&self, name: &str);
    /// The work is done or given up.
    fn finish(&self);
}

/// Nobody.
pub struct NoProgress;

impl Progress for NoProgress {
    fn advance(&self, _: u64, _: u64, _: u64) {}
    fn stage(&self, _: &str) {}
    fn finish(&self) {}
}

/// A bar on the terminal with rate and remaining time; silent where there is no terminal.
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
