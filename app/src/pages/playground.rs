//! The page to try queries in GraphQL. Without scripts, the form opens the answer; with them, it is shown on the
//! page (`frontend/scripts/playground.js`).

use crate::service::PlaygroundPage;
use leptos::prelude::*;

/// A query, its answer, and the schema.
pub fn playground(page: &PlaygroundPage) -> AnyView {
    let lines = page.query.lines().count().to_string();
    view! {
        <main id="main">
            <div class="page-head">
                <div>
                    <h1>"GraphQL"</h1>
                    <p>"The same data as the "<a href="/api">"JSON API"</a>", in one query: "<code>"/api/graphql"</code>"."</p>
                </div>
            </div>
            <div class="page api">
                <section class="operation">
                    <form class="playground" method="get" action="/api/graphql">
                        <div class="field">
                            <label for="query">"Query"</label>
                            <textarea id="query" name="query" rows=lines spellcheck="false" autocomplete="off" required>
                                {page.query.clone()}
                            </textarea>
                        </div>
                        <div class="field">
                            <label for="variables">"Variables"</label>
                            <textarea id="variables" name="variables" rows="3" spellcheck="false" autocomplete="off" aria-describedby="variables-about">
                                "{\"view\": {\"range\": \"last-30-days\"}}"
                            </textarea>
                            <small id="variables-about">"JSON."</small>
                        </div>
                        <div class="actions"><button class="btn primary">"Run"</button></div>
                    </form>
                    <pre class="code" id="answer" tabindex="0" aria-label="Answer" aria-live="polite" hidden><code></code></pre>
                </section>
                <section class="operation">
                    <h2>"Schema"</h2>
                    <pre class="code" tabindex="0"><code>{page.schema.clone()}</code></pre>
                </section>
            </div>
        </main>
    }
    .into_any()
}
