//! The account that a server runs as. PostgreSQL and MariaDB refuse to run as root, and Redis
//! need not; so when we are root, we use an account that is there already.

use anyhow::{Context, Result};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// The first of `names` that this machine has; `None` when we are not root and need none.
    pub(super) fn choose(names: &[&str]) -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let accounts = std::fs::read_to_string("/etc/passwd").context("/etc/passwd is missing")?;
        names
            .iter()
            .find_map(|name| read(&accounts, name))
            .map(Some)
            .with_context(|| format!("none of the accounts {} exists: add one", names.join(", ")))
    }
}

/// Finds `name:password:uid:gid:…`.
fn read(accounts: &str, name: &str) -> Option<Account> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        Some(Account { uid: fields.nth(1)?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\nnobody2:x:7:7::/:\nnobody:x:65534:65533::/:";
        assert_eq!(read(accounts, "nobody"), Some(Account { uid: 65534, gid: 65533 }));
        assert_eq!(read(accounts, "postgres"), None);
    }
}
