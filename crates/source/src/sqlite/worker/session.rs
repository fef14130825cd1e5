//! [`Session`]: what a worker keeps from statement to statement.

use super::super::functions::Zones;
use super::connection::Opened;
use super::heap::Heap;
use super::protocol::{Answer, Failure, Run, Setup};
use super::rows::{self, Output, Stop};
use super::watch::Watch;
use brisk_domain::{ZoneName, ZoneOffsets};
use std::time::Duration;

/// What a worker keeps from statement to statement.
pub(super) struct Session {
    setup: Setup,
    /// The memory that SQLite may take, if it has a process to itself.
    heap: Option<Heap>,
    /// Whether that limit is in force.
    is_limited: bool,
    zones: Zones,
    watch: Watch,
    opened: Option<Opened>,
}

impl Session {
    pub(super) fn new(setup: Setup, heap: Option<Heap>, watch: Watch) -> Self {
        Self { setup, heap, is_limited: false, zones: Zones::default(), watch, opened: None }
    }

    /// Makes a zone known to its statements.
    pub(super) fn tell(&self, zone: &str, offsets: &ZoneOffsets) {
        if let Ok(zone) = ZoneName::parse(zone) {
            self.zones.tell(&zone, offsets);
        }
    }

    /// Runs a statement and answers; returns whether another one may follow.
    pub(super) fn run(&mut self, run: &Run, output: &mut Output) -> bool {
        self.watch.begin(Duration::from_millis(run.milliseconds));
        let result = if self.setup.writes_rollups {
            self.write(run, output)
        } else {
            self.read(run, output)
        };
        let answer = match result {
            Ok(changes) => Answer::Done(changes),
            Err(Stop::Gone) => return false,
            Err(Stop::Failed(_)) if self.watch.is_late() => Answer::Failed(Failure::Time),
            Err(Stop::Failed(_)) if self.watch.is_full() => Answer::Failed(Failure::Memory),
            Err(Stop::Failed(failure)) => Answer::Failed(failure),
        };
        // A statement that took too much memory leaves little of it behind.
        let may_go_on = !matches!(answer, Answer::Failed(Failure::Memory | Failure::Log));
        output.message(&answer).is_ok() && output.flush().is_ok() && may_go_on
    }

    fn read(&mut self, run: &Run, output: &mut Output) -> Result<u64, Stop> {
        for _ in 0..2 {
            let (kept, reads_rollups) = (self.opened.take(), run.reads_rollups);
            let is_process = self.heap.is_some();
            let (zones, watch) = (&self.zones, &self.watch);
            let opened = Opened::now(kept, &self.setup, reads_rollups, is_process, zones, watch)?;
            self.limit_heap(&opened)?;
            let result = guarded(&opened, &self.setup, run, output);
            let is_torn = opened.was_written_over(&self.setup);
            let is_over = opened.end().is_ok();
            if !is_torn {
                self.opened = Some(opened).filter(|_| is_over);
                return result;
            }
            // The rows may be from two files, or from neither: run it again.
            output.restart();
        }
        Err(Failure::File("it is written over while it is read".into()).into())
    }

    fn write(&mut self, run: &Run, output: &mut Output) -> Result<u64, Stop> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => {
                let is_process = self.heap.is_some();
                Opened::writer(&self.setup, &self.zones, &self.watch, is_process)?
            }
        };
        self.limit_heap(&opened)?;
        let result = guarded(&opened, &self.setup, run, output);
        self.opened = Some(opened);
        result
    }

    fn limit_heap(&mut self, opened: &Opened) -> rusqlite::Result<()> {
        if let Some(heap) = self.heap.filter(|_| !self.is_limited) {
            let sql = format!("pragma hard_heap_limit = {}", heap.most);
            opened.connection.query_row(&sql, [], |_| Ok(()))?;
            self.is_limited = true;
        }
        Ok(())
    }
}

fn guarded(opened: &Opened, setup: &Setup, run: &Run, output: &mut Output) -> Result<u64, Stop> {
    opened.permissions.begin();
    let result = rows::send(&opened.connection, setup, run, output);
    match (opened.permissions.end(), result) {
        (Some(function), Err(Stop::Failed(_))) => Err(Failure::Function(function).into()),
        (_, result) => result,
    }
}
