//! What the servers hold before it begins: rows, dashboards, accounts.

use super::figures::ROWS;
use crate::servers::postgres::Postgres;
use anyhow::Result;

/// Accounts besides the admin's.
pub const ACCOUNTS: usize = 12;
/// The admin's account.
pub const ADMIN: &str = "root";
/// The panels of the dashboard whose data never change.
const PANELS: usize = 4;

/// The rows.
pub(super) async fn tables(source: &Postgres) -> Result<()> {
    for row in 0..ROWS {
        let table = format!("create table counter_{row} as select 0::bigint as value");
        source.execute(table).await?;
    }
    Ok(())
}

/// Their dashboard.
pub(super) fn counters() -> (String, String) {
    let mut text = String::from(
        "title = \"Counters\"\nsource = \"bench\"\naccess = \"public\"\n\
         cache = { ttl = \"10s\", stale = \"1h\" }\n",
    );
    for row in 0..ROWS {
        text.push_str(&format!(
            "[[panel]]\nid = \"c{row}\"\ntitle = \"Counter {row}\"\nkind = \"stat\"\n\
             sql = \"select value from counter_{row}\"\n"
        ));
    }
    ("counters.toml".into(), text)
}

/// The dashboard whose data never change: its entries expire all the time, and may be shown for long. Its source
/// is the same database under another name: while that is away, deliveries invalidate all that is read under
/// the name that they are about, as nobody can tell then which views are over a table.
pub(super) fn steady() -> (String, String) {
    let mut text = String::from(
        "title = \"Steady\"\nsource = \"calm\"\naccess = \"public\"\n\
         cache = { ttl = \"3s\", stale = \"12h\" }\n",
    );
    for panel in 0..PANELS {
        text.push_str(&format!(
            "[[panel]]\nid = \"p{panel}\"\ntitle = \"Panel {panel}\"\nkind = \"table\"\n\
             sql = \"select n, n * {panel} as product from generate_series(1, 50) as n\"\n"
        ));
    }
    ("steady.toml".into(), text)
}

/// The dashboard whose TTL is set.
pub(super) fn settings() -> (String, String) {
    let text = "title = \"Settings\"\nsource = \"bench\"\n[[panel]]\nid = \"n\"\ntitle = \"N\"\n\
                kind = \"stat\"\nsql = \"select 1 as n\"\n";
    ("settings.toml".into(), text.into())
}

/// The name of an account.
pub fn person(number: usize) -> String {
    format!("person{number}")
}
