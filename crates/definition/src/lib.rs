//! Dashboards as code: a TOML file becomes a [`brisk_domain::Dashboard`], one in the directory's
//! `rollups/` a [`brisk_domain::Rollup`], or a list of problems that name file, line, column, what
//! is wrong and what is allowed.
//!
//! All problems of a file are found in one go. Statements are not looked into here: the engine
//! compiles them (see `brisk check`).
//!
//! To add a key: read it in the file of its table (`dashboard`, `variable`, `panel`, `rollup`)
//! through [`brisk_toml_reader::Fields`], which reports wrong types and unknown keys, and describe
//! it in `docs/dashboards-as-code.md`.

pub mod cache;
mod dashboard;
mod directory;
mod layout;
mod panel;
mod rollup;
mod row_links;
mod variable;

pub use brisk_toml_reader::Problem;
pub use dashboard::parse;
pub use directory::{Loaded, ROLLUPS, load_dir};
pub use rollup::parse as parse_rollup;
