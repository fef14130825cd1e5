//! A directory of dashboard files.

use crate::access::{self, Around};
use crate::dashboard::{Read, with_links};
use crate::folder::{Folder, MAX_FILES, may_pass, subfolders};
use crate::report::{self, Places};
use crate::rollup::parse as parse_rollup;
use crate::row_links::{self, LinkPlace};
use crate::warm::WarmTime;
use brisk_domain::identifier::NameError;
use brisk_domain::{Dashboard, FolderName, Report, ReportName, Rollup, RollupName, Slug};
use brisk_toml_reader::{Place, Problem};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The contents of a directory.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The valid dashboards, by name.
    pub dashboards: Vec<Dashboard>,
    /// When they are warmed, for those that say so.
    pub warm: Vec<(Slug, Vec<WarmTime>)>,
    /// The problems in the directory's files.
    pub problems: Vec<Problem>,
    /// The dashboards whose files are invalid.
    pub broken: Vec<Slug>,
    /// Whether the directory itself could not be read, so that nothing is known about its files.
    pub is_unreadable: bool,
    /// The valid rollups, by name.
    pub rollups: Vec<Rollup>,
    /// The rollups whose files are invalid.
    pub broken_rollups: Vec<RollupName>,
    /// Whether `rollups/` exists but could not be read.
    pub are_rollups_unreadable: bool,
    /// The valid reports, by name.
    pub reports: Vec<Report>,
    /// The reports whose files are invalid.
    pub broken_reports: Vec<ReportName>,
    /// Whether `reports/` exists but could not be read.
    pub are_reports_unreadable: bool,
    /// The folders that exist but could not be read.
    pub unreadable_folders: Vec<FolderName>,
    /// Whether a later attempt may read more although nothing changes in the directory.
    pub may_pass: bool,
}

pub use crate::folder::{REPORTS, ROLLUPS};

/// Reads every `*.toml` in `directory`, in the folders in it, and in its `rollups/` and `reports/` if there
/// are any. An invalid file does not hide the others, but an invalid `folder.toml` hides everything in its
/// folder. A dangling link is a problem, but its dashboard stays valid, and so is a report whose dashboard
/// or panel is missing: the fault may be in another file.
pub fn load_dir(directory: &Path) -> Loaded {
    let mut loaded = Loaded::default();
    let opened = Folder::at(directory).and_then(|folder| {
        let files = folder.files(directory)?;
        Ok((folder, files, subfolders(directory)?))
    });
    let (mut folder, (paths, more), folders) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            loaded.problems.push(unreadable(directory, &error));
            loaded.is_unreadable = true;
            loaded.may_pass = may_pass(&error);
            return loaded;
        }
    };
    loaded.problems.extend(too_many(directory, more));
    let mut links = Vec::new();
    dashboards(&mut folder, &paths, Some(&Around::default()), &mut loaded, &mut links);
    for inside in folders {
        let name = inside.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Ok(name) = FolderName::parse(name) else { continue };
        match folder.files(&inside) {
            Ok((paths, more)) => {
                loaded.problems.extend(too_many(&inside, more));
                let around = around(&mut folder, &inside, &name, &mut loaded.problems);
                let is_own = |path: &PathBuf| !path.ends_with(access::FILE);
                let paths: Vec<PathBuf> = paths.into_iter().filter(is_own).collect();
                dashboards(&mut folder, &paths, around.as_ref(), &mut loaded, &mut links);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                folder.note(&error);
                loaded.problems.push(unreadable(&inside, &error));
                loaded.unreadable_folders.push(name);
            }
        }
    }
    let all: BTreeMap<&Slug, &Dashboard> =
        loaded.dashboards.iter().map(|dashboard| (&dashboard.slug, dashboard)).collect();
    let broken: BTreeSet<&Slug> = loaded.broken.iter().collect();
    for (at, places, (file, text)) in links {
        let dashboard = &loaded.dashboards[at];
        let found = row_links::check((&file, &text), dashboard, &places, &all, &broken);
        loaded.problems.extend(found);
    }
    match files_in(&mut folder, &directory.join(ROLLUPS), &mut loaded.problems) {
        Some(paths) => load(
            &mut folder,
            &paths,
            RollupName::parse,
            parse_rollup,
            &mut loaded.problems,
            |read| match read {
                Ok(rollup) => loaded.rollups.push(rollup),
                Err(name) => loaded.broken_rollups.push(name),
            },
        ),
        None => loaded.are_rollups_unreadable = true,
    }
    reports(&mut folder, &directory.join(REPORTS), &mut loaded);
    loaded.may_pass = folder.has_failed();
    loaded
}

/// The files of a subdirectory that need not exist; `None` if it does and cannot be read.
fn files_in(folder: &mut Folder, path: &Path, problems: &mut Vec<Problem>) -> Option<Vec<PathBuf>> {
    match folder.files(path) {
        Ok((paths, more)) => {
            problems.extend(too_many(path, more));
            Some(paths)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Some(Vec::new()),
        Err(error) => {
            problems.push(unreadable(path, &error));
            folder.note(&error);
            None
        }
    }
}

/// Reads the reports in the directory at `path`, and checks them against the dashboards that have been
/// read.
fn reports(folder: &mut Folder, path: &Path, loaded: &mut Loaded) {
    let Some(paths) = files_in(folder, path, &mut loaded.problems) else {
        loaded.are_reports_unreadable = true;
        return;
    };
    let mut checked = Vec::new();
    let read = |file: &str, name: ReportName, text: &str| {
        let (report, places) = report::read(file, name, text)?;
        Ok((report, places, file.to_owned(), text.to_owned()))
    };
    load(folder, &paths, ReportName::parse, read, &mut loaded.problems, |read| match read {
        Ok((report, places, file, text)) => {
            loaded.reports.push(report);
            checked.push((places, file, text));
        }
        Err(name) => loaded.broken_reports.push(name),
    });
    let all: BTreeMap<&Slug, &Dashboard> =
        loaded.dashboards.iter().map(|dashboard| (&dashboard.slug, dashboard)).collect();
    let broken: BTreeSet<&Slug> = loaded.broken.iter().collect();
    let found = loaded.reports.iter().zip(&checked).flat_map(|(report, (places, file, text))| {
        let places: &Places = places;
        report::check((file, text), report, places, &all, &broken)
    });
    let found: Vec<Problem> = found.collect();
    loaded.problems.extend(found);
}

/// What the `folder.toml` of a folder says; `None` if it is invalid.
fn around(
    folder: &mut Folder,
    path: &Path,
    name: &FolderName,
    problems: &mut Vec<Problem>,
) -> Option<Around> {
    let path = path.join(access::FILE);
    if path.symlink_metadata().is_err() {
        return Some(access::unsaid(name));
    }
    let file = path.display().to_string();
    let text = folder.read(&path).map_err(|message| vec![whole_file(&file, message)]);
    let read = text.and_then(|text| access::around(&file, name, &text));
    read.map_err(|found| problems.extend(found)).ok()
}

/// A dashboard with its links to confirm, and the file's name and text.
type Links = (usize, Vec<LinkPlace>, (String, String));

/// Reads the dashboards at `paths`, which are in one folder. If nothing is known `around` them, none is
/// read: the last good ones stay.
fn dashboards(
    folder: &mut Folder,
    paths: &[PathBuf],
    around: Option<&Around>,
    loaded: &mut Loaded,
    links: &mut Vec<Links>,
) {
    let read = |file: &str, slug: Slug, text: &str| {
        let Some(around) = around else { return Err(Vec::new()) };
        let read = with_links(file, slug, text, around)?;
        // The text is needed again to report the position of a bad link, and the name of its file.
        Ok((read, (file.to_owned(), text.to_owned())))
    };
    let mut doubles = Vec::new();
    load(folder, paths, Slug::parse, read, &mut loaded.problems, |read| match read {
        Ok((Read { dashboard, links: places, warm }, file)) => {
            if is_known(&loaded.dashboards, &loaded.broken, &dashboard.slug) {
                let message =
                    format!("there is a dashboard \"{}\" in another folder", dashboard.slug);
                doubles.push(whole_file(&file.0, message));
                return;
            }
            if !places.is_empty() {
                links.push((loaded.dashboards.len(), places, file));
            }
            if !warm.is_empty() {
                loaded.warm.push((dashboard.slug.clone(), warm));
            }
            loaded.dashboards.push(dashboard);
        }
        // The one in the other folder is served.
        Err(slug) if is_known(&loaded.dashboards, &loaded.broken, &slug) => {}
        Err(slug) => loaded.broken.push(slug),
    });
    loaded.problems.extend(doubles);
}

/// Whether another folder has a dashboard of that name.
fn is_known(dashboards: &[Dashboard], broken: &[Slug], slug: &Slug) -> bool {
    broken.contains(slug) || dashboards.iter().any(|known| known.slug == *slug)
}

/// The problem that not all files are read, if there are more.
fn too_many(directory: &Path, more: usize) -> Option<Problem> {
    let message = format!(
        "the folder has {} files, of which the first {MAX_FILES} by name are read",
        MAX_FILES + more
    );
    (more > 0).then(|| whole_file(&directory.display().to_string(), message))
}

/// Reads the files at `paths`, each named after what it defines. `keep` gets the valid definitions,
/// and the names of the invalid ones.
fn load<N: Clone, T>(
    folder: &mut Folder,
    paths: &[PathBuf],
    name: impl Fn(&str) -> Result<N, NameError>,
    parse: impl Fn(&str, N, &str) -> Result<T, Vec<Problem>>,
    problems: &mut Vec<Problem>,
    mut keep: impl FnMut(Result<T, N>),
) {
    for path in paths {
        let file = path.display().to_string();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let name = match name(stem) {
            Ok(name) => name,
            Err(error) => {
                problems.push(whole_file(&file, format!("the file's name is the {error}")));
                continue;
            }
        };
        let parsed = folder
            .read(path)
            .map_err(|message| vec![whole_file(&file, message)])
            .and_then(|text| parse(&file, name.clone(), &text));
        keep(parsed.map_err(|found| {
            problems.extend(found);
            name
        }));
    }
}

fn unreadable(directory: &Path, error: &std::io::Error) -> Problem {
    let message = format!("the directory cannot be read: {error}");
    whole_file(&directory.display().to_string(), message)
}

fn whole_file(file: &str, message: String) -> Problem {
    Place::named(file).problem(message)
}
