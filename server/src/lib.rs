//! The binary `brisk`: command line, configuration, router, jobs. It knows every room; no room
//! knows it.
//!
//! - [`cli`]: the commands; [`check`] and [`import`] are the short ones;
//! - [`serve`]: puts the rooms together and serves; [`demo`] loads the demo data;
//! - [`router`]: every route; [`handlers`] answer them;
//! - [`service`]: what pages get, from the engine;
//! - [`assets`]: the built frontend; [`watch`]: dashboards that change while serving.

pub mod assets;
pub mod check;
pub mod cli;
pub mod demo;
pub mod handlers;
pub mod import;
pub mod router;
pub mod serve;
pub mod service;
pub mod system_clock;
pub mod watch;
