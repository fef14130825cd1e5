//! [`SlowStatements`]: the slowest statements of each source since the process started. Statements
//! are told apart by their text, which contains no values: those are bound.

use brisk_cache::Fingerprint;
use brisk_domain::SourceName;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many statements are counted per source; beyond that, those with the least total time are
/// forgotten.
const COUNTED: usize = 200;
/// How much of a statement's text is kept, in bytes.
const LONGEST: usize = 4_000;

/// How many digits of a fingerprint are shown.
const DIGITS: usize = 12;

/// The times of statements.
#[derive(Debug, Default)]
pub struct SlowStatements(Mutex<BTreeMap<SourceName, HashMap<Fingerprint, SlowStatement>>>);

/// The times of one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlowStatement {
    /// Identifies its text.
    pub fingerprint: String,
    /// Its text, without values.
    pub sql: String,
    /// Which panel ran it last: `sales/revenue`.
    pub label: Arc<str>,
    /// How often it ran.
    pub runs: u64,
    /// The total time of all runs.
    pub total: Duration,
    /// The time of the longest run.
    pub longest: Duration,
}

impl SlowStatements {
    pub(crate) fn note(&self, source: &SourceName, sql: &str, label: &Arc<str>, took: Duration) {
        let fingerprint = Fingerprint::of([sql]);
        let mut all = self.lock();
        let of_source = all.entry(source.clone()).or_default();
        if of_source.len() >= COUNTED && !of_source.contains_key(&fingerprint) {
            let mut totals: Vec<Duration> = of_source.values().map(|one| one.total).collect();
            totals.sort_unstable();
            let middle = totals[totals.len() / 2];
            of_source.retain(|_, one| one.total > middle);
        }
        let one = of_source.entry(fingerprint).or_insert_with(|| SlowStatement {
            fingerprint: fingerprint.to_string().chars().take(DIGITS).collect(),
            sql: shortened(sql),
            label: Arc::clone(label),
            runs: 0,
            total: Duration::ZERO,
            longest: Duration::ZERO,
        });
        one.label = Arc::clone(label);
        one.runs += 1;
        one.total += took;
        one.longest = one.longest.max(took);
    }

    /// The `most` statements of `source` with the longest total time, longest first.
    pub fn of(&self, source: &SourceName, most: usize) -> Vec<SlowStatement> {
        let all = self.lock();
        let mut slow: Vec<SlowStatement> =
            all.get(source).into_iter().flat_map(HashMap::values).cloned().collect();
        slow.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.fingerprint.cmp(&b.fingerprint)));
        slow.truncate(most);
        slow
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SourceName, HashMap<Fingerprint, SlowStatement>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shortened(sql: &str) -> String {
    match sql.char_indices().find(|(at, _)| *at >= LONGEST) {
        Some((at, _)) => format!("{}…", &sql[..at]),
        None => sql.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_counted_by_their_text_and_not_without_bound() {
        let (slow, shop) = (SlowStatements::default(), SourceName::parse("shop").unwrap());
        let label: Arc<str> = "sales/revenue".into();
        let note = |sql: &str, millis| slow.note(&shop, sql, &label, Duration::from_millis(millis));
        note("select slow", 900);
        for _ in 0..3 {
            note("select often", 400);
        }
        for at in 0..5 * COUNTED {
            note(&format!("select {at}"), 1);
        }
        let found = slow.of(&shop, 2);
        assert_eq!(found[0].sql, "select often");
        assert_eq!(
            (found[0].runs, found[0].total.as_millis(), found[0].longest.as_millis()),
            (3, 1_200, 400)
        );
        assert_eq!(found[1].sql, "select slow");
        assert!(slow.of(&shop, usize::MAX).len() <= COUNTED);
        assert!(slow.of(&SourceName::parse("other").unwrap(), 9).is_empty());
        note(&"ä".repeat(LONGEST), 5_000);
        assert!(slow.of(&shop, 1)[0].sql.len() <= LONGEST + "…".len());
    }
}
