//! The cache settings of administrators: each overrides the files' at its level, can be removed, and is
//! written out as the file would say it.

use brisk_definition::cache::LIFE;
use brisk_domain::{CacheMode, CachePolicy, PanelId, Slug, SourceName, Timestamp};
use brisk_engine::{AdminPolicies, Engine};
use brisk_store::{Actor, Setting, Store, StoreError};
use brisk_toml_reader::duration;
use std::fmt;
use std::time::Duration;

/// A level at which the cache is set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CacheScope {
    /// Everything.
    Global,
    /// What is read from a source.
    Source(SourceName),
    /// A dashboard.
    Dashboard(Slug),
    /// A panel of a dashboard.
    Panel(Slug, PanelId),
}

/// The settings of a form, as they are typed: `5m`, `1h`, `strict`, `off`. An empty one is removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TypedPolicy<'t> {
    /// How long a frame is fresh.
    pub ttl: &'t str,
    /// How long after that it may be shown while it is loaded again.
    pub stale: &'t str,
    /// `normal`, `strict` or `off`.
    pub mode: &'t str,
    /// Whether it is loaded again shortly before it expires: `true` or `false`.
    pub early: &'t str,
}

/// Why a setting is not made.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// A text means nothing: which field it is in, and what that may be.
    #[error("\"{0}\" must be {1}")]
    Text(&'static str, String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const TTL: &str = "cache.ttl";
const STALE: &str = "cache.stale";
const MODE: &str = "cache.mode";
const EARLY: &str = "cache.early";

impl CacheScope {
    /// Reads a scope as it is written: `global`, `source:shop`, `dashboard:sales`,
    /// `panel:sales/revenue`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None => (text == "global").then_some(Self::Global),
            Some(("source", name)) => SourceName::parse(name).ok().map(Self::Source),
            Some(("dashboard", slug)) => Slug::parse(slug).ok().map(Self::Dashboard),
            Some(("panel", path)) => {
                let (slug, id) = path.split_once('/')?;
                Some(Self::Panel(Slug::parse(slug).ok()?, PanelId::parse(id).ok()?))
            }
            Some(_) => None,
        }
    }

    /// What administrators have set there.
    pub fn set(&self, policies: &AdminPolicies) -> CachePolicy {
        let set = match self {
            Self::Global => Some(&policies.global),
            Self::Source(name) => policies.sources.get(name),
            Self::Dashboard(slug) => policies.dashboards.get(slug),
            Self::Panel(slug, id) => policies.panels.get(&(slug.clone(), id.clone())),
        };
        set.copied().unwrap_or_default()
    }

    fn set_mut<'p>(&self, policies: &'p mut AdminPolicies) -> &'p mut CachePolicy {
        match self {
            Self::Global => &mut policies.global,
            Self::Source(name) => policies.sources.entry(name.clone()).or_default(),
            Self::Dashboard(slug) => policies.dashboards.entry(slug.clone()).or_default(),
            Self::Panel(slug, id) => policies.panels.entry((slug.clone(), id.clone())).or_default(),
        }
    }
}

impl fmt::Display for CacheScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global => f.write_str("global"),
            Self::Source(name) => write!(f, "source:{name}"),
            Self::Dashboard(slug) => write!(f, "dashboard:{slug}"),
            Self::Panel(slug, id) => write!(f, "panel:{slug}/{id}"),
        }
    }
}

/// Makes what is typed the settings of `scope`, all of it or nothing.
pub async fn change(
    store: &Store,
    scope: &CacheScope,
    typed: TypedPolicy<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), SettingError> {
    let policy = read(typed)?;
    let (ttl, stale) = (policy.ttl.map(written), policy.stale.map(written));
    let settings = [
        (TTL, ttl.as_deref()),
        (STALE, stale.as_deref()),
        (MODE, policy.mode.map(word)),
        (EARLY, policy.early.map(|early| if early { "true" } else { "false" })),
    ];
    store.change_settings(&scope.to_string(), &settings, actor, now).await?;
    Ok(())
}

/// Reads the settings in `store`, and has `engine` apply them.
pub async fn apply(store: &Store, engine: &Engine) -> Result<(), StoreError> {
    engine.set_admin_policies(policies(&store.settings().await?));
    Ok(())
}

/// The policies that `settings` make. What this release cannot read is ignored, and logged.
pub fn policies(settings: &[Setting]) -> AdminPolicies {
    let mut policies = AdminPolicies::default();
    for setting in settings.iter().filter(|setting| setting.key.starts_with("cache.")) {
        let scope = CacheScope::parse(&setting.scope);
        let text = setting.value.as_str();
        let typed = match setting.key.as_str() {
            TTL => TypedPolicy { ttl: text, ..TypedPolicy::default() },
            STALE => TypedPolicy { stale: text, ..TypedPolicy::default() },
            MODE => TypedPolicy { mode: text, ..TypedPolicy::default() },
            EARLY => TypedPolicy { early: text, ..TypedPolicy::default() },
            _ => TypedPolicy::default(),
        };
        match (scope, read(typed)) {
            (Some(scope), Ok(policy)) if policy != CachePolicy::default() => {
                let set = scope.set_mut(&mut policies);
                *set = policy.or(*set);
            }
            _ => tracing::warn!(
                scope = setting.scope,
                key = setting.key,
                "a setting of an administrator cannot be read, and does not hold"
            ),
        }
    }
    policies
}

/// `policy` as the file of `scope` would say it, with the place where it goes.
pub fn toml(scope: &CacheScope, policy: CachePolicy) -> String {
    let keys = [
        policy.ttl.map(|seconds| format!("ttl = \"{}\"", written(seconds))),
        policy.stale.map(|seconds| format!("stale = \"{}\"", written(seconds))),
        policy.mode.map(|mode| format!("mode = \"{}\"", word(mode))),
        policy.early.map(|early| format!("early = {early}")),
    ];
    let keys: Vec<String> = keys.into_iter().flatten().collect();
    let table = format!("cache = {{ {} }}\n", keys.join(", "));
    match scope {
        CacheScope::Global => format!("# in brisk.toml\n[cache]\n{}\n", keys.join("\n")),
        CacheScope::Source(name) => format!("# in brisk.toml\n[source.{name}]\n{table}"),
        CacheScope::Dashboard(slug) => format!("# at the top of {slug}.toml\n{table}"),
        CacheScope::Panel(slug, id) => {
            format!("# in {slug}.toml, below [[panel]] with id = \"{id}\"\n{table}")
        }
    }
}

fn read(typed: TypedPolicy<'_>) -> Result<CachePolicy, SettingError> {
    let mode = |text: &str| {
        let known = CacheMode::WORDS.iter().find(|(word, _)| *word == text);
        known.map(|(_, mode)| *mode).ok_or_else(|| {
            let words = CacheMode::WORDS.map(|(word, _)| format!("\"{word}\""));
            SettingError::Text("mode", words.join(", "))
        })
    };
    let early = |text: &str| match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(SettingError::Text("early", "true or false".into())),
    };
    Ok(CachePolicy {
        ttl: given(typed.ttl).map(|text| seconds("ttl", text)).transpose()?,
        stale: given(typed.stale).map(|text| seconds("stale", text)).transpose()?,
        mode: given(typed.mode).map(mode).transpose()?,
        early: given(typed.early).map(early).transpose()?,
    })
}

fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn seconds(key: &'static str, text: &str) -> Result<u32, SettingError> {
    let is_whole = |time: &Duration| time.subsec_nanos() == 0 && LIFE.contains(time);
    let time = duration::duration(text).filter(is_whole);
    let seconds = time.and_then(|time| u32::try_from(time.as_secs()).ok());
    seconds.ok_or_else(|| {
        let (from, to) = (duration::words(*LIFE.start()), duration::words(*LIFE.end()));
        SettingError::Text(key, format!("a duration from {from} to {to} such as \"5m\""))
    })
}

/// A duration as it is typed.
pub fn written(seconds: u32) -> String {
    duration::words(Duration::from_secs(seconds.into()))
}

fn word(mode: CacheMode) -> &'static str {
    let known = CacheMode::WORDS.iter().find(|(_, known)| *known == mode);
    known.map_or("normal", |(word, _)| word)
}
