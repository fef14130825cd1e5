//! From the author's text to a [`Statement`](statement::Statement): pure steps, one a file, in the
//! order in which [`pipeline`] takes them.

pub(crate) mod additivity;
pub(crate) mod bucket_columns;
pub(crate) mod check;
mod chosen_text;
pub(crate) mod column_clock;
pub(crate) mod column_type;
pub(crate) mod denied_functions;
mod earlier_bounds;
mod earlier_rows;
pub(crate) mod error_position;
mod expected;
mod hints;
mod instant_columns;
mod lexemes;
pub(crate) mod lexer;
mod macros;
pub(crate) mod names;
pub(crate) mod offset_steps;
pub(crate) mod open_statement;
mod operand;
mod origin;
mod outline;
mod parameters;
pub(crate) mod pipeline;
pub(crate) mod places;
mod readings;
pub(crate) mod segments;
pub(crate) mod statement;
pub(crate) mod tables;
pub(crate) mod template;
mod time_encodings;
mod unread;
mod unread_instants;
mod wall_clock;
mod writer;
pub(crate) mod zones;
