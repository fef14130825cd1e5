//! Numbers and dates as people read them: one place for the server, the charts and the browser.
//!
//! English, with commas for thousands and a point for decimals.

mod change;
mod columns;
mod currency;
mod digits;
mod duration;
mod exact;
mod number;
mod plain;
mod quotients;
mod shares;

pub use change::{change, relative_change};
pub use columns::{aligned, decimals};
pub use currency::decimals as currency_decimals;
pub use digits::grouped;
pub use duration::{ago, duration, round_duration};
pub use exact::Number;
pub use number::{bucket, cell, compact, compact_to, figure, fixed, full, instant};
pub use plain::looks_plain;
pub use quotients::quotients;
pub use shares::{are_shares, column_of_shares, shares};
