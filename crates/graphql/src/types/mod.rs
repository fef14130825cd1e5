//! The types of the schema. Those of dashboards and data are read from what the JSON API writes: there is one
//! writer, and so one form of each value.
//!
//! - [`scalars`]: exact values; [`definition`]: what can be asked for; [`frame`] and [`panel`]: data;
//! - [`figures`]: what the cache does; [`news`]: editions; [`input`]: a view, and tags.

pub mod definition;
pub mod figures;
pub mod frame;
pub mod input;
pub mod news;
pub mod panel;
pub mod scalars;
