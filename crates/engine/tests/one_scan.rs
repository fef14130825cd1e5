//! A figure and its sparkline from one statement, where PostgreSQL can give both: the same figures as from
//! one statement each.

use brisk_cache::{Cache, Config, Trigger};
use brisk_domain::{Access, ManualClock, PanelData, Slug, SourceName, Timestamp, ViewState};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine, PanelState};
use brisk_source::{Limits, Source};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::sync::Arc;

/// Floats whose sum depends on the order of adding, decimals, NULLs, and months without a row.
const SETUP: &str = "drop table if exists one_scan;
    create table one_scan as select timestamptz '2026-01-05 00:30Z' + g * interval '31 hours' as at,
      0.1::float8 * g as f, (g % 7)::numeric / 3 as d, nullif(g % 5, 0) as i, g % 2 = 0 as b
    from generate_series(0, 99) g";
/// Figures of one scan, each with what else their statements read.
const FIGURES: [&str; 7] = [
    "count(*)",
    "count(i)",
    "sum(f)",
    "avg(f)",
    "sum(d) / nullif(count(i), 0)",
    "max(d) - min(d)",
    "sum(i) filter (where b)",
];

struct World {
    engine: Engine,
    _directory: tempfile::TempDir,
}

impl World {
    /// With panels whose figures and lines are queried together, separately, or twice.
    async fn of(kinds: &[&str], table: &str) -> Option<Self> {
        if std::env::var_os("BRISK_TEST_QUICK").is_some() {
            return None;
        }
        let url = std::env::var("BRISK_TEST_POSTGRES_URL");
        let url = url.expect("BRISK_TEST_POSTGRES_URL names a server: run cargo xtask test");
        let mut admin = PgConnection::connect(&url).await.unwrap();
        admin.execute(AssertSqlSafe(SETUP.replace("one_scan", table))).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let panel = |id: String, figure: &str, line: &str| {
            format!(
                "[[panel]]\nid = \"{id}\"\ntitle = \"F\"\nkind = \"stat\"\ncompare = \"previous period\"\n\
                 sql = \"select {figure} as x from one_scan where $range(at) and d > 0\"\n{line}"
            )
        };
        let mut text = "title = \"F\"\nsource = \"pg\"\ntimezone = \"Europe/Berlin\"\n".to_owned();
        for (i, figure) in FIGURES.iter().enumerate() {
            let line = format!(
                "sparkline = \"select $bucket(at, week) as w, {figure} as x from one_scan where $range(at) and d > 0 \
                 group by 1 order by 1\"\n"
            );
            // Not the figure's own words.
            let other_line = line.replace("d > 0 ", "d > 0.0 ");
            for kind in kinds {
                let line = match *kind {
                    "together" => line.as_str(),
                    "alone" => "",
                    _ => &other_line,
                };
                text.push_str(&panel(format!("{kind}-{i}"), figure, line));
            }
        }
        std::fs::write(directory.path().join("f.toml"), text.replace("one_scan", table)).unwrap();
        let catalog = Arc::new(Catalog::open(directory.path()));
        assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_790_000_000)));
        let cache = Cache::in_memory(
            Config { jitter: 0.0, early: 0.0, ..Config::default() },
            clock.clone(),
        );
        let name = SourceName::parse("pg").unwrap();
        let source = Source::postgres(name.clone(), &url, 2, Limits::default()).unwrap();
        let loader = Loader::new(cache, Sources::from([(name, source)]));
        Some(Self { engine: Engine::new(catalog, loader, clock), _directory: directory })
    }

    async fn data(&self, range: &str) -> Vec<Arc<PanelData>> {
        let dashboard = self.engine.catalog().dashboard(&Slug::parse("f").unwrap()).unwrap();
        let view =
            ViewState::from_pairs(&dashboard, &brisk_domain::view::parse_query(range)).unwrap();
        let (access, trigger) = (Access::anonymous(), Trigger::View);
        let view = self.engine.view(&dashboard, &view, &access, trigger).await.unwrap();
        let mut all = Vec::new();
        for state in view.panels {
            all.push(match state {
                PanelState::Ready(data) => data,
                PanelState::Failed(error) => panic!("{error}"),
                PanelState::Pending { load, .. } => load.await.unwrap(),
            });
        }
        all
    }
}

#[tokio::test]
async fn one_scan_gives_the_figure_and_the_line_that_two_give() {
    let kinds = ["together", "alone", "twice"];
    let Some(world) = World::of(&kinds, "one_scan").await else { return };
    // With rows, with some in the earlier period alone, and without any.
    for range in [
        "from=2026-02-01&to=2026-03-31",
        "from=2026-03-10&to=2026-03-10",
        "from=2026-05-20&to=2026-06-20",
        "from=2030-01-01&to=2030-01-31",
    ] {
        let data = world.data(range).await;
        for (figure, panels) in FIGURES.iter().zip(data.chunks(3)) {
            let [together, alone, twice] = panels else { panic!("{figure}") };
            assert_eq!(together.frame, alone.frame, "{figure} {range}");
            assert_eq!(together.frame, twice.frame, "{figure} {range}");
            assert_eq!(together.previous, alone.previous, "{figure} {range}");
            assert_eq!(together.sparkline, twice.sparkline, "{figure} {range}");
            assert_eq!(together.sparkline_coverage, twice.sparkline_coverage, "{figure} {range}");
            assert_eq!((alone.sparkline.as_ref(), &together.notes), (None, &Vec::new()));
        }
    }
}

#[tokio::test]
async fn one_scan_is_one_statement() {
    for (kind, statements) in [("together", 1), ("twice", 2)] {
        let Some(world) = World::of(&[kind], &format!("one_scan_{kind}")).await else { return };
        let _ = world.data("from=2026-02-01&to=2026-03-31").await;
        let loads = world.engine.loader().cache().statistics().of_all().loads;
        // One more each for the earlier period, and one for whether the data reach back to it.
        assert_eq!(loads, (statements + 1) * FIGURES.len() as u64 + 1, "{kind}");
    }
}
