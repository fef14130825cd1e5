//! Who may see a dashboard or the dashboards of a folder, as an admin has set it: it overrides the file,
//! can be removed, and is written out as the file would say it.

use brisk_domain::{Audience, FolderName, Slug, Timestamp};
use brisk_engine::{AccessSettings, Engine};
use brisk_store::{Actor, Setting, Store, StoreError};
use std::fmt;

/// The setting's key in the store.
const KEY: &str = "access";

/// What an access setting is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessScope {
    /// The dashboards in a folder that have no access rule of their own.
    Folder(FolderName),
    /// A dashboard.
    Dashboard(Slug),
}

/// Why a setting is not made.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// What is typed means nothing: a sentence.
    #[error("{0}")]
    Text(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessScope {
    /// Reads a scope as it is written: `folder:sales`, `dashboard:revenue`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("folder", name) => FolderName::parse(name).ok().map(Self::Folder),
            ("dashboard", slug) => Slug::parse(slug).ok().map(Self::Dashboard),
            _ => None,
        }
    }

    /// The setting as the file would say it, with the place where it goes.
    pub fn toml(&self, audience: &Audience) -> String {
        let words: Vec<String> = match audience {
            Audience::Teams(teams) => teams.iter().map(|team| format!("\"team:{team}\"")).collect(),
            Audience::Public | Audience::SignedIn => Vec::new(),
        };
        let value = match audience {
            Audience::Teams(_) => format!("[{}]", words.join(", ")),
            word => format!("\"{word}\""),
        };
        match self {
            Self::Folder(name) => format!("# in {name}/folder.toml\naccess = {value}\n"),
            Self::Dashboard(slug) => format!("# at the top of {slug}.toml\naccess = {value}\n"),
        }
    }
}

impl fmt::Display for AccessScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(name) => write!(f, "folder:{name}"),
            Self::Dashboard(slug) => write!(f, "dashboard:{slug}"),
        }
    }
}

/// Reads an audience as it is typed: `everyone`, `public`, or teams with blanks or commas between them;
/// none where it is left to the file.
pub fn read(typed: &str) -> Result<Option<Audience>, String> {
    let words = typed.split([' ', ',', '\n', '\r', '\t']).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    if words.is_empty() {
        return Ok(None);
    }
    let audience = Audience::of_words(words).map_err(|error| {
        format!("{error}: write everyone, public, or teams such as team:sales team:board.")
    })?;
    Ok(Some(audience))
}

/// Makes what is typed the setting of `scope`; an empty text removes it.
pub async fn change(
    store: &Store,
    scope: &AccessScope,
    typed: &str,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), AccessError> {
    let audience = read(typed).map_err(AccessError::Text)?;
    let value = audience.map(|audience| audience.to_string());
    store.change_settings(&scope.to_string(), &[(KEY, value.as_deref())], actor, now).await?;
    Ok(())
}

/// Reads the settings in `store`, and has `engine` apply them.
pub async fn apply(store: &Store, engine: &Engine) -> Result<(), StoreError> {
    engine.catalog().set_access(settings(&store.settings().await?));
    Ok(())
}

/// The access rules that `settings` make. One that cannot be read lets nobody in but admins.
pub fn settings(settings: &[Setting]) -> AccessSettings {
    let mut access = AccessSettings::default();
    for setting in settings.iter().filter(|setting| setting.key == KEY) {
        let audience = read(&setting.value).ok().flatten().unwrap_or_else(|| {
            let (scope, value) = (&setting.scope, &setting.value);
            tracing::error!(%scope, %value, "who may see it cannot be read: only admins do");
            Audience::Teams(Vec::new())
        });
        match AccessScope::parse(&setting.scope) {
            Some(AccessScope::Folder(name)) => _ = access.folders.insert(name, audience),
            Some(AccessScope::Dashboard(slug)) => _ = access.dashboards.insert(slug, audience),
            None => {}
        }
    }
    access
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::TeamName;

    fn setting(scope: &str, value: &str) -> Setting {
        let (scope, value) = (scope.to_owned(), value.to_owned());
        let (key, changed_by) = (KEY.to_owned(), "root".to_owned());
        Setting { scope, key, value, changed_by, changed_at: Timestamp(0) }
    }

    #[test]
    fn what_is_kept_is_read_again_and_what_cannot_be_read_lets_nobody_in() {
        let teams = Audience::Teams(vec![
            TeamName::parse("board").unwrap(),
            TeamName::parse("sales").unwrap(),
        ]);
        for audience in [Audience::Public, Audience::SignedIn, teams] {
            assert_eq!(read(&audience.to_string()), Ok(Some(audience)));
        }
        assert_eq!(read(" \r\n"), Ok(None));
        assert!(read("sales").unwrap_err().ends_with('.'));
        let nobody = Audience::Teams(Vec::new());
        let read = settings(&[
            setting("dashboard:a", "nonsense of a newer release"),
            setting("folder:b", ""),
            setting("dashboard:c", "public"),
            setting("planet:d", "public"),
        ]);
        let of = |slug: &str| read.dashboards.get(&Slug::parse(slug).unwrap()).cloned();
        assert_eq!(of("a"), Some(nobody.clone()));
        assert_eq!(read.folders.values().next(), Some(&nobody));
        assert_eq!((of("c"), read.dashboards.len()), (Some(Audience::Public), 2));
    }

    #[test]
    fn a_setting_is_written_as_the_file_would_say_it() {
        let scope = AccessScope::parse("folder:sales").unwrap();
        let teams = Audience::of_words(["team:board", "team:sales"]).unwrap();
        let toml = scope.toml(&teams);
        assert_eq!(toml, "# in sales/folder.toml\naccess = [\"team:board\", \"team:sales\"]\n");
        let scope = AccessScope::parse("dashboard:revenue").unwrap();
        assert!(scope.toml(&Audience::Public).ends_with("access = \"public\"\n"));
    }
}
