//! From frames to drawable data: series over a common x, their order, downsampling.

pub(crate) mod bins;
pub(crate) mod dimension;
pub(crate) mod downsample;
pub(crate) mod figure;
pub(crate) mod lookalikes;
pub(crate) mod merged_order;
pub(crate) mod parts;
pub(crate) mod point_labels;
pub(crate) mod points;
pub(crate) mod refusal;
pub(crate) mod row_order;
pub(crate) mod series;
pub(crate) mod sort_keys;
mod written_durations;
mod written_moments;
pub(crate) mod written_times;
mod written_values;
pub(crate) mod x_axis;
