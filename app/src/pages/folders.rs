//! The page "Folders": who may see the dashboards in each, and who looks after them.

use super::form_parts::problem;
use crate::components::icon::icon;
use crate::service::{AccessOrigin, DashboardAccess, FolderRow, FoldersPage, TeamRow};
use leptos::prelude::*;

const PAGE: &str = "/admin/folders";
const WORDS: &str = "everyone (who is signed in), public, or teams such as team:sales team:board. \
                     Empty: as the file says.";

/// `/admin/folders`
pub fn folders(page: &FoldersPage) -> AnyView {
    let rows: Vec<AnyView> = page.folders.iter().map(|row| folder(row, page.may_change)).collect();
    let done =
        page.notice.clone().map(|text| view! { <p class="notice-done" role="status">{text}</p> });
    let about = match page.may_change {
        true => {
            "Who may see which dashboards, and who looks after them. What is set here stands over \
             the files, on all replicas within a second."
        }
        false => "The folders that you look after, and who may see what is in them.",
    };
    view! {
        <main id="main">
            <div class="page-head"><div><h1>"Folders"</h1><p>{about}</p></div></div>
            <div class="page admin people">
                {done}
                {problem(page.problem.as_ref())}
                {rows}
            </div>
        </main>
    }
    .into_any()
}

fn folder(row: &FolderRow, may_change: bool) -> AnyView {
    let id = format!("folder-{}", row.name);
    let editors = match row.editors.is_empty() {
        true => "admins only".to_owned(),
        false => format!("admins, and editors in {}", row.editors.join(", ")),
    };
    let access = (may_change && !row.name.is_empty()).then(|| {
        let scope = format!("folder:{}", row.name);
        access(&scope, row.set.as_ref(), "Who may see what is in it")
    });
    let editors_form = may_change.then(|| {
        let id = format!("editors-{}", row.name);
        let about = format!("{id}-about");
        view! {
            <form method="post" action=PAGE class="access-form">
                <input type="hidden" name="do" value="editors"/>
                <input type="hidden" name="folder" value=row.name.clone()/>
                <div class="field">
                    <label for=id.clone()>"Editors who look after it"</label>
                    <input id=id.clone() name="editors" type="text" value=row.editors.join(" ") autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby=about.clone()/>
                    <small id=about>"Teams such as team:sales, and names of accounts. Those of them with the role editor purge, warm, and set the cache's policy."</small>
                </div>
                <div class="actions"><button class="btn">"Save"</button></div>
            </form>
        }
        .into_any()
    });
    let dashboards: Vec<AnyView> =
        row.dashboards.iter().map(|one| dashboard(one, may_change)).collect();
    let empty = row.teams.iter().filter(|team| team.members.is_empty());
    let empty: Vec<&str> = empty.map(|team| team.name.as_str()).collect();
    let nobody = (!empty.is_empty()).then(|| {
        let teams = empty.join(", ");
        view! { <p class="banner">{icon("alert")}{format!("Nobody is in the team {teams} yet. Check its name, or put people in it on the page People.")}</p> }
    });
    let teams: Vec<AnyView> = row.teams.iter().map(team).collect();
    let teams = (!teams.is_empty()).then(|| {
        view! {
            <details>
                <summary>"Teams that may see something here"</summary>
                <ul class="runs">{teams}</ul>
            </details>
        }
    });
    view! {
        <section class="operation" aria-labelledby=id.clone()>
            <h2 id=id.clone()>{row.title.clone()}</h2>
            <dl class="facts"><div><dt>"Looked after by"</dt><dd>{editors}</dd></div></dl>
            {nobody}
            {access}
            {editors_form}
            <ul class="rollups">{dashboards}</ul>
            {teams}
        </section>
    }
    .into_any()
}

/// A form that sets who may see something.
fn access(scope: &str, set: Option<&(String, String)>, label: &'static str) -> AnyView {
    let id = format!("access-{}", scope.replace(':', "-"));
    let about = format!("{id}-about");
    let value = set.map(|(words, _)| words.clone()).unwrap_or_default();
    let toml = set.map(|(_, toml)| {
        let toml = toml.clone();
        view! {
            <details>
                <summary>"As TOML"</summary>
                <pre class="code" tabindex="0"><code>{toml}</code></pre>
            </details>
        }
    });
    view! {
        <form method="post" action=PAGE class="access-form">
            <input type="hidden" name="do" value="access"/>
            <input type="hidden" name="scope" value=scope.to_owned()/>
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input id=id.clone() name="access" type="text" value=value autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby=about.clone()/>
                <small id=about>{WORDS}</small>
            </div>
            <div class="actions"><button class="btn">"Save"</button></div>
        </form>
        {toml}
    }
    .into_any()
}

fn dashboard(row: &DashboardAccess, may_change: bool) -> AnyView {
    let form = may_change.then(|| {
        let scope = format!("dashboard:{}", row.slug);
        let form = access(&scope, row.set.as_ref(), "Who may see this dashboard");
        view! { <details open=row.set.is_some()><summary>"Change…"</summary>{form}</details> }
    });
    let is_set = matches!(row.origin, AccessOrigin::Setting | AccessOrigin::FolderSetting);
    let of_files = is_set.then(|| {
        view! { <div><dt>"The files say"</dt><dd>{row.of_files.clone()}</dd></div> }
    });
    let state = is_set.then(|| view! { <b class="state stale">"set here"</b> });
    view! {
        <li class="rollup">
            <div class="rollup-head">
                <h3 class="plain"><a href=format!("/admin/cache/{}", row.slug)>{row.title.clone()}</a>{state}</h3>
            </div>
            <dl class="facts">
                <div><dt>"Seen by"</dt><dd>{row.audience.clone()}" ("{row.origin.words()}")"</dd></div>
                {of_files}
            </dl>
            {form}
        </li>
    }
    .into_any()
}

fn team(row: &TeamRow) -> AnyView {
    let attributes = match row.attributes.as_str() {
        "" => String::new(),
        attributes => format!(" ({attributes})"),
    };
    let members = match row.members.is_empty() {
        true => "nobody".to_owned(),
        false => row.members.join(", "),
    };
    view! { <li><b>{row.name.clone()}</b>{attributes}": "{members}</li> }.into_any()
}
