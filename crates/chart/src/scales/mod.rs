//! From values to places: round ticks, their labels, the margins that these need.

pub(crate) mod axes;
pub(crate) mod row_labels;
pub(crate) mod tick_labels;
pub(crate) mod ticks;
pub(crate) mod time_ticks;
pub(crate) mod x_labels;
