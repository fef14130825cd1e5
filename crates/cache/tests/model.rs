//! Random histories of the cache against a model of what a reader may be shown: writes to a
//! database, invalidations, loads that begin, read and end at any moment in between, lookups,
//! purges, evictions, and a clock. One thread, and loaders that wait for orders: a failing history
//! is shrunk and printed, and fails again.

use crate::support;

use brisk_cache::{
    Cache, Config, EntryKey, Fingerprint, Hit, LoadError, Policy, Request, State, Tag, Ticket,
    Trigger,
};
use brisk_domain::{Clock, ManualClock, Timestamp};
use futures::FutureExt;
use futures::future::BoxFuture;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;

type Text = Arc<str>;

/// Statements read the same tables as another, some of them, all, or none.
const TABLES: usize = 3;
const READS: [&[usize]; 6] = [&[0], &[0], &[0, 1], &[2, 1], &[0, 1, 2], &[]];
const TTL: i64 = 100;
const STALE: i64 = 200;

#[derive(Debug, Clone)]
enum Step {
    /// The database changes.
    Write { table: usize },
    /// The tables are invalidated, which is acknowledged.
    Invalidate { replica: usize, tables: Vec<usize> },
    /// A reader asks for a page, and may load later, with these tickets.
    Lookup { replica: usize, statements: Vec<usize>, mode: Mode },
    /// The same without a lookup.
    Ticket { replica: usize, statement: usize, mode: Mode },
    /// A reader loads with one of the tickets.
    Load { ticket: usize },
    /// A value that was shown to a reader is refreshed in the background.
    Refresh { shown: usize },
    /// A running statement reads the database.
    Read { load: usize },
    /// A running statement ends, having read or not.
    End { load: usize, how: End },
    /// Time passes.
    Advance { seconds: i64 },
    /// An admin purges the entry of a statement.
    Purge { replica: usize, statement: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Normal,
    Strict,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Well,
    Failed,
    Panicked,
}

fn step(replicas: usize) -> impl Strategy<Value = Step> {
    let replica = 0..replicas;
    let mode = prop_oneof![6 => Just(Mode::Normal), 2 => Just(Mode::Strict), 1 => Just(Mode::Off)];
    let end = prop_oneof![8 => Just(End::Well), 1 => Just(End::Failed), 1 => Just(End::Panicked)];
    let page = prop::collection::vec(0..READS.len(), 1..=3);
    let page = (replica.clone(), page, mode.clone());
    let asked = (replica.clone(), 0..READS.len(), mode);
    let tables = prop::collection::vec(0..TABLES, 1..=2);
    let seconds = prop_oneof![4 => 1..20i64, 2 => 50..150i64, 1 => 200..400i64];
    prop_oneof![
        3 => (0..TABLES).prop_map(|table| Step::Write { table }),
        3 => (replica.clone(), tables)
            .prop_map(|(replica, tables)| Step::Invalidate { replica, tables }),
        5 => page
            .prop_map(|(replica, statements, mode)| Step::Lookup { replica, statements, mode }),
        4 => asked
            .prop_map(|(replica, statement, mode)| Step::Ticket { replica, statement, mode }),
        6 => any::<usize>().prop_map(|ticket| Step::Load { ticket }),
        2 => any::<usize>().prop_map(|shown| Step::Refresh { shown }),
        5 => any::<usize>().prop_map(|load| Step::Read { load }),
        5 => (any::<usize>(), end).prop_map(|(load, how)| Step::End { load, how }),
        2 => seconds.prop_map(|seconds| Step::Advance { seconds }),
        1 => (replica, 0..READS.len())
            .prop_map(|(replica, statement)| Step::Purge { replica, statement }),
    ]
}

/// Shared by loaders and readers: the truth, as far as the model knows it.
#[derive(Default)]
struct Truth {
    /// How often each table was written.
    written: [u64; TABLES],
    /// `written` at the last acknowledged invalidation: no later reader may get less as current.
    floor: [u64; TABLES],
    loads: Vec<Load>,
    /// Statements running now.
    running: Vec<usize>,
    wrong: Vec<String>,
}

/// One run of a statement.
struct Load {
    key: EntryKey,
    replica: usize,
    off: bool,
    begun: Timestamp,
    next: Arc<Notify>,
    /// The version of each table it read.
    seen: Option<[u64; TABLES]>,
    end: Option<End>,
}

type World = Arc<Mutex<Truth>>;

fn lock(world: &World) -> MutexGuard<'_, Truth> {
    world.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[derive(Debug, thiserror::Error)]
#[error("the database refused")]
struct Refused;

type Loader = Box<dyn FnOnce() -> BoxFuture<'static, Result<Text, Refused>> + Send>;

/// A ticket, and what was true when it was taken.
#[derive(Clone)]
struct Asked {
    replica: usize,
    statement: usize,
    ticket: Ticket,
    floor: [u64; TABLES],
}

struct Play {
    replicas: Vec<Cache<Text>>,
    /// Whether messages between the replicas take time.
    networked: bool,
    clock: Arc<ManualClock>,
    world: World,
    asked: Vec<Asked>,
    shown: Vec<(Asked, Hit<Text>)>,
    readers: Vec<tokio::task::JoinHandle<()>>,
    /// The first load of each statement whose entry may be shown as current after a purge.
    purged: [usize; READS.len()],
}

impl Play {
    async fn run(mut self, steps: &[Step]) -> Result<(), TestCaseError> {
        for step in steps {
            self.step(step).await;
            // The other replica may not have received an invalidation yet.
            if !matches!(step, Step::Invalidate { .. }) {
                self.settle().await;
            }
            self.check()?;
        }
        // Running statements end, and all waiting readers get their answer.
        while self.readers.iter().any(|reader| !reader.is_finished()) {
            self.end(0, End::Well);
            self.settle().await;
        }
        self.check()?;
        let all: Vec<usize> = (0..READS.len()).collect();
        for replica in 0..self.replicas.len() {
            self.lookup(replica, &all, Mode::Normal).await;
        }
        self.check()
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let world = lock(&self.world);
        prop_assert!(world.wrong.is_empty(), "{}", world.wrong.join("; "));
        Ok(())
    }

    /// Lets all tasks proceed as far as they can.
    async fn settle(&self) {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        if self.networked {
            // The interleavings seen depend on this; what must hold does not.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn step(&mut self, step: &Step) {
        match *step {
            Step::Write { table } => lock(&self.world).written[table] += 1,
            Step::Invalidate { replica, ref tables } => {
                let tags: Vec<Tag> = tables.iter().map(|table| tag(*table)).collect();
                let written = lock(&self.world).written;
                self.replicas[replica].invalidate(&tags).await.unwrap();
                for table in tables {
                    lock(&self.world).floor[*table] = written[*table];
                }
            }
            Step::Lookup { replica, ref statements, mode } => {
                self.lookup(replica, statements, mode).await;
            }
            Step::Ticket { replica, statement, mode } => {
                let floor = lock(&self.world).floor;
                let asked = [request(statement, mode)];
                let ticket = self.replicas[replica].tickets(&asked).await.remove(0);
                self.asked.push(Asked { replica, statement, ticket, floor });
            }
            Step::Load { ticket } => {
                if let Some(asked) = pick(&self.asked, ticket).cloned() {
                    self.load(asked);
                }
            }
            Step::Refresh { shown } => {
                if let Some((asked, hit)) = pick(&self.shown, shown) {
                    let (cache, loader) = (&self.replicas[asked.replica], self.loader(asked));
                    cache.refresh(&asked.ticket, &hit.entry, Trigger::View, loader);
                }
            }
            Step::Read { load } => self.read(load),
            Step::End { load, how } => self.end(load, how),
            Step::Advance { seconds } => self.clock.advance(seconds),
            Step::Purge { replica, statement } => {
                self.replicas[replica].purge(&[request(statement, Mode::Normal)]).await;
                let world = lock(&self.world);
                if world.running.is_empty() && !self.networked {
                    self.purged[statement] = world.loads.len();
                }
            }
        }
    }

    async fn lookup(&mut self, replica: usize, statements: &[usize], mode: Mode) {
        let floor = lock(&self.world).floor;
        let page: Vec<Request> = statements.iter().map(|one| request(*one, mode)).collect();
        let found = self.replicas[replica].lookup(&page, Trigger::View).await;
        for (found, &statement) in found.into_iter().zip(statements) {
            let asked = Asked { replica, statement, ticket: found.ticket, floor };
            if let Some(hit) = found.hit {
                let (now, purged) = (self.clock.now(), self.purged[statement]);
                judge_lookup(&self.world, &asked, &hit, mode, now, purged);
                self.shown.push((asked.clone(), hit));
            }
            self.asked.push(asked);
        }
    }

    fn load(&mut self, asked: Asked) {
        let (cache, loader) = (self.replicas[asked.replica].clone(), self.loader(&asked));
        let (world, clock) = (Arc::clone(&self.world), Arc::clone(&self.clock));
        let ended_before = lock(&world).ended();
        self.readers.push(tokio::spawn(async move {
            match cache.load(&asked.ticket, Trigger::View, loader).await {
                Ok(hit) => judge_load(&world, &asked, &hit, &ended_before, clock.now()),
                Err(LoadError::Failed(_) | LoadError::Abandoned) => {}
                Err(error) => {
                    lock(&world).wrong.push(format!("no load can fail like this: {error}"))
                }
            }
        }));
    }

    /// A loader that waits for orders to read, and then to end.
    fn loader(&self, asked: &Asked) -> Loader {
        let (world, clock) = (Arc::clone(&self.world), Arc::clone(&self.clock));
        let (key, off) = (asked.ticket.key, asked.ticket.request.policy.off);
        let (replica, statement) = (asked.replica, asked.statement);
        Box::new(move || {
            async move {
                let next = Arc::new(Notify::new());
                let begun = clock.now();
                let load =
                    Load { key, replica, off, begun, next: next.clone(), seen: None, end: None };
                let number = lock(&world).begin(load);
                let (end, seen) = loop {
                    next.notified().await;
                    let truth = lock(&world);
                    let load = &truth.loads[number];
                    if let (Some(end), Some(seen)) = (load.end, load.seen) {
                        break (end, seen);
                    }
                };
                lock(&world).running.retain(|running| *running != number);
                match end {
                    End::Well => Ok(text(statement, number, seen)),
                    End::Failed => Err(Refused),
                    // Without printing a panic message.
                    End::Panicked => std::panic::resume_unwind(Box::new("on purpose")),
                }
            }
            .boxed()
        })
    }

    fn read(&self, load: usize) {
        let mut world = lock(&self.world);
        let written = world.written;
        if let Some(number) = pick(&world.running, load).copied() {
            world.loads[number].seen.get_or_insert(written);
        }
    }

    fn end(&self, load: usize, how: End) {
        self.read(load);
        let mut world = lock(&self.world);
        if let Some(number) = pick(&world.running, load).copied() {
            world.loads[number].end.get_or_insert(how);
            world.loads[number].next.notify_one();
        }
    }
}

impl Truth {
    fn begin(&mut self, load: Load) -> usize {
        // One load per entry in a process, and one in the cluster if it is stored.
        let twin = self.running.iter().map(|number| &self.loads[*number]).find(|other| {
            let together = other.replica == load.replica || !(other.off || load.off);
            other.key == load.key && together
        });
        if twin.is_some() {
            self.wrong.push("a second load of the same entry begins".into());
        }
        self.loads.push(load);
        self.running.push(self.loads.len() - 1);
        self.loads.len() - 1
    }

    fn ended(&self) -> Vec<bool> {
        self.loads.iter().map(|load| load.end.is_some()).collect()
    }
}

fn judge_lookup(
    world: &World,
    asked: &Asked,
    hit: &Hit<Text>,
    mode: Mode,
    now: Timestamp,
    purged: usize,
) {
    let entry = &hit.entry;
    let mut world = lock(world);
    let Some(number) = judge_value(&mut world, asked, hit) else { return };
    let seen = world.loads[number].seen.unwrap_or_default();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            world.wrong.push(format!("{what}: {:?} of load {number} at {now:?}", hit.state));
        }
    };
    must(mode != Mode::Off, "off, but a hit");
    let (fresh, usable) = (now < entry.fresh_until, now < entry.usable_until);
    match hit.state {
        State::Fresh => must(fresh, "fresh beyond its TTL"),
        State::Due => must(fresh, "due, but beyond its TTL"),
        State::Stale => must(!fresh && usable, "stale outside of its window"),
        State::Previous => {
            must(usable, "previous beyond its window");
            must(mode == Mode::Normal, "previous, but strict");
            must(entry.key != asked.ticket.key, "previous, but current");
        }
        State::Unverified => must(false, "unverified, but Redis answers"),
    }
    if hit.state != State::Previous {
        must(is_current(asked, &seen), "older than an acknowledged invalidation");
        must(entry.key == asked.ticket.key, "current under another key");
        must(number >= purged, "purged");
    }
}

fn judge_load(
    world: &World,
    asked: &Asked,
    hit: &Hit<Text>,
    ended_before: &[bool],
    now: Timestamp,
) {
    let mut world = lock(world);
    let Some(number) = judge_value(&mut world, asked, hit) else { return };
    let seen = world.loads[number].seen.unwrap_or_default();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            world.wrong.push(format!("{what}: load {number} at {now:?}"));
        }
    };
    must(hit.state == State::Fresh, "a load returned a value that is not fresh");
    must(is_current(asked, &seen), "a load returned a value older than an invalidation");
    let ended = ended_before.get(number).copied().unwrap_or(false);
    must(!ended || now < hit.entry.fresh_until, "a load returned an expired entry");
    must(!(ended && asked.ticket.request.policy.off), "off, but a load returned a stored entry");
}

/// Checks what holds for every value, however it is shown; returns the load it came from.
fn judge_value(world: &mut Truth, asked: &Asked, hit: &Hit<Text>) -> Option<usize> {
    let parts: Vec<u64> =
        hit.entry.value.split(['|', ' ']).filter_map(|part| part.parse().ok()).collect();
    let (statement, number) = (usize::try_from(parts[0]).ok()?, usize::try_from(parts[1]).ok()?);
    let entry = &hit.entry;
    let Some(load) = world.loads.get(number) else {
        world.wrong.push(format!("no load returned {:?}", entry.value));
        return None;
    };
    let (ttl, stale) = (seconds(TTL), seconds(STALE));
    let fresh = entry.fresh_until.0 - entry.stored_at.0;
    let wrong = match () {
        () if statement != asked.statement => "the value of another statement",
        () if entry.stored_at != load.begun => "its age is not that of its load",
        () if fresh < ttl - ttl / 10 || fresh > ttl + ttl / 10 => "its TTL is wrong",
        () if entry.usable_until.0 - entry.fresh_until.0 != stale => "its stale window is wrong",
        () if load.seen.map(|seen| text(statement, number, seen)) != Some(entry.value.clone()) => {
            "not what its load returned"
        }
        () => return Some(number),
    };
    world.wrong.push(format!("{wrong}: {hit:?}"));
    None
}

fn is_current(asked: &Asked, seen: &[u64; TABLES]) -> bool {
    READS[asked.statement].iter().all(|table| seen[*table] >= asked.floor[*table])
}

/// The statement, the load, the version of each table it read, and padding to overflow memory.
fn text(statement: usize, number: usize, seen: [u64; TABLES]) -> Text {
    let [a, b, c] = seen;
    format!("{statement}|{number}|{a} {b} {c}|{}", "x".repeat(500)).into()
}

fn request(statement: usize, mode: Mode) -> Request {
    Request {
        fingerprint: Fingerprint::of([statement.to_string()]),
        tags: READS[statement].iter().map(|table| tag(*table)).collect(),
        policy: Policy {
            ttl: Duration::from_secs(TTL.unsigned_abs()),
            stale: Duration::from_secs(STALE.unsigned_abs()),
            strict: mode == Mode::Strict,
            off: mode == Mode::Off,
            early: true,
        },
        label: "model".into(),
        lane: "database".into(),
    }
}

fn tag(table: usize) -> Tag {
    Tag::parse(&format!("table:{table}")).unwrap()
}

fn seconds(seconds: i64) -> i64 {
    Timestamp::from_seconds(seconds).0
}

fn pick<T>(of: &[T], which: usize) -> Option<&T> {
    of.get(which % of.len().max(1))
}

/// Plays `steps` in a single-threaded runtime.
fn play(
    steps: &[Step],
    max_bytes: u64,
    replicas: impl FnOnce(Config, Arc<ManualClock>) -> (Vec<Cache<Text>>, bool),
) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_000_000)));
        let mut config = Config { max_bytes, ..Config::default() };
        config.lanes.concurrency = 1_000;
        let (replicas, networked) = replicas(config, Arc::clone(&clock));
        let world = World::default();
        let (asked, shown, readers) = (Vec::new(), Vec::new(), Vec::new());
        let purged = [0; READS.len()];
        let play = Play { replicas, networked, clock, world, asked, shown, readers, purged };
        play.run(steps).await
    })
}

/// Room for all entries, or for two at most.
fn room() -> impl Strategy<Value = u64> {
    prop_oneof![3 => Just(1 << 20), 1 => Just(1_500)]
}

fn cases(cases: u32) -> ProptestConfig {
    let persistence = FileFailurePersistence::Direct("tests/model.regressions");
    ProptestConfig {
        cases,
        max_shrink_iters: 20_000,
        failure_persistence: Some(Box::new(persistence)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn no_history_shows_a_reader_a_forbidden_value(
        steps in prop::collection::vec(step(1), 1..80),
        room in room(),
    ) {
        play(&steps, room, |config, clock| (vec![Cache::in_memory(config, clock)], false))?;
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn no_history_of_two_replicas_shows_a_reader_a_forbidden_value(
        steps in prop::collection::vec(step(2), 1..60),
        room in room(),
    ) {
        play(&steps, room, |config, clock| {
            let url = support::shared_server().url();
            let redis = brisk_cache::RedisConfig {
                lease: Duration::from_secs(60),
                ..support::config(&url)
            };
            let replica = |_| {
                Cache::with_redis(config.clone(), clock.clone(), redis.clone()).unwrap()
            };
            ((0..2).map(replica).collect(), true)
        })?;
    }
}
