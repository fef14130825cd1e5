//! The retail data ten times over, with the tables of a shop around it; and the batches that arrive.

use super::views::{COUNTRIES, LINES};
use crate::retail;
use crate::servers::postgres::{Postgres, READER};
use anyhow::Result;
use std::path::Path;

/// The role that writes rollups.
pub(super) const ROLLUPS: &str = "rollups";

/// Loads `rows` invoice lines, with products, customers and the indexes that each statement wants.
pub(super) async fn load(postgres: &Postgres, csv: &Path, rows: u64) -> Result<()> {
    retail::load(postgres, csv, rows).await?;
    let setup = [
        "create index on invoice_lines (customer)",
        "create index on invoice_lines (stock_code)",
        "create table products as
         select stock_code, max(description) as description from invoice_lines
         where description <> '' group by stock_code",
        "alter table products add primary key (stock_code)",
        "create table customers as
         select customer, min(invoiced_at) as first_order_at from invoice_lines
         where customer is not null group by customer",
        "alter table customers add primary key (customer)",
        "analyze products",
        "analyze customers",
        "create sequence batches",
        &format!("create role {ROLLUPS} login"),
        &format!("create schema brisk authorization {ROLLUPS}"),
        &format!("grant select on invoice_lines to {ROLLUPS}"),
        &format!("grant usage on schema brisk to {READER}"),
    ];
    for statement in setup {
        postgres.execute(statement).await?;
    }
    Ok(())
}

/// What arrives while readers read: an invoice of [`LINES`] lines from each country.
pub(super) async fn arrive(postgres: &Postgres) -> Result<()> {
    let countries = COUNTRIES.map(|country| format!("'{country}'")).join(", ");
    postgres
        .execute(format!(
            "insert into invoice_lines (invoiced_at, invoice, stock_code, description, quantity, price,
               customer, country, net, price_band)
             select now(), 'B' || batch || left(country, 2), stock_code, description, 3, 1.25,
               12680, country, 3.75, '£1 to £2'
             from (select nextval('batches') as batch) b,
               unnest(array[{countries}]) country,
               (select stock_code, description from products order by 1 limit {LINES}) p"
        ))
        .await
}
