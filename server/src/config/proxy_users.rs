//! `[auth.proxy]`: proxies that name people.

use super::rules;
use super::secret::shown;
use crate::auth::openid::settings::SignUp;
use crate::auth::settings::ProxySettings;
use crate::http::client::TrustedProxies;
use brisk_toml_reader::{Fields, Problems};
use http::{HeaderName, header};

/// The claim that holds the groups.
const GROUPS: &str = "groups";

/// Headers that mean something else already.
const TAKEN: [HeaderName; 4] =
    [header::AUTHORIZATION, header::COOKIE, header::HOST, header::ORIGIN];

/// Reads `[auth.proxy]`.
pub(super) fn read(table: &Fields<'_>, problems: &mut Problems<'_>) -> Option<ProxySettings> {
    let expected = "a list of addresses and networks such as [\"127.0.0.1\", \"10.1.2.0/24\"]";
    let texts = table.texts("addresses", expected, problems).unwrap_or_default();
    if texts.is_empty() {
        let message = "[auth.proxy] has no \"addresses\"";
        let help = "list the proxies' own addresses; from anybody else the header is ignored";
        problems.add_with_help(table.span(), message, help);
    }
    let addresses = TrustedProxies::parse(texts).unwrap_or_else(|text| {
        let message = format!("{} in \"addresses\" is no address and no network", shown(text));
        problems.add(table.place("addresses"), message);
        TrustedProxies::default()
    });
    let name = |text: &str| {
        let name = text.parse::<HeaderName>().ok()?;
        (!TAKEN.contains(&name)).then_some(name)
    };
    let expected = "the name of a header such as \"X-Forwarded-User\"";
    if !table.has("user") {
        problems.add(table.span(), "[auth.proxy] has no \"user\"");
    }
    let user = table.expected("user", expected, name, problems);
    let groups = table.expected("groups", expected, name, problems);
    let sign_up = table.word("sign_up", &SignUp::WORDS, problems).unwrap_or_default();
    let rules = rules::read(table, "[[auth.proxy.rule]]", Some(GROUPS), problems);
    table.finish(problems);
    Some(ProxySettings { addresses, user: user?, groups, sign_up, rules })
}
