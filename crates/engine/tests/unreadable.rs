//! Loading dashboards while the process is out of file descriptors.

use brisk_engine::Catalog;
use brisk_test_waiting::output;
use std::fs::File;
use std::path::Path;
use std::process::Command;

/// Set in the child process that has few file descriptors.
const FEW: &str = "BRISK_TEST_FEW_FILES";

/// Takes all remaining file descriptors.
fn taken() -> Vec<File> {
    std::iter::from_fn(|| File::open("/dev/null").ok()).collect()
}

fn write(directory: &Path, file: &str) {
    let path = directory.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let panel = "[[panel]]\nid = \"p\"\ntitle = \"P\"\nkind = \"stat\"\nsql = \"select 1 as n\"\n";
    std::fs::write(path, format!("title = \"T\"\nsource = \"shop\"\n{panel}")).unwrap();
}

#[test]
fn without_files_left_the_last_good_dashboards_stay_and_are_known_to_be_incomplete() {
    if std::env::var_os(FEW).is_some() {
        return with_few_files();
    }
    let name = std::thread::current().name().unwrap().to_owned();
    let limited = "ulimit -n 64; exec \"$0\" --exact \"$1\" --test-threads 1 --nocapture";
    let mut command = Command::new("sh");
    command.args(["-c", limited]).arg(std::env::current_exe().unwrap()).arg(name).env(FEW, "1");
    let output = output(&mut command);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 passed"), "{said}");
}

fn with_few_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    write(path, "one.toml");
    write(path, "team/two.toml");

    // Nothing is known yet, and the catalog does not claim that there is nothing.
    let none_left = taken();
    let catalog = Catalog::unread(path);
    assert!(catalog.reload().may_pass);
    assert!(!catalog.is_read());
    drop(none_left);
    assert_eq!(catalog.reload().dashboards.len(), 2);
    assert!(catalog.is_read() && !catalog.contents().may_pass);

    // With this many left, some folders or files can be read and others cannot.
    for left in 0..4 {
        let mut none_left = taken();
        none_left.truncate(none_left.len() - left);
        let contents = catalog.reload();
        assert_eq!(contents.dashboards.len(), 2, "with {left} left: {:?}", contents.problems);
        let has_problems = !contents.problems.is_empty();
        assert_eq!(contents.may_pass, has_problems, "with {left} left: {:?}", contents.problems);
        drop(none_left);
    }
    let contents = catalog.reload();
    assert!(contents.problems.is_empty() && contents.outdated.is_empty() && !contents.may_pass);
}
