//! The demo's invoices in PostgreSQL, repeated as often as needed, the newest of them from today;
//! and a dashboard of twenty panels over them.

use crate::servers::postgres::Postgres;
use anyhow::{Context, Result};
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Loads `rows` invoice lines: the demo's own, then older copies of them to make up the number.
pub async fn load(postgres: &Postgres, csv: &Path, rows: u64) -> Result<()> {
    let mut connection = postgres.pool.acquire().await?;
    // As in the file: month/day/year, in London time.
    sqlx::raw_sql(
        "set datestyle = 'ISO, MDY'; set timezone = 'Europe/London';
         create unlogged table lines (invoice text, stock_code text, description text,
           quantity int, invoiced_at timestamptz, price numeric, customer text, country text)",
    )
    .execute(&mut *connection)
    .await?;
    let file = File::open(csv).with_context(|| format!("opening {}", csv.display()))?;
    let mut plain = liblzma::read::XzDecoder::new(file);
    let mut copy =
        connection.copy_in_raw("copy lines from stdin with (format csv, header true)").await?;
    let mut bytes = vec![0; 1 << 20];
    loop {
        let count = plain.read(&mut bytes)?;
        if count == 0 {
            break;
        }
        copy.send(&bytes[..count]).await?;
    }
    let own = copy.finish().await?;
    drop(connection);
    postgres
        .execute(format!(
            "create unlogged table invoice_lines as
             with newest as (select max(invoiced_at) as at from lines)
             select invoiced_at
                 + date_trunc('day', now() - newest.at) - copy * interval '740 days' as invoiced_at,
               invoice, stock_code, description, quantity, price,
               nullif(customer, '')::numeric::int as customer, country, quantity * price as net,
               case when price < 1 then 'Under £1' when price < 2 then '£1 to £2'
                 when price < 5 then '£2 to £5' when price < 10 then '£5 to £10'
                 else '£10 and over' end as price_band
             from newest, generate_series(0, {}) copy, lines
             limit {rows}",
            rows.saturating_sub(1) / own.max(1)
        ))
        .await?;
    postgres.execute("create index on invoice_lines (invoiced_at)").await?;
    postgres.execute("drop table lines").await?;
    // Separately: it cannot run in a transaction.
    postgres.execute("vacuum analyze invoice_lines").await
}

/// A dashboard of twenty different panels over `invoice_lines`, covering about half a year.
pub fn dashboard() -> String {
    let mut text = String::from(
        "title = \"Twenty panels\"\nsource = \"bench\"\ntimezone = \"Europe/London\"\n\
         range = \"last 180 days\"\ninterval = \"week\"\n\
         [[variable]]\nname = \"country\"\nkind = \"multi\"\n\
         options = [\"United Kingdom\", \"EIRE\", \"Netherlands\", \"Germany\", \"France\"]\n",
    );
    let figures = [
        ("revenue", "sum(net)"),
        ("gross", "sum(net) filter (where net > 0)"),
        ("orders", "count(distinct invoice)"),
        ("customers", "count(distinct customer)"),
        ("products", "count(distinct stock_code)"),
        ("items", "sum(quantity)"),
        ("returns", "sum(net) filter (where net < 0)"),
        ("price", "avg(price)"),
    ];
    for (id, figure) in figures {
        panel(&mut text, id, "stat", &format!("select {figure} as {id} from invoice_lines"), "");
    }
    for (id, figure) in figures {
        let select =
            format!("select $bucket(invoiced_at) as week, {figure} as {id} from invoice_lines");
        panel(&mut text, &format!("{id}-by-week"), "line", &select, "group by 1 order by 1");
    }
    let tables = [
        ("countries", "country"),
        ("bands", "price_band"),
        ("products-sold", "stock_code"),
        ("buyers", "customer::text"),
    ];
    for (id, column) in tables {
        let select = format!("select {column} as name, sum(net) as revenue from invoice_lines");
        panel(&mut text, id, "table", &select, "group by 1 order by 2 desc nulls last limit 20");
    }
    text
}

fn panel(text: &mut String, id: &str, kind: &str, select: &str, rest: &str) {
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "[[panel]]\nid = \"{id}\"\ntitle = \"{id}\"\nkind = \"{kind}\"\nsql = \"\"\"\n{select}\n\
         where $range(invoiced_at) and $optional(country in :country)\n{rest}\n\"\"\"\n"
    );
}
