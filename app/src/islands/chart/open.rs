//! How islands open a page.

use leptos::prelude::*;
use web_sys::{CustomEvent, CustomEventInit};

/// The event that `frontend/scripts/pages/history.js` listens for.
const OPEN: &str = "brisk-open";

/// Opens `href`: in place of this page where the scripts do that, else as an ordinary navigation.
pub(super) fn open(href: &str) {
    let init = CustomEventInit::new();
    init.set_cancelable(true);
    init.set_detail(&href.into());
    let asked = CustomEvent::new_with_event_init_dict(OPEN, &init)
        .and_then(|event| document().dispatch_event(&event));
    // No script has taken it over.
    if asked.unwrap_or(true) {
        let _ = window().location().set_href(href);
    }
}
