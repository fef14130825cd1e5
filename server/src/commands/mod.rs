//! The commands: one file each, with its arguments. [`crate::cli`] lists them.
//!
//! - [`serve`], with the [`demo`]'s data;
//! - [`check`], whose details come from [`explain`], and whose answers of databases from [`asked`] and
//!   `named_columns`;
//! - [`import`], [`invalidate`], [`warm`], [`rollup`] and [`export`];
//! - [`backup`] and [`restore`], for Brisk's own database;
//! - [`user`]: accounts from the shell;
//! - `added_sources`: the sources that admins have added in the app;
//! - [`shared`]: the arguments of all commands that work with panels' data.

mod added_sources;
pub mod asked;
pub mod backup;
pub mod check;
pub mod demo;
pub mod explain;
pub mod export;
pub mod import;
pub mod invalidate;
mod named_columns;
pub mod restore;
pub mod rollup;
pub mod serve;
pub mod shared;
pub mod user;
pub mod warm;
