//! The form that sets how long frames may be shown, at one level.

use super::form_parts::{choice, problem, text};
use crate::service::CachePolicyPage;
use leptos::prelude::*;

const MODES: [&str; 4] = ["", "normal", "strict", "off"];
const EARLY: [&str; 3] = ["", "true", "false"];

/// `/admin/cache/policy`
pub fn cache_policy(page: &CachePolicyPage) -> AnyView {
    let [ttl, stale, mode, early] = &page.typed;
    let of_file: Vec<String> = ["TTL", "stale window", "mode", "early refresh"]
        .iter()
        .zip(&page.of_file)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let of_file = match of_file.is_empty() {
        true => "The file says nothing at this level.".to_owned(),
        false => format!("The file says at this level: {}.", of_file.join(", ")),
    };
    let toml = page.toml.clone().map(|toml| {
        view! {
            <section class="operation" aria-labelledby="toml">
                <h2 id="toml">"As TOML"</h2>
                <p class="recent">"To keep it with the dashboards instead, paste this and empty the fields above."</p>
                <pre class="code" tabindex="0"><code>{toml}</code></pre>
            </section>
        }
    });
    view! {
        <main id="main">
            <div class="page-head"><div>
                <p class="crumb"><a href=page.back.clone()>"Cache"</a></p>
                <h1>"Policy of "<code>{page.scope.clone()}</code></h1>
                <p>"What is set here stands over the file, on all replicas within a second. What is empty is taken from the file, or from the next wider level."</p>
            </div></div>
            <div class="page admin cache-admin">
                <section class="operation" aria-label="Policy">
                    {problem(page.problem.as_ref())}
                    <form method="post" action="/admin/cache/policy" class="policy-form">
                        <input type="hidden" name="scope" value=page.scope.clone()/>
                        {text("ttl", "Time to live", ttl, Some("Such as 5m: for so long a value is current."))}
                        {text("stale", "Stale window", stale, Some("Such as 1h: for so long after that it is shown, marked, while it is reloaded."))}
                        {choice("mode", "Mode", &MODES, mode)}
                        {choice("early", "Early refresh", &EARLY, early)}
                        <div class="actions">
                            <button class="btn primary">"Save"</button>
                            <a class="btn" href=page.back.clone()>"Cancel"</a>
                        </div>
                    </form>
                    <p class="recent">{of_file}</p>
                </section>
                {toml}
            </div>
        </main>
    }
    .into_any()
}
