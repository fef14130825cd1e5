//! `[mail]`: the server that takes mail.

use super::environment::Environment;
use super::secret_location::SecretLocation;
use brisk_delivery::Secret;
use brisk_delivery::mail::{Credentials, Mailbox, Settings, Tls};
use brisk_toml_reader::{Fields, Problem, Problems};
use std::path::Path;

const PASSWORD_KEYS: [&str; 3] = ["password", "password_env", "password_file"];
const TLS: [(&str, Tls); 3] =
    [("implicit", Tls::Implicit), ("starttls", Tls::Start), ("none", Tls::Never)];
/// The most connections at a time.
const CONNECTIONS: std::ops::RangeInclusive<u32> = 1..=20;

/// What the file says.
#[derive(Debug)]
pub(super) struct MailTable {
    user: Option<String>,
    password: Option<SecretLocation>,
    /// All but who signs in.
    settings: Settings,
}

impl MailTable {
    /// Reads `[mail]`; `base` is the folder of the file.
    pub(super) fn read(
        table: &Fields<'_>,
        base: &Path,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let host = table.required_text("host", problems).map(ToOwned::to_owned);
        let tls = table.word("tls", &TLS, problems).unwrap_or(Tls::Implicit);
        let port = table.whole("port", 1..=65_535, problems);
        let from = table.required_text("from", problems);
        let from = from.and_then(|_| table.parsed("from", mailbox, problems));
        let reply_to = table.parsed("reply_to", mailbox, problems);
        let user = table.text("user", problems).map(ToOwned::to_owned);
        let password = SecretLocation::read_keys(PASSWORD_KEYS, table, base, problems);
        if user.is_some() != password.is_some() {
            let message = "\"user\" and \"password_env\" of [mail] go together";
            problems.add(table.place("user"), message);
        }
        let connections = table.whole("connections", CONNECTIONS, problems);
        table.finish(problems);
        let settings = Settings::new(host?, from?);
        let usual = match tls {
            Tls::Implicit => 465,
            Tls::Start => 587,
            Tls::Never => 25,
        };
        let settings = Settings {
            port: port.and_then(|port: u32| u16::try_from(port).ok()).unwrap_or(usual),
            tls,
            reply_to,
            connections: connections.map_or(settings.connections, |many: u32| many as usize),
            ..settings
        };
        Some(Self { user, password, settings })
    }

    /// The settings, with the password.
    pub(super) fn resolved(&self, environment: &Environment) -> Result<Settings, Problem> {
        let password = self.password.as_ref().map(|one| one.resolve(environment)).transpose()?;
        let credentials = self.user.clone().zip(password).map(|(user, password)| Credentials {
            user,
            password: Secret::from(password.expose()),
        });
        Ok(Settings { credentials, ..self.settings.clone() })
    }
}

/// Reads `ann@example.com`, or `Ann <ann@example.com>`.
fn mailbox(text: &str) -> Result<Mailbox, String> {
    let (name, address) = match text.trim().strip_suffix('>').and_then(|text| text.split_once('<'))
    {
        Some((name, address)) => (Some(name.trim()).filter(|name| !name.is_empty()), address),
        None => (None, text),
    };
    Mailbox::new(name, address.trim()).map_err(|error| error.to_string())
}
