//! Queries a MySQL or MariaDB server for its version and for what the reading user may do.

use crate::about::About;
use sqlx::{Executor as _, MySqlConnection, Row as _};

pub(super) async fn about(connection: &mut MySqlConnection) -> Result<About, sqlx::Error> {
    let row = (&mut *connection).fetch_one("select version()").await?;
    let version: String = row.try_get_unchecked(0)?;
    let name = if version.to_lowercase().contains("mariadb") { "MariaDB" } else { "MySQL" };
    let number = version.split('-').next().unwrap_or_default();
    let mut may_write = None;
    for row in connection.fetch_all("show grants").await? {
        let grant: String = row.try_get_unchecked(0)?;
        may_write = may_write.or_else(|| beyond_reading(&grant));
    }
    Ok(About { version: format!("{name} {number}"), may_write })
}

/// What `grant` (`GRANT SELECT, INSERT ON …`) allows besides reading.
fn beyond_reading(grant: &str) -> Option<String> {
    /// None of these changes data or a schema.
    const READS: [&str; 12] = [
        "SELECT",
        "USAGE",
        "SHOW VIEW",
        "SHOW DATABASES",
        "PROCESS",
        "LOCK TABLES",
        "REFERENCES",
        "PROXY",
        "REPLICATION CLIENT",
        "BINLOG MONITOR",
        "REPLICATION SLAVE",
        "SLAVE MONITOR",
    ];
    let (privileges, rest) = grant.strip_prefix("GRANT ")?.split_once(" ON ")?;
    let place = rest.split(" TO ").next().unwrap_or_default().replace('`', "");
    // A fresh server lets everybody write to these.
    if ["test.*", "test\\_%.*"].contains(&place.as_str()) {
        return None;
    }
    // Columns are listed in parentheses: `SELECT (a, b), UPDATE (a)`.
    let mut depth = 0;
    let bare: String = privileges
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0 && *c != ')'
        })
        .collect();
    let more = bare.split(',').map(str::trim).find(|one| !READS.contains(one))?;
    Some(format!("may {} in {place}", more.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privileges_beyond_reading_are_found_in_a_grant() {
        for reads in [
            "GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD 'x'",
            "GRANT SELECT, SHOW VIEW ON `shop`.* TO `r`@`%`",
            "GRANT SELECT (`a`, `b`) ON `shop`.`orders` TO `r`@`%`",
            "GRANT `reader` TO `r`@`%`",
            "GRANT SELECT, INSERT ON `test`.* TO PUBLIC",
            "GRANT SELECT, INSERT ON `test\\_%`.* TO PUBLIC",
        ] {
            assert_eq!(beyond_reading(reads), None, "{reads}");
        }
        let writes = |grant| beyond_reading(grant).unwrap();
        assert_eq!(writes("GRANT ALL PRIVILEGES ON *.* TO `a`@`%`"), "may all privileges in *.*");
        assert_eq!(
            writes("GRANT SELECT (`a`), UPDATE (`a`, `b`) ON `shop`.`orders` TO `r`@`%`"),
            "may update in shop.orders"
        );
    }
}
