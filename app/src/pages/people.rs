//! All accounts and one of them, for admins.

use super::form_parts::{button, choice, effective_attributes, lines, notice, shown_once, text};
use crate::service::{AccountPage, PeoplePage, PersonRow};
use brisk_domain::{Timestamp, format};
use leptos::prelude::*;

const ROLES: [&str; 3] = ["viewer", "editor", "admin"];
const ATTRIBUTES: &str =
    "One on a line, such as tenant=acme. Statements read them as :user.tenant.";
const OWN_ATTRIBUTES: &str = "One on a line, such as tenant=acme. One that is set here replaces what the teams have under its name.";

/// All accounts, and the teams.
pub fn people(page: &PeoplePage) -> AnyView {
    let rows: Vec<AnyView> = page.people.iter().map(|row| person(row, page.now)).collect();
    let team_forms = (!page.teams.is_empty()).then(|| {
        let forms: Vec<AnyView> =
            page.teams.iter().map(|(name, attributes)| team(name, attributes)).collect();
        view! { <div class="team-forms">{forms}</div> }
    });
    let [name, full_name, teams, role] = &page.typed;
    let role = if role.is_empty() { "viewer" } else { role.as_str() };
    view! {
        <main id="main">
            <div class="page-head"><div><h1>"People"</h1><p>"Who may sign in, and what each may see."</p></div></div>
            <div class="page admin people">
                {notice(page.notice.as_ref())}
                {shown_once(page.secret.as_ref())}
                <section class="operation" aria-labelledby="accounts">
                    <h2 id="accounts">"Accounts"</h2>
                    <ul class="rollups">{rows}</ul>
                </section>
                <section class="operation" aria-labelledby="invite">
                    <h2 id="invite">"Invite"</h2>
                    <p>"Makes an account, and a link that works once: whoever has it is the account's owner."</p>
                    <form method="post" action="/admin/people">
                        <input type="hidden" name="do" value="invite"/>
                        {text("name", "Name to sign in with", name, Some("Letters, digits and . _ - @ +"))}
                        {text("full_name", "Full name", full_name, None)}
                        {choice("role", "Role", &ROLES, role)}
                        {text("teams", "Teams", teams, Some("Separated by spaces, such as sales board; a new name creates a team."))}
                        {known_teams(&page.known_teams)}
                        <div class="actions"><button class="btn primary">"Invite"</button></div>
                    </form>
                </section>
                <section class="operation" aria-labelledby="teams-title">
                    <h2 id="teams-title">"Teams"</h2>
                    <p>"A team is there once somebody is in it, or once it has attributes, which all in it have."</p>
                    {team_forms}
                    <form method="post" action="/admin/people">
                        <input type="hidden" name="do" value="team"/>
                        {text("team", "Another team", "", None)}
                        {lines("new-attributes".into(), "attributes", "Its attributes".into(), "", ATTRIBUTES)}
                        <div class="actions"><button class="btn">"Save"</button></div>
                    </form>
                </section>
            </div>
        </main>
    }
    .into_any()
}

/// The existing teams.
fn known_teams(teams: &[String]) -> Option<AnyView> {
    (!teams.is_empty()).then(|| {
        view! { <p class="recent">{format!("Teams so far: {}.", teams.join(", "))}</p> }.into_any()
    })
}

fn person(row: &PersonRow, now: Timestamp) -> AnyView {
    let teams = if row.teams.is_empty() { "–".to_owned() } else { row.teams.join(", ") };
    let signed_in = row.signed_in_at.map_or_else(|| "never".to_owned(), |at| format::ago(at, now));
    view! {
        <li class="rollup">
            <div class="rollup-head">
                <h3 class="plain"><a href=format!("/admin/people/{}", row.id)>{row.full_name.clone()}</a>{state(row)}</h3>
            </div>
            <dl class="facts">
                <div><dt>"Signs in as"</dt><dd>{row.name.clone()}</dd></div>
                <div><dt>"Role"</dt><dd>{row.role}</dd></div>
                <div><dt>"Teams"</dt><dd>{teams}</dd></div>
                <div><dt>"Last sign-in"</dt><dd>{signed_in}</dd></div>
            </dl>
        </li>
    }
    .into_any()
}

/// A mark on an account that is not in ordinary use.
fn state(row: &PersonRow) -> Option<AnyView> {
    let (class, words) = match (row.is_disabled, row.is_invited) {
        (true, _) => ("state bad", "disabled"),
        (false, true) => ("state stale", "not signed in yet"),
        (false, false) => return None,
    };
    Some(view! { <b class=class>{words}</b> }.into_any())
}

fn team(name: &str, attributes: &str) -> AnyView {
    let id = format!("attributes-of-{name}");
    view! {
        <form method="post" action="/admin/people">
            <input type="hidden" name="do" value="team"/>
            <input type="hidden" name="team" value=name.to_owned()/>
            {lines(id, "attributes", format!("Attributes of {name}"), attributes, ATTRIBUTES)}
            <div class="actions"><button class="btn">"Save"</button></div>
        </form>
    }
    .into_any()
}

/// One account.
pub fn account(page: &AccountPage) -> AnyView {
    let PersonRow { id, name, full_name, role, teams, is_disabled, has_factor, .. } = &page.person;
    let action = format!("/admin/people/{id}");
    let state = state(&page.person);
    let enable = match is_disabled {
        true => button(action.clone(), "enable", Vec::new(), "Enable", name.clone()),
        false => button(action.clone(), "disable", Vec::new(), "Disable", name.clone()),
    };
    let factor = has_factor.then(|| {
        button(action.clone(), "factor-remove", Vec::new(), "Remove second factor", name.clone())
    });
    let disconnect = (!page.identities.is_empty())
        .then(|| button(action.clone(), "disconnect", Vec::new(), "Disconnect", name.clone()));
    let identities: Vec<AnyView> = page
        .identities
        .iter()
        .map(|identity| {
            view! { <div><dt>"Connected with"</dt><dd>{identity.clone()}</dd></div> }.into_any()
        })
        .collect();
    let effective = effective_attributes("What statements see of them", &page.effective);
    let effective = effective.map(|facts| view! { <dl class="facts">{facts}</dl> });
    let own = page.is_own.then(|| {
        view! { <p>"This is your own account. Changes of its role end your session."</p> }
    });
    view! {
        <main id="main">
            <div class="page-head">
                <div>
                    <p class="crumb"><a href="/admin/people">"People"</a></p>
                    <h1>{full_name.clone()}</h1>
                    <p>{name.clone()}" "{state}</p>
                </div>
            </div>
            <div class="page admin people">
                {notice(page.notice.as_ref())}
                {shown_once(page.secret.as_ref())}
                <section class="operation" aria-labelledby="rights">
                    <h2 id="rights">"Role and teams"</h2>
                    {own}
                    <form method="post" action=action.clone()>
                        <input type="hidden" name="do" value="rights"/>
                        {choice("role", "Role", &ROLES, role)}
                        {text("teams", "Teams", &teams.join(" "), Some("Separated by spaces; a new name creates a team."))}
                        {lines("attributes".into(), "attributes", "Own attributes".into(), &page.attributes, OWN_ATTRIBUTES)}
                        {known_teams(&page.known_teams)}
                        <div class="actions"><button class="btn primary">"Save"</button></div>
                    </form>
                    {effective}
                </section>
                <section class="operation" aria-labelledby="mail-title">
                    <h2 id="mail-title">"Address of mail"</h2>
                    <p>"Where reports are sent. Whoever reads mail there receives what this account may see."</p>
                    <form method="post" action=action.clone()>
                        <input type="hidden" name="do" value="mail"/>
                        {text("mail", "Address", &page.mail, Some("Where it is empty, the name to sign in with, if that is an address."))}
                        <div class="actions"><button class="btn">"Save"</button></div>
                    </form>
                </section>
                <section class="operation" aria-labelledby="signing-in">
                    <h2 id="signing-in">"Signing in"</h2>
                    <dl class="facts"><div><dt>"Sessions"</dt><dd>{page.sessions}</dd></div>{identities}</dl>
                    <p>"A sign-in link works once: whoever has it chooses a new password, for an account that is new or whose password is lost. Disabling keeps the account and ends its sessions."</p>
                    <div class="actions">
                        {button(action.clone(), "link", Vec::new(), "New sign-in link", name.clone())}
                        {button(action.clone(), "sessions-end", Vec::new(), "End sessions", name.clone())}
                        {factor}
                        {disconnect}
                        {enable}
                    </div>
                </section>
            </div>
        </main>
    }
    .into_any()
}
