//! The SQL that Brisk writes for every shipped panel and rollup, in snapshots for people to read.

use brisk_domain::{Access, Dashboard, SourceName, Timestamp, ViewState};
use brisk_engine::{PlannedRollup, Window, plan};
use brisk_source::Dialect;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// Shipped panels read SQLite; on a server, they would be the others.
#[test]
fn a_reader_understands_what_is_written_for_every_shipped_panel() {
    for dialect in Dialect::ALL {
        insta::assert_snapshot!(format!("{dialect:?}").to_lowercase(), written(dialect));
    }
}

fn written(dialect: Dialect) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards");
    let loaded = brisk_definition::load_dir(&folder);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let rollups: BTreeMap<String, _> = loaded
        .rollups
        .iter()
        .filter_map(|rollup| {
            let planned = PlannedRollup::of(&Arc::new(rollup.clone()), dialect, "").ok()?;
            Some((rollup.name.to_string(), Arc::new(planned)))
        })
        .collect();
    let mut text = String::new();
    for dashboard in &loaded.dashboards {
        write_dashboard(dashboard, dialect, &rollups, &mut text);
    }
    text
}

fn write_dashboard(
    dashboard: &Dashboard,
    dialect: Dialect,
    rollups: &BTreeMap<String, Arc<PlannedRollup>>,
    text: &mut String,
) {
    let (view, access) = (ViewState::default_of(dashboard), Access::anonymous());
    let window = Window::of(dashboard, &view, Timestamp::from_seconds(1_323_500_000)).unwrap();
    let find = |_: &SourceName, name: &str| {
        rollups.get(name).cloned().ok_or_else(|| format!("there is no rollup {name}"))
    };
    for panel in &dashboard.panels {
        // Some are written in SQL that not every database reads.
        let Ok(planned) = plan::panel(panel, &view, &window, &access, dialect, &find) else {
            continue;
        };
        if planned.main.statement.unread.is_some() {
            continue;
        }
        // What is compared has the same statement, over other bounds.
        let statements =
            [Some((planned.main, "")), planned.sparkline.map(|line| (line, ", small line"))];
        for (statement, what) in statements.into_iter().flatten() {
            let sql = &statement.statement.sql;
            writeln!(text, "-- {}/{}{what}\n{sql};\n", dashboard.slug, panel.id).unwrap();
        }
    }
}
