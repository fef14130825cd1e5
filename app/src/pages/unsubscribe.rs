//! The page of the link by which readers say that they want no more of a report.

use crate::service::UnsubscribePage;
use leptos::prelude::*;

/// `/unsubscribe/{token}`
pub fn unsubscribe(page: &UnsubscribePage) -> AnyView {
    let title = page.title.clone();
    let action = page.path.clone();
    let (head, about, form) = match page.is_unsubscribed {
        false => (
            "Unsubscribe?",
            view! { <p>"You receive the report "<b>{title}</b>"."</p> }.into_any(),
            view! {
                <form method="post" action=action>
                    <input type="hidden" name="List-Unsubscribe" value="One-Click"/>
                    <div class="actions"><button class="btn primary">"Unsubscribe"</button></div>
                </form>
            }
            .into_any(),
        ),
        true => (
            "You are unsubscribed",
            view! { <p>"You no longer receive "<b>{title}</b>"."</p> }.into_any(),
            view! {
                <form method="post" action=action>
                    <input type="hidden" name="do" value="again"/>
                    <div class="actions"><button class="btn">"Subscribe again"</button></div>
                </form>
            }
            .into_any(),
        ),
    };
    view! {
        <main id="main" class="page">
            <div class="sheet">
                <h1>{head}</h1>
                {about}
                {form}
            </div>
        </main>
    }
    .into_any()
}
