//! Data of the page "Folders".

/// Who may see what is in which folder, and who looks after it.
#[derive(Debug, Default)]
pub struct FoldersPage {
    /// Whether its reader may change that.
    pub may_change: bool,
    /// The folders, by name; that of the dashboards in none first.
    pub folders: Vec<FolderRow>,
    /// What was done just now.
    pub notice: Option<String>,
    /// Why what was typed is not taken.
    pub problem: Option<String>,
}

/// One folder.
#[derive(Debug)]
pub struct FolderRow {
    /// Its name; empty for the dashboards in none.
    pub name: String,
    /// What people read.
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
    /// What says so.
    pub origin: AccessOrigin,
    /// What the files say.
    pub of_files: String,
    /// What an admin has set for it, and the same as TOML.
    pub set: Option<(String, String)>,
}

/// What says who may see a dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessOrigin {
    /// An admin, of the dashboard.
    Setting,
    /// Its file.
    File,
    /// An admin, of its folder.
    FolderSetting,
    /// Its folder.
    Folder,
    /// Nothing: it is as usual.
    Unsaid,
}

impl AccessOrigin {
    /// It, in words.
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
    /// Its attributes, with commas between them.
    pub attributes: String,
    /// Who is in it.
    pub members: Vec<String>,
}
