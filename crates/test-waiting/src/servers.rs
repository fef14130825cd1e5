//! Where the servers of the tests are.

/// The URL that `variable` holds; none with `--quick`.
///
/// # Panics
/// If it holds none.
#[allow(clippy::panic)] // That is how a test fails.
pub fn url(variable: &str) -> Option<String> {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return None;
    }
    let url = std::env::var(variable);
    Some(url.unwrap_or_else(|_| panic!("{variable} names a server: run cargo xtask test")))
}
