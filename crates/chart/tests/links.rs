//! Marks and rows that lead somewhere, and tables in another order: as snapshots of the markup, and
//! what must hold whatever the data is.

use crate::support;

use brisk_chart::{TableView, draw, table};
use brisk_domain::variable_kind::{Multi, Options};
use brisk_domain::view::parse_query;
use brisk_domain::{
    Dashboard, Decimal, Frame, IntervalChoice, Now, PanelFilter, PanelKindName, RowLinks,
    Selection, Slug, Sort, TableState, TimeRange, Values, Variable, VariableKind, VariableName,
    ViewState, ZoneName,
};
use support::{Case, column, floats, ints, lay, plain, texts};

/// A dashboard with the variable `country`.
fn dashboard() -> Dashboard {
    let source = brisk_domain::SourceName::parse("shop").unwrap();
    let query = brisk_domain::Query { sql: "select 1".into(), line: 1 };
    Dashboard {
        slug: Slug::parse("sales").unwrap(),
        title: "Sales".into(),
        description: None,
        zone: ZoneName::utc(),
        now: Now::Clock,
        range: TimeRange::parse("last 90 days").unwrap(),
        interval: IntervalChoice::Auto,
        cache: brisk_domain::CachePolicy::default(),
        tags: vec![],
        variables: vec![Variable {
            name: VariableName::parse("country").unwrap(),
            label: "Country".into(),
            kind: VariableKind::Multi(Multi {
                options: Options::Query { source, query },
                default: Selection::default(),
            }),
        }],
        panels: vec![],
    }
}

fn links(query: &str) -> RowLinks {
    let dashboard = dashboard();
    let view = ViewState::from_pairs(&dashboard, &parse_query(query)).unwrap();
    let variable = &dashboard.variables[0];
    let filter = PanelFilter { variable: variable.name.clone(), column: None };
    let (path, pairs) = ("/d/sales".to_owned(), view.to_pairs(&dashboard));
    RowLinks::of_filter(&filter, variable, &view, path, pairs, Some("countries".into()))
}

const NAMES: [&str; 3] = ["United Kingdom", "Côte d'Ivoire & <b>", "France"];

fn countries(kind: PanelKindName, query: &str) -> Case {
    let columns = vec![texts("country", &NAMES), floats("revenue", [900.0, 40.5, 60.0])];
    Case::new("countries", kind, "Revenue by country", columns)
        .with(|case| case.links = Some(links(query)))
}

fn lines(markup: &str) -> String {
    markup.replace("><", ">\n<")
}

#[test]
fn marks_are_links_and_the_chosen_one_takes_itself_back() {
    let kinds = [
        ("bar", PanelKindName::Bar, false),
        ("lying", PanelKindName::Bar, true),
        ("donut", PanelKindName::Donut, false),
    ];
    for (name, kind, horizontal) in kinds {
        let mut case = countries(kind, "range=last-7-days&country=France");
        lay(&mut case.spec, horizontal);
        insta::assert_snapshot!(name, lines(&case.draw().body));
    }
    insta::assert_snapshot!(
        "table",
        lines(&countries(PanelKindName::Table, "country=France").table())
    );
}

#[test]
fn points_of_a_scatter_are_links() {
    let mut case = countries(PanelKindName::Scatter, "");
    case.frame = Frame::new(vec![
        floats("price", [1.0, 2.0, 3.0]),
        ints("sold", [3, 2, 1]),
        texts("country", &NAMES),
    ])
    .unwrap();
    let body = case.draw().body;
    assert_eq!(body.matches("<a href=\"/d/sales?country=").count(), 3, "{body}");
}

#[test]
fn no_name_breaks_out_of_its_link() {
    let hostile = ["\"><script>alert(1)</script>", "' onfocus='x", "javascript:alert(1)", "&amp;"];
    for kind in
        [PanelKindName::Bar, PanelKindName::Donut, PanelKindName::Histogram, PanelKindName::Table]
    {
        for horizontal in [false, true] {
            let mut case = countries(kind, "country=%22%3E%3Cscript%3E");
            lay(&mut case.spec, horizontal);
            case.frame =
                Frame::new(vec![texts("country", &hostile), ints("n", [4, 3, 2, 1])]).unwrap();
            for text in [case.draw().body, case.table()] {
                assert!(!text.contains("<script"), "{text}");
                assert!(!text.contains("href=\"javascript"), "{text}");
                assert!(!text.contains("' onfocus"), "{text}");
            }
        }
    }
}

#[test]
fn nobody_can_choose_null_times_or_what_was_put_together() {
    let mut case = countries(PanelKindName::Bar, "");
    let country = column("country", Values::Text(vec![None, Some("France".into()), None]));
    case.frame = Frame::new(vec![country, ints("n", [3, 2, 1])]).unwrap();
    assert_eq!(case.draw().body.matches("<a ").count(), 1);
    let names: Vec<String> = (0..9).map(|i| format!("n{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut donut = countries(PanelKindName::Donut, "");
    donut.frame =
        Frame::new(vec![texts("country", &names), ints("n", (0..9).map(|i| 20 - i))]).unwrap();
    // Five slices twice, in the ring and in the list; "Other" is none of them.
    assert_eq!(donut.draw().body.matches("<a ").count(), 10);
    let times = vec![support::time("day", vec![support::start()]), ints("n", [1])];
    let mut bars = countries(PanelKindName::Bar, "");
    bars.frame = Frame::new(times).unwrap();
    assert_eq!(bars.draw().body.matches("<a ").count(), 0);
}

#[test]
fn without_links_nothing_changes() {
    for case in support::kinds() {
        let body = draw(&case.input()).body;
        assert!(!body.contains("<a ") && !body.contains("picked"), "{}", case.name);
    }
}

fn long_table(rows: i64) -> Case {
    let cells = (0..rows).map(|i| match i {
        7 => None,
        i => Decimal::parse(&format!("{}.5", (i * 37) % 100)).ok(),
    });
    let columns = vec![ints("id", 0..rows), column("amount", Values::Decimal(cells.collect()))];
    Case::new("long", PanelKindName::Table, "Rows", columns)
}

fn shown(case: &Case, sort: Option<&str>, page: usize) -> String {
    let state = TableState { sort: sort.map(|sort| Sort::parse(sort).unwrap()), page };
    let pairs = [
        ("country".to_owned(), "a\"b".to_owned()),
        ("sort".to_owned(), "rows:asc:id".to_owned()),
        ("sort".to_owned(), "other:asc:x".to_owned()),
    ];
    let view = TableView { panel: "rows", state: &state, action: "/d/sales", pairs: &pairs };
    table(&case.input(), &view)
}

/// The first cells of the rows that are not hidden.
fn ids(markup: &str) -> Vec<u32> {
    let rows = markup.split("<tr").filter(|row| row.contains("<td"));
    let rows = rows.filter(|row| !row.split('>').next().unwrap().contains("hidden"));
    let id = |row: &str| row.split("<td class=\"n\">").nth(1)?.split('<').next()?.parse().ok();
    rows.map(|row| id(row).unwrap()).collect()
}

#[test]
fn a_table_is_ordered_by_value_with_null_last_and_turned_in_pages_of_fifty() {
    let case = long_table(120);
    let first = shown(&case, Some("desc:amount"), 0);
    assert_eq!(ids(&first)[..2], [27, 54], "99.5 comes before 98.5, not 9.5");
    assert!(first.contains("1–50 of 120") && first.contains("aria-sort=\"descending\""));
    let last = shown(&case, Some("desc:amount"), 2);
    assert_eq!(ids(&last).last(), Some(&7), "NULL");
    assert_eq!(ids(&last).len(), 20);
    assert_eq!(ids(&shown(&case, Some("asc:amount"), 2)).last(), Some(&7), "NULL");
    assert_eq!(ids(&shown(&case, None, 1))[0], 50);
    assert_eq!(ids(&shown(&case, None, 99)).len(), 20, "past the end is the last page");
    assert_eq!(ids(&shown(&case, Some("asc:no_such"), 0))[0], 0, "an unknown column is no order");
}

#[test]
fn a_tables_controls_carry_the_rest_of_the_view() {
    let markup = shown(&long_table(120), Some("asc:amount"), 1);
    for part in [
        "name=\"country\" value=\"a&quot;b\"",
        "name=\"sort\" value=\"other:asc:x\"",
        "name=\"sort\" value=\"rows:asc:amount\"",
        // Numbers begin with the largest, and the third press leaves the order to the statement.
        "value=\"rows:desc:id\"",
        "value=\"rows:\" data-column=\"amount\" data-first=\"desc\">Amount",
        "name=\"page\" value=\"rows:1\"",
        "name=\"page\" value=\"rows:3\"",
    ] {
        assert!(markup.contains(part), "{part} is missing in {markup}");
    }
    assert!(!markup.contains("value=\"rows:asc:id\""), "its own order before");
}

#[test]
fn browsers_get_short_tables_whole_and_long_ones_by_the_page() {
    let short = shown(&long_table(500), None, 0);
    assert_eq!(short.matches("<tr").count(), 501);
    assert!(short.contains("data-whole") && short.contains("data-o=\"7,7,\""), "NULL has no place");
    let long = shown(&long_table(501), None, 0);
    assert_eq!(long.matches("<tr").count(), 51);
    assert!(!long.contains("data-whole") && !long.contains("data-o"));
}

#[test]
fn readouts_know_all_digits() {
    let amounts = ["1234.567", "2.000", "3"].map(|text| Decimal::parse(text).ok());
    let mut case = countries(PanelKindName::Bar, "");
    let names = texts("country", &NAMES);
    case.frame =
        Frame::new(vec![names, column("revenue", Values::Decimal(amounts.to_vec()))]).unwrap();
    case.spec.unit = brisk_domain::Unit::Money("GBP".into());
    for (kind, horizontal) in
        [(PanelKindName::Bar, false), (PanelKindName::Bar, true), (PanelKindName::Donut, false)]
    {
        case.spec.kind = plain(kind);
        lay(&mut case.spec, horizontal);
        let series = &case.draw().readout.series[0];
        assert_eq!(series.values[0], "£1,234.57");
        let exact: Vec<_> = (0..3).map(|at| series.exact(at).unwrap()).collect();
        assert_eq!(exact, ["1234.567", "2.000", "3"], "{kind:?}");
    }
    let whole = vec![texts("country", &NAMES), ints("n", [-1_234_567, 2, 3])];
    case.frame = Frame::new(whole).unwrap();
    case.spec.kind = plain(PanelKindName::Bar);
    case.spec.unit = brisk_domain::Unit::None;
    let series = case.draw().readout.series[0].clone();
    assert_eq!(series.exact(0).as_deref(), Some("-1234567"));
    assert_eq!(series.digits, [""; 0], "its text has all of them: nothing more is sent");
}

#[test]
fn what_is_no_cell_has_digits_of_its_own() {
    // Nine slices: the smaller ones come together as "Other", whose text is short.
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let mut case = countries(PanelKindName::Donut, "");
    let amounts = (0..9).map(|at| Some(f64::from(9 - at) * 1.1e9)).collect();
    case.frame =
        Frame::new(vec![texts("name", &names), column("bytes", Values::Float(amounts))]).unwrap();
    case.spec.unit = brisk_domain::Unit::Bytes;
    let readout = case.draw().readout;
    let other = readout.labels.iter().position(|label| label == "Other").unwrap();
    let shown = &readout.series[0].values[other];
    assert!(shown.contains("GB"), "{shown}");
    assert_eq!(readout.series[0].exact(other).as_deref(), Some("11000000000"));
}
