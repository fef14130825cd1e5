//! The tree of a crate's modules, and which file each path leads to.

use super::names::{self, Names};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Which files a file uses.
pub(super) type Arrows = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// A module: its file, its references, and its children by name.
struct Module {
    path: PathBuf,
    names: Names,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
}

/// All modules of a crate; the first is its root.
pub(super) struct Tree {
    modules: Vec<Module>,
}

impl Tree {
    /// Reads the crate whose root is the file at `root`.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self { modules: Vec::new() };
        tree.add(root.to_path_buf(), None, root.parent().unwrap_or(root))?;
        Ok(tree)
    }

    /// `folder` is where the module's children lie.
    fn add(&mut self, path: PathBuf, parent: Option<usize>, folder: &Path) -> Result<usize> {
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{} is declared and cannot be read", path.display()))?;
        let at = self.modules.len();
        let (names, children) = (names::of(&text), BTreeMap::new());
        let beside = path.parent().unwrap_or(folder).to_path_buf();
        self.modules.push(Module { path, names, parent, children });
        for (name, place) in self.modules[at].names.modules.clone() {
            let (file, below) = match place {
                Some(place) => {
                    let file = beside.join(place);
                    let below = file.parent().unwrap_or(folder).to_path_buf();
                    (file, below)
                }
                None => {
                    let (flat, below) = (folder.join(format!("{name}.rs")), folder.join(&name));
                    (if flat.exists() { flat } else { below.join("mod.rs") }, below)
                }
            };
            let child = self.add(file, Some(at), &below)?;
            self.modules[at].children.insert(name, child);
        }
        Ok(at)
    }

    /// Whether a module of the crate is in this file.
    pub(super) fn has(&self, path: &Path) -> bool {
        let same = |module: &Module| match (module.path.canonicalize(), path.canonicalize()) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        };
        self.modules.iter().any(same)
    }

    /// Which files each file uses.
    pub(super) fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (at, module) in self.modules.iter().enumerate() {
            let exported = module.names.exports.iter().map(|(_, path)| path);
            let used = module.names.paths.iter().chain(exported);
            let used = used.filter_map(|path| self.resolve(at, path, 0));
            let used = used.filter(|target| *target != at);
            let used = used.map(|target| self.modules[target].path.clone()).collect();
            arrows.insert(module.path.clone(), used);
        }
        arrows
    }

    /// The module whose file defines what `path`, as written in the module `from`, names; `None`
    /// where that is outside of the crate.
    fn resolve(&self, from: usize, path: &[String], depth: u32) -> Option<usize> {
        // Bounds chains of re-exports, which may be circular.
        if depth > 16 {
            return None;
        }
        let (mut at, mut rest) = match path.split_first()? {
            (first, rest) if first == "crate" => (0, rest),
            (first, rest) if first == "self" => (from, rest),
            (first, rest) if first == "super" => (self.modules[from].parent?, rest),
            (first, rest) => (*self.modules[from].children.get(first)?, rest),
        };
        while let Some((segment, after)) = rest.split_first() {
            let module = &self.modules[at];
            if segment == "super" {
                at = module.parent?;
            } else if let Some(child) = module.children.get(segment) {
                at = *child;
            } else {
                return Some(self.exported(at, segment, depth).unwrap_or(at));
            }
            rest = after;
        }
        Some(at)
    }

    /// Where `name` comes from, if `module` re-exports it.
    fn exported(&self, module: usize, name: &str, depth: u32) -> Option<usize> {
        let exports = &self.modules[module].names.exports;
        let (_, path) = exports.iter().find(|(exported, _)| exported == name)?;
        self.resolve(module, path, depth + 1)
    }
}
