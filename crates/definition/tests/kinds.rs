//! Kinds of panels and variables: each reads its own options, and rejects those of the others.

use brisk_definition::parse;
use brisk_domain::choice::Choice;
use brisk_domain::panel_kind::{
    Area, Bar, Better, Donut, EmptyBucket, Gauge, Heatmap, Histogram, Line, Scatter, Stat, Table,
};
use brisk_domain::variable_kind::{Multi, Options, Single};
use brisk_domain::{Dashboard, PanelKind, PanelKindName, Query, Selection, Slug, VariableKind};

/// Every key that only some kinds of panels have, with a valid value, and the kinds that have it.
const KEYS: [(&str, &str, &[&str]); 6] = [
    ("sparkline", "\"select 1\"", &["stat"]),
    ("better", "\"up\"", &["stat"]),
    ("empty", "\"gap\"", &["line", "area", "bar", "histogram"]),
    ("stacked", "false", &["area", "bar"]),
    ("horizontal", "false", &["bar"]),
    ("max", "100", &["gauge"]),
];

fn read(text: &str) -> Result<Dashboard, String> {
    parse("sales.toml", Slug::parse("sales").unwrap(), text)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// The kind of a panel with `keys` besides the required ones; they begin on line 9.
fn panel(kind: &str, keys: &str) -> Result<PanelKind, String> {
    let text = format!(
        "title = \"Sales\"\nsource = \"shop\"\n\n[[panel]]\nid = \"a\"\ntitle = \"A\"\n\
         sql = \"select 1\"\nkind = \"{kind}\"\n{keys}\n"
    );
    read(&text).map(|dashboard| dashboard.panels[0].kind.clone())
}

/// The kind of a variable with these keys, which begin on line 5.
fn variable(keys: &str) -> Result<VariableKind, String> {
    let text = format!(
        "title = \"Sales\"\nsource = \"shop\"\n[[variable]]\nname = \"country\"\n{keys}\n\
         [[panel]]\nid = \"a\"\ntitle = \"A\"\nkind = \"stat\"\nsql = \"select 1\"\n"
    );
    read(&text).map(|dashboard| dashboard.variables[0].kind.clone())
}

/// The options that the kind requires.
fn required(kind: &str) -> &'static str {
    if kind == "gauge" { "max = 1\n" } else { "" }
}

#[test]
fn each_kind_has_its_options_and_their_defaults() {
    let [gap, zero, carry] = [EmptyBucket::Gap, EmptyBucket::Zero, EmptyBucket::Carry].map(Some);
    let sparkline = Some(Query { sql: "select 2".into(), line: 9 });
    let cases = [
        ("stat", "", PanelKind::Stat(Stat { sparkline: None, better: Better::Up })),
        (
            "stat",
            "sparkline = \"select 2\"\nbetter = \"down\"\ncompare = \"previous period\"",
            PanelKind::Stat(Stat { sparkline, better: Better::Down }),
        ),
        ("line", "", PanelKind::Line(Line { empty: None })),
        ("line", "empty = \"zero\"", PanelKind::Line(Line { empty: zero })),
        ("area", "", PanelKind::Area(Area { stacked: false, empty: None })),
        (
            "area",
            "stacked = true\nempty = \"carry\"",
            PanelKind::Area(Area { stacked: true, empty: carry }),
        ),
        ("bar", "", PanelKind::Bar(Bar { stacked: false, horizontal: false, empty: None })),
        (
            "bar",
            "stacked = true\nhorizontal = true\nempty = \"gap\"",
            PanelKind::Bar(Bar { stacked: true, horizontal: true, empty: gap }),
        ),
        ("donut", "", PanelKind::Donut(Donut)),
        ("heatmap", "", PanelKind::Heatmap(Heatmap)),
        ("histogram", "", PanelKind::Histogram(Histogram { empty: None })),
        ("histogram", "empty = \"zero\"", PanelKind::Histogram(Histogram { empty: zero })),
        ("scatter", "", PanelKind::Scatter(Scatter)),
        ("table", "", PanelKind::Table(Table)),
        ("gauge", "max = 100", PanelKind::Gauge(Gauge { max: 100.0 })),
        ("gauge", "max = 0.5", PanelKind::Gauge(Gauge { max: 0.5 })),
    ];
    for name in PanelKindName::ALL {
        assert!(cases.iter().any(|(kind, ..)| *kind == name.word()), "no case for {name:?}");
    }
    for (kind, keys, expected) in cases {
        assert_eq!(panel(kind, keys), Ok(expected), "{kind}: {keys}");
    }
}

#[test]
fn each_kind_refuses_the_options_of_the_others() {
    let mut report = String::new();
    for kind in PanelKindName::ALL.iter().map(|name| name.word()) {
        for (key, value, kinds) in KEYS {
            let is_required = required(kind).starts_with(key);
            let before = if is_required { "" } else { required(kind) };
            let after = if key == "better" { "\ncompare = \"previous period\"" } else { "" };
            let after = if kind == "stat" { after } else { "" };
            let read = panel(kind, &format!("{before}{key} = {value}{after}"));
            if kinds.contains(&kind) {
                assert!(read.is_ok(), "{kind} takes {key}: {read:?}");
                continue;
            }
            let problems = read.expect_err(key);
            let (line, column) = (9 + before.lines().count(), key.len() + 4);
            let place = format!("sales.toml:{line}:{column}: \"{key}\" is not an option");
            assert!(
                problems.starts_with(&place) && problems.lines().count() == 1,
                "{kind}: {problems}"
            );
            report.push_str(&format!("{kind}: {key} = {value}\n{problems}\n\n"));
        }
    }
    insta::assert_snapshot!(report);
}

#[test]
fn a_kind_that_shows_no_comparison_refuses_it() {
    for kind in PanelKindName::ALL.iter().map(|name| name.word()) {
        let keys = format!("{}compare = \"previous period\"", required(kind));
        match (kind, panel(kind, &keys)) {
            ("scatter", Err(problems)) => {
                assert!(problems.starts_with("sales.toml:9:1: "), "{problems}");
                for words in ["\"compare\", and nothing shows it", "take \"compare\" away"] {
                    assert!(problems.contains(words), "{words}: {problems}");
                }
            }
            (_, read) => assert!(read.is_ok() && kind != "scatter", "{kind}: {read:?}"),
        }
    }
}

#[test]
fn options_that_need_another_one_or_another_kind_are_refused() {
    let alone = panel("stat", "better = \"down\"").unwrap_err();
    assert!(alone.starts_with("sales.toml:9:1: "), "{alone}");
    assert!(alone.contains("has \"better\" without \"compare\""), "{alone}");
    for kind in PanelKindName::ALL.iter().map(|name| name.word()) {
        for cell in ["plain", "bar", "trend", "hidden"] {
            let keys = format!("{}columns = {{ n = {{ cell = \"{cell}\" }} }}", required(kind));
            let is_drawn = kind == "table" || matches!(cell, "plain" | "hidden");
            match panel(kind, &keys) {
                Ok(_) => assert!(is_drawn, "{kind}, {cell}"),
                Err(problems) => {
                    assert!(!is_drawn && problems.contains("its panel is no table"), "{problems}");
                }
            }
        }
    }
}

#[test]
fn each_kind_says_what_its_options_may_be() {
    let cases = [
        ("stat", "sparkline = 5"),
        ("stat", "sparkline = \"\""),
        ("stat", "compare = \"previous year\"\nbetter = \"more\""),
        ("stat", "beter = \"up\""),
        ("line", "empty = \"nil\""),
        ("line", "empty = 0"),
        ("area", "stacked = \"yes\""),
        ("area", "empty = \"nil\""),
        ("bar", "stacked = 1"),
        ("bar", "horizontal = \"yes\""),
        ("bar", "horizontl = true"),
        ("bar", "empty = \"nil\""),
        ("histogram", "empty = \"nil\""),
        ("gauge", ""),
        ("gauge", "max = \"100\""),
        ("gauge", "max = inf"),
        ("table", "pages = 5"),
        ("tabel", "max = 5\nstacked = true"),
    ];
    let mut report = String::new();
    for (kind, keys) in cases {
        let problems = panel(kind, keys).expect_err(keys);
        report.push_str(&format!("{kind}: {keys}\n{problems}\n\n"));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn each_kind_of_variable_has_its_options_and_their_defaults() {
    let fixed = || Options::Fixed(vec!["EIRE".into(), "France".into()]);
    let listed = "options = [\"EIRE\", \"France\"]";
    let single = |default: Option<&str>| {
        VariableKind::Single(Single { options: fixed(), default: default.map(Into::into) })
    };
    let multi = |default: &[&str]| {
        let default = Selection::of(default.iter().map(|value| (*value).to_owned()));
        VariableKind::Multi(Multi { options: fixed(), default })
    };
    let cases = [
        ("", single(None)),
        ("kind = \"single\"\n", single(None)),
        ("default = \"EIRE\"\n", single(Some("EIRE"))),
        ("default = [\"EIRE\"]\n", single(Some("EIRE"))),
        ("default = \"\"\n", single(None)),
        ("kind = \"multi\"\n", multi(&[])),
        ("kind = \"multi\"\ndefault = \"EIRE\"\n", multi(&["EIRE"])),
        ("kind = \"multi\"\ndefault = [\"France\", \"EIRE\"]\n", multi(&["EIRE", "France"])),
    ];
    for (keys, expected) in cases {
        assert_eq!(variable(&format!("{keys}{listed}")), Ok(expected), "{keys}");
    }
    let nothing = "options = [\"EIRE\", \"\", { is = \"null\" }]";
    let options = || Options::Fixed(vec!["EIRE".into(), "".into(), Choice::Null]);
    let chosen =
        |texts: &[&str]| Selection::of(texts.iter().map(|text| (*text).to_owned())).with_null(true);
    let multi = |default| VariableKind::Multi(Multi { options: options(), default });
    let single = |default| VariableKind::Single(Single { options: options(), default });
    for (keys, expected) in [
        ("default = { is = \"null\" }\n", single(Some(Choice::Null))),
        ("default = [{ is = \"null\" }]\n", single(Some(Choice::Null))),
        ("kind = \"multi\"\ndefault = { is = \"null\" }\n", multi(chosen(&[]))),
        ("kind = \"multi\"\ndefault = [\"\", { is = \"null\" }]\n", multi(chosen(&[""]))),
    ] {
        assert_eq!(variable(&format!("{keys}{nothing}")), Ok(expected), "{keys}");
    }
    let asked = variable("kind = \"multi\"\noptions = \"select 1\"\nsource = \"other\"").unwrap();
    let Some(Options::Query { source, query }) = asked.options() else { panic!("{asked:?}") };
    assert_eq!((source.as_str(), query.line), ("other", 6));
}

#[test]
fn each_kind_of_variable_says_what_its_options_may_be() {
    let listed = "options = [\"EIRE\", \"France\"]";
    let cases = [
        format!("{listed}\nkind = \"many\""),
        format!("{listed}\nkind = true"),
        format!("{listed}\nmulti = true"),
        format!("{listed}\ndefault = [\"EIRE\", \"France\"]"),
        format!("{listed}\ndefault = \"Spain\""),
        format!("{listed}\ndefault = 5"),
        format!("kind = \"multi\"\n{listed}\ndefault = [\"EIRE\", \"Spain\"]"),
        "kind = \"multi\"".to_owned(),
        "options = []".to_owned(),
        "options = 5".to_owned(),
    ];
    let mut report = String::new();
    for keys in cases {
        let problems = variable(&keys).expect_err(&keys);
        report.push_str(&format!("{keys}\n{problems}\n\n"));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn an_unknown_kind_causes_no_other_problem() {
    let text = "title = \"Sales\"\nsource = \"shop\"\n[[variable]]\nname = \"country\"\n\
                kind = \"many\"\noptions = [\"EIRE\"]\n[[panel]]\nid = \"a\"\ntitle = \"A\"\n\
                kind = \"bar\"\nfilter = \"country\"\nsql = \"select 1\"\n";
    let problems = read(text).expect_err("many");
    assert_eq!(problems.lines().count(), 1, "{problems}");
}
