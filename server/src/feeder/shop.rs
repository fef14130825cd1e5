//! The demo's database as the feeder writes it: copies of real invoices at later times, in all
//! tables that demo/online-retail.toml derives from the lines.
//!
//! Readers have connections of their own, which are read-only; in WAL mode neither side blocks the
//! other. Invoices and the feeder's progress are written in one transaction, so nothing is replayed
//! twice, no matter when it is stopped.

use super::calendar::Calendar;
use brisk_domain::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _, SqliteConnection};
use std::path::Path;
use std::time::Duration;

/// The length of the busy season at the end of the real data, in seconds; its invoices are added
/// while the demo is watched.
const BUSY: i64 = 28 * 86_400;

/// The demo's database.
pub struct Shop {
    connection: SqliteConnection,
    calendar: Calendar,
    busy: Vec<Real>,
}

/// A real invoice.
#[derive(Debug, Clone)]
pub struct Real {
    invoice: String,
    /// When it was written, in the real data.
    pub at: Timestamp,
}

/// The feeder's progress.
#[derive(Debug, Clone, Copy)]
struct Progress {
    /// The calendar's invoices have been replayed up to here.
    until: Timestamp,
    /// How many invoices of the busy season have been replayed.
    place: u64,
    /// How many invoices have been replayed in all.
    serial: i64,
}

/// An invoice that is due.
struct Coming {
    real: Real,
    at: Timestamp,
}

/// `line` continues the line numbers of the file. Descriptions are counted, because a product has
/// its most frequent one, which would be slow to look up; an empty one stands for NULL.
const TABLES: &str = "
create table feeder (
  one integer not null primary key check (one = 1),
  real_until integer not null,
  came_until integer not null,
  place integer not null,
  serial integer not null,
  line integer not null,
  newest integer not null
);
create table feeder_descriptions (
  stock_code text not null, description text not null, lines integer not null,
  primary key (stock_code, description)
) without rowid;
insert into feeder_descriptions
  select stock_code, coalesce(description, ''), count(*) from invoice_lines group by 1, 2;
insert into feeder
  select 1, max(invoiced_at), max(invoiced_at), 0, 0, max(line), max(invoiced_at) from invoice_lines";

const CREATE_COMING: &str = "
create temp table if not exists coming (
  serial integer primary key,
  real text not null, real_at integer not null,
  invoice text not null, at integer not null
)";

/// Copies the due invoices into all tables. The lines of an invoice are at most minutes apart;
/// `cross join` keeps SQLite from starting with the larger table.
const COPY_COMING: [&str; 6] = [
    "insert into invoice_lines (invoiced_at, invoice, stock_code, description, quantity, price,
       customer, country, line, net, price_band, cancelled)
     select c.at, c.invoice, l.stock_code, l.description, l.quantity, l.price, l.customer, l.country,
       (select line from feeder) + row_number() over (order by c.serial, l.line),
       l.net, l.price_band, l.cancelled
     from coming c
     cross join invoice_lines l
       on l.invoiced_at between c.real_at and c.real_at + 3600 and l.invoice = c.real",
    // A copy is never a customer's first order: it is later than the original.
    "insert into invoices (invoice, invoiced_at, customer, country, lines, items, gross, net,
       cancelled, first_order)
     select c.invoice, c.at, i.customer, i.country, i.lines, i.items, i.gross, i.net, i.cancelled, 0
     from coming c join invoices i on i.invoice = c.real",
    "insert or replace into customers
     select customer, max(country),
       min(invoiced_at) filter (where not cancelled and gross > 0),
       max(invoiced_at) filter (where not cancelled and gross > 0),
       count(*) filter (where not cancelled and gross > 0),
       coalesce(sum(gross) filter (where not cancelled), 0)
     from invoices
     where customer in (
       select i.customer from coming c join invoices i on i.invoice = c.invoice
       where i.customer is not null)
     group by customer",
    "insert into feeder_descriptions
     select l.stock_code, coalesce(l.description, ''), count(*)
     from coming c cross join invoice_lines l on l.invoiced_at = c.at and l.invoice = c.invoice
     where true group by 1, 2
     on conflict do update set lines = lines + excluded.lines",
    "update products set description = (
       select case d.description when '' then d.stock_code else d.description end
       from feeder_descriptions d where d.stock_code = products.stock_code
       order by d.description = '', d.lines desc,
         d.description = (select p.description from products p where p.stock_code = d.stock_code) desc
       limit 1)
     where stock_code in (
       select l.stock_code
       from coming c cross join invoice_lines l on l.invoiced_at = c.at and l.invoice = c.invoice)",
    "update feeder set
       line = line + (
         select count(*) from coming c
         cross join invoice_lines l on l.invoiced_at = c.at and l.invoice = c.invoice),
       newest = max(newest, (select max(at) from coming))",
];

impl Shop {
    /// Opens the database and resumes; starts after the data's last line if the data is new.
    pub async fn open(database: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(database)
            .busy_timeout(Duration::from_secs(5))
            .synchronous(SqliteSynchronous::Normal)
            // SQLite would scan all lines to build an index for a few.
            .pragma("automatic_index", "off")
            .pragma("temp_store", "memory");
        let mut connection = options.connect().await?;
        connection.execute(CREATE_COMING).await?;
        let mut transaction = connection.begin_with("begin immediate").await?;
        let known = "select 1 from sqlite_master where name = 'feeder'";
        let known = transaction.fetch_optional(known).await?.is_some();
        // The data was imported again: start over.
        let ours =
            "select 1 from feeder where newest = (select max(invoiced_at) from invoice_lines)";
        if !known || transaction.fetch_optional(ours).await?.is_none() {
            let forget = "drop table if exists feeder; drop table if exists feeder_descriptions";
            transaction.execute(forget).await?;
            transaction.execute(TABLES).await?;
        }
        let last = transaction.fetch_one("select real_until from feeder").await?;
        let last = Timestamp::from_seconds(last.get(0));
        let busy = Timestamp::from_seconds(last.seconds() - BUSY);
        let busy = real(&mut transaction, busy, last).await?;
        transaction.commit().await?;
        Ok(Self { connection, calendar: Calendar::after(last), busy })
    }

    /// When the invoices of the busy season were written, in order.
    pub fn rhythm(&self) -> Vec<Timestamp> {
        self.busy.iter().map(|real| real.at).collect()
    }

    /// How many invoices of the busy season have been replayed.
    pub async fn place(&mut self) -> Result<u64, sqlx::Error> {
        Ok(progress(&mut self.connection).await?.place)
    }

    /// Writes the invoices due by `now`: the calendar's, and `more` of the busy season's. Returns
    /// how many there were.
    pub async fn write_due(&mut self, now: Timestamp, more: u64) -> Result<u64, sqlx::Error> {
        // Takes the write lock before reading the progress: another process may be feeding, too.
        let mut transaction = self.connection.begin_with("begin immediate").await?;
        let Progress { until, place, serial } = progress(&mut transaction).await?;
        let mut coming = Vec::new();
        let until = until.max(self.calendar.earliest(now));
        for span in self.calendar.spans(until, now) {
            for real in real(&mut transaction, span.from, span.to).await? {
                let at = self.calendar.replayed_at(real.at, span.round);
                if until < at && at <= now {
                    coming.push(Coming { real, at });
                }
            }
        }
        // Real invoices are on whole minutes, and rollups rely on it.
        let minute = Timestamp::from_seconds(now.seconds() - now.seconds().rem_euclid(60));
        let places = place..place + if self.busy.is_empty() { 0 } else { more };
        for place in places.clone() {
            let real = self.busy[(place % self.busy.len() as u64) as usize].clone();
            // The real data may end in this very minute.
            if minute > real.at {
                coming.push(Coming { real, at: minute });
            }
        }
        if coming.is_empty() {
            transaction.rollback().await?;
            return Ok(0);
        }
        transaction.execute("delete from coming").await?;
        for (number, Coming { real, at }) in (serial + 1..).zip(&coming) {
            // A leading C means a cancellation, so the serial number is appended.
            sqlx::query("insert into coming values (?1, ?2, ?3, ?4, ?5)")
                .bind(number)
                .bind(&real.invoice)
                .bind(real.at.seconds())
                .bind(format!("{}-{number}", real.invoice))
                .bind(at.seconds())
                .execute(&mut *transaction)
                .await?;
        }
        for statement in COPY_COMING {
            transaction.execute(statement).await?;
        }
        sqlx::query("update feeder set came_until = ?1, place = ?2, serial = ?3")
            .bind(now.seconds())
            .bind(places.end as i64)
            .bind(serial + coming.len() as i64)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(coming.len() as u64)
    }

    /// Closes the file.
    pub async fn close(self) -> Result<(), sqlx::Error> {
        self.connection.close().await
    }
}

async fn progress(connection: &mut SqliteConnection) -> Result<Progress, sqlx::Error> {
    let row = connection.fetch_one("select came_until, place, serial from feeder").await?;
    Ok(Progress {
        until: Timestamp::from_seconds(row.get(0)),
        place: row.get::<i64, _>(1).unsigned_abs(),
        serial: row.get(2),
    })
}

/// The real invoices in that span, in order.
async fn real(
    connection: &mut SqliteConnection,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Real>, sqlx::Error> {
    let sql = "select invoice, invoiced_at from invoices
      where invoiced_at between ?1 and min(?2, (select real_until from feeder))
      order by invoiced_at, invoice";
    let rows = sqlx::query(sql).bind(from.seconds()).bind(to.seconds()).fetch_all(connection);
    let real =
        |row: &SqliteRow| Real { invoice: row.get(0), at: Timestamp::from_seconds(row.get(1)) };
    Ok(rows.await?.iter().map(real).collect())
}
