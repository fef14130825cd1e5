//! Signing in, and the page of a one-time link.

use super::form_parts::{password, problem, text};
use crate::service::{SetUpPage, SignInPage, SignedOutPage};
use brisk_domain::view::query_string;
use leptos::prelude::*;

/// The sign-in page.
pub fn sign_in(page: &SignInPage) -> AnyView {
    let content = match (page.lacks_only_code, page.is_passwordless) {
        (true, _) => code_only(),
        (false, true) => view! {
            {provider(page)}
            <p>"No account? Ask an administrator for a link."</p>
        }
        .into_any(),
        (false, false) => view! {
            {provider(page)}
            {with_password(page)}
            <p>"No account, or the password is lost? Ask an administrator for a link."</p>
        }
        .into_any(),
    };
    view! {
        <main id="main" class="page">
            <div class="sheet">
                <h1>"Sign in"</h1>
                {problem(page.problem.as_ref())}
                {signed_out_here(page)}
                {content}
            </div>
        </main>
    }
    .into_any()
}

/// The note for people who signed out here, but not at the provider.
fn signed_out_here(page: &SignInPage) -> Option<AnyView> {
    let provider = page.provider.as_ref().filter(|_| page.is_signed_out)?;
    let words = format!(
        "You are signed out of Brisk. At {provider} you may still be signed in: sign out there, too, if others use this browser."
    );
    Some(view! { <p class="notice-done" role="status">{words}</p> }.into_any())
}

/// The page after signing out here, on the way to signing out at the provider.
pub fn signed_out(page: &SignedOutPage) -> AnyView {
    let SignedOutPage { provider, to } = page;
    view! {
        <main id="main" class="page">
            <div class="sheet">
                <h1>"Signed out"</h1>
                <p role="status">{format!("You are signed out of Brisk. Now you are led to {provider}, to sign out there, too.")}</p>
                <div class="actions">
                    <a class="btn primary" href=to.clone() rel="nofollow">{format!("Continue to {provider}")}</a>
                    <a class="btn" href="/sign-in">"Sign in again"</a>
                </div>
            </div>
        </main>
    }
    .into_any()
}

/// The link to the provider; not a form, because the pages' policy forbids forms that lead to
/// another site.
fn provider(page: &SignInPage) -> Option<AnyView> {
    let name = page.provider.as_ref()?;
    let back = match page.back.as_str() {
        "" | "/" => String::new(),
        back => query_string(&[("back".to_owned(), back.to_owned())]),
    };
    let (href, words) = (format!("/sign-in/openid{back}"), format!("Sign in with {name}"));
    Some(
        view! { <div class="actions"><a class="btn primary" href=href rel="nofollow">{words}</a></div> }
            .into_any(),
    )
}

fn with_password(page: &SignInPage) -> AnyView {
    let name = page.name.clone();
    let class = if page.provider.is_some() { "btn" } else { "btn primary" };
    view! {
        <form method="post" action="/sign-in">
            <input type="hidden" name="back" value=page.back.clone()/>
            <div class="field">
                <label for="name">"Name"</label>
                <input id="name" name="name" type="text" required value=name autocomplete="username" autocapitalize="none" spellcheck="false"/>
            </div>
            {password("password", "Password", "current-password", None)}
            {page.needs_code.then(code)}
            <div class="actions"><button class=class>"Sign in"</button></div>
        </form>
    }
    .into_any()
}

fn code_only() -> AnyView {
    view! {
        <form method="post" action="/sign-in/code">
            {code()}
            <div class="actions"><button class="btn primary">"Continue"</button></div>
        </form>
        <p><a href="/sign-in">"Begin again"</a></p>
    }
    .into_any()
}

fn code() -> AnyView {
    view! {
        <div class="field">
            <label for="code">"Code"</label>
            <input id="code" name="code" type="text" required inputmode="text" autocomplete="one-time-code" aria-describedby="code-about"/>
            <small id="code-about">"The six digits that your authenticator shows, or one of your recovery codes."</small>
        </div>
    }
    .into_any()
}

/// The page of a one-time link, which is shown at `path`.
pub fn set_up(page: &SetUpPage, path: &str) -> AnyView {
    let path = path.split('?').next().unwrap_or_default().to_owned();
    let (title, about) = match (page.is_first, page.is_passwordless) {
        (true, _) => (
            "Set up Brisk",
            "This makes the first administrator. From then on everybody else has to sign in, and sees what they may see.",
        ),
        (false, false) => ("Choose a password", "This link works once."),
        (false, true) => ("Sign in", "This link works once: it connects the account with you."),
    };
    let account = (!page.is_first).then(|| {
        let name = page.name.clone();
        view! { "For the account "<b>{name}</b>". " }
    });
    let provider = page.provider.as_ref().map(|name| {
        let (href, words) = (format!("{path}/openid"), format!("Continue with {name}"));
        view! { <div class="actions"><a class="btn primary" href=href rel="nofollow">{words}</a></div> }
    });
    let form = (!page.is_passwordless).then(|| set_up_form(page, path));
    view! {
        <main id="main" class="page">
            <div class="sheet">
                <h1>{title}</h1>
                <p>{account}{about}</p>
                {problem(page.problem.as_ref())}
                {provider}
                {form}
            </div>
        </main>
    }
    .into_any()
}

fn set_up_form(page: &SetUpPage, path: String) -> AnyView {
    let names = page.is_first.then(|| {
        view! {
            {text("name", "Name to sign in with", &page.name, Some("Letters, digits and . _ - @ +"))}
            {text("full_name", "Your name", &page.full_name, None)}
        }
    });
    let shortest = page.shortest;
    let about = format!("At least {shortest} characters. Four words are easy to keep in mind.");
    let class = if page.provider.is_some() { "btn" } else { "btn primary" };
    view! {
        <form method="post" action=path>
            {names}
            {password("password", "Password", "new-password", Some(about))}
            {password("again", "Repeat the password", "new-password", None)}
            <div class="actions"><button class=class>"Continue"</button></div>
        </form>
    }
    .into_any()
}
