//! [`Mailer`]: sends messages over few connections, each over one that is open if there is one.

use super::address::Mailbox;
use super::compose::compose;
use super::idle::Idle;
use super::open::open;
use super::session::{Sent, Session};
use super::settings::Settings;
use crate::message::Message;
use crate::outcome::Outcome;
use brisk_domain::Clock;
use brisk_outgoing::Client;
use std::fmt;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many messages go over one connection: servers have limits of their own, which are rarely lower.
const OVER_ONE: usize = 100;

/// Sends mail through one server.
pub struct Mailer {
    client: Arc<Client>,
    clock: Arc<dyn Clock>,
    settings: Settings,
    places: Semaphore,
    idle: Arc<Idle>,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Mailer {
    /// A mailer over connections of `client`.
    pub fn new(client: Arc<Client>, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        let places = Semaphore::new(settings.connections.max(1));
        let idle = Arc::new(Idle::new(settings.idle));
        Self { client, clock, settings, places, idle }
    }

    /// Sends `message` to one recipient, when one of the connections is free. What becomes of it concerns no
    /// other message, nor is it sent again once the server may have taken it.
    ///
    /// A caller that stops waiting does not know what became of the message.
    pub async fn send(&self, message: &Message, to: &Mailbox) -> Outcome {
        let composed = match compose(message, &self.settings, to, self.clock.now()) {
            Ok(composed) => composed,
            Err(why) => return Outcome::refused(why),
        };
        // It is never closed.
        let _place = self.places.acquire().await;
        if let Some(session) = self.idle.take() {
            let (outcome, is_usable) = self.over(session, to, &composed).await;
            // It may have been closed meanwhile; a new one tells whether the server is there.
            if is_usable || !matches!(outcome, Outcome::NotSent { .. }) {
                return outcome;
            }
        }
        match open(&self.client, &self.settings).await {
            Ok(session) => self.over(session, to, &composed).await.0,
            Err(outcome) => outcome,
        }
    }

    async fn over(&self, mut session: Session, to: &Mailbox, composed: &[u8]) -> (Outcome, bool) {
        let from = self.settings.from.address();
        let Sent { outcome, is_usable } = session.send(from, to.address(), composed).await;
        if is_usable && session.sent() < OVER_ONE {
            self.idle.put(session);
        } else if is_usable {
            tokio::spawn(session.quit());
        }
        (outcome, is_usable)
    }
}
