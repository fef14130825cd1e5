//! Texts in the room that they have: how wide they are, and how they are cut.

pub(crate) mod shorten;
pub(crate) mod width;
