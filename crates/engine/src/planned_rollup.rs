//! [`PlannedRollup`]: a checked rollup, with its refresh as a cache request.

use crate::rollup_key;
use crate::window;
use brisk_cache::{Fingerprint, Request};
use brisk_domain::{Rollup, RollupName, SourceName, Tag};
use brisk_source::rollup::Plan;
use brisk_source::{Source, StatementError, Target};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A rollup that can be refreshed.
#[derive(Debug)]
pub struct PlannedRollup {
    /// How to refresh it.
    pub plan: Plan,
    /// Identifies its definition.
    pub definition: String,
    /// The revision of the source that it was planned for.
    pub revision: Arc<str>,
    /// Its refresh as a cache request.
    pub request: Request,
}

impl PartialEq for PlannedRollup {
    fn eq(&self, other: &Self) -> bool {
        self.plan == other.plan
    }
}

impl PlannedRollup {
    /// Checks `rollup`, whose source speaks `dialect` and stores it in `place`.
    pub fn of(
        rollup: &Rollup,
        target: impl Into<Target>,
        place: &str,
    ) -> Result<Self, StatementError> {
        let target = target.into();
        let revision = Arc::clone(&target.revision);
        let plan = Plan::new(rollup, &window::offsets(&rollup.zone), target)?;
        let mut definition = Fingerprint::of(plan.definition_parts()).to_string();
        if !revision.is_empty() {
            // Rows aggregated from another database do not belong to this one.
            definition = Fingerprint::of([definition.as_str(), &*revision]).to_string();
        }
        let request = rollup_key::rollup_request(&plan, &definition, place);
        Ok(Self { plan, definition, revision, request })
    }

    /// Its name.
    pub fn name(&self) -> &RollupName {
        &self.plan.rollup().name
    }

    /// The tag that readers have for the rollup itself.
    pub fn own_tag(&self) -> Tag {
        rollup_key::rollup_tag(&self.plan.rollup().source, self.name())
    }
}

/// The rollup that statements on `source` call `brisk.{name}`, or why there is none.
pub fn find<'a>(
    rollups: &'a BTreeMap<RollupName, Arc<Rollup>>,
    source: &SourceName,
    name: &str,
) -> Result<&'a Arc<Rollup>, String> {
    let found = RollupName::parse(name).ok().and_then(|name| rollups.get(&name));
    match found {
        Some(rollup) if rollup.source == *source => Ok(rollup),
        Some(rollup) => Err(format!("the rollup {name} is of source \"{}\"", rollup.source)),
        None => {
            let own = rollups.values().filter(|rollup| rollup.source == *source);
            let known: Vec<&str> = own.map(|rollup| rollup.name.as_str()).collect();
            let known = if known.is_empty() { "none".into() } else { known.join(", ") };
            Err(format!("there is no rollup {name} of source \"{source}\"; there are: {known}"))
        }
    }
}

/// Caches the plan of each rollup while its file and its source are unchanged: planning parses the
/// statement and loads the zone.
#[derive(Debug, Default)]
pub(crate) struct Plans(Mutex<BTreeMap<RollupName, Entry>>);

type PlanResult = Result<Arc<PlannedRollup>, StatementError>;
type Entry = (Arc<Rollup>, Arc<str>, PlanResult);

impl Plans {
    /// The plan of `rollup`, whose source is `source`.
    pub(crate) fn of(&self, rollup: &Arc<Rollup>, source: &Source) -> PlanResult {
        let mut known = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((of, revision, made)) = known.get(&rollup.name)
            && Arc::ptr_eq(of, rollup)
            && revision == source.revision()
        {
            return made.clone();
        }
        let made = PlannedRollup::of(rollup, source.target(), source.rollup_place());
        let made = made.map(Arc::new);
        let revision = Arc::clone(source.revision());
        known.insert(rollup.name.clone(), (Arc::clone(rollup), revision, made.clone()));
        made
    }
}
