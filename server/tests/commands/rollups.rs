//! Rollups as an operator sees them: what `brisk check` reports about their files, `brisk rollup`, and
//! where they are written.

use brisk_domain::{Clock, ManualClock, SourceName, Timestamp};
use brisk_server::assembly;
use brisk_server::config::{Environment, Flags, Settings};
use brisk_server::jobs::{rollup_runs, rollup_schedule};
use brisk_store::Store;
use brisk_test_waiting::{eventually, output};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

const DAILY: &str = "source = \"shop\"\ngrain = \"day\"\ntime = \"day\"\nsql = \"\"\"\n\
    select $bucket(at) as day, count(*) as n\nfrom visits\nwhere $range(at) group by 1\n\"\"\"\n";

const DASHBOARD: &str = "title = \"Visits\"\nsource = \"shop\"\n[[panel]]\nid = \"n\"\ntitle = \"N\"\n\
    kind = \"stat\"\nsql = \"select sum(n) as n from brisk.daily where $range(day)\"\n";

fn brisk(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
    output(command.current_dir(directory).env_remove("BRISK_CONFIG").args(arguments))
}

fn output_text(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn check_names_the_place_of_each_problem_of_a_rollup_and_of_who_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, "d/visits.toml", DASHBOARD);
    write(folder, "d/rollups/daily.toml", DAILY);
    let output = brisk(folder, &["check", "d"]);
    assert!(output.status.success(), "{}", output_text(&output));
    assert!(output_text(&output).contains("1 rollups are valid"), "{}", output_text(&output));

    let check = |file: &str, text: &str, place: &str, words: &str| {
        write(folder, file, text);
        let output = brisk(folder, &["check", "d"]);
        let said = output_text(&output);
        assert_eq!(output.status.code(), Some(1), "{text}: {said}");
        let line = said.lines().find(|line| line.contains(place));
        assert!(line.is_some_and(|line| line.contains(words)), "{text}: {place}: {said}");
        write(folder, "d/rollups/daily.toml", DAILY);
        write(folder, "d/visits.toml", DASHBOARD);
    };
    let rollup = "d/rollups/daily.toml";
    let with = |from: &str, to: &str| DAILY.replace(from, to);
    check(rollup, &with("grain = \"day\"", "grain = \"dey\""), "daily.toml:2:9", "\"day\"?");
    check(rollup, &with("time =", "tme ="), "daily.toml:3:1", "\"time\"?");
    check(rollup, &with("time =", "tme ="), "daily.toml:1:1", "no \"time\"");
    check(rollup, &format!("lateness = \"soon\"\n{DAILY}"), "daily.toml:1:12", "2 days");
    check(rollup, &format!("refresh = \"1s\"\n{DAILY}"), "daily.toml:1:11", "10s");
    check(rollup, &format!("keys = [\"Day\"]\n{DAILY}"), "daily.toml:1:8", "lower-case");
    check(rollup, &with("where $range(at) ", ""), "daily.toml:5:1", "$range");
    check(rollup, &with("visits", "visits where who = :user.name"), "daily.toml:6:25", "users");
    check(rollup, &with("from visits", "from brisk.daily"), "daily.toml:6:6", "no other rollup");
    check("d/rollups/Bad-name.toml", DAILY, "Bad-name.toml", "rollup name");
    std::fs::remove_file(folder.join("d/rollups/Bad-name.toml")).unwrap();
    let panel = DASHBOARD.replace("brisk.daily", "brisk.dayly");
    check("d/visits.toml", &panel, "visits.toml:7:", "there are: daily");
    let panel = DASHBOARD.replace("source = \"shop\"", "source = \"other\"");
    check("d/visits.toml", &panel, "visits.toml:7:", "of source \"shop\"");
}

#[test]
fn rollups_are_listed_and_rebuilt() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, "dashboards/visits.toml", DASHBOARD);
    write(folder, "visits.csv", "at\n12/1/2009\n12/1/2009\n12/2/2009\n");
    let import =
        brisk(folder, &["import", "--into", "shop.sqlite", "--dates", "month-first", "visits.csv"]);
    assert!(import.status.success(), "{}", output_text(&import));
    let run = |arguments: &[&str]| {
        let output = brisk(folder, &[arguments, &["--source", "shop=shop.sqlite"]].concat());
        (output.status.success(), output_text(&output))
    };
    let (is_good, text) = run(&["rollup", "list"]);
    assert!(is_good && text.contains("there is no rollup"), "{text}");
    write(folder, "dashboards/rollups/daily.toml", DAILY);
    let (is_good, text) = run(&["rollup", "list"]);
    assert!(is_good && text.contains("not built yet"), "{text}");
    let (is_good, text) = run(&["rollup", "rebuild", "daily"]);
    assert!(is_good && text.contains("daily: 2 rows"), "{text}");
    let (is_good, text) = run(&["rollup", "list"]);
    assert!(is_good && text.contains(" s ago") && text.contains("up to date"), "{text}");
    write(folder, "dashboards/rollups/daily.toml", &DAILY.replace("count(*)", "2 * count(*)"));
    let (is_good, text) = run(&["rollup", "list"]);
    assert!(is_good && text.contains("its definition has changed"), "{text}");
    let (is_good, text) = run(&["rollup", "rebuild", "dayly"]);
    assert!(!is_good && text.contains("there are: daily"), "{text}");
    write(folder, "dashboards/rollups/daily.toml", &DAILY.replace("from visits", "from visit"));
    let (is_good, text) = run(&["rollup", "rebuild", "daily"]);
    assert!(!is_good && text.contains("no such table: visit"), "{text}");
}

#[tokio::test]
async fn a_source_that_takes_for_ever_keeps_no_rollup_of_another_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, "visits.csv", "at\n12/1/2009\n12/1/2009\n12/2/2009\n");
    let arguments = ["--dates", "month-first", "visits.csv"];
    for file in ["shop.sqlite", "slow.sqlite"] {
        let import = brisk(folder, &[&["import", "--into", file], &arguments[..]].concat());
        assert!(import.status.success(), "{}", output_text(&import));
    }
    write(folder, "dashboards/rollups/daily.toml", DAILY);
    // Its name comes first, and it does not end.
    let endless = "where (with recursive n(x) as (select 1 union all select x + 1 from n) \
                   select count(*) from n) > 0 and";
    let endless = DAILY.replace("\"shop\"", "\"slow\"").replace("where", endless);
    write(folder, "dashboards/rollups/endless.toml", &endless);
    write(folder, "dashboards/rollups/again.toml", &endless);
    let source =
        |name: &str| format!("{name}={}", folder.join(format!("{name}.sqlite")).display()).into();
    let flags = Flags {
        data_dir: Some(folder.join("data")),
        dashboards_dir: Some(folder.join("dashboards")),
        sources: vec![source("shop"), source("slow")],
        ..Flags::default()
    };
    let settings = Settings::read(&flags, &Environment::default()).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_seconds(1_700_000_000)));
    let (observer, mut runs) = rollup_runs::observer();
    let sources = assembly::sources(&settings).unwrap();
    let engine = assembly::observed_engine(&settings, sources, &clock, observer).unwrap();
    std::fs::create_dir(&settings.data_dir).unwrap();
    let store = Store::open(&settings.data_dir.join("brisk.sqlite")).await.unwrap();
    tokio::select! {
        () = eventually("the rollup of the other source is refreshed", async || {
            !store.rollup_runs(10).await.unwrap().is_empty()
        }) => {}
        never = rollup_schedule::run(&engine) => match never {},
        never = runs.record(&store) => match never {},
    }
    let runs = rollup_runs::newest(&store, 10).await.unwrap();
    let names: Vec<&str> = runs.iter().map(|run| run.rollup.as_str()).collect();
    assert_eq!(names, ["daily"], "{runs:?}");
    assert_eq!(runs[0].outcome.as_ref().unwrap().rows, 2);
}

fn settings(file: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("brisk.toml");
    std::fs::write(&path, file).unwrap();
    let flags = Flags { config: Some(path), ..Flags::default() };
    let environment: Environment = variables.iter().copied().collect();
    Settings::read(&flags, &environment).map_err(|error| error.to_string())
}

#[test]
fn where_rollups_are_written_is_a_secret_like_the_others() {
    let shop = SourceName::parse("shop").unwrap();
    let url = |file: &str, variables: &[(&str, &str)]| {
        let read = settings(file, variables).unwrap();
        let url = read.sources[&shop].rollup_url.clone();
        url.map(|url| url.map(|url| url.expose().to_owned()).map_err(|p| p.to_string()))
    };
    let file = "[source.shop]\nurl = \"postgres://r@h/d\"\n";
    assert_eq!(url(file, &[]), None);
    let here = format!("{file}rollup_url = \"postgres://w:hunter2@h/d\"\n");
    assert_eq!(url(&here, &[]), Some(Ok("postgres://w:hunter2@h/d".into())));
    let named = format!("{file}rollup_url_env = \"W\"\nrollup_timeout = \"30m\"\n");
    assert_eq!(url(&named, &[("W", "postgres://w@h/d")]), Some(Ok("postgres://w@h/d".into())));
    let missing = url(&named, &[]).unwrap().unwrap_err();
    assert!(missing.contains("brisk.toml:3:") && missing.contains("\"W\""), "{missing}");
    let over = url(&here, &[("BRISK_ROLLUP_URL_SHOP", "postgres://v@h/d")]);
    assert_eq!(over, Some(Ok("postgres://v@h/d".into())));

    let read = settings(&named, &[]).unwrap();
    assert_eq!(read.sources[&shop].rollup_time, Duration::from_secs(1_800));
    let read = settings(&here, &[]).unwrap();
    assert_eq!(read.sources[&shop].rollup_time, Duration::from_secs(600));
    assert!(!format!("{read:?}").contains("hunter2"));
    let both = format!("{here}rollup_url_file = \"f\"\n");
    let error = settings(&both, &[]).unwrap_err();
    assert!(error.contains("brisk.toml:4:") && !error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_server_refreshes_without_readers_and_writes_down_what_was_done() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, "dashboards/rollups/daily.toml", DAILY);
    write(folder, "dashboards/rollups/broken.toml", &DAILY.replace("visits", "missing"));
    write(folder, "visits.csv", "at\n12/1/2009\n12/1/2009\n12/2/2009\n");
    let import =
        brisk(folder, &["import", "--into", "shop.sqlite", "--dates", "month-first", "visits.csv"]);
    assert!(import.status.success(), "{}", output_text(&import));
    let flags = Flags {
        data_dir: Some(folder.join("data")),
        dashboards_dir: Some(folder.join("dashboards")),
        sources: vec![format!("shop={}", folder.join("shop.sqlite").display()).into()],
        ..Flags::default()
    };
    let settings = Settings::read(&flags, &Environment::default()).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_seconds(1_700_000_000)));
    let (observer, mut runs) = rollup_runs::observer();
    let sources = assembly::sources(&settings).unwrap();
    let engine = assembly::observed_engine(&settings, sources, &clock, observer).unwrap();
    // As `brisk serve` does.
    std::fs::create_dir(&settings.data_dir).unwrap();
    let store = Store::open(&settings.data_dir.join("brisk.sqlite")).await.unwrap();
    let both = async || store.rollup_runs(10).await.unwrap().len() >= 2;
    tokio::select! {
        () = eventually("both refreshes are recorded", both) => {}
        never = rollup_schedule::run(&engine) => match never {},
        never = runs.record(&store) => match never {},
    }
    let written = rollup_runs::newest(&store, 10).await.unwrap();
    let of = |name: &str| written.iter().find(|run| run.rollup.as_str() == name).unwrap();
    assert_eq!(of("daily").outcome.as_ref().unwrap().rows, 2);
    assert!(of("broken").outcome.as_ref().unwrap_err().contains("no such table: missing"));
    // And `brisk rollup list`, beside the server, knows both.
    let source = format!("shop={}", folder.join("shop.sqlite").display());
    let listed =
        output_text(&brisk(folder, &["rollup", "list", "--data-dir", "data", "--source", &source]));
    let line = |name: &str| listed.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(line("broken").contains("failed: "), "{listed}");
    assert!(line("daily").ends_with("up to date"), "{listed}");
}
