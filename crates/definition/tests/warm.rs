//! `warm`: when a dashboard is loaded ahead of its readers, or what is wrong with it, and where.

use brisk_definition::{Loaded, load_dir};

const REST: &str = "title = \"Sales\"\nsource = \"shop\"\n[[panel]]\nid = \"one\"\ntitle = \"One\"\n\
    kind = \"stat\"\nsql = \"select 1 as n\"\n";

fn loaded(first: &str) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sales.toml"), format!("{first}\n{REST}")).unwrap();
    load_dir(folder.path())
}

fn times(first: &str) -> Vec<(String, String)> {
    let loaded = loaded(first);
    assert!(loaded.problems.is_empty(), "{first}: {:?}", loaded.problems);
    let times = loaded.warm.into_iter().flat_map(|(_, times)| times);
    times.map(|time| (time.expression, time.zone.to_string())).collect()
}

#[test]
fn a_file_says_when_it_is_warmed_on_its_own_clock_or_another() {
    let at = |expression: &str, zone: &str| (expression.to_owned(), zone.to_owned());
    assert_eq!(times(""), []);
    assert_eq!(times("warm = []"), []);
    assert_eq!(times("warm = \"0 6 * * 1-5\""), [at("0 6 * * 1-5", "UTC")]);
    let berlin = "timezone = \"Europe/Berlin\"\n";
    assert_eq!(
        times(&format!("{berlin}warm = \"0  6 * * *\"")),
        [at("0 6 * * *", "Europe/Berlin")]
    );
    let several = format!("{berlin}warm = [\"0 6 * * *\", \"*/30 8-18 * * 1-5\"]");
    assert_eq!(times(&several).len(), 2);
    let table = format!("{berlin}warm = {{ at = \"0 6 * * *\", timezone = \"Asia/Tokyo\" }}");
    assert_eq!(times(&table), [at("0 6 * * *", "Asia/Tokyo")]);
    let lists = "warm = { at = [\"0 6 * * *\", \"0 7 * * *\"] }";
    assert_eq!(times(lists).len(), 2);
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    let many = vec!["\"0 6 * * *\""; 21].join(", ");
    for (first, place, words) in [
        ("warm = \"0 6 * *\"", "sales.toml:1:8", "is no schedule: write minute, hour"),
        (
            "warm = [\"0 6 * * *\", \"61 * * * *\"]",
            "sales.toml:1:22",
            "\"61 * * * *\" is no schedule",
        ),
        ("warm = [\"0 6 * * *\", \"0 6 * * *\"]", "sales.toml:1:22", "twice"),
        ("warm = \"0 0 31 2 *\"", "sales.toml:1:8", ""),
        ("warm = 6", "sales.toml:1:8", "a time such as"),
        ("warm = [6]", "sales.toml:1:8", "a time such as"),
        ("warm = { timezone = \"UTC\" }", "sales.toml:1:8", "no \"at\""),
        ("warm = { at = \"0 6 * * *\", timezone = \"Mars\" }", "sales.toml:1:39", "IANA"),
        (
            "warm = { at = \"0 6 * * *\", zone = \"UTC\" }",
            "sales.toml:1:28",
            "(allowed: timezone, at)",
        ),
        (&format!("warm = [{many}]"), "sales.toml:1:8", "more than 20"),
    ] {
        let loaded = loaded(first);
        let said: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
        let fits = |said: &String| said.contains(place) && said.contains(words);
        assert!(said.iter().any(fits), "{first}: {said:?}");
        assert!(loaded.warm.is_empty() && loaded.broken.len() == 1, "{first}");
    }
}
