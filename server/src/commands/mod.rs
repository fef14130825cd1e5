//! The commands: one file each, with its arguments. [`crate::cli`] lists them.
//!
//! - [`serve`], with the [`demo`]'s data;
//! - [`check`], whose details come from [`explain`];
//! - [`import`], [`invalidate`], [`warm`] and [`rollup`];
//! - [`shared`]: the arguments of all commands that work with panels' data.

pub mod check;
pub mod demo;
pub mod explain;
pub mod import;
pub mod invalidate;
pub mod rollup;
pub mod serve;
pub mod shared;
pub mod unread;
pub mod warm;
