//! The commands know the sources that were added in the app, or say why they do not.

use super::shops::{Shop, pairs};
use super::world::{EDIT, replica};
use brisk_bench::servers::redis::Redis;
use brisk_test_stores::TestStore;
use brisk_test_waiting::output;
use std::path::Path;
use std::process::Command;

/// The tests' key to secrets, and another.
const KEYS: [&str; 2] = ["7e", "7f"];

struct Shell<'s> {
    folder: &'s Path,
    test: &'s TestStore,
    redis: &'s Redis,
    key: String,
}

impl Shell<'_> {
    fn run(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
        command.current_dir(self.folder).args(arguments).env("BRISK_SECRET_KEY", &self.key);
        command.env("BRISK_DASHBOARDS_DIR", "dashboards");
        command.env("BRISK_DATA_DIR", self.folder);
        if self.test.is_postgres() {
            command.env("BRISK_DATABASE_URL", self.test.url());
        }
        if !["check", "rollup"].contains(&arguments[0]) {
            command.env("BRISK_REDIS_URL", self.redis.url());
        }
        let output = output(&mut command);
        let said = [&output.stdout, &output.stderr];
        let said = said.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
        assert!(!said.contains(":w@") && !said.contains(":r@"), "{said}");
        (output.status.success(), said)
    }
}

fn declare(folder: &Path, shop: &Shop) {
    let rollups = folder.join("dashboards/rollups");
    std::fs::create_dir_all(&rollups).unwrap();
    std::fs::write(rollups.join(format!("{}.toml", shop.rollup)), shop.definition()).unwrap();
    std::fs::write(folder.join("dashboards/extra.toml"), shop.dashboard()).unwrap();
}

#[tokio::test]
async fn commands_know_what_was_added_in_the_app_or_say_why_not() {
    let redis = Redis::start(&[]).unwrap();
    for test in TestStore::each().await {
        let folder = super::world::folder().await;
        if let brisk_store::StoreLocation::Sqlite(path) = &test.location {
            std::os::unix::fs::symlink(path, folder.path().join("brisk.sqlite")).unwrap();
        }
        for [mut shop, _] in pairs(folder.path()).await {
            declare(folder.path(), &shop);
            shop.visit(3).await;
            let one = replica(folder.path(), test.again().await).await;
            let text = |text: &str| text.replace('%', "%25").replace('&', "%26");
            let form = format!(
                "do=save&name=extra&url={}&rollup_url={}&connections=2&seconds=20&rows=100&wall_clock=UTC",
                text(&shop.url),
                text(&shop.rollup_url)
            );
            let (status, body) = one.post(EDIT, &form).await;
            assert_eq!(status, 303, "{body}");
            let shell = |key: &str| Shell {
                folder: folder.path(),
                test: &test,
                redis: &redis,
                key: key.repeat(32),
            };
            let (knows, other) = (shell(KEYS[0]), shell(KEYS[1]));
            let rollup = shop.rollup.as_str();
            let (is_good, said) = knows.run(&["rollup", "rebuild", rollup]);
            assert!(is_good && said.contains(": 1 rows"), "{said}");
            let (is_good, said) = knows.run(&["rollup", "list"]);
            assert!(is_good && said.contains("up to date"), "{said}");
            let (is_good, said) = knows.run(&["check"]);
            assert!(is_good && !said.contains("not declared") && !said.contains("note"), "{said}");
            let (is_good, said) = knows.run(&["check", "--explain"]);
            assert!(is_good && said.contains("for 1 rows"), "{said}");
            let (is_good, said) = knows.run(&["warm", "extra"]);
            assert!(is_good && said.contains("1 loaded"), "{said}");
            let (is_good, said) = knows.run(&["invalidate", "table:extra.visits"]);
            assert!(is_good && said.contains("invalidated table:extra.visits"), "{said}");
            assert!(!said.contains("note"), "{said}");
            // The server uses what the command has built.
            let found = one.shown().await;
            assert!(found.lines().last().is_some_and(|line| line.trim() == "3"), "{found}");
            // With another key nothing is read, and the command says so.
            let (is_good, said) = other.run(&["check"]);
            assert!(
                said.contains("note: sources that were added in the app are not known here"),
                "{said}"
            );
            assert!(said.contains("source \"extra\" is not declared"), "{is_good}: {said}");
            let (is_good, said) = other.run(&["invalidate", "table:extra.visits"]);
            assert!(is_good && said.contains("not known here"), "{said}");
            assert!(said.contains("invalidated source:extra"), "all of it: {said}");
            let (is_good, said) = other.run(&["warm", "extra"]);
            assert!(!is_good && said.contains("is not declared"), "{said}");
            let (_, said) = other.run(&["rollup", "list"]);
            assert!(said.contains("not known here"), "{said}");
            assert_eq!(one.post("/admin/sources/remove", "name=extra").await.0, 303);
            let (_, said) = knows.run(&["check"]);
            assert!(said.contains("is not declared") && !said.contains("not known here"), "{said}");
            std::fs::remove_dir_all(folder.path().join("dashboards/rollups")).unwrap();
        }
    }
}
