//! Identities at the provider, on the profile page: connecting and disconnecting one's account.

use super::form_parts::password;
use crate::service::{IdentityRow, ProfilePage};
use leptos::prelude::*;

const ACTION: &str = "/profile";

/// The section of the profile page; none if there is neither a provider nor an identity.
pub(super) fn identities(page: &ProfilePage) -> Option<AnyView> {
    if page.identities.is_empty() && page.connects.is_none() {
        return None;
    }
    let rows: Vec<AnyView> =
        page.identities.iter().map(|one| identity(one, page.takes_password)).collect();
    let rows = (!rows.is_empty()).then(|| view! { <ul class="rollups">{rows}</ul> });
    let content = match (&page.leads_to, &page.connects) {
        (Some(to), Some(provider)) => Some(led(provider, to)),
        (_, Some(provider)) => Some(connect(provider, page)),
        (_, None) => None,
    };
    Some(
        view! {
            <section class="operation" aria-labelledby="elsewhere">
                <h2 id="elsewhere">"Signing in elsewhere"</h2>
                {rows}
                {content}
            </section>
        }
        .into_any(),
    )
}

fn connect(provider: &str, page: &ProfilePage) -> AnyView {
    let about = format!("Connected with {provider}, you can sign in there, too.");
    let rules = page.has_rules.then(|| {
        view! { <p class="recent">"From then on each sign-in there sets your role and teams by the rules of this server."</p> }
    });
    let current = page
        .takes_password
        .then(|| password("connect_current", "Current password", "current-password", None));
    view! {
        <p>{about}</p>
        {rules}
        <form method="post" action=format!("{ACTION}#elsewhere")>
            <input type="hidden" name="do" value="connect"/>
            {current}
            <div class="actions"><button class="btn">{format!("Connect with {provider}")}</button></div>
        </form>
    }
    .into_any()
}

/// The page on the way to the provider.
fn led(provider: &str, to: &str) -> AnyView {
    view! {
        <p role="status">{format!("You are led to {provider}. Sign in there as yourself.")}</p>
        <div class="actions"><a class="btn primary" href=to.to_owned() rel="nofollow">{format!("Continue to {provider}")}</a></div>
    }
    .into_any()
}

fn identity(one: &IdentityRow, takes_password: bool) -> AnyView {
    // Also after the form was sent, when it asks again.
    let href = format!("{ACTION}?disconnect={}#elsewhere", one.id);
    let ask = (!one.is_asked).then(|| {
        view! { <a class="btn" href=href.clone() aria-label=format!("Disconnect: {}", one.issuer)>"Disconnect…"</a> }
    });
    let asked = one.is_asked.then(|| {
        let current = takes_password
            .then(|| password("disconnect_current", "Current password", "current-password", None));
        view! {
            <p>{format!("You cannot sign in at {} any more. Your sessions elsewhere end.", one.issuer)}</p>
            <form method="post" action=href.clone()>
                <input type="hidden" name="do" value="disconnect"/>
                <input type="hidden" name="id" value=one.id.clone()/>
                {current}
                <div class="actions"><button class="btn primary">"Disconnect"</button><a class="btn" href=ACTION>"Cancel"</a></div>
            </form>
        }
    });
    view! {
        <li class="rollup">
            <div class="rollup-head"><h3 class="plain">{one.issuer.clone()}</h3>{ask}</div>
            <dl class="facts"><div><dt>"Known there as"</dt><dd>{one.subject.clone()}</dd></div></dl>
            {asked}
        </li>
    }
    .into_any()
}
