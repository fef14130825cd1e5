//! The rest of a view as hidden fields of a form.

use crate::service::DashboardPage;
use brisk_domain::parameter;
use leptos::prelude::*;

/// The rest of the view, so that a form changes only its own part.
pub(crate) fn hidden_fields(page: &DashboardPage, own: &[&str]) -> Vec<AnyView> {
    page.pairs()
        .into_iter()
        .filter(|(name, _)| !own.iter().any(|own| parameter::is_of(name, own)))
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any())
        .collect()
}
