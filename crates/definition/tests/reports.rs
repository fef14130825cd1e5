//! Reports as code: valid files are read whole, and problems are reported at their position.

use brisk_definition::{Loaded, load_dir, parse_report};
use brisk_domain::report::condition::Figure;
use brisk_domain::report::{
    Field, Form, OnLost, Page, Paper, Period, RecipientName, Test, Theme, Timing,
};
use brisk_domain::{Decimal, Report, ReportName, Selection};

const DASHBOARD: &str = r#"title = "Sales"
source = "shop"

[[variable]]
name = "country"
kind = "multi"
options = ["France", "EIRE"]

[[panel]]
id = "revenue"
title = "Revenue"
kind = "line"
sql = "select 1"

[[panel]]
id = "overdue"
title = "Overdue"
kind = "table"
sql = "select 2"
"#;

const GOOD: &str = r#"title = "Weekly sales"
dashboard = "sales"
view = "?range=last-7-days&country=France"
panels = ["revenue", "overdue"]
form = "pdf"
page = { paper = "letter", orientation = "landscape", theme = "light" }
to = ["account:Ann", "team:sales", { recipient = "mail:board@example.com", locked = { region = ["north", "south"], tenant = "acme" } }]
cron = "0 6 * * 1"
timezone = "Europe/London"
after = ["orders", "table:shop.fx"]
at_latest = "tue 09:00"
once = "week"
period_begins = "04:00"
condition = { panel = "overdue", above = 1_000.50, column = "amount" }
on_lost = "at_least_once"
subject = "{title}, {range}"
introduction = "As of {as_of}, for {due}. {{Sic}}"
paused = true
"#;

/// The folder with the dashboard and one report.
fn loaded(report: &str) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sales.toml"), DASHBOARD).unwrap();
    std::fs::create_dir(folder.path().join("reports")).unwrap();
    std::fs::write(folder.path().join("reports/weekly-sales.toml"), report).unwrap();
    let mut loaded = load_dir(folder.path());
    let start = format!("{}/reports/", folder.path().display());
    for problem in &mut loaded.problems {
        problem.file = problem.file.replace(&start, "");
    }
    loaded
}

fn problems(report: &str) -> String {
    match &loaded(report).problems[..] {
        [] => "good".into(),
        problems => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

fn changed(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replacen(from, to, 1)
}

fn parse(text: &str) -> Report {
    parse_report("weekly-sales.toml", ReportName::parse("weekly-sales").unwrap(), text).unwrap()
}

#[test]
fn a_file_is_read_whole() {
    let loaded = loaded(GOOD);
    assert_eq!(loaded.problems, []);
    assert_eq!(loaded.dashboards.len(), 1, "reports are no folder of dashboards");
    let [report] = &loaded.reports[..] else { panic!("{:?}", loaded.reports) };
    assert_eq!((report.name.as_str(), report.title.as_str()), ("weekly-sales", "Weekly sales"));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(report.view, [pair("range", "last-7-days"), pair("country", "France")]);
    assert_eq!(report.panels.as_ref().map(Vec::len), Some(2));
    assert_eq!(report.form, Form::Pdf);
    let page = Page { paper: Paper::Letter, is_landscape: true, theme: Theme::Light };
    assert_eq!(report.page, page);
    let names: Vec<String> = report.recipients.iter().map(|one| one.name.to_string()).collect();
    assert_eq!(names, ["account:ann", "team:sales", "mail:board@example.com"]);
    assert_eq!(report.recipients[1].locked, None);
    let locked = report.recipients[2].locked.clone().unwrap();
    let locked: Vec<(String, Selection)> =
        locked.into_iter().map(|(name, values)| (name.to_string(), values)).collect();
    let values = |values: &[&str]| Selection::of(values.iter().map(|v| (*v).to_owned()));
    assert_eq!(
        locked,
        [("region".into(), values(&["north", "south"])), ("tenant".into(), values(&["acme"]))]
    );
    assert_eq!(
        report.timing.to_string(),
        "Europe/London; at 0 6 * * 1; after orders table:shop.fx; once a week from 04:00; at the \
         latest tue 09:00"
    );
    let condition = report.condition.clone().unwrap();
    assert_eq!(condition.panel.as_str(), "overdue");
    let bound = Decimal::parse("1000.50").unwrap();
    assert_eq!(condition.test, Test::Above(Figure { column: Some("amount".into()) }, bound));
    assert_eq!((report.on_lost, report.is_paused), (OnLost::AtLeastOnce, true));
    let value = |field| match field {
        Field::Title => "Weekly sales".to_owned(),
        Field::Range => "1 – 7 Dec".to_owned(),
        Field::AsOf => "06:01".to_owned(),
        Field::Due => "06:00".to_owned(),
    };
    assert_eq!(report.subject.line(value), "Weekly sales, 1 – 7 Dec");
    let introduction = report.introduction.as_ref().map(|text| text.filled(value));
    assert_eq!(introduction.as_deref(), Some("As of 06:01, for 06:00. {Sic}"));
}

#[test]
fn the_shortest_file_sends_the_whole_view_as_a_pdf_at_most_once() {
    let short =
        "title = \"A\"\ndashboard = \"sales\"\nto = [\"account:ann\"]\ncron = \"0 6 * * *\"\n";
    assert_eq!(problems(short), "good");
    let report = parse(short);
    assert_eq!((report.panels, report.form, report.page), (None, Form::Pdf, Page::default()));
    assert_eq!((report.view, report.on_lost), (vec![], OnLost::AtMostOnce));
    assert_eq!((report.condition, report.introduction, report.is_paused), (None, None, false));
    assert_eq!(report.subject.to_string(), "{title}");
    let Timing { zone, cron, landing } = report.timing;
    assert_eq!((zone.as_str(), cron.len(), landing), ("UTC", 1, None));
    let landing = short.replace("cron = \"0 6 * * *\"", "after = \"orders\"");
    assert_eq!(problems(&landing), "good");
    let landing = parse(&landing).timing.landing.unwrap();
    assert_eq!((landing.once, landing.at_latest), (Period::Day, None));
}

#[test]
fn a_view_may_be_copied_from_the_address_of_a_page() {
    for view in [
        "https://brisk.example/d/sales?range=last-7-days&country=France#revenue",
        "/d/sales?range=last-7-days&country=France",
        "range=last-7-days&country=France",
    ] {
        let text = changed("?range=last-7-days&country=France", view);
        assert_eq!(problems(&text), "good", "{view}");
        assert_eq!(parse(&text).view, parse(GOOD).view, "{view}");
    }
    let none = changed("?range=last-7-days&country=France", "https://brisk.example/d/sales");
    assert_eq!(parse(&none).view, []);
}

#[test]
fn a_bound_is_read_digit_for_digit() {
    let bound = |written: &str| {
        let text = changed("above = 1_000.50", &format!("crossed = {written}"));
        match parse(&text).condition.unwrap().test {
            Test::Crossed(_, bound) => bound.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(bound("0.1000"), "0.1000");
    assert_eq!(bound("-5"), "-5");
    assert_eq!(bound("+5.25"), "5.25");
    assert_eq!(bound("\"12345678901234567890.123456789\""), "12345678901234567890.123456789");
    for bad in ["1e3", "inf", "nan", "\"1,5\"", "true", "\"NaN\""] {
        let said = problems(&changed("above = 1_000.50", &format!("above = {bad}")));
        assert!(
            said.contains("weekly-sales.toml:14:") && said.contains("a number such as"),
            "{said}"
        );
    }
}

#[test]
fn problems_name_the_place_and_what_is_allowed() {
    let many = format!("to = [{}]", "\"account:a\", ".repeat(201));
    let to = GOOD.lines().find(|line| line.starts_with("to = ")).unwrap();
    let cases = [
        ("title = \"Weekly sales\"\n", ""),
        ("title =", "titel ="),
        ("dashboard = \"sales\"\n", ""),
        ("dashboard = \"sales\"", "dashboard = \"sale\""),
        ("dashboard = \"sales\"", "dashboard = \"Sales!\""),
        ("country=France", "contry=France"),
        ("country=France", "country=Spain"),
        ("last-7-days", "last-seven-days"),
        ("&country=France", "&sort=desc:revenue"),
        ("[\"revenue\", \"overdue\"]", "[\"revenue\", \"overdu\"]"),
        ("[\"revenue\", \"overdue\"]", "[\"revenue\", \"revenue\"]"),
        ("[\"revenue\", \"overdue\"]", "[]"),
        ("[\"revenue\", \"overdue\"]", "\"revenue\""),
        ("form = \"pdf\"", "form = \"pfd\""),
        ("paper = \"letter\"", "paper = \"A5\""),
        ("orientation =", "orientaton ="),
        ("theme = \"light\"", "theme = \"dark\""),
        (to, ""),
        (to, "to = []"),
        (to, "to = \"account:ann\""),
        (to, "to = [\"ann\"]"),
        (to, "to = [5]"),
        (to, "to = [\"mail:A@example.com\", \"mail:a@example.com\"]"),
        (to, "to = [\"mail:Ann <ann@example.com>\"]"),
        (to, "to = [{ recipient = \"team:sales\", locked = { region = \"north\" } }]"),
        (to, "to = [{ recipient = \"mail:a@example.com\", locked = { region = [] } }]"),
        (to, "to = [{ recipient = \"mail:a@example.com\", locked = { region = \"\" } }]"),
        (to, "to = [{ recipient = \"mail:a@example.com\", lock = { region = \"a\" } }]"),
        (to, "to = [{ locked = { region = \"a\" } }]"),
        (to, many.as_str()),
        ("cron = \"0 6 * * 1\"", "cron = \"0 6 * *\""),
        ("cron = \"0 6 * * 1\"", "cron = []"),
        ("Europe/London", "London"),
        ("\"table:shop.fx\"", "\"tabel:shop.fx\""),
        ("\"table:shop.fx\"", "\"table:fx\""),
        ("\"table:shop.fx\"", "\"orders\""),
        ("[\"orders\", \"table:shop.fx\"]", "[]"),
        ("after = [\"orders\", \"table:shop.fx\"]\n", ""),
        ("tue 09:00", "09:00"),
        ("tue 09:00", "tuesday 09:00"),
        ("once = \"week\"", "once = \"day\""),
        ("once = \"week\"", "once = \"weak\""),
        ("\"04:00\"", "\"4\""),
        ("panel = \"overdue\", above", "panel = \"overdu\", above"),
        ("panel = \"overdue\", above", "above"),
        ("above = 1_000.50", "above = 1, below = 2"),
        ("above = 1_000.50, ", ""),
        ("above =", "abvoe ="),
        ("at_least_once", "exactly_once"),
        ("{title}, {range}", "{title}, {rang}"),
        ("{title}, {range}", "{title"),
        ("{{Sic}}", "{1 + 1}"),
        ("paused = true", "paused = \"yes\""),
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|(from, to)| format!("{from:.60} -> {to:.60}\n{}\n", problems(&changed(from, to))))
        .collect();
    for one in &said {
        assert!(!one.contains("\ngood"), "{one}");
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_report_that_is_never_due_is_a_problem() {
    let text = "title = \"A\"\ndashboard = \"sales\"\nto = [\"account:ann\"]\n";
    let said = problems(text);
    assert!(said.contains("never due") && said.contains("cron ="), "{said}");
}

#[test]
fn an_invalid_report_hides_no_other_and_a_missing_panel_leaves_it_valid() {
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports");
    std::fs::create_dir(&reports).unwrap();
    std::fs::write(folder.path().join("sales.toml"), DASHBOARD).unwrap();
    let write = |name: &str, text: &str| std::fs::write(reports.join(name), text).unwrap();
    write("good.toml", GOOD);
    write("broken.toml", "title = 5");
    write("dangling.toml", &changed("\"overdue\"]", "\"gone\"]"));
    write("weekly.toml.example", "no report");
    let loaded = load_dir(folder.path());
    let names: Vec<&str> = loaded.reports.iter().map(|report| report.name.as_str()).collect();
    assert_eq!(names, ["dangling", "good"]);
    let broken: Vec<&str> = loaded.broken_reports.iter().map(ReportName::as_str).collect();
    assert_eq!(broken, ["broken"]);
    assert_eq!(loaded.dashboards.len(), 1);
    // The dashboard of a report whose own file is broken is not said to be missing.
    std::fs::write(folder.path().join("sales.toml"), "title = 5").unwrap();
    let loaded = load_dir(folder.path());
    assert!(loaded.problems.iter().all(|problem| !problem.message.contains("no dashboard")));
}

#[test]
fn the_example_is_valid() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../dashboards/reports/weekly-sales.toml.example");
    let report = parse(&std::fs::read_to_string(path).unwrap());
    let dashboards =
        load_dir(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards"));
    let dashboard = dashboards.dashboards.iter().find(|one| one.slug == report.dashboard).unwrap();
    brisk_definition::check_view(dashboard, &report.view).unwrap();
    for panel in report.panels.iter().flatten().chain(report.condition.iter().map(|c| &c.panel)) {
        assert!(dashboard.panel(panel).is_some(), "{panel}");
    }
    let names = report.recipients.iter().map(|one| &one.name);
    assert!(names.clone().any(|name| matches!(name, RecipientName::Team(_))));
}
