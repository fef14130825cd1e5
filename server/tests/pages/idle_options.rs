//! Every option of every kind of panel, over rows of three forms, changes what the page shows, is refused, or is
//! said to have no effect.

use super::one_point::Site;
use brisk_definition::parse;
use brisk_domain::{PanelKindName, Slug};

/// Options that any of the kinds takes.
const OPTIONS: [&str; 26] = [
    "unit = \"GBP\"",
    "compare = \"previous period\"",
    "edges = \"trim\"",
    "edges = \"whole\"",
    "interval = \"week\"",
    "columns = { n = { label = \"Net\" } }",
    "columns = { n = { unit = \"EUR\" } }",
    "columns = { n = { scale = 2 } }",
    "columns = { n = { grouping = false } }",
    "columns = { n = { cell = \"bar\" } }",
    "columns = { n = { cell = \"trend\" } }",
    "columns = { n = { cell = \"hidden\" } }",
    "computed = [{ name = \"part\", of = \"n\", kind = \"share\" }]",
    "computed = [{ name = \"change\", of = \"n\", kind = \"delta\" }]",
    "computed = [{ name = \"so far\", of = \"n\", kind = \"running total\" }]",
    "computed = [{ name = \"mean\", of = \"n\", kind = \"moving average\" }]",
    "filter = \"k\"",
    "link = \"cases\"",
    "sparkline = \"select 1780142400 as at, 5 as n union all select 1780185600, 7\"",
    "better = \"down\"",
    "empty = \"gap\"",
    "empty = \"zero\"",
    "empty = \"carry\"",
    "stacked = true",
    "horizontal = true",
    "description = \"Described\"",
];

/// Six days of the last seven, two series, and a row before them.
const ROWS: &str = "(select 1779624000 as at, 'a' as k, 4321 as n union all select 1779753600, 'b', 5000 \
                    union all select 1779753600, 'a', 2000 union all select 1780142400, 'a', 7000 \
                    union all select 1780185600, 'b', 3500 union all select 1779148800, 'a', 1000)";

fn statement(rows: &str, kind: &str) -> String {
    let is_figure = matches!(kind, "stat" | "gauge");
    let (of, grouped) = ("$range(at) group by", "order by");
    match (rows, kind) {
        ("names", _) if is_figure => format!("select sum(n) as n from {ROWS}"),
        (..) if is_figure => format!("select sum(n) as n from {ROWS} where $range(at)"),
        ("buckets", "heatmap") | ("series", _) => {
            format!(
                "select $bucket(at) as t, k, sum(n) as n from {ROWS} where {of} 1, 2 {grouped} 1, 2"
            )
        }
        ("buckets", _) => {
            format!("select $bucket(at) as t, sum(n) as n from {ROWS} where {of} 1 {grouped} 1")
        }
        (_, "heatmap") => {
            format!("select k, n % 7 as d, sum(n) as n from {ROWS} group by 1, 2 {grouped} 1, 2")
        }
        (_, "scatter") => format!("select n / 2 as m, n, k from {ROWS}"),
        (..) => format!("select k, sum(n) as n from {ROWS} group by 1 {grouped} 1"),
    }
}

fn file(kind: &str, rows: &str, option: &str) -> String {
    let max = if kind == "gauge" { "max = 100000\n" } else { "" };
    let sql = statement(rows, kind);
    format!(
        "title = \"Cases\"\nsource = \"shop\"\nrange = \"last 7 days\"\ninterval = \"day\"\n\
         [[variable]]\nname = \"k\"\noptions = [\"a\", \"b\"]\n\
         [[panel]]\nid = \"one\"\ntitle = \"One\"\nkind = \"{kind}\"\n{max}{option}\nsql = \"{sql}\"\n"
    )
}

/// What the panel's page shows of it: its body, its table, its menu and its description.
async fn shown(file: &str) -> String {
    let site = Site::of(file);
    // Once it is loaded, nothing streams.
    site.page("one").await;
    let page = site.page("one").await;
    let page = page.split_once("class=\"page\"").map_or(page.as_str(), |(_, rest)| rest);
    let without = |text: &str, key: &str| {
        let mut parts = text.split(key);
        let mut kept = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            kept.push_str(part.split_once(['"', '\'']).map_or("", |(_, rest)| rest));
        }
        kept
    };
    let page = page.split("<script").next().unwrap_or_default();
    without(page, "data-edition=\"")
}

#[tokio::test]
async fn every_option_of_every_kind_has_an_effect_or_is_refused_or_said_to_have_none() {
    let slug = Slug::parse("cases").unwrap();
    let mut idle = Vec::new();
    for kind in PanelKindName::ALL.iter().map(|name| name.word()) {
        for rows in ["buckets", "series", "names"] {
            let plain = shown(&file(kind, rows, "")).await;
            let tagged = shown(&file(kind, rows, "tags = [\"nightly\"]")).await;
            assert_eq!(plain, tagged, "what is not shown makes no difference");
            for option in OPTIONS {
                // The default of sums.
                let is_default = option == "empty = \"zero\"" && rows != "names";
                let text = file(kind, rows, option);
                if is_default || parse("cases.toml", slug.clone(), &text).is_err() {
                    continue;
                }
                if shown(&text).await == plain {
                    idle.push(format!("{kind}, {rows}: {option}"));
                }
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}

#[tokio::test]
async fn an_option_without_effect_is_said_below_the_panel() {
    let cases = [
        ("stat", "series", "edges = \"trim\"", "edges\" has no effect: no column"),
        ("line", "names", "empty = \"gap\"", "empty\" has no effect: the first column"),
        ("bar", "names", "interval = \"week\"", "interval\" has no effect: the statement has no"),
    ];
    for (kind, rows, option, said) in cases {
        let page = shown(&file(kind, rows, option)).await;
        assert!(page.contains("panel-note") && page.contains(said), "{kind}: {page}");
    }
    // Buckets of days remain days.
    let days = "select $bucket(at, day) as t, sum(n) as n from";
    let text = file("line", "buckets", "interval = \"week\"");
    let text = text.replace("select $bucket(at) as t, sum(n) as n from", days);
    let page = shown(&text).await;
    assert!(page.contains("interval\" has no effect: the statement says how wide"), "{page}");
    assert!(page.contains("Tue 26 May 2026") && !page.contains("Week of"), "{page}");
}

#[tokio::test]
async fn a_comparison_of_a_statement_without_a_range_is_refused() {
    let page = shown(&file("stat", "names", "compare = \"previous period\"")).await;
    assert!(page.contains("does not read the range"), "{page}");
    assert!(!page.contains("No change"), "{page}");
}
