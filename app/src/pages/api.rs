//! The page to try the API.

use crate::service::{ApiField, ApiOperation, ApiPage, FieldKind};
use brisk_domain::Interval;
use brisk_domain::time_range::PRESETS;
use leptos::prelude::*;

/// The operations with a form each, and the kinds of problems.
pub fn api(page: &ApiPage) -> AnyView {
    let operations: Vec<AnyView> =
        page.operations.iter().map(|operation| operation_card(page, operation)).collect();
    let problems: Vec<AnyView> = page
        .problems
        .iter()
        .map(|problem| {
            view! {
                <div id=problem.name>
                    <dt><code>{problem.name}</code><span>{problem.status}</span></dt>
                    <dd><b>{problem.title}"."</b>" "{with_code(problem.advice)}</dd>
                </div>
            }
            .into_any()
        })
        .collect();
    let ranges: Vec<AnyView> = PRESETS
        .iter()
        .filter_map(|(label, range)| {
            Some(view! { <option value=range.word()?>{*label}</option> }.into_any())
        })
        .collect();
    view! {
        <main id="main">
            <div class="page-head">
                <div><h1>"API"</h1><p>{with_code(page.about)}</p></div>
                <p class="as-of">
                    <a href="/api/v1/openapi.json">"OpenAPI 3.1"</a>
                    " · "
                    <a href="/api/graphql/playground">"GraphQL"</a>
                </p>
            </div>
            <div class="page api">
                <div class="operations">{operations}</div>
                <section class="operation">
                    <h2>"Problems"</h2>
                    <dl class="problems">{problems}</dl>
                </section>
                <datalist id="ranges">{ranges}</datalist>
            </div>
        </main>
    }
    .into_any()
}

fn operation_card(page: &ApiPage, operation: &ApiOperation) -> AnyView {
    let is_needed =
        |field: &&ApiField| matches!(field.kind, FieldKind::Dashboard | FieldKind::Panel);
    let (needed, optional): (Vec<&ApiField>, Vec<&ApiField>) =
        operation.fields.iter().partition(is_needed);
    let fields = |fields: Vec<&ApiField>| -> Vec<AnyView> {
        fields.into_iter().map(|field| labelled(page, operation, field)).collect()
    };
    let optional = (!optional.is_empty()).then(|| {
        let count = optional.len();
        view! {
            <details>
                <summary>{count}" parameters"</summary>
                <div class="fields">{fields(optional)}</div>
            </details>
        }
    });
    let about: Vec<AnyView> = operation
        .about
        .split("\n\n")
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| view! { <p>{with_code(paragraph)}</p> }.into_any())
        .collect();
    let (method, asking) = match &operation.example {
        Some(example) => {
            let example = example.clone();
            let shown = view! { <pre class="code" tabindex="0"><code>{example}</code></pre> };
            ("POST", shown.into_any())
        }
        None => {
            let form = view! {
                <form method="get" action=format!("/api/try/{}", operation.id)>
                    {fields(needed)}
                    {optional}
                    <div class="actions"><button class="btn primary">"Open"</button></div>
                </form>
            };
            ("GET", form.into_any())
        }
    };
    view! {
        <section class="operation" id=format!("op-{}", operation.id)>
            <p class="route"><b>{method}</b><code>{breakable(operation.path)}</code></p>
            <h2>{operation.title}</h2>
            {about}
            {asking}
        </section>
    }
    .into_any()
}

fn labelled(page: &ApiPage, operation: &ApiOperation, field: &ApiField) -> AnyView {
    let id = format!("{}-{}", operation.id, field.name);
    let about_id = (!field.about.is_empty()).then(|| format!("{id}-about"));
    let about = about_id.clone().map(|about_id| {
        view! { <small id=about_id>{with_code(field.about)}</small> }
    });
    let name = field.name;
    let text = |kind: &'static str, hint: &'static str, list: Option<&'static str>| {
        view! {
            <input id=id.clone() name=name type=kind placeholder=hint list=list autocomplete="off" aria-describedby=about_id.clone()/>
        }
        .into_any()
    };
    let select = |options: Vec<AnyView>| {
        view! { <select id=id.clone() name=name aria-describedby=about_id.clone()>{options}</select> }
            .into_any()
    };
    let input = match field.kind {
        FieldKind::Dashboard => select(dashboards(page)),
        FieldKind::Panel => select(panels(page)),
        FieldKind::Interval => select(intervals()),
        FieldKind::Range => text("text", "last-30-days", Some("ranges")),
        FieldKind::Day => text("date", "", None),
        FieldKind::Number => view! {
            <input id=id.clone() name=name type="number" min="0" step="1" placeholder="60" aria-describedby=about_id.clone()/>
        }
        .into_any(),
        FieldKind::Text(hint) => text("text", hint, None),
    };
    view! {
        <div class="field">
            <label for=id.clone()><code>{name}</code></label>
            {input}
            {about}
        </div>
    }
    .into_any()
}

fn dashboards(page: &ApiPage) -> Vec<AnyView> {
    let option = |slug: String, title: String| view! { <option value=slug>{title}</option> };
    page.dashboards.iter().map(|d| option(d.slug.to_string(), d.title.clone()).into_any()).collect()
}

fn panels(page: &ApiPage) -> Vec<AnyView> {
    let group = |dashboard: &brisk_domain::Dashboard| {
        let slug = &dashboard.slug;
        let panels: Vec<AnyView> = dashboard
            .panels
            .iter()
            .map(|panel| {
                view! { <option value=format!("{slug}/{}", panel.id)>{panel.id.to_string()}</option> }
                    .into_any()
            })
            .collect();
        view! { <optgroup label=dashboard.title.clone()>{panels}</optgroup> }.into_any()
    };
    page.dashboards.iter().map(|dashboard| group(dashboard)).collect()
}

fn intervals() -> Vec<AnyView> {
    let words = ["", "auto"].into_iter().chain(Interval::ALL.map(Interval::word));
    let label = |word: &'static str| if word.is_empty() { "the dashboard's" } else { word };
    words.map(|word| view! { <option value=word>{label(word)}</option> }.into_any()).collect()
}

/// Text with `code` in backticks.
fn with_code(text: &'static str) -> Vec<AnyView> {
    let parts = text.split('`').enumerate();
    parts
        .map(|(place, part)| match place % 2 {
            0 => part.into_any(),
            _ => view! { <code>{part}</code> }.into_any(),
        })
        .collect()
}

/// A path that may break after its slashes.
fn breakable(path: &'static str) -> Vec<AnyView> {
    path.split_inclusive('/').map(|part| view! { {part}<wbr/> }.into_any()).collect()
}
