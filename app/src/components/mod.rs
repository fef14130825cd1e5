//! The components of pages. Server only: none of this code is sent to browsers.

mod admin_nav;
pub(crate) mod cache_details;
mod chart_frame;
mod freshness_mark;
pub(crate) mod header;
mod hidden_fields;
pub(crate) mod icon;
pub(crate) mod panel_card;
pub(crate) mod panel_content;
pub(crate) mod panel_menu;
pub(crate) mod range_picker;
pub(crate) mod records_table;
pub(crate) mod table_view;
pub(crate) mod toolbar;
pub(crate) mod top_bar;
pub(crate) mod variable_picker;
