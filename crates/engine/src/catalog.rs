//! The dashboards being served, the rollups they read, and what is wrong with their files.
//!
//! Reading clones a pointer. A reload replaces the files that parse; for the others it keeps the
//! last good version, with the problems for the log and for admins. Administrators' access settings
//! override the files.

use crate::access_settings::AccessSettings;
use brisk_cache::Fingerprint;
use brisk_definition::{Problem, WarmTime};
use brisk_domain::{Dashboard, FolderName, Report, ReportName, Rollup, RollupName, Slug};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tokio::sync::watch;

/// The dashboards in one directory.
#[derive(Debug)]
pub struct Catalog {
    directory: PathBuf,
    /// The state from the files alone.
    in_files: RwLock<Arc<Contents>>,
    access: RwLock<Arc<AccessSettings>>,
    /// Held while `current` is assembled, so that it is never built from outdated parts.
    replacing: Mutex<()>,
    current: RwLock<Arc<Contents>>,
    /// Counts the reloads, for followers.
    changes: watch::Sender<u64>,
}

/// One state of the catalog.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// The dashboards by name.
    pub dashboards: BTreeMap<Slug, Arc<Dashboard>>,
    /// What is wrong with the files, with positions.
    pub problems: Vec<Problem>,
    /// Dashboards served in an older version, because their file is broken now.
    pub outdated: Vec<Slug>,
    /// When dashboards are warmed, by their files.
    pub warm: BTreeMap<Slug, Arc<[WarmTime]>>,
    /// The rollups by name.
    pub rollups: BTreeMap<RollupName, Arc<Rollup>>,
    /// Rollups kept in an older version, because their file is broken now.
    pub outdated_rollups: Vec<RollupName>,
    /// The reports by name; those whose files are broken now, in their last good version. What pages show does not
    /// depend on them.
    pub reports: BTreeMap<ReportName, Arc<Report>>,
    /// Whether something could not be read for a reason that may pass without a change in the directory.
    pub may_pass: bool,
    /// Equal for equal dashboards and rollups, in every process: part of a page's identity.
    pub fingerprint: Box<str>,
}

impl Contents {
    /// Keeps the last good version of a dashboard whose file is broken now.
    fn keep(&mut self, last_good: &Arc<Dashboard>, before: &Self) {
        let slug = &last_good.slug;
        self.dashboards.insert(slug.clone(), Arc::clone(last_good));
        self.warm.extend(before.warm.get(slug).map(|warm| (slug.clone(), Arc::clone(warm))));
        self.outdated.push(slug.clone());
    }
}

impl Catalog {
    /// Reads the directory for the first time.
    pub fn open(directory: &Path) -> Self {
        let catalog = Self::unread(directory);
        catalog.reload();
        catalog
    }

    /// Empty until the first reload.
    pub fn unread(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            in_files: RwLock::default(),
            access: RwLock::default(),
            replacing: Mutex::default(),
            current: RwLock::default(),
            changes: watch::Sender::new(0),
        }
    }

    /// Whether the directory has been read, or cannot be read until somebody changes it.
    pub fn is_read(&self) -> bool {
        *self.changes.borrow() > 0
    }

    /// Waits until the directory has been read.
    pub async fn until_read(&self) {
        // The sender lives as long as the catalog.
        let _ = self.changes.subscribe().wait_for(|reloads| *reloads > 0).await;
    }

    /// The directory of the files.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The current state.
    pub fn contents(&self) -> Arc<Contents> {
        read(&self.current)
    }

    /// The state from the files alone.
    pub fn in_files(&self) -> Arc<Contents> {
        read(&self.in_files)
    }

    /// The access settings of administrators.
    pub fn access_settings(&self) -> Arc<AccessSettings> {
        read(&self.access)
    }

    /// Replaces the access settings of administrators.
    pub fn set_access(&self, settings: AccessSettings) {
        let _replacing = self.replacing();
        if *read(&self.access) == settings {
            return;
        }
        write(&self.access, settings);
        if self.is_read() {
            self.put_together(self.is_read());
        }
    }

    /// Notifies followers of a change outside of the catalog that lookups depend on.
    pub(crate) fn announce(&self) {
        if self.is_read() {
            self.changes.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// The dashboard of that name.
    pub fn dashboard(&self, slug: &Slug) -> Option<Arc<Dashboard>> {
        self.contents().dashboards.get(slug).cloned()
    }

    /// Notifies of each reload from now on.
    pub fn follow(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Reads the directory again. A broken file keeps the last good version of its dashboard or
    /// rollup; a deleted file removes it.
    pub fn reload(&self) -> Arc<Contents> {
        let loaded = brisk_definition::load_dir(&self.directory);
        let _replacing = self.replacing();
        let before = self.in_files();
        if loaded.is_unreadable {
            // Whether temporary or permanent: the last good state stays, with the problem.
            let contents = Contents {
                dashboards: before.dashboards.clone(),
                problems: loaded.problems,
                outdated: before.dashboards.keys().cloned().collect(),
                warm: before.warm.clone(),
                rollups: before.rollups.clone(),
                outdated_rollups: before.rollups.keys().cloned().collect(),
                reports: before.reports.clone(),
                may_pass: loaded.may_pass,
                fingerprint: Box::default(),
            };
            // Until then, callers are not told that there are no dashboards.
            let is_known = self.is_read() || !loaded.may_pass;
            return self.replace(contents, is_known);
        }
        let (problems, may_pass) = (loaded.problems, loaded.may_pass);
        let mut contents = Contents { problems, may_pass, ..Contents::default() };
        contents.warm = loaded.warm.into_iter().map(|(slug, warm)| (slug, warm.into())).collect();
        for dashboard in loaded.dashboards {
            // An unchanged dashboard keeps its `Arc`, and with it its plans.
            let known = before.dashboards.get(&dashboard.slug);
            let known = known.filter(|known| ***known == dashboard).cloned();
            let dashboard = known.unwrap_or_else(|| Arc::new(dashboard));
            contents.dashboards.insert(dashboard.slug.clone(), dashboard);
        }
        for slug in loaded.broken {
            if let Some(last_good) = before.dashboards.get(&slug) {
                contents.keep(last_good, &before);
            }
        }
        for (slug, last_good) in &before.dashboards {
            let is_in = |name: &FolderName| {
                last_good.folder.as_ref().is_some_and(|folder| folder.name == *name)
            };
            if loaded.unreadable_folders.iter().any(is_in)
                && !contents.dashboards.contains_key(slug)
            {
                contents.keep(last_good, &before);
            }
        }
        for rollup in loaded.rollups {
            // An unchanged rollup keeps its `Arc`, and with it its plan.
            let known = before.rollups.get(&rollup.name).filter(|known| ***known == rollup);
            let rollup = known.cloned().unwrap_or_else(|| Arc::new(rollup));
            contents.rollups.insert(rollup.name.clone(), rollup);
        }
        let broken = match loaded.are_rollups_unreadable {
            true => before.rollups.keys().cloned().collect(),
            false => loaded.broken_rollups,
        };
        for name in broken {
            if let Some(last_good) = before.rollups.get(&name) {
                contents.rollups.insert(name.clone(), Arc::clone(last_good));
                contents.outdated_rollups.push(name);
            }
        }
        let broken = match loaded.are_reports_unreadable {
            true => before.reports.keys().cloned().collect(),
            false => loaded.broken_reports,
        };
        let last_good = broken.iter().filter_map(|name| before.reports.get_key_value(name));
        contents.reports =
            last_good.map(|(name, report)| (name.clone(), Arc::clone(report))).collect();
        let read = loaded.reports.into_iter();
        contents.reports.extend(read.map(|report| (report.name.clone(), Arc::new(report))));
        self.replace(contents, true)
    }

    fn replace(&self, contents: Contents, is_read: bool) -> Arc<Contents> {
        write(&self.in_files, contents);
        self.put_together(is_read)
    }

    /// Merges the files with administrators' settings.
    fn put_together(&self, is_read: bool) -> Arc<Contents> {
        let in_files = self.in_files();
        let mut contents = Contents {
            dashboards: read(&self.access)
                .applied(&in_files.dashboards, &self.contents().dashboards),
            ..Contents::clone(&in_files)
        };
        contents.fingerprint = fingerprint(&contents);
        let contents = write(&self.current, contents);
        if is_read {
            self.changes.send_modify(|count| *count = count.wrapping_add(1));
        }
        contents
    }

    fn replacing(&self) -> MutexGuard<'_, ()> {
        self.replacing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// No panic under these locks can leave them half-written: they hold one pointer.
fn read<T>(of: &RwLock<Arc<T>>) -> Arc<T> {
    Arc::clone(&of.read().unwrap_or_else(PoisonError::into_inner))
}

fn write<T>(to: &RwLock<Arc<T>>, value: T) -> Arc<T> {
    let value = Arc::new(value);
    *to.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&value);
    value
}

/// Definitions are pure data, whose `Debug` output is complete.
fn fingerprint(contents: &Contents) -> Box<str> {
    let dashboards = contents.dashboards.values().map(|dashboard| format!("{dashboard:?}"));
    let rollups = contents.rollups.values().map(|rollup| format!("{rollup:?}"));
    let outdated = std::iter::once(format!("{:?}", contents.outdated));
    Fingerprint::of(dashboards.chain(rollups).chain(outdated)).to_string().into()
}
