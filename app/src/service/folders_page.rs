//! Data of the page "Folders".

/// Who may see the dashboards in each folder, and who looks after them.
#[derive(Debug, Default)]
pub struct FoldersPage {
    /// Whether its reader may change that.
    pub may_change: bool,
    /// The folders, by name; first the one for dashboards in no folder.
    pub folders: Vec<FolderRow>,
    /// The action just done.
    pub notice: Option<String>,
    /// Why what was typed is refused.
    pub problem: Option<String>,
}

/// One folder.
#[derive(Debug)]
pub struct FolderRow {
    /// Its name; empty for the dashboards in none.
    pub name: String,
    /// Its title for readers.
    pub title: String,
    /// What an admin has set for it, and the same as TOML.
    pub set: Option<(String, String)>,
    /// Who looks after it besides admins: teams and accounts.
    pub editors: Vec<String>,
    /// The teams that may see something in it.
    pub teams: Vec<TeamRow>,
    /// Its dashboards.
    pub dashboards: Vec<DashboardAccess>,
}

/// One dashboard.
#[derive(Debug)]
pub struct DashboardAccess {
    /// Its name.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Who may see it.
    pub audience: String,
    /// Where that is set.
    pub origin: AccessOrigin,
    /// The audience from the files.
    pub of_files: String,
    /// What an admin has set for it, and the same as TOML.
    pub set: Option<(String, String)>,
}

/// Where a dashboard's audience is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessOrigin {
    /// By an admin, for the dashboard.
    Setting,
    /// Its file.
    File,
    /// By an admin, for its folder.
    FolderSetting,
    /// Its folder.
    Folder,
    /// Nowhere: the default.
    Unsaid,
}

impl AccessOrigin {
    /// The origin in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Setting => "set here for this dashboard",
            Self::File => "set in its file",
            Self::FolderSetting => "set here for the folder",
            Self::Folder => "set in its folder",
            Self::Unsaid => "the default",
        }
    }
}

/// One team.
#[derive(Debug)]
pub struct TeamRow {
    /// Its name.
    pub name: String,
    /// Its attributes, separated by commas.
    pub attributes: String,
    /// Who is in it.
    pub members: Vec<String>,
}
