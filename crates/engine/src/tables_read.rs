//! What dashboards and rollups read of each source: the tables whose changes matter.

use crate::engine::Engine;
use crate::plan::PlannedStatement;
use crate::prepared::Shown;
use crate::window::Window;
use brisk_domain::rollup::ROLLUP_SCHEMA;
use brisk_domain::{Access, SourceName, ViewState};
use std::collections::{BTreeMap, BTreeSet};

/// What is read of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TablesRead {
    /// The tables and views as statements name them, in lower case; for statements that Brisk's
    /// parser cannot read, all names in them.
    pub tables: BTreeSet<String>,
    /// How many statements the parser cannot read.
    pub unread: usize,
}

impl Engine {
    /// What the default views read of each source. Invalid statements read nothing.
    pub fn tables_read(&self) -> BTreeMap<SourceName, TablesRead> {
        let mut read: BTreeMap<SourceName, TablesRead> = BTreeMap::new();
        let access = Access::anybody();
        let dashboards: Vec<_> = self.catalog().contents().dashboards.values().cloned().collect();
        for dashboard in &dashboards {
            let newest = self.newest(dashboard, &access).and_then(Result::ok);
            if let Some((planned, _)) = newest {
                add(&mut read, &planned);
            }
            let view = ViewState::default_of(dashboard);
            let Ok(window) = Window::of(dashboard, &view, self.clock.now()) else { continue };
            let prepared = self.prepare(dashboard, &Shown::Dashboard, &view, &access, window);
            for planned in &prepared.planned {
                add(&mut read, planned);
            }
        }
        for (_, planned) in self.rollups() {
            let Ok(planned) = planned else { continue };
            let of_source = read.entry(planned.plan.rollup().source.clone()).or_default();
            of_source.tables.extend(planned.plan.tables().iter().cloned());
        }
        read
    }
}

fn add(read: &mut BTreeMap<SourceName, TablesRead>, planned: &PlannedStatement) {
    let of_source = read.entry(planned.source.clone()).or_default();
    let is_rollup = |table: &&String| {
        table.strip_prefix(ROLLUP_SCHEMA).is_some_and(|rest| rest.starts_with('.'))
    };
    let tables = planned.statement.tables.iter().filter(|table| !is_rollup(table));
    of_source.tables.extend(tables.cloned());
    of_source.unread += usize::from(planned.statement.unread.is_some());
}
