//! Statements on real SQLite files: values, variables, errors.

use crate::fixture;

use brisk_domain::Values;
use brisk_source::SourceError;
use fixture::{Fixture, NOON, cells};

#[tokio::test]
async fn values_arrive_as_what_they_are() {
    let fixture = Fixture::new("create table t (a)", "UTC").await;
    let frame = fixture
        .run(
            "select 9223372036854775807 as big, 0.5 as half, 'Côte' as name, null as missing,
             1234 as pounds, $time(86400) as at",
        )
        .await
        .unwrap();
    assert_eq!(cells(&frame, "big"), [Some("9223372036854775807".into())]);
    assert_eq!(cells(&frame, "half"), [Some("0.5".into())]);
    assert_eq!(cells(&frame, "name"), [Some("Côte".into())]);
    assert_eq!(cells(&frame, "missing"), [None]);
    assert_eq!(cells(&frame, "pounds"), [Some("1.234".into())]);
    assert_eq!(cells(&frame, "at"), [Some("86400000000".into())]);
}

#[tokio::test]
async fn an_empty_result_keeps_its_columns_and_what_is_known_of_them() {
    let fixture = Fixture::new("create table t (a integer, b text)", "UTC").await;
    let sql = "select a, b as c, $time(a) as at, a as pounds from t";
    let frame = fixture.run(sql).await.unwrap();
    assert_eq!(frame.rows(), 0);
    let columns: Vec<_> = frame.columns().iter().map(|c| (c.name.as_str(), &c.values)).collect();
    let expected = [
        ("a", &Values::Int(vec![])),
        ("c", &Values::Text(vec![])),
        ("at", &Values::Time(vec![])),
        ("pounds", &Values::Decimal(vec![])),
    ];
    assert_eq!(columns, expected);
}

#[tokio::test]
async fn values_of_any_type_are_shown() {
    let setup = "create table t (a); insert into t values (1), ('x'), (2.0), (x'00ff'), (null)";
    let fixture = Fixture::new(setup, "UTC").await;
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        ("select a from t", vec![text("1"), text("x"), text("2.0"), text("X'00ff'"), None]),
        ("select x'00' as a", vec![text("X'00'")]),
        ("select cast(x'ff' as text) as a", vec![text("X'ff'")]),
        (
            "select 0.5 as a union all select 9007199254740993",
            vec![text("0.5"), text("9007199254740993")],
        ),
        ("select 9e999 as a", vec![text("Infinity")]),
    ];
    for (sql, expected) in cases {
        assert_eq!(cells(&fixture.run(sql).await.unwrap(), "a"), expected, "{sql}");
    }
    let frame = fixture.run("select 1 as a, 2 as a, 'b' as \"a (2)\"").await.unwrap();
    let names: Vec<&str> = frame.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "a (3)", "a (2)"]);
}

#[tokio::test]
async fn values_that_are_not_what_the_statement_says_are_refused_by_name() {
    let fixture = Fixture::new("create table t (a)", "UTC").await;
    let error = fixture.run("select $time('today') as bad").await.unwrap_err();
    assert!(error.to_string().starts_with("column \"bad\": "), "{error}");
    let error = fixture.run("select 0.5 as pounds").await.unwrap_err();
    assert!(error.to_string().starts_with("column \"pounds\": "), "{error}");
}

#[tokio::test]
async fn chosen_values_are_bound_and_nothing_chosen_means_all() {
    let setup = "create table t (a text);
        insert into t values ('a'), ('b'), ('c'), ('O''Neill\"; drop table t; --')";
    let fixture = Fixture::new(setup, "UTC").await;
    let count = async |condition: &str| {
        let frame = fixture.run(&format!("select count(*) as n from t where {condition}")).await;
        cells(&frame.unwrap(), "n")[0].clone().unwrap()
    };
    assert_eq!(count("$optional(a in :two)").await, "2");
    assert_eq!(count("$optional(a not in (:two))").await, "2");
    assert_eq!(count("$optional(a in :none)").await, "4");
    assert_eq!(count("a = :one").await, "1");
    assert_eq!(count("a in :one").await, "1");
    assert_eq!(count("a = ':one'").await, "0");
}

#[tokio::test]
async fn the_range_is_half_open() {
    let setup = format!(
        "create table t (at integer);
         insert into t values ({NOON}), ({NOON} - 1), ({NOON} - 86400), ({NOON} - 86401)"
    );
    let fixture = Fixture::new(&setup, "UTC").await;
    for condition in ["$range(at)", "at >= :from and at < :to"] {
        let sql = format!("select count(*) as n from t where {condition}");
        let frame = fixture.run(&sql).await.unwrap();
        assert_eq!(cells(&frame, "n"), [Some("2".into())], "{condition}");
    }
}

#[tokio::test]
async fn what_the_database_does_not_know_is_shown_at_the_authors_line() {
    let fixture = Fixture::new("create table t (a)", "UTC").await;
    let cases = [
        ("select a, -- missing\n  missing from t", (2, 3)),
        ("select a\nfrom t, nowhere", (2, 9)),
        ("select a,\n\n noway(a) as b from t", (3, 2)),
    ];
    for (sql, place) in cases {
        let error = fixture.run(sql).await.unwrap_err();
        let SourceError::Statement(error) = error else { panic!("{sql}: {error}") };
        assert_eq!((error.line, error.column), place, "{sql}: {error}");
    }
}

#[tokio::test]
async fn a_missing_file_is_unavailable_and_its_path_stays_in_the_log() {
    let name = brisk_domain::SourceName::parse("gone").unwrap();
    let path = std::path::Path::new("/nowhere/secret.sqlite");
    let source = brisk_source::Source::sqlite(name, path, Default::default());
    let fixture = Fixture::new("create table t (a)", "UTC").await;
    let statement = fixture.compile("select 1 as one").unwrap();
    let error = source.run(&statement, &[]).await.unwrap_err();
    assert!(matches!(error, SourceError::Unavailable(_)), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}
