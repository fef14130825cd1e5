//! Nothing: only a crate with a build script can name features of what runs at build time.

fn main() {}
