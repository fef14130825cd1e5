//! Setting up a required second factor.

use super::form_parts::{notice, password, qr_code, shown_once, spaced};
use crate::service::SecondFactorPage;
use leptos::prelude::*;

/// The page to which people are sent who lack a required second factor.
pub fn second_factor(page: &SecondFactorPage) -> AnyView {
    let content = match &page.secret {
        Some(_) => {
            let back = page.back.clone();
            view! {
                {shown_once(page.secret.as_ref())}
                <div class="actions"><a class="btn primary" href=back>"Continue"</a></div>
            }
            .into_any()
        }
        None => set_up(page),
    };
    view! {
        <main id="main" class="page">
            <div class="sheet">
                <h1>"Second factor"</h1>
                {notice(page.notice.as_ref())}
                {content}
            </div>
        </main>
    }
    .into_any()
}

fn set_up(page: &SecondFactorPage) -> AnyView {
    let current = page
        .takes_password
        .then(|| password("factor_current", "Current password", "current-password", None));
    view! {
        <p>"Your role requires a second factor. Scan this code with your authenticator, or type the key below it; then enter the code that it shows. On the device itself "<a href=page.address.clone()>"open it there"</a>"."</p>
        {page.picture.as_ref().map(qr_code)}
        <p><code>{spaced(&page.text)}</code></p>
        <form method="post" action="/second-factor">
            <input type="hidden" name="key" value=page.text.clone()/>
            <input type="hidden" name="back" value=page.back.clone()/>
            <div class="field">
                <label for="code">"Code"</label>
                <input id="code" name="code" type="text" required inputmode="numeric" autocomplete="one-time-code"/>
            </div>
            {current}
            <div class="actions"><button class="btn primary">"Confirm"</button></div>
        </form>
        <form method="post" action="/sign-out"><div class="actions"><button class="btn quiet">"Sign out"</button></div></form>
    }
    .into_any()
}
