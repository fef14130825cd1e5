//! Where a database that is added in the app may be. An admin's browser is not the operator's shell:
//! whoever has stolen a session should reach neither files of the server nor what only the server
//! reaches.

use crate::config::sources::Location;
use crate::config::{AppSourceRules, Secret};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

/// Parameters of URLs that may be set; others name files of the server, or are none of Brisk's.
const PARAMETERS: [&str; 5] = ["sslmode", "ssl-mode", "charset", "collation", "application_name"];
/// Addresses besides those of the link at which clouds hand out a machine's own keys, or answer to it alone.
const CLOUDS: [IpAddr; 4] = [
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
];
/// The folder for SQLite files, within the data directory.
const FOLDER: &str = "sources";

/// Where databases that are added in the app may be.
#[derive(Debug, Clone)]
pub struct Places {
    rules: AppSourceRules,
    /// The folder of SQLite files.
    folder: PathBuf,
    /// Brisk's own data.
    own: PathBuf,
}

/// Where a database is, and what may be shown of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub location: Location,
    /// `PostgreSQL on db.example.com`.
    pub shown: String,
}

impl Places {
    /// By these rules; Brisk's own data are in `own`.
    pub fn new(rules: AppSourceRules, own: &Path) -> Self {
        let folder = rules.sqlite_folder.clone().unwrap_or_else(|| own.join(FOLDER));
        Self { rules, folder, own: own.to_owned() }
    }

    /// Whether any may be added.
    pub fn are_open(&self) -> bool {
        !self.rules.off
    }

    /// The folder of SQLite files, as people read it.
    pub fn folder(&self) -> String {
        self.folder.display().to_string()
    }

    /// Where `url` leads, if that is allowed; else a sentence, which repeats nothing of it but the
    /// server.
    pub fn find(&self, url: &str) -> Result<Found, String> {
        if self.rules.off {
            return Err("No source may be added here: brisk.toml says so ([app_sources]).".into());
        }
        match Location::parse(url, &self.folder).map_err(|why| sentence(&why))? {
            Location::Sqlite(path) => self.file(&path),
            Location::Postgres(url) => {
                plain(&url)?;
                let url = with_password(&url)?;
                let options = PgConnectOptions::from_str(url.expose());
                let options =
                    options.map_err(|_| unreadable("postgres://user:password@host/database"))?;
                if options.get_socket().is_some() {
                    return Err(no_socket());
                }
                self.server(options.get_host())?;
                let shown = format!("PostgreSQL on {}", options.get_host());
                Ok(Found { location: Location::Postgres(url), shown })
            }
            Location::MySql(url) => {
                plain(&url)?;
                // sqlx knows one word for both.
                let text = url.expose().replacen("mariadb:", "mysql:", 1);
                let options = MySqlConnectOptions::from_str(&text);
                let options =
                    options.map_err(|_| unreadable("mysql://user:password@host/database"))?;
                if options.get_socket().is_some() {
                    return Err(no_socket());
                }
                self.server(options.get_host())?;
                let shown = format!("MySQL or MariaDB on {}", options.get_host());
                Ok(Found { location: Location::MySql(url), shown })
            }
        }
    }

    /// Whether `url` leads to a SQLite file.
    pub fn is_file(&self, url: &str) -> bool {
        matches!(Location::parse(url, &self.folder), Ok(Location::Sqlite(_)))
    }

    /// Where `url` leads, which rollups of a source at `source` are written over; else a sentence.
    pub fn rollups(&self, url: &str, source: &Location) -> Result<Secret, String> {
        match (self.find(url)?.location, source) {
            (Location::Postgres(url), Location::Postgres(_))
            | (Location::MySql(url), Location::MySql(_)) => Ok(url),
            (_, Location::Sqlite(_)) => Err(
                "Rollups of a SQLite file are written beside Brisk's own data: leave their URL empty."
                    .into(),
            ),
            _ => Err("The URL for rollups leads to another kind of database.".into()),
        }
    }

    fn server(&self, host: &str) -> Result<(), String> {
        let host = host.trim_matches(['[', ']']).to_lowercase();
        if host.starts_with('/') || host.starts_with("%2f") {
            return Err(no_socket());
        }
        let is_listed = |listed: &String| match listed.strip_prefix('*') {
            Some(end) if end.starts_with('.') => host.ends_with(end),
            _ => *listed == host,
        };
        if !self.rules.hosts.is_empty() && !self.rules.hosts.iter().any(is_listed) {
            return Err(format!(
                "The server {host} is not among those that brisk.toml allows ([app_sources], hosts)."
            ));
        }
        // There, clouds hand out the machine's own keys.
        let address = host.parse::<IpAddr>().ok().map(|address| address.to_canonical());
        let is_link_local = address.is_some_and(|address| match address {
            IpAddr::V4(v4) => v4.is_link_local() || v4.is_unspecified(),
            IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.is_unspecified(),
        });
        let is_of_a_cloud = address.is_some_and(|address| CLOUDS.contains(&address));
        if (is_link_local || is_of_a_cloud) && self.rules.hosts.is_empty() {
            return Err(format!("{host} is a link-local address, where no database is."));
        }
        if address.is_none() && is_number(&host) {
            let why = "is no name, and no address as it is usually written: four numbers";
            return Err(format!("{host} {why}."));
        }
        Ok(())
    }

    fn file(&self, path: &Path) -> Result<Found, String> {
        let folder = self.folder.canonicalize().map_err(|_| {
            format!(
                "SQLite files are taken from the folder {} only, which there is not.",
                self.folder()
            )
        })?;
        if self.own.canonicalize().is_ok_and(|own| own.starts_with(&folder)) {
            return Err(
                "The folder of SQLite files holds Brisk's own data: name another one.".into()
            );
        }
        // Links are followed before it is compared.
        let found = path.canonicalize().ok().filter(|found| found.starts_with(&folder));
        let found = found.filter(|found| found.is_file());
        let found = found.ok_or_else(|| {
            format!(
                "There is no such file in the folder {}, from which SQLite files are taken.",
                self.folder()
            )
        })?;
        let name = found.strip_prefix(&folder).unwrap_or(&found).display();
        let shown = format!("SQLite file {name}");
        Ok(Found { shown, location: Location::Sqlite(found) })
    }
}

/// Refuses parameters that could name files of the server, and anything after them.
fn plain(url: &Secret) -> Result<(), String> {
    let Some((_, query)) = url.expose().split_once('?') else { return Ok(()) };
    for (name, _) in brisk_domain::view::parse_query(query) {
        if !PARAMETERS.contains(&name.as_str()) {
            let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            return Err(format!(
                "The parameter \"{name}\" is for sources in brisk.toml only; here there may be: {}.",
                PARAMETERS.join(", ")
            ));
        }
    }
    Ok(())
}

/// The same with a password: an empty one, if it has none. Otherwise the driver would send one of the
/// server's own, from `PGPASSWORD` or its password file, to whatever server it is.
fn with_password(url: &Secret) -> Result<Secret, String> {
    let wrong = || unreadable("postgres://user:password@host/database");
    let text = url.expose();
    // Later readers would leave these out.
    if text.contains(|c: char| c.is_control() || c == '#') {
        return Err(wrong());
    }
    let (_, rest) = text.split_once("://").ok_or_else(wrong)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (user, host) = rest[..end].rsplit_once('@').ok_or_else(wrong)?;
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    if name.is_empty() || host.is_empty() || host.starts_with(':') {
        return Err(wrong());
    }
    if !password.is_empty() {
        return Ok(url.clone());
    }
    let sign = if rest.contains('?') { '&' } else { '?' };
    Ok(Secret::from(format!("{text}{sign}password=")))
}

/// Whether resolvers take a name for an address: they read `2852039166` and `0xa9.0xfea9fe` as one.
fn is_number(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let digits = last.strip_prefix("0x").filter(|rest| !rest.is_empty());
    match digits {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

fn no_socket() -> String {
    "A socket of the server's machine is for sources in brisk.toml only: name a host.".into()
}

fn unreadable(form: &str) -> String {
    format!("The URL cannot be read: write {form}.")
}

fn sentence(text: &str) -> String {
    brisk_domain::sentence::sentence(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(own: &Path, hosts: &[&str]) -> Places {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        Places::new(AppSourceRules { hosts, ..AppSourceRules::default() }, own)
    }

    #[test]
    fn files_are_taken_from_one_folder_wherever_links_lead() {
        let own = tempfile::tempdir().unwrap();
        let places = places(own.path(), &[]);
        assert!(places.find("shop.sqlite").unwrap_err().contains("which there is not"));
        let folder = own.path().join("sources");
        std::fs::create_dir_all(folder.join("more")).unwrap();
        std::fs::write(folder.join("shop.sqlite"), "").unwrap();
        std::fs::write(folder.join("more/deep.sqlite"), "").unwrap();
        std::fs::write(own.path().join("brisk.sqlite"), "").unwrap();
        std::os::unix::fs::symlink("../brisk.sqlite", folder.join("link.sqlite")).unwrap();
        std::os::unix::fs::symlink("/etc", folder.join("etc")).unwrap();
        let whole = folder.join("shop.sqlite").display().to_string();
        for good in
            ["shop.sqlite", "sqlite:shop.sqlite", "more/deep.sqlite", "more/../shop.sqlite", &whole]
        {
            let found = places.find(good).unwrap();
            assert!(
                found.shown.starts_with("SQLite file ") && !found.shown.contains(".."),
                "{found:?}"
            );
        }
        for bad in [
            "../brisk.sqlite",
            "sqlite:../brisk.sqlite",
            "more/../../brisk.sqlite",
            "/etc/passwd",
            "sqlite:///etc/passwd",
            "etc/passwd",
            "link.sqlite",
            "more",
            ".",
            "",
            "missing.sqlite",
        ] {
            let error = places.find(bad).unwrap_err();
            assert!(error.contains("There is no such file"), "{bad}: {error}");
        }
        let rules = AppSourceRules { sqlite_folder: Some(own.path().into()), ..Default::default() };
        let around = Places::new(rules, own.path());
        assert!(around.find("brisk.sqlite").unwrap_err().contains("Brisk's own data"));
    }

    #[test]
    fn servers_are_named_by_their_host_and_nothing_of_the_machine_is() {
        let nowhere = Path::new("/nonexistent");
        let any = places(nowhere, &[]);
        for (url, shown) in [
            ("postgres://u:p@db.example.com/shop?sslmode=require", "PostgreSQL on db.example.com"),
            ("postgresql://u:p@127.0.0.1:5433/shop", "PostgreSQL on 127.0.0.1"),
            ("mysql://u:p@db/shop", "MySQL or MariaDB on db"),
            ("mariadb://u:p@db/shop", "MySQL or MariaDB on db"),
        ] {
            assert_eq!(any.find(url).unwrap().shown, shown);
        }
        for url in [
            "postgres:///shop?host=/run/postgresql",
            "postgres://u:hunter2@%2Frun%2Fpostgresql/shop",
            "postgres://u:hunter2@db/shop?sslrootcert=/etc/passwd",
            "postgres://u:hunter2@db/shop?sslkey=/etc/passwd",
            "postgres://u:hunter2@db/shop?host=169.254.169.254",
            "postgres://u:hunter2@db/shop?%68ost=/run",
            "mysql://u:hunter2@db/shop?socket=/run/mysqld/mysqld.sock",
            "mysql://u:hunter2@db/shop?ssl-ca=/etc/passwd",
            "postgres://u:hunter2@169.254.169.254/latest",
            "postgres://u:hunter2@[::ffff:169.254.169.254]/latest",
            "mysql://u:hunter2@0.0.0.0/x",
            "http://u:hunter2@169.254.169.254/latest",
            // As resolvers read them, too.
            "postgres://u:hunter2@2852039166/latest",
            "postgres://u:hunter2@0xa9fea9fe/latest",
            "postgres://u:hunter2@169.254.43518/latest",
            "mysql://u:hunter2@0251.0376.0251.0376/x",
            "mysql://u:hunter2@169.254.169.254./x",
            "mysql://u:hunter2@[fd00:ec2::254]/x",
            "mysql://u:hunter2@100.100.100.200/x",
        ] {
            let error = any.find(url).unwrap_err();
            assert!(!error.contains("hunter2") && error.ends_with('.'), "{url}: {error}");
        }
        for url in [
            "postgres://u@db/shop",
            "postgres://u:@db/shop",
            "postgres://u@db/shop?sslmode=require",
        ] {
            let Location::Postgres(found) = any.find(url).unwrap().location else {
                panic!("{url}")
            };
            assert!(found.expose().ends_with("password="), "none of the server's own is sent");
        }
        let Location::Postgres(found) = any.find("postgres://u:p@db/shop").unwrap().location else {
            panic!("it is PostgreSQL")
        };
        assert_eq!(found.expose(), "postgres://u:p@db/shop");
        for url in [
            "postgres://db/shop",
            "postgres://:p@db/shop",
            "postgres://u:\n@db/shop",
            "postgres://u:\t@db/shop",
            "postgres://u@db/shop#x",
            "postgres://u@/shop",
            "postgres:///shop",
        ] {
            assert!(any.find(url).unwrap_err().contains("postgres://user:password@"), "{url}");
        }
        let some = places(nowhere, &["db.example.com", "*.internal"]);
        assert!(some.find("postgres://u:p@DB.example.com/shop").is_ok());
        assert!(some.find("mysql://u:p@a.b.internal/shop").is_ok());
        for url in [
            "postgres://u:p@127.0.0.1/shop",
            "postgres://u:p@internal/shop",
            "postgres://u:p@evilinternal/shop",
            "postgres://u:p@db.example.com.evil/shop",
        ] {
            assert!(some.find(url).unwrap_err().contains("not among those"), "{url}");
        }
        let off = Places::new(AppSourceRules { off: true, ..Default::default() }, nowhere);
        assert!(off.find("postgres://u:p@db/shop").unwrap_err().contains("[app_sources]"));
    }
}
