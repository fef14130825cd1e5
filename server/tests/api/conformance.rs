//! The API does what its description says: schemathesis, a public tester, generates requests that the
//! description allows and requests that it does not, and compares the answers with it.

use super::world::SALES;
use brisk_bench::servers::brisk::Deployment;
use brisk_test_waiting::output;
use std::path::Path;
use std::process::Command;

/// What no description of single parameters can say: both ends of a range belong together.
const HOOKS: &str = r#"
import schemathesis

@schemathesis.hook
def filter_case(context, case):
    query = case.query or {}
    start, end = (str(query.get(name) or "") for name in ("from", "to"))
    if not start and not end:
        return True
    years = [int(text[:4]) if text[:4].isdigit() else 0 for text in (start, end)]
    return start[:10] < end[:10] and years[1] - years[0] < 50
"#;

/// Everything that it looks at of what reads, but for files.
const READS: [&str; 8] = [
    "--checks",
    "all",
    "--exclude-path",
    "/api/v1/invalidations",
    "--exclude-path-regex",
    FILES,
    "--max-examples",
    "20",
];
/// Files, which take longer: they have the same parameters as what reads, of which not all are tried again.
const FILES: &str = "\\.(pdf|xlsx|html)$";
const OF_FILES: [&str; 8] = [
    "--checks",
    "all",
    "--include-path-regex",
    FILES,
    "--max-examples",
    "3",
    "--phases",
    "examples,fuzzing",
];
/// A body's tags have a grammar of their own.
const INVALIDATIONS: [&str; 6] = [
    "--checks",
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
    "--include-path",
    "/api/v1/invalidations",
    "--max-examples",
    "20",
];

#[test]
fn a_public_tester_finds_no_disagreement_between_the_description_and_the_server() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    let python = std::env::var("BRISK_TEST_PYTHON").expect("cargo xtask test installs the tester");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("brisk_hooks.py"), HOOKS).unwrap();
    let database = folder.path().join("shop.sqlite");
    let made = Command::new("sqlite3")
        .arg(&database)
        .arg(
            "create table orders (ordered_at int, amount int, country text, band text);
             insert into orders values (1321012800, 1050, 'France', 'low'), (1321099200, 250, 'EIRE', 'high')",
        )
        .status();
    assert!(made.unwrap().success());
    let brisk = Deployment {
        program: env!("CARGO_BIN_EXE_brisk").into(),
        configuration: format!("[source.shop]\nurl = \"{}\"\n", database.display()),
        dashboards: vec![("sales.toml".into(), SALES.into())],
    };
    let brisk = brisk.start().unwrap();
    let tester = Path::new(&python).with_file_name("schemathesis");
    for what in [&READS[..], &OF_FILES, &INVALIDATIONS] {
        let mut command = Command::new(&tester);
        command.current_dir(folder.path());
        command.env("SCHEMATHESIS_HOOKS", "brisk_hooks").env("PYTHONPATH", folder.path());
        command.arg("run").arg(brisk.url("/api/v1/openapi.json")).args(what);
        // The same requests each time.
        command.args(["--seed", "1", "--workers", "1", "--no-color"]);
        // Names that it invents are not found, which it would warn of.
        command.args(["--warnings", "off"]);
        command.args(["--request-timeout", "30", "--suppress-health-check", "all"]);
        let said = output(&mut command);
        let text = String::from_utf8_lossy(&said.stdout);
        assert!(said.status.success(), "{text}\n{}", String::from_utf8_lossy(&said.stderr));
        assert!(text.contains("No issues found"), "{text}");
    }
}
