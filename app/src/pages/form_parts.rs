//! Parts of forms about people.

use crate::components::icon::icon;
use crate::service::{Notice, QrCode, ShownOnce};
use leptos::prelude::*;

/// A field for a line of text.
pub(super) fn text(
    name: &'static str,
    label: &'static str,
    value: &str,
    about: Option<&'static str>,
) -> AnyView {
    let value = value.to_owned();
    let about_id = about.map(|_| format!("{name}-about"));
    let about = about.map(|about| view! { <small id=format!("{name}-about")>{about}</small> });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input id=name name=name type="text" value=value autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby=about_id/>
            {about}
        </div>
    }
    .into_any()
}

/// A field for a password.
pub(super) fn password(
    name: &'static str,
    label: &'static str,
    autocomplete: &'static str,
    about: Option<String>,
) -> AnyView {
    let about_id = about.as_ref().map(|_| format!("{name}-about"));
    let about = about.map(|about| view! { <small id=format!("{name}-about")>{about}</small> });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input id=name name=name type="password" required autocomplete=autocomplete aria-describedby=about_id/>
            {about}
        </div>
    }
    .into_any()
}

/// A field for several lines.
pub(super) fn lines(
    id: String,
    name: &'static str,
    label: String,
    value: &str,
    about: &'static str,
) -> AnyView {
    let value = area_text(value);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea id=id.clone() name=name rows="3" spellcheck="false" aria-describedby=format!("{id}-about")>{value}</textarea>
            <small id=format!("{id}-about")>{about}</small>
        </div>
    }
    .into_any()
}

/// What a `textarea` has in it. Leptos does not escape the children of one.
pub(super) fn area_text(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A choice of one word; the empty choice leaves it to the file.
pub(super) fn choice(
    name: &'static str,
    label: &'static str,
    words: &[&'static str],
    chosen: &str,
) -> AnyView {
    let options: Vec<AnyView> = words
        .iter()
        .map(|word| {
            let is_chosen = *word == chosen;
            let label = if word.is_empty() { "as the file says" } else { *word };
            view! { <option value=*word selected=is_chosen>{label}</option> }.into_any()
        })
        .collect();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name>{options}</select>
        </div>
    }
    .into_any()
}

/// The outcome of the form sent before.
pub(super) fn notice(notice: Option<&Notice>) -> Option<AnyView> {
    Some(match notice? {
        Notice::Done(text) => {
            view! { <p class="notice-done" role="status">{text.clone()}</p> }.into_any()
        }
        Notice::Wrong(text) => {
            view! { <p class="banner" role="alert">{icon("alert")}{text.clone()}</p> }.into_any()
        }
    })
}

/// Why a form failed.
pub(super) fn problem(problem: Option<&String>) -> Option<AnyView> {
    let problem = problem?.clone();
    Some(
        view! { <p class="banner" role="alert">{icon("alert")}<span>{problem}</span></p> }
            .into_any(),
    )
}

/// A secret that is shown once.
pub(super) fn shown_once(secret: Option<&ShownOnce>) -> Option<AnyView> {
    let secret = secret?;
    let lines: Vec<AnyView> =
        secret.lines.iter().map(|line| view! { <code>{line.clone()}</code> }.into_any()).collect();
    Some(
        view! {
            <div class="once" role="status">
                <p>{secret.about.clone()}</p>
                <div class="once-lines">{lines}</div>
            </div>
        }
        .into_any(),
    )
}

/// The attributes of a person, with whence each comes, among facts; nothing where there are none.
pub(super) fn effective_attributes(
    words: &'static str,
    attributes: &[(String, String)],
) -> Option<AnyView> {
    let rows: Vec<AnyView> = attributes
        .iter()
        .map(|(pair, whence)| {
            view! { <li><code>{pair.clone()}</code><small>{whence.clone()}</small></li> }.into_any()
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! { <div class="effective"><dt>{words}</dt><dd><ul>{rows}</ul></dd></div> }.into_any()
    })
}

/// A button that is a form of its own.
pub(super) fn button(
    action: String,
    what: &'static str,
    fields: Vec<(&'static str, String)>,
    words: &'static str,
    about: String,
) -> AnyView {
    let fields: Vec<AnyView> = fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any())
        .collect();
    view! {
        <form method="post" action=action>
            <input type="hidden" name="do" value=what/>
            {fields}
            <button class="btn" aria-label=format!("{words}: {about}")>{words}</button>
        </form>
    }
    .into_any()
}

/// A QR code for authenticator apps: dark on light in every theme, as they expect.
pub(super) fn qr_code(picture: &QrCode) -> AnyView {
    let box_of = format!("0 0 {0} {0}", picture.size);
    view! {
        <svg class="qr" viewBox=box_of role="img" aria-label="QR code with the key below"><path d=picture.path.clone()></path></svg>
    }
    .into_any()
}

/// A key in groups of four, which are easier to type.
pub(super) fn spaced(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}
