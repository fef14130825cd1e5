//! `filter` and `link`: valid ones parse, invalid ones are reported at their position.

use brisk_definition::{load_dir, parse};
use brisk_domain::{Dashboard, Slug};

/// A dashboard with one panel of `kind`, which has `keys`.
fn text(kind: &str, keys: &str) -> String {
    format!(
        r#"title = "Sales"
source = "shop"

[[variable]]
name = "country"
options = ["France", "EIRE"]

[[panel]]
id = "countries"
title = "Countries"
kind = "{kind}"
sql = "select 1"
{keys}
"#
    )
}

fn read(kind: &str, keys: &str) -> Result<Dashboard, String> {
    let slug = Slug::parse("sales").unwrap();
    parse("sales.toml", slug, &text(kind, keys))
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_filter_names_a_variable_and_maybe_its_column() {
    for kind in ["bar", "donut", "table", "histogram", "scatter"] {
        let filter = read(kind, "filter = \"country\"").unwrap().panels[0].filter.clone().unwrap();
        assert_eq!((filter.variable.as_str(), filter.column), ("country", None));
    }
    let keys = "filter = { variable = \"country\", column = \"land\" }";
    let filter = read("table", keys).unwrap().panels[0].filter.clone().unwrap();
    assert_eq!(filter.column.as_deref(), Some("land"));
}

#[test]
fn a_link_names_a_dashboard_and_maybe_variables() {
    let link = read("stat", "link = \"products\"").unwrap().panels[0].link.clone().unwrap();
    assert_eq!((link.dashboard.as_str(), link.variables.len()), ("products", 0));
    let keys = "link = { dashboard = \"products\", variables = { category = \"stock_code\" } }";
    let link = read("table", keys).unwrap().panels[0].link.clone().unwrap();
    let set: Vec<_> = link.variables.iter().map(|(n, c)| (n.as_str(), c.as_str())).collect();
    assert_eq!(set, [("category", "stock_code")]);
}

#[test]
fn invalid_filters_and_links_are_reported_at_their_position() {
    let cases = [
        ("bar", "filter = \"contry\""),
        ("bar", "filter = \"Country\""),
        ("bar", "filter = 5"),
        ("bar", "filter = { column = \"land\" }"),
        ("bar", "filter = { variable = \"nothing\" }"),
        ("bar", "filter = { variable = \"country\", colum = \"land\" }"),
        ("line", "filter = \"country\""),
        ("bar", "filter = \"country\"\nlink = \"products\""),
        ("bar", "link = \"Products\""),
        ("bar", "link = []"),
        ("bar", "link = { variables = { country = \"land\" } }"),
        ("bar", "link = { dashboard = \"products\", variables = { Country = \"land\" } }"),
        ("bar", "link = { dashboard = \"products\", variables = { country = 5 } }"),
        ("bar", "link = { dashboard = \"products\", variables = \"country\" }"),
        ("stat", "link = { dashboard = \"products\", variables = { country = \"land\" } }"),
    ];
    let mut report = String::new();
    for (kind, keys) in cases {
        let problem = read(kind, keys).expect_err(keys);
        report.push_str(&format!("{kind}: {keys}\n{problem}\n\n"));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn links_are_checked_against_the_other_files_of_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(directory.path().join(format!("{name}.toml")), text).unwrap();
    };
    let to = |dashboard: &str, variable: &str| {
        text(
            "table",
            &format!(
                "link = {{ dashboard = \"{dashboard}\", variables = {{ {variable} = \"a\" }} }}"
            ),
        )
    };
    write("itself", &to("itself", "country"));
    write("nowhere", &to("itsel", "country"));
    write("unknown-variable", &to("itself", "contry"));
    write("to-broken", &to("broken", "whatever"));
    write("broken", "title = 5");
    let loaded = load_dir(directory.path());
    let problems = loaded.problems.iter().map(|problem| {
        let file = problem.file.rsplit('/').next().unwrap();
        format!("{file}:{}:{}: {}", problem.line, problem.column, problem.message)
    });
    let problems: Vec<String> = problems.filter(|problem| !problem.starts_with("broken")).collect();
    assert_eq!(
        problems,
        [
            "nowhere.toml:13:22: panel \"countries\" links to \"itsel\", and there is no such \
             dashboard",
            "unknown-variable.toml:13:46: the dashboard \"itself\" has no variable \"contry\"",
        ]
    );
    let good: Vec<&str> = loaded.dashboards.iter().map(|d| d.slug.as_str()).collect();
    assert_eq!(good, ["itself", "nowhere", "to-broken", "unknown-variable"]);
}
