//! The site's assets: each file under a name with its hash, compressed copies, and a manifest.

use crate::frontend::Frontend;
use crate::scripts;
use crate::step::{note, size};
use crate::stylesheet;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes `target/site`.
pub(crate) fn build(workspace: &Workspace, frontend: &Frontend) -> Result<()> {
    let mut site = Site::open(workspace.target("site"))?;
    let style = workspace.path("style");
    let fonts = fs::read_dir(style.join("fonts")).context("style/fonts cannot be read")?;
    let mut css = stylesheet::joined(&style)?;
    for font in fonts.flatten().map(|entry| entry.path()) {
        if font.extension().is_some_and(|extension| extension == "woff2") {
            let name = format!("fonts/{}", file_name(&font));
            let address = site.add(&name, &read(&font)?)?;
            css = css.replace(&name, &address);
        }
    }
    site.add("brisk.css", css.as_bytes())?;
    site.add("favicon.svg", &read(&style.join("favicon.svg"))?)?;
    site.add("brisk_bg.wasm", &read(&frontend.wasm)?)?;
    site.add("brisk.js", &read(&frontend.js)?)?;
    site.add("loader.js", &read(&scripts::bundle(workspace)?)?)?;
    site.finish()
}

struct Site {
    directory: PathBuf,
    manifest: BTreeMap<String, String>,
}

impl Site {
    fn open(directory: PathBuf) -> Result<Self> {
        let assets = directory.join("assets");
        fs::create_dir_all(&assets).with_context(|| format!("{}", assets.display()))?;
        Ok(Self { directory, manifest: BTreeMap::new() })
    }

    /// Writes a file and its compressed copies; returns its URL path.
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<String> {
        let hash = blake3::hash(bytes).to_hex();
        let plain = name.rsplit('/').next().unwrap_or(name);
        let (stem, extension) = plain.rsplit_once('.').unwrap_or((plain, "bin"));
        let hashed = format!("{stem}.{}.{extension}", &hash.as_str()[..8]);
        let path = self.directory.join("assets").join(&hashed);
        if !path.exists() {
            // Fonts are compressed already.
            if extension != "woff2" {
                write(&path.with_file_name(format!("{hashed}.br")), &brotli(bytes)?)?;
                write(&path.with_file_name(format!("{hashed}.gz")), &gzip(bytes)?)?;
            }
            write(&path, bytes)?;
        }
        let packed = path.with_file_name(format!("{hashed}.br"));
        let packed = fs::metadata(packed).map_or(bytes.len(), |meta| meta.len() as usize);
        note(format!("{name}: {}, {} as sent", size(bytes.len()), size(packed)));
        let address = format!("/assets/{hashed}");
        self.manifest.insert(name.to_owned(), address.clone());
        Ok(address)
    }

    /// The manifest comes last, so that it only lists files that exist.
    fn finish(self) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.manifest)?;
        write(&self.directory.join("manifest.json"), text.as_bytes())
    }
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters)?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("{} is not writable", path.display()))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
