//! The commands of `brisk`, run as a user runs them.

use brisk_test_waiting::output;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn brisk(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
    output(command.current_dir(directory).args(arguments))
}

fn output_text(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn check_finds_the_shipped_dashboards_good() {
    let output = brisk(&repository(), &["check"]);
    assert!(output.status.success(), "{}", output_text(&output));
    assert!(output_text(&output).contains("dashboards with"), "{}", output_text(&output));
}

#[test]
fn check_names_the_place_of_each_problem_also_in_statements() {
    let directory = tempfile::tempdir().unwrap();
    let file = "title = \"Sales\"\nsource = \"shop\"\n\n[[variable]]\nname = \"who\"\noptions = \"delete from people\"\n\n\
                [[panel]]\nid = \"a\"\ntitle = \"A\"\nkind = \"stat\"\nsql = \"\"\"\nselect count(*)\nfrom orders; drop table orders\n\"\"\"\n";
    std::fs::write(directory.path().join("sales.toml"), file).unwrap();
    std::fs::write(directory.path().join("broken.toml"), "titel = \"x\"\n").unwrap();
    let output = brisk(directory.path(), &["check", "."]);
    assert_eq!(output.status.code(), Some(1));
    let said = output_text(&output);
    assert!(said.contains("broken.toml:1:1"), "{said}");
    assert!(said.contains("\"title\""), "the key that was meant: {said}");
    assert!(said.contains("sales.toml:6:"), "the variable's statement: {said}");
    assert!(said.contains("sales.toml:14:"), "the panel's statement: {said}");
}

#[test]
fn check_tells_what_panels_depend_on_and_how_their_database_runs_them() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("dashboards")).unwrap();
    let file = "title = \"Visits\"\nsource = \"shop\"\n\
                [[panel]]\nid = \"all\"\ntitle = \"All\"\nkind = \"stat\"\n\
                sql = \"select sum(count) as n from visits where $range(day)\"\n";
    std::fs::write(directory.path().join("dashboards/visits.toml"), file).unwrap();
    std::fs::write(directory.path().join("visits.csv"), "Day,Count\n12/1/2009,1\n").unwrap();
    let import = brisk(
        directory.path(),
        &["import", "--into", "shop.sqlite", "--dates", "month-first", "visits.csv"],
    );
    assert!(import.status.success(), "{}", output_text(&import));
    let configuration = "[source.shop]\nurl = \"shop.sqlite\"\n";
    std::fs::write(directory.path().join("brisk.toml"), configuration).unwrap();
    let details = output_text(&brisk(directory.path(), &["check", "--details"]));
    assert!(details.contains("table:shop.visits") && details.contains("panel:visits/all"));
    assert!(details.contains("bound: ") && !details.contains("took: "), "{details}");
    let explained = brisk(directory.path(), &["check", "--explain"]);
    assert!(explained.status.success());
    let explained = output_text(&explained);
    assert!(explained.contains("plan: ") && explained.contains("visits"), "{explained}");
    assert!(explained.contains("for 1 rows"), "{explained}");
    // What only the database can tell is a problem, too.
    let wrong = "\n[[panel]]\nid = \"lost\"\ntitle = \"Lost\"\nkind = \"stat\"\nsql = \"select nope from visits\"\n\
                 [[panel]]\nid = \"named\"\ntitle = \"Named\"\nkind = \"stat\"\nsql = \"select 1 as n\"\n\
                 columns = { total = { label = \"Total\" } }\n";
    std::fs::write(directory.path().join("dashboards/visits.toml"), format!("{file}{wrong}"))
        .unwrap();
    let explained = brisk(directory.path(), &["check", "--explain"]);
    assert_eq!(explained.status.code(), Some(1));
    let explained = output_text(&explained);
    assert!(
        explained.contains("panel \"lost\": statement: line 13, column 8: no such column: nope")
    );
    assert!(
        explained.contains("panel \"named\": its statement returns no column \"total\", only n")
    );
    assert!(explained.contains("2 problems") && !explained.contains("are valid"), "{explained}");
}

#[test]
fn import_reports_what_it_did_and_lists_what_does_not_fit() {
    let directory = tempfile::tempdir().unwrap();
    let csv = "Day,Count\n12/1/2009,1\n12/2/2009,2\n";
    std::fs::write(directory.path().join("visits.csv"), csv).unwrap();
    let import = ["import", "--into", "shop.sqlite", "--dates", "month-first", "visits.csv"];
    let output = brisk(directory.path(), &import);
    assert!(output.status.success(), "{}", output_text(&output));
    assert!(output_text(&output).contains("2 lines are in table visits, none left out"));
    assert!(
        output_text(&output).contains("timestamp  from \"Day\", as \"12/1/2009\""),
        "{}",
        output_text(&output)
    );

    let plan =
        "table = \"visits\"\n[[column]]\nname = \"count\"\nfrom = \"Count\"\ntype = \"integer\"\n";
    std::fs::write(directory.path().join("plan.toml"), plan).unwrap();
    std::fs::write(directory.path().join("visits.csv"), "Day,Count\n1,one\n2,2\n").unwrap();
    let with_plan = |more: &[&'static str]| {
        let mut arguments = vec!["import", "--into", "shop.sqlite", "visits.csv"];
        arguments.extend(["--plan", "plan.toml", "--rejected", "rejected.csv"]);
        arguments.extend(more);
        brisk(directory.path(), &arguments)
    };
    let output = with_plan(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output_text(&output).contains("nothing was imported"), "{}", output_text(&output));
    assert!(output_text(&output).contains("line 2:"), "{}", output_text(&output));
    let listed = std::fs::read_to_string(directory.path().join("rejected.csv")).unwrap();
    assert!(listed.starts_with("line,reason\n2,"), "{listed}");
    assert!(with_plan(&["--max-rejected", "1"]).status.success());
}

/// The servers that `cargo xtask test` starts: their variables and URLs; none with `--quick`.
fn servers() -> Vec<(&'static str, String)> {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return Vec::new();
    }
    let url = |name| {
        let url = std::env::var(name);
        (name, url.unwrap_or_else(|_| panic!("{name} names a server: run cargo xtask test")))
    };
    ["BRISK_TEST_POSTGRES_URL", "BRISK_TEST_MYSQL_URL"].map(url).into()
}

#[test]
fn import_fills_servers_whose_url_is_in_a_variable_or_a_file_and_panels_read_it() {
    for (variable, url) in servers() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(directory.path().join(name), text).unwrap();
        };
        std::fs::create_dir(directory.path().join("dashboards")).unwrap();
        write(
            "dashboards/visits.toml",
            "title = \"Visits\"\nsource = \"shop\"\n\
             [[panel]]\nid = \"all\"\ntitle = \"All\"\nkind = \"table\"\n\
             sql = \"select day, count from import_command where count > 1\"\n",
        );
        write("brisk.toml", "[source.shop]\nurl_file = \"url\"\nallow_superuser = true\n");
        write("url", &format!("{url}\n"));
        for (count, into) in [(1, ["--into-env", variable]), (2, ["--into-file", "url"])] {
            let rows = "12/2/2009,2\n".repeat(count);
            write("visits.csv", &format!("Day,Count\n12/1/2009,1\n{rows}"));
            let arguments = ["import", "--table", "import_command", into[0], into[1]];
            let import = [&arguments[..], &["--dates", "month-first", "visits.csv"]].concat();
            let import = brisk(directory.path(), &import);
            assert!(import.status.success(), "{}", output_text(&import));
            let sentence = format!("{} lines are in table import_command", count + 1);
            assert!(output_text(&import).contains(&sentence), "{}", output_text(&import));
            assert!(!output_text(&import).contains(&url), "{}", output_text(&import));
            let explained = output_text(&brisk(directory.path(), &["check", "--explain"]));
            assert!(explained.contains(&format!("for {count} rows")), "{explained}");
        }
    }
}

#[test]
fn import_says_what_is_wrong_with_a_database_and_never_its_password() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("visits.csv"), "Day,Count\n2009-12-01,1\n").unwrap();
    // Nobody listens on port 1.
    for (url, expected) in [
        ("postgres://user:hunter2@127.0.0.1:1/shop", "cannot be reached"),
        ("mysql://user:hunter2@127.0.0.1:1/shop", "cannot be reached"),
        ("postgres://user:hunter2@127.0.0.1:port/shop", "URL must look like postgres://"),
        ("mongodb://user:hunter2@127.0.0.1/shop", "mongodb: is no database"),
    ] {
        let file = directory.path().join("url");
        std::fs::write(&file, url).unwrap();
        let run = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
            command.current_dir(directory.path()).env("SHOP", url).env("RUST_LOG", "trace");
            output(command.arg("import").args(arguments).arg("visits.csv"))
        };
        for into in [["--into", url], ["--into-env", "SHOP"], ["--into-file", "url"]] {
            let output = run(&into);
            assert_eq!(output.status.code(), Some(1), "{}", output_text(&output));
            assert!(output_text(&output).contains(expected), "{into:?}: {}", output_text(&output));
            assert!(!output_text(&output).contains("hunter2"), "{}", output_text(&output));
        }
        // What the command line itself refuses.
        for wrong in
            [&["--into", url, "--into-env", "SHOP"][..], &["--into", url, "--nowhere"], &[]]
        {
            let output = run(wrong);
            assert_eq!(output.status.code(), Some(2), "{}", output_text(&output));
            assert!(!output_text(&output).contains("hunter2"), "{}", output_text(&output));
        }
    }
    let nowhere = brisk(directory.path(), &["import", "--into-env", "NOT_SET", "visits.csv"]);
    assert!(output_text(&nowhere).contains("\"NOT_SET\" is not set"), "{}", output_text(&nowhere));
    let here = ["import", "--into-env", "postgres://user:hunter2@host/shop", "visits.csv"];
    let here = output_text(&brisk(directory.path(), &here));
    assert!(
        here.contains("name of an environment variable") && !here.contains("hunter2"),
        "{here}"
    );
}

#[test]
fn import_of_a_file_that_is_not_there_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let output = brisk(directory.path(), &["import", "--into", "x.sqlite", "nowhere.csv"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        output_text(&output).contains("nowhere.csv cannot be read"),
        "{}",
        output_text(&output)
    );
}

#[test]
fn serve_refuses_addresses_that_others_can_reach() {
    let directory = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let output = brisk(directory.path(), &["serve", "--listen", address]);
        assert_eq!(output.status.code(), Some(1), "{address}");
        assert!(
            output_text(&output).contains("is not a loopback address"),
            "{}",
            output_text(&output)
        );
    }
}

#[test]
fn check_asks_the_database_about_what_it_cannot_read() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("dashboards")).unwrap();
    let file = "title = \"Visits\"\nsource = \"shop\"\n\
                [[panel]]\nid = \"all\"\ntitle = \"All\"\nkind = \"stat\"\n\
                sql = \"select count(*) as n from visits where (1, 2) not in visits\"\n\
                [[panel]]\nid = \"lost\"\ntitle = \"Lost\"\nkind = \"stat\"\n\
                sql = \"select gone as n from visits where (1, 2) not in visits\"\n";
    std::fs::write(directory.path().join("dashboards/visits.toml"), file).unwrap();
    std::fs::write(directory.path().join("visits.csv"), "Day,Count\n2009-12-01,1\n").unwrap();
    let import = brisk(directory.path(), &["import", "--into", "shop.sqlite", "visits.csv"]);
    assert!(import.status.success(), "{}", output_text(&import));
    let without = brisk(directory.path(), &["check"]);
    assert!(without.status.success(), "{}", output_text(&without));
    let without = output_text(&without);
    let place = "visits.toml:7:54: panel \"all\": could not be read without the database";
    assert!(without.contains(place), "{without}");
    let with = brisk(directory.path(), &["check", "--source", "shop=shop.sqlite"]);
    assert_eq!(with.status.code(), Some(1), "{}", output_text(&with));
    let with = output_text(&with);
    assert!(with.contains("visits.toml:12:8: panel \"lost\": no such column: gone"), "{with}");
    assert!(!with.contains("could not be read") && with.contains("1 problem\n"), "{with}");
}

#[test]
fn check_finds_columns_that_statements_do_not_return_at_their_place() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("dashboards")).unwrap();
    let file = "title = \"Visits\"\nsource = \"shop\"\n\
                [[panel]]\nid = \"all\"\ntitle = \"All\"\nkind = \"stat\"\n\
                columns = { n = { unit = \"visits\" }, at_most = { scale = 2 } }\n\
                sparkline = \"select day, count as at_most from visits\"\n\
                sql = \"select count(*) as n from visits\"\n\
                [[panel]]\nid = \"days\"\ntitle = \"Days\"\nkind = \"table\"\n\
                columns = { dya = { label = \"Day\" } }\n\
                computed = [{ name = \"part\", of = \"net\", kind = \"share\" }]\n\
                sql = \"select day, count from visits where 1 = 0\"\n\
                [[panel]]\nid = \"lost\"\ntitle = \"Lost\"\nkind = \"stat\"\n\
                sql = \"select nope from visits\"\n";
    std::fs::write(directory.path().join("dashboards/visits.toml"), file).unwrap();
    std::fs::write(directory.path().join("visits.csv"), "Day,Count\n2009-12-01,1\n").unwrap();
    let import = brisk(directory.path(), &["import", "--into", "shop.sqlite", "visits.csv"]);
    assert!(import.status.success(), "{}", output_text(&import));
    let without = brisk(directory.path(), &["check"]);
    assert!(without.status.success(), "nothing can be asked: {}", output_text(&without));
    for more in
        [&["--source", "shop=shop.sqlite"][..], &["--source", "shop=shop.sqlite", "--explain"]]
    {
        let output = brisk(directory.path(), &[&["check"], more].concat());
        assert_eq!(output.status.code(), Some(1), "{}", output_text(&output));
        let said = output_text(&output);
        for problem in [
            "visits.toml:14:13: panel \"days\": its statement returns no column \"dya\": did you mean \"day\"?",
            "visits.toml:15:35: panel \"days\": its statement returns no column \"net\", only day, count",
            "no such column: nope",
        ] {
            assert!(said.contains(problem), "{said}");
        }
        assert!(said.contains("3 problems"), "{said}");
    }
}

#[test]
fn check_says_once_of_a_source_that_it_does_not_answer() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("dashboards")).unwrap();
    let panel = |id: &str| {
        format!(
            "[[panel]]\nid = \"{id}\"\ntitle = \"T\"\nkind = \"stat\"\nsql = \"select 1 as n\"\n"
        )
    };
    let file = format!("title = \"A\"\nsource = \"shop\"\n{}{}", panel("a"), panel("b"));
    std::fs::write(directory.path().join("dashboards/a.toml"), file).unwrap();
    // Nobody listens on port 1.
    let source = "shop=postgres://user:hunter2@127.0.0.1:1/shop";
    let output = brisk(directory.path(), &["check", "--source", source]);
    let text = output_text(&output);
    assert!(output.status.success(), "{text}");
    let note =
        "note: source \"shop\" does not answer: which columns its statements return is not checked";
    assert_eq!(text.matches(note).count(), 1, "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn check_takes_sources_from_its_arguments_and_prints_the_beginning_of_plans() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("dashboards")).unwrap();
    let branches = ["select count(*) as n from visits where count > 0"; 6].join(" union all ");
    let file = format!(
        "title = \"Visits\"\nsource = \"shop\"\n\
         [[panel]]\nid = \"all\"\ntitle = \"All\"\nkind = \"table\"\nsql = \"{branches}\"\n"
    );
    std::fs::write(directory.path().join("dashboards/visits.toml"), file).unwrap();
    std::fs::write(directory.path().join("visits.csv"), "Day,Count\n2009-12-01,1\n").unwrap();
    let import = brisk(directory.path(), &["import", "--into", "shop.sqlite", "visits.csv"]);
    assert!(import.status.success(), "{}", output_text(&import));
    let undeclared = output_text(&brisk(directory.path(), &["check"]));
    assert!(undeclared.contains("--source shop=PATH_OR_URL"), "{undeclared}");
    let explain = ["check", "--source", "shop=shop.sqlite", "--explain"];
    let short = brisk(directory.path(), &explain);
    assert!(short.status.success(), "{}", output_text(&short));
    let short = output_text(&short);
    let plan_lines = |text: &str| text.lines().filter(|line| line.contains("plan: ")).count();
    assert_eq!(plan_lines(&short), 5, "four lines, and how many there are: {short}");
    assert!(
        short.contains("lines more (--full-plans)") && !short.contains("not declared"),
        "{short}"
    );
    let full = output_text(&brisk(directory.path(), &[&explain[..], &["--full-plans"]].concat()));
    assert!(plan_lines(&full) > 6 && !full.contains("lines more"), "{full}");
    let alone = brisk(directory.path(), &["check", "--full-plans"]);
    assert!(
        !alone.status.success() && output_text(&alone).contains("--explain"),
        "{}",
        output_text(&alone)
    );
}

#[test]
fn check_asks_servers_about_functions_and_says_where_none_answers() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("dashboards")).unwrap();
    let check = |call: &str, configuration: &str| {
        let panel = |id: &str, sql: &str| {
            format!("[[panel]]\nid = \"{id}\"\ntitle = \"P\"\nkind = \"stat\"\nsql = \"{sql}\"\n")
        };
        let (one, sent) =
            (panel("one", "select 1 as n"), panel("sent", &format!("select {call} as n")));
        let file = format!("title = \"Visits\"\nsource = \"shop\"\n{one}{sent}");
        std::fs::write(directory.path().join("dashboards/visits.toml"), file).unwrap();
        std::fs::write(directory.path().join("brisk.toml"), configuration).unwrap();
        brisk(directory.path(), &["check"])
    };
    // Nobody listens on port 1.
    let away = check("now()", "[source.shop]\nurl = \"postgres://user@127.0.0.1:1/shop\"\n");
    assert!(away.status.success(), "{}", output_text(&away));
    let note = "source \"shop\" does not answer";
    assert_eq!(output_text(&away).matches(note).count(), 1, "{}", output_text(&away));
    for (variable, url) in servers() {
        let call = if variable.contains("MYSQL") { "net.posted('x')" } else { "currval('x')" };
        let source = format!("[source.shop]\nurl = \"{url}\"\n");
        let found = check(call, &format!("{source}allow_superuser = true\n"));
        let text = output_text(&found);
        assert_eq!(found.status.code(), Some(1), "{text}");
        let (name, _) = call.split_once('(').unwrap();
        let problem =
            format!("visits.toml:12:8: panel \"sent\": the function {name} is not allowed");
        assert!(text.contains(&problem) && text.contains("1 problem"), "{text}");
        let refused = output_text(&check("now()", &source));
        assert!(refused.contains("allow_superuser"), "{refused}");
    }
}
