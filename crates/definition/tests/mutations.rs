//! Mutated files and addresses: no panic, bounded problems at their place, and what was read is written
//! and read again as the same.

use brisk_definition::{Problem, parse, parse_report, parse_rollup};
use brisk_domain::view::{parse_query, query_string};
use brisk_domain::{
    Dashboard, Pace, Presentation, ReportName, RollupName, Slug, Tag, TimeRange, Timestamp,
    ViewState, ZoneName,
};
use brisk_test_mutations::Inputs;
use std::path::{Path, PathBuf};

/// The most characters of a problem: a few lines for a person.
const LONGEST: usize = 1_000;
/// The most problems of a file.
const MOST: usize = 51;

fn path(of: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(of)
}

const WORDS: &[&str] = &[
    "[[panel]]\n",
    "[[variable]]\n",
    "[panel.columns.a]\n",
    "id = ",
    "title = ",
    "kind = ",
    "sql = ",
    "source = ",
    "at = ",
    "cache = ",
    "computed = ",
    "columns = ",
    "options = ",
    "default = ",
    "range = ",
    "now = ",
    "timezone = ",
    "warm = ",
    "access = ",
    "filter = ",
    "link = ",
    "\"",
    "\"\"\"",
    "'",
    "'''",
    "{ ",
    " }",
    "[",
    "]",
    ", ",
    " = ",
    ".",
    "\n",
    "true",
    "0",
    "-1",
    "1e9",
    "inf",
    "2011-12-09",
    "\"last 90 days\"",
    "\"line\"",
    "\"stat\"",
    "\"multi\"",
    "\"select 1\"",
    "\"team:\"",
    "\\u0000",
    "\\",
    "#",
];

/// Checks problems with a file of that text.
fn are_bounded(problems: &[Problem], text: &str) {
    assert!(!problems.is_empty() && problems.len() <= MOST, "{} problems", problems.len());
    let lines = text.split('\n').count() as u32 + 1;
    for problem in problems {
        assert!(problem.line <= lines, "{problem} is below the file's {lines} lines");
        let said = problem.to_string();
        assert!(said.chars().count() <= LONGEST, "{} bytes: {said}", said.len());
        assert!(!said.chars().any(|c| c.is_control()), "{said:?}");
    }
}

#[test]
fn mutations_of_dashboards_are_read_or_refused_at_their_place() {
    let slug = || Slug::parse("sales").unwrap();
    let inputs = Inputs::new("dashboards").folder(path("corpus/dashboards"));
    let inputs = inputs.folder(path("../../dashboards")).words(WORDS).longest(64 << 10).count(600);
    inputs.texts(|text| match parse("sales.toml", slug(), text) {
        Ok(dashboard) => {
            let again = parse("sales.toml", slug(), &format!("{text}\n# The end.\n"));
            assert_eq!(again.as_ref(), Ok(&dashboard), "a comment has changed it");
            same_view(&dashboard, &ViewState::default_of(&dashboard));
            true
        }
        Err(problems) => {
            are_bounded(&problems, text);
            false
        }
    });
}

#[test]
fn mutations_of_rollups_are_read_or_refused_at_their_place() {
    let name = || RollupName::parse("daily").unwrap();
    let inputs = Inputs::new("rollups").folder(path("../../dashboards/rollups")).words(WORDS);
    inputs.words(&["keys = ", "grain = ", "lateness = "]).texts(|text| {
        match parse_rollup("daily.toml", name(), text) {
            Ok(rollup) => {
                let again = parse_rollup("daily.toml", name(), &format!("{text}\n# The end.\n"));
                assert_eq!(again, Ok(rollup), "a comment has changed it");
                true
            }
            Err(problems) => {
                are_bounded(&problems, text);
                false
            }
        }
    });
}

#[test]
fn mutations_of_reports_are_read_or_refused_at_their_place() {
    let name = || ReportName::parse("weekly").unwrap();
    let example = path("../../dashboards/reports/weekly-sales.toml.example");
    let example = std::fs::read_to_string(example).unwrap();
    let inputs = Inputs::new("reports").seeds([example.as_str()]).words(WORDS);
    let words = [
        "to = ",
        "\"account:ann\"",
        "\"mail:a@example.com\"",
        "recipient = ",
        "locked = ",
        "cron = ",
        "after = ",
        "at_latest = ",
        "condition = ",
        "above = ",
        "crossed = ",
        "{title}",
        "{{",
        "view = ",
    ];
    inputs.words(&words).texts(|text| match parse_report("weekly.toml", name(), text) {
        Ok(report) => {
            let again = parse_report("weekly.toml", name(), &format!("{text}\n# The end.\n"));
            assert_eq!(again, Ok(report), "a comment has changed it");
            true
        }
        Err(problems) => {
            are_bounded(&problems, text);
            false
        }
    });
}

/// Whether a view's address leads to the view.
fn same_view(dashboard: &Dashboard, view: &ViewState) {
    let address = view.query_string(dashboard);
    let again = ViewState::from_pairs(dashboard, &parse_query(&address));
    assert_eq!(again.as_ref(), Ok(view), "{address}");
    assert_eq!(again.unwrap().query_string(dashboard), address);
}

fn shipped(name: &str) -> Dashboard {
    let text = std::fs::read_to_string(path("../../dashboards").join(format!("{name}.toml")));
    parse(name, Slug::parse(name).unwrap(), &text.unwrap()).unwrap()
}

const OF_ADDRESSES: &[&str] = &[
    "&",
    "=",
    "%",
    "%00",
    "%ff",
    "%C3",
    "+",
    ";",
    "?",
    "#",
    "range=",
    "from=",
    "to=",
    "interval=",
    "sort=",
    "page=",
    "zoom=",
    "refresh=",
    "cache=1",
    "full=1",
    "country=",
    "country.is=",
    "price_band=",
    "null",
    "all",
    "custom",
    "auto",
    "hour",
    "year",
    "today",
    "yesterday",
    "this-month",
    "previous-quarter",
    "last-1-minutes",
    "last-90-days",
    "last-9999999999-years",
    "2011-11-01",
    "2012-02-30",
    "0000-01-01",
    "9999-12-31",
    "-0001-01-01",
    "T00%3A00",
    "T24:00",
    "T02:30:59",
    "..",
    ",",
    ":",
    "desc:",
    "asc:",
    "table:shop.orders",
    "all",
];

#[test]
fn mutations_of_addresses_are_views_that_their_own_addresses_lead_to() {
    let (here, there) = (shipped("online-retail"), shipped("products"));
    let london = ZoneName::parse("Europe/London").unwrap();
    let offsets = london.offsets(Timestamp(0), Timestamp::from_seconds(3_155_760_000));
    let now = Timestamp::from_seconds(1_323_432_000);
    let inputs = Inputs::new("addresses of views").lines(path("corpus/addresses.txt"));
    inputs.words(OF_ADDRESSES).longest(4 << 10).count(5_000).texts(|query| {
        let pairs = parse_query(query);
        assert_eq!(parse_query(&query_string(&pairs)), pairs);
        let presentation = Presentation::from_pairs(&here, &pairs);
        let again = Presentation::from_pairs(&here, &presentation.to_pairs());
        assert_eq!(Presentation { cache: presentation.cache, ..again }, presentation);
        let pace = Pace::from_pairs(&pairs);
        let word = pace.word().map(|word| ("refresh".to_owned(), word));
        assert_eq!(Pace::from_pairs(&Vec::from_iter(word)), pace);
        match ViewState::from_pairs(&here, &pairs) {
            Ok(view) => {
                same_view(&here, &view);
                same_view(&there, &view.carried_to(&there));
                let bounds = view.range.bounds(now, None, &offsets);
                assert!(bounds.from <= bounds.to, "{:?}", view.range);
                assert!(view.range.label().len() < 200);
                true
            }
            Err(error) => {
                let said = error.to_string();
                assert!(said.len() <= LONGEST, "{} bytes: {said}", said.len());
                false
            }
        }
    });
}

#[test]
fn mutations_of_tags_are_written_as_they_are_read() {
    let tags =
        ["all", "table:shop.public.orders", "source:shop", "panel:sales/revenue", "etl-nightly"];
    Inputs::new("tags").seeds(tags).words(OF_ADDRESSES).longest(2_000).texts(|text| {
        let Ok(tag) = Tag::parse(text) else { return false };
        assert_eq!(Tag::parse(&tag.to_string()), Ok(tag));
        true
    });
}

#[test]
fn mutations_of_ranges_are_written_as_they_are_read() {
    let ranges = ["last-90-days", "last 1 hour", "today", "this-month", "previous-quarter"];
    Inputs::new("ranges").seeds(ranges).words(OF_ADDRESSES).longest(200).texts(|text| {
        let Ok(range) = TimeRange::parse(text) else { return false };
        let word = range.word().unwrap();
        assert_eq!(TimeRange::parse(&word), Ok(range), "{word}");
        true
    });
}

#[test]
fn mutations_of_ends_of_ranges_are_written_as_they_are_read() {
    let ends = ["2011-11-01", "2011-11-01T09:30", "2011-03-27T01:30:15"];
    Inputs::new("ends of ranges").seeds(ends).words(OF_ADDRESSES).longest(200).texts(|text| {
        let Ok(range) = TimeRange::parse_custom(text, "2100-01-01") else { return false };
        let (from, to) = range.custom_ends().unwrap();
        assert_eq!(TimeRange::parse_custom(&from, &to), Ok(range), "{from} {to}");
        true
    });
}
