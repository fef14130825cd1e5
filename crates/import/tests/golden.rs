//! The real data set, imported without a shift: every golden figure must match exactly.

use brisk_domain::{Timestamp, ZoneName};
use brisk_import::{NoProgress, Options, Plan, Shift, Target, import};
use sqlx::{Connection, Row};
use std::path::{Path, PathBuf};

fn demo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(file)
}

fn plan() -> Plan {
    let text = std::fs::read_to_string(demo("online-retail.toml")).unwrap();
    Plan::from_toml("online-retail.toml", &text).unwrap()
}

async fn imported(directory: &Path, shift: Shift) -> sqlx::SqliteConnection {
    let database = directory.join("retail.sqlite");
    let file = demo("online_retail.csv.xz");
    let options = Options { shift, ..Options::default() };
    let report = import(&plan(), &file, &Target::sqlite(database.clone()), &options, &NoProgress)
        .await
        .unwrap();
    assert_eq!((report.rows, report.rejected), (1_067_371, 0));
    sqlx::SqliteConnection::connect(&format!("sqlite://{}", database.display())).await.unwrap()
}

async fn figure(connection: &mut sqlx::SqliteConnection, sql: &'static str) -> i64 {
    sqlx::query(sql).fetch_one(connection).await.unwrap().get(0)
}

#[tokio::test]
async fn golden_figures_come_out_to_the_penny() {
    let directory = tempfile::tempdir().unwrap();
    let mut db = imported(directory.path(), Shift::None).await;
    let golden: [(&'static str, i64); 27] = [
        ("select count(*) from invoice_lines", 1_067_371),
        ("select count(distinct invoice) from invoice_lines", 53_628),
        ("select count(distinct customer) from invoice_lines", 5_942),
        ("select count(*) from invoice_lines where customer is null", 243_007),
        ("select count(distinct stock_code) from invoice_lines", 5_305),
        ("select count(distinct country) from invoice_lines", 43),
        ("select count(*) from invoice_lines where cancelled", 19_494),
        ("select count(distinct invoice) from invoice_lines where cancelled", 8_292),
        ("select count(*) from invoice_lines where price <= 0", 6_207),
        ("select count(*) from invoice_lines where quantity < 0", 22_950),
        ("select sum(net) from invoice_lines where quantity > 0 and price > 0", 20_972_968_138),
        ("select sum(net) from invoice_lines", 19_287_250_568),
        (
            "select sum(net) from invoice_lines where quantity > 0 and price > 0 and country = 'United Kingdom'",
            17_871_351_347,
        ),
        (
            "select sum(net) from invoice_lines where quantity > 0 and price > 0 and country = 'EIRE'",
            664_431_780,
        ),
        (
            "select sum(net) from invoice_lines where quantity > 0 and price > 0 and country = 'Netherlands'",
            554_232_340,
        ),
        (
            "select sum(net) from invoice_lines where quantity > 0 and price > 0 and strftime('%Y-%m', invoiced_at, 'unixepoch') = '2010-11'",
            1_470_272_482,
        ),
        (
            "select sum(net) from invoice_lines where quantity > 0 and price > 0 and strftime('%Y-%m', invoiced_at, 'unixepoch') = '2011-11'",
            1_509_496_330,
        ),
        // 2009-12-01 07:45 and 2011-12-09 12:50, London, which is UTC in December.
        ("select min(invoiced_at) from invoice_lines", 1_259_653_500),
        ("select max(invoiced_at) from invoice_lines", 1_323_435_000),
        ("select count(*) from invoices", 53_628),
        ("select sum(gross) from invoices", 20_972_968_138),
        ("select sum(net) from invoices", 19_287_250_568),
        ("select count(*) from invoices where cancelled", 8_292),
        ("select count(*) from customers", 5_942),
        ("select count(*) from customers where first_order_at is not null", 5_878),
        ("select count(*) from invoices where first_order", 5_878),
        ("select count(*) from products", 5_305),
    ];
    for (sql, expected) in golden {
        assert_eq!(figure(&mut db, sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn the_shift_is_whole_weeks_and_ends_in_the_past_week() {
    let directory = tempfile::tempdir().unwrap();
    let now = Timestamp::from_seconds(1_795_000_000);
    let mut db = imported(directory.path(), Shift::LatestIntoPastWeek(now)).await;
    let newest = figure(&mut db, "select max(invoiced_at) from invoice_lines").await;
    let age = now.seconds() - newest;
    assert!((0..7 * 86_400).contains(&age), "{age}");
    let london = ZoneName::parse("Europe/London").unwrap();
    let zone = london.offsets(Timestamp::from_seconds(0), now);
    let local = zone.local(Timestamp::from_seconds(newest));
    assert_eq!(local.format("%a %H:%M").to_string(), "Fri 12:50");
    assert_eq!(figure(&mut db, "select sum(net) from invoices").await, 19_287_250_568);
}
