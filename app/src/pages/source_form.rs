//! The form of a source that is added in the app, and the page that asks before it is removed.

use super::form_parts::{problem, text};
use crate::service::{RemoveSourcePage, SourceFormPage};
use leptos::prelude::*;

const PAGE: &str = "/admin/sources";

/// `/admin/sources/edit`
pub fn source_form(page: &SourceFormPage) -> AnyView {
    let [name, connections, seconds, rows, wall_clock] = &page.typed;
    let is_new = page.name.is_empty();
    let title = if is_new { "Add a source".to_owned() } else { format!("Source {}", page.name) };
    let name_field = match is_new {
        true => text(
            "name",
            "Name",
            name,
            Some("Lower-case letters, digits and hyphens: panels say source = \"NAME\"."),
        ),
        false => view! {
            <input type="hidden" name="name" value=page.name.clone()/>
            <input type="hidden" name="is_there" value="1"/>
        }
        .into_any(),
    };
    let shown = page.shown.clone().map(|shown| {
        view! { <p class="recent">"Now: "{shown}". The URL itself is not shown again; leave it empty to keep it."</p> }
    });
    let tested = page.tested.clone().map(|(version, notes)| {
        let notes: Vec<_> = notes.into_iter().map(|note| view! { <li>{note}</li> }).collect();
        view! {
            <div class="notice-done" role="status">
                <p>"It works: "{version}</p>
                <ul class="runs">{notes}</ul>
            </div>
        }
    });
    let about_url = format!(
        "postgres://user:password@host:5432/database, mysql://user:password@host:3306/database, or \
         the name of a SQLite file in {}. Give it a role that may only read.",
        page.folder
    );
    let about_rollups = match page.has_rollups {
        true => "It is not shown again; leave it empty to keep it.",
        false => {
            "Of a server, with a user that may write to its schema brisk; empty where there are no rollups. Those of SQLite files need none."
        }
    };
    let no_rollups = page.has_rollups.then(|| {
        view! {
            <label class="check"><input type="checkbox" name="no_rollups" value="1"/><span>"Write no rollups any more"</span></label>
        }
    });
    let connections = (!page.is_file).then(|| {
        let about =
            "At most, 1 to 100. Without effect on a SQLite file, where 4 statements run at a time.";
        text("connections", "Connections to a server", connections, Some(about))
    });
    view! {
        <main id="main">
            <div class="page-head"><div>
                <p class="crumb"><a href=PAGE>"Sources"</a></p>
                <h1>{title}</h1>
                <p>"A database that panels read. It is tested before it is saved, and read by all replicas within a second."</p>
            </div></div>
            <div class="page admin people">
                <section class="operation" aria-label="Source">
                    {problem(page.problem.as_ref())}
                    {tested}
                    {shown}
                    <form method="post" action="/admin/sources/edit">
                        {name_field}
                        <div class="field">
                            <label for="url">"URL or file"</label>
                            <input id="url" name="url" type="password" autocomplete="off" spellcheck="false" required=is_new aria-describedby="url-about"/>
                            <small id="url-about">{about_url}</small>
                        </div>
                        <div class="field">
                            <label for="rollup_url">"URL for rollups"</label>
                            <input id="rollup_url" name="rollup_url" type="password" autocomplete="off" spellcheck="false" aria-describedby="rollup_url-about"/>
                            <small id="rollup_url-about">{about_rollups}</small>
                        </div>
                        {no_rollups}
                        {connections}
                        {text("seconds", "Seconds that a statement may take", seconds, Some("1 to 300."))}
                        {text("rows", "Rows that a statement may give", rows, Some("1 to 1000000."))}
                        {text("wall_clock", "Clock of columns without a time zone", wall_clock, Some("dashboard, UTC, or a zone such as Europe/London; empty where nothing is said."))}
                        <div class="actions">
                            <button class="btn primary" name="do" value="save">"Save"</button>
                            <button class="btn" name="do" value="test">"Test"</button>
                            <a class="btn" href=PAGE>"Cancel"</a>
                        </div>
                    </form>
                </section>
            </div>
        </main>
    }
    .into_any()
}

/// `/admin/sources/remove`
pub fn remove(page: &RemoveSourcePage) -> AnyView {
    let dashboards: Vec<_> = page
        .dashboards
        .iter()
        .map(|(href, title)| view! { <li><a href=href.clone()>{title.clone()}</a></li> })
        .collect();
    let touched = match dashboards.is_empty() {
        true => view! { <p>"No dashboard reads it."</p> }.into_any(),
        false => view! {
            <p>"Panels of these dashboards then say that it is not declared:"</p>
            <ul class="touched" tabindex="0" aria-label="Dashboards">{dashboards}</ul>
        }
        .into_any(),
    };
    view! {
        <main id="main">
            <div class="page-head"><div>
                <p class="crumb"><a href=PAGE>"Sources"</a></p>
                <h1>"Remove the source "<code>{page.name.clone()}</code>"?"</h1>
                <p>{page.shown.clone()}". Its URL is forgotten on all replicas within a second; the database itself stays as it is."</p>
            </div></div>
            <div class="page admin people">
                <section class="operation" aria-label="What it touches">
                    {touched}
                    <form method="post" action="/admin/sources/remove" class="actions">
                        <input type="hidden" name="name" value=page.name.clone()/>
                        <button class="btn primary">"Remove"</button>
                        <a class="btn" href=PAGE>"Cancel"</a>
                    </form>
                </section>
            </div>
        </main>
    }
    .into_any()
}
