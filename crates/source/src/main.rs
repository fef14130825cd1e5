//! A SQLite worker as a program of its own, for tests and programs that are not `brisk`.

fn main() -> std::process::ExitCode {
    brisk_source::sqlite_worker()
}
