//! Readers who open views, look at them for some seconds, and check that what they see is current.

use super::data;
use super::phase::{LINES, Server};
use super::views::{Trace, View};
use crate::check::page_value;
use crate::client::Client;
use crate::raw::{Raw, request};
use crate::servers::postgres::Postgres;
use anyhow::{Context, Result, bail};
use brisk_cache::{Cache, Tag};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt as _;

/// Requests of one reader at a time, as in a browser.
const AT_ONCE: usize = 6;
const TABLE: &str = "table:bench.invoice_lines";

/// What a phase's readers saw.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// How long each view took.
    pub(super) times: Vec<Duration>,
    /// Views that lacked lines of an acknowledged batch.
    pub(super) stale: u64,
}

/// What readers and batches share.
pub(super) struct World {
    pub(super) postgres: Postgres,
    pub(super) views: Vec<View>,
    /// Batches whose invalidation has been acknowledged.
    pub(super) acknowledged: AtomicU64,
}

/// How readers behave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// How many of them there are.
    pub(super) readers: u64,
    /// How long they look at a page on average.
    pub(super) pause: Duration,
    /// For how long they open views.
    pub(super) length: Duration,
    /// Reproduces what they open.
    pub(super) seed: u64,
}

/// Has readers read, and a batch arrive every so often.
pub(super) async fn read(
    world: &Arc<World>,
    server: &Arc<Server>,
    manner: Manner,
    every: Duration,
    pipeline: &Cache<Arc<str>>,
) -> Result<Seen> {
    let begun = Instant::now();
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..manner.readers {
        let trace = Trace::new(manner.seed, reader, world.views.len(), manner.pause);
        readers.spawn(one(Arc::clone(world), Arc::clone(server), trace, begun + manner.length));
    }
    let batches = async {
        let mut next = begun + every;
        while next < begun + manner.length {
            tokio::time::sleep_until(next.into()).await;
            data::arrive(&world.postgres).await?;
            pipeline.invalidate(&[Tag::parse(TABLE)?]).await?;
            world.acknowledged.fetch_add(1, Ordering::SeqCst);
            next += every;
        }
        anyhow::Ok(())
    };
    let all = async {
        let mut seen = Seen::default();
        while let Some(one) = readers.join_next().await {
            let one = one??;
            seen.times.extend(one.times);
            seen.stale += one.stale;
        }
        Ok(seen)
    };
    let (_, seen) = futures::future::try_join(batches, all).await?;
    Ok(seen)
}

async fn one(
    world: Arc<World>,
    server: Arc<Server>,
    mut trace: Trace,
    end: Instant,
) -> Result<Seen> {
    let mut seen = Seen::default();
    let mut browser = Browser::default();
    loop {
        let (pause, number) = trace.next();
        if Instant::now() + pause >= end {
            return Ok(seen);
        }
        browser.look(pause).await?;
        let view = &world.views[number];
        let least =
            view.lines + world.acknowledged.load(Ordering::SeqCst) * view.lines_of_a_batch();
        let begun = Instant::now();
        let lines = browser.open(&server, number, view).await?;
        seen.times.push(begun.elapsed());
        seen.stale += u64::from(lines < least);
    }
}

/// A browser with its own cache.
#[derive(Default)]
struct Browser {
    client: Client,
    /// Tags of the pages that it has, and the lines that they show.
    pages: HashMap<usize, (String, u64)>,
    /// The address by which the page that is open hears of changes.
    live: Option<String>,
}

impl Browser {
    /// Looks at what is open, which is kept current where it can be.
    async fn look(&mut self, pause: Duration) -> Result<()> {
        let Some(live) = self.live.take().filter(|_| !pause.is_zero()) else {
            tokio::time::sleep(pause).await;
            return Ok(());
        };
        let (_, rest) = live.split_once("//").context("an address")?;
        let (authority, path) = rest.split_at(rest.find('/').context("an address")?);
        let stream = Raw::connect(authority).await?;
        let mut stream = stream.open(&request(path, "")).await?;
        let mut bytes = vec![0; 64 << 10];
        let read = async { while matches!(stream.read(&mut bytes).await, Ok(1..)) {} };
        // Whether it ends or not: the reader leaves after the pause.
        let end = Instant::now() + pause;
        let _ = tokio::time::timeout(pause, read).await;
        tokio::time::sleep_until(end.into()).await;
        Ok(())
    }

    /// Loads a view in full; returns the number of lines that it shows.
    async fn open(&mut self, server: &Server, number: usize, view: &View) -> Result<u64> {
        let addresses = server.addresses(view);
        if let [page] = addresses.as_slice() {
            return self.page(page, number).await;
        }
        let client = &self.client;
        let loads = stream::iter(addresses).map(|address| async move {
            let (status, _, body) = client.get_with_tag(&address).await?;
            if status != 200 {
                bail!("{address}: status {status}: {}", String::from_utf8_lossy(&body));
            }
            Ok((address, body))
        });
        let loaded: Vec<_> = loads.buffer_unordered(AT_ONCE).try_collect().await?;
        let lines = loaded.iter().find(|(address, _)| address.contains(&format!("/{LINES}?")));
        let (_, body) = lines.context("no panel of lines")?;
        let json: Value = serde_json::from_slice(body)?;
        let cell = json.pointer("/panel/frame/columns/0/cells/0").or(json.pointer("/0/lines"));
        // Sums are decimals, which are texts.
        let number = |cell: &Value| cell.as_u64().or_else(|| cell.as_str()?.parse().ok());
        cell.and_then(number).with_context(|| format!("no number of lines: {json}"))
    }

    async fn page(&mut self, address: &str, number: usize) -> Result<u64> {
        self.live = Some(address.replace("/d/sales?", "/d/sales/live?"));
        let known = self.pages.get(&number);
        let tag = known.map(|(tag, _)| tag.as_str());
        let (status, tag, body) = self.client.get_unless(address, tag).await?;
        if let (304, Some((_, lines))) = (status, known) {
            return Ok(*lines);
        }
        let (mut status, mut body) = (status, body);
        // What takes longer than a page waits comes afterwards; without scripts, by loading it again.
        if lines(&String::from_utf8_lossy(&body)).is_none() {
            (status, _, body) =
                self.client.get_with_tag(&format!("{address}&whole-page=1")).await?;
        }
        let text = String::from_utf8_lossy(&body);
        if status != 200 || text.contains("notice bad") {
            bail!("{address}: status {status}: {text}");
        }
        let lines = lines(&text).with_context(|| format!("{address}: no number of lines"))?;
        if let Some(tag) = tag {
            self.pages.insert(number, (tag, lines));
        }
        Ok(lines)
    }
}

/// The number of lines on a page.
fn lines(page: &str) -> Option<u64> {
    u64::try_from(page_value(page, LINES)?.value).ok()
}
