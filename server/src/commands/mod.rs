//! The commands: one file each, with its arguments. [`crate::cli`] lists them.
//!
//! - [`serve`], with the [`demo`]'s data;
//! - [`check`], whose details come from [`explain`], and from [`database_answers`];
//! - [`import`], [`invalidate`], [`warm`] and [`rollup`];
//! - [`shared`]: the arguments of all commands that work with panels' data.

pub mod check;
pub mod database_answers;
pub mod demo;
pub mod explain;
pub mod import;
pub mod invalidate;
pub mod rollup;
pub mod serve;
pub mod shared;
pub mod warm;
