//! Two processes that share a shop, a store and a Redis.

use brisk_bench::servers::brisk::{Brisk, Deployment};
use brisk_bench::servers::redis::Redis;
use brisk_signature::SigningKey;
use brisk_store::{DatabaseUrl, KeyOrigin, SecretKey, Store, StoreLocation};
use brisk_test_waiting::{LIMIT, eventually_blocking};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;

const KEY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
pub(super) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const SALES: &str = "title = \"Sales\"\nsource = \"shop\"\nrange = \"last 7 days\"\n\
    cache = { ttl = \"12h\" }\n[[panel]]\nid = \"n\"\ntitle = \"N\"\nkind = \"stat\"\n\
    sql = \"select count(*) as n from orders\"\n";

pub(super) struct World {
    pub(super) redis: Redis,
    pub(super) one: Brisk,
    pub(super) two: Brisk,
    location: StoreLocation,
    database: PathBuf,
    _folder: tempfile::TempDir,
}

/// A response.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) text: String,
}

impl World {
    /// Over a SQLite file, or the PostgreSQL at `url`, with these lines in the configuration.
    pub(super) async fn start(url: Option<&str>, configuration: &str) -> Self {
        Self::showing(url, configuration, &[]).await
    }

    /// The same, with more dashboards: files and texts.
    pub(super) async fn showing(
        url: Option<&str>,
        configuration: &str,
        more: &[(&str, &str)],
    ) -> Self {
        let (redis, folder) = (Redis::start(&[]).unwrap(), tempfile::tempdir().unwrap());
        let database = folder.path().join("shop.sqlite");
        crate::fixture::write(
            &database,
            "create table orders (x int); insert into orders values (1)",
        )
        .await;
        let (data, shop, port) = (folder.path().join("data"), database.display(), redis.port);
        let store = url.map(|url| format!("[database]\nurl = \"{url}\"\n")).unwrap_or_default();
        // The first answer of a Redis that has just started may be slow.
        let configuration = format!(
            "secret_key = \"{KEY}\"\n{store}[redis]\nurl = \"redis://127.0.0.1:{port}/\"\n\
             timeout = \"5s\"\n[source.shop]\nurl = \"{shop}\"\n{configuration}"
        );
        let program = env!("CARGO_BIN_EXE_brisk").into();
        let dashboards = std::iter::once(&("sales.toml", SALES)).chain(more);
        let dashboards = dashboards.map(|(name, text)| ((*name).into(), (*text).into())).collect();
        let deployment = Deployment { program, configuration, dashboards };
        let variables = [("BRISK_DATA_DIR".to_owned(), data.display().to_string())];
        let start = || deployment.start_with(&variables).unwrap();
        let (one, two) = (start(), start());
        let location = match url {
            None => StoreLocation::Sqlite(data.join("brisk.sqlite")),
            Some(url) => StoreLocation::Postgres(DatabaseUrl::parse(url).unwrap()),
        };
        Self { redis, one, two, location, database, _folder: folder }
    }

    pub(super) async fn store(&self) -> Store {
        let key = KeyOrigin::Given(SecretKey::parse(KEY).unwrap());
        Store::at(&self.location).await.unwrap().unlocked(&key).await.unwrap()
    }

    /// One more order.
    pub(super) async fn sell(&self) {
        crate::fixture::write(&self.database, "insert into orders values (1)").await;
    }

    pub(super) fn replicas(&self) -> [&Brisk; 2] {
        [&self.one, &self.two]
    }
}

/// The stores to test: SQLite, and PostgreSQL except with `--quick`.
pub(super) async fn stores() -> Vec<Option<String>> {
    let postgres = brisk_test_stores::database().await;
    std::iter::once(None).chain(postgres.map(Some)).collect()
}

/// The signed part of a delivery.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    id: String,
    at: String,
    body: String,
}

impl Signed {
    /// A delivery that invalidates `tag`, or only asks what would be invalidated.
    pub(super) fn new(tag: &str, is_test: bool) -> Self {
        let kind = if is_test { "brisk.test" } else { "loaded" };
        let id = format!("msg_{:032x}", rand::random::<u128>());
        let body = format!("{{\"type\": \"{kind}\", \"tags\": [\"{tag}\"]}}");
        Self { id, at: seconds().to_string(), body }
    }

    /// Sends it, as it is, to the webhook `pipeline`.
    pub(super) fn send(&self, to: &Brisk) -> Answer {
        let signature =
            SigningKey::parse(SECRET).unwrap().sign(&self.id, &self.at, self.body.as_bytes());
        let headers = format!(
            "webhook-id: {}\r\nwebhook-timestamp: {}\r\nwebhook-signature: {signature}\r\n",
            self.id, self.at
        );
        ask(to, "POST", "/hooks/pipeline", &headers, &self.body)
    }
}

pub(super) fn seconds() -> u64 {
    let clock = brisk_server::system_clock::clock(None, None).unwrap();
    clock.now().seconds().unsigned_abs()
}

/// The whole answer to a request over a connection of its own.
pub(super) fn ask(to: &Brisk, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let mut stream = open(to, method, path, headers, body);
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Answer { status, text }
}

/// The connection on which the request was sent.
pub(super) fn open(to: &Brisk, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(to.address()).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let (host, length) = (to.address(), body.len());
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    stream
}

pub(super) fn get(to: &Brisk, path: &str, headers: &str) -> Answer {
    ask(to, "GET", path, headers, "")
}

/// What the panel shows, once it shows something.
pub(super) fn shown(of: &Brisk) -> String {
    let mut shown = String::new();
    eventually_blocking("the panel shows something", || {
        let answer = get(of, "/api/v1/dashboards/sales/panels/n.csv", "");
        shown = answer.text.lines().last().unwrap_or_default().to_owned();
        answer.status == 200 && shown.parse::<u32>().is_ok()
    });
    shown
}
