//! Dashboards as code: a TOML file becomes a [`brisk_domain::Dashboard`], a file in the directory's
//! `rollups/` a [`brisk_domain::Rollup`], one in its `reports/` a [`brisk_domain::Report`]; or any of them
//! becomes a list of problems, each with file, line, column, what is wrong and what is allowed.
//!
//! The folder is not trusted (`folder`): only regular files are read, up to a size, and no links out of it
//! are followed. All problems of a file are reported at once. Statements are not parsed here: the engine
//! compiles them (see `brisk check`).
//!
//! `warm` says when a dashboard is loaded ahead of its readers ([`timetable`]); what it shows does not depend
//! on that, so it is not part of the dashboard.
//!
//! A directory in the folder is a folder of dashboards; its `folder.toml` (`access`) says who may see
//! what is in it.
//!
//! To add a key, read it in the file of its table (`dashboard`, `variable`, `panel`, `rollup`, `report`)
//! through [`brisk_toml_reader::Fields`], which reports wrong types and unknown keys, and document
//! it in `docs/dashboards-as-code.md` or `docs/reports.md`. A key that only some kinds of panels or variables have is
//! read in the files of these kinds; to add a kind, see `docs/extending.md`.

mod access;
pub mod cache;
mod dashboard;
mod directory;
mod folder;
mod kind_keys;
mod layout;
mod named_columns;
mod panel;
mod panel_kind;
mod report;
mod rollup;
mod row_links;
mod seen;
pub mod timetable;
mod variable;
mod variable_kind;
mod warm;

pub use brisk_toml_reader::{Place, Problem};
pub use dashboard::parse;
pub use directory::{Loaded, REPORTS, ROLLUPS, load_dir};
pub use named_columns::{ColumnKey, UnknownColumn, names_columns, unknown_columns};
pub use report::{check_view, parse as parse_report};
pub use rollup::parse as parse_rollup;
pub use seen::Seen;
pub use warm::WarmTime;
