//! Renders views to text on their own, for markup that is kept and sent to several readers.

use hydration_context::{SharedContext, SsrSharedContext};
use leptos::prelude::*;
use std::sync::Arc;

/// The markup of `view`, without anything of the page or the request around it.
pub(crate) fn of<V: IntoView>(view: impl FnOnce() -> V) -> String {
    // This may run while a page is being rendered, which continues afterwards.
    let around = Owner::current();
    let context = SsrSharedContext::new();
    // Only islands are hydrated: nothing else needs markers.
    context.set_is_hydrating(false);
    let owner = Owner::new_root(Some(Arc::new(context)));
    let html = owner.with(|| view().into_view().to_html());
    owner.unset_with_forced_cleanup();
    if let Some(around) = around {
        around.set();
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::islands::Calendar;

    #[test]
    fn islands_are_drawn_outside_of_pages_too_and_what_is_around_goes_on() {
        let outer = Owner::new_root(None);
        let html = outer.with(|| {
            provide_context(7_i32);
            let inner = of(|| view! { <Calendar/> });
            assert_eq!(use_context::<i32>(), Some(7));
            let signal = RwSignal::new(1);
            assert_eq!(signal.get_untracked(), 1);
            inner
        });
        assert!(html.starts_with("<leptos-island data-component=\"Calendar"), "{html}");
        assert!(!html.contains("<!--"), "{html}");
    }
}
