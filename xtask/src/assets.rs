//! `target/site`: what the server hands to browsers, and `manifest.json`, which tells it the
//! names. Each name carries the hash of the content, so a browser may keep a file for ever; what
//! packs well lies beside it packed, so that the server never packs while somebody waits.

use crate::workspace::Workspace;
use crate::{step, stylesheet};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where the server mounts the folder `assets`.
const MOUNT: &str = "/assets/";

/// Whether files are packed as well; `serve --dev` does without.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Packing {
    Smallest,
    None,
}

/// Writes the site from the built frontend, `frontend/*.js` and `style/`.
pub(crate) fn build(workspace: &Workspace, frontend: &Path, packing: Packing) -> Result<()> {
    step::step("assets", "naming by content, packing with brotli and gzip", || {
        let mut site = Site::open(workspace.target("site"), packing)?;
        add_frontend(&mut site, frontend)?;
        site.add("loader.js", read(&workspace.path("frontend/loader.js"))?)?;
        add_style(&mut site, &workspace.path("style"))?;
        site.close()
    })
}

fn add_frontend(site: &mut Site, frontend: &Path) -> Result<()> {
    let mut script = String::from_utf8(read(&frontend.join("brisk.js"))?)
        .context("brisk.js is not text; delete target/frontend and build again")?;
    let snippets = frontend.join("snippets");
    for file in files_below(&snippets)? {
        let name = file.strip_prefix(frontend).unwrap_or(&file).to_string_lossy().into_owned();
        let hashed = site.add(&name, read(&file)?)?;
        script = script.replace(&format!("./{name}"), &hashed);
    }
    site.add("brisk_bg.wasm", read(&frontend.join("brisk_bg.wasm"))?)?;
    site.add("brisk.js", script.into_bytes())?;
    Ok(())
}

fn add_style(site: &mut Site, style: &Path) -> Result<()> {
    for file in files_below(style)? {
        if matches!(extension(&file), "woff2" | "svg" | "png" | "ico") {
            let name = file.strip_prefix(style).unwrap_or(&file).to_string_lossy().into_owned();
            site.add(&name, read(&file)?)?;
        }
    }
    let part = |name: &str| {
        let file = style.join(name);
        std::fs::read_to_string(&file).with_context(|| format!("{} is missing", file.display()))
    };
    let joined = stylesheet::squeeze(&stylesheet::join(&part("main.css")?, part)?);
    let css = stylesheet::rewrite_urls(&joined, |name| {
        let found = site.names.get(name).cloned();
        found.with_context(|| format!("style/ uses url({name}), but there is no style/{name}"))
    })?;
    site.add("brisk.css", css.into_bytes())?;
    Ok(())
}

struct Site {
    folder: PathBuf,
    packing: Packing,
    /// Logical name to the path that browsers ask for.
    names: BTreeMap<String, String>,
    written: BTreeSet<PathBuf>,
}

impl Site {
    fn open(folder: PathBuf, packing: Packing) -> Result<Self> {
        std::fs::create_dir_all(folder.join("assets"))
            .with_context(|| format!("{} could not be made", folder.display()))?;
        Ok(Self { folder, packing, names: BTreeMap::new(), written: BTreeSet::new() })
    }

    /// Adds a file; returns the path that browsers ask for.
    fn add(&mut self, name: &str, content: Vec<u8>) -> Result<String> {
        let hash = blake3::hash(&content).to_hex();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let hashed = format!("{stem}.{}.{extension}", &hash[..8]);
        let file = self.folder.join("assets").join(&hashed);
        self.write(&file, || Ok(content.clone()))?;
        if self.packing == Packing::Smallest && packs_well(extension) {
            let packed = self.write(&beside(&file, "br"), || brotli(&content))?;
            self.write(&beside(&file, "gz"), || gzip(&content))?;
            let (raw, packed) = (step::size(content.len()), step::size(packed));
            step::note(format!("{hashed:<40} {raw:>10}  brotli {packed:>9}"));
        } else {
            step::note(format!("{hashed:<40} {:>10}", step::size(content.len())));
        }
        let path = format!("{MOUNT}{hashed}");
        self.names.insert(name.to_owned(), path.clone());
        Ok(path)
    }

    /// Writes a file unless it is there: its name says what is in it. Returns its size.
    fn write(&mut self, file: &Path, content: impl Fn() -> Result<Vec<u8>>) -> Result<usize> {
        self.written.insert(file.to_path_buf());
        if let Ok(there) = file.metadata() {
            return Ok(there.len() as usize);
        }
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("{} could not be made", parent.display()))?;
        }
        let content = content()?;
        // Renamed into place, so that an interrupted build leaves no half a file under the name.
        let new = beside(file, "new");
        std::fs::write(&new, &content)
            .and_then(|()| std::fs::rename(&new, file))
            .with_context(|| format!("{} could not be written", file.display()))?;
        Ok(content.len())
    }

    /// Writes the manifest, then drops what earlier builds left.
    fn close(self) -> Result<()> {
        let manifest = self.folder.join("manifest.json");
        let text = serde_json::to_vec_pretty(&self.names).context("the manifest is not JSON")?;
        std::fs::write(&manifest, text)
            .with_context(|| format!("{} could not be written", manifest.display()))?;
        for file in files_below(&self.folder.join("assets"))? {
            if !self.written.contains(&file) {
                std::fs::remove_file(&file)
                    .with_context(|| format!("{} could not be removed", file.display()))?;
            }
        }
        Ok(())
    }
}

fn packs_well(extension: &str) -> bool {
    matches!(extension, "js" | "css" | "wasm" | "svg" | "json")
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let settings =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut packed, &settings).context("brotli failed")?;
    Ok(packed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(content).and_then(|()| packer.finish()).context("gzip failed")
}

fn beside(file: &Path, extension: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

fn extension(file: &Path) -> &str {
    file.extension().and_then(OsStr::to_str).unwrap_or_default()
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} could not be read", file.display()))
}

/// All files below a folder, sorted; none when there is no such folder.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.with_context(|| format!("{} is unreadable", folder.display()))?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(file: &Path) -> String {
        std::fs::read_to_string(file).unwrap()
    }

    #[test]
    fn names_follow_content_and_what_earlier_builds_left_goes() {
        let folder = tempfile::tempdir().unwrap();
        let build = |content: &str| {
            let mut site = Site::open(folder.path().to_path_buf(), Packing::Smallest).unwrap();
            let path = site.add("a.css", content.as_bytes().to_vec()).unwrap();
            site.close().unwrap();
            path
        };
        let first = build("one");
        let second = build("two");
        assert_ne!(first, second);
        assert_eq!(second, build("two"));
        let file = folder.path().join(&second[1..]);
        assert_eq!(text(&file), "two");
        let left = files_below(&folder.path().join("assets")).unwrap();
        assert_eq!(left, [file.clone(), beside(&file, "br"), beside(&file, "gz")]);
        assert!(text(&folder.path().join("manifest.json")).contains(&second));
    }

    #[test]
    fn the_style_sheet_names_its_fonts_by_their_hashes() {
        let folder = tempfile::tempdir().unwrap();
        let style = folder.path().join("style");
        std::fs::create_dir_all(style.join("fonts")).unwrap();
        std::fs::write(style.join("main.css"), "@import \"a.css\";").unwrap();
        std::fs::write(style.join("a.css"), "a { b: url(fonts/f.woff2) }").unwrap();
        std::fs::write(style.join("fonts/f.woff2"), "font").unwrap();
        let mut site = Site::open(folder.path().join("site"), Packing::None).unwrap();
        add_style(&mut site, &style).unwrap();
        let css = folder.path().join("site").join(&site.names["brisk.css"][1..]);
        assert_eq!(text(&css), format!("a{{b: url(\"{}\")}}", site.names["fonts/f.woff2"]));
    }
}
