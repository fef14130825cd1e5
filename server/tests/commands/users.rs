//! `brisk user`, and what it means for `brisk serve`.

use brisk_test_waiting::output;
use std::path::Path;
use std::process::{Command, Output};

const PASSWORD: &str = "wet green umbrellas";

fn brisk(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
    output(command.current_dir(directory).args(arguments))
}

/// The same with a text on its standard input.
fn brisk_reading(directory: &Path, arguments: &[&str], input: &str) -> Output {
    std::fs::write(directory.join("input"), input).unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" \"$@\" <input", env!("CARGO_BIN_EXE_brisk")]);
    output(command.current_dir(directory).args(arguments))
}

fn text(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn accounts_are_made_listed_and_changed_from_the_shell() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let add = ["user", "add", "Root", "--role", "admin", "--password-stdin"];
    let weak = brisk_reading(at, &add, "password1234\n");
    assert!(!weak.status.success() && text(&weak).contains("would try"), "{}", text(&weak));
    let added = brisk_reading(at, &add, &format!("{PASSWORD}\n"));
    assert!(added.status.success(), "{}", text(&added));
    let again = brisk_reading(at, &add, &format!("{PASSWORD}\n"));
    assert!(text(&again).contains("already"), "{}", text(&again));
    let invited = brisk(at, &["user", "add", "ann", "--team", "sales"]);
    assert!(text(&invited).starts_with("http://127.0.0.1:3000/set-up/"), "{}", text(&invited));
    let list = text(&brisk(at, &["user", "list"]));
    assert!(list.contains("root  admin  active"), "{list}");
    assert!(
        list.contains("ann  viewer  no password yet") && list.contains("teams: sales"),
        "{list}"
    );
    assert!(!list.contains("argon2"), "{list}");
    let last = brisk(at, &["user", "disable", "root"]);
    assert!(!last.status.success() && text(&last).contains("only admin"), "{}", text(&last));
    for arguments in [
        &["user", "role", "ann", "editor"][..],
        &["user", "disable", "ann"],
        &["user", "disable", "ann", "--undo"],
    ] {
        assert!(brisk(at, arguments).status.success(), "{arguments:?}");
    }
    assert!(text(&brisk(at, &["user", "list"])).contains("ann  editor"));
    let link = brisk(at, &["user", "password", "ann"]);
    assert!(text(&link).contains("/set-up/"));
    for arguments in [
        &["user", "role", "ann", "king"][..],
        &["user", "role", "nobody", "admin"],
        &["user", "add", "a b"],
        &["user", "add", "x", "--team", "Not A Team"],
    ] {
        assert_eq!(brisk(at, arguments).status.code(), Some(1), "{arguments:?}");
    }
}

#[test]
fn once_there_is_an_admin_other_addresses_are_taken() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    // This address is nobody's: if it is accepted, it fails later.
    let serve = ["serve", "--listen", "192.0.2.1:0"];
    assert!(text(&brisk(at, &serve)).contains("is not a loopback address"));
    let open = brisk(at, &["serve", "--listen", "192.0.2.1:0", "--open"]);
    assert!(text(&open).contains("the frontend is not built"), "{}", text(&open));
    brisk(at, &["user", "add", "ann"]);
    assert!(text(&brisk(at, &serve)).contains("is not a loopback address"), "ann is no admin");
    brisk(at, &["user", "add", "root", "--role", "admin"]);
    assert!(text(&brisk(at, &serve)).contains("the frontend is not built"));
}
