//! Columns that a panel names and its statements do not return are reported, with their position
//! and a suggestion.

use brisk_definition::{parse, unknown_columns};
use brisk_domain::{Dashboard, Slug};

fn dashboard(keys: &str) -> (String, Dashboard) {
    let text = format!(
        "title = \"Sales\"\nsource = \"shop\"\n\n[[variable]]\nname = \"country\"\n\
         options = [\"France\"]\n\n[[panel]]\nid = \"other\"\ntitle = \"Other\"\nkind = \"stat\"\n\
         sql = \"select 1\"\n\n[[panel]]\nid = \"a\"\ntitle = \"A\"\nkind = \"table\"\n\
         sql = \"select 1\"\n{keys}\n"
    );
    let slug = Slug::parse("sales").unwrap();
    let dashboard = parse("sales.toml", slug, &text).unwrap();
    (text, dashboard)
}

/// Each as `line:column problem / note`.
fn found(keys: &str, returned: &[&str]) -> Vec<String> {
    let (text, dashboard) = dashboard(keys);
    let panel = dashboard.panels.iter().find(|panel| panel.id.as_str() == "a").unwrap();
    let found = unknown_columns(panel, returned).into_iter().map(|one| {
        let place = one.place("sales.toml", &text, &panel.id);
        let weight = if one.is_needed() { "!" } else { "" };
        let (problem, note) = (one.problem(), one.note());
        format!("{weight}{}:{} {problem} / {note}", place.line, place.column)
    });
    found.collect()
}

const RETURNED: [&str; 3] = ["day", "revenue", "country"];

#[test]
fn columns_that_a_statement_does_not_return_are_found_at_their_place() {
    for (keys, expected) in [
        (
            "columns = { revenu = { label = \"Net\" } }",
            "19:13 its statement returns no column \"revenu\": did you mean \"revenue\"? / \
             \"columns\" names \"revenu\", a column that the statement does not return: \
             did you mean \"revenue\"?",
        ),
        (
            "[panel.columns.REVENUE]\nscale = 2",
            "!19:16 its statement returns no column \"REVENUE\": did you mean \"revenue\"? / \
             \"columns\" names \"REVENUE\", a column that the statement does not return: \
             did you mean \"revenue\"?",
        ),
        (
            "computed = [{ name = \"part\", of = \"net\", kind = \"share\" }]",
            "!19:35 its statement returns no column \"net\", only day, revenue, country / \
             The computed column \"part\" is of \"net\", a column that the statement does not return, \
             only day, revenue, country",
        ),
        (
            "filter = { variable = \"country\", column = \"contry\" }",
            "19:43 its statement returns no column \"contry\": did you mean \"country\"? / \
             \"filter\" takes its value from \"contry\", a column that the statement does not return: \
             did you mean \"country\"?",
        ),
        (
            "link = { dashboard = \"x\", variables = { land = \"dya\" } }",
            "19:48 its statement returns no column \"dya\": did you mean \"day\"? / \
             \"link\" sets \"land\" from \"dya\", a column that the statement does not return: \
             did you mean \"day\"?",
        ),
    ] {
        assert_eq!(found(keys, &RETURNED), [expected], "{keys}");
    }
}

#[test]
fn computed_columns_are_columns_and_nothing_is_said_of_a_result_that_is_not_known() {
    let keys = "computed = [{ name = \"total\", of = \"revenue\", kind = \"running total\" },\n\
                { name = \"part\", of = \"total\", kind = \"share\" }]\n\
                columns = { part = { unit = \"percent\" } }";
    assert_eq!(found(keys, &RETURNED), Vec::<String>::new());
    assert_eq!(found("columns = { x = { label = \"X\" } }", &[]), Vec::<String>::new());
}

#[test]
fn of_many_columns_the_first_are_listed() {
    let names: Vec<String> = (1..=14).map(|i| format!("column_{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let found = found("columns = { x = { label = \"X\" } }", &names);
    assert!(found[0].contains("only column_1, column_2,") && found[0].contains("column_12, … /"));
}

#[test]
fn keys_of_other_programs_say_what_to_write() {
    let problems = |keys: &str| {
        let text = format!(
            "title = \"S\"\nsource = \"shop\"\n[[panel]]\nid = \"a\"\ntitle = \"A\"\nkind = \"bar\"\n\
             sql = \"select 1\"\n{keys}\n"
        );
        let problems = parse("s.toml", Slug::parse("s").unwrap(), &text).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for key in ["x", "y", "series"] {
        assert_eq!(
            problems(&format!("{key} = \"day\"")),
            [format!(
                "s.toml:8:1: [[panel]] \"a\" has no key \"{key}\" (a column's role follows from its place: \
                 x first, then what names the series, then the numbers)"
            )]
        );
    }
    let hide = problems("columns = { id = { hide = true } }");
    let expected = "s.toml:8:20: unknown key \"hide\" in column \"id\" of [[panel]] \"a\" (write cell = \"hidden\")";
    assert_eq!(hide, [expected]);
    let unit = problems("unit = \"€\"");
    assert!(unit[0].contains("unit \"€\" is not known: use \"EUR\"; or an ISO 4217"), "{unit:?}");
    let unknown = problems("colour = \"red\"");
    assert_eq!(unknown[0].matches("kind").count(), 1, "each allowed key once: {unknown:?}");
}
