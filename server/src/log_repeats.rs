//! [`Repeats`]: warnings and errors that repeat are counted, not repeated. A client that makes the
//! server fail a thousand times a second fills no disk, and hides nothing else in the log.
//!
//! A line is logged when it first comes within a minute, and so are the first lines of each place in the
//! program whatever they say; at the end of the minute one more line says how many were left out.

use std::collections::HashMap;
use std::fmt::{Debug, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata};
use tracing_subscriber::layer::{Context, Filter};

/// For how long a line counts as repeated.
const WINDOW: Duration = Duration::from_secs(60);
/// How often to look for windows that are over.
const LOOK: Duration = Duration::from_secs(5);
/// Different lines of one place in the program within a window.
const OF_PLACE: u64 = 20;
/// Lines that are told apart; of more, those of one place are counted together.
const KNOWN: usize = 1_000;
/// The longest text that is repeated in the line that counts, in characters.
const LONGEST: usize = 200;

/// Lets through what is new. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repeats(Arc<Mutex<Windows>>);

#[derive(Debug, Default)]
struct Windows {
    /// By line, and by place.
    lines: HashMap<u64, Window>,
    places: HashMap<u64, Window>,
}

#[derive(Debug)]
struct Window {
    since: Instant,
    /// All that came.
    count: u64,
    /// Those of them that were not logged.
    left_out: u64,
    text: String,
}

impl Repeats {
    /// Starts the thread that logs how many were left out.
    pub(crate) fn count(&self) {
        let repeats = self.clone();
        let counting = std::thread::Builder::new().name("log".into()).spawn(move || {
            loop {
                std::thread::sleep(LOOK);
                for (times, text) in repeats.over(Instant::now()) {
                    tracing::warn!(
                        times,
                        "logged once, and so many times more in a minute: {text}"
                    );
                }
            }
        });
        if let Err(error) = counting {
            tracing::warn!(%error, "lines of the log that repeat are not counted");
        }
    }

    /// Whether a line is logged.
    fn is_new(&self, place: u64, line: u64, text: &str, now: Instant) -> bool {
        let mut windows = self.lock();
        let Windows { lines, places } = &mut *windows;
        let has_room = lines.len() < KNOWN;
        if let Some(window) = lines.get_mut(&line) {
            window.count += 1;
            window.left_out += 1;
            return false;
        }
        let new = |left_out| Window { since: now, count: 1, left_out, text: shortened(text) };
        let of_place = places.entry(place).or_insert_with(|| Window { count: 0, ..new(0) });
        of_place.count += 1;
        if of_place.count > OF_PLACE || !has_room {
            of_place.left_out += 1;
            return false;
        }
        lines.insert(line, new(0));
        true
    }

    /// Ends the windows whose time is over; gives how many lines were left out, and what they said.
    fn over(&self, now: Instant) -> Vec<(u64, String)> {
        let mut windows = self.lock();
        let Windows { lines, places } = &mut *windows;
        let mut over = Vec::new();
        for windows in [lines, places] {
            windows.retain(|_, window| {
                let goes_on = now.saturating_duration_since(window.since) < WINDOW;
                if !goes_on && window.left_out > 0 {
                    over.push((window.left_out, std::mem::take(&mut window.text)));
                }
                goes_on
            });
        }
        over
    }

    fn lock(&self) -> MutexGuard<'_, Windows> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl<S> Filter<S> for Repeats {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let metadata = event.metadata();
        // Below a warning is no trouble; what this file logs is counted already.
        if *metadata.level() > Level::WARN || metadata.target() == module_path!() {
            return true;
        }
        let mut text = Text::default();
        event.record(&mut text);
        let place = hash(&metadata.callsite());
        self.is_new(place, hash(&(place, &text.0)), &text.0, Instant::now())
    }
}

/// What an event says, with its fields.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing into a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?} "),
            name => write!(self.0, "{name}={value:?} "),
        };
    }
}

fn shortened(text: &str) -> String {
    text.trim().chars().take(LONGEST).collect()
}

fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use tracing_subscriber::fmt::MakeWriter;
    use tracing_subscriber::layer::{Layer, SubscriberExt};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Written {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn what_repeats_is_logged_once_and_counted() {
        let (written, repeats) = (Written::default(), Repeats::default());
        let lines = tracing_subscriber::fmt::layer().with_writer(written.clone());
        let lines = lines.with_ansi(false).with_filter(repeats.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
            for _ in 0..1_000 {
                tracing::warn!(panel = "sales/revenue", "a panel's statement failed");
            }
            for at in 0..1_000 {
                tracing::warn!(at, "it differs");
            }
            for _ in 0..3 {
                tracing::info!("no trouble");
            }
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let count = |part: &str| text.matches(part).count();
        assert_eq!(count("a panel's statement failed"), 1);
        assert_eq!(count("it differs"), OF_PLACE as usize);
        assert_eq!(count("no trouble"), 3);
        assert_eq!(repeats.over(Instant::now()), []);
        let mut over = repeats.over(Instant::now() + WINDOW);
        over.sort();
        let failed = "a panel's statement failed panel=\"sales/revenue\"".to_owned();
        assert_eq!(over[..2], [(980, "it differs at=0".to_owned()), (999, failed)]);
        assert_eq!(repeats.over(Instant::now() + WINDOW * 2), [], "told once");
    }
}
