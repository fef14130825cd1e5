//! `[source.NAME]`, `BRISK_SOURCE_NAME` and `--source NAME=…`: the databases that panels read.

use super::environment::Environment;
use super::noticing::{Listening, NoticingKeys};
use super::secret::{Secret, shown};
use super::secret_location::SecretLocation;
use crate::noticing::watch::Watch;
use brisk_cache::Places;
use brisk_definition::cache;
use brisk_domain::{CachePolicy, SourceName, WallClock, WallClocks};
use brisk_source::{Dialect, Limits, Rights, SQLITE_CONNECTIONS, SQLITE_MEMORY};
use brisk_toml_reader::{Fields, Place, Problem, Problems};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A database that panels read.
#[derive(Debug)]
pub struct SourceSettings {
    /// Where it is; or what is wrong with it, which matters only when it is opened.
    pub location: Result<Location, Problem>,
    /// Connections to a server, at most.
    pub connections: u32,
    /// The limits of a statement.
    pub limits: Limits,
    /// The cache policy, unless a dashboard or a panel has one.
    pub policy: CachePolicy,
    /// Where rollups are written, for sources that are servers; or what is wrong with it, which
    /// matters only when they are written.
    pub rollup_url: Option<Result<Secret, Problem>>,
    /// How long a refresh of a rollup may take.
    pub rollup_time: Duration,
    /// Where rollups of a SQLite file are written, if not in the usual place.
    pub rollup_file: Option<PathBuf>,
    /// Which one of its name it is: empty for those of the configuration.
    pub revision: Arc<str>,
    /// Whether statements on a SQLite file run in processes of their own.
    pub has_workers: bool,
    /// Bytes of memory that a statement on a SQLite file may take.
    pub memory: u64,
    /// The zones of its columns that have none.
    pub wall_clocks: WallClocks,
    /// What its panels may do beyond reading tables.
    pub rights: Rights,
    /// Where PostgreSQL notifies of changes of its tables.
    pub listening: Listening,
    /// The queries that tell whether tables have changed.
    pub watches: Vec<Watch>,
    /// Statements that may run on it at a time, if that is set.
    pub concurrency: Option<u32>,
}

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The file.
    Sqlite(PathBuf),
    /// The URL.
    Postgres(Secret),
    /// The URL, of a MySQL or a MariaDB.
    MySql(Secret),
}

/// Connections to a server, by default.
const CONNECTIONS: u32 = 8;
/// How long a refresh of a rollup may take, by default.
pub(super) const ROLLUP_TIME: Duration = Duration::from_secs(600);
const TIME: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3_600);
const ROWS: RangeInclusive<u32> = 1..=10_000_000;
const BYTES: RangeInclusive<u64> = 1 << 10..=1 << 30;
const MEMORY: RangeInclusive<u64> = 16 << 20..=1 << 40;
/// What the variables' names begin with.
const VARIABLE: &str = "BRISK_SOURCE_";
/// The same for where rollups are written.
const ROLLUP_VARIABLE: &str = "BRISK_ROLLUP_URL_";
/// What a wall clock may be.
const WALL_CLOCK: &str =
    "\"dashboard\", \"UTC\" or the name of a time zone such as \"Europe/London\"";
const ROLLUP_KEYS: [&str; 3] = ["rollup_url", "rollup_url_env", "rollup_url_file"];

impl SourceSettings {
    /// Statements that may run on it at a time: never more than it has connections, because the others
    /// would only wait elsewhere. On a server, as many as help, unless a number is set.
    pub fn places(&self) -> Places {
        let fixed = |most: usize| self.concurrency.map(|wanted| most.min(wanted as usize));
        match self.location {
            Ok(Location::Sqlite(_)) => {
                let most = SQLITE_CONNECTIONS as usize;
                Places::Fixed(fixed(most).unwrap_or(most))
            }
            _ => {
                let most = self.connections as usize;
                fixed(most).map_or(Places::UpTo(most), Places::Fixed)
            }
        }
    }

    /// The defaults, for a source that the configuration does not declare.
    pub fn usual(location: Location) -> Self {
        Self::of(Ok(location), None)
    }

    fn of(location: Result<Location, Problem>, table: Option<&SourceTable>) -> Self {
        let usual = Limits::default();
        let limits = Limits {
            time: table.and_then(|table| table.time).unwrap_or(usual.time),
            rows: table.and_then(|table| table.rows).map_or(usual.rows, |rows| rows as usize),
            bytes: table.and_then(|table| table.bytes).map_or(usual.bytes, |bytes| bytes as usize),
        };
        Self {
            location,
            connections: table.and_then(|table| table.connections).unwrap_or(CONNECTIONS),
            limits,
            policy: table.map(|table| table.policy).unwrap_or_default(),
            rollup_url: None,
            rollup_file: None,
            revision: Arc::default(),
            rollup_time: table.and_then(|table| table.rollup_time).unwrap_or(ROLLUP_TIME),
            has_workers: table.is_none_or(|table| !table.in_process),
            memory: table.and_then(|table| table.memory).unwrap_or(SQLITE_MEMORY),
            wall_clocks: table.map(|table| table.wall_clocks.clone()).unwrap_or_default(),
            rights: table.map(|table| table.rights.clone()).unwrap_or_default(),
            listening: Listening::There,
            watches: table.map(|table| table.noticing.watches()).unwrap_or_default(),
            concurrency: table.and_then(|table| table.concurrency),
        }
    }
}

impl Location {
    /// Reads a URL or a path; `base` is what a path is relative to. The message repeats only its
    /// scheme.
    pub fn parse(text: &str, base: &Path) -> Result<Self, String> {
        let text = text.trim();
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Ok(Self::Sqlite(base.join(path)));
        }
        let scheme = text.split_once(':').map(|(scheme, _)| scheme);
        match scheme {
            Some("postgres" | "postgresql") => Ok(Self::Postgres(text.into())),
            Some("mysql" | "mariadb") => Ok(Self::MySql(text.into())),
            Some(scheme) if text.contains("://") || text.contains('@') => {
                let is_word = scheme.len() <= 20 && scheme.bytes().all(|b| b.is_ascii_lowercase());
                let what = if is_word { format!("{scheme}: is") } else { "its URL names".into() };
                Err(format!(
                    "{what} no database that Brisk reads: write \
                     postgres://user:password@host:5432/database, \
                     mysql://user:password@host:3306/database, or the path of a SQLite file"
                ))
            }
            _ => Ok(Self::Sqlite(base.join(text))),
        }
    }

    /// How the database spells SQL.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
            Self::MySql(_) => Dialect::MySql,
        }
    }
}

/// What the file says about a source.
#[derive(Debug)]
pub(super) struct SourceTable {
    at: Place,
    url: Option<SecretLocation>,
    connections: Option<u32>,
    concurrency: Option<u32>,
    time: Option<Duration>,
    rows: Option<u32>,
    bytes: Option<u64>,
    policy: CachePolicy,
    rollup_url: Option<SecretLocation>,
    rollup_time: Option<Duration>,
    in_process: bool,
    memory: Option<u64>,
    wall_clocks: WallClocks,
    rights: Rights,
    noticing: NoticingKeys,
}

impl SourceTable {
    /// Reads all of `[source.NAME]`; `base` is the folder of the file.
    pub(super) fn read_all(
        sources: &Fields<'_>,
        base: &Path,
        problems: &mut Problems<'_>,
    ) -> BTreeMap<SourceName, Self> {
        let mut declared = BTreeMap::new();
        for (key, table) in sources.named_tables("source", problems) {
            let read = Self::read(&table, base, problems);
            match SourceName::parse(key) {
                Ok(name) => _ = declared.insert(name, read),
                Err(_) => problems.add(sources.key_place(key), bad_name(key)),
            }
        }
        declared
    }

    fn read(table: &Fields<'_>, base: &Path, problems: &mut Problems<'_>) -> Self {
        let read = Self {
            at: problems.place(table.span()),
            url: SecretLocation::read(table, base, problems),
            connections: table.whole("connections", 1..=1_000, problems),
            concurrency: table.whole("concurrency", 1..=1_000, problems),
            time: table.seconds("timeout", TIME, problems),
            rows: table.whole("rows", ROWS, problems),
            bytes: table.size("bytes", BYTES, problems),
            policy: cache::policy(table, problems),
            rollup_url: SecretLocation::read_keys(ROLLUP_KEYS, table, base, problems),
            rollup_time: table.seconds("rollup_timeout", TIME, problems),
            in_process: table.flag("in_process", problems),
            memory: table.size("memory", MEMORY, problems),
            wall_clocks: wall_clocks(table, problems),
            rights: Rights {
                functions: functions(table, problems),
                superuser: table.flag("allow_superuser", problems),
                are_fixed: false,
            },
            noticing: NoticingKeys::read(table, base, problems),
        };
        table.finish(problems);
        if let (Some(connections), Some(concurrency)) = (read.connections, read.concurrency)
            && concurrency > connections
        {
            let title = table.title();
            let message = format!(
                "\"concurrency\" of {title} is {concurrency}, but it has {connections} connections"
            );
            problems.add(table.place("concurrency"), message);
        }
        read
    }
}

/// `wall_clock` of all columns without a zone, and `wall_clock_columns` of single ones.
fn wall_clocks(table: &Fields<'_>, problems: &mut Problems<'_>) -> WallClocks {
    let source =
        table.expected("wall_clock", WALL_CLOCK, |text| WallClock::parse(text).ok(), problems);
    let mut columns = BTreeMap::new();
    if let Some(named) = table.table(
        "wall_clock_columns",
        &format!("\"wall_clock_columns\" of {}", table.title()),
        problems,
    ) {
        for (name, item) in named.entries() {
            let clock = item.as_str().and_then(|text| WallClock::parse(text).ok());
            match clock {
                _ if !name.contains('.') => problems.add(
                    named.key_place(name),
                    format!("\"{name}\" of {} must be \"table.column\"", named.title()),
                ),
                Some(clock) => _ = columns.insert(name.to_lowercase(), clock),
                None => problems.add(
                    named.place(name),
                    format!("\"{name}\" of {} must be {WALL_CLOCK}", named.title()),
                ),
            }
        }
    }
    WallClocks { source, columns }
}

/// `functions`: further functions that panels may call.
fn functions(table: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<String> {
    let expected = "a list of functions and views, each as \"schema.name\"";
    let names = table.texts("functions", expected, problems).unwrap_or_default();
    for name in &names {
        let is_name = !name.is_empty() && !name.contains(['(', '*', ' ']);
        if !is_name {
            let (title, name) = (table.title(), problems.quoted(name));
            let message = format!("{name} in \"functions\" of {title} is no name");
            let help = "write schema.name, without parentheses";
            problems.add_with_help(table.place("functions"), message, help);
        }
    }
    names.into_iter().map(ToOwned::to_owned).collect()
}

/// All sources: `flags` (NAME=PATH or NAME=URL) take precedence over the variables, and both over
/// the file. Whatever the file says besides the URL holds for all of them.
pub(super) fn layered(
    file: &BTreeMap<SourceName, SourceTable>,
    flags: &[Secret],
    environment: &Environment,
) -> Result<BTreeMap<SourceName, SourceSettings>, Vec<Problem>> {
    let mut problems = Vec::new();
    let parse = |name: &str| SourceName::parse(name).map_err(|_| bad_name(name));
    let mut urls = in_variables(VARIABLE, parse, environment, &mut problems);
    let rollup_urls = in_variables(ROLLUP_VARIABLE, parse, environment, &mut problems);
    for flag in flags {
        let at = Place::named("--source");
        match flag.expose().split_once('=') {
            None => {
                let message = format!("{} is not NAME=PATH or NAME=URL", shown(flag.expose()));
                let help = "for example shop=/var/lib/shop.sqlite";
                problems.push(at.problem_with_help(message, help));
            }
            Some((name, url)) => match SourceName::parse(name) {
                Ok(name) => _ = urls.insert(name, SecretLocation::given(at, url.into())),
                Err(_) => problems.push(at.problem(bad_name(name))),
            },
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let names = file.keys().chain(urls.keys());
    let settings = names.map(|name| {
        let table = file.get(name);
        let url = urls.get(name).or(table.and_then(|table| table.url.as_ref()));
        let location = match (url, table) {
            (Some(url), _) => located(name, url, environment),
            (None, Some(table)) => Err(without_url(name, &table.at)),
            (None, None) => Err(without_url(name, &Place::named("--source"))),
        };
        let rollup_url = rollup_urls.get(name);
        let rollup_url = rollup_url.or(table.and_then(|table| table.rollup_url.as_ref()));
        let rollup_url = rollup_url.map(|url| url.resolve(environment));
        let listening = table.map(|table| table.noticing.listening(environment));
        let listening = listening.unwrap_or_default();
        let of_table = SourceSettings::of(location, table);
        (name.clone(), SourceSettings { rollup_url, listening, ..of_table })
    });
    Ok(settings.collect())
}

/// Adds a database of Brisk's own in place of any other source of that name; the file may still set its
/// options.
pub(super) fn add_own(
    sources: &mut BTreeMap<SourceName, SourceSettings>,
    file: &BTreeMap<SourceName, SourceTable>,
    name: &SourceName,
    database: PathBuf,
) {
    let settings = SourceSettings::of(Ok(Location::Sqlite(database)), file.get(name));
    sources.insert(name.clone(), settings);
}

/// The secrets in the variables that begin with `prefix`, by the rest of their names as `parse` reads
/// it.
pub(super) fn in_variables<N: Ord>(
    prefix: &'static str,
    parse: impl Fn(&str) -> Result<N, String>,
    environment: &Environment,
    problems: &mut Vec<Problem>,
) -> BTreeMap<N, SecretLocation> {
    let mut secrets = BTreeMap::new();
    for (rest, value) in environment.starting_with(prefix) {
        let at = Place::named(format!("{prefix}{rest}"));
        match name_of_variable(prefix, rest).and_then(|name| parse(&name)) {
            Ok(name) => _ = secrets.insert(name, SecretLocation::given(at, value.into())),
            Err(message) => problems.push(at.problem(message)),
        }
    }
    secrets
}

fn located(
    name: &SourceName,
    url: &SecretLocation,
    environment: &Environment,
) -> Result<Location, Problem> {
    let secret = url.resolve(environment)?;
    let at_name = |message| url.at.problem(format!("source \"{name}\": {message}"));
    if secret.is_empty() {
        return Err(at_name("its URL is empty".into()));
    }
    Location::parse(secret.expose(), url.base()).map_err(at_name)
}

fn without_url(name: &SourceName, at: &Place) -> Problem {
    let variable = format!("{VARIABLE}{}", name.as_str().to_uppercase().replace('-', "_"));
    let help = format!("or \"url_env\", \"url_file\", or the variable {variable}");
    at.problem_with_help(format!("[source.{name}] has no \"url\""), help)
}

/// The name that the variable `{prefix}{rest}` stands for.
fn name_of_variable(prefix: &str, rest: &str) -> Result<String, String> {
    let expected = rest.to_uppercase().replace('-', "_");
    if rest != expected {
        return Err(format!("write {prefix}{expected}: upper case, with _ for -"));
    }
    Ok(rest.to_lowercase().replace('_', "-"))
}

fn bad_name(name: &str) -> String {
    format!(
        "source name {} must be 1 to 64 lower-case letters, digits and hyphens, starting with a \
         letter or digit",
        shown(name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_urls_or_paths() {
        let parse = |text: &str| Location::parse(text, Path::new("/etc/brisk"));
        let file = |path: &str| Ok(Location::Sqlite(PathBuf::from(path)));
        assert_eq!(parse("shop.sqlite"), file("/etc/brisk/shop.sqlite"));
        assert_eq!(parse("/data/shop.sqlite"), file("/data/shop.sqlite"));
        assert_eq!(parse("sqlite:shop.sqlite"), file("/etc/brisk/shop.sqlite"));
        assert_eq!(parse("sqlite:///data/shop.sqlite"), file("/data/shop.sqlite"));
        for url in ["postgres://u:p@h/d", "postgresql:///d?host=/run/postgresql"] {
            assert_eq!(parse(url), Ok(Location::Postgres(url.into())));
        }
        for url in ["mysql://u:p@h:3306/d", "mariadb://u:p@h/d?ssl-mode=VERIFY_CA"] {
            assert_eq!(parse(url), Ok(Location::MySql(url.into())));
        }
        for url in ["mongodb://u:hunter2@h/d", "postgre:/u:hunter2@h/d", "Http://u:hunter2@h"] {
            let message = parse(url).unwrap_err();
            assert!(!message.contains("hunter2") && message.contains("postgres://"), "{message}");
        }
    }

    #[test]
    fn variables_name_sources_in_one_way_only() {
        let name_of_variable = |rest| {
            let name = name_of_variable(VARIABLE, rest)?;
            SourceName::parse(&name).map_err(|_| bad_name(&name))
        };
        assert_eq!(name_of_variable("SHOP_EU").unwrap().as_str(), "shop-eu");
        assert!(name_of_variable("shop").unwrap_err().contains("BRISK_SOURCE_SHOP"));
        assert!(name_of_variable("_SHOP").is_err());
        assert!(name_of_variable("").is_err());
    }
}
