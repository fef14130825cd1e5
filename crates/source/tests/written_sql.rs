//! What Brisk writes for a macro: SQL that a person would write, on every database.

use crate::fixture;

use brisk_domain::{
    Access, Bounds, Interval, Query, Selection, Timestamp, Values, VariableName, ZoneName,
    ZoneOffsets,
};
use brisk_source::{Context, Dialect, Statement, compile};
use fixture::instants::Instants;
use fixture::{Fixture, cells};
use std::collections::BTreeMap;

fn compiled(sql: &str, dialect: Dialect, interval: Interval, zone: &str) -> Statement {
    let zone = ZoneName::parse(zone).unwrap();
    let at = Timestamp::from_seconds;
    let offsets = match zone.as_str() {
        "UTC" => ZoneOffsets::utc(),
        _ => zone.offsets(at(-2_208_988_800), at(4_102_444_800)),
    };
    let context = Context {
        bounds: Bounds { from: at(1_300_000_000), to: at(1_320_000_000) },
        interval,
        zone: &zone,
        offsets: &offsets,
        variables: &BTreeMap::new(),
        access: &Access::anonymous(),
    };
    compile(&Query::new(sql), dialect, &context).unwrap()
}

fn sql(sql: &str, dialect: Dialect) -> String {
    compiled(sql, dialect, Interval::Day, "America/New_York").sql
}

#[test]
fn a_macro_is_what_a_person_would_write_for_mysql() {
    let converted = "if(at between '1971-01-03' and '2037-12-30', \
         convert_tz(at, '+00:00', 'America/New_York'), at + interval exp(999 + year(at)) second)";
    let written = |text: &str| sql(&format!("select {text} as x from t"), Dialect::MySql);
    assert_eq!(
        written("$bucket(at)"),
        "select (if(at between '1971-01-03' and '2037-12-30', \
         convert_tz(date(convert_tz(at, '+00:00', 'America/New_York')), 'America/New_York', \
         '+00:00'), at + interval exp(999 + year(at)) second)) as x from t"
    );
    assert_eq!(
        written("$bucket(at, hour)"),
        format!(
            "select (subtime(timestamp(at), date_format({converted}, '00:%i:%s.%f'))) as x from t"
        )
    );
    assert_eq!(written("$hour(at)"), format!("select (hour({converted})) as x from t"));
    assert_eq!(written("$hour($local(at))"), "select (hour(at)) as x from t");
    let utc = |text: &str| {
        let text = format!("select {text} as x from t");
        compiled(&text, Dialect::MySql, Interval::Week, "UTC").sql
    };
    assert_eq!(
        utc("$bucket(at)"),
        "select (timestamp(date(at) - interval weekday(at) day)) as x from t"
    );
    assert_eq!(utc("$month(at)"), "select (month(at)) as x from t");
}

#[test]
fn a_macro_is_a_function_in_sqlite() {
    let written = |text: &str| sql(&format!("select {text} as x from t"), Dialect::Sqlite);
    for (text, expected) in [
        ("$bucket(at)", "brisk_bucket(at, 'day', 'America/New_York')"),
        (
            "$bucket($local(at), month)",
            "brisk_bucket(brisk_instant(unixepoch(at), 'America/New_York'), 'month', \
             'America/New_York')",
        ),
        (
            "$weekday(at)",
            "cast(strftime('%u', brisk_wall(at, 'America/New_York'), 'unixepoch') as integer)",
        ),
        ("$hour($local(at))", "cast(strftime('%H', at) as integer)"),
    ] {
        assert_eq!(written(text), format!("select ({expected}) as x from t"));
    }
}

#[test]
fn a_macro_takes_less_than_300_bytes_on_every_database() {
    let mut macros =
        vec!["$range(at)".to_owned(), "$range($local(at))".into(), "$local(at)".into()];
    for part in ["year", "month", "weekday", "hour"] {
        macros.extend([format!("${part}(at)"), format!("${part}($local(at))")]);
    }
    for interval in Interval::ALL {
        let word = interval.word();
        macros.extend([format!("$bucket(at, {word})"), format!("$bucket($local(at), {word})")]);
    }
    // Among them the longest name of all.
    for zone in ["Asia/Tokyo", "America/New_York", "America/Argentina/ComodRivadavia"] {
        macros.push(format!("$time($local(at, '{zone}'))"));
        macros.push(format!("$hour($local(at, '{zone}'))"));
        for interval in Interval::ALL {
            macros.push(format!("$bucket($local(at, '{zone}'), {})", interval.word()));
        }
    }
    let zones = [
        "UTC",
        "Europe/London",
        "America/New_York",
        "America/North_Dakota/New_Salem",
        "Asia/Kolkata",
    ];
    for (dialect, zone) in Dialect::ALL.into_iter().flat_map(|d| zones.map(|zone| (d, zone))) {
        for text in &macros {
            // Its clocks were put forward by minutes in 1906; only the lookup knows that hour.
            let is_odd = zone == "Asia/Kolkata";
            let is_short = text.ends_with("minute)") || text.ends_with("hour)");
            if dialect == Dialect::Postgres && is_odd && is_short && text.contains("$local") {
                continue;
            }
            let bare = "select  as x from t where $range(at)";
            let around =
                compiled(&bare.replace("select ", "select 1"), dialect, Interval::Day, zone);
            let whole = bare.replace("select ", &format!("select {text}"));
            let sql = compiled(&whole, dialect, Interval::Day, zone).sql;
            let bytes = sql.len() + 1 - around.sql.len();
            assert!(bytes < 300, "{dialect:?} {zone}: {text} takes {bytes} bytes: {sql}");
        }
    }
}

/// On servers whose tables know the zone, and in years that they do not convert.
#[tokio::test]
async fn years_outside_of_what_a_server_converts_are_looked_up() {
    for mut database in Instants::everywhere("far_years").await {
        // An hour in London's summer before the epoch, in 1968 (an hour ahead all year), and in 2060.
        let at = Timestamp::from_seconds;
        let evenings = [-1_000_000_000, -31_539_600, 1_300_000_000, 2_856_207_600].map(at);
        database.fill(&evenings).await;
        let text = format!(
            "select $bucket(at, day) as day, $hour(at) as hour from {} order by id",
            database.table
        );
        let statement = compiled(&text, database.dialect, Interval::Day, "Europe/London");
        let frame = database.source.run(&statement, &[]).await.unwrap();
        // 1938-04-24 22:13:20, 1968-12-31 23:00, 2011-03-13 07:06:40, 2060-07-04 23:00 in UTC.
        let hours = ["23", "0", "7", "0"];
        assert_eq!(cells(&frame, "hour"), hours.map(|hour| Some(hour.to_owned())));
        let days = [-1_000_083_600, -31_539_600, 1_299_974_400, 2_856_207_600];
        let Values::Time(found) = &frame.column("day").unwrap().values else { panic!() };
        assert_eq!(*found, days.map(|day| Some(at(day))), "{:?}", database.dialect);
    }
}

#[tokio::test]
async fn a_text_that_is_no_time_is_refused_with_what_to_write() {
    let setup = "create table t (at, wall text, odd); insert into t values ('2011-03-27 12:00', null, '27 March')";
    let fixture = Fixture::new(setup, "Europe/London").await;
    for text in ["$bucket(odd)", "$hour(odd)"] {
        let error = fixture.run(&format!("select {text} as x from t")).await.unwrap_err();
        assert!(error.to_string().contains("write $text(e), or $local(e)"), "{error}");
    }
    let frame =
        fixture.run("select $bucket($local(at), hour) as x, $hour($local(wall)) as y from t");
    let frame = frame.await.unwrap();
    let Values::Time(found) = &frame.column("x").unwrap().values else { panic!() };
    assert_eq!(*found, [Some(Timestamp::from_seconds(1_301_223_600))]);
    assert_eq!(cells(&frame, "y"), [None]);
}

#[tokio::test]
async fn seconds_with_a_fraction_or_beyond_the_calendar_have_a_bucket_or_none() {
    let setup = "create table t (id integer, at); insert into t values
        (1, 1300000000.75), (2, -0.5), (3, '1300000000'), (4, 1e300), (5, 9223372036854775807)";
    let fixture = Fixture::new(setup, "Europe/London").await;
    let frame = fixture.run("select $bucket(at, minute) as x from t order by id").await.unwrap();
    let Values::Time(found) = &frame.column("x").unwrap().values else { panic!() };
    let minute = |seconds| Some(Timestamp::from_seconds(seconds));
    let minutes = [minute(1_299_999_960), minute(-60), minute(1_299_999_960), None, None];
    assert_eq!(*found, minutes);
}

#[test]
fn what_the_shipped_dashboards_stack_and_put_in_rings_may_be_parts() {
    use brisk_domain::Additivity::{Distinct, Key, Total};
    let shipped = include_str!("../../../dashboards/online-retail.toml");
    let statement = |panel: &str| {
        let panel = shipped.split("[[panel]]").find(|one| one.contains(panel)).unwrap();
        panel.split("\"\"\"").nth(1).unwrap()
    };
    let whole = shipped.split("[[panel]]");
    let whole = whole.filter(|one| one.contains("stacked = true") || one.contains("\"donut\""));
    assert_eq!(whole.count(), 2, "each of them is below");
    let at = Timestamp::from_seconds;
    let variables = ["country", "price_band"].map(|name| {
        (VariableName::parse(name).unwrap(), Selection::of(std::iter::once("a".to_owned())))
    });
    let variables = BTreeMap::from(variables);
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let of = |panel: &str, names: &[&str]| {
            let context = Context {
                bounds: Bounds { from: at(1_300_000_000), to: at(1_320_000_000) },
                interval: Interval::Day,
                zone: &ZoneName::utc(),
                offsets: &ZoneOffsets::utc(),
                variables: &variables,
                access: &Access::anonymous(),
            };
            let statement = compile(&Query::new(statement(panel)), dialect, &context).unwrap();
            statement.additivity.of(names.iter().copied())
        };
        let bands = of("id = \"price-bands\"", &["price_band", "revenue"]);
        assert_eq!(bands, [Key, Total], "{dialect:?}");
        // Two columns, each of its own customers.
        let customers = of("id = \"new-and-returning\"", &["week", "again", "first_time"]);
        assert_eq!(customers[1..], [Distinct, Distinct], "{dialect:?}");
    }
}
