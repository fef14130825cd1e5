//! Every panel of the bundled dashboards, over the demo data, compared cell by cell with what the
//! `sqlite3` client prints for a hand-written statement. The statements are in `golden_panels/`;
//! the range covers both clock changes in 2011.

#[path = "../../source/tests/clients/equal.rs"]
mod equal;
#[path = "../../source/tests/clients/sqlite3.rs"]
mod sqlite3;

use brisk_domain::{Access, Bounds, Dashboard, SourceName, Timestamp, ViewState};
use brisk_engine::{PlannedRollup, Window, plan, plan::PlannedStatement};
use brisk_import::{NoProgress, Options, Plan, Shift, Target, import};
use brisk_source::rollup::Refresh;
use brisk_source::{Limits, Source};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

async fn import_demo(database: &Path) {
    let text = std::fs::read_to_string(repository("demo/online-retail.toml")).unwrap();
    let plan = Plan::from_toml("online-retail.toml", &text).unwrap();
    let file = repository("demo/online_retail.csv.xz");
    let options = Options { shift: Shift::None, ..Options::default() };
    let target = Target::sqlite(database.to_owned());
    import(&plan, &file, &target, &options, &NoProgress).await.unwrap();
}

#[tokio::test]
async fn every_bundled_panel_shows_what_the_client_prints_for_a_hand_written_statement() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("retail.sqlite");
    import_demo(&database).await;
    let name = SourceName::parse("retail").unwrap();
    let rollups = directory.path().join("rollups.sqlite");
    let source = Source::sqlite(name, &database, Limits::default());
    let source = source.with_rollup_file(&rollups, "here", Duration::from_secs(600));
    let loaded = brisk_definition::load_dir(&repository("dashboards"));
    assert!(loaded.problems.is_empty() && loaded.dashboards.len() == 2, "{:?}", loaded.problems);
    let mut planned = BTreeMap::new();
    for rollup in loaded.rollups {
        let rollup = Arc::new(rollup);
        let place = source.rollup_place();
        let plan = PlannedRollup::of(&rollup, source.dialect(), place).unwrap();
        let now = Timestamp::from_seconds(NOW);
        let refresh =
            Refresh { plan: &plan.plan, definition: &plan.definition, now, rebuild: false };
        source.refresh(&refresh).await.unwrap();
        planned.insert(rollup.name.to_string(), Arc::new(plan));
    }
    let golden = Golden { source, database, rollups: planned };
    let mut compared = 0;
    for dashboard in &loaded.dashboards {
        compared += golden.compare(dashboard, &[]).await;
        // A list of countries, or a single one where only one can be chosen.
        let chosen: &[&str] = match dashboard.slug.as_str() {
            "products" => &["EIRE"],
            _ => &["France", "EIRE"],
        };
        compared += golden.compare(dashboard, chosen).await;
    }
    // 26 panels, 9 with a previous period, 7 with a sparkline; with and without countries.
    assert_eq!(compared, 2 * (26 + 9 + 7));
}

/// After the last invoice.
const NOW: i64 = 1_323_500_000;

struct Golden {
    source: Source,
    database: PathBuf,
    rollups: BTreeMap<String, Arc<PlannedRollup>>,
}

impl Golden {
    /// Compares all statements of all panels; returns how many there were.
    async fn compare(&self, dashboard: &Dashboard, countries: &[&str]) -> usize {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut pairs = vec![
            pair("from", "2011-02-15"),
            pair("to", "2011-11-15"),
            pair("interval", if dashboard.slug.as_str() == "products" { "month" } else { "day" }),
        ];
        pairs.extend(countries.iter().map(|country| pair("country", country)));
        let view = ViewState::from_pairs(dashboard, &pairs).unwrap();
        let now = Timestamp::from_seconds(NOW);
        let window = Window::of(dashboard, &view, now).unwrap();
        let whole = countries.is_empty();
        let mut compared = 0;
        for panel in &dashboard.panels {
            let (access, dialect) = (Access::anonymous(), self.source.dialect());
            let find = |_: &SourceName, name: &str| {
                self.rollups.get(name).cloned().ok_or_else(|| format!("there is no rollup {name}"))
            };
            let plan = plan::panel(panel, &view, &window, &access, dialect, &find).unwrap();
            let file = format!("{}/{}", dashboard.slug.as_str(), panel.id.as_str());
            let small = format!("{file}.sparkline");
            let mut statements = vec![(&plan.main, &file, window.bounds)];
            let previous = plan.previous.as_ref().zip(plan.earlier);
            statements.extend(previous.map(|(planned, earlier)| (planned, &file, earlier.bounds)));
            statements
                .extend(plan.sparkline.iter().map(|planned| (planned, &small, window.bounds)));
            for (planned, file, bounds) in statements {
                self.compare_one(planned, file, bounds, whole).await;
                compared += 1;
            }
        }
        compared
    }

    async fn compare_one(
        &self,
        planned: &PlannedStatement,
        file: &str,
        bounds: Bounds,
        whole: bool,
    ) {
        let frame = self.source.run(&planned.statement, &planned.scales).await.unwrap();
        let folder = repository("crates/engine/tests/golden_panels");
        let query = folder.join(format!("{file}.sql"));
        let (first, last) = (bounds.from.seconds().to_string(), bounds.to.seconds().to_string());
        let whole = if whole { "1" } else { "0" };
        let values = [("first", first.as_str()), ("last", &last), ("whole", whole)];
        let printed = sqlite3::run(&self.database, &[&folder.join("london.sql"), &query], &values);
        assert!(!printed.is_empty(), "{file}");
        equal::assert_equal(&frame, &printed, &format!("{file}, whole {whole}, from {first}"));
    }
}
