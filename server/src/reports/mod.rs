//! Reports: views of dashboards that are sent when they are due.
//!
//! - [`known`]: which reports there are;
//! - [`worker`] plans what is due, and has it made and sent; [`landings`] notes when data have landed;
//! - [`making`]: a report for those who see the same; [`sending`]: to each who receives it, once;
//! - [`channels`]: mail, chats, webhooks, folders, as the configuration says.

pub mod channels;
pub(crate) mod known;
pub mod landings;
mod making;
pub(crate) mod sending;
pub mod worker;
