//! Opens a connection to the server that takes mail: greeting, TLS, signing in.

use super::reply::{Reply, Step, Trouble};
use super::session::{Dialogue, Session, Stream};
use super::settings::{Credentials, Settings, Tls};
use crate::outcome::Outcome;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brisk_outgoing::{Client, Failure};
use std::net::IpAddr;

/// What the server says that it can do.
#[derive(Debug, Default, PartialEq, Eq)]
struct Abilities {
    starttls: bool,
    plain: bool,
    login: bool,
    size: Option<usize>,
}

/// A session that is ready for a message. Where there is none, nothing was sent.
pub(super) async fn open(client: &Client, settings: &Settings) -> Result<Session, Outcome> {
    let (host, port) = (settings.host.as_str(), settings.port);
    let connection = match settings.tls {
        Tls::Never => client.connect_without_tls(host, port).await,
        Tls::Implicit | Tls::Start => client.connect(host, port).await,
    };
    let connection = connection.map_err(|failure| match failure {
        Failure::Plain(host) => Outcome::not_sent(format_args!(
            "{host} gets no mail without TLS: use TLS, or a mail server on this machine whose name is allowed under \
             [outgoing]"
        )),
        other => Outcome::not_sent(other),
    })?;
    // The last line would wait for the confirmation of what is before it, 40 ms for each message.
    let _ = connection.set_nodelay(true);
    let name = connection.local_addr().map(|address| own_name(address.ip()));
    let name = name.map_err(Outcome::not_sent)?;
    let limit = settings.timeout;
    let (mut dialogue, abilities) = match settings.tls {
        Tls::Never => {
            let stream: Box<dyn Stream> = Box::new(connection);
            greeted(Dialogue::new(stream, limit), &name).await?
        }
        Tls::Implicit => {
            let secured = client.secure(host, connection).await.map_err(Outcome::not_sent)?;
            let stream: Box<dyn Stream> = Box::new(secured);
            greeted(Dialogue::new(stream, limit), &name).await?
        }
        Tls::Start => {
            let (mut dialogue, abilities) =
                greeted(Dialogue::new(connection, limit), &name).await?;
            if !abilities.starttls {
                return Err(Outcome::not_sent(format_args!(
                    "{host} does not offer STARTTLS: nothing is sent without TLS"
                )));
            }
            let reply = dialogue.command("STARTTLS").await;
            let connection = reply
                .and_then(|reply| reply.expect(|code| code == 220))
                // What was said before is anybody's, and must not be taken for what is said after.
                .and_then(|_| dialogue.into_stream())
                .map_err(|trouble| trouble.before_all_was_sent("STARTTLS"))?;
            let secured = client.secure(host, connection).await.map_err(Outcome::not_sent)?;
            let stream: Box<dyn Stream> = Box::new(secured);
            let mut dialogue = Dialogue::new(stream, limit);
            let abilities = introduce(&mut dialogue, &name).await;
            (dialogue, abilities.map_err(|trouble| trouble.before_all_was_sent("EHLO"))?)
        }
    };
    if let Some(credentials) = &settings.credentials {
        if !abilities.plain && !abilities.login {
            return Err(Outcome::not_sent(format_args!(
                "{host} offers neither AUTH PLAIN nor AUTH LOGIN, and there is a password for it"
            )));
        }
        let signed_in = sign_in(&mut dialogue, &abilities, credentials).await;
        signed_in.map_err(|trouble| {
            without(trouble, credentials).before_all_was_sent("the name and the password")
        })?;
    }
    Ok(Session::new(dialogue, abilities.size))
}

/// How this machine introduces itself: by its address, which is never wrong.
fn own_name(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    }
}

async fn greeted<S: Stream>(
    mut dialogue: Dialogue<S>,
    name: &str,
) -> Result<(Dialogue<S>, Abilities), Outcome> {
    let greeting = dialogue.reply().await.and_then(|reply| reply.expect(|code| code == 220));
    greeting.map_err(|trouble| trouble.before_all_was_sent("the connection"))?;
    let abilities = introduce(&mut dialogue, name).await;
    let abilities = abilities.map_err(|trouble| trouble.before_all_was_sent("EHLO"))?;
    Ok((dialogue, abilities))
}

async fn introduce<S: Stream>(dialogue: &mut Dialogue<S>, name: &str) -> Step<Abilities> {
    let reply = dialogue.command(&format!("EHLO {name}")).await?;
    Ok(abilities(&reply.expect(|code| code == 250)?))
}

fn abilities(reply: &Reply) -> Abilities {
    let mut found = Abilities::default();
    for line in reply.lines.iter().skip(1) {
        let line = line.to_ascii_uppercase();
        let mut words = line.split_ascii_whitespace();
        match words.next() {
            Some("STARTTLS") => found.starttls = true,
            // 0 means that there is no fixed limit.
            Some("SIZE") => {
                let size = words.next().and_then(|size| size.parse().ok());
                found.size = size.filter(|size| *size > 0);
            }
            Some("AUTH") => {
                for mechanism in words {
                    found.plain |= mechanism == "PLAIN";
                    found.login |= mechanism == "LOGIN";
                }
            }
            _ => {}
        }
    }
    found
}

async fn sign_in<S: Stream>(
    dialogue: &mut Dialogue<S>,
    abilities: &Abilities,
    credentials: &Credentials,
) -> Step<()> {
    let is_in = |code| code == 235;
    if abilities.plain {
        let reply = dialogue.command(&format!("AUTH PLAIN {}", plain(credentials))).await?;
        reply.expect(is_in)?;
        return Ok(());
    }
    let goes_on = |code| code == 334;
    dialogue.command("AUTH LOGIN").await?.expect(goes_on)?;
    dialogue.command(&STANDARD.encode(&credentials.user)).await?.expect(goes_on)?;
    dialogue.command(&STANDARD.encode(credentials.password.expose())).await?.expect(is_in)?;
    Ok(())
}

fn plain(credentials: &Credentials) -> String {
    STANDARD.encode(format!("\0{}\0{}", credentials.user, credentials.password.expose()))
}

/// What the server said, without the password that it may have repeated.
fn without(trouble: Trouble, credentials: &Credentials) -> Trouble {
    let password = credentials.password.expose();
    let said = [plain(credentials), STANDARD.encode(password), password.to_owned()];
    let clean = |line: String| {
        said.iter().filter(|secret| !secret.is_empty()).fold(line, |line, s| line.replace(s, "…"))
    };
    match trouble {
        Trouble::Said(Reply { code, lines }) => {
            Trouble::Said(Reply { code, lines: lines.into_iter().map(clean).collect() })
        }
        Trouble::Nonsense(what) => Trouble::Nonsense(clean(what)),
        lost @ Trouble::Lost(_) => lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_what_it_can_do() {
        let said = |lines: &[&str]| {
            let lines = lines.iter().map(|&line| line.to_owned()).collect();
            abilities(&Reply { code: 250, lines })
        };
        let all = ["mx", "PIPELINING", "size 1000", "StartTLS", "AUTH CRAM-MD5 plain LOGIN"];
        let found = Abilities { starttls: true, plain: true, login: true, size: Some(1000) };
        assert_eq!(said(&all), found);
        assert_eq!(said(&["STARTTLS greets you", "SIZE 0", "AUTH"]), Abilities::default());
        assert_eq!(said(&["mx", "SIZE", "AUTHOR PLAIN"]), Abilities::default());
    }

    #[test]
    fn this_machine_introduces_itself_by_its_address() {
        assert_eq!(own_name("10.0.0.7".parse().unwrap()), "[10.0.0.7]");
        assert_eq!(own_name("::ffff:10.0.0.7".parse().unwrap()), "[10.0.0.7]");
        assert_eq!(own_name("2001:db8::1".parse().unwrap()), "[IPv6:2001:db8::1]");
    }
}
