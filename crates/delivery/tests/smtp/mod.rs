//! Mail, sent to servers that follow a script, and to one of others.

mod encrypted;
mod headers;
mod lost;
mod many;
mod real;
mod server;

use crate::messages::message;
use brisk_delivery::mail::{Credentials, Mailbox, Mailer, Settings, Tls};
use brisk_delivery::{Outcome, Secret};
use brisk_domain::ManualClock;
use brisk_outgoing::{AllowedNames, Client, Plain, Resolve};
use brisk_test_waiting::wait_for;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The name of the scripted server.
const HOST: &str = "mail.internal";

/// A name of this machine, at an address where nobody listens.
const GONE: &str = "gone.internal";

/// Every name is this machine's.
struct Here;

#[async_trait::async_trait]
impl Resolve for Here {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let gone = Ipv4Addr::new(127, 0, 0, 3);
        Ok(vec![if name == GONE { gone } else { Ipv4Addr::LOCALHOST }.into()])
    }
}

fn mailbox(address: &str) -> Mailbox {
    Mailbox::new(None, address).unwrap()
}

/// Settings for a server on this machine, without TLS and a password.
fn settings(port: u16) -> Settings {
    let from = Mailbox::new(Some("Brisk"), "brisk@example.com").unwrap();
    Settings {
        port,
        tls: Tls::Never,
        // Far more than anything takes.
        timeout: Duration::from_secs(40),
        ..Settings::new(HOST, from)
    }
}

fn credentials() -> Option<Credentials> {
    Some(Credentials { user: "brisk".into(), password: Secret::from("hunter2 ✓") })
}

fn mailer(settings: Settings, ca: Option<PathBuf>) -> Mailer {
    mailer_of(settings, ca, Plain::Loopback)
}

fn mailer_of(settings: Settings, ca: Option<PathBuf>, plain: Plain) -> Mailer {
    let client = Client::with_resolver(
        brisk_outgoing::Settings {
            allow: AllowedNames::parse([HOST, GONE]).unwrap(),
            plain,
            ca,
            time: Duration::from_secs(40),
            ..brisk_outgoing::Settings::default()
        },
        Arc::new(Here),
    );
    let clock = ManualClock::default();
    clock.advance(1_796_018_405);
    Mailer::new(Arc::new(client), Arc::new(clock), settings)
}

/// Sends the message of the tests to Ann.
async fn send(mailer: &Mailer) -> Outcome {
    let (message, ann) = (message(), mailbox("ann@example.com"));
    wait_for("an outcome", mailer.send(&message, &ann)).await
}
