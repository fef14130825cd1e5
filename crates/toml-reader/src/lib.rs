//! Reads hand-written TOML (dashboards, rollups, `brisk.toml`) into typed values.
//!
//! All problems of a file are reported at once, each with line, column and what is allowed. What
//! the keys mean is up to the callers: `brisk-definition` and the server's `config`.
//!
//! ```
//! use brisk_toml_reader::TomlFile;
//!
//! let file = TomlFile::new("shop.toml", "title = 5\ncolour = \"red\"\n");
//! let problems = file.read("the shop", |fields, problems| {
//!     let title = fields.required_text("title", problems).map(ToOwned::to_owned);
//!     fields.finish(problems);
//!     title
//! });
//! let messages: Vec<String> = problems.unwrap_err().iter().map(ToString::to_string).collect();
//! assert_eq!(messages, [
//!     "shop.toml:1:9: \"title\" of the shop must be text in quotes, not 5",
//!     "shop.toml:2:1: unknown key \"colour\" in the shop (allowed: title)",
//! ]);
//! ```
//!
//! Open a file that may hold passwords with [`TomlFile::hiding`]: messages then never repeat a text
//! that may be one.
//!
//! To add a kind of value, add a method to [`Fields`], with its parser in a file of its own, like
//! [`duration`] and [`size`].

pub mod duration;
mod fields;
mod file;
mod problem;
mod problems;
mod quote;
pub mod size;
mod suggestion;

pub use fields::tables::TextOrTable;
pub use fields::{Fields, nullable_texts};
pub use file::TomlFile;
pub use problem::{Place, Problem};
pub use problems::Problems;
pub use quote::{MayBeSecret, quoted};
pub use suggestion::{nearest, suggestion};
