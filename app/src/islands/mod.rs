//! The interactive parts: the only code of the app that runs in the browser.

mod calendar;
pub mod chart;

pub use calendar::{Calendar, CalendarDays};
pub use chart::Chart;
#[cfg(feature = "hydrate")]
pub use chart::{StartedChart, start_chart};
