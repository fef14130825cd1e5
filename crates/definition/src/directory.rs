//! A directory of dashboard files.

use crate::{Problem, parse};
use brisk_domain::{Dashboard, Slug};
use std::path::Path;

/// What a directory holds.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The dashboards whose files are good, by name.
    pub dashboards: Vec<Dashboard>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
    /// The dashboards whose files are broken.
    pub broken: Vec<Slug>,
    /// Whether the directory itself could not be read, so that nothing is known of its files.
    pub is_unreadable: bool,
}

/// Larger files are refused.
const MAX_BYTES: u64 = 1 << 20;

/// Reads every `*.toml` of `directory`. A broken file does not hide the others.
pub fn load_dir(directory: &Path) -> Loaded {
    let mut loaded = Loaded::default();
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) => {
            let message = format!("the directory cannot be read: {error}");
            loaded.problems.push(whole_file(&directory.display().to_string(), message));
            loaded.is_unreadable = true;
            return loaded;
        }
    };
    let mut paths: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    paths.sort();
    for path in paths {
        let file = path.display().to_string();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let slug = match Slug::parse(stem) {
            Ok(slug) => slug,
            Err(error) => {
                loaded.problems.push(whole_file(&file, format!("the file's name is the {error}")));
                continue;
            }
        };
        let parsed = read(&path)
            .map_err(|message| vec![whole_file(&file, message)])
            .and_then(|text| parse(&file, slug.clone(), &text));
        match parsed {
            Ok(dashboard) => loaded.dashboards.push(dashboard),
            Err(problems) => {
                loaded.problems.extend(problems);
                loaded.broken.push(slug);
            }
        }
    }
    loaded
}

fn read(path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("the file cannot be read: {error}");
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_BYTES {
        return Err(format!("the file has {size} bytes, more than {MAX_BYTES}"));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text".to_owned())?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), ToOwned::to_owned))
}

fn whole_file(file: &str, message: String) -> Problem {
    Problem { file: file.to_owned(), line: 0, column: 0, message, help: None }
}
