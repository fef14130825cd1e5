//! Mail, over SMTP.
//!
//! lettre makes the message: parts, headers, encodings. The session is our own, and small: it has to tell at
//! which byte a connection was lost, to take its connections from the one client, and to bound what a server
//! may say.
//!
//! 1. `compose` makes the message: `html` is one of its two readings, `crate::plain` the other;
//! 2. `mailer` waits for one of the places, and takes a connection that is open, or has one made;
//! 3. `open` greets, encrypts, signs in; `session` hands the message over, and says what became of it;
//! 4. `reply` reads what the server says; `idle` keeps connections for a while.

mod address;
mod compose;
mod html;
mod idle;
mod mailer;
mod open;
mod reply;
mod session;
mod settings;

pub use address::{Mailbox, NoAddress};
pub use mailer::Mailer;
pub use settings::{Credentials, Settings, Tls};
