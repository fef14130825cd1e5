//! Empty: this crate only names features of dependencies, for the tests (see its Cargo.toml).
