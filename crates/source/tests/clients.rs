//! Frames against what each database's own command-line client prints for a statement written by
//! hand, cell by cell: every type, bucket and zone, over a range that crosses both changes of the
//! clock. The statements are in `clients/`.

mod equal;
use crate::fixture;
mod servers;
mod sqlite3;

use brisk_domain::{
    Access, Bounds, Frame, Interval, Query, SourceName, Timestamp, ZoneName, ZoneOffsets,
};
use brisk_source::{Context, Limits, Source, compile};
use chrono::NaiveDate;
use equal::assert_equal;
use fixture::cells;
use fixture::url::url;
use sqlite3::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Zones without changes, in the north, in the west, half an hour off, and in the south with changes
/// by half an hour, or at midnight.
const ZONES: [&str; 6] = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
];

/// The changes of these zones in 2011, in seconds.
const CHANGES: [i64; 8] = [
    1_301_187_600,
    1_319_936_400,
    1_299_999_600,
    1_320_559_200,
    1_301_756_400,
    1_317_483_000,
    1_298_167_200,
    1_318_734_000,
];

/// Around each change, around both ends of the range in all zones, and all over the year.
fn instants() -> Vec<Timestamp> {
    const AROUND: [i64; 13] =
        [-86_400, -7_200, -3_600, -1_800, -60, -1, 0, 1, 59, 1_800, 3_599, 3_600, 86_399];
    let ends = [1_295_049_600, 1_323_907_200];
    let mut instants = Vec::new();
    for middle in CHANGES.into_iter().chain(ends) {
        instants.extend(AROUND.map(|away| Timestamp::from_seconds(middle + away)));
    }
    for ahead in [-18_000, -10_800, -7_200, 19_800, 39_600, 37_800] {
        instants.extend(ends.map(|end| Timestamp::from_seconds(end - ahead)));
    }
    let all_over = (0..120).map(|i| Timestamp::from_seconds(1_294_000_000 + i * 260_017));
    instants.extend(all_over);
    instants
}

/// The range on the wall clock of each zone: from 2011-01-15 up to 2011-12-15.
fn bounds(offsets: &ZoneOffsets) -> Bounds {
    let midnight = |month| {
        let day = NaiveDate::from_ymd_opt(2011, month, 15).unwrap();
        offsets.instant(day.and_hms_opt(0, 0, 0).unwrap())
    };
    Bounds { from: midnight(1), to: midnight(12) }
}

async fn brisk(source: &Source, sql: &str, zone: &str, interval: Interval) -> Frame {
    let zone = ZoneName::parse(zone).unwrap();
    let at = Timestamp::from_seconds;
    let offsets = zone.offsets(at(0), at(3_155_760_000));
    let context = Context {
        bounds: bounds(&offsets),
        interval,
        zone: &zone,
        offsets: &offsets,
        variables: &BTreeMap::new(),
        access: &Access::anonymous(),
    };
    let statement = compile(&Query::new(sql), source.dialect(), &context).unwrap();
    source.run(&statement, &[("pounds".into(), 3)]).await.unwrap()
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name)
}

const FROM: &str = "from matrix_instants i join matrix_values v on v.n = i.id % 11
    where $range(i.at)";
const PARTS: &str = "$bucket(i.at) as start, $year(i.at) as year, $month(i.at) as month,
    $weekday(i.at) as weekday, $hour(i.at) as hour";

/// Compares rows and groups for all zones and buckets; `print` runs the client.
async fn compare(
    source: &Source,
    columns: &str,
    groups: &str,
    print: impl Fn(&str, &str, Interval, Bounds) -> Vec<Vec<Cell>>,
) {
    let rows = format!("select i.id as id, {PARTS}, {columns} {FROM} order by i.id");
    let groups = format!("select $bucket(i.at) as start, {groups} {FROM} group by 1 order by 1");
    for zone in ZONES {
        let at = Timestamp::from_seconds;
        let offsets = ZoneName::parse(zone).unwrap().offsets(at(0), at(3_155_760_000));
        for interval in Interval::ALL {
            for (kind, sql) in [("rows", &rows), ("groups", &groups)] {
                let frame = brisk(source, sql, zone, interval).await;
                let printed = print(kind, zone, interval, bounds(&offsets));
                let least = if kind == "rows" { 200 } else { 1 };
                assert!(printed.len() >= least, "{zone}: {} {kind}", printed.len());
                let place = format!("{:?} {kind} {zone} {interval:?}", source.dialect());
                assert_equal(&frame, &printed, &place);
            }
        }
    }
}

/// Compares days and longer buckets of what each zone's wall clock reads, which `reading` gives for
/// `i.at`. No day there starts with a reading that the clock shows twice, for which the servers'
/// rules differ from Brisk's.
async fn compare_readings(
    source: &Source,
    reading: impl Fn(&str) -> String,
    print: impl Fn(&str, Interval, Bounds) -> Vec<Vec<Cell>>,
) {
    for zone in ZONES {
        let at = Timestamp::from_seconds;
        let offsets = ZoneName::parse(zone).unwrap().offsets(at(0), at(3_155_760_000));
        for interval in [Interval::Day, Interval::Week, Interval::Month, Interval::Year] {
            let sql = format!(
                "select $bucket($local(wall)) as start, count(*) as n, sum(id) as ids
                 from (select i.id, {} as wall from matrix_instants i) i
                 where $range($local(wall)) group by 1 order by 1",
                reading(zone)
            );
            let frame = brisk(source, &sql, zone, interval).await;
            let printed = print(zone, interval, bounds(&offsets));
            assert!(!printed.is_empty(), "{zone}");
            let place = format!("{:?} readings {zone} {interval:?}", source.dialect());
            assert_equal(&frame, &printed, &place);
        }
    }
}

/// `(id, at), …`, with instants as `written`.
fn listed(written: impl Fn(Timestamp) -> String) -> String {
    let rows = instants().into_iter().enumerate();
    let rows: Vec<String> = rows.map(|(id, at)| format!("({id}, {})", written(at))).collect();
    rows.join(", ")
}

#[tokio::test]
async fn frames_of_sqlite_equal_what_its_own_client_prints() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("matrix.sqlite");
    let setup = std::fs::read_to_string(file("sqlite_setup.sql")).unwrap();
    let rows = listed(|at| at.seconds().to_string());
    let script = directory.path().join("setup.sql");
    std::fs::write(&script, format!("{setup} insert into matrix_instants values {rows};")).unwrap();
    let read = format!(".read {}", script.display());
    servers::answer(Command::new("sqlite3").arg("-bail").arg(&path).arg(read));
    let source = Source::sqlite(SourceName::parse("s").unwrap(), &path, Limits::default());
    let columns = "v.big, v.pounds, v.f, v.flag, v.words, v.d, v.doc";
    let groups = "count(*) as n, count(v.big) as m, sum(i.id) as ids, min(v.words) as word,
        max(v.d) as d, avg(i.id) as mean";
    compare(&source, columns, groups, |kind, zone, interval, bounds| {
        let query = file(&format!("sqlite_{kind}.sql"));
        let (zones, buckets) = (file("sqlite_zones.sql"), file("sqlite_buckets.sql"));
        let (from, to) = (bounds.from.seconds().to_string(), bounds.to.seconds().to_string());
        let values = [("zone", zone), ("bucket", interval.word()), ("first", &from), ("last", &to)];
        sqlite3::run(&path, &[&zones, &buckets, &query], &values)
    })
    .await;
    // It knows no zones, so only Kolkata's clock is tested here, which never changes.
    let sql = "select $bucket($local(wall), month) as start, count(*) as n, sum(id) as ids
        from (select id, datetime(at, 'unixepoch', '+330 minutes') as wall from matrix_instants) i
        where $range($local(wall)) group by 1 order by 1";
    let frame = brisk(&source, sql, "Asia/Kolkata", Interval::Day).await;
    let printed = sqlite3::run(&path, &[&file("sqlite_readings.sql")], &[]);
    assert_equal(&frame, &printed, "readings in SQLite");
}

#[tokio::test]
async fn instants_beside_infinity_are_what_psql_prints_in_the_dashboards_zone() {
    let Some(url) = url("BRISK_TEST_POSTGRES_URL") else { return };
    let name = SourceName::parse("p").unwrap();
    let source = Source::postgres(name, &url, 1, Limits::default()).unwrap();
    // Rows before an infinity and after it, from 1970 to 2037.
    let sql = "with t as (
          select i, case i when 150 then 'infinity' when 200 then '-infinity'
            else to_timestamp(i * 5300000 + 0.5 * (i % 2)) end as at
          from generate_series(1, 400) i
        )
        select at, array[at] as many, tstzrange(at, null) as span from t order by i";
    for zone in ZONES {
        let frame = brisk(&source, sql, zone, Interval::Day).await;
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-A", "-t", "-F", "\t", "-d", &url, "-c", sql]).env("PGTZ", zone);
        let printed = servers::answer(&mut psql);
        for (column, name) in ["at", "many", "span"].into_iter().enumerate() {
            let printed = printed.lines().map(|line| line.split('\t').nth(column));
            let printed: Vec<_> = printed.map(|cell| cell.map(str::to_owned)).collect();
            assert_eq!(cells(&frame, name), printed, "{name} in {zone}");
        }
    }
}

#[tokio::test]
async fn frames_of_postgresql_equal_what_its_own_client_prints() {
    let Some(url) = url("BRISK_TEST_POSTGRES_URL") else { return };
    servers::psql(&url, &file("postgres_setup.sql"), &[]);
    let rows = listed(|at| format!("to_timestamp({})", at.seconds()));
    let insert = format!("insert into matrix_clients.matrix_instants values {rows}");
    servers::answer(Command::new("psql").args(["-X", "-q", "-d", &url, "-c", &insert]));
    let name = SourceName::parse("p").unwrap();
    let here = format!("{url}?options=-c%20search_path%3Dmatrix_clients");
    let source = Source::postgres(name, &here, 1, Limits::default()).unwrap();
    let columns = "v.big, v.small, v.dec, v.f8, v.f4, v.flag, v.words, v.d, v.clock, v.ts, v.tz,
        v.id as uuid, v.doc, v.docb, v.mood";
    let groups = "count(*) as n, count(v.big) as m, sum(i.id) as ids,
        min(v.words collate \"C\") as word, max(v.d) as d, sum(v.dec) as total";
    compare(&source, columns, groups, |kind, zone, interval, _| {
        let query = file(&format!("postgres_{kind}.sql"));
        servers::psql(&url, &query, &[("zone", zone), ("bucket", interval.word())])
    })
    .await;
    let reading = |zone: &str| format!("i.at at time zone '{zone}'");
    compare_readings(&source, reading, |zone, interval, _| {
        let query = file("postgres_readings.sql");
        servers::psql(&url, &query, &[("zone", zone), ("bucket", interval.word())])
    })
    .await;
}

#[tokio::test]
async fn frames_of_mariadb_equal_what_its_own_client_prints() {
    let Some(url) = url(fixture::maria::VARIABLE) else { return };
    load_zones(&url);
    let setup = std::fs::read_to_string(file("mariadb_setup.sql")).unwrap();
    let rows = listed(|at| format!("from_unixtime({})", at.seconds()));
    let setup =
        format!("set time_zone = '+00:00'; {setup} insert into matrix_instants values {rows};");
    servers::answer(servers::mariadb_at(&url).args(["-e", &setup]));
    let name = SourceName::parse("m").unwrap();
    let source = Source::mysql(name, &url, 1, Limits::default()).unwrap();
    let columns =
        "v.big, v.ubig, v.digits, v.f8, v.f4, v.flag, v.words, v.d, v.clock, v.late, v.ts,
        v.id as uuid, v.doc, v.mood, v.several, v.y, v.bits";
    let groups = "count(*) as n, count(v.big) as m, sum(i.id) as ids, min(v.words) as word,
        max(v.d) as d, sum(v.digits) as total";
    compare(&source, columns, groups, |kind, zone, interval, _| {
        let query = file(&format!("mariadb_{kind}.sql"));
        servers::mariadb(&url, &query, &[("zone", zone), ("bucket", interval.word())])
    })
    .await;
    let reading = |zone: &str| format!("convert_tz(i.at, 'UTC', '{zone}')");
    compare_readings(&source, reading, |zone, interval, _| {
        let query = file("mariadb_readings.sql");
        servers::mariadb(&url, &query, &[("zone", zone), ("bucket", interval.word())])
    })
    .await;
}

/// The server itself knows no zones; a program that comes with it makes their tables from the
/// system's.
fn load_zones(url: &str) {
    let known = "select convert_tz('2011-07-01', 'UTC', 'ZONE') is not null";
    for zone in ZONES {
        let ask = known.replace("ZONE", zone);
        let answer = servers::answer(servers::mariadb_at(url).args(["-N", "-e", &ask]));
        if answer.trim() == "1" {
            continue;
        }
        let mut program = Command::new("mariadb-tzinfo-to-sql");
        let tables = servers::answer(program.arg(format!("/usr/share/zoneinfo/{zone}")).arg(zone));
        let script = format!("use mysql; {tables}");
        servers::answer(servers::mariadb_at(url).args(["-e", &script]));
    }
}
