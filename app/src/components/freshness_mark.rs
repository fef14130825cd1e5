//! "as of 14:05, updating": the mark on a panel whose value is not known to be current.
//! `frontend/scripts/live/freshness-mark.js` writes the same on open pages.

use crate::service::DashboardPage;
use brisk_domain::{Freshness, PanelData};
use leptos::prelude::*;

/// How current a panel's value is, for its markup.
pub(crate) struct FreshnessMark {
    /// The word for style and scripts.
    pub(crate) state: &'static str,
    /// When the value was loaded, on the dashboard's wall clock.
    pub(crate) at: String,
    /// The mark itself; none on what is current.
    pub(crate) mark: Option<AnyView>,
}

impl FreshnessMark {
    /// The mark of `data` on `page`.
    pub(crate) fn of(page: &DashboardPage, data: &PanelData, freshness: Freshness) -> Self {
        let local = data.offsets.local(data.as_of);
        // With the day, unless it is today.
        let is_today = local.date() == page.offsets.local(page.now).date();
        let at = local.format(if is_today { "%H:%M" } else { "%-d %b %H:%M" }).to_string();
        let (state, title, words) = match freshness {
            Freshness::Fresh => ("current", "", ""),
            Freshness::Unverified => {
                ("unverified", "Could not check whether this is current", ", not verified")
            }
            Freshness::Stale | Freshness::Previous => {
                ("previous", "A newer value is on its way", ", updating")
            }
        };
        let mark = (freshness > Freshness::Fresh).then(|| {
        let class = if state == "previous" { "mark updating" } else { "mark" };
        view! {
            <span class=class title=title>"as of "{at.clone()}<span class="mark-words">{words}</span></span>
        }
        .into_any()
    });
        Self { state, at, mark }
    }
}
