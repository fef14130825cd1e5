//! The interactive parts: the only code of the app that runs in the browser.

mod calendar;
mod chart;
mod open;
mod option_search;
mod overlay;
#[cfg(feature = "hydrate")]
mod started;
mod tooltip;

pub use calendar::{Calendar, DayNumber, day_number};
pub use chart::{Chart, ChartPlace};
pub use option_search::OptionSearch;
#[cfg(feature = "hydrate")]
pub use started::{StartedChart, start_chart};
