//! One's own account: name, password, second factor, sessions, tokens, theme.

use super::form_parts::{
    button, effective_attributes, lines, notice, password, qr_code, shown_once, spaced, text,
};
use super::identities::identities;
use crate::Theme;
use crate::service::{Factor, ProfilePage, SessionRow, TokenRow};
use brisk_domain::{Timestamp, format, parameter};
use leptos::prelude::*;

const ACTION: &str = "/profile";

/// The page of the reader's own account.
pub fn profile(page: &ProfilePage, shown_in: Theme) -> AnyView {
    let attributes = effective_attributes("Attributes", &page.attributes);
    let teams = match page.teams.is_empty() {
        true => "none".to_owned(),
        false => page.teams.join(", "),
    };
    let mail = page.mail.clone().map(|mail| {
        view! { <div><dt>"Reports are sent to"</dt><dd>{mail}</dd></div> }
    });
    view! {
        <main id="main">
            <div class="page-head">
                <div><h1>{page.full_name.clone()}</h1><p>{page.name.clone()}</p></div>
                <form method="post" action="/sign-out"><button class="btn">"Sign out"</button></form>
            </div>
            <div class="page admin people">
                {notice(page.notice.as_ref())}
                {shown_once(page.secret.as_ref())}
                <section class="operation" aria-labelledby="account">
                    <h2 id="account">"Account"</h2>
                    <dl class="facts">
                        <div><dt>"Role"</dt><dd>{page.role}</dd></div>
                        <div><dt>"Teams"</dt><dd>{teams}</dd></div>
                        {mail}
                        {attributes}
                    </dl>
                    <form method="post" action=ACTION>
                        <input type="hidden" name="do" value="name"/>
                        {text("full_name", "Your name", &page.full_name, Some("What others read."))}
                        <div class="actions"><button class="btn">"Save"</button></div>
                    </form>
                </section>
                {page.takes_password.then(change_password)}
                {factor(&page.factor, page.takes_password)}
                {identities(page)}
                {sessions(&page.sessions, page.now)}
                {tokens(page)}
                {theme(shown_in)}
            </div>
        </main>
    }
    .into_any()
}

fn change_password() -> AnyView {
    view! {
        <section class="operation" aria-labelledby="change-password">
            <h2 id="change-password">"Password"</h2>
            <p>"A new one ends your sessions elsewhere."</p>
            <form method="post" action=ACTION>
                <input type="hidden" name="do" value="password"/>
                {password("current", "Current password", "current-password", None)}
                {password("password", "New password", "new-password", None)}
                {password("again", "Repeat the new password", "new-password", None)}
                <div class="actions"><button class="btn">"Change password"</button></div>
            </form>
        </section>
    }
    .into_any()
}

/// The colours, which each browser remembers separately.
fn theme(shown_in: Theme) -> AnyView {
    let choices =
        [(Theme::System, "Match the system"), (Theme::Light, "Light"), (Theme::Dark, "Dark")];
    let choices = Vec::from(choices.map(|(theme, label)| {
        let is_chosen = theme == shown_in;
        view! {
            <label class="check"><input type="radio" name=parameter::THEME value=theme.word() checked=is_chosen/><span>{label}</span></label>
        }
        .into_any()
    }));
    view! {
        <section class="operation" aria-labelledby="theme">
            <h2 id="theme">"Theme"</h2>
            <p>"Applies to this browser only."</p>
            <form method="post" action="/theme">
                <input type="hidden" name=parameter::BACK value=ACTION/>
                <fieldset class="checks"><legend>"Colours"</legend>{choices}</fieldset>
                <div class="actions"><button class="btn">"Save theme"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn factor(factor: &Factor, takes_password: bool) -> AnyView {
    let current = || {
        takes_password
            .then(|| password("factor_current", "Current password", "current-password", None))
    };
    let content = match factor {
        Factor::None => view! {
            <p>"None. With one, signing in also takes a code that an authenticator shows."</p>
            <form method="post" action=ACTION>
                <input type="hidden" name="do" value="factor-offer"/>
                <div class="actions"><button class="btn">"Set up"</button></div>
            </form>
        }
        .into_any(),
        Factor::Offered { text, address, picture } => view! {
            <p>"Let your authenticator read this, or type the key below it; then type the code that it shows. On the device itself "<a href=address.clone()>"open it there"</a>"."</p>
            {picture.as_ref().map(qr_code)}
            <p><code>{spaced(text)}</code></p>
            <form method="post" action=ACTION>
                <input type="hidden" name="do" value="factor-confirm"/>
                <input type="hidden" name="key" value=text.clone()/>
                <div class="field">
                    <label for="code">"Code"</label>
                    <input id="code" name="code" type="text" required inputmode="numeric" autocomplete="one-time-code"/>
                </div>
                {current()}
                <div class="actions"><button class="btn primary">"Confirm"</button></div>
            </form>
        }
        .into_any(),
        Factor::Active(left) => view! {
            <p>{format!("Active. Recovery codes left: {left}.")}</p>
            <form method="post" action=ACTION>
                <input type="hidden" name="do" value="factor-remove"/>
                {current()}
                <div class="actions"><button class="btn">"Remove"</button></div>
            </form>
        }
        .into_any(),
    };
    view! {
        <section class="operation" aria-labelledby="factor"><h2 id="factor">"Second factor"</h2>{content}</section>
    }
    .into_any()
}

fn sessions(rows: &[SessionRow], now: Timestamp) -> AnyView {
    let rows: Vec<AnyView> = rows
        .iter()
        .map(|row| {
            let end = match row.is_this {
                true => view! { <b class="state fresh">"this browser"</b> }.into_any(),
                false => button(
                    ACTION.into(),
                    "session-end",
                    vec![("id", row.id.clone())],
                    "End",
                    format!("{}, {}", row.browser, format::ago(row.seen_at, now)),
                ),
            };
            view! {
                <li class="rollup">
                    <div class="rollup-head"><h3 class="plain" title=row.agent.clone()>{row.browser.clone()}</h3>{end}</div>
                    <dl class="facts">
                        <div><dt>"Last used"</dt><dd>{format::ago(row.seen_at, now)}</dd></div>
                        <div><dt>"Signed in"</dt><dd>{format::ago(row.created_at, now)}</dd></div>
                        <div><dt>"From"</dt><dd>{row.address.clone()}</dd></div>
                    </dl>
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <section class="operation" aria-labelledby="sessions">
            <h2 id="sessions">"Sessions"</h2>
            <ul class="rollups">{rows}</ul>
            <form method="post" action=ACTION>
                <input type="hidden" name="do" value="sessions-end"/>
                <div class="actions"><button class="btn">"Sign out everywhere"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn tokens(page: &ProfilePage) -> AnyView {
    let row = |row: &TokenRow| {
        let used = row.used_at.map_or_else(|| "never".to_owned(), |at| format::ago(at, page.now));
        let left = row.expires_at.since(page.now);
        let ends = match left.is_zero() {
            true => "has ended".to_owned(),
            false => format!("in {}", format::round_duration(left.as_secs_f64())),
        };
        let revoke = button(
            ACTION.into(),
            "token-revoke",
            vec![("id", row.id.clone())],
            "Revoke",
            row.name.clone(),
        );
        let only = (!row.attributes.is_empty()).then(|| {
            let attributes = row.attributes.replace('\n', ", ");
            view! { <div><dt>"Only with"</dt><dd>{attributes}</dd></div> }
        });
        view! {
            <li class="rollup">
                <div class="rollup-head"><h3 class="plain">{row.name.clone()}</h3>{revoke}</div>
                <dl class="facts">
                    <div><dt>"Scopes"</dt><dd><code>{row.scopes.clone()}</code></dd></div>
                    {only}
                    <div><dt>"Last used"</dt><dd>{used}</dd></div>
                    <div><dt>"Ends"</dt><dd>{ends}</dd></div>
                </dl>
            </li>
        }
        .into_any()
    };
    let rows: Vec<AnyView> = page.tokens.iter().map(row).collect();
    let scopes: Vec<AnyView> = page
        .scopes
        .iter()
        .map(|(word, about)| {
            let is_usual = *word == "read";
            view! {
                <label class="check"><input type="checkbox" name="scope" value=*word checked=is_usual/><span><b>{*word}</b>" – "{*about}</span></label>
            }
            .into_any()
        })
        .collect();
    let attributes = (!page.attributes.is_empty()).then(|| {
        let about =
            "One of yours a line, as region=north. Empty: all that you have, as you have them.";
        let label = "Only with these attributes".to_owned();
        lines("token_attributes".into(), "token_attributes", label, "", about)
    });
    let invalidates = page.scopes.iter().any(|(word, _)| *word == "invalidate");
    let tags = invalidates.then(|| {
        let about = "What it may invalidate besides these dashboards: table:shop.orders, or table:shop.* for all tags with that prefix. Empty: nothing else, or everything if no dashboard is named.";
        text("tags", "Only these tags", "", Some(about))
    });
    view! {
        <section class="operation" aria-labelledby="tokens">
            <h2 id="tokens">"Tokens"</h2>
            <p>"For programs, which send it with each request: "<code>"Authorization: Bearer brisk_…"</code>" A token may do what you may, within its scopes."</p>
            <ul class="rollups">{rows}</ul>
            <h3>"New token"</h3>
            <form method="post" action=ACTION>
                <input type="hidden" name="do" value="token-add"/>
                {text("token_name", "Name", "", Some("Where it is used."))}
                <fieldset class="checks"><legend>"Scopes"</legend>{scopes}</fieldset>
                {text("dashboards", "Only these dashboards", "", Some("Names as in addresses, separated by spaces. Empty: all that you may see."))}
                {tags}
                {attributes}
                <div class="field">
                    <label for="days">"Expires after (days)"</label>
                    <input id="days" name="days" type="number" min="1" max="366" value="90"/>
                </div>
                <div class="actions"><button class="btn">"Create token"</button></div>
            </form>
        </section>
    }
    .into_any()
}
