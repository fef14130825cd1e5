//! The columns of a result are known without running the statement.

use crate::fixture::{Fixture, maria, statement, url::url};
use brisk_domain::SourceName;
use brisk_source::{Dialect, Limits, Source, SourceError};

fn sources(sqlite: &Fixture) -> Vec<Source> {
    let name = SourceName::parse("pg").unwrap();
    let postgres = url("BRISK_TEST_POSTGRES_URL")
        .map(|url| Source::postgres(name, &url, 2, Limits::default()).unwrap());
    let servers = [postgres, maria::source(Limits::default())];
    std::iter::once(sqlite.source.clone()).chain(servers.into_iter().flatten()).collect()
}

#[tokio::test]
async fn a_result_has_its_frames_columns_in_every_dialect() {
    let sqlite = Fixture::new("select 1", "UTC").await;
    for source in sources(&sqlite) {
        let dialect = source.dialect();
        for (sql, expected) in [
            ("select 1 as n, 'a' as \"Name\" -- the last line", &["n", "Name"][..]),
            (
                "with t as (select 1 as day, 2 as net) select * from t order by 1 limit 3",
                &["day", "net"],
            ),
            (
                "select :from as at, sum(v.n) as total from (select 1 as n) as v group by 1;",
                &["at", "total"],
            ),
            ("values (1, 2)", &[]),
        ] {
            let sql = match dialect {
                Dialect::MySql => sql.replace('"', "`"),
                _ => sql.to_owned(),
            };
            let statement = statement(dialect, &sql);
            let told = source.result_columns(&statement).await.unwrap().unwrap();
            let frame = source.run(&statement, &[]).await.unwrap();
            let names: Vec<&str> = frame.columns().iter().map(|c| c.name.as_str()).collect();
            assert_eq!(told, names, "{dialect:?}: {sql}");
            assert!(expected.is_empty() || told == expected, "{dialect:?}: {told:?}");
        }
        let twice = statement(dialect, "select 1 as n, 2 as n, 3 as m");
        let told = source.result_columns(&twice).await.unwrap();
        let known = ["n", "n (2)", "m"].map(str::to_owned).to_vec();
        assert!(told == Some(known) || (told.is_none() && dialect == Dialect::MySql), "{told:?}");
    }
}

#[tokio::test]
async fn nothing_runs_and_what_the_database_refuses_has_its_place() {
    let sqlite = Fixture::new("select 1", "UTC").await;
    for source in sources(&sqlite) {
        let dialect = source.dialect();
        // Endless, if it ran.
        let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) \
                       select count(*) as n from n";
        let told = source.result_columns(&statement(dialect, endless)).await.unwrap();
        assert_eq!(told, Some(vec!["n".to_owned()]), "{dialect:?}");
        let wrong = statement(dialect, "select 1 as a,\n  nowhere as b from (select 1 as c) as t");
        let error = source.result_columns(&wrong).await.unwrap_err();
        let SourceError::Statement(error) = error else { panic!("{dialect:?}: {error}") };
        assert_eq!((error.line, error.column), (2, 3), "{dialect:?}: {error}");
    }
}
