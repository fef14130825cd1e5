//! **Sign-ins.** Three hundred a minute, over many accounts and addresses, while others read: how long do
//! readers wait, compared with no sign-ins? And how much memory does a session take?

use crate::hot;
use crate::raw::{Raw, request};
use crate::retail;
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use anyhow::{Context, Result, bail};
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::{interval, sleep_until};

/// What to measure, and how much of it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program.
    pub program: PathBuf,
    /// Accounts that sign in.
    pub accounts: usize,
    /// Sign-ins a minute.
    pub a_minute: u32,
    /// Requests a second of the reader.
    pub rate: f64,
    /// The length of each measurement.
    pub length: Duration,
    /// Measurements of each kind.
    pub rounds: usize,
    /// Sessions whose memory is measured.
    pub sessions: usize,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The reader's 95th percentile, while nobody signs in; for each round.
    pub quiet: Vec<Duration>,
    /// The same while others sign in.
    pub busy: Vec<Duration>,
    /// How many signed in meanwhile, and how long the median and the slowest of them took.
    pub signed_in: usize,
    /// See `signed_in`.
    pub times: (Duration, Duration),
    /// Bytes of resident memory for each session.
    pub session: f64,
    /// How many sessions that was measured with.
    pub sessions: usize,
}

pub(crate) const PASSWORD: &str = "wet green umbrellas";
const SLUG: &str = "/d/twenty";
/// How many times as long the reader may wait at most.
const MOST: f64 = 2.0;

/// Runs the measurement.
pub async fn run(settings: &Settings) -> Result<Report> {
    let postgres = Postgres::start().await?;
    postgres.execute(hot::TABLE).await?;
    let configuration =
        format!("[source.bench]\nurl = \"{}\"\n[cache]\nttl = \"1h\"\n", postgres.url());
    let dashboards = vec![("twenty.toml".into(), retail::dashboard())];
    let deployment = Deployment { program: settings.program.clone(), configuration, dashboards };
    let brisk = deployment.start()?;
    hot::settled(&brisk).await?;
    add(&brisk, "reader", "admin")?;
    for number in 0..settings.accounts {
        add(&brisk, &format!("account{number}"), "viewer")?;
    }
    closed(&brisk).await?;
    let (cookie, _) = sign_in(&brisk, "reader", 1).await?;
    let asked = request(SLUG, &format!("cookie: {cookie}\r\n"));
    complete(&brisk, &asked).await?;
    let (rate, length) = (settings.rate, settings.length);
    let mut report = Report::default();
    let mut times = Vec::new();
    for _ in 0..settings.rounds {
        report.quiet.push(p95(hot::paced(&brisk, &asked, rate, length).await?));
        let (read, others) = tokio::join!(
            hot::paced(&brisk, &asked, rate, length),
            others(&brisk, settings, report.signed_in),
        );
        let others = others?;
        report.busy.push(p95(read?));
        report.signed_in += others.len();
        times.extend(others);
    }
    times.sort();
    let last = times.last().copied().context("nobody has signed in")?;
    report.times = (times[times.len() / 2], last);
    (report.session, report.sessions) = (memory(&brisk, settings).await?, settings.sessions);
    Ok(report)
}

/// Adds an account; the first admin closes the server to anonymous requests.
pub(crate) fn add(brisk: &Brisk, name: &str, role: &str) -> Result<()> {
    let arguments = ["user", "add", name, "--role", role, "--password-stdin"];
    brisk.command(&arguments, &format!("{PASSWORD}\n"))
}

/// Waits until the process knows that there is an admin: from then on it shows its figures only after
/// sign-in.
pub(crate) async fn closed(brisk: &Brisk) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(45) {
        let (status, _) =
            Raw::connect(&brisk.address()).await?.ask(&request("/metrics", "")).await?;
        if status != 200 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("the process stayed open to everybody, although there is an admin")
}

/// Waits until the page is complete for a signed-in reader.
async fn complete(brisk: &Brisk, asked: &[u8]) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(45) {
        let mut raw = Raw::connect(&brisk.address()).await?;
        // A page that streams has no length.
        if raw.ask(asked).await.is_ok_and(|(status, _)| status == 200) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("the page was never complete")
}

/// Signs in at an even pace, each time from another address; returns how long each took.
async fn others(brisk: &Brisk, settings: &Settings, before: usize) -> Result<Vec<Duration>> {
    let step = Duration::from_secs(60) / settings.a_minute.max(1);
    let end = tokio::time::Instant::now() + settings.length;
    let mut turns = interval(step);
    let (mut under_way, mut number) = (Vec::new(), before);
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            () = sleep_until(end) => break,
        }
        number += 1;
        let name = format!("account{}", number % settings.accounts.max(1));
        let address = brisk.address();
        under_way.push(tokio::spawn(async move { post(&address, &name, number).await }));
    }
    let mut times = Vec::new();
    for task in under_way {
        times.push(task.await??.1);
    }
    Ok(times)
}

/// Signs in from the address of that number; returns the cookie, and how long it took.
pub(crate) async fn sign_in(
    brisk: &Brisk,
    name: &str,
    number: usize,
) -> Result<(String, Duration)> {
    post(&brisk.address(), name, number).await
}

/// Signs in from an address of this machine's loopback network; returns the cookie, and how long it
/// took.
async fn post(address: &str, name: &str, number: usize) -> Result<(String, Duration)> {
    let begun = Instant::now();
    let socket = TcpSocket::new_v4()?;
    let own = [
        127,
        1 + (number / 62_500 % 200) as u8,
        (number / 250 % 250) as u8,
        1 + (number % 250) as u8,
    ];
    socket.bind(SocketAddr::from((own, 0)))?;
    let mut stream = socket.connect(address.parse()?).await?;
    let form = format!("name={name}&password={}", PASSWORD.replace(' ', "+"));
    let length = form.len();
    let head = format!(
        "POST /sign-in HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: \
         application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let cookie = answer
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        .and_then(|(_, cookie)| cookie.split(';').next());
    let first = answer.lines().next().unwrap_or_default();
    let cookie = cookie.with_context(|| format!("{name} is not signed in: {first}"))?;
    Ok((cookie.to_owned(), begun.elapsed()))
}

/// Bytes of resident memory per session in use.
async fn memory(brisk: &Brisk, settings: &Settings) -> Result<f64> {
    let mut cookies = Vec::new();
    for number in 0..settings.sessions {
        let name = format!("account{}", number % settings.accounts.max(1));
        cookies.push(sign_in(brisk, &name, 10_000 + number).await?.0);
    }
    let mut raw = Raw::connect(&brisk.address()).await?;
    let before = brisk.memory()?;
    for cookie in &cookies {
        let (status, _) = raw.ask(&request(SLUG, &format!("cookie: {cookie}\r\n"))).await?;
        if status != 200 {
            bail!("status {status}");
        }
    }
    let more = brisk.memory()?.saturating_sub(before);
    Ok(more as f64 / settings.sessions.max(1) as f64)
}

fn p95(mut waits: Vec<Duration>) -> Duration {
    waits.sort();
    waits[(waits.len() * 95 / 100).min(waits.len() - 1)]
}

impl Report {
    /// Whether the reader waits hardly longer, by the medians of the rounds.
    pub fn check(&self) -> Result<()> {
        let ratio = self.ratio();
        if ratio > MOST {
            bail!("while others sign in, readers wait {ratio:.2} times as long");
        }
        Ok(())
    }

    fn ratio(&self) -> f64 {
        let of =
            |waits: &[Duration]| hot::median(waits.iter().map(Duration::as_secs_f64).collect());
        of(&self.busy) / of(&self.quiet)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |waits: &[Duration]| {
            let waits = waits.iter().map(|wait| format!("{:.2}", wait.as_secs_f64() * 1e3));
            waits.collect::<Vec<_>>().join(", ")
        };
        writeln!(f, "a reader's P95 in ms, each round")?;
        writeln!(f, "  while nobody signs in   {}", list(&self.quiet))?;
        writeln!(f, "  while others do         {}", list(&self.busy))?;
        writeln!(f, "  of the medians          {:.2} times", self.ratio())?;
        let (median, last) = self.times;
        writeln!(
            f,
            "{} signed in, in {:.0} ms (median), {:.0} ms (longest)",
            self.signed_in,
            median.as_secs_f64() * 1e3,
            last.as_secs_f64() * 1e3
        )?;
        write!(f, "{:.0} bytes of memory a session, over {}", self.session, self.sessions)
    }
}

/// The usual measurement of a program.
pub fn usual(program: &Path) -> Settings {
    Settings {
        program: program.to_owned(),
        accounts: 50,
        a_minute: 300,
        rate: 400.0,
        length: Duration::from_secs(20),
        rounds: 3,
        sessions: 1_000,
    }
}
