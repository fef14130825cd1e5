//! A server whose source is held back by a lock, and clients with addresses of their own.

use brisk_bench::servers::brisk::{Brisk, Deployment};
use brisk_bench::servers::postgres::Postgres;
use brisk_test_waiting::{eventually, wait_for};
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection};
use std::net::Ipv4Addr;
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

/// The reader, and the client that takes everything. Every address of 127.0.0.0/8 is this machine's.
pub(crate) const READER: [u8; 4] = [127, 0, 0, 1];
pub(crate) const MANY: [u8; 4] = [127, 0, 0, 2];

const SHOP: &str = r#"
title = "Shop"
source = "shop"
range = "last 7 days"
[[panel]]
id = "orders"
title = "Orders"
kind = "stat"
sql = "select count(*) as orders from orders where at >= :from and at < :to"
"#;

pub(crate) struct World {
    pub(crate) postgres: Postgres,
    pub(crate) brisk: Brisk,
}

/// A response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A server over two sources, `shop` and `other`, with more lines in its configuration.
pub(crate) async fn world(more: &str) -> World {
    let postgres = Postgres::start().await.unwrap();
    let orders = "create table orders (at timestamptz); create table other_orders (at timestamptz)";
    for statement in orders.split("; ") {
        postgres.execute(statement).await.unwrap();
    }
    let url = postgres.url();
    let other =
        SHOP.replace("\"Shop\"", "\"Other\"").replace("source = \"shop\"", "source = \"other\"");
    let deployment = Deployment {
        program: Path::new(env!("CARGO_BIN_EXE_brisk")).to_owned(),
        configuration: format!(
            "{more}\n[source.shop]\nurl = \"{url}\"\nconcurrency = 1\n\
             [source.other]\nurl = \"{url}\"\n"
        ),
        dashboards: vec![
            ("shop.toml".into(), SHOP.into()),
            ("other.toml".into(), other.replace("from orders", "from other_orders")),
        ],
    };
    World { brisk: deployment.start().unwrap(), postgres }
}

/// A day of its own for each number: a view that was never loaded.
pub(crate) fn range(number: usize) -> String {
    let day = chrono::NaiveDate::from_ymd_opt(2001, 1, 1).unwrap();
    let day = day + chrono::Days::new(number as u64);
    format!("from={day}&to={day}")
}

pub(crate) fn api(number: usize) -> String {
    format!("/api/v1/dashboards/shop/panels/orders?{}", range(number))
}

impl World {
    /// Holds back all statements on `orders`, until the result is closed.
    pub(crate) async fn hold(&self) -> PgConnection {
        let options = self.postgres.pool.connect_options();
        let mut connection = PgConnection::connect_with(&options).await.unwrap();
        connection.execute("begin").await.unwrap();
        connection.execute("lock table orders in access exclusive mode").await.unwrap();
        connection
    }

    /// Asks from an address of the client's own.
    pub(crate) async fn get(&self, client: [u8; 4], path: &str) -> Answer {
        self.get_with(client, path, "").await
    }

    /// The same with more header lines.
    pub(crate) async fn get_with(&self, client: [u8; 4], path: &str, lines: &str) -> Answer {
        let answer = ask(self.brisk.port, client, path, lines);
        wait_for(format!("{client:?} has {path}"), answer).await
    }

    /// Waits until so many loads wait for the source.
    pub(crate) async fn until_waiting(&self, count: u64) {
        let name = "source_waiting{source=\"shop\"}";
        let waiting = async || self.brisk.figure(name).await.is_ok_and(|waiting| waiting >= count);
        eventually(format!("{count} loads wait"), waiting).await;
    }
}

impl Answer {
    /// When the load that this shows began.
    pub(crate) fn as_of(&self) -> String {
        assert_eq!(self.status, 200, "{} {}", self.head, self.body);
        let answer: Value = serde_json::from_str(&self.body).unwrap();
        answer["panel"]["freshness"]["as_of"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

/// One request over a connection of its own.
pub(crate) async fn ask(port: u16, client: [u8; 4], path: &str, lines: &str) -> Answer {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::from(client), 0).into()).unwrap();
    let mut stream = socket.connect((Ipv4Addr::LOCALHOST, port).into()).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{lines}connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer { status: status.expect("a status"), head: head.into(), body: body.into() }
}
