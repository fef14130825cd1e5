//! From values to positions: round ticks, their labels, and the margins that labels need.

pub(crate) mod axes;
pub(crate) mod row_labels;
pub(crate) mod tick_labels;
pub(crate) mod ticks;
pub(crate) mod time_ticks;
pub(crate) mod x_labels;
