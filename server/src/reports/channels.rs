//! [`Channels`]: where reports are sent, as the configuration says.

use crate::config::{ChannelSettings, Settings};
use brisk_delivery::folder::Folder;
use brisk_delivery::mail::{Mailbox, Mailer, Settings as MailSettings};
use brisk_delivery::slack::Chat;
use brisk_delivery::webhook::Webhook;
use brisk_delivery::{Message, Outcome};
use brisk_domain::{ChannelName, Clock};
use brisk_outgoing::{AllowedNames, Client, Host, Plain, Settings as Rules};
use brisk_reports::To;
use brisk_store::SendingState;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The most bytes of a message in a folder.
const LARGEST: usize = 64 << 20;
/// How long a mail server may take to be connected to.
const TIME: Duration = Duration::from_secs(30);

/// The mail server and the channels of a server.
#[derive(Debug, Default)]
pub struct Channels {
    mail: Option<Mailer>,
    named: BTreeMap<ChannelName, Channel>,
}

#[derive(Debug)]
enum Channel {
    Chat(Chat),
    Webhook(Webhook),
    Folder(Folder),
}

/// What became of a sending, as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Its state.
    pub(crate) state: SendingState,
    /// What the receiver said, or why it was not sent.
    pub(crate) words: String,
    /// For how long the receiver wants to be left alone.
    pub(crate) after: Option<Duration>,
}

impl Channels {
    /// Those of the configuration. An error is what is wrong with them.
    pub fn of(settings: &Settings, clock: &Arc<dyn Clock>) -> anyhow::Result<Self> {
        let plain = Plain::Allowed;
        let rules = Rules { allow: settings.outgoing.clone(), plain, ..Rules::default() };
        let client = Arc::new(Client::new(rules));
        let mail = settings.mail()?.map(|mail| mailer(mail, &settings.outgoing, clock));
        let named = settings.channels()?.into_iter().map(|(name, settings)| {
            let (client, clock) = (Arc::clone(&client), Arc::clone(clock));
            let channel = match settings {
                ChannelSettings::Chat(address) => {
                    Channel::Chat(Chat::new(client, clock, &address)?)
                }
                ChannelSettings::Webhook(address, secrets) => {
                    Channel::Webhook(Webhook::new(client, clock, &address, &secrets)?)
                }
                ChannelSettings::Folder(path) => Channel::Folder(Folder::new(path, LARGEST)),
            };
            Ok((name, channel))
        });
        Ok(Self { mail, named: named.collect::<anyhow::Result<_>>()? })
    }

    /// Sends `message` once; what became of it.
    pub(crate) async fn send(&self, message: &Message, to: &To) -> Sent {
        let outcome = match to {
            To::Mail(address) => match (&self.mail, Mailbox::new(None, address.as_str())) {
                (Some(mailer), Ok(mailbox)) => mailer.send(message, &mailbox).await,
                (None, _) => return Sent::never("no mail server is configured ([mail])".into()),
                (_, Err(error)) => return Sent::never(error.to_string()),
            },
            To::Channel(name) => match self.named.get(name) {
                Some(Channel::Chat(chat)) => chat.send(message).await,
                Some(Channel::Webhook(webhook)) => webhook.send(message).await,
                Some(Channel::Folder(folder)) => folder.send(message).await,
                None => return Sent::never(format!("there is no [channel.{name}]")),
            },
        };
        Sent::of(outcome)
    }
}

/// The mail server, which may have a private address, as it is named. Without TLS it is asked if it is this machine,
/// or one of the hosts that are allowed.
fn mailer(mail: MailSettings, outgoing: &AllowedNames, clock: &Arc<dyn Clock>) -> Mailer {
    let host = Host::parse(&mail.host).ok();
    let is_allowed = host.as_ref().is_some_and(|host| outgoing.contain(host));
    let plain = if is_allowed { Plain::Allowed } else { Plain::Loopback };
    let allow = host.iter().fold(outgoing.clone(), |allow, host| allow.and(host));
    let rules = Rules { allow, plain, time: TIME, ..Rules::default() };
    Mailer::new(Arc::new(Client::new(rules)), Arc::clone(clock), mail)
}

impl Sent {
    fn of(outcome: Outcome) -> Self {
        let (state, words, after) = match outcome {
            Outcome::Accepted => (SendingState::Sent, String::new(), None),
            Outcome::Refused(why) => (SendingState::Refused, why.as_str().to_owned(), None),
            Outcome::NotSent { why, after } => {
                (SendingState::NotSent, why.as_str().to_owned(), after)
            }
            Outcome::Unknown(why) => (SendingState::Unknown, why.as_str().to_owned(), None),
        };
        Self { state, words, after }
    }

    /// It is not sent, and would not be another time.
    pub(crate) fn never(words: String) -> Self {
        Self { state: SendingState::Refused, words, after: None }
    }
}
