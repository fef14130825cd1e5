//! Fitting text into its room.

pub(crate) mod shorten;
pub(crate) mod width;
