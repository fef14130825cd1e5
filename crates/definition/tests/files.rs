//! Dashboard files: valid ones parse, and problems are reported at their position.

use brisk_definition::{load_dir, parse};
use brisk_domain::{PanelKindName, Slug};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards")
}

fn problems(text: &str) -> String {
    let slug = Slug::parse("sales").unwrap();
    match parse("sales.toml", slug, text) {
        Ok(_) => "good".into(),
        Err(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

/// A valid file, with `from` replaced.
fn changed(from: &str, to: &str) -> String {
    let good = r#"title = "Sales"
source = "shop"
timezone = "Europe/London"
range = "last 90 days"

[[variable]]
name = "country"
kind = "multi"
options = ["France", "EIRE"]

[[panel]]
id = "revenue"
title = "Revenue"
kind = "line"
unit = "GBP"
at = { x = 0, y = 0, w = 8, h = 4 }
cache = { ttl = "5m", stale = "1h" }
columns = { net = { label = "Net", scale = 2 } }
sql = "select 1"

[[panel]]
id = "orders"
title = "Orders"
kind = "stat"
at = { x = 8, y = 0, w = 4, h = 4 }
sql = "select 2"
"#;
    assert_eq!(problems(good), "good");
    assert!(good.contains(from), "{from}");
    good.replacen(from, to, 1)
}

#[test]
fn the_shipped_dashboards_are_valid() {
    let loaded = load_dir(&shipped());
    assert_eq!(loaded.problems, []);
    let retail = loaded.dashboards.iter().find(|d| d.slug.as_str() == "online-retail").unwrap();
    assert_eq!(retail.panels.len(), 20);
    assert_eq!(loaded.dashboards.len(), 2);
}

#[test]
fn an_invalid_now_is_reported_at_its_position() {
    let wrong = |now: &str| problems(&changed("range = \"last 90 days\"", now));
    let message = wrong("now = \"2011-13-01\"");
    assert!(message.contains("sales.toml:4:7") && message.contains("not a date"), "{message}");
    assert!(wrong("now = 2011").contains("sales.toml:4:"));
    assert_eq!(wrong("now = \"2011-12-09T12:50\""), "good");
    assert_eq!(wrong("now = \"select max(at) from orders\""), "good");
    let nowhere = "title = \"A\"\nnow = \"select 1\"\n[[panel]]\nid = \"a\"\ntitle = \"A\"\n\
                   kind = \"stat\"\nsource = \"b\"\nsql = \"select 1\"\n";
    assert!(problems(nowhere).contains("no \"source\""), "{}", problems(nowhere));
}

#[test]
fn problems_name_the_place_and_what_is_allowed() {
    let cases = [
        ("title = \"Sales\"\n", ""),
        ("title = \"Sales\"", "titel = \"Sales\""),
        ("title = \"Sales\"", "title = 5"),
        ("title = \"Sales\"", "title = \"\""),
        ("source = \"shop\"\n", ""),
        ("source = \"shop\"", "source = \"My Shop\""),
        ("Europe/London", "Europe/Londn"),
        ("last 90 days", "last ninety days"),
        ("last 90 days", "last 900 years"),
        ("range =", "rnage ="),
        ("name = \"country\"", "name = \"from\""),
        ("name = \"country\"", "name = \"Country!\""),
        ("kind = \"multi\"", "kind = \"many\""),
        ("options = [\"France\", \"EIRE\"]", "options = []"),
        ("options = [\"France\", \"EIRE\"]", "options = [1]"),
        ("options = [\"France\", \"EIRE\"]", "options = [\"France\"]\ndefault = \"Spain\""),
        ("options = [\"France\", \"EIRE\"]", "option = [\"France\"]"),
        ("id = \"revenue\"\n", ""),
        ("id = \"revenue\"", "id = \"orders\""),
        ("id = \"revenue\"", "id = \"Revenue\""),
        ("kind = \"line\"", "kind = \"lines\""),
        ("kind = \"line\"\n", ""),
        ("kind = \"line\"", "kind = \"gauge\""),
        ("kind = \"line\"", "kind = \"line\"\nmax = 5"),
        ("kind = \"line\"", "kind = \"line\"\nstacked = true"),
        ("kind = \"line\"", "kind = \"line\"\nhorizontal = \"yes\""),
        ("kind = \"line\"", "kind = \"line\"\nsparkline = \"select 1\""),
        ("kind = \"line\"", "kind = \"line\"\ncompare = \"last week\""),
        ("kind = \"line\"", "kind = \"line\"\nbetter = \"more\""),
        ("kind = \"line\"", "kind = \"line\"\nempty = \"nil\""),
        ("kind = \"line\"", "kind = \"line\"\ninterval = \"fortnight\""),
        ("unit = \"GBP\"", "unit = \"Pounds\""),
        ("{ x = 0, y = 0, w = 8, h = 4 }", "{ x = 6, y = 0, w = 8, h = 4 }"),
        ("{ x = 0, y = 0, w = 8, h = 4 }", "{ x = 2, y = 0, w = 8, h = 4 }"),
        ("{ x = 0, y = 0, w = 8, h = 4 }", "{ x = 0, y = 0, w = 8 }"),
        ("{ x = 0, y = 0, w = 8, h = 4 }", "{ x = 0, y = 0, w = 0, h = 99 }"),
        ("{ x = 0, y = 0, w = 8, h = 4 }", "\"top\""),
        ("ttl = \"5m\"", "ttl = \"5 minutes\""),
        ("ttl = \"5m\"", "tll = \"5m\""),
        ("scale = 2", "scale = 40"),
        ("scale = 2", "grouping = 3"),
        ("scale = 2", "grouping = \"no\""),
        ("scale = 2", "unit = \"GBP\", grouping = false"),
        ("label = \"Net\"", "lable = \"Net\""),
        ("columns = {", "columns = [1] #"),
        ("sql = \"select 1\"", "sql = \"\""),
        ("sql = \"select 1\"\n", ""),
        (
            "sql = \"select 1\"",
            "sql = \"select 1\"\ncomputed = [{ name = \"a\", of = \"b\", kind = \"sum\" }]",
        ),
        ("sql = \"select 1\"", "sql = \"select 1\"\ncomputed = [{ name = \"a\" }]"),
        ("[[panel]]", "[[pannel]]"),
        ("title = \"Sales\"", "title = Sales"),
        ("title = \"Sales\"", "title = \"Sales"),
    ];
    let mut report = String::new();
    for (from, to) in cases {
        let reported = problems(&changed(from, to));
        assert_ne!(reported, "good", "{to:?} passed");
        report.push_str(&format!("{from:?} -> {to:?}\n{reported}\n\n"));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn all_problems_of_a_file_are_found_at_once() {
    let text = changed("kind = \"line\"", "kind = \"lime\"").replace("w = 4", "w = 40");
    assert_eq!(problems(&text).lines().count(), 2, "{}", problems(&text));
}

#[test]
fn panels_without_a_position_are_placed() {
    let text = changed("at = { x = 8, y = 0, w = 4, h = 4 }\n", "");
    let dashboard = parse("sales.toml", Slug::parse("sales").unwrap(), &text).unwrap();
    let place =
        dashboard.panels.iter().find(|p| p.kind.name() == PanelKindName::Stat).unwrap().place;
    assert_eq!((place.x, place.y, place.w), (8, 0, 3));
}

#[test]
fn statements_know_their_line() {
    let text = changed("sql = \"select 1\"", "sql = \"\"\"\nselect 1\n\"\"\"");
    let dashboard = parse("sales.toml", Slug::parse("sales").unwrap(), &text).unwrap();
    let line = dashboard.panels[0].query.line as usize;
    assert_eq!(text.lines().nth(line - 1), Some("select 1"));
}

#[test]
fn files_that_are_not_text_are_reported_and_hide_no_others() {
    let directory = tempfile::tempdir().unwrap();
    let write =
        |name: &str, bytes: &[u8]| std::fs::write(directory.path().join(name), bytes).unwrap();
    write("good.toml", changed("Sales", "Good").as_bytes());
    write("bom.toml", format!("\u{feff}{}", changed("Sales", "BOM")).as_bytes());
    write("latin.toml", b"title = \"caf\xe9\"");
    write("empty.toml", b"");
    write("large.toml", &vec![b'#'; 2 << 20]);
    write("Bad Name.toml", b"");
    write("notes.txt", b"not a dashboard");
    let loaded = load_dir(directory.path());
    let titles: Vec<&str> = loaded.dashboards.iter().map(|d| d.title.as_str()).collect();
    assert_eq!(titles, ["BOM", "Good"]);
    let broken: Vec<&str> = loaded.broken.iter().map(Slug::as_str).collect();
    assert_eq!(broken, ["empty", "large", "latin"]);
    assert!(loaded.problems.len() >= 4);
}

proptest! {
    #[test]
    fn no_change_of_a_file_panics(at in 0_usize..8_000, cut in 0_usize..60, text in "\\PC{0,8}") {
        let mut file = std::fs::read_to_string(shipped().join("online-retail.toml")).unwrap();
        let mut start = at.min(file.len());
        while !file.is_char_boundary(start) { start -= 1; }
        let mut end = (start + cut).min(file.len());
        while !file.is_char_boundary(end) { end += 1; }
        file.replace_range(start..end, &text);
        let _ = parse("x.toml", Slug::parse("x").unwrap(), &file);
    }
}
