//! Hostile statements: views that nobody has requested before, and bombs in a SQLite source.

use crate::client::Client;
use crate::servers::brisk::Brisk;
use anyhow::Result;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::task::JoinSet;

/// The dashboards: what readers look at, what is flooded, and the bombs.
pub(super) fn dashboards() -> Vec<(String, String)> {
    let number = "[[variable]]\nname = \"number\"\noptions = \"select 0\"\ndefault = \"0\"\n";
    let panel = |id: &str, kind: &str, sql: &str| {
        format!(
            "[[panel]]\nid = \"{id}\"\ntitle = \"{id}\"\nkind = \"{kind}\"\nsql = \"\"\"{sql}\"\"\"\n"
        )
    };
    let warm = [
        panel("cold", "stat", "select n + cast(:number as integer) from o"),
        panel(
            "many",
            "table",
            "with recursive r(n) as (select 1 union all select n + 1 from r where n < 60000) select n, 'some text beside the number' as words from r",
        ),
    ];
    let flood = panel(
        "flood",
        "stat",
        "select count(*) from generate_series(1, 400000) where :number::bigint >= 0",
    );
    let cpu =
        "select instr(printf('%.*c', 20000000, 'a'), printf('%.*c', 10000000, 'a') || 'b') as a";
    let wide: Vec<String> =
        (1..=9).map(|i| format!("printf('%.*c', 99999999{i}, 'x') as c{i}")).collect();
    let bombs = [
        panel("cpu", "table", cpu),
        panel("memory", "table", &format!("select {}", wide.join(", "))),
        panel("changing", "stat", "select sum(instr(t, 'zz')) from o"),
    ];
    vec![
        (
            "warm.toml".into(),
            format!("title = \"warm\"\nsource = \"calm\"\n{number}{}", warm.concat()),
        ),
        ("flood.toml".into(), format!("title = \"flood\"\nsource = \"pg\"\n{number}{flood}")),
        (
            "bombs.toml".into(),
            format!("title = \"bombs\"\nsource = \"file\"\ncache = \"off\"\n{}", bombs.concat()),
        ),
    ]
}

/// Opens `rate` new views a second, from an address of its own.
pub(super) async fn cold_views(port: u16, rate: u64, end: Instant) -> Result<BTreeMap<u16, usize>> {
    let (mut asked, mut counts) = (JoinSet::new(), BTreeMap::new());
    let pace = Duration::from_secs(1) / u32::try_from(rate.max(1))?;
    let mut next = Instant::now();
    for number in 1_u64.. {
        next += pace;
        tokio::time::sleep_until(next.into()).await;
        if next >= end {
            break;
        }
        asked.spawn(async move { view(port, number).await.unwrap_or(0) });
    }
    while let Some(status) = asked.join_next().await {
        *counts.entry(status?).or_default() += 1;
    }
    Ok(counts)
}

/// The status of a page of one view; its body is read to the end.
async fn view(port: u16, number: u64) -> Result<u16> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 2], 0)))?;
    let mut stream = socket.connect(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    let request = format!(
        "GET /d/flood?number={number} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut answer));
    read.await??;
    Ok(std::str::from_utf8(answer.get(9..12).unwrap_or(b"0"))?.parse()?)
}

/// Requests the panels that exhaust the memory and the time of a SQLite source, and one whose file
/// changes.
pub(super) async fn bombs(
    brisk: Arc<Brisk>,
    end: Instant,
) -> Result<BTreeMap<&'static str, BTreeMap<u16, usize>>> {
    let mut asked = JoinSet::new();
    for panel in ["cpu", "memory", "changing"] {
        let brisk = Arc::clone(&brisk);
        asked.spawn(async move {
            let (client, mut counts) = (Client::default(), BTreeMap::new());
            while Instant::now() < end {
                let url = brisk.url(&format!("/api/v1/dashboards/bombs/panels/{panel}"));
                let answer = client.get(&url, Duration::from_secs(30)).await;
                *counts.entry(answer.map_or(0, |answer| answer.status)).or_default() += 1;
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            (panel, counts)
        });
    }
    let mut all = BTreeMap::new();
    while let Some(one) = asked.join_next().await {
        let (panel, counts) = one?;
        all.insert(panel, counts);
    }
    Ok(all)
}
