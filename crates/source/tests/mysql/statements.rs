//! A real MariaDB: every type is decoded as itself, statements only read, errors have positions.

use crate::fixture;

use brisk_domain::{Decimal, Frame, SourceName, Timestamp, Values};
use brisk_source::{Limits, Source, SourceError};
use fixture::maria::{VARIABLE, admin, run, set_up, source, statement};
use fixture::url::url;
use fixture::{allowing, cells};
use sqlx::{AssertSqlSafe, Executor};

#[tokio::test]
async fn each_type_of_a_table_arrives_as_what_it_is() {
    let Some(source) = source(Limits::default()) else { return };
    let columns = [
        ("tiny", "tinyint", "-128", "-128"),
        ("tinyu", "tinyint unsigned", "255", "255"),
        ("flag", "tinyint(1)", "true", "1"),
        ("flag2", "tinyint(1)", "-7", "-7"),
        ("flagu", "tinyint(1) unsigned", "200", "200"),
        ("small", "smallint", "-32768", "-32768"),
        ("smallu", "smallint unsigned", "65535", "65535"),
        ("medium", "mediumint", "-8388608", "-8388608"),
        ("mediumu", "mediumint unsigned", "16777215", "16777215"),
        ("normal", "int", "-2147483648", "-2147483648"),
        ("normalu", "int unsigned", "4294967295", "4294967295"),
        ("filled", "int(8) unsigned zerofill", "42", "42"),
        ("big", "bigint", "-9223372036854775808", "-9223372036854775808"),
        ("bigger", "bigint unsigned", "18446744073709551615", "18446744073709551615"),
        ("bits", "bit(9)", "b'100000001'", "257"),
        (
            "allbits",
            "bit(64)",
            "b'1111111111111111111111111111111111111111111111111111111111111111'",
            "18446744073709551615",
        ),
        ("exact", "decimal(20,4)", "-12.34", "-12.3400"),
        (
            "longest",
            "decimal(65,30)",
            "-12345678901234567890123456789012345.000000000000000000000000000001",
            "-12345678901234567890123456789012345.000000000000000000000000000001",
        ),
        ("filledd", "decimal(10,2) unsigned zerofill", "7.5", "7.50"),
        ("single", "float", "1.1", "1.1"),
        ("twice", "double", "0.1", "0.1"),
        ("name", "varchar(50)", "'é😀 日本語 العربية'", "é😀 日本語 العربية"),
        ("latin", "varchar(50) character set latin1", "'Côte'", "Côte"),
        ("fixed", "char(5)", "'ab'", "ab"),
        ("exactly", "varchar(50) collate utf8mb4_bin", "'Ab'", "Ab"),
        ("story", "longtext", "repeat('ü', 70000)", ""),
        ("story_bin", "text collate utf8mb4_bin", "'x'", "x"),
        ("doc", "json", "'{\"a\": [1, \"ß\"]}'", "{\"a\": [1, \"ß\"]}"),
        ("kind", "enum('small','größer')", "'größer'", "größer"),
        ("kinds", "set('a','b','c')", "'a,c'", "a,c"),
        (
            "id",
            "uuid",
            "'00112233-4455-6677-8899-aabbccddeeff'",
            "00112233-4455-6677-8899-aabbccddeeff",
        ),
        ("six", "inet6", "'2001:db8::1'", "2001:db8::1"),
        ("four", "inet4", "'192.0.2.1'", "192.0.2.1"),
        ("born", "date", "'1899-12-31'", "1899-12-31"),
        ("clock", "time", "'12:50:00'", "12:50:00"),
        ("clock6", "time(6)", "'-838:59:58.000001'", "-838:59:58.000001"),
        ("vintage", "year", "2011", "2011"),
    ];
    let fields: String =
        columns.iter().map(|(name, kind, ..)| format!("`{name}` {kind}, ")).collect();
    let values: Vec<&str> = columns.iter().map(|(_, _, value, _)| *value).collect();
    set_up(&[
        "drop table if exists every_type",
        &format!("create table every_type ({fields} at timestamp(6) null) character set utf8mb4"),
        &format!("insert into every_type values ({}, null)", values.join(", ")),
        "insert into every_type () values ()",
    ])
    .await;
    // With rows, then with NULLs only, then with none: the same columns.
    let frame = run(&source, "select * from every_type").await.unwrap();
    assert_eq!(frame.rows(), 2);
    for (name, kind, _, expected) in columns {
        let values = &frame.column(name).unwrap().values;
        if name == "story" {
            assert_eq!(values.exact(0).unwrap().chars().count(), 70_000);
        } else {
            assert_eq!(values.exact(0).as_deref(), Some(expected), "{name} {kind}");
        }
        assert_eq!(values.exact(1), None, "{name}");
    }
    let whole = |name: &str| matches!(frame.column(name).unwrap().values, Values::Int(_));
    assert!(whole("flag") && whole("vintage") && whole("mediumu") && whole("bits"));
    assert!(!whole("bigger") && !whole("allbits"));
    let decimal = Values::Decimal(vec![Decimal::parse("-12.3400").ok(), None]);
    assert_eq!(frame.column("exact").unwrap().values, decimal);
    let nulls = run(&source, "select * from every_type where big is null").await.unwrap();
    let none = run(&source, "select * from every_type where false").await.unwrap();
    assert_eq!((nulls.rows(), none.rows()), (1, 0));
    for column in frame.columns() {
        let kind =
            |frame: &Frame| std::mem::discriminant(&frame.column(&column.name).unwrap().values);
        assert_eq!(kind(&nulls), kind(&none), "{}", column.name);
        if column.name != "bigger" && column.name != "allbits" {
            assert_eq!(kind(&frame), kind(&none), "{}", column.name);
        }
    }
}

#[tokio::test]
async fn what_expressions_give_arrives_as_what_it_is() {
    let Some(source) = source(Limits::default()) else { return };
    set_up(&[
        "drop table if exists few",
        "create table few (a int, b decimal(10,2), net bigint)",
        "insert into few values (1, 1.10, 1234), (2, 2.20, -1), (null, null, null)",
    ])
    .await;
    let frame = run(
        &source,
        "select sum(a) as sum, avg(a) as avg, count(*) as n, sum(b) as money, max(b) as most,
           sum(net) as pounds, true as yes, 1 < 0 as no, null as nothing, 7 & 5 as bits,
           9223372036854775807 + 0 as big, 18446744073709551615 as bigger, 0.1 as tenth,
           1e0 / 3 as third, 7 div 2 as whole, 1 / 4 as quarter, concat('ä', 1) as joined,
           group_concat(a order by a) as list, $time(max(timestamp'2011-12-09 12:50:00')) as at,
           hex('z') as hexed, date_format('2011-12-09', '%d.%m.') as shown, :one as one,
           json_object('k', 'v') as doc, std(a) as std, -0.00 as zero,
           cast(cast('x' as binary) as char) as back
         from few",
    )
    .await
    .unwrap();
    let expected = [
        ("sum", "3"),
        ("avg", "1.5000"),
        ("n", "3"),
        ("money", "3.30"),
        ("most", "2.20"),
        ("pounds", "1.233"),
        ("yes", "1"),
        ("no", "0"),
        ("bits", "5"),
        ("big", "9223372036854775807"),
        ("bigger", "18446744073709551615"),
        ("tenth", "0.1"),
        ("third", "0.3333333333333333"),
        ("whole", "3"),
        ("quarter", "0.2500"),
        ("joined", "ä1"),
        ("list", "1,2"),
        ("hexed", "7A"),
        ("shown", "09.12."),
        ("one", "O'Neill\\\"; drop table t; --"),
        ("doc", "{\"k\": \"v\"}"),
        ("std", "0.5"),
        ("back", "x"),
    ];
    for (name, text) in expected {
        let values = &frame.column(name).unwrap().values;
        assert_eq!(values.exact(0).as_deref(), Some(text), "{name}");
    }
    assert_eq!(frame.column("nothing").unwrap().values, Values::Int(vec![None]));
    let at = frame.column("at").unwrap().values.time(0);
    assert_eq!(at, Some(Timestamp::from_seconds(1_323_435_000)));
    // The server calls these binary.
    let nulls = "select (select min(null)) as a, n.b, n.pounds, $time(n.at) as at
        from (select null as b, null as pounds, null as at) n";
    let nulls = run(&source, nulls).await.unwrap();
    assert_eq!((cells(&nulls, "a"), cells(&nulls, "b")), (vec![None], vec![None]));
    assert_eq!(nulls.column("pounds").unwrap().values, Values::Decimal(vec![None]));
    assert_eq!(nulls.column("at").unwrap().values, Values::Time(vec![None]));
    let empty = "select sum(net) as pounds, concat(:one) as one, :one as two, $time(null) as at from few where false
        group by a";
    let empty = run(&source, empty).await.unwrap();
    assert_eq!(empty.column("pounds").unwrap().values, Values::Decimal(vec![]));
    assert_eq!(empty.column("one").unwrap().values, Values::Text(vec![]));
    assert_eq!(empty.column("two").unwrap().values, Values::Text(vec![]));
    assert_eq!(empty.column("at").unwrap().values, Values::Time(vec![]));
}

#[tokio::test]
async fn types_without_a_place_in_a_frame_are_shown_as_the_server_writes_them() {
    let Some(source) = source(Limits::default()) else { return };
    set_up(&[
        "drop table if exists odd",
        "create table odd (a blob, b varbinary(9), c point, d date, e datetime, f timestamp,
           g polygon, h multipoint, i geometrycollection)",
        "insert into odd values (x'7800ff', 'y', point(1, 2), '0000-00-00', '0000-00-00', 0,
           st_geomfromtext('POLYGON((0 0,1 0,1 1,0 0))'),
           st_geomfromtext('MULTIPOINT(1 1,2 2.5)'),
           st_geomfromtext('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))'))",
        "insert into odd (d, e) values ('2011-00-00', '2011-02-00')",
    ])
    .await;
    for (sql, hint) in [("select 1.5e0 as pounds", "scale"), ("select 'x' as pounds", "scale")] {
        let error = run(&source, sql).await.unwrap_err();
        assert!(matches!(error, SourceError::Type { .. }), "{sql}: {error}");
        assert!(error.to_string().contains(hint), "{sql}: {error}");
    }
    let average = run(&source, "select avg(1500.5) as pounds").await.unwrap();
    assert_eq!(cells(&average, "pounds"), [Some("1.50050000".into())]);
    let shown = [
        ("a", "0x7800ff"),
        ("b", "0x79"),
        ("c", "POINT(1 2)"),
        ("d", "0000-00-00"),
        ("e", "0000-00-00 00:00:00"),
        ("f", "0000-00-00 00:00:00"),
        ("g", "POLYGON((0 0,1 0,1 1,0 0))"),
        ("h", "MULTIPOINT(1 1,2 2.5)"),
        ("i", "GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))"),
    ];
    let frame = run(&source, "select * from odd where d = 0").await.unwrap();
    for (name, text) in shown {
        assert_eq!(cells(&frame, name), [Some(text.to_owned())], "{name}");
    }
    let text = |text: &str| Some(text.to_owned());
    let dates = run(&source, "select d, e, nullif(d, 0) as n from odd order by d").await.unwrap();
    assert_eq!(cells(&dates, "d"), [text("0000-00-00"), text("2011-00-00")]);
    assert_eq!(cells(&dates, "e"), [text("0000-00-00 00:00:00"), text("2011-02-00 00:00:00")]);
    assert_eq!(cells(&dates, "n"), [None, text("2011-00-00")]);
    let twice = run(&source, "select count(*), count(*) from odd").await.unwrap();
    assert_eq!(cells(&twice, "count(*) (2)"), [text("2")]);
    // An instant before a zero date keeps its value.
    let mixed =
        "select timestamp'2011-12-09 12:50:00' as e union all select e from odd where d = 0";
    let mixed = cells(&run(&source, mixed).await.unwrap(), "e");
    assert_eq!(mixed, [text("2011-12-09 12:50:00"), text("0000-00-00 00:00:00")]);
    // Of a timestamp, unlike of a datetime, it is known that it is in UTC.
    set_up(&[
        "drop table if exists stamped",
        "create table stamped (id int, at timestamp null, wall datetime)",
        "set time_zone = '+02:00'",
        "insert into stamped values (1, '2011-12-09 14:50:00', '2011-12-09 14:50:00'), (2, 0, 0),
           (3, null, null), (4, '2011-12-09 15:00:01', '2011-12-09 15:00:01')",
    ])
    .await;
    let stamped = run(&source, "select at, wall from stamped order by id").await.unwrap();
    let zero = "0000-00-00 00:00:00";
    let instants = [text("2011-12-09 12:50:00+00"), text(zero), None];
    assert_eq!(cells(&stamped, "at")[..3], instants);
    assert_eq!(cells(&stamped, "at")[3], text("2011-12-09 13:00:01+00"));
    let walls = [text("2011-12-09 14:50:00"), text(zero), None, text("2011-12-09 15:00:01")];
    assert_eq!(cells(&stamped, "wall"), walls);
    let without = run(&source, "select d from odd where day(d) > 0").await.unwrap();
    assert_eq!(without.rows(), 0);
    let sql = "select $bucket(d) as day, $year(e) as year from odd";
    let buckets = run(&source, sql).await.unwrap();
    assert_eq!(buckets.column("day").unwrap().values, Values::Time(vec![None, None]));
    assert_eq!(buckets.column("year").unwrap().values, Values::Int(vec![None, None]));
}

#[tokio::test]
async fn chosen_values_are_bound_and_nothing_chosen_means_all() {
    let Some(source) = source(Limits::default()) else { return };
    set_up(&[
        "drop table if exists chosen",
        "create table chosen (a varchar(50)) character set utf8mb4",
        "drop table if exists chosen_latin",
        "create table chosen_latin (a varchar(50)) character set latin1",
        "insert into chosen_latin values ('ä'), ('b')",
        "insert into chosen values ('ä'), ('日本'), ('c'), ('O''Neill\\\\\"; drop table t; --')",
    ])
    .await;
    let count = async |condition: &str| {
        let sql = format!("select count(*) as n from chosen where {condition}");
        run(&source, &sql).await.unwrap().columns()[0].values.exact(0).unwrap()
    };
    assert_eq!(count("$optional(a in :two)").await, "2");
    assert_eq!(count("$optional(a not in (:two))").await, "2");
    assert_eq!(count("$optional(a in :none)").await, "4");
    assert_eq!(count("a = :one").await, "1");
    assert_eq!(count("a in :one").await, "1");
    assert_eq!(count("a = ':one'").await, "0");
    // An older table, in another character set than the bound values.
    let sql = "select a from chosen_latin where a = 'ä' and a <> :one";
    let frame = run(&source, sql).await.unwrap();
    assert_eq!(cells(&frame, "a"), [Some("ä".into())]);
}

#[tokio::test]
async fn a_statement_that_writes_is_refused_by_the_server_too() {
    let Some(source) = source(Limits::default()) else { return };
    set_up(&[
        "drop table if exists kept",
        "create table kept as select 1 as a",
        "drop table if exists kept_elsewhere",
        "create table kept_elsewhere engine = myisam as select 1 as a",
        "drop sequence if exists counted",
        "create sequence counted",
    ])
    .await;
    // Functions that delete, in two engines; one that first lifts the protection; one that only
    // does that.
    let functions = [
        ("sneaky", "delete from kept"),
        ("sneaky_elsewhere", "delete from kept_elsewhere"),
        ("sneakier", "set session transaction read write; delete from kept"),
        (
            "unfence",
            "set session tx_read_only = 0, sql_mode = 'ANSI_QUOTES', time_zone = '+05:00',
               sql_select_limit = 1, group_concat_max_len = 4",
        ),
        ("commits", "insert into kept values (2)"),
    ];
    for (name, body) in functions {
        let create = format!(
            "create or replace function {name}() returns int deterministic modifies sql data
             begin {body}; return 1; end"
        );
        set_up(&[&create]).await;
    }
    let names = functions.map(|(name, _)| format!("brisk.{name}"));
    let source = source.with_rights(allowing(&names.each_ref().map(String::as_str)));
    for _ in 0..5 {
        for sql in [
            "select sneaky() as a",
            "select sneaky_elsewhere() as a",
            "select sneakier() as a",
            "select commits() as a",
            "select unfence(), sneaky() as a",
            "select a from kept where unfence() = 1 and sneaky() = 1",
        ] {
            let error = run(&source, sql).await.unwrap_err();
            assert!(error.to_string().contains("READ ONLY transaction"), "{sql}: {error}");
        }
        assert_eq!(run(&source, "select unfence() as a").await.unwrap().rows(), 1);
        // Its changes to the session are undone before the next statement.
        let sql = "select \"a text\" as a, timestampdiff(hour, utc_timestamp(), now()) as hours,
              group_concat(seq) as list from seq_1_to_5
            union all select 'b', 0, ''";
        let frame = run(&source, sql).await.unwrap();
        let first = |column: &str| cells(&frame, column)[0].clone().unwrap();
        assert_eq!((first("a"), first("hours")), ("a text".into(), "0".into()));
        assert_eq!((first("list"), frame.rows()), ("1,2,3,4,5".into(), 2));
    }
    // Bypasses the check, as if it had a hole.
    let mut past = statement("select 1 as a");
    for hostile in [
        "insert into kept values (3)",
        "update kept set a = 3",
        "delete from kept",
        "truncate table kept",
        "drop table kept",
        "create table more (a int)",
        "select nextval(counted)",
        "select next value for counted",
        "select setval(counted, 100)",
        "select 1; delete from kept",
    ] {
        past.sql = hostile.into();
        assert!(source.run(&past, &[]).await.is_err(), "{hostile}");
    }
    for table in ["kept", "kept_elsewhere"] {
        let frame = run(&source, &format!("select a from {table}")).await.unwrap();
        assert_eq!(frame.columns()[0].values, Values::Int(vec![Some(1)]), "{table}");
    }
    let next = run(&source, "select next_not_cached_value as a from counted").await.unwrap();
    assert_eq!(next.columns()[0].values.exact(0).as_deref(), Some("1"));
}

#[tokio::test]
async fn errors_lead_to_the_authors_word() {
    let Some(source) = source(Limits::default()) else { return };
    set_up(&["drop table if exists named", "create table named (a int, at datetime)"]).await;
    let cases = [
        ("select 1 as one,\n  nonesuch\nfrom named", (2, 3)),
        ("-- why\nselect 1 as one,\n  n.nonesuch\nfrom named n", (3, 3)),
        ("select 1 as one\nfrom nowhere", (2, 6)),
        ("select 1 as one,\n  noway(1) as two", (2, 3)),
        ("select $bucket(at) as day,\n  a from named\nwhere $range(at) group by 1", (2, 3)),
        ("select $bucket(at) as day,\n  count(*) as read\nfrom named where $range(at)", (2, 15)),
    ];
    for (sql, place) in cases {
        let error = run(&source, sql).await.unwrap_err();
        let SourceError::Statement(error) = error else { panic!("{sql}: {error}") };
        assert_eq!((error.line, error.column), place, "{sql}: {error}");
    }
}

#[tokio::test]
async fn a_user_without_rights_is_told_what_is_missing_but_not_who_it_is() {
    let Some(url) = url(VARIABLE) else { return };
    set_up(&[
        "drop table if exists secret",
        "create table secret (a int)",
        "create or replace user narrow_reader identified by 'n4rrow'",
        "drop table if exists open_to_all",
        "create table open_to_all (a int)",
        "grant select on brisk.open_to_all to narrow_reader",
    ])
    .await;
    let host = url.split_once('@').unwrap().1;
    let name = SourceName::parse("maria").unwrap();
    let reader = |password: &str, host: &str| {
        let url = format!("mysql://narrow_reader:{password}@{host}");
        Source::mysql(name.clone(), &url, 1, Limits::default()).unwrap()
    };
    let source = reader("n4rrow", host);
    assert_eq!(run(&source, "select a from open_to_all").await.unwrap().rows(), 0);
    let error = run(&source, "select a\nfrom secret").await.unwrap_err();
    assert!(error.to_string().contains("line 2") && error.to_string().contains("grant"), "{error}");
    assert!(!error.to_string().contains("narrow"), "{error}");
    for (password, host) in [("wr0ng", host), ("n4rrow", &host.replace("/brisk", "/mysql"))] {
        let error = run(&reader(password, host), "select 1 as a").await.unwrap_err();
        assert!(matches!(error, SourceError::Unavailable(_)), "{error}");
        assert!(error.to_string().contains("refuses its user"), "{error}");
        assert!(!error.to_string().contains("narrow"), "{error}");
    }
}

#[tokio::test]
async fn a_connection_that_the_server_has_ended_is_replaced() {
    let Some(source) = source(Limits::default()) else { return };
    for _ in 0..6 {
        let id = run(&source, "select connection_id() as id").await.unwrap();
        let id = id.columns()[0].values.exact(0).unwrap();
        admin().await.execute(AssertSqlSafe(format!("kill {id}"))).await.unwrap();
    }
    assert_eq!(run(&source, "select 1 as a").await.unwrap().rows(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_in_a_sentence_without_its_password() {
    let name = SourceName::parse("maria").unwrap();
    let url = "mysql://user:s3cret@127.0.0.1:1/none";
    let source = Source::mysql(name.clone(), url, 1, Limits::default()).unwrap();
    let error = run(&source, "select 1 as a").await.unwrap_err();
    assert!(matches!(error, SourceError::Unavailable(_)) && !error.to_string().contains("s3cret"));
    let url = "postgres://u:s3cret@h/d";
    let error = Source::mysql(name, url, 1, Limits::default()).err().unwrap();
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[tokio::test]
async fn a_chosen_text_that_a_columns_characters_do_not_have_equals_nothing() {
    let Some(source) = source(Limits::default()) else { return };
    set_up(&[
        "drop table if exists narrow",
        "create table narrow (name varchar(20) character set latin1, n int)",
        "insert into narrow values ('ä', 1), ('b', 2)",
    ])
    .await;
    // The fixture's `:two` are "ä" and "日本".
    for (sql, expected) in [
        ("select n from narrow where name in :two", vec![Some("1".to_owned())]),
        ("select n from narrow where name not in :two", vec![Some("2".to_owned())]),
        (
            "select count(*) as n from narrow where $optional(name in :two)",
            vec![Some("1".to_owned())],
        ),
        ("select max(n) as n from narrow where coalesce(name, 'x') in :two and n > 1", vec![None]),
    ] {
        let frame = run(&source, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(cells(&frame, "n"), expected, "{sql}");
    }
    // An error that no value can help is reported as before.
    let mixed =
        "select convert('ä' using latin2) collate latin2_general_ci = name as n from narrow";
    assert!(run(&source, mixed).await.is_err());
}
