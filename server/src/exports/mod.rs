//! A view of a dashboard, or of one of its panels, as a file that stands alone.
//!
//! `view` is what all of them are made of; `form` reads what is asked for, and has the file made; `pdf` prints.
//! Making a file is computation: it belongs where pages are drawn.

mod error;
mod fonts;
mod form;
mod pdf;
mod view;

pub(crate) use fonts::fonts;
pub(crate) use form::{FileForm, OF_FILES};
pub(crate) use view::ExportedView;
