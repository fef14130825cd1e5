//! Who looks after the dashboards of a folder.

use crate::access_state::count;
use crate::audit::{Actor, AuditRecord, differing};
use crate::change::Topic;
use crate::{Store, StoreError};
use brisk_accounts::{Account, AccountId, Folders, Role};
use brisk_domain::{FolderName, TeamName, Timestamp};
use sqlx::{AnyConnection, Row as _};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A team or an account that a folder was given to. Those of them who are editors look after it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Editor {
    /// The editors in a team.
    Team(TeamName),
    /// An account.
    Account(AccountId),
}

/// Folders with those they were given to; `None` stands for the dashboards in no folder.
pub type FolderEditors = BTreeMap<Option<FolderName>, BTreeSet<Editor>>;

impl Editor {
    fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("team", name) => TeamName::parse(name).ok().map(Self::Team),
            ("account", id) => Some(Self::Account(AccountId::kept(id))),
            _ => None,
        }
    }

    fn is(&self, account: &Account) -> bool {
        match self {
            Self::Team(team) => account.teams.contains(team),
            Self::Account(id) => account.id == *id,
        }
    }
}

impl fmt::Display for Editor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Team(team) => write!(f, "team:{team}"),
            Self::Account(id) => write!(f, "account:{}", id.as_str()),
        }
    }
}

impl Store {
    /// All folders that were given to somebody.
    pub async fn folder_editors(&self) -> Result<FolderEditors, StoreError> {
        let rows = sqlx::query("select folder, editor from folder_editors").fetch_all(&self.pool);
        let mut editors = FolderEditors::new();
        for row in rows.await? {
            // A row that cannot be read gives nobody a folder.
            if let (Some(folder), Some(editor)) = (folder(row.get(0)), Editor::parse(row.get(1))) {
                editors.entry(folder).or_default().insert(editor);
            }
        }
        Ok(editors)
    }

    /// The folders that `account` looks after: none, unless it is an editor.
    pub async fn folders_of(&self, account: &Account) -> Result<Folders, StoreError> {
        if account.role != Role::Editor {
            return Ok(Folders::new());
        }
        let editors = self.folder_editors().await?;
        let own = editors.into_iter().filter(|(_, editors)| editors.iter().any(|e| e.is(account)));
        Ok(own.map(|(folder, _)| folder).collect())
    }

    /// Gives `folder` to `editors`, and to nobody else.
    pub async fn change_folder_editors(
        &self,
        folder: Option<&FolderName>,
        editors: &BTreeSet<Editor>,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        count(&mut change).await?;
        let key = folder.map_or("", FolderName::as_str);
        let rows =
            sqlx::query("select editor from folder_editors where folder = $1 order by editor")
                .bind(key)
                .fetch_all(&mut *change)
                .await?;
        let before: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let after: Vec<String> = editors.iter().map(Editor::to_string).collect();
        sqlx::query("delete from folder_editors where folder = $1")
            .bind(key)
            .execute(&mut *change)
            .await?;
        for editor in &after {
            sqlx::query("insert into folder_editors (folder, editor) values ($1, $2)")
                .bind(key)
                .bind(editor)
                .execute(&mut *change)
                .await?;
        }
        let (before, after) = differing(&before, &after);
        if before.is_none() && after.is_none() {
            return Ok(());
        }
        let names = names(&mut change).await?;
        let record = AuditRecord {
            at,
            actor: actor.clone(),
            action: "editors changed".into(),
            subject: folder
                .map_or_else(|| "dashboards in no folder".into(), |f| format!("folder:{f}")),
            before: before.map(|text| with_names(&text, &names)),
            after: after.map(|text| with_names(&text, &names)),
        };
        change.record(&record).await?;
        change.commit().await
    }
}

/// The names of all accounts, by id.
async fn names(connection: &mut AnyConnection) -> Result<BTreeMap<String, String>, StoreError> {
    let rows = sqlx::query("select id, name from accounts").fetch_all(connection).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// A list of editors as people read it: accounts by their names; by the id where one is gone.
fn with_names(editors: &str, names: &BTreeMap<String, String>) -> String {
    let read = editors.split(", ").map(|editor| match editor.split_once(':') {
        Some(("account", id)) => {
            format!("account {}", names.get(id).map_or(id, String::as_str))
        }
        Some((kind, name)) => format!("{kind} {name}"),
        None => editor.to_owned(),
    });
    read.collect::<Vec<_>>().join(", ")
}

fn folder(text: &str) -> Option<Option<FolderName>> {
    match text {
        "" => Some(None),
        name => FolderName::parse(name).ok().map(Some),
    }
}
