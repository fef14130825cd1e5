//! The commands of `brisk`, run as a user runs them.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn brisk(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
    command.current_dir(directory).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn check_finds_the_shipped_dashboards_good() {
    let output = brisk(&repository(), &["check"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("dashboards with"), "{}", said(&output));
}

#[test]
fn check_names_the_place_of_each_problem_also_in_statements() {
    let directory = tempfile::tempdir().unwrap();
    let file = "title = \"Sales\"\nsource = \"shop\"\n\n[[variable]]\nname = \"who\"\noptions = \"delete from people\"\n\n\
                [[panel]]\nid = \"a\"\ntitle = \"A\"\nkind = \"stat\"\nsql = \"\"\"\nselect count(*)\nfrom orders; drop table orders\n\"\"\"\n";
    std::fs::write(directory.path().join("sales.toml"), file).unwrap();
    std::fs::write(directory.path().join("broken.toml"), "titel = \"x\"\n").unwrap();
    let output = brisk(directory.path(), &["check", "."]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.contains("broken.toml:1:1"), "{said}");
    assert!(said.contains("\"title\""), "the key that was meant: {said}");
    assert!(said.contains("sales.toml:6:"), "the variable's statement: {said}");
    assert!(said.contains("sales.toml:14:"), "the panel's statement: {said}");
}

#[test]
fn check_tells_what_panels_depend_on_and_how_their_database_runs_them() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("dashboards")).unwrap();
    let file = "title = \"Visits\"\nsource = \"shop\"\n\
                [[panel]]\nid = \"all\"\ntitle = \"All\"\nkind = \"stat\"\n\
                sql = \"select sum(count) as n from visits where $range(day)\"\n";
    std::fs::write(directory.path().join("dashboards/visits.toml"), file).unwrap();
    std::fs::write(directory.path().join("visits.csv"), "Day,Count\n12/1/2009,1\n").unwrap();
    let import = brisk(directory.path(), &["import", "--into", "shop.sqlite", "visits.csv"]);
    assert!(import.status.success(), "{}", said(&import));
    let configuration = "[source.shop]\nurl = \"shop.sqlite\"\n";
    std::fs::write(directory.path().join("brisk.toml"), configuration).unwrap();
    let details = said(&brisk(directory.path(), &["check", "--details"]));
    assert!(details.contains("table:shop.visits") && details.contains("panel:visits/all"));
    assert!(details.contains("bound: ") && !details.contains("took: "), "{details}");
    let explained = brisk(directory.path(), &["check", "--explain"]);
    assert!(explained.status.success());
    let explained = said(&explained);
    assert!(explained.contains("plan: ") && explained.contains("visits"), "{explained}");
    assert!(explained.contains("for 1 rows"), "{explained}");
}

#[test]
fn import_reports_what_it_did_and_lists_what_does_not_fit() {
    let directory = tempfile::tempdir().unwrap();
    let csv = "Day,Count\n12/1/2009,1\n12/2/2009,2\n";
    std::fs::write(directory.path().join("visits.csv"), csv).unwrap();
    let import = ["import", "--into", "shop.sqlite", "visits.csv"];
    let output = brisk(directory.path(), &import);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("2 lines are in table visits, none left out"));
    assert!(said(&output).contains("day (Timestamp) from \"Day\""), "{}", said(&output));

    let plan =
        "table = \"visits\"\n[[column]]\nname = \"count\"\nfrom = \"Count\"\ntype = \"integer\"\n";
    std::fs::write(directory.path().join("plan.toml"), plan).unwrap();
    std::fs::write(directory.path().join("visits.csv"), "Day,Count\n1,one\n2,2\n").unwrap();
    let with_plan = |more: &[&'static str]| {
        let mut arguments = import.to_vec();
        arguments.extend(["--plan", "plan.toml", "--rejected", "rejected.csv"]);
        arguments.extend(more);
        brisk(directory.path(), &arguments)
    };
    let output = with_plan(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("nothing was imported"), "{}", said(&output));
    assert!(said(&output).contains("line 2:"), "{}", said(&output));
    let listed = std::fs::read_to_string(directory.path().join("rejected.csv")).unwrap();
    assert!(listed.starts_with("line,reason\n2,"), "{listed}");
    assert!(with_plan(&["--max-rejected", "1"]).status.success());
}

#[test]
fn import_of_a_file_that_is_not_there_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let output = brisk(directory.path(), &["import", "--into", "x.sqlite", "nowhere.csv"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("nowhere.csv cannot be read"), "{}", said(&output));
}

#[test]
fn serve_refuses_addresses_that_others_can_reach() {
    let directory = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let output = brisk(directory.path(), &["serve", "--listen", address]);
        assert_eq!(output.status.code(), Some(1), "{address}");
        assert!(said(&output).contains("is not a loopback address"), "{}", said(&output));
    }
}
