//! Reports: views of dashboards that are sent when they are due.
//!
//! - [`known`]: which reports there are.

pub(crate) mod known;
