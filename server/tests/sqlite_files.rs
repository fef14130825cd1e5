//! A real `brisk serve` over a SQLite file: its statements run in processes of their own, and take
//! neither the server nor each other with them.

use brisk_bench::client::{Answer, Client};
use brisk_bench::servers::brisk::{Brisk, Deployment};
use brisk_test_waiting::{LIMIT, eventually};
use std::path::Path;

const SPIN: &str =
    "select instr(printf('%.*c', 4000000, 'a'), printf('%.*c', 2000000, 'a')||'b') as n from o";
const WIDE: &str =
    "select printf('%.*c', 60000000, n) as a, printf('%.*c', 60000001, n) as b from o";
const REPLACED: &str = "select length(replace(printf('%.*c', 1000000, n), '1', \
                        printf('%.*c', 60, 'x'))) as a from o";

async fn start(file: &Path) -> Brisk {
    crate::fixture::write(file, "create table o (n int); insert into o values (1)").await;
    let panel = |id: &str, sql: &str| {
        format!("[[panel]]\nid = \"{id}\"\ntitle = \"{id}\"\nkind = \"table\"\nsql = \"{sql}\"\n")
    };
    let panels = [
        panel("spin", SPIN),
        panel("wide", WIDE),
        panel("replaced", REPLACED),
        panel("calm", "select n from o"),
    ];
    let head = "title = \"files\"\nsource = \"file\"\ncache = \"off\"\n";
    let source = "timeout = \"5s\"\nmemory = \"16 MiB\"\n";
    let deployment = Deployment {
        program: env!("CARGO_BIN_EXE_brisk").into(),
        configuration: format!("[source.file]\nurl = \"{}\"\n{source}", file.display()),
        dashboards: vec![("files.toml".into(), format!("{head}{}", panels.concat()))],
    };
    deployment.start().unwrap()
}

async fn ask(brisk: &Brisk, panel: &str) -> (u16, String) {
    let url = brisk.url(&format!("/api/v1/dashboards/files/panels/{panel}"));
    let Answer { status, body, .. } = Client::default().get(&url, LIMIT).await.unwrap();
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// The workers that have `file` open.
fn workers(file: &Path) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let process = entry.ok()?.path();
        let command = std::fs::read_to_string(process.join("cmdline")).ok()?;
        let mut files = std::fs::read_dir(process.join("fd")).ok()?;
        let has_file = files.any(|open| {
            open.and_then(|open| std::fs::read_link(open.path())).is_ok_and(|open| open == file)
        });
        (command.starts_with("brisk: sqlite-worker") && has_file).then_some(())
    });
    processes.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_that_take_too_much_fail_alone_and_the_server_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file.sqlite");
    let brisk = start(&file).await;
    assert_eq!(ask(&brisk, "calm").await.0, 200);
    assert!(workers(&file) >= 1, "statements run in workers");
    let before = brisk.memory().unwrap();
    for (panel, status, words) in [
        ("spin", 504, "too long"),
        ("wide", 502, "MiB of memory"),
        ("replaced", 502, "MiB of memory"),
    ] {
        let beside = async { tokio::join!(ask(&brisk, panel), ask(&brisk, "calm")) };
        let ((answered, body), (calm, _)) = beside.await;
        assert_eq!((answered, calm), (status, 200), "{panel}: {body}");
        assert!(body.contains(words), "{panel}: {body}");
    }
    let taken = brisk.memory().unwrap().saturating_sub(before);
    assert!(taken < 64 << 20, "the server has taken {taken} bytes");
    assert_eq!(ask(&brisk, "calm").await.0, 200);
    assert!(brisk.figure("sqlite_workers_ended_total").await.unwrap() >= 2);
    // Whatever they are doing, they end with it.
    let (client, url) = (Client::default(), brisk.url("/api/v1/dashboards/files/panels/spin"));
    let killed = async {
        eventually("a statement runs", async || workers(&file) >= 1).await;
        brisk.kill();
    };
    // It is not answered any more, or hardly.
    let _ = tokio::join!(client.get(&url, LIMIT), killed);
    eventually("the workers are gone", async || workers(&file) == 0).await;
}
