//! How reports are sent, over real connections.

mod messages;
mod smtp;
