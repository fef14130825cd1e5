//! When which component was disturbed: what excuses a failure.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is disturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// One of the replicas.
    Replica(usize),
    /// The shared Redis.
    Redis,
    /// The database that panels read.
    Source,
    /// The database of Brisk's own records.
    Store,
}

/// How long a component may take to be used again once it is back: pauses before connections are tried again,
/// and failures that are remembered.
pub const RECOVERY: Duration = Duration::from_secs(6);

#[derive(Debug, Clone, Copy)]
struct Window {
    component: Component,
    from: Instant,
    until: Option<Instant>,
    is_kill: bool,
}

/// All disturbances so far.
#[derive(Debug, Default)]
pub struct History(Mutex<Vec<Window>>);

impl History {
    /// A disturbance begins.
    pub fn begin(&self, component: Component, is_kill: bool) {
        let from = Instant::now();
        self.lock().push(Window { component, from, until: None, is_kill });
    }

    /// The component's disturbance ends.
    pub fn end(&self, component: Component) {
        let now = Instant::now();
        let mut windows = self.lock();
        let open = windows.iter_mut().rev().find(|w| w.component == component && w.until.is_none());
        if let Some(window) = open {
            window.until = Some(now);
        }
    }

    /// Whether the component was disturbed at any time from `from` to `until`, or had not recovered yet.
    pub fn is_disturbed(&self, component: Component, from: Instant, until: Instant) -> bool {
        self.lock().iter().any(|window| {
            let is_over = window.until.is_some_and(|end| end + RECOVERY < from);
            window.component == component && window.from <= until && !is_over
        })
    }

    /// Whether the component was killed at any time from `from` to `until`.
    pub fn is_killed(&self, component: Component, from: Instant, until: Instant) -> bool {
        self.lock().iter().any(|window| {
            window.component == component
                && window.is_kill
                && window.from >= from
                && window.from <= until
        })
    }

    /// What was disturbed lately, for people.
    pub fn lately(&self) -> Vec<String> {
        let now = Instant::now();
        let told = |window: &Window| {
            let ago = |at: Instant| format!("{:.1} s ago", (now - at).as_secs_f64());
            let is_late = window.until.is_none_or(|end| end + RECOVERY * 2 > now);
            let end = window.until.map_or("now".into(), ago);
            let how = if window.is_kill { "killed" } else { "disturbed" };
            is_late.then(|| format!("{} {how} {} to {end}", window.component, ago(window.from)))
        };
        self.lock().iter().filter_map(told).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Window>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disturbance_counts_until_the_component_has_recovered() {
        let history = History::default();
        let before = Instant::now();
        history.begin(Component::Redis, true);
        let within = Instant::now();
        assert!(history.is_disturbed(Component::Redis, within, within), "it has not ended");
        assert!(!history.is_disturbed(Component::Store, within, within));
        history.end(Component::Redis);
        let after = Instant::now();
        let later = after + RECOVERY * 2;
        assert!(history.is_disturbed(Component::Redis, after, after), "it has not recovered");
        assert!(!history.is_disturbed(Component::Redis, later, later));
        assert!(history.is_killed(Component::Redis, before, later));
        assert!(!history.is_killed(Component::Redis, after, later));
    }
}
