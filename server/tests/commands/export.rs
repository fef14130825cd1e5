//! `brisk export`: each form, to a file and to standard output; panels that fail; whose view it is.

use brisk_test_waiting::output;
use std::path::Path;
use std::process::{Command, Output};

const DASHBOARD: &str = "title = \"Visits\"\nsource = \"shop\"\n\
    [[panel]]\nid = \"n\"\ntitle = \"Visits by page\"\nkind = \"table\"\n\
    sql = \"select page, n from visits order by n desc\"\n\
    [[panel]]\nid = \"own\"\ntitle = \"Own visits\"\nkind = \"stat\"\n\
    sql = \"select sum(n) as n from visits where page = :user.page\"\n";

fn brisk(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
    output(command.current_dir(directory).env_remove("BRISK_CONFIG").args(arguments))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder with a source, a dashboard of two panels, and the accounts anna and bert.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (path, write) = (folder.path(), |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
    });
    std::fs::create_dir(path.join("dashboards")).unwrap();
    write("dashboards/visits.toml", DASHBOARD);
    write("brisk.toml", "[source.shop]\nurl = \"shop.sqlite\"\n");
    let visits = "page,n\nhome,9007199254740993\nabout,7\n\"=cmd|x\",1\n";
    write("visits.csv", visits);
    let imported = brisk(path, &["import", "visits.csv", "--into", "shop.sqlite"]);
    assert!(imported.status.success(), "{}", said(&imported));
    for name in ["anna", "bert"] {
        let added = brisk(path, &["user", "add", name]);
        assert!(added.status.success(), "{}", said(&added));
    }
    let disabled = brisk(path, &["user", "disable", "bert"]);
    assert!(disabled.status.success(), "{}", said(&disabled));
    folder
}

#[test]
fn a_panel_is_exported_in_each_form() {
    let folder = folder();
    let export = |arguments: &[&str]| {
        let output =
            brisk(folder.path(), &[&["export", "visits", "--panel", "n"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        output.stdout
    };
    let csv = String::from_utf8(export(&["--format", "csv", "-o", "-"])).unwrap();
    assert_eq!(csv, "page,n\r\nhome,9007199254740993\r\nabout,7\r\n'=cmd|x,1\r\n");
    let lines = String::from_utf8(export(&["--format", "ndjson", "-o", "-"])).unwrap();
    let expected = "{\"page\":\"home\",\"n\":9007199254740993}\n{\"page\":\"about\",\"n\":7}\n\
                    {\"page\":\"=cmd|x\",\"n\":1}\n";
    assert_eq!(lines, expected);
    let json = export(&["--format", "json", "-o", "-"]);
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["panel"]["frame"]["rows"], 3);
    // The form is what the file's name ends in.
    for (name, begins) in [
        ("a.pdf", b"%PDF".as_slice()),
        ("a.xlsx", b"PK"),
        ("a.html", b"<!doctype html>"),
        ("a.svg", b"<svg"),
        ("a.png", b"\x89PNG"),
    ] {
        std::fs::write(folder.path().join(name), "what was there").unwrap();
        export(&["-o", name]);
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        let begin = bytes[..begins.len()].to_ascii_lowercase();
        assert_eq!(begin, begins.to_ascii_lowercase(), "{name}");
    }
    // Without a name it has that of a download.
    export(&["--view", "pdf-paper=letter&range=today"]);
    let names = std::fs::read_dir(folder.path()).unwrap();
    let names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().any(|n| n.starts_with("visits_n_") && n.ends_with(".pdf")), "{names:?}");
    assert!(!names.iter().any(|name| name.ends_with(".part")), "{names:?}");
}

#[test]
fn what_fails_is_said_and_is_in_the_file() {
    let folder = folder();
    // A whole dashboard: one panel depends on an attribute that nobody has here.
    let whole = brisk(folder.path(), &["export", "visits", "--format", "html", "-o", "all.html"]);
    assert_eq!(whole.status.code(), Some(1));
    assert!(said(&whole).contains("failed: Own visits: "), "{}", said(&whole));
    let page = std::fs::read_to_string(folder.path().join("all.html")).unwrap();
    assert!(page.contains("9007199254740993") || page.contains("9,007,199,254,740,993"));
    for (arguments, words) in [
        (["export", "visit"].as_slice(), "There is no dashboard \"visit\"."),
        (&["export", "visits", "--panel", "x"], "Visits has no panel \"x\"."),
        (&["export", "visits", "--format", "png"], "name a panel"),
        (&["export", "visits", "--format", "doc"], "\"doc\" is no format"),
        (&["export", "visits", "--view", "range=soon"], "\"soon\""),
        (&["export", "visits", "--view", "pdf-paper=a5"], "df-paper \"a5\""),
        (&["export", "visits", "--as", "carl"], "there is no account \"carl\""),
        (&["export", "visits", "--as", "bert"], "\"bert\" is disabled"),
        (&["export", "visits", "--panel", "n", "-o", "nowhere/a.pdf"], "writing nowhere/a.pdf"),
    ] {
        let output = brisk(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(words), "{arguments:?}: {}", said(&output));
    }
}

#[test]
fn whose_view_it_is_decides_what_is_in_it() {
    let folder = folder();
    let path = folder.path().join("dashboards/visits.toml");
    let closed = DASHBOARD.replace("source =", "access = [\"team:sales\"]\nsource =");
    std::fs::write(path, closed).unwrap();
    let export = |rest: &[&str]| {
        brisk(
            folder.path(),
            &[&["export", "visits", "--panel", "n", "-o", "-", "--format", "csv"], rest].concat(),
        )
    };
    assert!(export(&[]).status.success(), "{}", said(&export(&[])));
    let as_anna = export(&["--as", "anna"]);
    assert_eq!(as_anna.status.code(), Some(1));
    assert!(said(&as_anna).contains("There is no dashboard"), "{}", said(&as_anna));
}
