//! The interactive parts: the only code of the app that runs in the browser.

mod auto_submit;
mod chart;
mod full_screen;

pub use auto_submit::AutoSubmit;
pub use chart::{Chart, ChartPlace};
pub use full_screen::FullScreen;
