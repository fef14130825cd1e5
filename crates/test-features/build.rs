//! Empty: only a crate with a build script can name features of build dependencies.

fn main() {}
