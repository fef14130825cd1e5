//! Signing in, and the page of a one-time link.

use super::form_parts::{password, problem, text};
use crate::service::{SetUpPage, SignInPage};
use leptos::prelude::*;

/// The sign-in page.
pub fn sign_in(page: &SignInPage) -> AnyView {
    let code = page.needs_code.then(|| {
        view! {
            <div class="field">
                <label for="code">"Code"</label>
                <input id="code" name="code" type="text" required inputmode="text" autocomplete="one-time-code" aria-describedby="code-about"/>
                <small id="code-about">"The six digits that your authenticator shows, or one of your recovery codes."</small>
            </div>
        }
    });
    let name = page.name.clone();
    view! {
        <main id="main" class="page">
            <div class="sheet">
                <h1>"Sign in"</h1>
                {problem(page.problem.as_ref())}
                <form method="post" action="/sign-in">
                    <input type="hidden" name="back" value=page.back.clone()/>
                    <div class="field">
                        <label for="name">"Name"</label>
                        <input id="name" name="name" type="text" required value=name autocomplete="username" autocapitalize="none" spellcheck="false"/>
                    </div>
                    {password("password", "Password", "current-password", None)}
                    {code}
                    <div class="actions"><button class="btn primary">"Sign in"</button></div>
                </form>
                <p>"No account, or the password is lost? Ask an administrator for a link."</p>
            </div>
        </main>
    }
    .into_any()
}

/// The page of a one-time link, which is shown at `path`.
pub fn set_up(page: &SetUpPage, path: &str) -> AnyView {
    let (title, about) = match page.is_first {
        true => (
            "Set up Brisk",
            "This makes the first administrator. From then on everybody else has to sign in, and sees what they may see.",
        ),
        false => ("Choose a password", "This link works once."),
    };
    let names = match page.is_first {
        true => view! {
            {text("name", "Name to sign in with", &page.name, Some("Letters, digits and . _ - @ +"))}
            {text("full_name", "Your name", &page.full_name, None)}
        }
        .into_any(),
        false => {
            let name = page.name.clone();
            view! { <p>"For the account "<b>{name}</b>"."</p> }.into_any()
        }
    };
    let shortest = page.shortest;
    let about_password =
        format!("At least {shortest} characters. Four words are easy to keep in mind.");
    let path = path.to_owned();
    view! {
        <main id="main" class="page">
            <div class="sheet">
                <h1>{title}</h1>
                <p>{about}</p>
                {problem(page.problem.as_ref())}
                <form method="post" action=path>
                    {names}
                    {password("password", "Password", "new-password", Some(about_password))}
                    {password("again", "The same again", "new-password", None)}
                    <div class="actions"><button class="btn primary">"Continue"</button></div>
                </form>
            </div>
        </main>
    }
    .into_any()
}
