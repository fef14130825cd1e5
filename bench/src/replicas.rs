//! **Replicas.** How long another replica takes to follow what an admin did: a changed TTL, an account
//! disabled while its page is open, a session that ends, a webhook that is switched off. Over each store,
//! with Redis and without; for comparison, the same on the replica that made the change, which takes one
//! request.

use crate::hot::median;
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use crate::servers::redis::Redis;
use crate::sign_ins::{add, closed, sign_in};
use anyhow::{Context, Result, bail};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What is measured.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program.
    pub program: PathBuf,
    /// Measurements of each kind.
    pub rounds: usize,
    /// Whether the store is a PostgreSQL, and whether there is a Redis, each time.
    pub places: Vec<(bool, bool)>,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// By change and store.
    pub lines: Vec<Line>,
}

/// One change over one store.
#[derive(Debug, Clone)]
pub struct Line {
    /// The store, and whether there is a Redis.
    pub place: String,
    /// What was changed.
    pub what: &'static str,
    /// How long the other replica took to follow, by round.
    pub other: Vec<Duration>,
    /// The same on the replica that made the change.
    pub own: Vec<Duration>,
}

/// The longest that another replica may take, as promised.
const MOST: Duration = Duration::from_secs(1);
/// How long to wait for it.
const PATIENCE: Duration = Duration::from_secs(30);
/// The pause between two polls.
const PAUSE: Duration = Duration::from_millis(2);
const KEY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
const SALES: &str = "title = \"Sales\"\nsource = \"shop\"\nrange = \"last 7 days\"\n[[panel]]\nid = \"n\"\n\
    title = \"N\"\nkind = \"stat\"\nsql = \"select 1 as n\"\n";
const POLICY: &str = "/admin/cache/policy";
const HOOKS: &str = "/admin/invalidation";

/// Runs the measurement.
pub async fn run(settings: &Settings) -> Result<Report> {
    let mut report = Report::default();
    for (has_postgres, has_redis) in settings.places.iter().copied() {
        let redis = if has_redis { Some(Redis::start(&[])?) } else { None };
        let postgres = if has_postgres { Some(Postgres::start().await?) } else { None };
        let place = format!(
            "{}, {}",
            if has_postgres { "PostgreSQL" } else { "SQLite" },
            if has_redis { "Redis" } else { "no Redis" }
        );
        let urls = (postgres.as_ref().map(Postgres::owner_url), redis.as_ref().map(Redis::url));
        report.lines.extend(measured(settings, &place, &urls).await?);
    }
    Ok(report)
}

async fn measured(
    settings: &Settings,
    place: &str,
    (postgres, redis): &(Option<String>, Option<String>),
) -> Result<Vec<Line>> {
    let data = tempfile::tempdir()?;
    let table = |name: &str, url: &Option<String>| {
        url.as_ref().map(|url| format!("[{name}]\nurl = \"{url}\"\n")).unwrap_or_default()
    };
    let shop = data.path().join("shop.sqlite");
    std::fs::write(&shop, "")?;
    let configuration = format!(
        "secret_key = \"{KEY}\"\n{}{}[source.shop]\nurl = \"{}\"\n",
        table("database", postgres),
        table("redis", redis),
        shop.display()
    );
    let dashboards = vec![("sales.toml".into(), SALES.into())];
    let program = settings.program.clone();
    let deployment = Deployment { program, configuration, dashboards };
    let variables = [("BRISK_DATA_DIR".to_owned(), data.path().display().to_string())];
    let one = deployment.start_with(&variables)?;
    let two = deployment.start_with(&variables)?;
    add(&one, "root", "admin")?;
    add(&one, "ann", "viewer")?;
    closed(&one).await?;
    closed(&two).await?;
    let world = World { root: sign_in(&one, "root", 1).await?.0, one, two };
    world.sent(&world.one, HOOKS, "name=pipeline&allow=&per_minute=&source=").await?;
    let ann = world.id_of("ann").await?;
    let line = |what| Line { place: place.to_owned(), what, other: Vec::new(), own: Vec::new() };
    let mut lines = ["a TTL", "a person with an open page", "a session", "a webhook"].map(line);
    for round in 0..settings.rounds {
        for is_other in [true, false] {
            let follower = if is_other { &world.two } else { &world.one };
            let took = [
                world.ttl(follower, 2 * round + usize::from(is_other)).await?,
                world.person(follower, &ann, round).await?,
                world.session(follower, round).await?,
                world.webhook(follower).await?,
            ];
            for (line, took) in lines.iter_mut().zip(took) {
                if is_other { line.other.push(took) } else { line.own.push(took) }
            }
        }
    }
    Ok(lines.into())
}

/// Two replicas, and an admin's cookie.
struct World {
    one: Brisk,
    two: Brisk,
    root: String,
}

impl World {
    /// A TTL is changed.
    async fn ttl(&self, follower: &Brisk, round: usize) -> Result<Duration> {
        let ttl = 60 + round;
        let form = format!("scope=dashboard:sales&ttl={ttl}s&stale=&mode=&early=");
        self.sent(&self.one, POLICY, &form).await?;
        let shown = format!("value=\"{ttl}s\"");
        let minutes = format!("value=\"{}m\"", ttl / 60);
        let is_there =
            |text: &str| text.contains(&shown) || ttl.is_multiple_of(60) && text.contains(&minutes);
        let path = format!("{POLICY}?scope=dashboard:sales");
        until(async || Ok(is_there(&ask(follower, "GET", &path, &self.root, "").await?))).await
    }

    /// An account is disabled whose page follows its data at `follower`.
    async fn person(&self, follower: &Brisk, id: &str, round: usize) -> Result<Duration> {
        let path = format!("/admin/people/{id}");
        let (cookie, _) = sign_in(&self.one, "ann", 100 + round).await?;
        let mut stream = open(follower, "GET", "/d/sales/live", &cookie, "").await?;
        let mut said = String::new();
        heard(&mut stream, &mut said, "retry").await?;
        self.sent(&self.one, &path, "do=disable").await?;
        let begun = Instant::now();
        heard(&mut stream, &mut said, "event: outdated").await?;
        let took = begun.elapsed();
        self.sent(&self.one, &path, "do=enable").await?;
        Ok(took)
    }

    /// A session ends by signing out.
    async fn session(&self, follower: &Brisk, round: usize) -> Result<Duration> {
        let (cookie, _) = sign_in(&self.one, "ann", 10_000 + round).await?;
        let is_in = async || {
            let answer = ask(follower, "GET", "/d/sales", &cookie, "").await?;
            Ok(answer.starts_with("HTTP/1.1 200"))
        };
        until(&is_in).await?;
        ask(&self.one, "POST", "/sign-out", &cookie, "").await?;
        until(async || Ok(!is_in().await?)).await
    }

    /// A webhook is switched off.
    async fn webhook(&self, follower: &Brisk) -> Result<Duration> {
        let path = format!("{HOOKS}/webhooks/pipeline");
        let is_off = async || {
            let told = ask(follower, "POST", &path, &self.root, "do=test&tags=all").await?;
            Ok(told.contains("webhook-off"))
        };
        self.sent(&self.one, &path, "do=on").await?;
        until(async || Ok(!is_off().await?)).await?;
        self.sent(&self.one, &path, "do=off").await?;
        until(is_off).await
    }

    /// Sends a form that has to be accepted.
    async fn sent(&self, to: &Brisk, path: &str, form: &str) -> Result<()> {
        let answer = ask(to, "POST", path, &self.root, form).await?;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        match status.starts_with(['2', '3']) {
            true => Ok(()),
            false => bail!("{path} {form}: {}", answer.lines().next().unwrap_or_default()),
        }
    }

    async fn id_of(&self, name: &str) -> Result<String> {
        let all = ask(&self.one, "GET", "/admin/people", &self.root, "").await?;
        for part in all.split("/admin/people/").skip(1) {
            let id: String = part.chars().take_while(char::is_ascii_alphanumeric).collect();
            let page =
                ask(&self.one, "GET", &format!("/admin/people/{id}"), &self.root, "").await?;
            if page.contains(&format!(">{name}<")) && page.contains("value=\"disable\"") {
                return Ok(id);
            }
        }
        bail!("{name} is not among the people")
    }
}

/// Waits until `is_so` holds, and returns how long that took.
async fn until(is_so: impl AsyncFn() -> Result<bool>) -> Result<Duration> {
    let begun = Instant::now();
    while !is_so().await? {
        if begun.elapsed() > PATIENCE {
            bail!("a replica has not followed within {PATIENCE:?}");
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(begun.elapsed())
}

/// Reads until `words` have arrived.
async fn heard(stream: &mut TcpStream, said: &mut String, words: &str) -> Result<()> {
    let mut buffer = [0; 4_096];
    while !said.contains(words) {
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut buffer));
        let count = read.await.with_context(|| format!("{words} was never said"))??;
        if count == 0 {
            bail!("the stream ended before {words}: {said}");
        }
        said.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    Ok(())
}

/// The whole response, over a connection of its own.
async fn ask(to: &Brisk, method: &str, path: &str, cookie: &str, form: &str) -> Result<String> {
    let mut stream = open(to, method, path, cookie, form).await?;
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await??;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

async fn open(to: &Brisk, method: &str, path: &str, cookie: &str, form: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(to.address()).await?;
    stream.set_nodelay(true)?;
    let (host, length) = (to.address(), form.len());
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}"
    );
    stream.write_all(head.as_bytes()).await?;
    Ok(stream)
}

impl Report {
    /// Whether the other replica has always followed within a second.
    pub fn check(&self) -> Result<()> {
        let late = self.lines.iter().filter(|line| line.other.iter().any(|took| *took > MOST));
        let late: Vec<String> =
            late.map(|line| format!("{} ({})", line.what, line.place)).collect();
        if !late.is_empty() {
            bail!("another replica has followed later than within {MOST:?}: {}", late.join(", "));
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |times: &[Duration]| {
            let times: Vec<f64> = times.iter().map(|took| took.as_secs_f64() * 1e3).collect();
            let worst = times.iter().copied().fold(0.0, f64::max);
            format!("{:>7.0} {worst:>7.0}", if times.is_empty() { 0.0 } else { median(times) })
        };
        let rounds = self.lines.first().map_or(0, |line| line.other.len());
        writeln!(f, "ms until a change holds, median and worst of {rounds}")?;
        writeln!(f, "{:<24}{:<28}{:>15}  {:>15}", "", "", "other replica", "the one told")?;
        for Line { place, what, other, own } in &self.lines {
            writeln!(f, "{place:<24}{what:<28}{}  {}", shown(other), shown(own))?;
        }
        Ok(())
    }
}

/// The usual measurement of a program.
pub fn usual(program: &Path) -> Settings {
    let places = vec![(false, false), (false, true), (true, false), (true, true)];
    Settings { program: program.to_owned(), rounds: 30, places }
}
