//! Mutated requests, deliveries and configuration files.

mod configuration;
mod deliveries;
mod requests;

use std::path::{Path, PathBuf};

/// A part of the corpus.
fn corpus(of: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(of)
}
