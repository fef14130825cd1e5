//! What a panel is compared with. Comparisons follow the wall clock: a month is compared with the
//! month before, whatever their lengths, and an hour with the same hour on the clock.

mod earlier_period;
mod keywords;
mod shift;

pub use earlier_period::EarlierPeriod;
pub use keywords::Compare;
pub use shift::Shift;
