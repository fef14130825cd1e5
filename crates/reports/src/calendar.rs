//! [`Calendar`]: the due times of a report.
//!
//! Everything here follows from the timing, the landings, what has been planned and the moment, in whatever
//! order processes heard of it. A due time's key is the same for all of them: the time of a crontab, or the
//! start of the day or week in which the data land. So it is planned once, whoever is first.
//!
//! What has landed counts for the period in which it landed. Data that land again after a period's report
//! was made are corrections: they neither repeat it nor count for the next period, which waits for its own.

use crate::landings::Landings;
use crate::period::Span;
use brisk_definition::timetable::Timetable;
use brisk_domain::report::{CronTime, Landing, Timing};
use brisk_domain::{Tag, Timestamp, ZoneName, ZoneOffsets};
use std::time::Duration;

/// Clocks of replicas differ by less than this; what is planned further ahead than that was planned before a
/// clock was set back.
const SET_BACK: Duration = Duration::from_secs(120);
/// How long after its moment a report counts as late.
const LATE: Duration = Duration::from_secs(600);
/// Missed due times are counted up to this many.
const COUNTED: u64 = 1_000;
/// Zones' offsets are known so long before and after the moments that matter.
const AROUND: Duration = Duration::from_secs(20 * 86_400);

/// The due times of a report.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: ZoneName,
    cron: Vec<Timetable>,
    landing: Option<Landing>,
}

/// How far a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Moments up to here have been planned, or are none of this report's.
    pub planned_to: Timestamp,
    /// The moment of the last due time that was planned, also under an earlier timing; none before the
    /// first.
    pub last: Option<Timestamp>,
}

/// A due time that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What identifies it among all processes.
    pub at: Timestamp,
    /// When its moment came; the [`Progress`] from then on.
    pub moment: Timestamp,
    /// How many others before it were missed.
    pub missed: u64,
    /// Whether it is so long after its moment that readers should know.
    pub is_late: bool,
    /// Why it is due.
    pub cause: Cause,
}

/// Why something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The clock says so.
    Time,
    /// All data have landed.
    Landed,
    /// It was not to wait any longer.
    AtLatest {
        /// What had not landed when this was found out.
        missing: Vec<Tag>,
    },
}

impl Calendar {
    /// Reads a timing; an error is a sentence.
    pub fn of(timing: &Timing) -> Result<Self, String> {
        let read =
            |CronTime(expression): &CronTime| Timetable::parse(expression, timing.zone.as_str());
        let cron = timing.cron.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { zone: timing.zone.clone(), cron, landing: timing.landing.clone() })
    }

    /// The latest due time that has come and is not planned yet. Those before it are only counted: after
    /// any downtime there is one.
    pub fn due(&self, progress: Progress, landings: &Landings, now: Timestamp) -> Option<Due> {
        if progress.planned_to >= now {
            return None;
        }
        let due = match &self.landing {
            None => self.due_by_clock(progress.planned_to, now),
            Some(landing) => self.due_by_landing(landing, progress, landings, now),
        };
        due.map(|due| Due { is_late: now.since(due.moment) > LATE, ..due })
    }

    /// Whether the clock was set back to before what has been planned: then due times count on from now.
    pub fn is_set_back(progress: Progress, now: Timestamp) -> bool {
        progress.planned_to > now.after(SET_BACK)
    }

    /// From when on landings matter to [`Calendar::due`]; none if they do not.
    pub fn landings_from(&self, progress: Progress, now: Timestamp) -> Option<Timestamp> {
        let landing = self.landing.as_ref()?;
        let zone = self.offsets(progress.planned_to.min(now), now);
        Some(self.first_span(landing, &zone, progress, now).start)
    }

    /// The tags that have to land.
    pub fn tags(&self) -> &[Tag] {
        self.landing.as_ref().map_or(&[], |landing| &landing.after)
    }

    /// The next moment after `at` that is known beforehand: a time of the clock, or without one the end of
    /// waiting.
    pub fn next(&self, at: Timestamp) -> Option<Timestamp> {
        let Some(landing) = &self.landing else { return self.next_time(at) };
        let span = |at| Span::around(landing, &self.offsets(at, at), at);
        if self.cron.is_empty() {
            let own = span(at);
            let next = || own.next(landing, &self.offsets(at, at)).latest;
            return own.latest.filter(|latest| *latest > at).or_else(next);
        }
        let mut next = self.next_time(at)?;
        loop {
            // Only the first time of a period counts.
            let own = span(next);
            let first = self.first_time(own)?;
            if first > at {
                return Some(first);
            }
            next = self.next_time(Timestamp(own.end.0.saturating_sub(1)))?;
        }
    }

    fn due_by_clock(&self, since: Timestamp, now: Timestamp) -> Option<Due> {
        let latest =
            self.cron.iter().filter_map(|time| time.due(since, now)).map(|(at, _)| at).max()?;
        let (mut missed, mut at) = (0, self.next_time(since)?);
        while at < latest && missed < COUNTED {
            missed += 1;
            at = self.next_time(at)?;
        }
        Some(Due { at: latest, moment: latest, missed, is_late: false, cause: Cause::Time })
    }

    fn due_by_landing(
        &self,
        landing: &Landing,
        progress: Progress,
        landings: &Landings,
        now: Timestamp,
    ) -> Option<Due> {
        let zone = self.offsets(progress.planned_to, now);
        let mut span = self.first_span(landing, &zone, progress, now);
        let mut due: Option<Due> = None;
        while span.start <= now {
            let is_done = progress.last.is_some_and(|last| span.contains(last));
            let found = if is_done { None } else { self.due_in(landing, span, landings, now) };
            if let Some(found) = found.filter(|found| found.moment > progress.planned_to) {
                let missed = due.map_or(0, |before| before.missed + 1);
                due = Some(Due { missed, ..found });
            }
            span = span.next(landing, &zone);
        }
        due
    }

    /// The due time of one period, if its moment has come.
    fn due_in(
        &self,
        landing: &Landing,
        span: Span,
        landings: &Landings,
        now: Timestamp,
    ) -> Option<Due> {
        let not_before = match self.cron.is_empty() {
            true => None,
            // A period without a time has no report.
            false => Some(self.first_time(span)?),
        };
        let until = span.end.min(Timestamp(now.0.saturating_add(1)));
        let firsts = landing.after.iter().map(|tag| (tag, landings.first(tag, span.start, until)));
        let firsts: Vec<(&Tag, Option<Timestamp>)> = firsts.collect();
        let landed = firsts.iter().map(|(_, at)| *at).collect::<Option<Vec<_>>>();
        let landed = landed.and_then(|all| all.into_iter().max());
        let moment = [landed, span.latest].into_iter().flatten().min()?;
        let moment = not_before.map_or(moment, |time| time.max(moment));
        if moment > now {
            return None;
        }
        let cause = match landed.is_some_and(|landed| landed <= moment) {
            true => Cause::Landed,
            false => {
                let missing = firsts.iter().filter(|(_, at)| at.is_none());
                Cause::AtLatest { missing: missing.map(|(tag, _)| (*tag).clone()).collect() }
            }
        };
        let at = not_before.unwrap_or(span.start);
        Some(Due { at, moment, missed: 0, is_late: false, cause })
    }

    /// The first period that may have a due time to be planned. After years of downtime, not all of them are
    /// looked at.
    fn first_span(
        &self,
        landing: &Landing,
        zone: &ZoneOffsets,
        progress: Progress,
        now: Timestamp,
    ) -> Span {
        let longest = i64::try_from(COUNTED * 86_400 * 1_000_000).unwrap_or(i64::MAX);
        let from = progress.planned_to.max(Timestamp(now.0.saturating_sub(longest))).min(now);
        Span::around(landing, zone, from)
    }

    /// The first time of the clock in a period.
    fn first_time(&self, span: Span) -> Option<Timestamp> {
        let first = self.next_time(Timestamp(span.start.0.saturating_sub(1)))?;
        span.contains(first).then_some(first)
    }

    /// The first time of the clock after `at`.
    fn next_time(&self, at: Timestamp) -> Option<Timestamp> {
        self.cron.iter().filter_map(|time| time.next(at)).min()
    }

    fn offsets(&self, from: Timestamp, to: Timestamp) -> ZoneOffsets {
        let longest = i64::try_from((COUNTED + 40) * 86_400 * 1_000_000).unwrap_or(i64::MAX);
        let around = i64::try_from(AROUND.as_micros()).unwrap_or(i64::MAX);
        let from = from.max(Timestamp(to.0.saturating_sub(longest)));
        self.zone.offsets(Timestamp(from.0.saturating_sub(around)), to.after(AROUND))
    }
}
