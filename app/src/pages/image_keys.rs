//! The page "Images": keys that sign addresses of images for pages elsewhere, and a new address.

use super::form_parts::{button, choice, lines, notice, problem, shown_once, text};
use crate::service::{ImageKeyRow, ImageKeysPage, SignedImage};
use brisk_domain::{Timestamp, format};
use leptos::prelude::*;

const PAGE: &str = "/admin/images";

/// `/admin/images`
pub fn image_keys(page: &ImageKeysPage) -> AnyView {
    let rows: Vec<AnyView> = page.keys.iter().map(|row| key(row, page.now)).collect();
    let none = rows.is_empty().then(|| {
        view! { <p class="recent">"There are none yet. Add one below: it signs the addresses of images."</p> }
    });
    let new_address = page.keys.iter().any(|key| key.ended.is_none()).then(|| new_address(page));
    view! {
        <main id="main">
            <div class="page-head"><div>
                <h1>"Images"</h1>
                <p>"Current charts in a README, a wiki, a chat or a mail: whoever has an image's address sees it, without an account."</p>
            </div></div>
            <div class="page admin people">
                {notice(page.notice.as_ref())}
                {shown_once(page.secret.as_ref())}
                {new_address}
                <section class="operation" aria-labelledby="keys">
                    <h2 id="keys">"Keys"</h2>
                    {none}
                    <ul class="rollups">{rows}</ul>
                </section>
                {new_key(page)}
            </div>
        </main>
    }
    .into_any()
}

fn key(row: &ImageKeyRow, now: Timestamp) -> AnyView {
    let (state, class) = match row.ended {
        None => ("in use", "state fresh"),
        Some(_) => ("ended", "state bad"),
    };
    let ended = row.ended.map(|why| view! { <div><dt>"Ended"</dt><dd>{why}</dd></div> });
    let attributes = (!row.attributes.is_empty()).then(|| {
        let attributes = row.attributes.join(", ");
        view! { <div><dt>"Attributes"</dt><dd><code>{attributes}</code></dd></div> }
    });
    let made = match &row.made_by {
        Some(by) => format!("{} by {by}", format::ago(row.made_at, now)),
        None => format::ago(row.made_at, now),
    };
    let expires = match row.expires_at {
        None => "never".to_owned(),
        Some(at) if at <= now => format::ago(at, now),
        Some(at) => {
            format!("in {}", format::round_duration((at.0 - now.0) as f64 / 1e6))
        }
    };
    view! {
        <li class="rollup">
            <div class="rollup-head">
                <h3 class="plain">{row.name.clone()}<b class=class>{state}</b></h3>
                <div class="actions">
                    {button(PAGE.to_owned(), "revoke", vec![("id", row.id.clone())], "Revoke", row.name.clone())}
                </div>
            </div>
            <dl class="facts">
                {ended}
                <div><dt>"Shows"</dt><dd><code>{row.shows.clone()}</code></dd></div>
                {attributes}
                <div><dt>"In addresses"</dt><dd><code class="unbroken">{row.id.clone()}</code></dd></div>
                <div><dt>"Made"</dt><dd>{made}</dd></div>
                <div><dt>"Expires"</dt><dd>{expires}</dd></div>
            </dl>
        </li>
    }
    .into_any()
}

fn new_key(page: &ImageKeysPage) -> AnyView {
    let typed = &page.typed;
    let attributes = page.gives_attributes.then(|| {
        lines(
            "attributes".into(),
            "attributes",
            "Attributes".into(),
            &typed.attributes,
            "For dashboards that show each reader their own rows: name=value, one per line.",
        )
    });
    view! {
        <section class="operation" aria-labelledby="new-key">
            <h2 id="new-key">"New key"</h2>
            <form method="post" action=PAGE>
                <input type="hidden" name="do" value="add"/>
                <input type="hidden" name="of" value=page.wanted.of.clone()/>
                {text("name", "Name", &typed.name, Some("Where its images are shown, such as: the wiki."))}
                {text("shows", "Shows", &typed.shows, Some("Dashboards, or panels of them, with blanks between: sales stock/fill-level. Whoever has an address sees them, whoever that is."))}
                {attributes}
                {text("key_days", "Expires after days", &typed.days, Some("Never where it is empty. It ends sooner if it is revoked, or if you no longer look after the dashboard."))}
                <div class="actions"><button class="btn primary">"Add key"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn new_address(page: &ImageKeysPage) -> AnyView {
    let wanted = &page.wanted;
    let keys = page.keys.iter().filter(|key| key.ended.is_none());
    let keys: Vec<AnyView> = keys
        .map(|key| {
            let is_chosen = key.id == wanted.key;
            let label = format!("{} ({})", key.name, key.shows);
            view! { <option value=key.id.clone() selected=is_chosen>{label}</option> }.into_any()
        })
        .collect();
    let (image, why) = match &page.image {
        None => (None, None),
        Some(Ok(image)) => (Some(signed(image)), None),
        Some(Err(why)) => (None, Some(why)),
    };
    view! {
        <section class="operation" aria-labelledby="new-address">
            <h2 id="new-address">"New address"</h2>
            {problem(why)}
            {image}
            <form method="get" action=format!("{PAGE}#new-address")>
                {text("of", "Panel", &wanted.of, Some("The address of the panel's page, with its range and its choices. A range such as the last 7 days moves on with time."))}
                <div class="field">
                    <label for="key">"Key"</label>
                    <select id="key" name="key">{keys}</select>
                </div>
                {choice("form", "Format", &["png", "svg"], &wanted.form)}
                {choice("theme", "Theme", &["light", "dark"], &wanted.theme)}
                {text("size", "Size", &wanted.size, Some("Width and height, such as 720x360, which is usual."))}
                {text("days", "Expires after days", &wanted.days, Some("Never where it is empty."))}
                <div class="actions"><button class="btn primary">"Make address"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn signed(image: &SignedImage) -> AnyView {
    let markdown = format!("![{}]({})", image.title.replace(['[', ']'], ""), image.address);
    let copied = |label: &'static str, text: String| {
        view! {
            <p class="recent">{label}</p>
            <div class="once-lines"><code>{text}</code></div>
        }
        .into_any()
    };
    view! {
        <div class="signed" role="status">
            <p><img class="signed-image" src=image.path.clone() alt=image.title.clone()/></p>
            {copied("Address", image.address.clone())}
            {copied("Markdown", markdown)}
        </div>
    }
    .into_any()
}
