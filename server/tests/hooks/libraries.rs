//! The public libraries of the Standard Webhooks specification sign what Brisk accepts.

use super::{SALES, SECRET};
use brisk_bench::servers::brisk::Deployment;
use brisk_test_waiting::output;
use std::path::Path;
use std::process::Command;

const PYTHON: &str = r#"
import datetime, json, sys, urllib.request
from standardwebhooks import Webhook

url, secret = sys.argv[1:]
body = json.dumps({"type": "orders.loaded", "data": {"tags": ["table:shop.public.orders"], "é": "ü"}})
at = datetime.datetime.now(tz=datetime.timezone.utc)
headers = {
    "content-type": "application/json",
    "webhook-id": "msg_python",
    "webhook-timestamp": str(int(at.timestamp())),
    "webhook-signature": Webhook(secret).sign("msg_python", at, body),
}
print(urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers), timeout=30).read().decode())
"#;

const NODE: &str = r#"
const { Webhook } = require("standardwebhooks");
const [url, secret] = process.argv.slice(1);
const body = JSON.stringify({ type: "orders.loaded", data: { tags: ["table:shop.public.orders"], "é": "ü" } });
const at = new Date();
fetch(url, {
  method: "POST",
  body,
  headers: {
    "content-type": "application/json",
    "webhook-id": "msg_node",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign("msg_node", at, body),
  },
}).then((answer) => answer.text()).then(console.log);
"#;

#[test]
fn deliveries_that_the_public_libraries_sign_are_taken() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    let python = std::env::var("BRISK_TEST_PYTHON").expect("cargo xtask test installs the library");
    let brisk = Deployment {
        program: env!("CARGO_BIN_EXE_brisk").into(),
        configuration: format!("[webhook.shop]\nsecret = \"{SECRET}\"\n"),
        dashboards: vec![("sales.toml".into(), SALES.into())],
    };
    let brisk = brisk.start().unwrap();
    let url = brisk.url("/hooks/shop");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (program, flag, script) in [(python.as_str(), "-c", PYTHON), ("node", "-e", NODE)] {
        let mut command = Command::new(program);
        command.current_dir(&root).args([flag, script, &url, SECRET]);
        let said = output(&mut command);
        let answer = String::from_utf8_lossy(&said.stdout);
        let error = String::from_utf8_lossy(&said.stderr);
        assert!(answer.contains("table:shop.public.orders"), "{program}: {answer} {error}");
    }
}
